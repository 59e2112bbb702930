"""The staff's map of cases, by state and age, and the same without a map: village, grid, cases, each with its count."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from shapely.geometry import shape

from lianxin.cases.models import Case
from lianxin.cases.pickers import category_names, grid_names
from lianxin.cases.queries.mapped import (
    AGES,
    EACH,
    STATES,
    MapFilter,
    Spot,
    by_grid,
    cells,
    late_now,
    mapped_cases,
    read_map_filter,
    read_window,
)
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.queries.saved import ASKED, lights
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.views.desk.lists import controls
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.marks import collection, crowd, point
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.places.models import Grid
from lianxin.places.queries import Node, ancestor_ids, grid_tree
from lianxin.town.homes.rows import Row, dress
from lianxin.ui import words

LISTED = 50
_OF_MARK = (
    "id", "number", "title", "lon", "lat", "due_at", "closed_at", "recorded_at", "state", "step", "workflow_id",
    "category_id", "grid_id",
)  # fmt: skip


@staff
@never_cache
@require_safe
def case_map(request: StaffRequest) -> HttpResponse:
    """The map with its filters, and beside it the places below the chosen one with their counts, then the cases."""
    actor, now, wanted = request.actor, timezone.now(), read_map_filter(request.GET)
    rows, tree = mapped_cases(actor, wanted, now=now), grid_tree(actor.town)
    node = tree.get(wanted.cases.grid or 0)
    counted = by_grid(actor.town, rows, now=now)
    below = _below(tree, node, counted, wanted)
    context = {
        **frame(request, "grids"), **controls(actor, wanted.cases), "wanted": wanted, "query": query_of(wanted),
        "states": _states(wanted), "ages": _ages(), "node": node, "above": _above(actor.town, node, wanted),
        "below": below, "box": _box(actor.town, node), "total": _total(tree, counted),
        "placeless": rows.filter(lon=None).count(), "most": LISTED,
        "rows": [] if below else dress(rows_of(actor, rows.order_by("due_at", "id"), now=now, most=LISTED)),
    }  # fmt: skip
    return render(request, "town/casemap.html", context)


def _total(tree: dict[int, Node], counted: dict[int, tuple[int, int]]) -> int:
    """How many cases there are: those of the town's root, and those outside every grid."""
    return sum(n for pk, (n, _late) in counted.items() if pk == 0 or tree[pk].parent_id is None)


def query_of(wanted: MapFilter, **changes: Any) -> str:
    """The map's address with some of its filter changed; "" for the map as it opens."""
    asked: dict[str, Any] = {name: getattr(wanted.cases, name) for name in ASKED if name != "light"}
    asked |= {"q": wanted.cases.words or wanted.cases.number or wanted.cases.phone, "state": wanted.state}
    asked |= {"age": wanted.age, **changes}
    plain = {"scope": "all", "state": "open"}
    return urlencode({name: value for name, value in asked.items() if value and plain.get(name) != value})


def _states(wanted: MapFilter) -> list[Row]:
    names = {"open": _("Open"), **lights(), "closed": _("Closed"), "all": _("All")}
    return [
        {"text": names[key], "href": f"?{query_of(wanted, state=key)}", "on": key == wanted.state} for key in STATES
    ]


def _ages() -> list[Row]:
    any_age = [{"value": "", "text": _("Any age")}]
    return any_age + [{"value": days, "text": _("%(n)s days and more") % {"n": days}} for days in AGES]


def _above(town: Town, node: Node | None, wanted: MapFilter) -> list[tuple[str, str]]:
    """The way back up from a chosen place: its name and address, the last without one."""
    if node is None:
        return []
    names, chain = grid_names(town), ancestor_ids(town, node.id)
    steps = [(names.get(pk) or words.name_of(town), f"?{query_of(wanted, grid=pk)}") for pk in chain[1:-1]]
    return [(words.name_of(town), f"?{query_of(wanted, grid='')}"), *steps, (names[node.id], "")]


def _box(town: Town, node: Node | None) -> str:
    """The box a chosen place lies in, for the map to show: west, south, east, north; "" for the whole town."""
    if node is None:
        return ""
    grids = Grid.objects.for_system("where the map looks", town).filter(id=node.id).exclude(boundary=None)
    found = grids.values_list("boundary", flat=True).first()
    return ",".join(f"{edge:.6f}" for edge in shape(found).bounds) if found else ""


def _below(
    tree: dict[int, Node], node: Node | None, counted: dict[int, tuple[int, int]], wanted: MapFilter
) -> list[Row]:
    """The places right below the chosen one that hold cases, in order of code, with how many and how many late."""
    roots = [each for each in tree.values() if each.parent_id is None]
    inside = [pk for each in ([node] if node else roots) for pk in each.children]
    return [
        {"name": tree[pk].name, "href": f"?{query_of(wanted, grid=pk)}", "n": counted[pk][0], "late": counted[pk][1]}
        for pk in inside
        if pk in counted
    ]


@staff
@never_cache
@require_safe
def case_marks(request: StaffRequest) -> HttpResponse:
    """The marks of a window of the map, GeoJSON: cells that hold several, and cases; with `each` the cases alone."""
    actor, now, window = request.actor, timezone.now(), read_window(request.GET)
    rows, spot = mapped_cases(actor, read_map_filter(request.GET), now=now), Spot()
    crowded: list[Row] = []
    if window is not None and "each" in request.GET:
        alone = list(spot.placed(rows, window).order_by("-id").values(*_OF_MARK)[:EACH])
    else:
        found = cells(rows, spot, window, late_now(now))
        crowded = [cell for cell in found if cell["n"] > 1]
        ids = [cell["one"] for cell in found if cell["n"] == 1]
        alone = list(Case.objects.seen_by(actor).filter(id__in=ids).values(*_OF_MARK)) if ids else []
    teller = _Marks(actor, now)
    body = collection([crowd(cell) for cell in crowded] + [teller.mark(row) for row in alone])
    return HttpResponse(body, content_type="application/geo+json")


class _Marks:
    """Cases as marks: what their popup says, and the state their shape shows."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.town, self.now = actor.town, now
        self.categories, self.grids = category_names(actor.town), grid_names(actor.town)

    def mark(self, row: Row) -> Row:
        """A case where it lies."""
        step = workflow_by_id(self.town, row["workflow_id"]).steps[row["step"]]
        soon, paused = row["state"].get("soon_at"), bool(row["state"].get("paused_at"))
        light = words.light_of(
            row["due_at"], datetime.fromisoformat(soon) if soon else None, self.now, paused=paused, ended=step.end
        )
        days = (self.now - row["recorded_at"]).days
        age = ngettext("%(n)s day old", "%(n)s days old", days) % {"n": days}
        said_of = (
            self.categories.get(row["category_id"], ("", ""))[0], self.grids.get(row["grid_id"], ""), said(step.name),
            "" if step.end or not row["due_at"] or paused else words.left(row["due_at"], self.now), age,
        )  # fmt: skip
        told = {
            "number": spoken(row["number"]), "title": row["title"], "href": reverse("case", args=[row["number"]]),
            "state": "ok" if light == "paused" else light, "text": " · ".join(part for part in said_of if part),
        }  # fmt: skip
        return point(row["lon"], row["lat"], told)
