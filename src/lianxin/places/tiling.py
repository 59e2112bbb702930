"""Ground cut into grids, as points and edges that its borders share.

A point is a pair of whole numbers, ten-millionths of a degree (a centimetre), so that two borders have a point in
common or have not. What is done is done to the point: every border that has it follows, on every level, and the
grids go on lying side by side without a gap. A border that merely passes through a point, as a village's long edge
passes the corner of a small grid, is given the point first (it is woven in).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from lianxin.places.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shapely import Geometry

Point = tuple[int, int]
Ring = tuple[Point, ...]  # open: the first point does not stand again at the end
Part = tuple[Ring, ...]  # the outer ring, then the holes
Ground = tuple[Part, ...]
Box = tuple[int, int, int, int]

PER_DEGREE: Final = 10_000_000
NONE: Final[Ground] = ()
FEWEST: Final = 3  # points of a ring
NOWHERE: Final[Box] = (2**62, 2**62, -(2**62), -(2**62))


def point_of(lon: float, lat: float) -> Point:
    """The point nearest to a longitude and latitude (degrees, WGS-84)."""
    return round(lon * PER_DEGREE), round(lat * PER_DEGREE)


def degrees(point: Point) -> tuple[float, float]:
    """Longitude and latitude of a point."""
    return point[0] / PER_DEGREE, point[1] / PER_DEGREE


def ground_of(boundary: Mapping[str, Any] | None) -> Ground:
    """The ground within a stored boundary (GeoJSON Polygon or MultiPolygon); no ground for none."""
    if not boundary:
        return NONE
    parts = boundary["coordinates"] if boundary["type"] == "MultiPolygon" else [boundary["coordinates"]]
    return tuple(tuple(_ring_of(ring) for ring in part) for part in parts)


def _ring_of(raw: list[list[float]]) -> Ring:
    points = np.rint(np.array([at[:2] for at in raw], dtype=np.float64) * PER_DEGREE).astype(np.int64)
    ring = tuple(map(tuple, points.tolist()))
    return ring[:-1] if ring[:1] == ring[-1:] else ring


def boundary_of(ground: Ground) -> dict[str, Any] | None:
    """The boundary to store, GeoJSON in degrees; None for no ground."""
    parts = [[[list(degrees(point)) for point in (*ring, ring[0])] for ring in part] for part in ground]
    if not parts:
        return None
    return (
        {"type": "Polygon", "coordinates": parts[0]}
        if len(parts) == 1
        else {"type": "MultiPolygon", "coordinates": parts}
    )


def same_ground(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two stored boundaries run the same way, to the centimetre.

    From which point a ring is told, which way round, and in which order parts and holes come, says nothing.
    """
    return one == other or _outline(ground_of(one)) == _outline(ground_of(other))


def _outline(ground: Ground) -> list[tuple[Ring, list[Ring]]]:
    return sorted((_told_from_lowest(shell), sorted(map(_told_from_lowest, holes))) for shell, *holes in ground)


def _told_from_lowest(ring: Ring) -> Ring:
    """The ring from its lowest point on, towards the lower of that point's neighbours; no point twice in a row."""
    plain = tuple(point for at, point in enumerate(ring) if point != ring[at - 1]) or ring[:1]
    if not plain:
        return plain
    at = plain.index(min(plain))
    turned = plain[at:] + plain[:at]
    back = turned[:1] + turned[:0:-1]
    return min(turned, back)


def shape_of(ground: Ground) -> Geometry:
    """The ground as a shape, in points' own units; perhaps not a valid one."""
    parts = [shapely.polygons(_line(part[0]), [_line(ring) for ring in part[1:]] or None) for part in ground]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _line(ring: Ring) -> Geometry:
    return shapely.linearrings(np.array(ring, dtype=np.float64))


def ground_within(shape: Geometry) -> Ground:
    """The ground of a shape in points' own units; corners that are no points are rounded to the nearest."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]
    rings = ([part.exterior, *part.interiors] for part in parts)
    return tuple(tuple(tidy(_rounded(ring.coords)) for ring in each) for each in rings)


def _rounded(coords: Any) -> Ring:
    return tuple((round(x), round(y)) for x, y in coords)


def square_metres(shape: Geometry) -> float:
    """The area of a shape in points' own units."""
    if shape.is_empty:
        return 0.0
    _west, south, _east, north = shape.bounds
    plane = Plane.at((south + north) / 2 / PER_DEGREE)
    return float(shape.area) * plane.per_lon * plane.per_lat / PER_DEGREE**2


def on_edge(start: Point, end: Point, point: Point) -> bool:
    """Whether a point lies on an edge, between its ends: within the centimetre and a half that rounding may cost."""
    across, up = end[0] - start[0], end[1] - start[1]
    out, over = point[0] - start[0], point[1] - start[1]
    length = across * across + up * up
    return 0 < out * across + over * up < length and 4 * (across * over - up * out) ** 2 <= 9 * length


def edges(ring: Ring) -> Iterator[tuple[Point, Point]]:
    """The edges of a ring, from its first point on."""
    return zip(ring, ring[1:] + ring[:1], strict=True)


def tidy(ring: Ring) -> Ring:
    """The ring without points said twice in a row, and without spikes that go out and come back the same way."""
    kept = list(ring)
    at = 0
    while len(kept) > 1 and at < len(kept):
        if kept[at] == kept[at - 1] or (len(kept) > 2 and kept[at - 1] == kept[(at + 1) % len(kept)]):
            del kept[at]
            at = max(at - 2, 0)
        else:
            at += 1
    return tuple(kept)


