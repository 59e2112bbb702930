"""Reforms of grids worked out: who ends in whom, under which codes, and the ground goes on being tiled exactly."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lianxin.places.misfits import Tile
from lianxin.places.reform.plan import Merge, Recode, reformed
from lianxin.places.tiling import point_of, shape_of
from places.test_redraw import VILLAGES, lattice, whole

pytestmark = pytest.mark.row("A1")

TOWN = "999001101"
WEST, EAST = f"{TOWN}201", f"{TOWN}202"  # two villages side by side, of 2 × 2 small grids each


def box(x, y, wide=1, high=1):
    """A square of the test's own measure, a hundredth of a degree wide."""
    at = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    return ((tuple(point_of(117 + lon / 100, 34 + lat / 100) for lon, lat in at),),)


def tiles():
    found = [
        Tile(TOWN, "镇", "town", "", box(0, 0, 4, 2)),
        Tile(WEST, "西村", "village", TOWN, box(0, 0, 2, 2)), Tile(EAST, "东村", "village", TOWN, box(2, 0, 2, 2)),
    ]  # fmt: skip
    for village, west in ((WEST, 0), (EAST, 2)):
        for serial, (x, y) in enumerate(((0, 1), (1, 1), (0, 0), (1, 0)), start=1):
            found.append(Tile(f"{village}{serial:03d}", f"{serial}格", "grid", village, box(west + x, y)))
    return found


def after(wanted, taken=(), of=None):
    """The grids as a reform leaves them, by code; and what it came to."""
    before = of or tiles()
    outcome = reformed(before, wanted, taken=taken)
    assert outcome.misfit is None, outcome.misfit.message
    left = {tile.code: tile for tile in before if tile.code not in outcome.ended}
    for code, ground in outcome.grounds.items():
        left[code] = Tile(code, left[code].name, left[code].level, left[code].parent, ground)
    return {**left, **{tile.code: tile for tile in outcome.begun}}, outcome


def assert_tiled(found):
    """The grids of each parent cover it exactly: no gap, nothing twice, nothing outside."""
    for code, tile in found.items():
        below = [shape_of(each.ground) for each in found.values() if each.parent == code and each.ground]
        if tile.ground and below:
            assert sum(each.area for each in below) == shapely.union_all(below).area == shape_of(tile.ground).area
            assert shapely.difference(shape_of(tile.ground), shapely.union_all(below)).area == 0


def refusal(wanted, of=None, taken=()):
    return reformed(of or tiles(), wanted, taken=taken).misfit.code


def test_neighbours_merge_into_one_of_them_which_keeps_its_code():
    found, outcome = after(Merge((f"{WEST}001", f"{WEST}002"), keep=f"{WEST}001", name="北片"))
    assert outcome.ended == {f"{WEST}002": f"{WEST}001"}
    assert (outcome.begun, outcome.name) == ((), "北片")
    assert shape_of(found[f"{WEST}001"].ground).equals(shape_of(box(0, 1, 2, 1)))
    assert_tiled(found)


def test_neighbours_merge_under_a_code_that_nobody_ever_had():
    _found, outcome = after(Merge((f"{WEST}001", f"{WEST}002")), taken=[f"{WEST}005"])
    assert outcome.ended == {f"{WEST}001": f"{WEST}006", f"{WEST}002": f"{WEST}006"}
    given, _outcome = after(Merge((f"{WEST}001", f"{WEST}002"), code=f"{WEST}101", name="新片"))
    assert given[f"{WEST}101"].name == "新片"
    assert_tiled(given)


def test_what_lies_below_goes_along_and_takes_codes_of_its_new_parent():
    found, outcome = after(Merge((WEST, EAST), keep=WEST))
    assert outcome.ended[EAST] == WEST
    assert [outcome.ended[f"{EAST}{n:03d}"] for n in range(1, 5)] == [f"{WEST}{n:03d}" for n in range(5, 9)]
    assert {tile.parent for tile in outcome.begun} == {WEST}
    assert_tiled(found)
    micros = [*tiles(), Tile(f"{WEST}002001", "一组", "micro", f"{WEST}002")]
    _found, outcome = after(Recode(f"{WEST}002", code=f"{WEST}050"), of=micros)
    assert outcome.ended == {f"{WEST}002": f"{WEST}050", f"{WEST}002001": f"{WEST}050001"}


