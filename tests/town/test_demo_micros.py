"""The micro-grids of the demo town: every household in one, somebody for each, the same every time."""

import random
from collections import Counter

import pytest

from lianxin.town.demo.geography import make
from lianxin.town.demo.micros import figures, make_micros
from lianxin.town.demo.names import People
from lianxin.town.demo.rules import Rules
from lianxin.town.demo.staff import make_staff


def planned(seed):
    rng = random.Random(seed)
    people, ground = People(rng), make(seed)
    staff = make_staff(rng, ground, Rules.read().units, people)
    return ground, staff, people, make_micros(seed, ground, staff, people)


@pytest.mark.parametrize("seed", [1, 20261031])
def test_every_household_is_in_one_and_somebody_speaks_for_it(seed):
    ground, staff, people, micros = planned(seed)
    households, residents = Counter(), Counter()
    for key, row, _helper in micros:
        households[key] += row.households
        residents[key] += row.population
    assert all((households[grid.key], residents[grid.key]) == (grid.households, grid.population) for grid in ground.grids)
    assert all(1 <= row.households <= 35 for _key, row, _helper in micros)
    assert all(bool(helper) != bool(row.person and row.phone) for _key, row, helper in micros)
    helpers = {person.key: person for person in staff.people}
    assert all(helpers[helper].grid == key for key, _row, helper in micros if helper)
    numbers = [row.phone for _key, row, _helper in micros if row.phone]
    assert len(set(numbers)) == len(numbers)
    assert not set(numbers) & {person.phone for person in staff.people}
    assert not set(numbers) & {people.phone() for _each in range(3_000)}
    assert len({(key, row.name) for key, row, _helper in micros}) == len(micros)


def test_the_same_seed_gives_the_same_ones_and_changes_nobody_else():
    *_rest, people, micros = planned(7)
    rng = random.Random(7)
    alone, ground = People(rng), make(7)
    make_staff(rng, ground, Rules.read().units, alone)
    assert (alone.phone(), alone.name().full) == (people.phone(), people.name().full)
    assert micros == planned(7)[3]


def test_they_are_numbered_as_one_says_it():
    assert [figures(number) for number in (1, 10, 12, 20, 23)] == ["一", "十", "十二", "二十", "二十三"]
