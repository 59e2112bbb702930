"""A town's figures, each of which is a count of rows and opens to just those rows.

What is counted (the terms of 督查考核). Of all cases an actor sees, appeals apart, which belong to the case they are
about; those *recorded* (受理) in a period, by the day they were recorded:

- closed (办结): at an end step when the period ended, whatever the outcome; 办结率 = closed / recorded.
- on time (按期办结): closed, and no step from collecting to handling was left, or passed to the level above, after its
  limit; what the reporter or the supervisors take is not the handlers' lateness. 按期办结率 = on time / closed.
- rated, satisfied (满意): the first reporter gave one of five ratings, by themselves or in a return call; satisfied are
  the upper three (非常满意, 满意, 基本满意) where nothing had to be done anew. 满意率 = satisfied / rated.
- returned (退回), reopened (重办): sent back by a unit; taken up again after an answer; before the period ended.

A unit's cases are those it handled last (承办), whoever has the next turn. What is open, late or stands in one of the
six steps is said of this moment; there a unit is the one whose turn it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case as CaseWhen
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value, When

from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.inbox import at_steps
from lianxin.cases.queries.lateness import late_at
from lianxin.cases.queries.setup import end_steps, workflow_by_id
from lianxin.cases.queries.undone import still_stands
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.queries import today, units
from lianxin.places.queries import ancestor_ids, ended_grids, grid_tree, subtree_ids
from lianxin.workflow.definition import CONTENT, PHASES

FACTS = ("closed", "unclosed", "on_time", "overdue", "rated", "satisfied", "unsatisfied", "returned", "reopened")
RATES = {  # part and rest make the whole: what a rate is a share of
    "closed": ("closed", "unclosed", ""),
    "on_time": ("on_time", "overdue", "closed"),
    "satisfied": ("satisfied", "unsatisfied", "rated"),
}
LIVE = ("open", "late", "paused")
DAYS = ("today", "closed_today")
BUSY = PHASES[:4]  # the steps that are the units' own, from collecting to handling


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`; `key` names it in an address."""

    key: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the cases: in an address, in a figure, in a list. Empty values ask for nothing.

    `period`: its key; "" for whatever was recorded whenever. `what`: one of FACTS (in a period), LIVE or DAYS.
    `village`: a grid and all below it, 0 for no grid. `unit`: who handled, `holder`: whose turn it is, 0 for nobody.
    `category`: 0 for what is not sorted yet. `day`: the day that DAYS speak of in place of today, else the day of
    recording.
    """

    period: str = ""
    what: str = ""
    kind: str = ""
    village: int | None = None
    unit: int | None = None
    holder: int | None = None
    month: str = ""
    day: str = ""
    phase: str = ""
    category: int | None = None

    @property
    def query(self) -> str:
        """The slice as the query string of an address."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return urlencode([(name, value) for name, value in values if value not in ("", None)])


@dataclass(frozen=True, slots=True)
class Figure:
    """A count, and the rows it counts."""

    n: int
    of: Slice

    @property
    def query(self) -> str:
        """Where its rows are, as a query string."""
        return self.of.query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))


def period_of(town: Town, key: str, *, now: datetime) -> Period:
    """A period by its key: `rolling` (twelve months up to and with today), a year, or `recorded` (a demo town's own).

    Anything else is the first that `periods` names.
    """
    here = today(now)
    if key == "recorded" and town.anchor is not None:
        tick = timedelta(microseconds=1)
        return Period(key, _a_year_before(town.anchor) + tick, town.anchor + tick)
    if len(key) == 4 and key.isascii() and key.isdigit() and 2000 <= int(key) <= here.year:
        return Period(key, _midnight(date(int(key), 1, 1)), _midnight(date(int(key) + 1, 1, 1)))
    if key != "rolling" and town.anchor is not None:
        return period_of(town, "recorded", now=now)
    tomorrow = _midnight(here + timedelta(days=1))
    return Period("rolling", _a_year_before(tomorrow), tomorrow)


def _a_year_before(at: datetime) -> datetime:
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    try:
        return local.replace(year=local.year - 1)
    except ValueError:  # 29 February
        return local.replace(year=local.year - 1, day=28)


