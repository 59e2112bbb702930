"""A register: the rows of one sort that an administrator keeps, and the one way in for page, file and program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianxin.keys.cache import bump
from lianxin.keys.ids import new_id
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import (
    Change,
    StaleRow,
    add_row,
    as_columns,
    before_entry,
    change_row,
    drop_row,
    past_of,
    plain,
    reason_of,
    stamp_of,
)
from lianxin.town.registers.fields import Field, Key, Several, Wrong

if TYPE_CHECKING:
    from django.http import QueryDict

    from lianxin.keys.models import Town
    from lianxin.keys.scope import OfTown
    from lianxin.people.actors import Actor

Faults = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """`key`: its word in addresses, files and the ledger. `about` of a row: what stands beside its name in the list.

    `check` tells what is wrong with facts that are each sound by themselves: it is given the town, the row (None: a new
    one) and all columns as they would stand. `drops`: rows may be taken away. `after` runs in the change's transaction.
    `whole`: what a row of a file says, with what it means by leaving something out. A register that is in files alone
    needs no words of its own.
    """

    key: str
    kind: str
    model: type[OfTown]
    fields: tuple[Field, ...]
    rows: Callable[[Town], Iterable[Any]]
    name: Callable[[], str] = lambda: ""
    one: Callable[[], str] = lambda: ""
    lede: Callable[[], str] = lambda: ""
    title: Callable[[Town, Any], str] = lambda _town, row: str(row)
    about: Callable[[Town, Any], str] = lambda _town, _row: ""
    group: Callable[[Town, Any], str] = lambda _town, _row: ""
    off: Callable[[Any], bool] = lambda _row: False
    check: Callable[[Town, Any, Mapping[str, Any]], Faults] = lambda _town, _row, _facts: {}
    after: Callable[[Town, Any, datetime], None] = lambda _town, _row, _now: None
    by: str = "key"  # the column a file finds a row by; "" where the rows are not kept in files, or found by `alike`
    alike: tuple[str, ...] = ()  # the columns that find a row together, where no single one does
    whole: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda said: said
    may: str = "configure"
    adds: bool = True
    drops: bool = False
    sort: str = ""  # of the files that bring its rows in, where there are any

    def named(self, column: str) -> Field | None:
        """The field of a column."""
        return next((each for each in self.fields if each.column == column), None)

    def of(self, town: Town, pk: int) -> Any:
        """A row by id; None for none."""
        return self.model.objects.for_system("register", town).filter(pk=pk).first()


class NotKept(Exception):
    """Nothing was written: `faults` says why, by column ("" for the whole)."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("; ".join(f"{name}: {said}" for name, said in faults.items()))
        self.faults = faults


@dataclass(slots=True)
class Reading:
    """What was given for a row: the columns that could be read, and what is wrong with the others."""

    facts: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)


def read_form(register: Register, town: Town, data: QueryDict, row: Any = None) -> Reading:
    """Read a form: every field of it, but what is fixed once a row stands."""
    fields = [each for each in register.fields if row is None or not each.fixed]
    return _read(register, town, [(each, each.take(data)) for each in fields], row)


def read_file(register: Register, town: Town, data: Mapping[str, Any], row: Any = None) -> Reading:
    """Read a mapping of a file or of JSON: what it names; a row that stands keeps what is not named."""
    known = {each.file: each for each in register.fields}
    unknown = {name: _("The register has no such field.") for name in data if name not in known}
    given = [(known[name], value) for name, value in data.items() if name in known]
    if row is None:
        given += [(each, None) for each in register.fields if each.file not in data and each.required]
    reading = _read(register, town, given, row)
    reading.faults |= unknown
    return reading


def _read(register: Register, town: Town, given: Sequence[tuple[Field, Any]], row: Any) -> Reading:
    reading, stands = Reading(), plain(row if row is not None else register.model(town=town))
    for each, raw in given:
        try:
            value = each.load(town, raw)
        except Wrong as wrong:
            reading.faults[each.column] = wrong.said
            continue
        held = stands.get(each.column)
        same = isinstance(each, Several) and held is not None and set(held) == set(value)
        reading.facts[each.column] = held if same else value  # the same ones in another order are no change
    if not reading.faults:
        fixed = {e.column for e in register.fields if e.fixed and row is not None}
        changed = [name for name in fixed & set(reading.facts) if reading.facts[name] != stands[name]]
        reading.faults |= dict.fromkeys(changed, _("This does not change once it is entered."))
        if not changed:
            reading.faults |= register.check(town, row, {**stands, **reading.facts})
    return reading


def enter(register: Register, reading: Reading, *, actor: Actor, now: datetime, why: str = "") -> Any:
    """Make a new row; raises NotKept."""
    _must_be_sound(register, reading, actor, adds=True)
    town = actor.town
    facts = dict(reading.facts)
    for each in register.fields:
        if isinstance(each, Key) and not facts.get(each.column):
            facts[each.column] = f"{register.kind[0]}{new_id():x}"
    row = register.model(town=town, **as_columns(register.model, facts))
    if hasattr(row, "order"):
        row.order = 1 + max((each.order for each in register.rows(town)), default=0)
    with transaction.atomic():
        add_row(row, register.kind, actor=actor, now=now, why=why)
        _follow(register, town, row, now)
    return row


