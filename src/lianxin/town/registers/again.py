"""Whether a record that stood once can stand again: each sort's own rules, as its page has them, told in a sentence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions.handing import NotHanded
from lianxin.cases.actions.leaving import LeaveAsked, must_stand
from lianxin.cases.values import Holder
from lianxin.people.lines import NotDocked, Server, must_serve, said_of
from lianxin.people.models import Account, Leave, LineService, Post, Representative
from lianxin.people.queries import today, units, works_elsewhere
from lianxin.places.models import Grid, Site
from lianxin.places.queries import grid_tree
from lianxin.places.sites.actions import SAYS, NotTaken, SiteFacts, must_fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lianxin.keys.models import Town

Faults = dict[str, str]


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _held(post: Post | None) -> bool:
    """Whether somebody is in a post today."""
    return post is not None and (post.ends is None or post.ends >= today(timezone.now())) and post.account.is_active


def _post_by(town: Town, pk: int | None) -> Post | None:
    return Post.objects.for_system("records", town).select_related("account").filter(pk=pk or 0).first()


def post(town: Town, row: Post, facts: Mapping[str, Any]) -> Faults:
    """A post that is held again needs its unit, its grid, its holder, and nobody who has given it to them since."""
    ends, grid = _day(facts["ends"]), facts["grid_id"]
    if ends is not None and ends < today(timezone.now()):
        return {}
    unit, faults = units(town).get(facts["unit_id"]), Faults()
    if unit is None or not unit.active:
        faults["unit_id"] = _("The unit is out of service.")
    if grid is not None and grid not in grid_tree(town):
        faults["grid_id"] = _("This grid has ended.")
    if not row.account.is_active:
        faults[""] = _("The account of this person has been shut.")
    others = Post.objects.for_system("records", town).filter(Q(ends=None) | Q(ends__gte=today(timezone.now())))
    same = {"account_id": row.account_id, **{name: facts[name] for name in ("unit_id", "role_id", "grid_id")}}
    if others.filter(**same).exclude(pk=row.pk).exists():
        faults[""] = _("This person holds this post already.")
    return faults


def leave(town: Town, row: Leave, facts: Mapping[str, Any]) -> Faults:
    """A leave that is on again needs days to come, and who stands in."""
    stand_in = _post_by(town, facts["stand_in_id"])
    to = Holder(stand_in.unit_id, stand_in.pk) if stand_in else Holder(row.post.unit_id)
    first, last = _day(facts["first"]) or date.max, _day(facts["last"]) or date.min
    if last < today(timezone.now()):
        return {}  # it is over, as it was
    try:
        must_stand(row.post, LeaveAsked(first, last, to), now=timezone.now(), but=row.pk)
    except NotHanded as refused:
        told = {
            "ended": _("The post has ended meanwhile."),
            "overlaps": _("There is a leave in these days already."),
        }
        return {"": told.get(refused.code, _("Who stood in is not there any more."))}
    return {}


def person(town: Town, row: Account, _facts: Mapping[str, Any]) -> Faults:
    """Somebody who works for another town as well is not renamed by this one."""
    if works_elsewhere(row.pk, town):
        return {"": _("This person works for another town as well: neither changes name or telephone alone.")}
    return {}


def site(town: Town, row: Site, facts: Mapping[str, Any]) -> Faults:
    """A site that stands again, or otherwise, needs its grid, and no other of its name there."""
    if facts["valid_to"] is not None:
        return {}
    try:
        must_fit(town, row, SiteFacts(**{name: facts[name] for name in SAYS}))
    except NotTaken as refused:
        if refused.code == "there":
            told = _("There is one of this name in the grid already: %(code)s.")
            return {"name": told % {"code": refused.site}}
        return {"grid_id": _("This grid has ended.")}
    return {}


def line(town: Town, row: LineService | None, facts: Mapping[str, Any]) -> Faults:
    """Who served serves again where they still can, and nothing else is said of the line meanwhile."""
    if facts["grid_id"] not in grid_tree(town):
        return {"grid_id": _("This grid has ended.")}
    key = (facts["grid_id"], facts["line"])
    if key in said_of(town) and (row is None or key != (row.grid_id, row.line)):
        return {"line": _("Something else is said of this line of the grid meanwhile.")}
    unit = units(town).get(facts["unit_id"] or 0)
    try:
        must_serve(town, [Server(facts["unit_id"], facts["post_id"])], timezone.now())
    except NotDocked:
        return {"post_id": _("Who served then is not there any more.")}
    return {} if unit is None or unit.active else {"unit_id": _("The unit is out of service.")}


def representative(town: Town, row: Representative, facts: Mapping[str, Any]) -> Faults:
    """A micro-grid that stands, with nobody else for it, and a post that is held where one speaks for it."""
    node = grid_tree(town).get(facts["grid_id"])
    if node is None or node.level != Grid.Level.MICRO:
        return {"grid_id": _("This grid has ended.")}
    others = Representative.objects.for_system("records", town).filter(grid_id=node.id)
    if others.exclude(pk=row.pk).exists():
        return {"grid_id": _("Somebody else speaks for this micro-grid meanwhile.")}
    if facts["post_id"] is not None and not _held(_post_by(town, facts["post_id"])):
        return {"post_id": _("This post has ended meanwhile. Choose another.")}
    return {}
