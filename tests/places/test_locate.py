"""Finding the grid of a point: against an oracle that asks every polygon, borders and corners included."""

from __future__ import annotations

import math
import random
from functools import cache

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from lianxin.places.datum import BadPoint
from lianxin.places.locate import Layers, Locator

COLUMNS, ROWS = 60, 50
WEST, SOUTH, SIDE = 116.9, 34.4, 0.004


@cache
def corners() -> list[list[tuple[float, float]]]:
    """A crooked net: every knot moved a little, so that no border runs along an axis."""
    rng = random.Random(7)
    return [
        [
            (
                WEST + (column + rng.uniform(-0.3, 0.3)) * SIDE,
                SOUTH + (row + rng.uniform(-0.3, 0.3)) * SIDE,
            )
            for column in range(COLUMNS + 1)
        ]
        for row in range(ROWS + 1)
    ]


@cache
def tiles() -> dict[int, Polygon]:
    """3,000 tiles that share their corners; ids run against the order of the rows."""
    net = corners()
    return {
        90_000 - (row * COLUMNS + column): Polygon(
            [net[row][column], net[row][column + 1], net[row + 1][column + 1], net[row + 1][column]]
        )
        for row in range(ROWS)
        for column in range(COLUMNS)
    }


@cache
def locator() -> Locator:
    return Locator(tiles().items())


def oracle(lon: float, lat: float) -> int | None:
    """Every polygon asked, no index, nothing prepared."""
    point = shapely.Point(lon, lat)
    holding = [number for number, tile in tiles().items() if tile.intersects(point)]
    return min(holding, default=None)


@given(
    st.floats(WEST - SIDE, WEST + (COLUMNS + 1) * SIDE),
    st.floats(SOUTH - SIDE, SOUTH + (ROWS + 1) * SIDE),
)
def test_any_point_gets_the_answer_of_the_oracle(lon: float, lat: float) -> None:
    assert locator().find(lon, lat) == oracle(lon, lat)


@given(st.integers(0, COLUMNS), st.integers(0, ROWS))
def test_a_corner_belongs_to_the_smallest_id_that_touches_it(column: int, row: int) -> None:
    lon, lat = corners()[row][column]
    found = locator().find(lon, lat)
    touching = [
        90_000 - (r * COLUMNS + c)
        for r in (row - 1, row)
        for c in (column - 1, column)
        if 0 <= r < ROWS and 0 <= c < COLUMNS
    ]
    assert found == min(touching) == oracle(lon, lat)


@given(st.integers(0, COLUMNS - 1), st.integers(1, ROWS - 1), st.floats(0, 1))
def test_a_point_along_an_inner_border_is_never_lost(column: int, row: int, part: float) -> None:
    (x1, y1), (x2, y2) = corners()[row][column], corners()[row][column + 1]
    lon, lat = x1 + part * (x2 - x1), y1 + part * (y2 - y1)
    found = locator().find(lon, lat)
    assert found is not None
    assert found == oracle(lon, lat)


def test_a_border_along_an_axis_belongs_to_exactly_one_side() -> None:
    two = Locator([(8, shapely.box(117, 34, 117.5, 35)), (3, shapely.box(117.5, 34, 118, 35))])
    assert two.find(117.5, 34.3) == 3
    assert two.find(117.5, 34.0) == 3
    assert two.find(117.4999999, 34.3) == 8


def test_a_point_in_two_polygons_at_once_has_one_answer_whatever_their_order() -> None:
    big, small = shapely.box(117, 34, 118, 35), shapely.box(117.4, 34.4, 117.6, 34.6)
    assert Locator([(5, big), (2, small)]).find(117.5, 34.5) == 2
    assert Locator([(2, small), (5, big)]).find(117.5, 34.5) == 2


def test_outside_every_polygon_there_is_none() -> None:
    assert locator().find(100.0, 30.0) is None
    assert Locator([]).find(117.0, 34.5) is None
    assert Locator([]).near(117.0, 34.5, 50) == []


def test_holes_and_separate_parts_are_respected() -> None:
    ring = shapely.box(117, 34, 118, 35).difference(shapely.box(117.4, 34.4, 117.6, 34.6))
    far = shapely.box(119, 34, 119.1, 34.1)
    one = Locator([(1, shapely.union(ring, far))])
    assert one.find(117.5, 34.5) is None
    assert one.find(119.05, 34.05) == 1


@pytest.mark.parametrize("shapes", [[(1, Polygon())], [(1, shapely.box(0, 0, 1, 1))] * 2])
def test_empty_shapes_and_ids_twice_are_refused(shapes: list[tuple[int, Polygon]]) -> None:
    with pytest.raises(ValueError, match=r"empty|twice"):
        Locator(shapes)


def test_coordinates_that_are_no_place_are_refused() -> None:
    for bad in ((math.nan, 34.0), (34.6, 117.0)):
        with pytest.raises(BadPoint):
            locator().find(*bad)
        with pytest.raises(BadPoint):
            Layers([]).find(*bad)


@given(
    st.floats(WEST, WEST + COLUMNS * SIDE),
    st.floats(SOUTH, SOUTH + ROWS * SIDE),
    st.floats(0, 600),
)
def test_near_lists_every_polygon_within_reach_and_no_other(lon: float, lat: float, metres: float) -> None:
    around = locator().near(lon, lat, metres)
    assert [far for _id, far in around] == sorted(far for _id, far in around)
    assert all(far <= metres for _id, far in around)
    home = locator().find(lon, lat)
    if home is not None:
        assert (home, 0.0) in around
    # A circle drawn another way: the great-circle distance to the nearest point of each tile.
    # On a sphere it is up to three in a thousand longer or shorter than on the plane, which follows the ellipsoid.
    told, slack = {number for number, _far in around}, 1 + metres * 0.004
    for number, tile in tiles().items():
        if abs(tile.centroid.x - lon) < 0.02 and abs(tile.centroid.y - lat) < 0.02:
            far = great_circle((lon, lat), nearest(tile, lon, lat))
            assert number in told or far > metres - slack
            assert number not in told or far < metres + slack


def nearest(tile: Polygon, lon: float, lat: float) -> tuple[float, float]:
    """The nearest point of a tile in degrees stretched by the cosine, found by dense sampling of its rim."""
    point = shapely.Point(lon, lat)
    if tile.intersects(point):
        return lon, lat
    stretch = math.cos(math.radians(lat))
    flat = shapely.transform(tile.exterior, lambda p: p * (stretch, 1))
    there = flat.interpolate(flat.project(shapely.Point(lon * stretch, lat)))
    return there.x / stretch, there.y


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Haversine on the mean sphere, metres."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(h))


def test_layers_answer_from_the_smallest_grid_that_knows_the_point() -> None:
    town = Locator([(1, shapely.box(117, 34, 117.1, 34.1))])
    villages = Locator([(2, shapely.box(117, 34, 117.05, 34.1))])
    grids = Locator([(3, shapely.box(117, 34, 117.02, 34.1))])
    layers = Layers([grids, villages, town])
    assert len(layers) == 3
    assert [layers.find(lon, 34.05) for lon in (117.01, 117.03, 117.07, 117.2)] == [3, 2, 1, None]
    assert layers.near(117.0199, 34.05, 5) == [(3, 0.0)]
    assert layers.near(117.03, 34.05, 5) == [(2, 0.0)]
    assert [number for number, _far in layers.near(117.1001, 34.05, 50)] == [1]