def periods(town: Town, *, now: datetime) -> list[str]:
    """The keys of the periods a town's page offers, the one shown first before the others."""
    year = today(now).year
    return [*(["recorded"] if town.anchor is not None else []), "rolling", str(year), str(year - 1)]


def read_slice(data: Mapping[str, Any]) -> Slice:
    """The slice an address asks for; what makes no sense is passed over."""

    def number(name: str) -> int | None:
        return read_number(str(data.get(name) or ""))

    def one_of(name: str, known: Iterable[str]) -> str:
        return str(data.get(name)) if data.get(name) in tuple(known) else ""

    period, month, day = (str(data.get(name) or "") for name in ("period", "month", "day"))
    known = period in ("recorded", "rolling") or (len(period) == 4 and period.isascii() and period.isdigit())
    kind = str(data.get("kind") or "")[:24].replace("\x00", "")
    return Slice(
        period=period if known else "",
        what=one_of("what", (*FACTS, *LIVE, *DAYS)),
        kind=kind, village=number("village"), unit=number("unit"), holder=number("holder"),
        month=month if _first_of(month) else "", day=day if day_of(day) else "",
        phase=one_of("phase", PHASES), category=number("category"),
    )  # fmt: skip


def _first_of(month: str) -> date | None:
    return day_of(f"{month}-01")


def day_of(words: str) -> date | None:
    """The day that `2026-11-23` names; None where it names none."""
    try:
        return date.fromisoformat(words) if len(words) == len("2026-11-23") else None
    except ValueError:
        return None


def sliced(actor: Actor, wanted: Slice, *, now: datetime) -> QuerySet[Case]:
    """The cases of a slice, as far as the actor sees them."""
    town = actor.town
    asked = _where(town, wanted) & _of_category(wanted)
    rows: Any = Case.objects.seen_by(actor).exclude(channel="appeal").filter(asked)
    period = period_of(town, wanted.period, now=now) if wanted.period else None
    if period is not None:
        rows = rows.filter(_recorded(period))
    if (first := _first_of(wanted.month)) is not None:
        rows = rows.filter(recorded_at__gte=_midnight(first), recorded_at__lt=_midnight(_next_month(first)))
    day = day_of(wanted.day)
    if day is not None and wanted.what not in DAYS:
        rows = rows.filter(_day("today", day, now))
    if wanted.what in FACTS:
        ever = Period("", _midnight(date(2000, 1, 1)), now + timedelta(days=1))
        return rows.filter(_fact(town, wanted.what, period or ever, now))  # type: ignore[no-any-return]
    if wanted.what in DAYS:
        rows = rows.filter(_day(wanted.what, day or today(now), now))
    elif wanted.what or wanted.phase:
        rows = rows.filter(_live(wanted.what, now))
    return rows  # type: ignore[no-any-return]


def _where(town: Town, wanted: Slice) -> Q:
    asked = Q()
    if wanted.kind:
        asked &= Q(kind=wanted.kind)
    if wanted.village is not None:
        inside = Q(grid_id__in=sorted(subtree_ids(town, wanted.village)))
        asked &= inside if wanted.village else _no_village(town)
    if wanted.unit is not None:
        asked &= Q(state__handler__unit=wanted.unit) if wanted.unit else Q(state__handler__isnull=True)
    if wanted.holder is not None:
        asked &= Q(unit_id=wanted.holder or None)
    if wanted.phase:
        asked &= at_steps(town, lambda step: step.phase == wanted.phase and not step.end)
    return asked


def _of_category(wanted: Slice) -> Q:
    if wanted.category is None:
        return Q()
    return Q(category_id=wanted.category) if wanted.category else Q(category_id=None)


def _no_village(town: Town) -> Q:
    """Outside every grid, or on the town's own ground."""
    homeless = sorted(pk for pk in (*grid_tree(town), *ended_grids(town)) if not village_of(town, pk))
    return Q(grid_id=None) | Q(grid_id__in=homeless)


def _recorded(period: Period) -> Q:
    return Q(recorded_at__gte=period.start, recorded_at__lt=period.end)


