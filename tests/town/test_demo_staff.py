"""The people of the demo town: as many as the accounts say, none twice, all reachable at invented numbers."""

import random
import re
from collections import Counter

import pytest

from lianxin.people.masking import mask_address
from lianxin.town.demo import geography
from lianxin.town.demo.names import BLOCK, People
from lianxin.town.demo.rules import Rules
from lianxin.town.demo.staff import KINDS, make_staff


@pytest.fixture(scope="module")
def ground():
    return geography.make(7)


@pytest.fixture(scope="module")
def staff(ground):
    rng = random.Random(7)
    return make_staff(rng, ground, Rules.read().units, People(rng))


def test_there_are_a_thousand_in_twenty_units_and_sixteen_committees(staff):
    assert len(staff.people) == 1000
    assert sum(not unit.village_key for unit in staff.units) == 20
    assert sum(bool(unit.village_key) for unit in staff.units) == 16
    assert {unit.line for unit in staff.units} == {
        "党建", "政法综治", "民政", "公安", "城管", "信访", "市场监管", "卫生健康",
    }  # fmt: skip


def test_every_grid_has_a_chief_and_a_full_time_worker(staff, ground):
    for grid in ground.grids:
        people = staff.of_grid[grid.key]
        assert Counter(person.title for person in people)["网格长"] == 1
        assert any(person.kind == "专职" for person in people)
    assert {person.kind for person in staff.people} == set(KINDS.values())


def test_there_are_69_party_groups_and_a_centre_household_in_every_grid(staff, ground):
    assert len(staff.groups) == 69
    assert len({group.grid for group in staff.groups}) == 69
    assert sorted(centre.grid for centre in staff.centres) == sorted(grid.key for grid in ground.grids)
    village = {grid.key: grid.village_key for grid in ground.grids}
    home = {group.key: village[group.grid] for group in staff.groups}
    assert all(home[centre.group] == village[centre.grid] for centre in staff.centres)


def test_a_centre_household_lives_behind_a_door_of_its_own_which_is_masked(staff, ground):
    village = {grid.key: next(each.name for each in ground.villages if each.key == grid.village_key) for grid in ground.grids}
    assert len({centre.address for centre in staff.centres}) == len(staff.centres) == 147
    for centre in staff.centres:
        at_seat = village[centre.grid] == ground.villages[0].name
        assert re.fullmatch(r"\w+\d+号楼\d单元\d0\d室" if at_seat else rf"{village[centre.grid]}\w+?\d+号", centre.address), centre
        assert "党小组" not in centre.address
        assert mask_address(centre.address) != centre.address


def test_no_name_and_no_number_is_given_twice(staff):
    holders = [*staff.people, *staff.centres]
    assert len({person.name for person in holders}) == len(holders)
    assert len({person.phone for person in holders}) == len(holders)
    assert all(person.phone.startswith(BLOCK) and len(person.phone) == 11 for person in holders)


def test_every_office_the_workflow_asks_for_has_somebody(staff):
    held = {role for person in staff.people for role in person.roles}
    assert {"clerk", "dispatcher", "handler", "grid_worker", "grid_chief", "supervisor", "leader"} <= held


def test_the_same_seed_makes_the_same_people(ground):
    first, second = (make_staff(rng, ground, Rules.read().units, People(rng)) for rng in (random.Random(3), random.Random(3)))
    assert first.people == second.people
    assert first.centres == second.centres
