"""What is wrong with boundaries that were redrawn, each fault with its place: only what was not there before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.errors import GEOSException

from lianxin.places.plane import middle
from lianxin.places.tiling import (
    NONE,
    PER_DEGREE,
    Ground,
    Point,
    degrees,
    families,
    shape_of,
    square_metres,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django_stubs_ext import StrOrPromise
    from shapely import Geometry

SMALLEST_M2: Final = 1.0
# Grids that share their points share them exactly. What an import left unclean stays as it is, but may not grow.
GROWN_M2: Final = 0.01
WHOLE_M2: Final = 1.0  # a parent that leaves less than this to nobody is wholly divided


@dataclass(frozen=True, slots=True)
class Tile:
    """A grid to be redrawn: `ground` is `NONE` while it has no boundary, `parent` empty at the top."""

    code: str
    name: str
    level: str
    parent: str
    ground: Ground = NONE


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something wrong: a stable code, a sentence, the grids, and the place. `step`: the first that cannot be done.

    What is not `grave` is a note.
    """

    code: str
    message: StrOrPromise
    grids: tuple[str, ...] = ()
    place: Point | None = None
    step: int = 0
    grave: bool = True

    @property
    def where(self) -> tuple[float, float] | None:
        """Longitude and latitude of the place."""
        return degrees(self.place) if self.place else None


class Checked:
    """The grounds before and after, laid side by side."""

    def __init__(self, tiles: Mapping[str, Tile], before: Mapping[str, Ground], after: Mapping[str, Ground]) -> None:
        """`tiles` are those of after, new ones among them."""
        self.tiles, self.before, self.after = tiles, before, after
        self.changed = [key for key, ground in after.items() if ground != before.get(key, NONE)]
        self.children = families({key: tile.parent for key, tile in tiles.items()})
        self._shapes: dict[Ground, Geometry | None] = {}

    def misfits(self) -> list[Misfit]:
        """All that is wrong; grounds that are no sound shapes are told alone, since nothing else can be said then."""
        own = [each for key in self.changed for each in self._own(key)]
        try:
            return own or [*self._overlaps(), *self._families()]
        except GEOSException:  # a boundary beside these is no sound shape, and was none before
            return [Misfit("unsound_beside", _("A boundary beside these crosses itself; mend it first."))]

    def _own(self, key: str) -> Iterator[Misfit]:
        ground, said = self.after[key], {"grid": self.tiles[key].name}
        shape = self._shape(ground)
        if shape is None:
            return
        if not shape.is_valid:
            crossing = shapely.is_valid_reason(shape).rpartition("[")[2].rstrip("]").split()
            where = round(float(crossing[0])), round(float(crossing[1]))
            yield Misfit("self_crossing", _("The boundary of %(grid)s would cross itself.") % said, (key,), where)
        elif square_metres(shape) < SMALLEST_M2:
            message = _("%(grid)s would have less than a square metre left.")
            yield Misfit("too_small", message % said, (key,), ground[0][0][0])
        elif len(ground) > max(len(self.before.get(key, NONE)), 1):
            yield Misfit("parts", _("%(grid)s would fall into parts.") % said, (key,), ground[1][0][0])

    def _overlaps(self) -> Iterator[Misfit]:
        """Ground that two grids of one parent would both have."""
        done = set()
        for key in self.changed:
            for other in self.children[self.tiles[key].parent]:
                pair = frozenset((key, other))
                if other == key or pair in done:
                    continue
                done.add(pair)
                common = self._common(self.after, key, other)
                if common is None or square_metres(common) <= GROWN_M2:
                    continue
                held = self._common(self.before, key, other)
                more = square_metres(common) - (square_metres(held) if held is not None else 0.0)
                if more > GROWN_M2:
                    names = {"one": self.tiles[key].name, "other": self.tiles[other].name, "area": _metres(more)}
                    message = _("%(one)s and %(other)s would both have %(area)s m².") % names
                    yield Misfit("overlap", message, (key, other), _middle(common))

    def _families(self) -> Iterator[Misfit]:
        """Ground of a parent that no child would have, and ground of children outside the parent."""
        above = {self.tiles[key].parent for key in self.changed}
        for key in sorted(above | {key for key in self.changed if key in self.children}):
            if key not in self.tiles:
                continue
            gap, beyond = self._left(self.after, key)
            if gap is None or beyond is None or square_metres(gap) + square_metres(beyond) <= GROWN_M2:
                continue
            gap_before, beyond_before = self._left(self.before, key)
            more, whole = _more(gap, gap_before), gap_before is not None and square_metres(gap_before) <= WHOLE_M2
            if more > GROWN_M2:
                message = _("%(area)s m² of %(grid)s would belong to none of its grids.")
                told = message % {"area": _metres(more), "grid": self.tiles[key].name}
                yield Misfit("gap", told, (key,), _middle(gap), grave=whole)
            if (more := _more(beyond, beyond_before)) > GROWN_M2:
                message = _("%(area)s m² of the grids of %(grid)s would lie outside it.")
                told = message % {"area": _metres(more), "grid": self.tiles[key].name}
                yield Misfit("outside_parent", told, (key,), _middle(beyond))

    def _left(self, grounds: Mapping[str, Ground], parent: str) -> tuple[Geometry | None, Geometry | None]:
        """What a parent has beside its children, and they beside it; None while either has no ground."""
        above = self._shape(grounds.get(parent, NONE))
        below = [self._shape(grounds.get(key, NONE)) for key in self.children[parent]]
        drawn = [shape for shape in below if shape is not None]
        if above is None or not drawn:
            return above, None
        taken = shapely.union_all(drawn)
        return shapely.difference(above, taken), shapely.difference(taken, above)

    def _common(self, grounds: Mapping[str, Ground], one: str, other: str) -> Geometry | None:
        first, second = self._shape(grounds.get(one, NONE)), self._shape(grounds.get(other, NONE))
        if first is None or second is None or not shapely.intersects(first, second):
            return None
        return shapely.intersection(first, second)

    def _shape(self, ground: Ground) -> Geometry | None:
        if ground not in self._shapes:
            self._shapes[ground] = shape_of(ground) if ground else None
        return self._shapes[ground]


def _more(now: Geometry, before: Geometry | None) -> float:
    return square_metres(now) - (square_metres(before) if before is not None else 0.0)


def _middle(shape: Geometry) -> Point:
    """A point on the largest piece of a shape."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    inside = shapely.point_on_surface(largest)
    return round(inside.x), round(inside.y)


def _metres(area: float) -> str:
    return f"{area:,.0f}" if area >= 10 else f"{area:.2g}"


def middle_of(ground: Ground) -> tuple[float, float]:
    """A longitude and latitude to stand for the ground."""
    centre = middle(shape_of(ground))
    return round(centre.x / PER_DEGREE, 7), round(centre.y / PER_DEGREE, 7)
