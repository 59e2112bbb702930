"""Redrawing boundaries: steps on the points and edges that grids share, so that these go on tiling the town.

Pure: takes the standing grids and a list of steps, gives the grids that change or what is wrong, writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.errors import GEOSException

from lianxin.places.misfits import SMALLEST_M2, Checked, Misfit, Tile
from lianxin.places.steps import Add, Cut, Draw, Drop, Fate, Move, Step
from lianxin.places.tiling import (
    FEWEST,
    NONE,
    Ground,
    Part,
    Point,
    Ring,
    Tiling,
    edges,
    ground_within,
    on_edge,
    shape_of,
    square_metres,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django_stubs_ext import StrOrPromise
    from shapely import Geometry

__all__ = ["Change", "Misfit", "Redrawn", "Tile", "redraw"]

CLOSE: Final = 3  # points' units: the end of a cut nearer than this to a corner is that corner
MOST_SERIAL: Final = 999
ROUNDS: Final = 4
TANGLED: Final = _("A boundary crosses itself here; mend it before the next step.")


@dataclass(frozen=True, slots=True)
class Change:
    """A grid whose ground changes; `is_new` did not stand before: step number `step` cut it from the grid `origin`.

    `takes` names what of that grid's goes with it, as "dock:id".
    """

    tile: Tile
    before: Ground
    after: Ground
    is_new: bool = False
    origin: str = ""
    step: int = 0
    takes: tuple[str, ...] = ()

    @property
    def area_before(self) -> float:
        """Square metres before."""
        return round(square_metres(shape_of(self.before)), 1) if self.before else 0.0

    @property
    def area_after(self) -> float:
        """Square metres after."""
        return round(square_metres(shape_of(self.after)), 1)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What steps come to: the grids that change, in order of code, and all that is wrong."""

    changes: tuple[Change, ...]
    misfits: tuple[Misfit, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing grave is wrong."""
        return not any(each.grave for each in self.misfits)


class _Stop(Exception):
    """A step that cannot be done."""

    def __init__(self, code: str, message: StrOrPromise, place: Point | None = None, *grids: str) -> None:
        super().__init__(code)
        self.misfit = Misfit(code, message, grids, place)


def redraw(tiles: Iterable[Tile], steps: Sequence[Step], *, taken: Iterable[str] = ()) -> Redrawn:
    """What the steps come to, one after the other. `taken`: codes of grids that have ended, never used again.

    A step that cannot be done ends it: the misfit names the step, and the changes are those of the steps before.
    """
    work = _Work({tile.code: tile for tile in tiles}, set(taken))
    before = dict(work.tiling.grounds)
    for at, step in enumerate(steps, start=1):
        kept, tiles_kept, work.at = work.tiling.copy(), dict(work.tiles), at
        try:
            work.do(step)
        except (_Stop, GEOSException) as fault:
            stop = fault if isinstance(fault, _Stop) else _Stop("self_crossing", TANGLED)
            work.tiling, work.tiles = kept, tiles_kept
            return Redrawn(_changes(work, before), (replace(stop.misfit, step=at),))
    return Redrawn(_changes(work, before), tuple(Checked(work.tiles, before, work.tiling.grounds).misfits()))


def _changes(work: _Work, before: dict[str, Ground]) -> tuple[Change, ...]:
    found = [
        Change(work.tiles[code], before.get(code, NONE), ground, code not in before, *work.made.get(code, ()))
        for code, ground in work.tiling.grounds.items()
        if ground != before.get(code, NONE)
    ]
    return tuple(sorted(found, key=lambda change: (len(change.tile.code), change.tile.code)))


class _Work:
    """The grids while steps are done to them."""

    def __init__(self, tiles: dict[str, Tile], taken: set[str]) -> None:
        self.tiles, self.taken = tiles, taken
        self.at, self.made = 0, dict[str, tuple[str, int, tuple[str, ...]]]()
        self.tiling = Tiling({code: tile.ground for code, tile in tiles.items()})

    def do(self, step: Step) -> None:
        """One step; raises `_Stop`."""
        match step:
            case Move():
                self._move(step)
            case Add():
                if not self.tiling.weave(step.point):
                    raise _Stop("not_on_border", _("No boundary passes here: a point is added on one."), step.point)
            case Drop():
                self._drop(step)
            case Cut():
                _Cutting(self, step).do()
            case Draw():
                self._draw(step)

    def tile(self, code: str) -> Tile:
        """The grid of a code."""
        if code not in self.tiles:
            raise _Stop("unknown_grid", _("There is no grid %(code)s.") % {"code": code[:20]})
        return self.tiles[code]

    def siblings(self, tile: Tile) -> list[str]:
        """The other grids of the same parent that have ground."""
        ground = self.tiling.grounds
        return [
            code for code, each in self.tiles.items()
            if each.parent == tile.parent and code != tile.code and ground[code]
        ]  # fmt: skip

    def _known(self, point: Point) -> None:
        if not self.tiling.holders(point):
            raise _Stop("no_point", _("No boundary has a point here (any more)."), point)
        self.tiling.weave(point)
        self.tiling.settle(point)  # the edges from here are about to turn: what lies on them turns with them

    def _move(self, step: Move) -> None:
        if step.point == step.to and self.tiling.holders(step.point):
            return
        self._known(step.point)
        self.tiling.weave(step.to, but=step.point)
        self._must_stay(self.tiling.replace(step.point, step.to), step.to)
        self.tiling.settle(step.to)

    def _drop(self, step: Drop) -> None:
        self._known(step.point)
        beside = sorted(self.tiling.beside(step.point))
        if len(beside) != 2:
            raise _Stop("meeting", _("Boundaries meet at this point: it is needed."), step.point)
        self._must_stay(self.tiling.replace(step.point, None), step.point)
        self.tiling.settle_edge(beside[0], beside[1])

    def _must_stay(self, codes: Iterable[str], place: Point) -> None:
        """No border may lose so many points that nothing is left within it."""
        for code in codes:
            if any(len(ring) < FEWEST for part in self.tiling.grounds[code] for ring in part):
                message = _("%(grid)s would have less than three points left.") % {"grid": self.tiles[code].name}
                raise _Stop("vanished", message, place, code)

    def _draw(self, step: Draw) -> None:
        tile, ring = self.tile(step.grid), step.ring
        self._may_be_drawn(tile, ring)
        if tile.parent in self.tiles:
            self.tiling.settle_border(tile.parent)
        for point in ring:
            self.tiling.weave(point)
        for start, end in edges(ring):
            for point in self.tiling.lying_on(start, end):
                ring = _threaded(ring, point)
        ground = self._within_free(tile, ring)
        if not ground or square_metres(shape_of(ground)) < SMALLEST_M2:
            raise _Stop("no_ground", _("What was drawn holds no ground that is free in the parent."), ring[0])
        if len(ground) > 1:
            raise _Stop("parts", _("%(grid)s would fall into parts.") % {"grid": tile.name}, ground[1][0][0], tile.code)
        self.tiling.put(tile.code, ground)

    def _may_be_drawn(self, tile: Tile, ring: Ring) -> None:
        if self.tiling.grounds[tile.code]:
            raise _Stop("has_boundary", _("%(grid)s has a boundary already.") % {"grid": tile.name}, None, tile.code)
        if len(set(ring)) < FEWEST or not shape_of(((ring,),)).is_valid:
            message = _("What was drawn crosses itself, or has less than three points.")
            raise _Stop("self_crossing", message, next(iter(ring), None))

    def _within_free(self, tile: Tile, ring: Ring) -> Ground:
        """The part of a drawn ring that is the parent's and no sibling's; where they cross, both get the point."""
        for _round in range(ROUNDS):
            piece = shape_of(((ring,),))
            if tile.parent:
                piece = shapely.intersection(piece, self._free(tile))
            fresh = [each for each in _corners(piece) if each[0] % 1 or each[1] % 1]
            if not fresh:
                break
            for point in ((round(x), round(y)) for x, y in fresh):
                self.tiling.weave(point)
                ring = _threaded(ring, point)
        sizeable = [part for part in shapely.get_parts(piece) if square_metres(part) >= SMALLEST_M2]
        return ground_within(shapely.MultiPolygon(sizeable)) if sizeable else NONE

    def _free(self, tile: Tile) -> Geometry:
        above = self.tiling.grounds.get(tile.parent, NONE)
        if not above:
            raise _Stop("parent_undrawn", _("Draw the grid above it first."), None, tile.parent)
        taken = [shape_of(self.tiling.grounds[code]) for code in self.siblings(tile)]
        return shapely.difference(shape_of(above), shapely.union_all(taken))


def _corners(shape: Geometry) -> list[tuple[float, float]]:
    areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(areas)]


def _threaded(ring: Ring, point: Point) -> Ring:
    """The ring with a point on the edge that passes it."""
    if point not in ring:
        for at, (start, end) in enumerate(edges(ring)):
            if on_edge(start, end, point):
                return (*ring[: at + 1], point, *ring[at + 1 :])
    return ring


class _Cutting:
    """One grid cut in two by a line."""

    def __init__(self, work: _Work, step: Cut) -> None:
        self.work, self.step = work, step
        self.tile = work.tile(step.grid)

    def do(self) -> None:
        """Cut, and give each piece where it goes; raises `_Stop`."""
        self._may_be_cut()
        path, part = self._path()
        grounds = self.work.tiling.grounds
        rest = tuple(each for each in grounds[self.tile.code] if each is not part)
        left, right = halves(part, path)
        self._must_be_sizeable(left, right, path)
        stays, goes, fate = (left, right, self.step.right) if self.step.left.stays else (right, left, self.step.left)
        self.work.tiling.put(self.tile.code, (*rest, stays))
        if fate.grid:
            self._join(goes, fate)
        else:
            self._found(goes, fate)

    def _may_be_cut(self) -> None:
        work, code = self.work, self.tile.code
        if not work.tiling.grounds[code]:
            raise _Stop("no_boundary", _("%(grid)s has no boundary yet.") % {"grid": self.tile.name}, None, code)
        if any(each.parent == code and work.tiling.grounds[key] for key, each in work.tiles.items()):
            raise _Stop("not_smallest", _("Only the smallest grids are cut; cut those below it."), None, code)
        if self.step.left.stays == self.step.right.stays:
            raise _Stop("one_stays", _("Of the two pieces one stays, the other goes elsewhere."), None, code)

    def _path(self) -> tuple[Ring, Part]:
        """The line within the grid from border point to border point, and the part of the grid it cuts."""
        tiling, code, line = self.work.tiling, self.tile.code, self.step.line
        message = _("The line must cross the grid once, from border to border.")
        across = _Stop("cut_once", message, next(iter(line), None), code)
        if len(set(line)) < 2:
            raise across
        drawn = shapely.LineString(line)
        inside = [
            (at, piece)
            for at, part in enumerate(tiling.grounds[code])
            for piece in shapely.get_parts(shapely.intersection(drawn, shape_of((part,))))
            if piece.length > CLOSE
        ]
        if len(inside) != 1:
            raise across
        at, piece = inside[0]
        points = [(round(x), round(y)) for x, y in piece.coords]
        points[0], points[-1] = self._ended(points[0]), self._ended(points[-1])
        part = tiling.grounds[code][at]
        path = tuple(points)
        if not {path[0], path[-1]} <= set(part[0]) or path[0] == path[-1] or _touches(path, part):
            raise across
        return path, part

    def _ended(self, point: Point) -> Point:
        """The border's point where the line ends: a corner close by, or one that is woven in."""
        near = self.work.tiling.nearest(point, self.tile.code)
        if max(abs(near[0] - point[0]), abs(near[1] - point[1])) <= CLOSE:
            point = near
        self.work.tiling.weave(point)
        return point

    def _must_be_sizeable(self, left: Part, right: Part, path: Ring) -> None:
        if min(square_metres(shape_of((piece,))) for piece in (left, right)) < SMALLEST_M2:
            raise _Stop("too_small", _("A piece would have less than a square metre."), path[0], self.tile.code)

    def _join(self, piece: Part, fate: Fate) -> None:
        work, other = self.work, self.work.tile(fate.grid)
        if other.code not in work.siblings(self.tile):
            raise _Stop("not_sibling", _("A piece goes to another grid of the same parent."), piece[0][0], other.code)
        before = work.tiling.grounds[other.code]
        whole = ground_within(shapely.union(shape_of(before), shape_of((piece,))))
        known = {point for part in (*before, piece) for ring in part for point in ring}
        if len(whole) > len(before) or not {point for part in whole for ring in part for point in ring} <= known:
            message = _("The piece and %(grid)s have no border in common.") % {"grid": other.name}
            raise _Stop("not_beside", message, piece[0][0], other.code)
        work.tiling.put(other.code, whole)

    def _found(self, piece: Part, fate: Fate) -> None:
        """A new grid, under the next code of the parent that was never used."""
        used, head = {*self.work.tiles, *self.work.taken}, self.tile.parent
        serials = (f"{head}{serial:03d}" for serial in range(1, MOST_SERIAL + 1))
        highest = max((code for code in used if len(code) == len(head) + 3 and code.startswith(head)), default="")
        code = next((each for each in serials if each > highest), "")
        if not head or not code:
            raise _Stop("no_code", _("The parent has no free code for a new grid."), piece[0][0], self.tile.code)
        self.work.tiles[code] = Tile(code, fate.name, self.tile.level, head)
        origin = self.work.made.get(self.tile.code, (self.tile.code, 0, ()))[0]  # what is cut again came from elsewhere
        self.work.made[code] = (origin, self.work.at, fate.takes)
        self.work.tiling.put(code, (piece,))


def _touches(path: Ring, part: Part) -> bool:
    """Whether a path touches the border of its part anywhere but with its two ends."""
    border = shapely.union_all([shapely.LinearRing(ring) for ring in part])
    contact = shapely.intersection(shapely.LineString(path), border)
    return contact.geom_type != "MultiPoint" or len(contact.geoms) != 2


def halves(part: Part, path: Ring) -> tuple[Part, Part]:
    """The two halves of a part, left and right of a path between two points of its outer ring."""
    ring, holes = part[0], part[1:]
    start, end = ring.index(path[0]), ring.index(path[-1])
    turned = ring[start:] + ring[:start]
    reach = (end - start) % len(ring)
    ahead = turned[: reach + 1] + tuple(reversed(path[1:-1]))
    behind = (*turned[reach:], turned[0], *path[1:-1])
    left, right = (behind, ahead) if shapely.is_ccw(shapely.LinearRing(ring)) else (ahead, behind)
    return _with_holes(left, holes), _with_holes(right, holes)


def _with_holes(ring: Ring, holes: Sequence[Ring]) -> Part:
    whole = shape_of(((ring,),))
    return (ring, *(hole for hole in holes if shapely.covers(whole, shape_of(((hole,),)))))
