"""The invented town's ground: it tiles exactly, carries its codes, and is the same every time."""

from __future__ import annotations

from collections import Counter

import pytest
import shapely

from lianxin.places.locate import Locator
from lianxin.places.plane import Plane, area_m2
from lianxin.town.demo.geography import Geography, make

SEEDS = (1, 7, 2026)


@pytest.fixture(scope="module", params=SEEDS)
def town(request: pytest.FixtureRequest) -> Geography:
    return make(request.param)


def test_there_are_sixteen_villages_and_a_hundred_and_forty_seven_grids(town: Geography) -> None:
    assert len(town.villages) == 16
    assert len(town.grids) == 147
    per_village = Counter(grid.village_key for grid in town.grids)
    assert set(per_village) == {village.key for village in town.villages}
    assert all(7 <= count <= 12 for count in per_village.values())


def test_the_grids_tile_the_town_without_gap_or_overlap(town: Geography) -> None:
    shapes = [grid.polygon() for grid in town.grids]
    together = shapely.union_all(shapes)
    assert shapely.coverage_is_valid(shapes)
    assert together.geom_type == "Polygon"
    assert not together.interiors
    assert together.area == pytest.approx(sum(shape.area for shape in shapes), abs=1e-9)
    assert together.symmetric_difference(town.town.polygon()).area < 1e-12
    tree = shapely.STRtree(shapes)
    for one, other in tree.query(shapes, predicate="overlaps").T:
        assert shapes[one].intersection(shapes[other]).area == 0


def test_every_grid_lies_in_its_village_and_villages_are_the_sum_of_their_grids(
    town: Geography,
) -> None:
    for village in town.villages:
        ground = village.polygon()
        assert ground.is_valid
        own = [grid for grid in town.grids if grid.village_key == village.key]
        assert all(ground.covers(grid.polygon()) for grid in own)
        assert ground.area == pytest.approx(sum(grid.polygon().area for grid in own), abs=1e-12)
        assert village.households == sum(grid.households for grid in own)
        assert village.population == sum(grid.population for grid in own)


def test_boundaries_are_closed_turn_against_the_clock_and_bend(town: Geography) -> None:
    for grid in town.grids:
        (ring,) = grid.boundary
        assert ring[0] == ring[-1]
        assert shapely.is_ccw(shapely.linearrings(ring))
        assert len(ring) > 12


def test_the_town_measures_about_twelve_by_nine_kilometres(town: Geography) -> None:
    west, south, east, north = town.town.polygon().bounds
    plane = Plane.at(34.6)
    assert 9_500 < (east - west) * plane.per_lon < 13_000
    assert 7_000 < (north - south) * plane.per_lat < 10_500
    assert 60e6 < area_m2(town.town.polygon()) < 110e6


def test_codes_follow_the_standard(town: Geography) -> None:
    assert len({area.code for area in (town.town, *town.villages, *town.grids)}) == 164
    assert len(town.town.code) == 9
    for village in town.villages:
        assert len(village.code) == 12
        assert village.code.startswith(town.town.code)
        own = [grid for grid in town.grids if grid.village_key == village.key]
        assert [grid.code for grid in own] == [f"{village.code}{serial:03d}" for serial in range(1, len(own) + 1)]
        # Numbering begins in the north-west corner and ends in the south.
        assert own[0].lat > own[-1].lat


def test_the_grids_of_the_seat_are_the_densest(town: Geography) -> None:
    def mean(key: str) -> float:
        areas = [area_m2(g.polygon()) for g in town.grids if g.village_key == key]
        return sum(areas) / len(areas)

    seat, *others = [mean(village.key) for village in town.villages]
    assert seat < min(others)
    assert town.villages[0].name == "连心社区"


def test_names_are_not_used_twice(town: Geography) -> None:
    assert len({village.name for village in town.villages}) == 16
    assert len({grid.name for grid in town.grids}) == 147
    # A road passes several grids; of everything else there is one.
    counted = Counter(place.name for place in town.places if place.kind != "road")
    assert max(counted.values()) == 1
    assert set(counted).isdisjoint(place.name for place in town.places if place.kind == "road")


def test_the_gazetteer_has_some_hundreds_of_places_each_inside_its_grid(town: Geography) -> None:
    assert len(town.places) >= 250
    kinds = {place.kind for place in town.places}
    assert kinds == {"village", "road", "compound", "landmark", "alias"}
    numbers = {grid.key: number for number, grid in enumerate(town.grids)}
    locator = Locator((number, town.grids[number].polygon()) for number in numbers.values())
    for place in town.places:
        assert locator.find(place.lon, place.lat) == numbers[place.grid_key], place
    for grid in town.grids:
        assert locator.find(grid.lon, grid.lat) == numbers[grid.key]
    assert {place.grid_key for place in town.places} == set(numbers)


def test_the_same_seed_draws_the_same_town_and_another_seed_another() -> None:
    assert make(5) == make(5)
    assert make(5).grids[0].boundary != make(6).grids[0].boundary


def test_many_seeds_all_give_a_sound_tiling() -> None:
    for seed in range(200, 215):
        shapes = [grid.polygon() for grid in make(seed).grids]
        assert len(shapes) == 147
        assert all(shape.is_valid for shape in shapes)
        assert shapely.coverage_is_valid(shapes)
