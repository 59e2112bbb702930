"""Reading places: the grid of a point, the tree, the words of an address.

Where the grids lie is no secret: whoever acts in a town may read them all. The town's ground is remembered per
process until the town's settings change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapely.geometry import shape

from lianxin.keys.cache import cached
from lianxin.places.gazetteer import Gazetteer, Meaning, Name
from lianxin.places.imports import KnownGrid
from lianxin.places.locate import Layers, Locator
from lianxin.places.models import AddressName, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from lianxin.keys.models import Town

SMALLEST_FIRST = (Grid.Level.MICRO, Grid.Level.GRID, Grid.Level.VILLAGE, Grid.Level.TOWN)


@dataclass(frozen=True, slots=True)
class Node:
    """A standing grid in the tree; `children` in order of code."""

    id: int
    parent_id: int | None
    level: str
    code: str
    name: str
    path: str
    lon: float | None
    lat: float | None
    households: int
    population: int
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A grid that stands no more: its last day, and the codes of what it became."""

    id: int
    parent_id: int | None
    level: str
    code: str
    name: str
    path: str
    valid_from: date
    valid_to: date
    became: tuple[str, ...]


def locator(town: Town) -> Layers:
    """The standing grids of a town by place, the smallest first."""
    return cached(town, "places.locator", lambda: _locator(town))


def grid_at(town: Town, lon: float, lat: float) -> int | None:
    """The id of the smallest standing grid at a point (degrees, WGS-84); None outside the town.

    Raises `BadPoint` for coordinates that cannot be a place.
    """
    return locator(town).find(lon, lat)


def grid_tree(town: Town) -> dict[int, Node]:
    """The standing grids of a town by id, parents before children, each level in order of code."""
    return cached(town, "places.tree", lambda: _tree(town))


def ended_grids(town: Town) -> Mapping[int, Ended]:
    """The grids that have ended, by id, in order of code."""
    return cached(town, "places.ended", lambda: _ended(town))


def subtree_ids(town: Town, grid_id: int) -> frozenset[int]:
    """The grid and all below it; empty when the town has no such grid.

    Grids that have ended are among them, below what they became: their closed cases are cases of that ground.
    """
    path = _path_of(town, grid_id)
    if not path:
        return frozenset()
    standing = {node.id for node in grid_tree(town).values() if node.path.startswith(path)}
    return frozenset(standing | {each.id for each in ended_grids(town).values() if each.path.startswith(path)})


def ancestor_ids(town: Town, grid_id: int) -> tuple[int, ...]:
    """The ids from the root down to the grid itself; empty when the town has no such grid.

    Of a grid that has ended they lead through what it became.
    """
    return ids_of(_path_of(town, grid_id))


def _path_of(town: Town, grid_id: int) -> str:
    found = grid_tree(town).get(grid_id) or ended_grids(town).get(grid_id)
    return found.path if found else ""


def ids_of(path: str) -> tuple[int, ...]:
    """The ids in a materialised path, the root's first."""
    return tuple(int(part) for part in path.split("/") if part)


def find_address(town: Town, text: str, *, most: int = 5) -> Meaning:
    """The places the words of an address may mean, best first, and the one they surely mean, where they do.

    Nobody else decides whether an address is sure: pages, triage, files and programs all take it from here.
    """
    return cached(town, "places.gazetteer", lambda: _gazetteer(town)).read(text, most=most)


def names_by_grid(town: Town) -> Mapping[int, list[Name]]:
    """The gazetteer's names by the grid they lie in, in the order one looks for them; no village's own."""

    def build() -> Mapping[int, list[Name]]:
        found: dict[int, list[Name]] = {}
        for each in sorted(_names(town), key=lambda each: (each.kind, each.name)):
            if each.kind not in {AddressName.Kind.VILLAGE, AddressName.Kind.ALIAS}:
                found.setdefault(each.grid_id, []).append(each)
        return found

    return cached(town, "places.names", build)


def known_grids(town: Town) -> list[KnownGrid]:
    """Every grid the town has or had, as an import is checked against."""
    rows = Grid.objects.for_system("check an import", town).order_by("code")
    values = rows.values_list("code", "parent__code", "boundary", "valid_to")
    return [KnownGrid(code, parent or "", _shape(boundary), end is None) for code, parent, boundary, end in values]


def _standing(town: Town) -> Any:
    return Grid.objects.for_system("the town's ground", town).filter(valid_to=None)


def _locator(town: Town) -> Layers:
    rows = _standing(town).exclude(boundary=None).values_list("level", "id", "boundary")
    held = [(level, (pk, _shape(boundary))) for level, pk, boundary in rows]
    return Layers(Locator(item for level, item in held if level == wanted) for wanted in SMALLEST_FIRST)


def _tree(town: Town) -> dict[int, Node]:
    fields = ("id", "parent_id", "level", "code", "name", "path", "lon", "lat", "households", "population")
    rows = sorted(_standing(town).values(*fields), key=lambda row: (row["path"].count("/"), row["code"]))
    children: dict[int | None, list[int]] = {}
    for row in rows:
        children.setdefault(row["parent_id"], []).append(row["id"])
    return {row["id"]: Node(**row, children=tuple(children.get(row["id"], ()))) for row in rows}


def _ended(town: Town) -> dict[int, Ended]:
    rows = Grid.objects.for_system("grids that have ended", town).exclude(valid_to=None).order_by("code")
    fields = ("id", "parent_id", "level", "code", "name", "path", "valid_from", "valid_to", "became")
    return {row["id"]: Ended(**{**row, "became": tuple(row["became"])}) for row in rows.values(*fields)}


def _gazetteer(town: Town) -> Gazetteer:
    return Gazetteer(_names(town))


def _names(town: Town) -> Iterator[Name]:
    """The gazetteer's names, and those of villages, which people say even where no gazetteer holds them."""
    tree = grid_tree(town)
    rows = AddressName.objects.for_system("the town's gazetteer", town).filter(grid_id__in=list(tree))
    said = set()
    for name, kind, grid_id, point in rows.values_list("name", "kind", "grid_id", "point"):
        said.add(name)
        lon, lat = point or (tree[grid_id].lon, tree[grid_id].lat)
        if lon is not None and lat is not None:
            yield Name(name, kind, grid_id, lon, lat, ids_of(tree[grid_id].path))
    for node in tree.values():
        if node.level == Grid.Level.VILLAGE and node.name not in said and node.lon is not None and node.lat is not None:
            yield Name(node.name, "village", node.id, node.lon, node.lat, ids_of(node.path))


def _shape(boundary: dict[str, Any] | None) -> Any:
    """The shape of a stored boundary: sound, since only sound ones are stored."""
    return shape(boundary) if boundary else None
