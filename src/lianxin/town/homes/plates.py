"""Plates of grids (网格牌): a sheet to print, and where its code leads residents and workers. Sites: `homes/sites`."""

from datetime import datetime
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from markupsafe import Markup

from lianxin.cases.models import Case
from lianxin.cases.pickers import grid_name
from lianxin.cases.queries.check_ins import check_ins_in
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.public.pages import TownRequest, nav
from lianxin.keys.models import Town
from lianxin.people.directory import serving
from lianxin.people.middleware import staff
from lianxin.people.queries import units
from lianxin.places.queries import Node, ancestor_ids, ended_grids, grid_tree, subtree_ids
from lianxin.places.reform.queries import became_of
from lianxin.town.homes.field import on_phone
from lianxin.town.homes.field_day import of_day
from lianxin.town.homes.reform.lines import told_lines
from lianxin.town.homes.rows import dress

LISTED = 30
PLATED = ("village", "grid", "micro")  # the town itself needs none


def node_of(town: Town, code: str) -> Node:
    """The standing grid of a code that has a plate; 404 for any other."""
    found = next((node for node in grid_tree(town).values() if node.code == code and node.level in PLATED), None)
    if found is None:
        raise Http404
    return found


@never_cache
@require_safe
def plate(request: TownRequest, code: str) -> HttpResponse:
    """Where a plate leads: residents to who serves the grid and how to report here, workers to their page of it."""
    if (heir := became_of(request.town, code)) not in ("", code):
        return _of_ended(request, code, heir)
    node = node_of(request.town, code)
    if request.actor.is_staff and request.actor.can("register"):
        return redirect("field-grid", code)
    return render(request, "town/plate.html", {"nav": nav(), **served_by(request.town, node, timezone.now())})


def _of_ended(request: TownRequest, code: str, heir: str) -> HttpResponse:
    """The plate of a grid that has ended, which may hang for years, leads on to what it became."""
    if request.actor.is_staff and request.actor.can("register"):
        return redirect("field-grid", heir)
    ended = next(each for each in ended_grids(request.town).values() if each.code == code)
    node = next(each for each in grid_tree(request.town).values() if each.code == heir)
    context = {"nav": nav(), "ended": ended, "node": node, "full_name": grid_name(request.town, node.id)}
    return render(request, "town/plate_ended.html", context)


def served_by(town: Town, node: Node, now: datetime) -> dict[str, Any]:
    """What anybody may know of a grid: its name, who is posted to it, whom to call. No one's own number is told."""
    chain = ancestor_ids(town, node.id)
    people = serving(town, [node.id], now=now).get(node.id, [])
    lines = [row for row in told_lines(town, node.id, post=False) if row["unit"]]
    near = [unit for unit in units(town).values() if unit.phone and unit.grid_id in chain]
    return {
        "node": node, "full_name": grid_name(town, node.id),
        "above": [grid_tree(town)[pk] for pk in chain[:-1] if grid_tree(town)[pk].level != "town"],
        "people": [{"name": row["name"], "title": row["title"]} for row in people],
        "phones": [{"name": unit.name, "phone": unit.phone} for unit in near],
        "lines": [{"name": row["name"], "unit": row["unit"]} for row in lines],
    }  # fmt: skip


@staff
@never_cache
@require_safe
def field_grid(request: StaffRequest, code: str) -> HttpResponse:
    """A grid on its worker's phone: check in, what is open here, who was here lately."""
    actor, now = request.actor, timezone.now()
    if (heir := became_of(actor.town, code)) not in ("", code):
        return redirect("field-grid", heir)
    node = node_of(actor.town, code)
    branch = sorted(subtree_ids(actor.town, node.id))
    cases = Case.objects.seen_by(actor).filter(closed_at=None, grid_id__in=branch)
    rows = on_phone(actor, dress(rows_of(actor, cases.order_by("due_at", "id"), now=now, most=LISTED)))
    context = {
        **frame(request, "field"), **of_day(request, actor), "node": node, "rows": rows,
        "there": check_ins_in(actor, node.id, now=now), "may_check_in": actor.can("register"),
    }  # fmt: skip
    return render(request, "town/field_grid.html", context)


@staff
@never_cache
@require_safe
def plates(request: StaffRequest, pk: int) -> HttpResponse:
    """Plates to print, a sheet each: of a grid, or of a village and all its small grids."""
    town = request.actor.town
    if pk not in grid_tree(town):
        raise Http404
    nodes = [node for node in grid_tree(town).values() if node.id in subtree_ids(town, pk) and node.level in PLATED]
    sheets = [{**served_by(town, node, timezone.now()), "qr": qr_of(request, node.code)} for node in nodes[:LISTED]]
    context = {**frame(request, "grids"), "sheets": sheets, "node": grid_tree(town)[pk], "more": len(nodes) > LISTED}
    return render(request, "town/plates.html", context)


def qr_of(request: HttpRequest, code: str) -> Markup:
    """The code of a plate, as a drawing."""
    address = request.build_absolute_uri(reverse("plate", args=[code]))
    return Markup(segno.make(address, error="q").svg_inline(border=2, omitsize=True))  # noqa: S704 - made here
