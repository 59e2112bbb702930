"""How the doors write: rows of duties, photos, entries and jobs, each table in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lianxin.cases.cards import CARD, card_of
from lianxin.cases.columns import duty_columns
from lianxin.cases.models import Case, Duty, Photo, Reporter
from lianxin.cases.roles import MAIN
from lianxin.cases.values import Holder, Standing
from lianxin.forms.photos import StoredPhoto, enter
from lianxin.jobs.queue import job
from lianxin.keys.rows import change, insert
from lianxin.ledger.actions import Line, make_entry
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import Actor
from lianxin.people.standing_in import who_takes
from lianxin.workflow.clock import Due
from lianxin.workflow.engine import Refused


@dataclass(slots=True)
class Sheet:
    """Everything one entry changes, gathered before the transaction begins and written in it."""

    case: Case
    actor: Actor
    now: datetime
    act: str
    changes: dict[str, Any] = field(default_factory=dict)
    opens: list[Duty] = field(default_factory=list)
    shuts: list[Duty] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    about: dict[str, int] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    photos: Sequence[StoredPhoto] = ()
    moment: str = "during"
    source: str = ""
    counts: str = ""
    late: bool = False
    quiet: bool = False

    def come_with(self, reporter: Reporter) -> None:
        """Note who comes to the case with this entry; their details only as a digest."""
        self.given["reporter"] = reporter.pk
        self.texts[CARD], self.about[CARD] = card_of(reporter), reporter.pk

    def open_duty(self, what: str, who: str, holder: Holder, due: Due | None, step: str) -> Duty:
        """Note a duty to be opened: who is away has somebody standing in, and a unit may have somebody on duty."""
        unit_id, post_id = holder.unit_id, holder.post_id
        if post_id is None or post_id != self.actor.post_id:
            unit_id, post_id = who_takes(self.actor.town, unit_id, post_id, now=self.now)
        duty = Duty(
            town_id=self.case.town_id, case_id=self.case.pk, what=what, step=step, who=who, unit_id=unit_id,
            post_id=post_id, opened_at=self.now, due_at=due.at if due else None,
            soon_at=due.soon_at if due else None, workflow_id=self.case.workflow_id,
        )  # fmt: skip
        self.opens.append(duty)
        return duty


def entry_of(sheet: Sheet, changed: Mapping[str, Any]) -> tuple[Entry, list[Text]]:
    """Make the entry of a sheet and move the case's head to it."""
    case = sheet.case
    data: dict[str, Any] = {"set": dict(changed)}
    if sheet.opens:
        data["opens"] = [_told(duty) | duty_columns(duty) for duty in sheet.opens]
    if sheet.shuts:
        data["shuts"] = [_told(duty) for duty in sheet.shuts]
    if sheet.given:
        data["given"] = sheet.given
    if sheet.photos:
        digests, thumbs = zip(*((photo.digest, photo.thumb) for photo in sheet.photos), strict=True)
        data["photos"] = {"moment": sheet.moment, "digests": list(digests), "thumbs": list(thumbs)}
    line = Line(
        "case", case.pk, sheet.act, data, sheet.texts,
        source=sheet.source, step=case.step, counts=sheet.counts, late=sheet.late, about=sheet.about,
    )  # fmt: skip
    entry, texts = make_entry(line, seq=case.version + 1, prev=case.head, actor=sheet.actor, now=sheet.now)
    case.version, case.head = entry.seq, entry.digest
    return entry, texts


def _told(duty: Duty) -> dict[str, Any]:
    return {"what": duty.what, "unit": duty.unit_id, "post": duty.post_id}


def save_changes(case: Case, seen_version: int, changed: Mapping[str, Any]) -> None:
    """Write the changed columns if the case still is as it was seen: locks, compares and writes in one statement."""
    values = {name: getattr(case, name) for name in changed} | {"version": case.version, "head": case.head}
    if change(Case, case.town_id, {"id": case.pk, "version": seen_version}, values) != 1:
        raise Refused("stale", seen=seen_version)


def save_rows(sheet: Sheet, entry: Entry, texts: Sequence[Text]) -> None:
    """Write the entry and what it brings; inside the door's transaction."""
    if sheet.shuts:
        change(Duty, entry.town_id, {"id": [duty.pk for duty in sheet.shuts]}, {"done_at": sheet.now})
    for duty in sheet.opens:
        duty.paused = duty.what == MAIN and bool(sheet.case.state.get("paused_at"))
    insert(sheet.opens)
    insert([entry])
    insert(texts)
    if sheet.photos:
        _save_photos(sheet, entry)
    if not sheet.quiet:
        args = {"case_id": sheet.case.pk, "entry_id": entry.pk, "act": sheet.act}
        insert([job("cases.entered", town_id=entry.town_id, run_at=sheet.now, args=args)])


def _save_photos(sheet: Sheet, entry: Entry) -> None:
    files = enter(sheet.photos, town_id=entry.town_id, now=sheet.now)
    rows = [
        Photo(
            town_id=entry.town_id, case_id=sheet.case.pk, entry_id=entry.pk, file_id=files[photo.digest],
            moment=sheet.moment, at=sheet.now,
        )
        for photo in sheet.photos
    ]  # fmt: skip
    insert(rows)


def standing_after(sheet: Sheet, before: Sequence[Duty]) -> Standing:
    """The case and its open duties once the sheet is written."""
    gone = {duty.pk for duty in sheet.shuts}
    return Standing(sheet.case, (*(duty for duty in before if duty.pk not in gone), *sheet.opens))
