"""Which polygon holds a point, fast and exact on borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from lianxin.places.datum import checked
from lianxin.places.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely import Geometry


class Locator:
    """Many polygons (WGS-84), asked again and again which of them holds a point.

    A point on a border, or in two polygons at once, belongs to the one with the smallest id: always the
    same one, and exactly one. Between polygons whose shared border has the same vertices no point is lost.
    Immutable and safe to share between threads.
    """

    def __init__(self, items: Iterable[tuple[int, Geometry]]) -> None:
        """Takes (id, polygon or multipolygon); raises ValueError on an empty shape or an id twice."""
        # Sorted by id, so that the first hit is the smallest id.
        pairs = sorted(items, key=lambda pair: pair[0])
        self._ids = [number for number, _shape in pairs]
        if len(set(self._ids)) != len(self._ids):
            raise ValueError("an id stands twice among the polygons")
        self._shapes = np.array([shape for _number, shape in pairs], dtype=object)
        if any(shape is None or shape.is_empty for shape in self._shapes):
            raise ValueError("a polygon is empty")
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def __len__(self) -> int:
        """How many polygons there are."""
        return len(self._ids)

    def find(self, lon: float, lat: float) -> int | None:
        """The id of the polygon that holds the point (degrees, WGS-84), or None outside all.

        Raises `BadPoint` for coordinates that cannot be a place.
        """
        x, y = checked(lon, lat)
        close = self._tree.query(shapely.points(x, y))
        if not len(close):
            return None
        hits = close[shapely.intersects_xy(self._shapes[close], x, y)]
        return self._ids[int(hits.min())] if len(hits) else None

    def near(self, lon: float, lat: float, metres: float) -> list[tuple[int, float]]:
        """The polygons within so many metres of the point, nearest first, with their distance.

        The one that holds the point is 0.0 m away; more than one answer means: near a border, ask.
        """
        x, y = checked(lon, lat)
        plane = Plane.at(y)
        wide, high = metres / plane.per_lon, metres / plane.per_lat
        close = self._tree.query(shapely.box(x - wide, y - high, x + wide, y + high))
        here = plane.flat(shapely.points(x, y))
        measured = ((float(plane.flat(self._shapes[i]).distance(here)), self._ids[i]) for i in close)
        return [(number, far) for far, number in sorted(measured) if far <= metres]


class Layers:
    """Locators from the smallest grids to the largest: the first that knows the point answers.

    A place that no small grid covers still falls to its village, and one that no village covers to the town.
    """

    def __init__(self, locators: Iterable[Locator]) -> None:
        """Takes the locators, the smallest grids first; empty ones are passed over."""
        self._locators = tuple(locator for locator in locators if len(locator))

    def __len__(self) -> int:
        """How many polygons there are in all layers together."""
        return sum(len(locator) for locator in self._locators)

    def find(self, lon: float, lat: float) -> int | None:
        """The id of the smallest grid that holds the point (degrees, WGS-84), or None outside all."""
        for locator in self._locators:
            number = locator.find(lon, lat)
            if number is not None:
                return number
        checked(lon, lat)
        return None

    def near(self, lon: float, lat: float, metres: float) -> list[tuple[int, float]]:
        """The grids within so many metres, nearest first, all of one layer.

        It is the layer `find` answers from, or else that of the smallest grids that has any.
        """
        for locator in self._locators:
            around = locator.near(lon, lat, metres)
            if around and around[0][1] == 0.0:
                return around
        for locator in self._locators:
            around = locator.near(lon, lat, metres)
            if around:
                return around
        checked(lon, lat)
        return []
