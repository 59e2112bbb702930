"""The town's list of places (地名): what people say for a spot. A table adds names, moves them and takes them away.

Each name that changes leaves an entry of its own, as one that is changed by hand does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.ledger.actions import Line, record_each
from lianxin.ledger.rows import plain
from lianxin.places.models import AddressName
from lianxin.places.queries import grid_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town

Key = tuple[str, str, int]
Point = tuple[float, float]
AT_ONCE = 200  # rows of one statement


@dataclass(frozen=True, slots=True)
class NameRow:
    """A row of a table of names; `point` in WGS-84, None for the middle of its grid. `gone`: it is to be taken away."""

    row: int
    name: str
    kind: str
    grid_id: int
    point: Point | None
    gone: bool = False

    @property
    def key(self) -> Key:
        """By what it is known again: its name, what it stands for, its grid."""
        return self.name, self.kind, self.grid_id


@dataclass(frozen=True, slots=True)
class SettledNames:
    """What a table would do, or did: the names that are new, moved, taken away, and how many are as before."""

    added: list[str]
    moved: list[str]
    gone: list[str]
    same: int


def known_names(town: Town) -> dict[Key, AddressName]:
    """The names the town keeps, by key."""
    rows = AddressName.objects.for_system("the town's names", town).filter(grid_id__in=list(grid_tree(town)))
    return {(row.name, row.kind, row.grid_id): row for row in rows.order_by("grid__code", "kind", "name")}


def foresee_names(town: Town, rows: Iterable[NameRow]) -> SettledNames:
    """What `settle_names` would do; writes nothing."""
    return _told(list(_changes(known_names(town), rows)))


@transaction.atomic
def settle_names(rows: Sequence[NameRow], *, actor: Any, now: datetime) -> SettledNames:
    """Add, move and take away names as the rows say, all or none; others stay. A name stands in one row at most.

    Raises PermissionDenied for somebody who may not set the town up.
    """
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    town, known = actor.town, known_names(actor.town)
    changes = list(_changes(known, rows))
    told = _told(changes)
    fresh = [_made(town, row) for row, held in changes if held is None and not row.gone]
    gone = [held for row, held in changes if held is not None and row.gone]
    moved = [(row, held) for row, held in changes if held is not None and _moves(row, held)]
    lines = [Line("name", name.pk, "import", {"now": plain(name)}) for name in fresh]
    lines += [Line("name", name.pk, "drop", {"was": plain(name)}) for name in gone]
    for row, name in moved:
        was, name.point = name.point, _point(row)
        lines.append(Line("name", name.pk, "import", {"was": {"point": was}, "now": {"point": name.point}}))
    names = AddressName.objects.for_system("settle names", town)
    for at in range(0, len(gone), AT_ONCE):
        names.filter(pk__in=[name.pk for name in gone[at : at + AT_ONCE]]).delete()
    names.bulk_update([name for _row, name in moved], ["point"], batch_size=AT_ONCE)
    AddressName.objects.bulk_create(fresh, batch_size=AT_ONCE)
    if lines:
        record_each(lines, actor=actor, now=now)
        bump(town)
    return told


def _changes(known: dict[Key, AddressName], rows: Iterable[NameRow]) -> Iterator[tuple[NameRow, AddressName | None]]:
    return ((row, known.get(row.key)) for row in rows)


def _told(changes: Sequence[tuple[NameRow, AddressName | None]]) -> SettledNames:
    added = [row.name for row, held in changes if held is None and not row.gone]
    gone = [row.name for row, held in changes if held is not None and row.gone]
    moved = [row.name for row, held in changes if held is not None and _moves(row, held)]
    return SettledNames(added, moved, gone, len(changes) - len(added) - len(moved) - len(gone))


def _made(town: Town, row: NameRow) -> AddressName:
    return AddressName(town=town, name=row.name, kind=row.kind, grid_id=row.grid_id, point=_point(row))


def _moves(row: NameRow, held: AddressName) -> bool:
    return not row.gone and held.point != _point(row)


def _point(row: NameRow) -> list[float] | None:
    return list(row.point) if row.point is not None else None