def _live(what: str, now: datetime) -> Q:
    running = Q(closed_at=None, state__paused_at=None)
    late, paused = running & Q(due_at__lt=now), Q(closed_at=None) & ~Q(state__paused_at=None)
    return {"late": late, "paused": paused}.get(what, Q(closed_at=None))


def _fact(town: Town, what: str, period: Period, now: datetime) -> Q:
    """What is asked of a case recorded in a period, as it stood when the period ended."""
    if what in ("closed", "unclosed", "on_time", "overdue"):
        closed, late = _closed(town, period, now), Q(id__in=_entries(town, period, late_at(town, BUSY)))
        told = {"closed": closed, "unclosed": ~closed, "on_time": closed & ~late, "overdue": closed & late}
        return told[what]
    rated = Reporter.objects.for_system("figures: cases are scoped", town).filter(
        first=True, rating__isnull=False, at__gte=period.start, at__lt=period.end
    )
    counted = ~Q(counts="") & still_stands(town)
    reopened = Q(id__in=_entries(town, period, counted & Q(counts="reopened")))
    every = Q(id__in=rated.values("case_id"))
    content = Q(id__in=rated.filter(rating__gte=CONTENT).values("case_id")) & ~reopened
    return {
        "rated": every,
        "satisfied": content,
        "unsatisfied": every & ~content,
        "returned": Q(id__in=_entries(town, period, counted & Q(counts="returned"))),
        "reopened": reopened,
    }[what]


def _closed(town: Town, period: Period, now: datetime) -> Q:
    """Closed when the period ended: one reopened since was closed then, one closed since was not."""
    if period.end > now:
        return Q(closed_at__isnull=False)
    return Q(closed_at__isnull=False, closed_at__lt=period.end) | Q(id__in=_opened_since(town, period))


def _opened_since(town: Town, period: Period) -> list[int]:
    """Ids of the few that stood at an end step when the period ended, and have left it since. One statement."""
    history = Entry.objects.for_system("figures: cases are scoped", town).filter(
        subject_kind="case", subject_id=OuterRef("id"), at__lt=period.end
    )
    moved: Any = Case.objects.for_system("figures: cases are scoped", town).filter(_recorded(period))
    moved = moved.filter(Q(closed_at=None) | Q(closed_at__gte=period.end))
    then = moved.annotate(then=Subquery(history.order_by("-seq").values("step")[:1]))
    ends = end_steps(town)
    return [pk for pk, step in then.values_list("id", "then") if step in ends]


def _entries(town: Town, period: Period, which: Q) -> Any:
    """Ids of the cases with such an entry: uncorrelated, found by the entries' small indexes, whose conditions
    stand in the question for SQLite to see that they hold.
    """
    rows = Entry.objects.for_system("figures: cases are scoped", town).filter(which, subject_kind="case")
    return rows.filter(at__gte=period.start, at__lt=period.end).values("subject_id")


def figures(actor: Actor, period: Period, *, now: datetime, kind: str = "") -> dict[str, Any]:
    """The figures of a period and of this moment, in a dozen statements whatever the size.

    `total`, `villages`, `units`, `months` (rows of `Figure` by fact, with their `rates`); `now`: open, late, paused,
    today, closed_today; `phases`: open, late and paused of each of the six steps.
    """
    base = Slice(period=period.key, kind=kind)
    months = _months(period, now)
    cube = _cube(actor, base, months, now)
    live = _standing(actor, kind, now)
    by_month = _by(cube, lambda cell: cell[2])
    return {
        "period": period,
        "total": _row(base, _sum(cube.values())),
        "months": [_month(base, first, by_month.get(at)) for at, first in enumerate(months)],
        "villages": _villages(actor.town, base, cube, live),
        "units": _units(actor.town, base, cube, live),
        "phases": _phases(actor, kind, live),
        "now": _moment(actor, kind, live, now),
    }


Counts = dict[str, int]
Cell = tuple[int | None, int | None, int]  # grid, unit that handled, which month of the period
Cube = dict[Cell, Counts]
_NAMES = ("recorded", *FACTS)
_COUNTED = ("recorded", "closed", "overdue", "rated", "satisfied", "returned", "reopened")  # the rest follows


