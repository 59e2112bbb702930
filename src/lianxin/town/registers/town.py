"""The town itself: its name and telephone, its working hours, how far its holiday table goes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lianxin.cases.queries.setup import kinds
from lianxin.cases.words import said
from lianxin.jobs.queue import enqueue
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.ledger.rows import Change, past_of, reason_of
from lianxin.people.models import CalendarDay
from lianxin.people.queries import today
from lianxin.town.registers.contacts import Phone
from lianxin.town.registers.fields import Choice, Field, Option, Wrong
from lianxin.town.registers.register import NotKept, Reading, may_keep
from lianxin.town.registers.times import Day, Hours, Week
from lianxin.ui import words

if TYPE_CHECKING:
    from django.http import QueryDict

    from lianxin.ledger.models import Entry
    from lianxin.people.actors import Actor


class StaleTown(Exception):
    """Somebody changed what is said of the town after the caller saw it."""


COLUMNS: Final = ("name", "name_en", "county", "phone")  # of the row; the other fields are in its settings


def _open_kinds(town: Town) -> Iterator[Option]:
    return ((flow.key, flow.key, said(flow.name)) for flow in kinds(town) if not flow.confidential)


FIELDS: Final[tuple[Field, ...]] = (
    Field(column="name", label=lambda: _("Name of the town"), required=True, most=40),
    Field(column="name_en", label=lambda: _("Name in English"), most=60),
    Field(column="county", label=lambda: _("County or district"), most=60),
    Phone(column="phone", label=lambda: _("Public telephone"), most=20,
          hint=lambda: _("Shown to residents; empty: none is shown.")),
    Choice(column="report_kind", label=lambda: _("What residents raise"), options=_open_kinds, required=True),
    Week(column="hours", label=lambda: _("Working hours"), own=False,
         hint=lambda: _("Limits in working time run in these hours; a unit may have its own.")),
    Hours(column="makeup", label=lambda: _("Hours of a make-up day")),
    Day(column="calendar_until", label=lambda: _("The holiday table is complete until"), required=True,
        hint=lambda: _("What is due later is marked provisional until the next year's days are entered.")),
)  # fmt: skip


def stands(town: Town) -> dict[str, Any]:
    """The fields as they stand."""
    held = Town.objects.get(pk=town.pk)
    kept = {each.column: held.settings.get(each.column) for each in FIELDS if each.column not in COLUMNS}
    return {**{name: getattr(held, name) for name in COLUMNS}, **kept}


def stamp_of_town(town: Town) -> str:
    """A short digest of the fields as they stand."""
    return hashlib.sha256(json.dumps(stands(town), sort_keys=True).encode()).hexdigest()[:16]


def read_town(town: Town, data: QueryDict) -> Reading:
    """Read the form of the town."""
    reading = Reading()
    for each in FIELDS:
        try:
            reading.facts[each.column] = load_field(town, each.column, each.take(data))
        except Wrong as wrong:
            reading.faults[each.column] = wrong.said
    return reading


def load_field(town: Town, name: str, raw: Any) -> Any:
    """The value of a field of the town as its row or its settings hold it; raises Wrong."""
    found = next((each for each in FIELDS if each.column == name), None)
    if found is None:
        raise Wrong(_("The register has no such field."))
    value = found.load(town, raw)
    return value.isoformat() if isinstance(value, date) else value


def change_town(
    town: Town,
    facts: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    act: str = "change",
    seen: str = "",
    why: str = "",
) -> list[str]:
    """Change what is said of the town; the names of what changed. Raises NotKept, StaleTown.

    `seen` is the `stamp_of_town` of what the caller looked at; `why` stands in the history. What was once may stand
    again (`restore`) though days entered since go beyond it: their limits are provisional then, as they were.
    """
    if not may_keep(actor, "configure"):
        raise NotKept({"": _("This is not yours to do.")})
    with transaction.atomic():
        held = Town.objects.select_for_update().get(pk=town.pk)
        if seen and stamp_of_town(town) != seen:
            raise StaleTown
        before = stands(town)
        changed = [name for name, value in facts.items() if before[name] != value]
        if "calendar_until" in changed:
            _must_reach(town, facts["calendar_until"], before["calendar_until"] if act != "restore" else None, now)
        for name in changed:
            if name in COLUMNS:
                setattr(held, name, facts[name])
            else:
                held.settings[name] = facts[name]
        if changed:
            held.save(update_fields=[*COLUMNS, "settings"])
            data = {"was": {name: before[name] for name in changed}, "now": {name: facts[name] for name in changed}}
            record(Line("town", town.pk, act, data, {"reason": why} if why else {}), actor=actor, now=now)
            bump(town)
        if "calendar_until" in changed:
            enqueue("cases.reckon", town_id=town.pk, run_at=now)
    return changed


def _must_reach(town: Town, until: str, stood: str | None, now: datetime) -> None:
    """The holiday table does not end in the past, and is not taken back behind days that are entered; else NotKept."""
    if until < today(now).isoformat():
        told = _("This day is past, and every limit from now on would be provisional. Set today or a later day.")
        raise NotKept({"calendar_until": told})
    days = CalendarDay.objects.for_system("holidays", town)
    last = days.aggregate(last=Max("day"))["last"] if stood and until < stood else None
    if last is not None and until < last.isoformat():
        told = _("Holidays are entered until %(day)s: the table goes at least so far. Take away what is wrong first.")
        raise NotKept({"calendar_until": told % {"day": words.whole_day(last)}})


def put_town_back(town: Town, seq: int, *, actor: Actor, now: datetime, seen: str = "") -> list[str]:
    """Bring the town to what it was before an entry of its history; the names of what changed.

    Raises NotKept where what it was cannot stand any more, and says by column why; StaleTown.
    """
    past = past_of(town, "town", town.pk)
    if not any(entry.seq == seq and entry.data.get("was") for entry in past):
        raise NotKept({"": _("There is no such change in its history.")})
    stood: dict[str, Any] = {}
    for entry in reversed([each for each in past if each.seq >= seq]):
        stood.update(entry.data.get("was", {}))
    facts, faults = {}, {}
    for each in FIELDS:
        if each.column in stood:
            try:
                facts[each.column] = load_field(town, each.column, _as_sent(town, each, stood[each.column]))
            except Wrong as wrong:
                faults[each.column] = wrong.said
    if faults:
        raise NotKept(faults)
    return change_town(town, facts, actor=actor, now=now, act="restore", seen=seen)


def _as_sent(town: Town, field: Field, value: Any) -> Any:
    """A value that stood once as a file would say it today; raises Wrong where there is no word for it any more."""
    told = field.dump(town, value)
    if told is None and value is not None:
        raise Wrong(_("There is none such: %(what)s") % {"what": str(value)[:40]})
    return told


def town_changes(town: Town, entry: Entry) -> Change:
    """One entry of the town's history in words."""
    was, now = entry.data.get("was", {}), entry.data.get("now", {})
    said = [
        (e.label(), e.said(town, was[e.column]) if e.column in was else "", e.said(town, now[e.column]))
        for e in FIELDS
        if e.column in now
    ]
    return Change(entry, tuple(said), reason_of(entry))
