"""Settings of a town are small rows; each change of one is an entry that says what it was and what it became.

The columns of the change stand in the entry as plain JSON (`was`, `now`), so any earlier state can be shown and put
back, and `verify` finds a row that was changed behind the product's back. What is a person's own (a name, a telephone
number) stands beside the entry as a text that can be erased, as the column holds it: encrypted where that is.

Rows that came without an entry (what a town began with, what an older version kept) are written down as they stand,
once for each kind; after that a row of the kind without an entry is one that nobody made.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from lianxin.keys.rows import fields_of
from lianxin.keys.scope import InTown, OfTown
from lianxin.ledger.actions import Line, record, record_each
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import Broken, Replay, register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.ledger.models import Text

WAS: Final = "was"
NOW: Final = "now"
FOUND: Final = "found"  # the act of an entry that writes down what stood without one
TOWN: Final = "town"  # the subject whose entries tell which kinds were written down
Row = Any  # of a town, or an account, which is in none


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the ledger knows of a sort of rows: their model, and the columns that are a person's own."""

    model: type[Any]
    private: frozenset[str]


@dataclass(frozen=True, slots=True)
class Erased:
    """Stands where a text was that has been erased for good."""


ERASED: Final = Erased()
_kinds: dict[str, _Kind] = {}
_only: dict[type[Any], frozenset[str]] = {}  # the columns that are told of rows of no town


class Going(StrEnum):
    """What taking a change back comes to: the row is again what it was, is taken away, ends, comes again, is as it was
    already, or stays as it is.
    """

    BACK = "back"
    GONE = "gone"
    ENDS = "ends"
    AGAIN = "again"
    SAME = "same"
    STAYS = "stays"


class StaleRow(Exception):
    """Somebody changed the row after the caller saw it; `row` is as it stands now."""

    def __init__(self, row: Row) -> None:
        super().__init__(str(row))
        self.row = row


def keep_rows(kind: str, model: type[OfTown | InTown], *, private: Iterable[str] = ()) -> None:
    """Let `verify` compare the rows of a model with their entries; `kind` is the subject's word in the ledger.

    `private`: the columns that are a person's own.
    """
    _kinds[kind] = _Kind(model, frozenset(private))
    register(Replay(kind, None, _holds, lambda town: _made_by_nobody(town, kind)))


def private_columns(kind: str) -> frozenset[str]:
    """The columns of a sort of rows that are a person's own."""
    return _kinds[kind].private if kind in _kinds else frozenset()


def tell_rows(kind: str, model: type[Any], *, private: Iterable[str]) -> None:
    """Let entries tell of rows that are in no town: other towns change them too, so `verify` cannot compare them.

    Of such a row no other column is ever told: a password is nobody's.
    """
    _kinds[kind] = _Kind(model, frozenset(private))
    _only[model] = frozenset(private)


def plain(row: Row) -> dict[str, Any]:
    """The columns of a row as JSON: times in ISO 8601, relations by id under the column's own name (`parent_id`)."""
    only = _only.get(type(row))
    columns = (field for field in fields_of(type(row)) if field.attname not in {"id", "town_id"})
    if only is not None:
        columns = (field for field in columns if field.attname in only)
    return {field.attname: _json(getattr(row, field.attname)) for field in columns}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date | time) else value