def _cube(actor: Actor, base: Slice, months: Sequence[date], now: datetime) -> Cube:
    """Counts by grid, unit and month. One statement for each fact: asked together, they are counted row by row."""
    cube: Cube = {}
    ends = [_midnight(_next_month(first)) for first in months]
    month = CaseWhen(*(When(recorded_at__lt=end, then=Value(at)) for at, end in enumerate(ends)), default=Value(-1))
    for name in _COUNTED:
        rows: Any = sliced(actor, replace(base, what="" if name == "recorded" else name), now=now).order_by()
        cells = rows.annotate(month=month).values_list("grid_id", "state__handler__unit", "month")
        for grid, unit, first, n in cells.annotate(n=Count("id")):
            cube.setdefault((grid, unit, first), dict.fromkeys(_NAMES, 0))[name] = n
    for counts in cube.values():
        counts["unclosed"] = counts["recorded"] - counts["closed"]
        counts["on_time"] = counts["closed"] - counts["overdue"]
        counts["unsatisfied"] = counts["rated"] - counts["satisfied"]
    return cube


def _by(cube: Cube, key: Callable[[Cell], Any]) -> dict[Any, Counts]:
    """The cube summed over what the key leaves out."""
    found: dict[Any, list[Counts]] = {}
    for cell, counts in cube.items():
        found.setdefault(key(cell), []).append(counts)
    return {name: _sum(rows) for name, rows in found.items()}


def _sum(rows: Iterable[Counts]) -> Counts:
    total = dict.fromkeys(_NAMES, 0)
    for row in rows:
        for name in _NAMES:
            total[name] += row[name]
    return total


def _row(of: Slice, counts: Counts) -> dict[str, Any]:
    """Figures by fact, and the rates they make (None where nothing is to be divided)."""
    found: dict[str, Any] = {
        name: Figure(counts[name], replace(of, what="" if name == "recorded" else name)) for name in _NAMES
    }
    found["rates"] = {
        "closed": _share(counts["closed"], counts["recorded"]),
        "on_time": _share(counts["on_time"], counts["closed"]),
        "satisfied": _share(counts["satisfied"], counts["rated"]),
    }
    return found


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def made_of(actor: Actor, wanted: Slice, *, now: datetime) -> dict[str, Any] | None:
    """What a rate is made of, for a slice that is its part or its rest: `rate` (a key of RATES), `share`, and the
    figures `part`, `rest` and `whole`, each of which opens to its rows. None where no rate is asked about.
    """
    rate = next((name for name, (part, rest, _whole) in RATES.items() if wanted.what in (part, rest)), None)
    if rate is None or not wanted.period:
        return None
    slices = [replace(wanted, what=what) for what in RATES[rate]]
    part, rest, whole = (Figure(sliced(actor, each, now=now).count(), each) for each in slices)
    return {"rate": rate, "share": _share(part.n, whole.n), "part": part, "rest": rest, "whole": whole}


def _months(period: Period, now: datetime) -> list[date]:
    """The months a period touches, up to today."""
    zone = ZoneInfo(settings.TIME_ZONE)
    month = (period.start + timedelta(hours=1)).astimezone(zone).date().replace(day=1)  # not for its last minute
    last = min(period.end - timedelta(microseconds=1), now).astimezone(zone).date()
    found = []
    while month <= last:
        found.append(month)
        month = _next_month(month)
    return found


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _month(base: Slice, first: date, counts: Counts | None) -> dict[str, Any]:
    return {"month": first, **_row(replace(base, month=f"{first:%Y-%m}"), counts or _sum(()))}


Standing = list[tuple[int, str, int | None, int | None, int, int, int]]


def _standing(actor: Actor, kind: str, now: datetime) -> Standing:
    """Open cases by workflow, step, grid and unit, with how many of them are late and paused."""
    rows: Any = sliced(actor, Slice(what="open", kind=kind), now=now).order_by()
    counted = {"n": Count("id"), "late": Count("id", filter=_live("late", now))}
    counted["stopped"] = Count("id", filter=_live("paused", now))
    return list(rows.values_list("workflow_id", "step", "grid_id", "unit_id").annotate(**counted))


