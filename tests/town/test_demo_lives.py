"""Two years of requests: the figures exact, every act one the workflow allows, the words as varied as the town."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from lianxin.town.demo import geography
from lianxin.town.demo.lives import plan_lives
from lianxin.town.demo.names import BLOCK, People
from lianxin.town.demo.rules import Rules
from lianxin.town.demo.staff import make_staff
from lianxin.workflow.engine import late_act, plan, start

RULES = Rules.read()


def made(seed):
    rng, ground = random.Random(seed), geography.make(RULES.seed)
    people = People(rng)
    return plan_lives(rng, ground, make_staff(rng, ground, RULES.units, people), RULES, people)


@pytest.fixture(scope="module")
def lives():
    return made(RULES.seed)


@pytest.fixture(scope="module")
def last_year(lives):
    begin = RULES.anchor.replace(year=RULES.anchor.year - 1)
    return [life for life in lives if life.recorded_at > begin]


def test_the_year_to_the_anchor_has_2158_requests_of_which_2076_are_closed(lives, last_year):
    assert len(last_year) == 2158
    assert sum(not life.open for life in last_year) == 2076
    assert len(lives) == 2 * 2158


def test_hardly_any_two_texts_are_alike(lives):
    """At most two pairs in a hundred have a Jaccard of their pairs of characters above 0.8; drawn by a recorded seed."""
    grams = [{life.text[at : at + 2] for at in range(len(life.text) - 1)} for life in lives]
    draw = random.Random(2158)
    pairs = [draw.sample(grams, 2) for _ in range(20_000)]
    alike = sum(len(one & other) > 0.8 * len(one | other) for one, other in pairs)
    assert alike <= 0.02 * len(pairs)


def test_nobody_says_what_somebody_said_before(lives):
    """Side by side in a list, two that are the same to the letter look like a fault."""
    assert len({life.title for life in lives}) == len({life.text for life in lives}) == len(lives)
    answers = [act.given["answer"] for life in lives for act in life.acts if "answer" in act.given]
    assert len(set(answers)) == len(answers) > 4000
    assert max(len(life.title) for life in lives) <= 34


def test_of_the_year_before_all_but_three_are_closed(lives, last_year):
    assert sum(life.open for life in lives) - sum(life.open for life in last_year) == 3


def test_every_act_of_every_life_is_one_the_engine_accepts(lives):
    """The lives are told again from nothing, by the contract alone."""
    ends = {key for key, step in RULES.workflow.steps.items() if step.end}
    for life in lives:
        limits = RULES.categories[life.category].limits
        state = start(RULES.workflow, now=life.recorded_at, clock=RULES.clock, limits=limits).state
        before = life.recorded_at
        for act in life.acts:
            assert before <= act.at <= RULES.anchor
            state = plan(
                RULES.workflow, state, act.act, roles={act.role}, given=act.given, now=act.at, clock=RULES.clock, limits=limits
            ).state
            before = act.at
        assert life.open == (state.step not in ends)
        assert late_act(RULES.workflow, state, now=RULES.anchor) is None


def test_lives_come_in_the_order_they_were_recorded_and_within_two_years(lives):
    moments = [life.recorded_at for life in lives]
    assert moments == sorted(moments)
    assert RULES.anchor.replace(year=RULES.anchor.year - 2) < moments[0]
    assert moments[-1] <= RULES.anchor
    assert len({life.key for life in lives}) == len(lives)


def test_the_open_ones_stand_in_different_steps_and_some_are_late(last_year):
    waiting = [life for life in last_year if life.open]
    assert len({life.acts[-1].act for life in waiting if life.acts}) >= 5
    assert sum(any(act.act == "overdue" for act in life.acts) for life in waiting) >= 5
    assert all(RULES.anchor - life.recorded_at < timedelta(days=120) for life in waiting)


@pytest.mark.parametrize(
    ("act", "least", "most"),
    [
        ("overdue", 0.05, 0.13), ("send_back", 0.03, 0.08), ("merge", 0.02, 0.05), ("reject", 0.01, 0.035),
        ("ask_extension", 0.02, 0.06), ("suspend", 0.005, 0.03), ("withdraw", 0.005, 0.03), ("cohandle", 0.02, 0.06),
        ("supervise", 0.02, 0.08), ("remind", 0.02, 0.08), ("appeal", 0.0005, 0.01), ("confer", 0.005, 0.03),
        ("answer", 0.02, 0.07),
    ],
)  # fmt: skip
def test_side_paths_are_taken_about_as_often_as_in_a_real_town(last_year, act, least, most):
    share = sum(any(done.act == act for done in life.acts) for life in last_year) / len(last_year)
    assert least <= share <= most


def test_some_are_handled_again(last_year):
    again = {"dissatisfied", "reopen", "not_solved"}
    share = sum(any(done.act in again for done in life.acts) for life in last_year) / len(last_year)
    assert 0.015 <= share <= 0.06


def test_what_is_merged_repeats_an_older_request_of_the_same_kind_and_place(lives):
    by_key = {life.key: life for life in lives}
    merged = [life for life in lives if life.merged_into]
    assert len(merged) > 50
    for life in merged:
        main = by_key[life.merged_into]
        assert (main.category, main.grid, main.address) == (life.category, life.grid, life.address)
        assert timedelta(0) <= life.recorded_at - main.recorded_at < timedelta(days=3)
        assert main.text != life.text
        assert not main.merged_into


def test_staff_act_in_working_hours_but_for_emergencies(lives):
    staff = {"clerk", "supervisor", "leader"}
    out = [
        act
        for life in lives
        for act in life.acts
        if act.role in staff and RULES.categories[life.category].urgency != "emergency"
        if RULES.clock.between(act.at - timedelta(minutes=2), act.at, working=True) == 0
    ]
    assert len(out) / len(lives) < 0.002


def test_reporters_are_invented_and_the_anonymous_leave_nothing(lives):
    assert all(not life.reporter.phone or life.reporter.phone.startswith(BLOCK) for life in lives)
    assert all(not life.reporter.name for life in lives if life.reporter.anonymous)
    assert 0.05 < sum(life.reporter.anonymous for life in lives) / len(lives) < 0.25
    assert Counter(life.reporter.phone for life in lives if life.reporter.phone).most_common(1)[0][1] >= 2


def test_every_point_lies_in_its_grid(lives):
    shapes = {grid.key: grid.polygon() for grid in geography.make(RULES.seed).grids}
    from shapely import Point

    outside = [life.key for life in lives[::7] if not shapes[life.grid].contains(Point(life.lon, life.lat))]
    assert outside == []


def test_no_two_texts_are_nearly_the_same(lives):
    grams = [frozenset(life.text[at : at + 2] for at in range(len(life.text) - 1)) for life in lives]
    rng = random.Random(1)
    alike = 0
    for _ in range(60_000):
        one, other = rng.sample(grams, 2)
        alike += len(one & other) > 0.8 * len(one | other)
    assert alike / 60_000 <= 0.02
    kinds: dict[str, list[frozenset[str]]] = {}
    for life, gram in zip(lives, grams, strict=True):
        kinds.setdefault(life.category, []).append(gram)
    pairs = [(one, other) for each in kinds.values() for at, one in enumerate(each[:150]) for other in each[:at]]
    assert sum(len(one & other) > 0.8 * len(one | other) for one, other in pairs) / len(pairs) <= 0.001


def test_every_category_and_every_village_has_requests(lives):
    assert {life.category for life in lives} == set(RULES.categories)
    assert len({life.grid for life in lives}) > 130


def test_the_same_seed_plans_the_same_lives(lives):
    again = made(RULES.seed)
    assert [(life.key, life.text, life.acts) for life in again] == [(life.key, life.text, life.acts) for life in lives]