def as_columns(model: type[Any], stood: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `plain` (or some of them) as a row of the model takes them, to be put back."""
    named = {field.attname: field for field in fields_of(model)}
    return {name: named[name].to_python(value) for name, value in stood.items() if name in named}


def stamp_of(row: Row) -> str:
    """A short digest of a row as it stands: what a form carries, so that nobody overwrites what they have not seen.

    Keyed: from the digest and a masked telephone number nobody finds the figures that are not shown.
    """
    told = json.dumps(plain(row), sort_keys=True, ensure_ascii=False).encode()
    return hmac.digest(settings.SECRET_KEY.encode(), told, "sha256").hex()[:16]


def added(row: Row, kind: str, *, act: str = "add", why: str = "") -> Line:
    """What the entry of a new row says; for an import, which writes rows and entries many at a time."""
    return _line(kind, row.pk, act, {NOW: plain(row)}, why)


def dropped(row: Row, kind: str, *, why: str = "") -> Line:
    """What the entry of a row says that is about to be taken away."""
    return _line(kind, row.pk, "drop", {WAS: plain(row)}, why)


def altered(row: Row, kind: str, facts: Mapping[str, Any], *, act: str = "change", why: str = "") -> Line | None:
    """Set columns of a row, by column name (`parent_id`), and tell what its entry says; None where none changes.

    Writes nothing: the caller saves the row, in the transaction of the entry.
    """
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for name, value in facts.items():
        before = _json(getattr(row, name))
        setattr(row, name, value)
        if (after := _json(getattr(row, name))) != before:
            was[name], now[name] = before, after
    return _line(kind, row.pk, act, {WAS: was, NOW: now}, why) if now else None


def changed_by(line: Line) -> list[str]:
    """The columns that the entry of a change is about."""
    return sorted({*line.data.get(NOW, {}), *(name for _side, name in _private_of(line.texts))})


def add_row(row: Row, kind: str, *, actor: Any, now: datetime, act: str = "add", why: str = "") -> Entry:
    """Write a new row and the entry that says so."""
    with transaction.atomic():
        row.save(force_insert=True)
        return record(added(row, kind, act=act, why=why), actor=actor, now=now)


def change_row(
    row: Row,
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
        held = _locked(row)
        if seen and stamp_of(held) != seen:
            raise StaleRow(held)
        line = altered(held, kind, facts, act=act, why=why)
        for name, value in facts.items():
            setattr(row, name, value)
        if line is None:
            return []
        changed = [name for name in facts if name in changed_by(line)]
        held.save(update_fields=changed)
        record(line, actor=actor, now=now)
    return changed


def drop_row(row: OfTown | InTown, kind: str, *, actor: Any, now: datetime, seen: str = "", why: str = "") -> Entry:
    """Take a row away that nothing points at; its entry keeps what it was, so it can be entered again.

    `seen` as for `change_row`: raises StaleRow.
    """
    with transaction.atomic():
        if seen and stamp_of(held := _locked(row)) != seen:
            raise StaleRow(held)
        line = dropped(row, kind, why=why)
        row.delete()
        return record(line, actor=actor, now=now)


def _locked(row: Row) -> Row:
    model = type(row)
    rows = model.objects.for_system("change", row.town_id) if isinstance(row, OfTown | InTown) else model.objects
    return rows.select_for_update().get(pk=row.pk)


def _line(kind: str, pk: int, act: str, sides: Mapping[str, Mapping[str, Any]], why: str) -> Line:
    """The entry: plain columns in its data, a person's own as texts, as the database holds them; "" is no text."""
    known = _kinds.get(kind)
    private = known.private if known else frozenset()
    data = {side: {name: v for name, v in told.items() if name not in private} for side, told in sides.items()}
    texts = {
        f"{side}.{name}": _field(known.model, name).get_prep_value(value)
        for side, told in sides.items()
        for name, value in told.items()
        if known and name in private and value
    }  # fmt: skip
    return Line(kind, pk, act, data, {**texts, **({"reason": why} if why else {})})


def _field(model: type[Any], name: str) -> Any:
    return next(field for field in fields_of(model) if field.attname == name)


def _private_of(names: Iterable[str]) -> list[tuple[str, str]]:
    """The sides and columns that texts are about, by the texts' names."""
    parts = (name.partition(".") for name in names)
    return [(side, column) for side, dot, column in parts if dot and side in (WAS, NOW)]


def side_of(entry: Entry, side: str, texts: Iterable[Text] | None = None) -> dict[str, Any]:
    """What an entry says of its row before (WAS) or after (NOW): the columns that changed, of a new row all.

    ERASED for what was a person's own and has been erased. `texts` of the entry, where the caller has read them.
    """
    told = dict(entry.data.get(side, {}))
    if side not in entry.data:
        return told
    known = _kinds[entry.subject_kind]
    told |= {column: "" for _side, column in _private_of(entry.data.get("texts", {}))}
    for text in entry.texts.all() if texts is None else texts:
        for said_of, column in _private_of([text.field]):
            if said_of == side:
                told[column] = ERASED if text.erased_at else _read(known.model, column, text.body)
    return told


def _read(model: type[Any], column: str, body: str) -> Any:
    convert = getattr(_field(model, column), "from_db_value", None)
    return convert(body, None, None) if convert else body


def past_of(town: Town, kind: str, pk: int) -> list[Entry]:
    """Everything that was done to a row, the oldest first."""
    return pasts_of(town, kind, [pk])


def pasts_of(town: Town, kind: str, pks: Iterable[int]) -> list[Entry]:
    """Everything that was done to some rows, the oldest first, with its texts. Two statements."""
    return list(_pasts(town, kind, pks).order_by("at", "id").prefetch_related("texts"))


def _pasts(town: Town, kind: str, pks: Iterable[int]) -> Any:
    return Entry.objects.for_system("settings: history", town).filter(subject_kind=kind, subject_id__in=list(pks))


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a row's history in words: what each field was and became."""

    entry: Entry
    fields: tuple[tuple[str, str, str], ...]  # label, what it was, what it became
    why: str


def reason_of(entry: Entry) -> str:
    """Why something was done, as its entry tells; "" where nobody said."""
    return next((text.body for text in entry.texts.all() if text.field == "reason"), "")


def can_go_back(entry: Entry) -> bool:
    """Whether an entry tells what was before it."""
    return WAS in entry.data


def before_entry(row: Row, past: Sequence[Entry], seq: int) -> dict[str, Any]:
    """The columns of a row as they stood before an entry: what later entries replaced is put back, the last first.

    ERASED for what has been erased.
    """
    state = plain(row)
    for entry in reversed(past):
        if entry.seq < seq:
            break
        state.update(side_of(entry, WAS))
    return state


def _holds(
    town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    """What the entries say of each column last is what stands in the row."""
    kind = next(iter(subjects.values()))[0].subject_kind
    rows = _kinds[kind].model.objects.for_system("verify", town).in_bulk(list(subjects))
    for pk, entries in subjects.items():
        told = [entry for entry in entries if entry.act == "drop" or NOW in entry.data]
        if told and told[-1].act == "drop":
            if pk in rows:
                yield Broken(f"{kind}:{pk}", told[-1].seq, "stands although it was taken away")
            continue
        state: dict[str, Any] = {}
        for entry in told:
            state.update(side_of(entry, NOW, texts.get(entry.pk, ())))  # what came back was told whole
        if state:
            yield from _compare(f"{kind}:{pk}", rows.get(pk), state, told[-1].seq)


def _compare(name: str, row: Row | None, state: Mapping[str, Any], seq: int) -> Iterator[Broken]:
    if row is None:
        yield Broken(name, seq, "its row is missing")
        return
    stands = plain(row)
    for column, value in state.items():
        if column in stands and value is not ERASED and stands[column] != value:
            yield Broken(name, seq, "the row is not what was last written", column)


def _made_by_nobody(town: Town, kind: str) -> Iterator[Broken]:
    """Rows without any entry, once those of the kind were written down."""
    if kind in found_kinds(town):
        for pk in _without_entry(town, kind).values_list("pk", flat=True):
            yield Broken(f"{kind}:{pk}", 0, "a row that nobody made")


def found_kinds(town: Town) -> set[str]:
    """The kinds of rows whose first state was written down."""
    rows = Entry.objects.for_system("verify: what was found", town).filter(subject_kind=TOWN, act=FOUND)
    return {kind for entry in rows for kind in entry.data["kinds"]}


def write_down(town: Town, stands: Mapping[str, Any], *, actor: Any, now: datetime) -> int:
    """Write down what stands without an entry, of every kind of rows that has not been; returns how many rows.

    `stands` is what is said of the town itself, as JSON by name: what no entry has told yet is told. Where everything
    has been written down before, nothing is.
    """
    with transaction.atomic():
        type(town).objects.select_for_update().get(pk=town.pk)  # another process may be at it
        kinds = sorted(_watched() - found_kinds(town))
        lines = [line for kind in kinds for line in _standing(town, kind)]
        record_each(lines, actor=actor, now=now)
        told = {name for entry in past_of(town, TOWN, town.pk) for name in entry.data.get(NOW, {})}
        new = {name: value for name, value in stands.items() if name not in told}
        if kinds or new:
            record(Line(TOWN, town.pk, FOUND, {"kinds": kinds, NOW: new}), actor=actor, now=now)
    return len(lines)


def _watched() -> set[str]:
    return {kind for kind, known in _kinds.items() if known.model not in _only}


def _without_entry(town: Town, kind: str) -> Any:
    told = Entry.objects.for_system("verify: rows", town).filter(subject_kind=kind, subject_id=OuterRef("pk"))
    return _kinds[kind].model.objects.for_system("verify: rows", town).filter(~Exists(told))


def _standing(town: Town, kind: str) -> Iterator[Line]:
    """The entries of rows that have none; a row changed while this waited for its lock has got one by now."""
    rows = list(_without_entry(town, kind).select_for_update(of=("self",)).order_by("pk"))
    ids = [row.pk for row in rows]
    told = set(_pasts(town, kind, ids).values_list("subject_id", flat=True))
    return (added(row, kind, act=FOUND) for row in rows if row.pk not in told)
