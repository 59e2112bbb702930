"""Supervision (督查): what is late or near it, what waits for a decision, whom to call, and who has heard nothing."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.actions.sampling import NotDrawn, draw_sample
from lianxin.cases.models import Case
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.queries.setup import latest_version, workflow_of
from lianxin.cases.queries.watch import LISTS, last_sample, listed, spread, tallies
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.keys.ids import read_number
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.queries import clock_of, units
from lianxin.people.views.signing import see
from lianxin.places.queries import ancestor_ids, grid_tree
from lianxin.town.homes.rows import Row, dress, pressed
from lianxin.town.homes.scope import as_of, of_them, paper, scope
from lianxin.workflow.clock import Limit

OVERSEERS = ("supervisor", "leader")
ACTS = ("remind", "supervise", "grant_extension", "refuse_extension", "call_back", "close", "reopen")
OF_LIST = {
    "late": ("remind", "supervise", "close"),
    "soon": ("remind", "supervise"),
    "silent": ("remind", "supervise"),
    "extension": ("grant_extension", "refuse_extension"),
    "calls": ("call_back", "close", "reopen"),
    "review": ("close", "reopen"),
    "again": ("supervise",),
    "watch": ("remind", "supervise"),
}
DRAWN = 10
DEMANDED = Limit(2, "working_days")  # what stands in the form of a demand until another date is chosen


def may_oversee(actor: Actor) -> bool:
    """Whether somebody sees the whole town and may press others."""
    return actor.role in OVERSEERS and actor.sees == "town"


@staff
@never_cache
@require_safe
def supervise(request: StaffRequest) -> HttpResponse:
    """One list at a time, each row with its acts, the counts of the others beside it."""
    actor, now = request.actor, timezone.now()
    if not may_oversee(actor):
        raise PermissionDenied
    name = request.GET.get("list", "")
    return render(request, "town/supervise.html", _list(request, name if name in LISTS else LISTS[0], now))


def _tally(late: int) -> dict[str, Any]:
    """The number beside this place of work."""
    told = ngettext("%(num)s late case", "%(num)s late cases", late) % {"num": late}
    return {"count": late, "tone": "late", "told": told}


def _list(request: StaffRequest, name: str, now: datetime) -> dict[str, Any]:
    """What the page of a list shows."""
    actor, unit, grid = request.actor, _number(request.GET, "unit"), _number(request.GET, "grid")
    page = listed(actor, name, now=now, unit=unit, grid=grid, after=request.GET.get("after", ""))
    rows = _own_clock(actor, page["rows"], now) if name == "watch" else page["rows"]
    counts = tallies(actor, now=now)
    late = spread(actor, now=now) if name in ("late", "soon") else {"units": {}, "grids": {}}
    by_unit, by_village = _by_unit(actor, late["units"], unit), _by_village(actor, late["grids"], grid)
    return {
        **frame(request, "supervise", {"supervise": _tally(counts["late"])}),
        "of_now": scope(actor, "", as_of(now)), "paper": _paper(name, counts, [*by_unit, *by_village], rows, now),
        "name": name, "page": page, "rows": with_acts(actor, name, rows), "lists": _tabs(name, counts),
        "about": _about()[name], "sample": last_sample(actor.town) if name == "calls" else {},
        "units": by_unit, "villages": by_village,
        "narrowed": unit is not None or grid is not None, "may_draw": actor.can("triage"), "drawn": DRAWN,
        "reasons": _reasons(), "until": clock_of(actor.town).due(now, DEMANDED).at,
    }  # fmt: skip


def _paper(name: str, counts: dict[str, int], spread_out: list[Row], rows: list[Row], now: datetime) -> dict[str, Any]:
    """A list on paper: its name, how many it holds, and of whom."""
    chosen = [each for each in spread_out if each["on"]]
    n = chosen[0][name] if chosen else counts[name]
    where = [each["name"] for each in chosen] or [_("Whole town")]
    parts = [_("All kinds"), as_of(now), *where, of_them(len(rows), n)]
    return paper(_names()[name], n, parts, now)


def _own_clock(actor: Actor, rows: list[Row], now: datetime) -> list[Row]:
    """What is watched is the case: its own light and holder, not those of the duty to watch."""
    cases = Case.objects.seen_by(actor).filter(id__in=[row["id"] for row in rows])
    found = {row["id"]: row for row in rows_of(actor, cases, now=now, most=len(rows))} if rows else {}
    return [{**row, **found.get(row["id"], {}), "duty_id": row["duty_id"], "duty": "watch"} for row in rows]


@staff
@never_cache
@require_POST
def draw(request: StaffRequest) -> HttpResponse:
    """Draw the sample for return calls."""
    actor, now = request.actor, timezone.now()
    size = _number(request.POST, "size") or 0
    if not may_oversee(actor):
        raise PermissionDenied
    try:
        n = len(draw_sample(size, actor=actor, now=now))
    except NotDrawn as refused:
        if refused.code == "not_yours":
            raise PermissionDenied from refused
        messages.error(request, not_drawn(refused))
    else:
        messages.success(request, ngettext("%(n)s case was drawn.", "%(n)s cases were drawn.", n) % {"n": n})
    return see(f"{reverse('supervise')}?list=calls")


def not_drawn(refused: NotDrawn) -> str:
    """Why no sample was drawn."""
    if refused.code == "bad_size":
        return _("Draw between 1 and 200 cases.")
    return _("Nobody waits for a return call now.")


def with_acts(actor: Actor, name: str, rows: list[Row]) -> list[Row]:
    """The rows with what the actor may do to each from the list, as the workflow of its kind has it."""
    for row in pressed(actor.town, dress(rows)):
        flow = workflow_of(latest_version(actor.town, row["kind"]))
        row["acts"] = []
        for act in OF_LIST[name]:
            found = flow.transition(row["step"], act)
            if found is None or row["paused"] or not _his(actor, found.by, name):
                continue
            row["acts"].append({"act": act, "name": said(found.name), "needs": found.needs})
    return rows


def _his(actor: Actor, by: tuple[str, ...], name: str) -> bool:
    """By office; extensions are decided by whoever holds the duty, which for this list is the supervisors' unit."""
    return actor.role in by or (name == "extension" and "duty:extension" in by and actor.role == "supervisor")


