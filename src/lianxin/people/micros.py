"""Micro-grids and who speaks for them from a file, many at once: what it would do, and doing it, all or none.

A row names its micro-grid by code, else by small grid and name. Nothing is ended: what the file does not name stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lianxin.keys.cache import bump
from lianxin.ledger.actions import Line, record_each
from lianxin.ledger.rows import added, altered
from lianxin.people.masking import mask_phone
from lianxin.people.models import Representative
from lianxin.people.representatives import KIND, NoMicro
from lianxin.places.models import Grid
from lianxin.places.reform.plan import SERIALS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

Key = str | tuple[int, str]
OF_GRID: Final = ("name", "households", "population")
OF_PERSON: Final = ("post_id", "name", "phone", "title", "doors")
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class MicroRow:
    """A row of a file, sound in itself. None where it says nothing: what is known stays.

    `post_id` or `person`: who speaks for it, somebody in a post or a neighbour by name. A masked `phone` that fits the
    one that is known says nothing new. A `code` that nobody has is the one the new micro-grid gets.
    """

    row: int
    parent_id: int
    name: str
    code: str = ""
    households: int | None = None
    population: int | None = None
    post_id: int | None = None
    person: str | None = None
    phone: str | None = None
    title: str | None = None
    doors: str | None = None

    @property
    def key(self) -> tuple[int, str]:
        """By what a micro-grid without a code is known again."""
        return (self.parent_id, self.name)


@dataclass(frozen=True, slots=True)
class KnownMicro:
    """A standing micro-grid, and who speaks for it."""

    grid: Grid
    by: Representative | None


def known_micros(town: Town) -> dict[Key, KnownMicro | None]:
    """The standing micro-grids by code, and by small grid and name; None for a name that several there go by."""
    rows = Grid.objects.for_system("micro-grids", town).filter(level=Grid.Level.MICRO, valid_to=None)
    people = {row.grid_id: row for row in Representative.objects.for_system("micro-grids", town)}
    known: dict[Key, KnownMicro | None] = {}
    for grid in rows.order_by("code"):
        key = (grid.parent_id or 0, grid.name)
        known[grid.code] = KnownMicro(grid, people.get(grid.pk))
        known[key] = None if key in known else known[grid.code]
    return known


def found_in(known: Mapping[Key, KnownMicro | None], row: MicroRow) -> KnownMicro | None:
    """The micro-grid that a row is about; None for a new one."""
    return known.get(row.code) if row.code else known.get(row.key)


def foresee_micros(town: Town, rows: Sequence[MicroRow]) -> tuple[list[str], list[str], int]:
    """What `import_micros` would add and change with these rows now, by name; how many standing ones are not in them.

    Writes nothing.
    """
    known = known_micros(town)
    added, changed, named = [], [], set()
    for row in rows:
        held = found_in(known, row)
        if held is None:
            added.append(row.name)
            continue
        named.add(held.grid.pk)
        if _of_grid(row, held.grid) or _of_person(row, held.by):
            changed.append(f"{held.grid.code} {row.name}")
    return added, changed, len({each.grid.pk for each in known.values() if each is not None} - named)


def _of_grid(row: MicroRow, grid: Grid) -> dict[str, Any]:
    """What a row says otherwise of a micro-grid."""
    said = {name: value for name in OF_GRID if (value := getattr(row, name)) is not None}
    return {name: value for name, value in said.items() if getattr(grid, name) != value}


def _of_person(row: MicroRow, by: Representative | None) -> dict[str, Any]:
    """What a row says otherwise of who speaks for it: a post and a neighbour's name replace each other."""
    said: dict[str, Any] = {"title": row.title, "doors": row.doors}
    if row.post_id is not None:
        said |= {"post_id": row.post_id, "name": "", "phone": ""}
    elif row.person is not None:
        said["name"] = row.person
        if by is None or by.post_id is not None:
            said |= {"post_id": None, "phone": ""}
    if row.phone is not None and row.post_id is None:
        said["phone"] = by.phone if by is not None and row.phone == mask_phone(by.phone) else row.phone
    held = by if by is not None else Representative()
    return {name: value for name, value in said.items() if value is not None or name == "post_id"
            if getattr(held, name) != value}  # fmt: skip


@dataclass(slots=True)
class _Writing:
    """What is to be written of an import, in few statements."""

    begun: list[Grid] = field(default_factory=list)
    changed: list[Grid] = field(default_factory=list)
    people: list[Representative] = field(default_factory=list)
    altered: list[Representative] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@transaction.atomic
