"""The ground of the invented town of 连心镇: villages, small grids, and the names people know places by.

Pure and seeded: the same seed draws the same town. The polygons tile the town exactly, because every border
is drawn once and cut into faces afterwards: first straight lines between seeds, then one smooth bending of the
whole plane, which moves shared points together and cannot make two lines cross.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import MultiPoint, Point, Polygon

from lianxin.places.plane import Plane, middle
from lianxin.town.demo import placenames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Ring = tuple[tuple[float, float], ...]

CENTRE: Final = (117.0, 34.6)
HALF_WIDTH, HALF_HEIGHT = 6_000.0, 4_500.0  # metres
VILLAGES, GRIDS = 16, 147
SEAT_GRIDS, FEWEST, MOST = 12, 7, 11
STEP: Final = 60.0  # metres between the points of a border, so that it can bend
DIGITS: Final = 7  # of a degree: a centimetre
# A county code no county has: 99 is no province.
TOWN_CODE: Final = "999001101"
# Waves that bend the plane: height and length in metres. The slopes add up to less than one, so no fold.
WAVES: Final = ((420.0, 9_000.0), (105.0, 3_300.0), (16.0, 650.0))


@dataclass(frozen=True, slots=True)
class Area:
    """A piece of ground: `boundary` holds the rings of a polygon, WGS-84, closed, outer ring first."""

    key: str
    code: str
    name: str
    boundary: tuple[Ring, ...]
    households: int
    population: int
    lon: float
    lat: float

    def polygon(self) -> Polygon:
        """The boundary as a shape."""
        return Polygon(self.boundary[0], self.boundary[1:])

    def geojson(self) -> dict[str, object]:
        """The boundary as a GeoJSON geometry."""
        return {"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in self.boundary]}


@dataclass(frozen=True, slots=True)
class Town(Area):
    """The whole town (大网格)."""


@dataclass(frozen=True, slots=True)
class Village(Area):
    """A village or, at the town's seat, a community (中网格)."""


@dataclass(frozen=True, slots=True)
class GridArea(Area):
    """A small grid (小网格) of a village."""

    village_key: str


@dataclass(frozen=True, slots=True)
class Place:
    """A name of the gazetteer: village, road, compound, landmark or alias, with a point in its grid."""

    name: str
    kind: str
    grid_key: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Geography:
    """The town, 16 villages (the seat's community first), 147 small grids in order of code, named places."""

    town: Town
    villages: tuple[Village, ...]
    grids: tuple[GridArea, ...]
    places: tuple[Place, ...]

    def feature_collection(self) -> dict[str, object]:
        """The whole tree as a GeoJSON file of grids would bring it, parents first."""
        parents = {grid.key: grid.village_key for grid in self.grids}
        parents |= {village.key: self.town.key for village in self.villages}
        codes = {area.key: area.code for area in (self.town, *self.villages)}
        features = [
            {
                "type": "Feature",
                "geometry": area.geojson(),
                "properties": {
                    "code": area.code,
                    "name": area.name,
                    "parent": codes.get(parents.get(area.key, "")),
                    "households": area.households,
                    "population": area.population,
                },
            }
            for area in (self.town, *self.villages, *self.grids)
        ]
        return {"type": "FeatureCollection", "datum": "wgs84", "features": features}


def make(seed: int) -> Geography:
    """The geography of the demo town. Same seed, same town, to the last digit."""
    rng = random.Random(seed)  # noqa: S311 - draws a landscape, guards nothing
    outline = _outline(rng)
    parts = _partition(rng, outline, VILLAGES, rounds=12)
    seat = min(range(VILLAGES), key=lambda i: parts[i].centroid.distance(Point(0, 0)))
    counts = _grid_counts(rng, seat)
    cells = [_partition(rng, part, count, rounds=4) for part, count in zip(parts, counts, strict=True)]
    faces = _curved(rng, cells, about=parts[seat].centroid)
    villages, grids = _numbered(rng, faces, seat)
    return Geography(
        town=_town(villages, grids),
        villages=villages,
        grids=grids,
        places=tuple(_places(rng, villages, grids)),
    )


# ---- straight lines ------------------------------------------------------------------------------


def _outline(rng: random.Random) -> Polygon:
    """A lopsided rounded box in metres about the centre. Convex, so that every cell cut from it is whole."""
    phases = [rng.uniform(0, 2 * math.pi) for _order in range(3)]
    points = []
    for turn in np.linspace(0, 2 * math.pi, 72, endpoint=False):
        waves = sum(
            0.05 / order * math.sin(order * turn + phase) for order, phase in zip((1, 2, 3), phases, strict=True)
        )
        # A curve of the fourth order lies between an ellipse and a box.
        reach = (0.92 + waves) * (math.cos(turn) ** 4 + math.sin(turn) ** 4) ** -0.25
        points.append((HALF_WIDTH * reach * math.cos(turn), HALF_HEIGHT * reach * math.sin(turn)))
    return MultiPoint(points).convex_hull


