"""Writing places: grids from an import, names into the gazetteer. Each change bumps the town's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from lianxin.keys.cache import bump
from lianxin.keys.relations import AnotherTown
from lianxin.ledger.actions import Line, record
from lianxin.places.models import AddressName, Grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.places.gazetteer import Name
    from lianxin.places.imports import GridRow

WRITTEN = ("parent_id", "level", "name", "path", "boundary", "lon", "lat", "area_m2", "households", "population")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: ids by code of all its grids, and how many were new, changed and as before."""

    ids: dict[str, int]
    added: int
    changed: int
    same: int


@transaction.atomic
def import_grids(town: Town, rows: Sequence[GridRow], *, actor: Any, now: datetime) -> Imported:
    """Write the rows of `read_grids`, all or none: new codes are added, known ones changed, nothing is removed.

    Importing the same rows again changes nothing. The ledger gets one entry for every grid added or changed.
    Raises KeyError when a parent is neither among the rows nor in the town (read and check first), `AnotherTown` when
    the actor acts elsewhere.
    """
    _must_act_in(town, actor)
    standing = {
        grid.code: grid for grid in Grid.objects.for_system("import", town).select_for_update().filter(valid_to=None)
    }
    paths = {code: (grid.pk, grid.path) for code, grid in standing.items()}
    added = changed = 0
    for row in sorted(rows, key=lambda row: (len(row.code), row.code)):
        grid = standing.get(row.code)
        is_new = grid is None
        if grid is None:
            grid = Grid(town=town, code=row.code, valid_from=timezone.localtime(now).date())
        before = {name: getattr(grid, name) for name in WRITTEN}
        _fill(grid, row, *(paths[row.parent] if row.parent else (None, "/")))
        paths[row.code] = (grid.pk, grid.path)
        differs = [name for name in WRITTEN if getattr(grid, name) != before[name]]
        if is_new or differs:
            grid.save(force_insert=is_new)
            record(_line(grid, is_new, differs), actor=actor, now=now)
        added += is_new
        changed += bool(differs) and not is_new
    if added or changed:
        bump(town)
    ids = {row.code: paths[row.code][0] for row in rows}
    return Imported(ids, added, changed, len(rows) - added - changed)


@transaction.atomic
def import_names(town: Town, names: Iterable[Name], *, actor: Any, now: datetime) -> int:
    """Add names to the town's gazetteer; those it has of that kind in that grid stay. Returns how many are new."""
    _must_act_in(town, actor)
    have = set(AddressName.objects.for_system("import", town).values_list("name", "kind", "grid_id"))
    fresh = {(n.name, n.kind, n.grid_id): n for n in names if (n.name, n.kind, n.grid_id) not in have}
    if fresh:
        AddressName.objects.bulk_create(
            [
                AddressName(town=town, name=n.name, kind=n.kind, grid_id=n.grid_id, lon=n.lon, lat=n.lat)
                for n in fresh.values()
            ]
        )
        record(Line("gazetteer", town.pk, "import", {"added": len(fresh)}), actor=actor, now=now)
        bump(town)
    return len(fresh)


def _must_act_in(town: Town, actor: Any) -> None:
    """The ledger writes under the actor's town: it must be the one that changes."""
    if actor.town_id != town.pk:
        raise AnotherTown(f"an actor of town {actor.town_id} cannot change the places of town {town.pk}")


def _fill(grid: Grid, row: GridRow, parent_id: int | None, above: str) -> None:
    grid.parent_id = parent_id
    grid.path = f"{above}{grid.pk}/"
    for name in WRITTEN:
        if name not in ("parent_id", "path"):
            setattr(grid, name, getattr(row, name))


def _line(grid: Grid, is_new: bool, differs: Sequence[str]) -> Line:
    """What the ledger keeps: the code and what changed, not the boundary's every point."""
    return Line("grid", grid.pk, "import", {"code": grid.code, "new": is_new, "changed": list(differs)})
