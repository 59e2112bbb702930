"""Taking back what one has just done (撤销): the case stands again as it stood before, and its history says so.

Only who made the act, only while nothing has happened since, only for a few minutes (`workflow.undoing`). Nothing is
deleted: the undo is an entry of its own, and messages that went out are followed by one that says it was taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction as database

from lianxin.cases.actions.doors import announce
from lianxin.cases.actions.effects import note_on
from lianxin.cases.actions.handing import works_there
from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows, standing_after
from lianxin.cases.columns import apply
from lianxin.cases.kinds import kind_of
from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.standing import stand
from lianxin.cases.queries.undone import UNDO, UNDONE, check
from lianxin.cases.roles import MAIN
from lianxin.cases.values import Done, Holder, Standing
from lianxin.keys.once import OnceKey, claim, found
from lianxin.keys.rows import change
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.workflow.engine import Refused

_DATES = ("happened_at", "recorded_at", "due_at", "closed_at")
Key = tuple[str, int, int | None]


@dataclass(frozen=True, slots=True)
class _Past:
    """A case's entries: those before the acts to be taken back, and those acts."""

    before: Sequence[Entry]
    run: Sequence[Entry]

    def columns(self) -> dict[str, Any]:
        """What each column that the acts changed was before them."""
        stood: dict[str, Any] = {}
        for entry in self.before:
            stood.update(entry.data.get("set", {}))
        changed = {name for entry in self.run for name in entry.data.get("set", {})}
        return {name: _moment(stood[name]) if name in _DATES else stood[name] for name in changed}

    def duties(self) -> tuple[list[Key], list[tuple[Key, datetime]]]:
        """The duties the acts opened and left open; those they shut of what was open before, with when."""
        opened: list[Key] = []
        shut: list[tuple[Key, datetime]] = []
        for entry in self.run:
            for key in map(_key, entry.data.get("shuts", ())):
                if key in opened:
                    opened.remove(key)
                else:
                    shut.append((key, entry.at))
            opened += map(_key, entry.data.get("opens", ()))
        return opened, shut


def undo(
    case_id: int, entries: Sequence[int], *, actor: Actor, now: datetime, once: OnceKey | None = None
) -> Done:
    """Take back the last acts of a case, named by their entries in order; raises Refused and NotSeen.

    Step, dates, holder, counts and duties are again what they were before the first of them. A date that has passed
    meanwhile has passed: the case may be late at once. The same key again changes nothing more.
    """
    standing = stand(actor, pk=case_id)
    if found(once, town_id=actor.town_id) is not None:
        return Done(standing, None)
    past = _past(standing.case, entries, actor)
    ways = check(standing, past.run, actor=actor, now=now)
    sheet = _sheet(standing, past, actor, now)
    seen = standing.case.version
    main_id = standing.case.parent_id
    reopened = _duties(standing, past, sheet)
    changed = apply(standing.case, {**past.columns(), **_left(reopened, actor, now)})
    entry, texts = entry_of(sheet, changed)
    with database.atomic():
        if claim(once, town_id=actor.town_id, result=case_id, now=now) is not None:
            return Done(stand(actor, pk=case_id), None)
        save_changes(standing.case, seen, changed)
        kind = kind_of(standing.case.kind)
        for way in ways:
            kind.take_back(standing.case, way)
        _keep_main(standing, sheet)
        if any(way.effect("merge") for way in ways) and main_id is not None:
            _release(standing.case, main_id, actor=actor, now=now)
        sheet.opens = []  # they stand there already, and are opened again
        save_rows(sheet, entry, texts)
        _reopen(reopened)
    announce(entry)
    left = standing_after(sheet, standing.duties)
    return Done(Standing(left.case, (*left.duties, *reopened)), entry)


def _past(case: Case, wanted: Sequence[int], actor: Actor) -> _Past:
    rows = Entry.objects.for_system("undo: the case is seen", actor.town).filter(
        subject_kind="case", subject_id=case.pk
    )
    every = list(rows.order_by("seq"))
    named = [entry for entry in every if entry.pk in set(wanted)]
    if not named or named != every[-len(named) :]:
        raise Refused("undo_passed", act=named[-1].act if named else UNDO)
    return _Past(every[: -len(named)], named)


def _sheet(standing: Standing, past: _Past, actor: Actor, now: datetime) -> Sheet:
    told: dict[str, Any] = {"first": past.run[0].seq, "acts": [entry.act for entry in past.run]}
    if actor.reporter_id is not None:
        told["reporter"] = actor.reporter_id
    return Sheet(standing.case, actor, now, UNDO, given=told, source=standing.case.step, counts=UNDONE)


def _duties(standing: Standing, past: _Past, sheet: Sheet) -> list[Duty]:
    """Note what the acts had opened as shut, what they had shut as open again; returns the rows to be reopened."""
    opened, shut = past.duties()
    left = sorted(standing.duties, key=lambda duty: -duty.pk)
    for key in opened:
        found = next(duty for duty in left if _of(duty) == key)
        left.remove(found)
        sheet.shuts.append(found)
    if not shut:
        return []
    rows = Duty.objects.for_system("undo", standing.case.town_id).filter(
        case_id=standing.case.pk, done_at__in={at for _, at in shut}, id__lt=past.before[-1].pk
    )
    closed, again = list(rows.order_by("-id")), []  # made before the acts: ids grow with time
    for key, at in shut:
        found = next(duty for duty in closed if _of(duty) == key and duty.done_at == at)
        closed.remove(found)
        again.append(found)
    sheet.opens = list(again)
    return again


def _left(reopened: Sequence[Duty], actor: Actor, now: datetime) -> dict[str, Any]:
    """What was with a post that has ended since comes back to its unit; returns what becomes of the case's holder."""
    for duty in reopened:
        if duty.post_id is not None and not works_there(actor.town, Holder(duty.unit_id, duty.post_id), now):
            duty.post_id = None
    main = next((duty for duty in reopened if duty.what == MAIN), None)
    return {"unit_id": main.unit_id, "post_id": main.post_id} if main is not None else {}


def _reopen(duties: Sequence[Duty]) -> None:
    for duty in duties:
        duty.done_at, duty.swept = None, False
        again = {"done_at": None, "swept": False, "post_id": duty.post_id}
        change(Duty, duty.town_id, {"id": duty.pk}, again)


def _keep_main(standing: Standing, sheet: Sheet) -> None:
    """A main duty that stays open goes by the case's dates again, where the act had moved them."""
    case, main = standing.case, standing.main
    soon = case.state.get("soon_at")
    if main is None or main in sheet.shuts:
        return
    told = {
        "due_at": case.due_at, "soon_at": datetime.fromisoformat(soon) if soon else None,
        "paused": case.state.get("paused_at") is not None, "swept": False,
    }  # fmt: skip
    if any(getattr(main, name) != value for name, value in told.items()):
        change(Duty, main.town_id, {"id": main.pk, "done_at": None}, told)
        for name, value in told.items():
            setattr(main, name, value)


def _release(case: Case, main_id: int, *, actor: Actor, now: datetime) -> None:
    main = Case.objects.for_system("undo of a merge", case.town_id).get(pk=main_id)
    note_on(main, "release", {"case": case.pk}, actor=actor, now=now)


def _key(told: Mapping[str, Any]) -> Key:
    return told["what"], told["unit"], told["post"]


def _of(duty: Duty) -> Key:
    return duty.what, duty.unit_id, duty.post_id


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