def _villages(town: Town, base: Slice, cube: Cube, live: Standing) -> list[dict[str, Any]]:
    """A row for each village, and one (id 0) for what lies in none where there is such a case."""
    tree, found = grid_tree(town), []
    home = {pk: village_of(town, pk) for pk in (*tree, *ended_grids(town))}
    late: dict[int, int] = {}
    for _flow, _step, grid, _unit, _n, count, _stopped in live:
        late[home.get(grid or 0, 0)] = late.get(home.get(grid or 0, 0), 0) + count
    sums = _by(cube, lambda cell: home.get(cell[0] or 0, 0))
    standing = [pk for pk, node in tree.items() if node.level == "village"]
    for pk in [*standing, *([0] if 0 in sums or late.get(0) else [])]:
        row = _row(replace(base, village=pk), sums.get(pk) or _sum(()))
        late_now = Figure(late.get(pk, 0), Slice(what="late", kind=base.kind, village=pk))
        found.append({"id": pk, "name": tree[pk].name if pk else "", **row, "late": late_now})
    return found


def village_of(town: Town, pk: int) -> int:
    """The village a grid lies in, or what became of it; 0 for the town's own ground, which is nobody's village."""
    tree = grid_tree(town)
    return next((each for each in ancestor_ids(town, pk) if each in tree and tree[each].level == "village"), 0)


def _units(town: Town, base: Slice, cube: Cube, live: Standing) -> list[dict[str, Any]]:
    """A row for each unit that handled a case, or is late now; the busiest first, then those without a handler."""
    late: dict[int, int] = {}
    for _flow, _step, _grid, unit, _n, count, _stopped in live:
        late[unit or 0] = late.get(unit or 0, 0) + count
    known, found, sums = units(town), [], _by(cube, lambda cell: cell[1] or 0)
    for pk in set(sums) | {unit for unit, count in late.items() if count}:
        row = _row(replace(base, unit=pk), sums.get(pk) or _sum(()))
        holds = Figure(late.get(pk, 0), Slice(what="late", kind=base.kind, holder=pk))
        found.append({"id": pk, "unit": known.get(pk), **row, "late": holds})
    return sorted(found, key=lambda row: (row["unit"] is None, -row["recorded"].n, row["id"]))


def _phases(actor: Actor, kind: str, live: Standing) -> list[dict[str, Any]]:
    """What stands in each of the six steps now, and how much of it is late or stopped."""
    found = {phase: [0, 0, 0] for phase in PHASES}
    for workflow_id, key, _grid, _unit, n, late, stopped in live:
        sums = found[workflow_by_id(actor.town, workflow_id).phase_of(key)]
        sums[0], sums[1], sums[2] = sums[0] + n, sums[1] + late, sums[2] + stopped
    return [
        {
            "phase": phase,
            "open": Figure(found[phase][0], Slice(what="open", kind=kind, phase=phase)),
            "late": Figure(found[phase][1], Slice(what="late", kind=kind, phase=phase)),
            "paused": Figure(found[phase][2], Slice(what="paused", kind=kind, phase=phase)),
        }
        for phase in PHASES
    ]


def _moment(actor: Actor, kind: str, live: Standing, now: datetime) -> dict[str, Figure]:
    """What is open, late and stopped now, and what today has brought."""
    rows: Any = Case.objects.seen_by(actor).exclude(channel="appeal").filter(_where(actor.town, Slice(kind=kind)))
    days = {name: _day(name, today(now), now) for name in DAYS}
    newer = rows.filter(days["today"] | days["closed_today"]).aggregate(
        **{name: Count("id", filter=of_day) for name, of_day in days.items()}
    )
    live_now = {"open": sum(row[4] for row in live), "late": sum(row[5] for row in live)}
    counts = {**live_now, "paused": sum(row[6] for row in live), **newer}
    return {name: Figure(n, Slice(what=name, kind=kind)) for name, n in counts.items()}


def _day(what: str, day: date, now: datetime) -> Q:
    """What a day, up to now, took in or closed."""
    column = "recorded_at" if what == "today" else "closed_at"
    after = _midnight(day) + timedelta(days=1)
    return Q(**{f"{column}__gte": _midnight(day), f"{column}__lt": after, f"{column}__lte": now})
