"""What only shows when grids are laid side by side: overlaps, gaps, ground outside the parent, the wrong datum."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.errors import GEOSException

from lianxin.places.datum import Datum, to_wgs84
from lianxin.places.plane import Plane, area_m2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from django_stubs_ext import StrOrPromise
    from shapely import Geometry

TOLERATED_M2: Final = 1.0
# Boundaries drawn by different offices never agree to the metre; what lies mostly elsewhere is another matter.
MOSTLY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a row of a file (1 is the first feature, 0 the file as a whole).

    `code` is stable, `message` for people. Not `grave`: a note, the row can be taken all the same.
    """

    row: int
    code: str
    message: StrOrPromise
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """A grid with its ground; row 0 stands in the town already."""

    row: int
    code: str
    parent: str
    shape: Geometry


def ground_faults(pieces: Sequence[Piece]) -> Iterator[Fault]:
    """The faults and notes between grids of one parent, and between them and the parent."""
    by_code = {piece.code: piece for piece in pieces}
    families: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        families[piece.parent].append(piece)
    for code, children in families.items():
        if code:
            yield from _overlaps(children)
        parent = by_code.get(code)
        if parent is not None:
            yield from _outside(parent, children)
            yield from _gap(parent, children)


def as_if_from(shape: Geometry, datum: Datum) -> Geometry:
    """The WGS-84 shape of a boundary that was drawn in another datum."""
    return shapely.transform(shape, lambda points: [to_wgs84(float(x), float(y), datum) for x, y in points])


def _overlaps(children: Sequence[Piece]) -> Iterator[Fault]:
    """One fault per pair, on the later row."""
    shapes = [child.shape for child in children]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    for first, second in sorted((int(a), int(b)) for a, b in pairs if a < b):
        one, other = sorted((children[first], children[second]), key=lambda child: child.row)
        if not other.row:
            continue
        common = _area(shapely.intersection, one.shape, other.shape)
        if common > TOLERATED_M2:
            yield Fault(
                other.row,
                "overlap",
                _("%(code)s overlaps %(other)s by %(area)s m².")
                % {"code": other.code, "other": one.code, "area": f"{common:,.0f}"},
            )


def _outside(parent: Piece, children: Iterable[Piece]) -> Iterator[Fault]:
    shapely.prepare(parent.shape)
    for child in children:
        if _covered(parent.shape, child.shape):  # as most are, and quicker told than what lies beyond
            continue
        size = area_m2(child.shape)
        beyond = _area(shapely.difference, child.shape, parent.shape)
        if not child.row or beyond <= TOLERATED_M2:
            continue
        said: Mapping[str, str] = {"code": child.code, "parent": parent.code, "area": f"{beyond:,.0f}"}
        meant = _datum_meant(parent, child, beyond)
        if meant is not None:
            message = _("%(code)s lies %(area)s m² outside %(parent)s, but fits if its points are %(datum)s.")
            yield Fault(child.row, "wrong_datum", message % {**said, "datum": meant.value})
        else:
            message = _("%(code)s lies %(area)s m² outside its parent %(parent)s.")
            yield Fault(child.row, "outside_parent", message % said, grave=beyond > size * MOSTLY)


def _more(whole: Geometry, part: Geometry) -> float:
    """How many square metres a shape has more than one within it, both laid on the same plane."""
    _west, south, _east, north = whole.bounds
    plane = Plane.at((south + north) / 2)
    return float(plane.flat(whole).area - plane.flat(part).area)


def _covered(parent: Geometry, child: Geometry) -> bool:
    try:
        return bool(shapely.covers(parent, child))
    except GEOSException:
        return False


def _datum_meant(parent: Piece, child: Piece, beyond: float) -> Datum | None:
    """The datum in which the child would fit its parent, when a good part of it now lies outside."""
    if beyond < area_m2(child.shape) * 0.1:
        return None
    for datum in (Datum.GCJ02, Datum.BD09):
        if _area(shapely.difference, as_if_from(child.shape, datum), parent.shape) < beyond * 0.1:
            return datum
    return None


def _gap(parent: Piece, children: Sequence[Piece]) -> Iterator[Fault]:
    """A note when the children leave ground of the parent to nobody."""
    taken = shapely.union_all([child.shape for child in children])
    if _covered(parent.shape, taken) and _more(parent.shape, taken) <= TOLERATED_M2:  # quicker told than what is left
        return
    left = _area(shapely.difference, parent.shape, taken)
    if left > TOLERATED_M2:
        message = _("%(area)s m² of %(parent)s belong to none of its grids.")
        yield Fault(parent.row, "gap", message % {"area": f"{left:,.0f}", "parent": parent.code}, grave=False)


def _area(operation: Callable[[Geometry, Geometry], Geometry], one: Geometry, other: Geometry) -> float:
    """Square metres of what an operation leaves of two shapes; shapes it fails on count as wholly left."""
    try:
        return area_m2(operation(one, other))
    except GEOSException:
        return area_m2(one)