def _number(data: QueryDict, name: str) -> int | None:
    return read_number(data.get(name, ""))


def _names() -> dict[str, str]:
    """What the lists are called."""
    return {
        "late": _("Late"), "soon": _("Due soon"), "silent": _("No word to the resident"),
        "extension": _("Extensions asked"), "calls": _("Return calls"), "review": _("To close"),
        "again": _("Again and again"), "watch": _("To watch"),
    }  # fmt: skip


def _tabs(name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    names = _names()
    red = {"late", "silent"}
    return [
        {
            "text": names[key], "href": f"?list={key}", "on": key == name, "count": counts[key],
            "tone": "late" if key in red and counts[key] else "",
        }
        for key in LISTS
    ]  # fmt: skip


def _about() -> dict[str, tuple[str, str]]:
    """What each list holds, and what it says when it is empty."""
    return {
        "late": (_("Past the limit of their step, by due time."), _("Nothing is late.")),
        "soon": (_("More than half of the limit is gone."), _("Nothing is due soon.")),
        "silent": (
            _("Past a limit, and the resident has had neither a call nor an answer: a fault, whoever has the case."),
            _("Everybody past a limit has been spoken to."),
        ),
        "extension": (_("Units ask for more time. Decide within a working day."), _("Nobody asks for more time.")),
        "calls": (
            _("The resident has not answered, the case was handled anew, or it was drawn for the sample."),
            _("No return call is due."),
        ),
        "review": (_("Answered and waiting to be closed, or to be handled again."), _("Nothing waits to be closed.")),
        "again": (_("Sent back or reopened twice: decide who really does it."), _("Nothing goes back and forth.")),
        "watch": (_("A desk was late; the case went on, and you were told."), _("There is nothing to watch.")),
    }  # fmt: skip


def _reasons() -> dict[str, str]:
    return {
        "half": _("no answer, half of the time is gone"), "redone": _("handled anew"),
        "unheard": _("no word in time"), "drawn": _("drawn for the sample"),
    }  # fmt: skip


def _by_unit(actor: Actor, late_soon: dict[int, list[int]], chosen: int | None) -> list[dict[str, Any]]:
    known = units(actor.town)
    rows = [
        {"id": pk, "name": unit_name(known[pk]) if pk in known else "", "late": late, "soon": soon, "on": pk == chosen}
        for pk, (late, soon) in late_soon.items()
    ]
    return sorted(rows, key=lambda row: (-row["late"], -row["soon"], row["id"]))


def _by_village(actor: Actor, late_soon: dict[int, list[int]], chosen: int | None) -> list[dict[str, Any]]:
    tree, sums = grid_tree(actor.town), dict[int, list[int]]()
    for grid, (late, soon) in late_soon.items():
        chain = ancestor_ids(actor.town, grid)
        held = sums.setdefault(chain[1] if len(chain) > 1 else 0, [0, 0])
        held[0], held[1] = held[0] + late, held[1] + soon
    rows = [
        {"id": pk, "name": tree[pk].name if pk else _("No village"), "late": late, "soon": soon, "on": pk == chosen}
        for pk, (late, soon) in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row["late"], -row["soon"], row["id"]))
