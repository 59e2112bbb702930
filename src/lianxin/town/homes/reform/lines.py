"""The eight lines of service of a grid: who serves it in each, and the form by which that is said."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.pickers import unit_name
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.people.directory import serving
from lianxin.people.lines import NotDocked, Server, dock_lines, lines_of, said_of
from lianxin.people.middleware import staff
from lianxin.people.models import LineService
from lianxin.people.queries import units
from lianxin.people.views.signing import see
from lianxin.places.queries import ancestor_ids, grid_tree
from lianxin.town.homes.records.showing import of_lines
from lianxin.town.homes.reform.form import MOST_REASON, line

Row = dict[str, Any]


def told_lines(town: Town, pk: int, *, post: bool = True) -> list[Row]:
    """Who serves a grid in each line, in words: `unit`, `phone` of the office, `from` where it is said above.

    With `post` the holder too, for the staff; the public is told units alone.
    """
    names, tree = dict(LineService.Line.choices), grid_tree(town)
    return [
        {
            "line": each.line, "name": names[each.line], "unit": unit_name(each.unit) if each.unit else "",
            "phone": each.unit.phone if each.unit else "", "post": each.post if post else None,
            "from": tree[each.said_at].name if each.said_at in tree and each.said_at != pk else "",
            "own": each.said_at == pk,
        }
        for each in lines_of(town, pk, now=timezone.now())
    ]  # fmt: skip


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grid_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """Say who serves a grid, and all below it, in each line; left as above, what is said above counts."""
    actor = request.actor
    if not actor.can("configure"):
        raise PermissionDenied
    node = grid_tree(actor.town).get(pk)
    if node is None:
        raise Http404
    chosen, faults = _chosen(actor.town, pk), dict[str, str]()
    if request.method == "POST":
        chosen, faults = _read(request.POST)
        if not faults and _docked(request, pk, chosen, faults):
            return see(reverse("grid", args=[pk]))
    above = [grid_tree(actor.town)[each] for each in ancestor_ids(actor.town, pk)[:-1]]
    rows = [{**row, "value": chosen.get(row["line"], "")} for row in told_lines(actor.town, pk)]
    context = {
        **frame(request, "grids"), "node": node, "above": above, "rows": rows, "faults": faults,
        "options": _options(actor.town, pk), "history": of_lines(actor, pk), "most_reason": MOST_REASON,
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "town/grid_lines.html", context, status=422 if faults else 200)


def _chosen(town: Town, pk: int) -> dict[str, str]:
    found = {}
    for (grid, name), server in said_of(town).items():
        if grid == pk:
            found[name] = f"post:{server.post_id}" if server.post_id else f"unit:{server.unit_id}"
    return found


def _read(data: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was chosen for each line, as it was sent."""
    faults = {}
    if len(line(data.get("reason", ""))) > MOST_REASON:
        faults["reason"] = _("At most %(n)s characters.") % {"n": MOST_REASON}
    return {name: data.get(f"line-{at}", "") for at, name in enumerate(LineService.Line.values)}, faults


def _docked(request: StaffRequest, pk: int, chosen: Mapping[str, str], faults: dict[str, str]) -> bool:
    why = line(request.POST.get("reason", ""))
    try:
        wanted = {name: server_of(value) for name, value in chosen.items()}
        n = dock_lines(pk, wanted, actor=request.actor, now=timezone.now(), why=why)
    except (NotDocked, ValueError):
        faults["lines"] = _("One of these serves no more, or is none. Choose again.")
        return False
    said = ngettext("%(n)s line has been changed.", "%(n)s lines have been changed.", n) % {"n": n}
    messages.success(request, said if n else _("Nothing was changed: it said so already."))
    return True


def server_of(value: str) -> Server | None:
    """Who is named by "unit:ID" or "post:ID"; None for "". Raises ValueError."""
    if not value:
        return None
    kind, _colon, text = value.partition(":")
    pk = read_number(text)
    if kind not in ("unit", "post") or pk is None:
        raise ValueError(value)
    return Server(unit_id=pk) if kind == "unit" else Server(post_id=pk)


def _options(town: Town, pk: int) -> list[Row]:
    """Units first, those of the lines by their line; then the people posted to the grid and to what lies above it."""
    rows = [
        {"value": f"unit:{unit.pk}", "text": f"{unit.line} · {unit_name(unit)}" if unit.line else unit_name(unit)}
        for unit in sorted(units(town).values(), key=lambda unit: (not unit.line, unit.line, unit.pk))
        if unit.active and (unit.grid_id is None or unit.grid_id in ancestor_ids(town, pk))
    ]
    people = serving(town, ancestor_ids(town, pk), now=timezone.now())
    posts = [
        {"value": f"post:{row['id']}", "text": f"{row['name']} {row['title']}".strip()}
        for held in people.values()
        for row in held
    ]
    return rows + posts