def test_a_grid_that_goes_to_another_village_takes_its_ground_along():
    found, outcome = after(Recode(f"{WEST}002", parent=EAST))
    assert outcome.ended == {f"{WEST}002": f"{EAST}005"}
    assert set(outcome.grounds) >= {WEST, EAST}
    assert shape_of(found[EAST].ground).area == pytest.approx(shape_of(box(0, 0, 5, 1)).area)
    assert_tiled(found)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Merge((f"{WEST}001",)), "one_alone"),
        (Merge((f"{WEST}001", f"{WEST}004")), "not_beside"),  # they touch in one point
        (Merge((f"{WEST}002", f"{EAST}001")), "not_siblings"),
        (Merge((f"{WEST}001", f"{WEST}002"), keep=f"{WEST}003"), "not_siblings"),
        (Merge((f"{WEST}001", "123")), "unknown_grid"),
        (Merge((TOWN, WEST)), "whole_town"),
        (Merge((f"{WEST}001", f"{WEST}002"), code=f"{WEST}003"), "used_code"),
        (Merge((f"{WEST}001", f"{WEST}002"), code=f"{EAST}009"), "bad_code"),
        (Recode(f"{WEST}001", code=f"{WEST}1"), "bad_code"),
        (Recode(f"{WEST}001", code=f"{WEST}００９"), "bad_code"),
        (Recode(f"{WEST}001", parent=EAST), "parts"),  # not beside it
        (Recode(f"{WEST}001", parent=TOWN), "wrong_parent"),
        (Recode(f"{WEST}001", parent=f"{WEST}002"), "wrong_parent"),
    ],
)
def test_what_cannot_be_is_refused_by_name(wanted, code):
    assert refusal(wanted) == code


def test_the_last_grid_of_a_village_cannot_leave_it():
    alone = [tile for tile in tiles() if tile.parent != WEST]
    alone.append(Tile(f"{WEST}001", "独", "grid", WEST, box(0, 0, 2, 2)))
    assert refusal(Recode(f"{WEST}001", parent=EAST), of=alone) == "vanished"


def test_codes_run_out_rather_than_be_used_twice():
    taken = [f"{WEST}{n:03d}" for n in range(5, 1000)]
    assert refusal(Merge((f"{WEST}001", f"{WEST}002")), taken=taken) == "no_code"


def test_grids_without_a_boundary_merge_among_themselves():
    plain = [Tile(tile.code, tile.name, tile.level, tile.parent) for tile in tiles()]
    _found, outcome = after(Merge((f"{WEST}001", f"{WEST}004"), keep=f"{WEST}001"), of=plain)
    assert outcome.grounds == {}
    half = [plain[3] if tile.code == f"{WEST}001" else tile for tile in tiles()]
    assert refusal(Merge((f"{WEST}001", f"{WEST}002")), of=half) == "half_drawn"


@given(st.randoms(use_true_random=False), st.data())
def test_however_often_it_is_done_the_town_stays_tiled_and_no_code_comes_back(rng, data):
    """On crooked ground, whose outer borders do not know of every corner that lies on them."""
    grids, taken = lattice(rng), set()
    west, east = VILLAGES
    for _round in range(data.draw(st.integers(1, 5))):
        codes = [tile.code for tile in grids if tile.level == "grid"]
        one, other = data.draw(st.sampled_from(codes)), data.draw(st.sampled_from(codes))
        wanted = data.draw(
            st.sampled_from([Merge((one, other), keep=one), Merge((one, other)), Recode(one), Recode(one, parent=east), Recode(one, parent=west)])
        )
        outcome = reformed(grids, wanted, taken=taken)
        if outcome.misfit is not None:
            continue
        found, outcome = after(wanted, taken, grids)
        whole(list(found.values()))
        assert not taken & set(found)
        taken |= set(outcome.ended)
        assert not taken & set(found)
        grids = list(found.values())
