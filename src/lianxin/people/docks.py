"""What follows of people when a grid ends in another: posts, units, party groups, centre households."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianxin.keys.models import Town
from lianxin.ledger.rows import add_row, change_row, drop_row
from lianxin.people.masking import mask_name
from lianxin.people.models import CentreHousehold, LineService, PartyGroup, Post, Representative, Unit
from lianxin.people.representatives import drop_representative
from lianxin.places.reform.docks import Dock, Held, Moves, Signed, dock


def _posts(town: Town, grids: Sequence[int]) -> list[Held]:
    """Posts that are held, or will be; those that have ended stay where they were held."""
    today: date = timezone.localdate()
    rows = Post.objects.for_system("docked", town).filter(Q(ends=None) | Q(ends__gte=today), grid_id__in=grids)
    found = rows.order_by("id").values_list("id", "grid_id", "account__name", "title")
    return [Held(pk, grid or 0, f"{name} {title}".strip()) for pk, grid, name, title in found]


def _named(model: Any) -> Callable[[Town, Sequence[int]], list[Held]]:
    def held(town: Town, grids: Sequence[int]) -> list[Held]:
        rows = model.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("id")
        return [Held(*row) for row in rows.values_list("id", "grid_id", "name")]

    return held


def _centres(town: Town, grids: Sequence[int]) -> list[Held]:
    """Centre households: whose home it is, is told masked."""
    rows = CentreHousehold.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("id")
    return [Held(pk, grid, mask_name(name)) for pk, grid, name in rows.values_list("id", "grid_id", "name")]


def _moved(model: Any, kind: str) -> Callable[[Signed, Moves], None]:
    def move(signed: Signed, moves: Moves) -> None:
        for row in model.objects.for_system("follow", signed.town).filter(id__in=list(moves)).order_by("id"):
            change_row(row, kind, {"grid_id": moves[row.pk]}, actor=signed.actor, now=signed.now, act="follow")

    return move


def _one_each(model: Any) -> Callable[[Town, Sequence[int]], list[Held]]:
    def held(town: Town, grids: Sequence[int]) -> list[Held]:
        rows = model.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("id")
        return [Held(pk, grid) for pk, grid in rows.values_list("id", "grid_id")]

    return held


def _move_representatives(signed: Signed, moves: Moves) -> None:
    """Where two micro-grids become one, the one that stays keeps who speaks for it."""
    rows = Representative.objects.for_system("follow", signed.town)
    for row in list(rows.filter(id__in=list(moves)).order_by("id")):
        if rows.filter(grid_id=moves[row.pk]).exists():
            drop_representative(row, actor=signed.actor, now=signed.now)
        else:
            facts = {"grid_id": moves[row.pk]}
            change_row(row, "representative", facts, actor=signed.actor, now=signed.now, act="follow")


def _move_lines(signed: Signed, moves: Moves) -> None:
    """What the other grid says of a line itself is that grid's to say."""
    rows = LineService.objects.for_system("follow", signed.town)
    for row in list(rows.filter(id__in=list(moves)).order_by("id")):
        if rows.filter(grid_id=moves[row.pk], line=row.line).exists():
            drop_row(row, "line_service", actor=signed.actor, now=signed.now)
        else:
            facts = {"grid_id": moves[row.pk]}
            change_row(row, "line_service", facts, actor=signed.actor, now=signed.now, act="follow")


def _share_lines(signed: Signed, moves: Moves) -> None:
    """Who served the whole ground serves each part."""
    for row in LineService.objects.for_system("follow", signed.town).filter(id__in=list(moves)).order_by("id"):
        same = {"town_id": row.town_id, "line": row.line, "unit_id": row.unit_id, "post_id": row.post_id}
        add_row(LineService(**same, grid_id=moves[row.pk]), "line_service", actor=signed.actor, now=signed.now)


dock(Dock("posts", Post, _("Posts"), _posts, _moved(Post, "post"), chosen=True))
for _key, _model, _kind, _label, _held in (
    ("party_groups", PartyGroup, "party_group", _("Party groups"), _named(PartyGroup)),
    ("centres", CentreHousehold, "centre", _("Centre households"), _centres),
    ("units", Unit, "unit", _("Units"), _named(Unit)),
):
    dock(Dock(_key, _model, _label, _held, _moved(_model, _kind), chosen=True))
dock(Dock("representatives", Representative, _("Representatives"), _one_each(Representative), _move_representatives))
dock(Dock("lines", LineService, _("Lines of service"), _one_each(LineService), _move_lines, share=_share_lines))