def change(
    register: Register, row: Any, reading: Reading, *, actor: Actor, now: datetime, seen: str = "", why: str = ""
) -> list[str]:
    """Change a standing row; the names of the columns that changed. Raises NotKept, StaleRow."""
    _must_be_sound(register, reading, actor)
    with transaction.atomic():
        facts = as_columns(register.model, reading.facts)
        changed = change_row(row, register.kind, facts, actor=actor, now=now, seen=seen, why=why)
        if changed:
            _follow(register, actor.town, row, now)
    return changed


def put_back(register: Register, row: Any, seq: int, *, actor: Actor, now: datetime, seen: str = "") -> list[str]:
    """Bring a row to what it was before an entry of its history.

    Raises NotKept where that cannot stand any more, StaleRow.
    """
    town = actor.town
    past = past_of(town, register.kind, row.pk)
    if not any(entry.seq == seq and entry.data.get("was") for entry in past):
        raise NotKept({"": _("There is no such change in its history.")})
    stood = before_entry(row, past, seq)
    reading = Reading({name: value for name, value in stood.items() if register.named(name)})
    reading.faults |= register.check(town, row, {**plain(row), **reading.facts})
    _must_be_sound(register, reading, actor)
    with transaction.atomic():
        facts = as_columns(register.model, reading.facts)
        changed = change_row(row, register.kind, facts, actor=actor, now=now, seen=seen, act="restore")
        if changed:
            _follow(register, town, row, now)
    return changed


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that was taken away: as it was then, and the entry that says who took it, and when."""

    row: Any
    entry: Entry


def gone(register: Register, town: Town, *, most: int = 20) -> list[Gone]:
    """The rows last taken away that have not come back, the newest first."""
    if not register.drops:
        return []
    past = Entry.objects.for_system("register: gone", town).filter(subject_kind=register.kind, act="drop")
    latest: dict[int, Entry] = {}
    for entry in past.order_by("-at", "-id")[: most * 2]:
        latest.setdefault(entry.subject_id, entry)
    stand = register.model.objects.for_system("register: gone", town).filter(pk__in=list(latest))
    back = set(stand.values_list("pk", flat=True))
    return [Gone(_as_it_was(register, town, each), each) for pk, each in latest.items() if pk not in back][:most]


def _as_it_was(register: Register, town: Town, entry: Entry) -> Any:
    row = register.model(town=town, **as_columns(register.model, entry.data["was"]))
    row.pk = entry.subject_id
    return row


def bring_again(register: Register, pk: int, seq: int, *, actor: Actor, now: datetime, seen: str = "") -> Any:
    """Bring back a row that was taken away by the entry `seq` of its history. Raises NotKept, StaleRow."""
    town, past = actor.town, past_of(actor.town, register.kind, pk)
    if not past or (past[-1].seq, past[-1].act) != (seq, "drop"):
        raise NotKept({"": _("There is no such change in its history.")})
    row = _as_it_was(register, town, past[-1])
    if seen and stamp_of(row) != seen:
        raise StaleRow(row)
    stood = past[-1].data["was"]
    reading = Reading({name: value for name, value in stood.items() if register.named(name)})
    reading.faults |= register.check(town, None, stood)
    _must_be_sound(register, reading, actor, adds=True)
    with transaction.atomic():
        add_row(row, register.kind, actor=actor, now=now, act="restore")
        _follow(register, town, row, now)
    return row


def take_away(register: Register, row: Any, *, actor: Actor, now: datetime, seen: str = "", why: str = "") -> None:
    """Take a row away, where the register lets rows go; raises NotKept, StaleRow."""
    if not register.drops or not may_keep(actor, register.may):
        raise NotKept({"": _("This is not yours to do.")})
    with transaction.atomic():
        drop_row(row, register.kind, actor=actor, now=now, seen=seen, why=why)
        _follow(register, actor.town, row, now)


def _follow(register: Register, town: Town, row: Any, now: datetime) -> None:
    bump(town)
    register.after(town, row, now)


def may_keep(actor: Actor, right: str) -> bool:
    """Whether an actor keeps what needs a right: its holders, and whoever has the machine's own command line."""
    return actor.role == "system" or actor.can(right)


def _must_be_sound(register: Register, reading: Reading, actor: Actor, *, adds: bool = False) -> None:
    if not may_keep(actor, register.may) or (adds and not register.adds):
        raise NotKept({"": _("This is not yours to do.")})
    if reading.faults:
        raise NotKept(reading.faults)


def changes(register: Register, town: Town, row: Any) -> list[Change]:
    """The history of a row, the newest first."""
    past = past_of(town, register.kind, row.pk)
    return [_told(register, town, entry) for entry in reversed(past)]


def _told(register: Register, town: Town, entry: Entry) -> Change:
    was, now = entry.data.get("was", {}), entry.data.get("now", {})
    told = []
    for each in register.fields:
        if each.column in was or (each.column in now and now[each.column] not in ("", None, [], {})):
            before, after = (each.said(town, s[each.column]) if each.column in s else "" for s in (was, now))
            told.append((each.label(), before, after))
    return Change(entry, tuple(told), reason_of(entry))


def as_file(register: Register, town: Town) -> list[dict[str, Any]]:
    """All rows as a file says them; empty fields are left out. What `read_file` reads back."""
    found = []
    for row in register.rows(town):
        stands = plain(row)
        told = {each.file: each.dump(town, stands[each.column]) for each in register.fields}
        found.append({name: value for name, value in told.items() if value not in ("", None, [], {})})
    return found