def _partition(rng: random.Random, area: Polygon, count: int, rounds: int) -> list[Polygon]:
    """Cut an area into so many cells of like size: Voronoi cells whose seeds move to their middles."""
    seeds = _scatter(rng, area, count)
    cells = _cells(area, seeds)
    for _round in range(rounds):
        cells = _cells(area, [cell.centroid for cell in cells])
    return cells


def _scatter(rng: random.Random, area: Polygon, count: int) -> list[Point]:
    west, south, east, north = area.bounds
    points: list[Point] = []
    while len(points) < count:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if area.contains(point):
            points.append(point)
    return points


def _cells(area: Polygon, seeds: Sequence[Point]) -> list[Polygon]:
    """The Voronoi cells of the seeds within the area."""
    diagram = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=area)
    return [cell.intersection(area) for cell in diagram.geoms]


def _grid_counts(rng: random.Random, seat: int) -> list[int]:
    """How many small grids each village has: 7 to 11, 12 at the seat, 147 in all."""
    others = [number for number in range(VILLAGES) if number != seat]
    counts = dict.fromkeys(others, (GRIDS - SEAT_GRIDS) // len(others))
    for _swap in range(40):
        more, less = rng.sample(others, 2)
        if counts[more] < MOST and counts[less] > FEWEST:
            counts[more] += 1
            counts[less] -= 1
    return [SEAT_GRIDS if number == seat else counts[number] for number in range(VILLAGES)]


# ---- bending -------------------------------------------------------------------------------------


def _curved(rng: random.Random, cells: list[list[Polygon]], about: Point) -> list[list[Polygon]]:
    """The cells with bent borders, in degrees: one set of lines, bent, rounded, then cut into faces."""
    bend = _Bending(rng, (about.x, about.y))
    rims = [cell.boundary for part in cells for cell in part]
    # Snapping to five centimetres gives the two sides of a border the same points, corners of third cells too.
    lines = shapely.union_all(rims, grid_size=0.05)
    bent = shapely.transform(shapely.segmentize(lines, STEP), bend)
    faces = list(shapely.get_parts(shapely.polygonize(list(bent.geoms))))
    tree = shapely.STRtree(faces)
    return [[_face_of(cell, tree, faces, bend) for cell in part] for part in cells]


class _Bending:
    """A smooth map of the plane onto itself that folds nowhere: metres in, rounded degrees out.

    The ground is drawn together about the town's seat, where grids are small, then waved, then laid on the Earth.
    """

    def __init__(self, rng: random.Random, seat: tuple[float, float]) -> None:
        self.seat = np.array(seat)
        self.plane = Plane.at(CENTRE[1])
        self.waves = []
        for height, length in WAVES:
            for axis in (0, 1):
                way = rng.uniform(0, 2 * math.pi)
                number = 2 * math.pi / length * np.array((math.cos(way), math.sin(way)))
                self.waves.append((axis, height, number, rng.uniform(0, 2 * math.pi)))

    def __call__(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        out = points - self.seat
        reach = np.clip(np.hypot(out[:, 0], out[:, 1]) / 3_500.0, 0, 1)
        out *= (0.6 + 0.4 * reach * reach)[:, None]
        out += self.seat
        still = out.copy()
        for axis, height, number, phase in self.waves:
            out[:, axis] += height * np.sin(still @ number + phase)
        degrees: NDArray[np.float64] = np.round(out / (self.plane.per_lon, self.plane.per_lat) + CENTRE, DIGITS)
        return degrees


def _face_of(cell: Polygon, tree: shapely.STRtree, faces: list[Polygon], bend: _Bending) -> Polygon:
    """The bent face of a straight cell: the one its middle was carried into."""
    (index,) = tree.query(shapely.transform(cell.centroid, bend), predicate="within")
    return faces[int(index)]


# ---- names and numbers ---------------------------------------------------------------------------


def _by_rows(shapes: Sequence[Polygon]) -> list[int]:
    """The order of numbering, west to east in rows from north to south: indexes into the shapes."""
    middles = [shape.centroid for shape in shapes]
    southward = sorted(range(len(shapes)), key=lambda i: -middles[i].y)
    width = math.ceil(math.sqrt(len(shapes)))
    rows = [southward[start : start + width] for start in range(0, len(shapes), width)]
    return [i for row in rows for i in sorted(row, key=lambda i: middles[i].x)]


def _numbered(
    rng: random.Random, faces: list[list[Polygon]], seat: int
) -> tuple[tuple[Village, ...], tuple[GridArea, ...]]:
    """Villages and grids with their codes and names; the seat's community first, as codes have it."""
    grounds = [shapely.coverage_union_all(part) for part in faces]
    order = [seat, *(i for i in _by_rows(grounds) if i != seat)]
    villages: list[Village] = []
    grids: list[GridArea] = []
    for place, index in enumerate(order):
        # Residents' communities count from 001, villages from 201.
        code = f"{TOWN_CODE}{1 if index == seat else 200 + place:03d}"
        name = placenames.VILLAGES[place]
        key = f"v{place:02d}"
        own = []
        for serial, which in enumerate(_by_rows(faces[index]), start=1):
            homes = rng.randint(180, 360) if index == seat else rng.randint(48, 132)
            own.append(
                GridArea(
                    f"{key}g{serial:02d}",
                    f"{code}{serial:03d}",
                    f"{name}第{placenames.numeral(serial)}网格",
                    _rings(faces[index][which]),
                    homes,
                    round(homes * rng.uniform(2.5, 3.3)),
                    *_middle(faces[index][which]),
                    village_key=key,
                )
            )
        grids += own
        villages.append(Village(key, code, name, _rings(grounds[index]), *_sums(own), *_middle(grounds[index])))
    return tuple(villages), tuple(grids)


def _town(villages: Sequence[Village], grids: Sequence[GridArea]) -> Town:
    ground = shapely.coverage_union_all([grid.polygon() for grid in grids])
    return Town("town", TOWN_CODE, placenames.TOWN, _rings(ground), *_sums(villages), *_middle(ground))


def _rings(shape: Polygon) -> tuple[Ring, ...]:
    """The rings of a polygon as coordinates, turning as GeoJSON asks: outer against the clock."""
    turned = shapely.orient_polygons(shape)
    return tuple(tuple(ring.coords) for ring in (turned.exterior, *turned.interiors))


def _sums(areas: Sequence[Area]) -> tuple[int, int]:
    return sum(area.households for area in areas), sum(area.population for area in areas)


def _middle(shape: Polygon) -> tuple[float, float]:
    """A point inside, where a label can stand: the centroid where it is inside."""
    point = middle(shape)
    return round(point.x, DIGITS), round(point.y, DIGITS)


# ---- the gazetteer -------------------------------------------------------------------------------


def _places(rng: random.Random, villages: Sequence[Village], grids: Sequence[GridArea]) -> Iterator[Place]:
    """Named places: the villages and what people call them, hamlets, compounds, roads and landmarks."""
    families = [family + ground for family in placenames.FAMILIES for ground in placenames.GROUNDS]
    rng.shuffle(families)
    compounds = list(placenames.COMPOUNDS)
    for village in villages:
        own = [grid for grid in grids if grid.village_key == village.key]
        middle = min(own, key=lambda g: (g.lon - village.lon) ** 2 + (g.lat - village.lat) ** 2)
        at_seat = village is villages[0]
        short = "镇上" if at_seat else placenames.short(village.name)
        yield _place(rng, village.name, "village", middle)
        yield _place(rng, short, "alias", middle)
        for grid in own:
            yield _place(rng, compounds.pop(0) if at_seat else families.pop(), "compound", grid)
        yield from _roads(rng, short, own, at_seat)
        yield from _landmarks(rng, short, middle, own, at_seat)


def _roads(rng: random.Random, short: str, grids: Sequence[GridArea], at_seat: bool) -> Iterator[Place]:
    """The streets of the seat, or a village's main road, with a point in each grid they pass."""
    for name in placenames.STREETS if at_seat else (f"{short}路",):
        first, *_rest = passed = rng.sample(grids, 1)
        rest = sorted(
            (grid for grid in grids if grid is not first),
            key=lambda g: (g.lon - first.lon) ** 2 + (g.lat - first.lat) ** 2,
        )
        for grid in passed + rest[: 1 if at_seat else 2]:
            yield _place(rng, name, "road", grid)


def _landmarks(
    rng: random.Random, short: str, middle: GridArea, grids: Sequence[GridArea], at_seat: bool
) -> Iterator[Place]:
    if at_seat:
        for name in placenames.TOWN_LANDMARKS:
            yield _place(rng, name, "landmark", rng.choice(grids))
        return
    committee, *common = placenames.VILLAGE_LANDMARKS
    yield _place(rng, f"{short}村{committee}", "landmark", middle)
    for what in (rng.choice(common), rng.choice(placenames.VILLAGE_EXTRAS)):
        yield _place(rng, f"{short}{what}", "landmark", rng.choice(grids))


def _place(rng: random.Random, name: str, kind: str, grid: GridArea) -> Place:
    """The name at a point of the grid, off its border where the grid has room."""
    shape = grid.polygon()
    west, south, east, north = shape.bounds
    for _try in range(30):
        lon = round(rng.uniform(west, east), DIGITS)
        lat = round(rng.uniform(south, north), DIGITS)
        spot = Point(lon, lat)
        if shape.contains(spot) and shape.exterior.distance(spot) > 2e-4:
            return Place(name, kind, grid.key, lon, lat)
    return Place(name, kind, grid.key, grid.lon, grid.lat)
