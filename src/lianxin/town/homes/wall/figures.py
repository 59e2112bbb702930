"""What the wall shows: counts of the town, no title, text, name or number of a case.

Everything is asked for together and remembered for a quarter of a minute, the rates of a year for five minutes, so
that ten walls cost as much as one.
"""

import threading
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse

from lianxin.cases.queries.figures import Figure, Slice, figures, period_of, sliced, village_of
from lianxin.cases.queries.inbox import InboxFilter, duties_of
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.keys.cache import briefly
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.queries import today, units
from lianxin.places.queries import ancestor_ids
from lianxin.workflow.definition import PHASES

SECONDS: Final = 15.0  # how old the figures of a wall may be
YEAR_SECONDS: Final = 300.0  # and its rates over twelve months
DAYS: Final = 30

Held = list[tuple[int, str, int | None, int | None, int]]  # workflow, step, grid, unit, how many
_building: dict[int, threading.Lock] = {}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The figures of one moment.

    `now`: open, late, today, closed_today; `total`: as `figures` gives it, over twelve months; `phases`: open and
    late in each of the six steps; `soon`: how many are due soon; `places`: open and late by grid, those below it
    counted in; `days`: day, taken in, closed; `categories`: id (0: not sorted yet) and open; `units`: the unit's id,
    its open and late ones, its own six steps, and its row of `figures`.
    """

    at: datetime
    now: dict[str, Figure]
    total: dict[str, Any]
    phases: list[dict[str, Any]]
    soon: int
    places: dict[int, tuple[int, int]]
    homeless: tuple[Figure, Figure]
    days: list[tuple[date, Figure, Figure]]
    categories: list[tuple[int, Figure]]
    units: list[dict[str, Any]]

    def age(self, now: datetime) -> int:
        """Whole seconds since the figures were counted."""
        return max(0, int((now - self.at).total_seconds()))


def screen(town: Town) -> Actor:
    """Who a display acts as: sees the town less what is confidential, stands in no post and no unit, may do nothing."""
    return Actor(town=town, role="screen", post_id=0, unit_id=0, sees="town")


def snapshot(actor: Actor, *, now: datetime) -> Snapshot:
    """The figures as the actor may count them, at most `SECONDS` old; walls that ask at once are served by one."""
    with _building.setdefault(actor.town_id, threading.Lock()):
        return briefly(actor.town, f"wall:{actor.post_id}", lambda: count(actor, now=now), seconds=SECONDS)


def count(actor: Actor, *, now: datetime) -> Snapshot:
    """The figures counted now: a score of statements, however many cases there are."""
    town = actor.town
    year = briefly(town, f"wall.year:{actor.post_id}", lambda: _year(actor, now), seconds=YEAR_SECONDS)
    held, late, days = _held(actor, "open", now), _held(actor, "late", now), _days(actor, now)
    return Snapshot(
        at=now, now=_moment(held, late, days), total=year["total"], soon=_soon(actor, now), days=days,
        phases=_cells(_by_phase(town, held), _by_phase(town, late)), places=_places(town, held, late),
        homeless=_homeless(town, held, late), categories=_categories(actor, now),
        units=_units(town, year["units"], held, late),
    )  # fmt: skip


def _year(actor: Actor, now: datetime) -> dict[str, Any]:
    """The rates of twelve months: a thousand times what changes in a minute, so they are counted less often."""
    return figures(actor, period_of(actor.town, "rolling", now=now), now=now)


def _moment(held: Held, late: Held, days: list[tuple[date, Figure, Figure]]) -> dict[str, Figure]:
    _today, taken, closed = days[-1]
    counts = {"open": sum(row[4] for row in held), "late": sum(row[4] for row in late)}
    counts |= {"today": taken.n, "closed_today": closed.n}
    return {name: Figure(n, Slice(what=name)) for name, n in counts.items()}


SOON: Final = InboxFilter(scope="all", light="soon", duty="main")


def soon_href() -> str:
    """Where what is due soon is listed."""
    return f"{reverse('desk')}?scope={SOON.scope}&light={SOON.light}&duty={SOON.duty}"


def _soon(actor: Actor, now: datetime) -> int:
    return duties_of(actor, SOON, now=now).count()


def _held(actor: Actor, what: str, now: datetime) -> Held:
    rows: Any = sliced(actor, Slice(what=what), now=now).order_by()
    return list(rows.values_list("workflow_id", "step", "grid_id", "unit_id").annotate(n=Count("id")))


def _places(town: Town, held: Held, late: Held) -> dict[int, tuple[int, int]]:
    found: dict[int, list[int]] = {}
    for at, rows in enumerate((held, late)):
        for _flow, _step, grid, _unit, n in rows:
            for pk in ancestor_ids(town, grid or 0):
                found.setdefault(pk, [0, 0])[at] += n
    return {pk: (n, n_late) for pk, (n, n_late) in found.items()}


def _homeless(town: Town, held: Held, late: Held) -> tuple[Figure, Figure]:
    open_n, late_n = (sum(row[4] for row in rows if not village_of(town, row[2] or 0)) for rows in (held, late))
    return Figure(open_n, Slice(what="open", village=0)), Figure(late_n, Slice(what="late", village=0))


def _days(actor: Actor, now: datetime) -> list[tuple[date, Figure, Figure]]:
    """What each of the last days took in and closed, today the last."""
    zone = ZoneInfo(settings.TIME_ZONE)
    first = today(now) - timedelta(days=DAYS - 1)
    since = datetime.combine(first, time(), zone)
    told = []
    for column in ("recorded_at", "closed_at"):
        rows: Any = sliced(actor, Slice(), now=now).filter(**{f"{column}__gte": since, f"{column}__lte": now})
        by_day = rows.order_by().annotate(day=TruncDate(column, tzinfo=zone)).values_list("day")
        told.append(dict(by_day.annotate(n=Count("id"))))
    found = []
    for day in (first + timedelta(days=at) for at in range(DAYS)):
        taken, closed = (
            Figure(by_day.get(day, 0), Slice(what=what, day=day.isoformat()))
            for what, by_day in zip(("today", "closed_today"), told, strict=True)
        )
        found.append((day, taken, closed))
    return found


def _categories(actor: Actor, now: datetime) -> list[tuple[int, Figure]]:
    """The categories by how many of their cases are open, those not sorted yet last."""
    rows: Any = sliced(actor, Slice(what="open"), now=now).order_by()
    counted = [(pk or 0, n) for pk, n in rows.values_list("category_id").annotate(n=Count("id"))]
    counted.sort(key=lambda row: (row[0] == 0, -row[1], row[0]))
    return [(pk, Figure(n, Slice(what="open", category=pk))) for pk, n in counted]


def _units(town: Town, rows: list[dict[str, Any]], held: Held, late: Held) -> list[dict[str, Any]]:
    """The units by what they have on their hands, what is late first; last what is nobody's turn, if there is any."""
    known, handled = units(town), {row["id"]: row for row in rows}
    open_now, late_now = _by_unit(town, held), _by_unit(town, late)
    found = []
    for pk in ({*handled, *open_now} & set(known)) | ({0} & set(open_now)):
        cells = _cells(open_now.get(pk, {}), late_now.get(pk, {}), pk)
        n, n_late = (sum(by.get(pk, {}).values()) for by in (open_now, late_now))
        row = {"id": pk, "cells": cells, "open": Figure(n, Slice(what="open", holder=pk))}
        row["handled"] = handled.get(pk) if pk else None
        found.append({**row, "late": Figure(n_late, Slice(what="late", holder=pk))})
    return sorted(found, key=_weight)


def _weight(row: dict[str, Any]) -> tuple[bool, int, int, int, int]:
    handled = row["handled"]["recorded"].n if row["handled"] else 0
    return row["id"] == 0, -row["late"].n, -row["open"].n, -handled, row["id"]


def _cells(held: dict[str, int], late: dict[str, int], holder: int | None = None) -> list[dict[str, Any]]:
    """What stands in each of the six steps, and how many of it are late."""
    return [
        {
            "phase": phase,
            "open": Figure(held.get(phase, 0), Slice(what="open", holder=holder, phase=phase)),
            "late": late.get(phase, 0),
        }
        for phase in PHASES
    ]


def _by_phase(town: Town, rows: Held) -> dict[str, int]:
    found: dict[str, int] = {}
    for by_phase in _by_unit(town, rows).values():
        for phase, n in by_phase.items():
            found[phase] = found.get(phase, 0) + n
    return found


def _by_unit(town: Town, rows: Held) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for flow, step, _grid, unit, n in rows:
        phase = workflow_by_id(town, flow).phase_of(step)
        held = found.setdefault(unit or 0, {})
        held[phase] = held.get(phase, 0) + n
    return found
