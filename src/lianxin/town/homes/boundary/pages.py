"""The pages of a grid's boundary: the editor, which tries steps and saves them, and the history."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.places.actions import NotSound, StaleBoundaries, redraw
from lianxin.places.queries import ancestor_ids, grid_tree
from lianxin.places.steps import written
from lianxin.town.homes.boundary import showing
from lianxin.town.homes.boundary.form import MOST_REASON, Editing, begun, filled, take_along
from lianxin.town.homes.rows import Row


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def boundary(request: StaffRequest, pk: int) -> HttpResponse:
    """The editor of a boundary. A POST tries the steps (act=check), takes the last back (undo), or saves them."""
    editing = _editing(request, pk)
    if request.method != "POST":
        return _page(request, editing)
    filled(editing, request.POST.dict())
    if request.POST.get("follows"):
        take_along(editing, request.POST.getlist("goes"))
    if request.POST.get("act") == "save" and _saved(request, editing):
        return see(reverse("grid", args=[pk]))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_tried(request, editing))
    return _page(request, editing, 409 if editing.stale else 422 if _wrong(editing) else 200)


@staff
@never_cache
@require_safe
def boundary_sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """The boundaries an editor is shown, for its script."""
    return JsonResponse(showing.sheet_told(_editing(request, pk)))


def _editing(request: StaffRequest, pk: int) -> Editing:
    if not request.actor.can("configure"):
        raise PermissionDenied
    editing = begun(request.actor.town, pk)
    if editing is None:
        raise Http404
    return editing


def _wrong(editing: Editing) -> bool:
    return bool(editing.faults) or not editing.outcome.sound


def _saved(request: StaffRequest, editing: Editing) -> bool:
    """Save the steps, or note why not."""
    actor, now = request.actor, timezone.now()
    if not 0 < len(editing.reason) <= MOST_REASON:
        editing.faults["reason"] = _("Say why, in %(n)s characters at most: it stays with the history.") % {
            "n": MOST_REASON
        }
    if editing.stale or _wrong(editing):
        return False
    try:
        done = redraw(
            actor.town, editing.steps, of=editing.code, version=editing.version, reason=editing.reason, actor=actor,
            now=now,
        )  # fmt: skip
    except StaleBoundaries:  # somebody was faster, just now
        editing.stale = True
        return False
    except NotSound:
        editing.faults["steps"] = _("Nothing would change yet: move, add or cut first.")
        return False
    n = len(done.ids)
    words = ngettext(
        "The boundary of %(n)s grid has been changed.", "The boundaries of %(n)s grids have been changed.", n
    )
    messages.success(request, words % {"n": n})
    return True


def _context(request: HttpRequest, editing: Editing) -> Row:
    """What the parts of the page show that change with every step."""
    return {
        "grid": editing.grid, "points": showing.points(editing), "changes": showing.changes(editing),
        "misfits": showing.faults(editing), "stale": editing.stale, "since": editing.since, "faults": editing.faults,
        "cases": showing.cases_moved(editing.town, editing.rows, editing.outcome.changes), "data": request.POST,
        "follows": showing.follows(editing),
        "count": len(editing.steps), "siblings": editing.siblings, "is_smallest": editing.is_smallest,
    }  # fmt: skip


def _tried(request: HttpRequest, editing: Editing) -> Row:
    """What the steps come to, for the script of the page: its parts anew, and the grounds."""
    context = _context(request, editing)
    told = showing.outcome_told(editing)
    for part in ("changes", "points"):
        told[part] = render_to_string(f"town/boundary_{part}.html", context, request)
    return told


def steps_of(editing: Editing) -> str:
    """The steps as the form carries them on."""
    return json.dumps(written(editing.steps), separators=(",", ":"))


def _goes(editing: Editing) -> list[Row]:
    """Where a piece that is cut off may go."""
    found: list[Row] = [{"value": row.code, "text": row.name} for row in editing.siblings]
    return [*found, {"value": "new", "text": _("a new grid")}]


def _page(request: StaffRequest, editing: Editing, status: int = 200) -> HttpResponse:
    actor, grid = request.actor, editing.grid
    tree = grid_tree(actor.town)
    context: dict[str, Any] = {
        **frame(request, "grids"), **_context(request, editing), "version": editing.version, "steps": steps_of(editing),
        "reason": editing.reason, "most_reason": MOST_REASON, "goes": _goes(editing),
        "picture": showing.picture(editing), "above": [tree[pk] for pk in ancestor_ids(actor.town, grid.id)[:-1]],
    }  # fmt: skip
    return render(request, "town/boundary.html", context, status=status)


@staff
@never_cache
@require_safe
def boundary_history(request: StaffRequest, pk: int) -> HttpResponse:
    """The boundaries a grid had, the newest first; each is drawn over the present one."""
    town = request.actor.town
    editing = begun(town, pk)
    if editing is None:
        raise Http404
    rows = showing.history(town, pk)
    for row in rows:
        row["drawing"] = showing.drawing(row["former"].boundary, editing.grid.boundary)
    tree = grid_tree(town)
    above = [tree[each] for each in ancestor_ids(town, pk)[:-1]]
    context = {**frame(request, "grids"), "node": tree[pk], "above": above, "rows": rows, "on": _shown(request, rows)}
    return render(request, "town/boundary_history.html", context)


def _shown(request: HttpRequest, rows: list[Row]) -> Row | None:
    """The former boundary that is shown on the map: the one asked for, else the newest."""
    drawn = [row for row in rows if row["former"].boundary]
    asked = request.GET.get("shown", "")
    return next((row for row in drawn if str(row["former"].id) == asked), next(iter(drawn), None))


@staff
@never_cache
@require_safe
def boundary_shapes(request: StaffRequest, pk: int) -> HttpResponse:
    """For the map of the history: the present boundary and over it a former one."""
    editing = begun(request.actor.town, pk)
    if editing is None:
        raise Http404
    shown = _shown(request, showing.history(request.actor.town, pk))
    drawn = [(editing.grid.boundary, "present", editing.grid.name)] if editing.grid.boundary else []
    if shown is not None:
        drawn.append((shown["former"].boundary, "former", ""))
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"name": name, "level": "outline", "state": state}}
        for shape, state, name in drawn
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
