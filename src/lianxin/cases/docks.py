"""What follows of the spine when a grid ends in another, or is split: open cases, rules of dispatch, saved views.

Closed cases stay with the grid they were closed in, which hangs below what it became: the figures of the ground count
them, and open to them. Check-ins say where somebody was, and stay.
"""

from collections.abc import Sequence

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows
from lianxin.cases.columns import apply
from lianxin.cases.models import Case, CheckIn, Route, SavedView
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.ledger.rows import add_row, change_row, drop_row
from lianxin.places.reform.docks import Dock, Held, Moves, Signed, dock, stays

FOLLOWED = "follow_grid"


def _cases(town: Town, grids: Sequence[int]) -> list[Held]:
    """Open cases, whoever may see them: counted, never named, and the confidential ones not even that."""
    rows = Case.objects.for_system("docked: no word of them", town).filter(grid_id__in=grids, closed_at=None)
    secret = set(town.settings.get("confidential", ()))
    found = rows.order_by("id").values_list("id", "grid_id", "lon", "lat", "kind")
    return [Held(pk, grid or 0, "", lon, lat, kind not in secret) for pk, grid, lon, lat, kind in found]


def _move_cases(signed: Signed, moves: Moves) -> None:
    """An entry on each case says that its grid is another now: who has it, and until when, stays as it is."""
    rows = Case.objects.for_system("follow", signed.town).select_for_update()
    for case in rows.filter(id__in=list(moves)).order_by("id"):
        seen, was = case.version, case.grid_id
        given = {"grid": moves[case.pk], "from_grid": was}
        sheet = Sheet(case, signed.actor, signed.now, FOLLOWED, given=given, source=case.step, quiet=True)
        changed = apply(case, {"grid_id": moves[case.pk]})
        entry, texts = entry_of(sheet, changed)
        save_changes(case, seen, changed)
        save_rows(sheet, entry, texts)


def _routes(town: Town, grids: Sequence[int]) -> list[Held]:
    rows = Route.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("id")
    return [Held(pk, grid or 0, name or "") for pk, grid, name in rows.values_list("id", "grid_id", "category__name")]


def _move_routes(signed: Signed, moves: Moves) -> None:
    """A rule that the other grid has already, for the same category and hours, is that grid's to say."""
    rows = Route.objects.for_system("follow", signed.town)
    for route in list(rows.filter(id__in=list(moves)).order_by("id")):
        of = Q(category_id__isnull=True) if route.category_id is None else Q(category_id=route.category_id)
        if rows.filter(of, grid_id=moves[route.pk], hours=route.hours).exists():
            drop_row(route, "route", actor=signed.actor, now=signed.now)
        else:
            facts = {"grid_id": moves[route.pk]}
            change_row(route, "route", facts, actor=signed.actor, now=signed.now, act="follow")


def _share_routes(signed: Signed, moves: Moves) -> None:
    """The rule was for the whole ground: it goes on for each part."""
    for route in Route.objects.for_system("follow", signed.town).filter(id__in=list(moves)).order_by("id"):
        twin = Route(
            town_id=route.town_id, category_id=route.category_id, grid_id=moves[route.pk], hours=route.hours,
            unit_id=route.unit_id, level=route.level,
        )  # fmt: skip
        add_row(twin, "route", actor=signed.actor, now=signed.now)


def _views(town: Town, grids: Sequence[int]) -> list[Held]:
    rows, found = SavedView.objects.for_system("docked: counted", town).filter(query__contains="grid="), []
    wanted = set(grids)
    for pk, query in rows.order_by("id").values_list("id", "query"):
        named = read_number(QueryDict(query).get("grid", ""))
        if named in wanted:
            found.append(Held(pk, named))
    return found


def _move_views(signed: Signed, moves: Moves) -> None:
    for view in SavedView.objects.for_system("follow", signed.town).filter(id__in=list(moves)):
        asked = QueryDict(view.query, mutable=True)
        asked["grid"] = str(moves[view.pk])
        SavedView.objects.for_system("follow", signed.town).filter(pk=view.pk).update(query=asked.urlencode())


dock(Dock("cases", Case, _("Open cases"), _cases, _move_cases))
dock(Dock("routes", Route, _("Rules of dispatch"), _routes, _move_routes, share=_share_routes))
dock(Dock("views", SavedView, _("Saved views"), _views, _move_views))
stays(CheckIn)
