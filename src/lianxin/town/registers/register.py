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
    ERASED,
    NOW,
    WAS,
    Change,
    StaleRow,
    add_row,
    as_columns,
    before_entry,
    can_go_back,
    change_row,
    drop_row,
    past_of,
    plain,
    reason_of,
    side_of,
    stamp_of,
)
from lianxin.town.registers.contacts import Private
from lianxin.town.registers.fields import Field, Key, Several, Wrong

if TYPE_CHECKING:
    from django.http import QueryDict

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

Faults = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Rows of one sort that have a history in words, and a way back. `key`: their word in addresses and files.

    `kind`: their word in the ledger. `about` of a row: what stands beside its name in a list. `check` tells what is
    wrong with facts that are each sound by themselves: it is given the town, the row (None: a new one) and all columns
    as they would stand. `fills` adds what follows from what was given: it is given the town, the columns as they stand
    and those that were given. `drops`: rows may be taken away. `after` runs in the change's transaction.
    """

    key: str
    kind: str
    model: type[Any]
    fields: tuple[Field, ...]
    name: Callable[[], str] = lambda: ""
    title: Callable[[Town, Any], str] = lambda _town, row: str(row)
    about: Callable[[Town, Any], str] = lambda _town, _row: ""
    check: Callable[[Town, Any, Mapping[str, Any]], Faults] = lambda _town, _row, _facts: {}
    fills: Callable[[Town, Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]] = lambda _t, _stands, _given: {}
    after: Callable[[Town, Any, datetime], None] = lambda _town, _row, _now: None
    may: str = "configure"
    allows: Callable[[Actor, Any], bool] | None = None  # who may change a row, where it is not for all who `may`
    drops: bool = False

    def named(self, column: str) -> Field | None:
        """The field of a column."""
        return next((each for each in self.fields if each.column == column), None)

    def of(self, town: Town, pk: int) -> Any:
        """A row by id; None for none."""
        return self.model.objects.for_system("register", town).filter(pk=pk).first()

    def keeps(self, actor: Actor, row: Any) -> bool:
        """Whether an actor may change a row."""
        return self.allows(actor, row) if self.allows and actor.role != "system" else may_keep(actor, self.may)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Kept):
    """Rows that are kept on pages under the set-up, and in files.

    `sort`: of the files that bring rows in. `whole`: what a row of a file says, with what it means by leaving something
    out. A register that is in files alone needs no words of its own.
    """

    rows: Callable[[Town], Iterable[Any]]
    one: Callable[[], str] = lambda: ""
    lede: Callable[[], str] = lambda: ""
    group: Callable[[Town, Any], str] = lambda _town, _row: ""
    off: Callable[[Any], bool] = lambda _row: False
    by: str = "key"  # the column a file finds a row by; "" where the rows are not kept in files, or found by `alike`
    alike: tuple[str, ...] = ()  # the columns that find a row together, where no single one does
    whole: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda said: said
    adds: bool = True
    sort: str = ""


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
        own = stands.get(each.column) if isinstance(each, Private) else None
        if own and str(raw or "").strip() == each.said(town, own):
            reading.facts[each.column] = own
            continue
        try:
            value = each.load(town, raw)
        except Wrong as wrong:
            reading.faults[each.column] = wrong.said
            continue
        held = stands.get(each.column)
        same = isinstance(each, Several) and held is not None and set(held) == set(value)
        reading.facts[each.column] = held if same else value  # the same ones in another order are no change
    if not reading.faults:
        reading.facts |= register.fills(town, stands, reading.facts)
        fixed = {e.column for e in register.fields if e.fixed and row is not None}
        changed = [name for name in fixed & set(reading.facts) if reading.facts[name] != stands[name]]
        reading.faults |= dict.fromkeys(changed, _("This does not change once it is entered."))
        if not changed:
            reading.faults |= register.check(town, row, {**stands, **reading.facts})
    return reading


def enter(register: Register, reading: Reading, *, actor: Actor, now: datetime, why: str = "") -> Any:
    """Make a new row; raises NotKept."""
    if not register.adds:
        raise NotKept({"": _("This is not yours to do.")})
    _must_be_sound(register, None, reading, actor)
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
    _must_be_sound(register, row, reading, actor)
    with transaction.atomic():
        facts = as_columns(register.model, reading.facts)
        changed = change_row(row, register.kind, facts, actor=actor, now=now, seen=seen, why=why)
        if changed:
            _follow(register, actor.town, row, now)
    return changed


def put_back(register: Kept, row: Any, seq: int, *, actor: Actor, now: datetime, seen: str = "") -> list[str]:
    """Bring a row to what it was before an entry of its history.

    Raises NotKept where that cannot stand any more, StaleRow.
    """
    town = actor.town
    past = past_of(town, register.kind, row.pk)
    if not any(entry.seq == seq and can_go_back(entry) for entry in past):
        raise NotKept({"": _("There is no such change in its history.")})
    stood = before_entry(row, past, seq)
    reading = read_past(register, town, row, stood)
    _must_be_sound(register, row, reading, actor)
    with transaction.atomic():
        facts = as_columns(register.model, reading.facts)
        changed = change_row(row, register.kind, facts, actor=actor, now=now, seen=seen, act="restore")
        if changed:
            _follow(register, town, row, now)
    return changed


def read_past(register: Kept, town: Town, row: Any, stood: Mapping[str, Any]) -> Reading:
    """What stood once, to stand again; what was a person's own and has been erased cannot."""
    reading = Reading({name: value for name, value in stood.items() if register.named(name)})
    if ERASED in reading.facts.values():
        reading.faults[""] = _("What stood there was somebody's own, and has been erased for good.")
    else:
        stands = plain(row) if row is not None else stood
        reading.faults |= register.check(town, row, {**stands, **reading.facts})
    return reading


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that was taken away: as it was then, and the entry that says who took it, and when."""

    row: Any
    entry: Entry


def gone(register: Kept, town: Town, *, most: int = 20, where: Mapping[str, Any] | None = None) -> list[Gone]:
    """The rows last taken away that have not come back, the newest first. `where`: those whose columns were these."""
    if not register.drops:
        return []
    past = Entry.objects.for_system("register: gone", town).filter(subject_kind=register.kind, act="drop")
    past = past.filter(**{f"data__was__{column}": value for column, value in (where or {}).items()})
    latest: dict[int, Entry] = {}
    for entry in past.order_by("-at", "-id")[: most * 2]:
        latest.setdefault(entry.subject_id, entry)
    stand = register.model.objects.for_system("register: gone", town).filter(pk__in=list(latest))
    back = set(stand.values_list("pk", flat=True))
    rows = (Gone(as_it_was(register, town, each), each) for pk, each in latest.items() if pk not in back)
    return [each for each in rows if _can_stand(register, each.row)][:most]


def _can_stand(register: Kept, row: Any) -> bool:
    """Whether a row still has what it needs: what was somebody's own may have been erased since."""
    return all(getattr(row, each.column) not in ("", None) for each in register.fields if each.required)


