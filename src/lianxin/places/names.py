"""The town's list of places (地名): what people say for a spot, kept as a table that goes in and out.

Names are settings without a page of their own: a table adds them, moves them and takes them away, all or none, and its
entry says what each stood as and became.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.ledger.actions import Line, record
from lianxin.places.models import AddressName
from lianxin.places.queries import grid_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town

Key = tuple[str, str, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class NameRow:
    """A row of a table of names; `point` in WGS-84. `gone`: it is to be taken away."""

    row: int
    name: str
    kind: str
    grid_id: int
    point: Point
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
    """Add, move and take away names as the rows say; others stay. One entry holds what each was and became.

    Raises PermissionDenied for somebody who may not set the town up.
    """
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    town, known = actor.town, known_names(actor.town)
    changes = list(_changes(known, rows))
    told = _told(changes)
    data: list[dict[str, Any]] = []
    for row, held in changes:
        if held is not None and (row.gone or (held.lon, held.lat) != row.point):
            data.append(_line(row, held))
            held.delete() if row.gone else _moved(held, row.point)
        elif held is None and not row.gone:
            data.append(_line(row, None))
    fresh = [row for row, held in changes if held is None and not row.gone]
    AddressName.objects.bulk_create(
        AddressName(town=town, name=r.name, kind=r.kind, grid_id=r.grid_id, lon=r.point[0], lat=r.point[1])
        for r in fresh
    )
    if data:
        record(Line("gazetteer", town.pk, "import", {"added": len(fresh), "names": data}), actor=actor, now=now)
        bump(town)
    return told


def _changes(known: dict[Key, AddressName], rows: Iterable[NameRow]) -> Iterator[tuple[NameRow, AddressName | None]]:
    return ((row, known.get(row.key)) for row in rows)


def _told(changes: Sequence[tuple[NameRow, AddressName | None]]) -> SettledNames:
    added = [row.name for row, held in changes if held is None and not row.gone]
    gone = [row.name for row, held in changes if held is not None and row.gone]
    moved = [row.name for row, held in changes if held and not row.gone and (held.lon, held.lat) != row.point]
    return SettledNames(added, moved, gone, len(changes) - len(added) - len(moved) - len(gone))


def _line(row: NameRow, held: AddressName | None) -> dict[str, Any]:
    about = {"name": row.name, "kind": row.kind, "grid": row.grid_id}
    was = [held.lon, held.lat] if held is not None else None
    return {**about, "was": was, "now": None if row.gone else list(row.point)}


def _moved(held: AddressName, point: Point) -> None:
    held.lon, held.lat = point
    held.save(update_fields=["lon", "lat"])