def import_micros(rows: Sequence[MicroRow], *, actor: Actor, now: datetime) -> dict[str, int]:
    """Write rows that have been read and found sound, all or none; the same rows again change nothing.

    Returns how many micro-grids were `added`, `changed`, and the `same`. Each that is begun or changed gets an entry,
    and so does who speaks for it. Raises NoMicro, PermissionDenied.
    """
    town, done = _town(actor), Counter(added=0, changed=0, same=0)
    ids = {row.parent_id for row in rows}
    parents = Grid.objects.for_system("micro-grids", town).select_for_update().filter(
        valid_to=None, level=Grid.Level.GRID
    )  # fmt: skip
    above = {grid.pk: grid for grid in parents.order_by("id") if grid.pk in ids}
    known, given, writing = known_micros(town), _given(town, rows), _Writing()
    for row in rows:
        held = found_in(known, row)
        if held is None:
            grid = _begun(row, above.get(row.parent_id), given, now)
            known[grid.code] = known[row.key] = KnownMicro(grid, _said(row, grid, None, writing))
            _tell_begun(grid, above[row.parent_id], writing)
            done["added"] += 1
            continue
        new = _change(row, held.grid, writing)
        before = len(writing.lines)
        _said(row, held.grid, held.by, writing)
        done["changed" if new or len(writing.lines) > before else "same"] += 1
    _write(writing, actor=actor, now=now)
    if writing.lines:
        bump(town)
    return dict(done)


def _town(actor: Actor) -> Town:
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    return actor.town


def _given(town: Town, rows: Sequence[MicroRow]) -> dict[str, set[int]]:
    """The serials that were ever given below each small grid, those the file itself gives among them."""
    held = Grid.objects.for_system("codes are never used again", town).filter(level=Grid.Level.MICRO)
    given: dict[str, set[int]] = defaultdict(set)
    for code in (*held.values_list("code", flat=True), *(row.code for row in rows if row.code)):
        given[code[:-3]].add(int(code[-3:]))
    return given


def _begun(row: MicroRow, parent: Grid | None, given: dict[str, set[int]], now: datetime) -> Grid:
    if parent is None or (row.code and row.code[:-3] != parent.code):
        raise NoMicro("not_there")
    code = row.code
    if not code:
        serial = max(given[parent.code], default=0) + 1
        if serial > SERIALS:
            raise NoMicro("full")
        given[parent.code].add(serial)
        code = f"{parent.code}{serial:03d}"
    grid = Grid(
        town_id=parent.town_id, parent_id=parent.pk, level=Grid.Level.MICRO, code=code, name=row.name,
        households=row.households or 0, population=row.population or 0, valid_from=timezone.localtime(now).date(),
    )  # fmt: skip
    grid.path = f"{parent.path}{grid.pk}/"
    return grid


def _tell_begun(grid: Grid, parent: Grid, writing: _Writing) -> None:
    writing.begun.append(grid)
    data = {"code": grid.code, "name": grid.name, "level": grid.level, "parent": parent.code, "from": []}
    writing.lines.append(Line("grid", grid.pk, "begin", data))


def _change(row: MicroRow, grid: Grid, writing: _Writing) -> bool:
    said = _of_grid(row, grid)
    if not said:
        return False
    data: dict[str, Any] = {"code": grid.code}
    for name, value in said.items():
        data |= {f"{name}_was": getattr(grid, name), name: value}
        setattr(grid, name, value)
    writing.changed.append(grid)
    writing.lines.append(Line("grid", grid.pk, "rename" if "name" in said else "describe", data))
    return True


def _said(row: MicroRow, grid: Grid, by: Representative | None, writing: _Writing) -> Representative | None:
    """Who speaks for a micro-grid by a row."""
    said = _of_person(row, by)
    if not said:
        return by
    if by is None:
        by = Representative(town_id=grid.town_id, grid_id=grid.pk, **said)
        writing.people.append(by)
        writing.lines.append(added(by, KIND))
    elif line := altered(by, KIND, said):
        writing.altered.append(by)
        writing.lines.append(line)
    return by


def _write(writing: _Writing, *, actor: Actor, now: datetime) -> None:
    Grid.objects.bulk_create(writing.begun, batch_size=AT_ONCE)
    Representative.objects.bulk_create(writing.people, batch_size=AT_ONCE)
    for rows, names in ((writing.changed, OF_GRID), (writing.altered, OF_PERSON)):
        for row in rows:
            row.save(update_fields=names)
    record_each(writing.lines, actor=actor, now=now)
