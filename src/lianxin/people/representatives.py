"""Micro-grids (微网格): begun below a small grid, each with somebody who speaks for its households, and ended.

A micro-grid has no boundary: a point still finds the small grid. A representative's name and telephone are that
person's: the history keeps them as texts that can be erased, the number encrypted, until the representative goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lianxin.keys.cache import bump
from lianxin.ledger.actions import Line, erase_texts, record
from lianxin.ledger.models import Text
from lianxin.ledger.rows import add_row, change_row, drop_row
from lianxin.people.models import Post, Representative
from lianxin.people.queries import today
from lianxin.places.models import Grid
from lianxin.places.reform.actions import end_below, new_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

KIND: Final = "representative"
GONE: Final = "speaks for it no more"
USUAL: Final = (15, 25)  # households for one representative, in a village and in a city; a town sets its own
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MicroFacts:
    """What is said of a micro-grid: its name and households, who speaks for it (a post, or a person), its doors."""

    name: str
    households: int = 0
    population: int = 0
    post_id: int | None = None
    person: str = ""
    phone: str = ""
    title: str = ""
    doors: str = ""


class NoMicro(Exception):
    """A micro-grid cannot be written so; `code`: not_there, full, no_post."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def usual(town: Town) -> tuple[int, int]:
    """For how many households there is a representative, in a village and in a city: the town's setting, else usual."""
    told = town.settings.get("micro_households")
    return (int(told[0]), int(told[1])) if isinstance(told, list) and len(told) == 2 else USUAL


def add_micro(parent_id: int, facts: MicroFacts, *, actor: Actor, now: datetime, why: str = "") -> Grid:
    """Begin a micro-grid below a standing small grid. Raises NoMicro, PermissionDenied."""
    town = _town(actor)
    with transaction.atomic():
        parent = Grid.objects.for_system("micro-grids", town).select_for_update().filter(pk=parent_id).first()
        if parent is None or parent.valid_to is not None or parent.level != Grid.Level.GRID:
            raise NoMicro("not_there")
        _post_of(facts, actor, now)
        code = new_code(town, parent.code)
        if not code:
            raise NoMicro("full")
        grid = Grid(
            town=town, parent=parent, level=Grid.Level.MICRO, code=code, name=facts.name,
            households=facts.households, population=facts.population, valid_from=timezone.localtime(now).date(),
        )  # fmt: skip
        grid.path = f"{parent.path}{grid.pk}/"
        grid.save(force_insert=True)
        data = {"code": code, "name": grid.name, "level": grid.level, "parent": parent.code, "from": []}
        record(Line("grid", grid.pk, "begin", data), actor=actor, now=now)
        _represent(grid, facts, actor=actor, now=now, why=why)
        bump(town)
    return grid


def represent(grid: Grid, facts: MicroFacts, *, actor: Actor, now: datetime, why: str = "") -> list[str]:
    """Say who speaks for a standing micro-grid, and which doors are its own; returns what changed. Raises NoMicro.

    `why` stands in the history.
    """
    town = _town(actor)
    with transaction.atomic():
        held = (
            Grid.objects.for_system("micro-grids", town).select_for_update().filter(pk=grid.pk, valid_to=None).first()
        )
        if held is None or held.level != Grid.Level.MICRO:
            raise NoMicro("not_there")
        _post_of(facts, actor, now)
        changed = _represent(held, facts, actor=actor, now=now, why=why)
        if changed:
            bump(town)
    return changed


def end_micro(grid: Grid, reason: str, *, actor: Actor, now: datetime) -> None:
    """End a micro-grid: what is docked to it goes to the small grid; its code is never used again. Raises NoMicro."""
    town = _town(actor)
    with transaction.atomic():
        held = (
            Grid.objects.for_system("micro-grids", town).select_for_update().filter(pk=grid.pk, valid_to=None).first()
        )
        if held is None or held.level != Grid.Level.MICRO:
            raise NoMicro("not_there")
        for row in Representative.objects.for_system("ends with its grid", town).filter(grid_id=held.pk):
            drop_representative(row, actor=actor, now=now)
        end_below(held, reason, actor=actor, now=now)
        bump(town)


def _town(actor: Actor) -> Town:
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    return actor.town


def _post_of(facts: MicroFacts, actor: Actor, now: datetime) -> None:
    if facts.post_id is None:
        return
    post = Post.objects.for_system("micro-grids", actor.town).filter(pk=facts.post_id).first()
    if post is None or (post.ends is not None and post.ends < today(now)):
        raise NoMicro("no_post")


def _represent(grid: Grid, facts: MicroFacts, *, actor: Actor, now: datetime, why: str) -> list[str]:
    """Write who speaks for a grid and the entry that says so; nothing is written when nothing changed."""
    rows = Representative.objects.for_system("micro-grids", grid.town_id).select_for_update()
    held = rows.filter(grid_id=grid.pk).first()
    named = facts.post_id is None
    said = {
        "post_id": facts.post_id, "name": facts.person if named else "", "phone": facts.phone if named else "",
        "title": facts.title, "doors": facts.doors,
    }  # fmt: skip
    if held is not None:
        return change_row(held, KIND, said, actor=actor, now=now, why=why)
    row = Representative(town_id=grid.town_id, grid_id=grid.pk, **said)
    given = [name for name, value in said.items() if value]
    if given:
        add_row(row, KIND, actor=actor, now=now, why=why)
    return given


def drop_representative(row: Representative, *, actor: Actor, now: datetime) -> None:
    """Take a representative away; name and number go with the row, out of its history too.

    So do those of whoever spoke before, and the reasons, which may name them.
    """
    pk = row.pk
    with transaction.atomic():
        drop_row(row, KIND, actor=actor, now=now)
        texts = Text.objects.for_system("goes with its grid", actor.town_id).filter(subject_id=pk, erased_at=None)
        if texts.filter(entry__subject_kind=KIND).exists():
            erase_texts(KIND, pk, reason=GONE, actor=actor, now=now)


def spoken_for(town: Town, post_id: int) -> list[int]:
    """The micro-grids that the holder of a post speaks for, by id. One statement."""
    rows = Representative.objects.for_system("micro-grids", town).filter(post_id=post_id)
    return list(rows.values_list("grid_id", flat=True))


def representatives(town: Town, grid_ids: Sequence[int]) -> dict[int, Row]:
    """Who speaks for some micro-grids, by the grid: `name`, `phone`, `title`, `doors`, `post_id`. One statement.

    For people in a post: whoever is in one sees the telephone of whom to ask.
    """
    rows = Representative.objects.for_system("micro-grids", town).filter(grid_id__in=list(grid_ids))
    found: dict[int, Row] = {}
    for row in rows.select_related("post__account"):
        account = row.post.account if row.post is not None else None
        found[row.grid_id] = {
            "name": account.name if account else row.name, "phone": account.phone if account else row.phone,
            "title": row.title, "doors": row.doors, "post_id": row.post_id,
        }  # fmt: skip
    return found
