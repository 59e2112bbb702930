"""The town's own grids as a drawing: simplified, without tiles, made once until a boundary changes."""

from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

import shapely
from shapely.affinity import scale, translate
from shapely.geometry import shape

from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.places.models import Grid
from lianxin.places.queries import ancestor_ids

WIDE: Final = 1000.0  # units of the drawing from west to east
COARSE: Final = 2.0  # units: a bend smaller than this is not seen across a hall
CUTS: Final = (1, 3, 6)  # open cases from which a grid is drawn darker, in a town where few grids have ten
MOST_LETTERS: Final = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A grid or a village of the drawing: its outline as an SVG path, and where its name stands."""

    id: int
    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The drawing: `width` and `height` in its units."""

    width: int
    height: int
    grids: tuple[Piece, ...]
    villages: tuple[Piece, ...]


def ground(town: Town) -> Ground | None:
    """The town's drawing; None while it has no boundaries."""
    return cached(town, "wall.ground", lambda: _ground(town))


def cuts(most: int) -> tuple[int, int, int]:
    """From how many open cases on a grid is drawn in each of three tones, where the fullest has `most`."""
    times = next(size for size in _sizes() if most <= 12 * size)
    return CUTS[0], CUTS[1] * times, CUTS[2] * times


def _sizes() -> Any:
    size = 1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10


def _ground(town: Town) -> Ground | None:
    rows = Grid.objects.for_system("wall map", town).filter(valid_to=None, level__in=["village", "grid"])
    held = rows.exclude(boundary=None).order_by("level", "code").values_list("id", "level", "name", "boundary")
    named = {pk: (level, name) for pk, level, name, _boundary in held}
    if not named:
        return None
    drawn, height = _on_paper([shape(boundary) for _pk, _level, _name, boundary in held])
    shapes = dict(zip(named, drawn, strict=True))
    grids = {pk: each for pk, each in shapes.items() if named[pk][0] == "grid"}
    grids = dict(zip(grids, shapely.coverage_simplify(list(grids.values()), COARSE), strict=True))
    below: dict[int, list[Any]] = {}
    for pk, each in grids.items():
        for above in ancestor_ids(town, pk):
            below.setdefault(above, []).append(each)
    villages = {
        pk: shapely.union_all(below[pk]) if pk in below else each.simplify(COARSE)
        for pk, each in shapes.items()
        if named[pk][0] == "village"
    }
    pieces = [tuple(_piece(pk, named[pk][1], each) for pk, each in part.items()) for part in (grids, villages)]
    return Ground(int(WIDE), height, *pieces)


def _on_paper(shapes: list[Any]) -> tuple[list[Any], int]:
    """Degrees as units of the drawing, north up, as wide as tall on the ground; and how high the drawing is."""
    west, south, east, north = (float(each) for each in shapely.total_bounds(shapes))
    narrow = cos(radians((south + north) / 2))
    size = WIDE / max((east - west) * narrow, 1e-9)
    moved = (translate(each, -west, -north) for each in shapes)
    return [scale(each, size * narrow, -size, origin=(0, 0)) for each in moved], round((north - south) * size)


def _piece(pk: int, name: str, drawn: Any) -> Piece:
    middle = shapely.maximum_inscribed_circle(drawn, tolerance=COARSE).coords[0]
    short = name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
    return Piece(pk, short, _path(drawn), round(middle[0]), round(middle[1]))


def _path(drawn: Any) -> str:
    parts = [part for part in getattr(drawn, "geoms", [drawn]) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
