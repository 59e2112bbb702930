"""Settings of a town are small rows; each change of one is an entry that says what it was and what it became.

The columns of the change stand in the entry as plain JSON (`was`, `now`), so any earlier state can be shown and put
back, and `verify` finds a row that was changed behind the product's back.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lianxin.keys.rows import fields_of
from lianxin.ledger.actions import Line, record
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import Broken, Replay, register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.keys.scope import OfTown

_models: dict[str, type[OfTown]] = {}


class StaleRow(Exception):
    """Somebody changed the row after the caller saw it; `row` is as it stands now."""

    def __init__(self, row: OfTown) -> None:
        super().__init__(str(row))
        self.row = row


def keep_rows(kind: str, model: type[OfTown]) -> None:
    """Let `verify` compare the rows of a model with their entries; `kind` is the subject's word in the ledger."""
    _models[kind] = model
    register(Replay(kind, None, _holds, _none_missing))


def plain(row: OfTown) -> dict[str, Any]:
    """The columns of a row as JSON: times in ISO 8601, relations by id under the column's own name (`parent_id`)."""
    columns = (field for field in fields_of(type(row)) if field.attname not in {"id", "town_id"})
    return {field.attname: _json(getattr(row, field.attname)) for field in columns}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date | time) else value


def as_columns(model: type[OfTown], stood: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `plain` (or some of them) as a row of the model takes them, to be put back."""
    named = {field.attname: field for field in fields_of(model)}
    return {name: named[name].to_python(value) for name, value in stood.items() if name in named}


def stamp_of(row: OfTown) -> str:
    """A short digest of a row as it stands: what a form carries, so that nobody overwrites what they have not seen."""
    return hashlib.sha256(json.dumps(plain(row), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def add_row(row: OfTown, kind: str, *, actor: Any, now: datetime, act: str = "add", why: str = "") -> Entry:
    """Write a new row and the entry that says so."""
    with transaction.atomic():
        row.save(force_insert=True)
        return record(_line(kind, row.pk, act, {"now": plain(row)}, why), actor=actor, now=now)


def change_row(
    row: OfTown,
    kind: str,
    facts: Mapping[str, Any],
    *,
    actor: Any,
    now: datetime,
    seen: str = "",
    act: str = "change",
    why: str = "",
) -> list[str]:
    """Change columns of a standing row; returns the names of those that did change, and writes nothing if none did.

    `facts` is by column name (`parent_id`, not `parent`). `seen` is the `stamp_of` the row the caller looked at:
    another one raises StaleRow. The caller's object is brought up to date.
    """
    with transaction.atomic():
        held = type(row).objects.for_system("change", row.town_id).select_for_update().get(pk=row.pk)
        if seen and stamp_of(held) != seen:
            raise StaleRow(held)
        before = plain(held)
        for name, value in facts.items():
            setattr(held, name, value)
            setattr(row, name, value)
        after = plain(held)
        changed = [name for name in facts if before[name] != after[name]]
        if changed:
            held.save(update_fields=changed)
            data = {"was": {name: before[name] for name in changed}, "now": {name: after[name] for name in changed}}
            record(_line(kind, row.pk, act, data, why), actor=actor, now=now)
    return changed


def drop_row(row: OfTown, kind: str, *, actor: Any, now: datetime, seen: str = "", why: str = "") -> Entry:
    """Take a row away that nothing points at; its entry keeps what it was, so it can be entered again.

    `seen` as for `change_row`: raises StaleRow.
    """
    with transaction.atomic():
        if seen:
            held = type(row).objects.for_system("drop", row.town_id).select_for_update().get(pk=row.pk)
            if stamp_of(held) != seen:
                raise StaleRow(held)
        was, pk = plain(row), row.pk
        row.delete()
        return record(_line(kind, pk, "drop", {"was": was}, why), actor=actor, now=now)


def _line(kind: str, pk: int, act: str, data: dict[str, Any], why: str) -> Line:
    return Line(kind, pk, act, data, {"reason": why} if why else {})


def past_of(town: Town, kind: str, pk: int) -> list[Entry]:
    """Everything that was done to a row, the oldest first."""
    rows = Entry.objects.for_system("settings: history", town).filter(subject_kind=kind, subject_id=pk)
    return list(rows.order_by("seq"))


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a row's history in words: what each field was and became."""

    entry: Entry
    fields: tuple[tuple[str, str, str], ...]  # label, what it was, what it became
    why: str


def reason_of(entry: Entry) -> str:
    """Why something was done, as its entry tells; "" where nobody said."""
    return next((text.body for text in entry.texts.all() if text.field == "reason"), "")


def before_entry(row: OfTown, past: Sequence[Entry], seq: int) -> dict[str, Any]:
    """The columns of a row as they stood before an entry: what later entries replaced is put back, the last first."""
    state = plain(row)
    for entry in reversed(past):
        if entry.seq < seq:
            break
        state.update(entry.data.get("was", {}))
    return state


def _holds(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    """What the entries say of each column last is what stands in the row."""
    kind = next(iter(subjects.values()))[0].subject_kind
    rows = _models[kind].objects.for_system("verify", town).in_bulk(list(subjects))
    for pk, entries in subjects.items():
        told = [entry for entry in entries if entry.act == "drop" or "now" in entry.data]
        if told and told[-1].act == "drop":
            if pk in rows:
                yield Broken(f"{kind}:{pk}", told[-1].seq, "stands although it was taken away")
            continue
        state: dict[str, Any] = {}
        for entry in told:
            state.update(entry.data.get("now", {}))  # what was taken away and came back was told whole
        if state:
            yield from _compare(f"{kind}:{pk}", rows.get(pk), state, told[-1].seq)


def _compare(name: str, row: OfTown | None, state: Mapping[str, Any], seq: int) -> Iterator[Broken]:
    if row is None:
        yield Broken(name, seq, "its row is missing")
        return
    stands = plain(row)
    for column, value in state.items():
        if column in stands and stands[column] != value:
            yield Broken(name, seq, "the row is not what was last written", column)


def _none_missing(_town: Town) -> Iterator[Broken]:
    """Rows that a town began with have no entries until they are changed."""
    yield from ()