class Tiling:
    """The grounds of a town by key, all levels together. Changing one point changes all that have it."""

    def __init__(self, grounds: Mapping[str, Ground]) -> None:
        """Takes the ground of each grid, `NONE` for one that has no boundary."""
        self.grounds = dict(grounds)
        self._keys = list(self.grounds)
        self._rows = {key: at for at, key in enumerate(self._keys)}
        self._boxes = np.array([box_of(ground) for ground in self.grounds.values()] or np.empty((0, 4)), dtype=np.int64)

    def put(self, key: str, ground: Ground) -> None:
        """Give a grid other ground."""
        self.grounds[key] = ground
        if key not in self._rows:
            self._rows[key] = len(self._keys)
            self._keys.append(key)
            self._boxes = np.vstack([self._boxes, [NOWHERE]])
        self._boxes[self._rows[key]] = box_of(ground)

    def copy(self) -> Tiling:
        """The same grounds, to be changed apart."""
        made = Tiling({})
        made.grounds, made._boxes = dict(self.grounds), self._boxes.copy()
        made._keys, made._rows = list(self._keys), dict(self._rows)
        return made

    def holders(self, point: Point) -> list[str]:
        """The grids that have the point in a border."""
        return [key for key in self._near(point, point) if any(point in ring for ring in self._rings(key))]

    def weave(self, point: Point, *, but: Point | None = None) -> bool:
        """Give the point to every border that passes through it; whether any border has it now.

        Edges that end in `but` are left alone: that point is about to come here.
        """
        found = False
        for key in self._near(point, point):
            self._change(key, lambda ring: self._woven(ring, point, but))
            found = found or any(point in ring for ring in self._rings(key))
        return found

    def beside(self, point: Point) -> set[Point]:
        """The points that edges lead to from here, over all borders."""
        found: set[Point] = set()
        for key in self.holders(point):
            for ring in self._rings(key):
                found |= {b for a, b in edges(ring) if a == point} | {a for a, b in edges(ring) if b == point}
        return found

    def settle(self, point: Point) -> None:
        """Weave in what lies on the edges that lead from a point."""
        for other in self.beside(point):
            self.settle_edge(point, other)

    def settle_edge(self, start: Point, end: Point) -> None:
        """Weave in what lies on an edge."""
        for found in self.lying_on(start, end):
            self.weave(found)

    def lying_on(self, start: Point, end: Point) -> set[Point]:
        """The points of all borders that lie on an edge, between its ends."""
        (west, east), (south, north) = sorted((start[0], end[0])), sorted((start[1], end[1]))
        return {
            each
            for key in self._near(start, end)
            for ring in self._rings(key)
            for each in ring
            if west - 2 <= each[0] <= east + 2 and south - 2 <= each[1] <= north + 2 and on_edge(start, end, each)
        }

    def settle_border(self, key: str) -> None:
        """Weave in what lies on the border of a grid."""
        for ring in tuple(self._rings(key)):
            for start, end in edges(ring):
                self.settle_edge(start, end)

    def replace(self, point: Point, to: Point | None) -> list[str]:
        """Let all borders that have a point have another instead, or none; returns the grids."""
        held = self.holders(point)
        for key in held:
            self._change(key, lambda ring: tidy(_swapped(ring, point, to)) if point in ring else ring)
        return held

    def nearest(self, point: Point, key: str) -> Point:
        """The point of a grid's border that is nearest."""
        points = [each for ring in self._rings(key) for each in ring]
        return min(points, key=lambda each: (each[0] - point[0]) ** 2 + (each[1] - point[1]) ** 2)

    def _rings(self, key: str) -> Iterator[Ring]:
        return (ring for part in self.grounds[key] for ring in part)

    def _near(self, one: Point, other: Point) -> list[str]:
        """The grids whose box comes near the box of two points."""
        west, east = min(one[0], other[0]) - 2, max(one[0], other[0]) + 2
        south, north = min(one[1], other[1]) - 2, max(one[1], other[1]) + 2
        box, keys = self._boxes, self._keys
        hit = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
        return [keys[at] for at in np.flatnonzero(hit)]

    def _change(self, key: str, change: Callable[[Ring], Ring]) -> None:
        before = self.grounds[key]
        after = tuple(tuple(change(ring) for ring in part) for part in before)
        if after != before:
            self.put(key, after)

    def _woven(self, ring: Ring, point: Point, but: Point | None) -> Ring:
        """The ring with the point, if it passes through it; the other corners on that edge come with it."""
        if point in ring:
            return ring
        x, y = point
        for at, (start, end) in enumerate(edges(ring)):
            if (start[0] < x - 2 and end[0] < x - 2) or (start[1] < y - 2 and end[1] < y - 2):
                continue  # most edges are far away: told before anything is multiplied
            if but not in (start, end) and on_edge(start, end, point):
                fresh = {point, *self.lying_on(start, end)} - set(ring)
                return ring[: at + 1] + tuple(sorted(fresh, key=lambda each: _along(start, end, each))) + ring[at + 1 :]
        return ring


def _along(start: Point, end: Point, point: Point) -> int:
    return (point[0] - start[0]) * (end[0] - start[0]) + (point[1] - start[1]) * (end[1] - start[1])


def _swapped(ring: Ring, point: Point, to: Point | None) -> Ring:
    swapped = (to if each == point else each for each in ring)
    return tuple(each for each in swapped if each is not None)


def box_of(ground: Ground) -> Box:
    """West, south, east, north of a ground; a box that none comes near for no ground, or one with no point left."""
    points = [point for part in ground for ring in part[:1] for point in ring]
    if not points:
        return NOWHERE
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return min(lons), min(lats), max(lons), max(lats)


def families(parents: Mapping[str, str]) -> dict[str, list[str]]:
    """The keys of the children by the key of the parent."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, parent in parents.items():
        found[parent].append(key)
    return found