def as_it_was(register: Kept, town: Town, entry: Entry) -> Any:
    """The row, not written, that an entry says was taken away; what has been erased is empty."""
    stood = {name: value for name, value in side_of(entry, WAS).items() if value is not ERASED}
    row = register.model(town=town, **as_columns(register.model, stood))
    row.pk = entry.subject_id
    return row


def bring_again(register: Kept, pk: int, seq: int, *, actor: Actor, now: datetime, seen: str = "") -> Any:
    """Bring back a row that was taken away by the entry `seq` of its history. Raises NotKept, StaleRow."""
    town, past = actor.town, past_of(actor.town, register.kind, pk)
    if not past or (past[-1].seq, past[-1].act) != (seq, "drop"):
        raise NotKept({"": _("There is no such change in its history.")})
    row = as_it_was(register, town, past[-1])
    if seen and stamp_of(row) != seen:
        raise StaleRow(row)
    _must_be_sound(register, row, read_past(register, town, None, side_of(past[-1], WAS)), actor)
    with transaction.atomic():
        add_row(row, register.kind, actor=actor, now=now, act="restore")
        _follow(register, town, row, now)
    return row


def go_back(register: Kept, row: Any, seq: int, *, actor: Actor, now: datetime, seen: str = "") -> list[str]:
    """Bring a row to what it was before an entry of its history; one that was taken away comes back.

    `row` from `row_or_gone`. Returns the names of the columns that changed. Raises NotKept, StaleRow.
    """
    if register.of(actor.town, row.pk) is not None:
        return put_back(register, row, seq, actor=actor, now=now, seen=seen)
    bring_again(register, row.pk, seq, actor=actor, now=now, seen=seen)
    return [each.column for each in register.fields]


def row_or_gone(register: Kept, town: Town, pk: int) -> Any:
    """A row by id, as it was where it has been taken away; None for none."""
    row = register.of(town, pk)
    if row is not None or not register.drops:
        return row
    past = past_of(town, register.kind, pk)
    lost = as_it_was(register, town, past[-1]) if past and past[-1].act == "drop" else None
    return lost if lost is not None and _can_stand(register, lost) else None


def take_away(register: Register, row: Any, *, actor: Actor, now: datetime, seen: str = "", why: str = "") -> None:
    """Take a row away, where the register lets rows go; raises NotKept, StaleRow."""
    if not register.drops or not register.keeps(actor, row):
        raise NotKept({"": _("This is not yours to do.")})
    with transaction.atomic():
        drop_row(row, register.kind, actor=actor, now=now, seen=seen, why=why)
        _follow(register, actor.town, row, now)


def _follow(register: Kept, town: Town, row: Any, now: datetime) -> None:
    bump(town)
    register.after(town, row, now)


def may_keep(actor: Actor, right: str) -> bool:
    """Whether an actor keeps what needs a right: its holders, and whoever has the machine's own command line."""
    return actor.role == "system" or actor.can(right)


def _must_be_sound(register: Kept, row: Any, reading: Reading, actor: Actor) -> None:
    if not register.keeps(actor, row):
        raise NotKept({"": _("This is not yours to do.")})
    if reading.faults:
        raise NotKept(reading.faults)


def changes(register: Kept, town: Town, row: Any) -> list[Change]:
    """The history of a row, the newest first."""
    past = past_of(town, register.kind, row.pk)
    return [told_of(register, town, entry) for entry in reversed(past)]


def told_of(register: Kept, town: Town, entry: Entry) -> Change:
    """One entry of a history in words."""
    was, now = side_of(entry, WAS), side_of(entry, NOW)
    told = []
    for each in register.fields:
        if (each.column in was and now) or any(s.get(each.column) not in ("", None, [], {}) for s in (was, now)):
            before, after = (_said(each, town, s[each.column]) if each.column in s else "" for s in (was, now))
            told.append((each.label(), before, after))
    return Change(entry, tuple(told), reason_of(entry))


def _said(field: Field, town: Town, value: Any) -> str:
    return _("(erased)") if value is ERASED else field.said(town, value)


def as_file(register: Register, town: Town) -> list[dict[str, Any]]:
    """All rows as a file says them; empty fields are left out. What `read_file` reads back."""
    found = []
    for row in register.rows(town):
        stands = plain(row)
        told = {each.file: each.dump(town, stands[each.column]) for each in register.fields}
        found.append({name: value for name, value in told.items() if value not in ("", None, [], {})})
    return found
