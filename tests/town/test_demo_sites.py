"""The sites of the demo town: of its own ground, the same every time, under codes nobody can hold."""

from collections import Counter

import pytest
from shapely import Point

from lianxin.places.sites.codes import is_credit_code
from lianxin.town.demo.geography import make
from lianxin.town.demo.points import make_points
from lianxin.town.demo.sites import make_sites


@pytest.mark.parametrize("seed", [1, 2026])
def test_they_lie_in_their_grids_and_are_nobodys(seed):
    ground = make(seed)
    plans = make_sites(seed, ground)
    assert plans == make_sites(seed, ground)
    kinds = Counter(plan.kind for plan in plans)
    assert kinds["compound"] == 147
    assert kinds["enterprise"] == 40
    assert 15 <= kinds["venue"] <= 30
    shapes = {grid.key: grid.polygon() for grid in ground.grids}
    assert all(shapes[plan.grid_key].contains(Point(plan.lon, plan.lat)) for plan in plans)
    assert len({(plan.kind, plan.name, plan.grid_key) for plan in plans}) == len(plans)
    codes = [plan.code for plan in plans if plan.code]
    assert len(set(codes)) == len(codes) == 35
    assert all(is_credit_code(code) and code[2:8] == "999001" for code in codes)  # no province is 99


def test_the_town_has_points_of_service_at_its_public_places():
    points = [facts for _grid, facts in make_points(make_sites(2026, make(2026)))]
    assert {each["kind"] for each in points} == {"party", "service", "practice", "stop", "pavilion"}
    assert len({each["name"] for each in points}) == len(points) >= 8
