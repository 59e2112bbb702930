"""What is said of somebody in post: name and telephone, and what the post is called; changed, and put right, here.

Who keeps the accounts changes all of it, but nothing of their own post; everybody their own telephone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.ledger.rows import StaleRow, change_row, stamp_of
from lianxin.people.directory import held
from lianxin.people.models import Post
from lianxin.people.queries import today, works_elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lianxin.people.actors import Actor

OF_PERSON: Final = ("name", "phone")
OF_POST: Final = ("title", "basis", "languages")
LONGEST: Final = {"name": 60, "title": 60, "languages": 80, "why": 200}


class NotChanged(Exception):
    """Nothing was changed; `code`: not_yours, ended, elsewhere (their account is another town's too), no_name,
    no_grid (on what footing somebody works on a grid is said of posts of a grid alone).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def may_change(actor: Actor, post: Post) -> frozenset[str]:
    """What an actor may change of a post and its holder, by column."""
    own = post.account_id == actor.account_id
    if actor.can("manage_people") and post.town_id == actor.town_id:
        return frozenset(OF_PERSON if own else (*OF_PERSON, *OF_POST))
    return frozenset({"phone"}) if own else frozenset()


def stamp_of_person(post: Post) -> str:
    """A short digest of what stands, post and holder together: what a form carries back."""
    return stamp_of(post) + stamp_of(post.account)


def change_person(
    post: Post, said: Mapping[str, str], *, actor: Actor, now: datetime, seen: str = "", why: str = ""
) -> list[str]:
    """Change what is said of a post and its holder, by column; returns the names of what did change.

    `said` is tidy: a telephone as it is dialled, "" for none. `seen` is the `stamp_of_person` the caller looked at.
    Raises NotChanged, StaleRow. Post and account are brought up to date.
    """
    if set(said) - may_change(actor, post):
        raise NotChanged("not_yours")
    if said.get("name", post.account.name) == "":
        raise NotChanged("no_name")
    with transaction.atomic():
        stands = Post.objects.for_system("change a person", post.town_id).select_for_update().select_related("account")
        there = stands.filter(held(today(now)), pk=post.pk).first()
        if there is None:
            raise NotChanged("ended")
        if seen and stamp_of_person(there) != seen:
            raise StaleRow(there)
        if there.grid_id is None and said.get("basis", there.basis) != there.basis:
            raise NotChanged("no_grid")
        of_person = {name: value for name, value in said.items() if name in OF_PERSON}
        renamed = any(getattr(there.account, name) != value for name, value in of_person.items())
        if renamed and works_elsewhere(there.account_id, actor.town):
            raise NotChanged("elsewhere")
        of_post = {name: value for name, value in said.items() if name in OF_POST}
        changed = change_row(post.account, "account", of_person, actor=actor, now=now, why=why)
        changed += change_row(post, "post", of_post, actor=actor, now=now, why=why)
        if changed:
            bump(actor.town)
    return changed
