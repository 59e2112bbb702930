"""Rows of a register from a table: found by number, else by grid and name; each read as the page reads its form.

Every fault is told before anything is written. A row that is not in the file stays; one may say that it goes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.ledger.actions import record_each
from lianxin.ledger.rows import added, altered, as_columns, changed_by, drop_row, plain
from lianxin.town.imports.cells import Wrong, choice_of, line_of
from lianxin.town.imports.faults import RowFault
from lianxin.town.imports.reading import Reading, columns_of, needed, parted
from lianxin.town.imports.rows import grid_of, grids_by_word
from lianxin.town.registers.register import NotKept, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor
    from lianxin.town.imports.tables import Cells, Table
    from lianxin.town.registers.register import Register

NUMBER: Final = ("编号", "number")
GRID: Final = ("网格编码", "所属网格", "网格", "grid")
GONE: Final = ("删除", "delete")
YES_NO: Final = {"是": True, "yes": True, "y": True, "1": True, "否": False, "no": False}
LONGEST: Final = 200
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class RowOf:
    """A sound row: the standing one it is about (None: a new one), what it says, or that the row goes."""

    row: int
    held: Any
    facts: Mapping[str, Any]
    gone: bool = False


def titles_of(own: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The columns of a register's table, from those of its own fields."""
    return {"number": NUMBER, "grid": GRID, **own, "gone": GONE}


def read_rows(
    table: Table, town: Town, register: Register, titles: Mapping[str, tuple[str, ...]]
) -> tuple[list[RowOf], list[RowFault]]:
    """The sound rows of a table, and every fault by row. Raises Unreadable when a needed column lacks.

    `titles`: what the columns are called, by `number`, `grid`, `gone` and the names of the register's other fields.
    """
    columns = columns_of(table, titles)
    words = "、".join(names[0] for names in titles.values())
    english = ", ".join(names[-1] for names in titles.values())
    needed(columns, titles, ("grid", "name"), (f"可以有这些列：{words}。", f"There may be: {english}."))
    reader = _Reader(table, columns, titles, town, register)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    return parted(rows, [*reader.faults, *_twice(rows, reader.names["name"])])


class _Reader(Reading):
    def __init__(
        self,
        table: Table,
        columns: Mapping[str, int],
        titles: Mapping[str, tuple[str, ...]],
        town: Town,
        register: Register,
    ) -> None:
        super().__init__(table, dict(columns), titles)
        self._town, self._register, self._grids = town, register, grids_by_word(town)
        self._held = {str(row.pk): row for row in register.rows(town)}
        self._named = register.named("name")
        self._places = {name: at for name, at in columns.items() if name in titles}

    def read(self, row: int, cells: Cells) -> RowOf | None:
        """What a row says; None, and its faults noted, when it has any."""
        readers: dict[str, Any] = dict.fromkeys(self._places, line_of(LONGEST))
        readers |= {
            "grid": lambda cell: grid_of(line_of(LONGEST)(cell), self._grids),
            "gone": lambda cell: choice_of(cell, YES_NO),
        }
        got, sound = self.cells(row, cells, readers, ())
        if not sound:
            return None
        try:
            held = self._found(got)
        except Wrong as wrong:
            self.fault(row, "number" if got.get("number") else "name", wrong)
            return None
        if got.get("gone"):
            if held is None:
                self.fault(row, "gone", Wrong("none_to_take"))
            return RowOf(row, held, {}, gone=True) if held is not None else None
        said = {name: value for name, value in got.items() if value not in ("", None)}
        reading = read_file(self._register, self._town, _without(said, "number", "gone"), held)
        for column, sentence in reading.faults.items():
            field = self._register.named(column)
            self.fault(row, field.file if field is not None else "name", Wrong("told", message=sentence))
        return None if reading.faults else RowOf(row, held, reading.facts)

    def _found(self, got: Mapping[str, Any]) -> Any:
        """The standing row of a number; else the one of that grid and name, as it is or as it is shown."""
        if number := got.get("number"):
            if number not in self._held:
                raise Wrong("unknown_number", value=number)
            return self._held[number]
        name, grid = got.get("name"), got.get("grid")
        same = [row for row in self._held.values() if row.grid_id == grid and name]
        fits = [row for row in same if row.name == name] or [row for row in same if self._shown(row) == name]
        if len(fits) > 1:
            raise Wrong("several_named", value=name)
        return fits[0] if fits else None

    def _shown(self, row: Any) -> str:
        return self._named.said(self._town, row.name) if self._named is not None else ""


def _without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}


def _twice(rows: Sequence[RowOf], column: str) -> Iterator[RowFault]:
    """Rows about the same one, standing or new."""
    first: dict[Any, int] = {}
    for row in rows:
        key = row.held.pk if row.held is not None else tuple(str(value) for _name, value in sorted(row.facts.items()))
        if first.setdefault(key, row.row) != row.row:
            yield RowFault(row.row, column, "repeated_entry", {"row": first[key]})


def foresee(register: Register, town: Town, rows: Sequence[RowOf]) -> tuple[list[str], list[str], list[str]]:
    """What `settle` would add, change and take away, as lists show it. Writes nothing."""
    named = [(row, _title(register, town, row)) for row in rows]
    added_ = [title for row, title in named if row.held is None]
    changed = [title for row, title in named if row.held is not None and not row.gone and _differs(row)]
    return added_, changed, [title for row, title in named if row.gone]


def _title(register: Register, town: Town, row: RowOf) -> str:
    made = row.held or register.model(town=town, **as_columns(register.model, row.facts))
    return f"{register.title(town, made)} · {register.about(town, made)}"


def _differs(row: RowOf) -> bool:
    stands = plain(row.held)
    return any(stands[name] != value for name, value in row.facts.items())


@transaction.atomic
def settle(register: Register, rows: Sequence[RowOf], *, actor: Actor, now: datetime) -> dict[str, int]:
    """Write rows that have been read and found sound, each with its entry; the same rows again change nothing.

    Returns how many were `added`, `changed`, `gone`, and the `same`. Raises NotKept.
    """
    if not register.keeps(actor, None):
        raise NotKept({})
    done, new, lines = Counter(added=0, changed=0, gone=0, same=0), [], []
    for row in rows:
        if row.gone:
            drop_row(row.held, register.kind, actor=actor, now=now)
            done["gone"] += 1
        elif row.held is None:
            new.append(register.model(town=actor.town, **as_columns(register.model, row.facts)))
            lines.append(added(new[-1], register.kind))
            done["added"] += 1
        elif line := altered(row.held, register.kind, as_columns(register.model, row.facts)):
            row.held.save(update_fields=changed_by(line))
            lines.append(line)
            done["changed"] += 1
        else:
            done["same"] += 1
    register.model.objects.bulk_create(new, batch_size=AT_ONCE)
    record_each(lines, actor=actor, now=now)
    if len(rows) > done["same"]:
        bump(actor.town)
    return dict(done)
