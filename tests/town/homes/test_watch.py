"""What a supervisor sees: late, silent, to call, to decide; and a sample nobody can steer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.actions.sampling import NotDrawn, draw_sample, pick
from lianxin.cases.models import Case
from lianxin.cases.queries.watch import LISTS, asked, calls, last_sample, listed, silent, tallies
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from towns import MONDAY, who

LATER = MONDAY + timedelta(days=4)
db = pytest.mark.django_db


def numbers(page):
    return {row["number"] for row in page["rows"]}


@db
@pytest.mark.row("B9")
def test_a_case_past_its_limit_that_nobody_spoke_to_is_a_visible_fault(town, life):
    mute, spoken, answered = life().to("handle"), life().to("handle"), life().to("feedback")
    spoken.do("handler", "contact", contacted="reached")
    fresh = life(at=LATER - timedelta(minutes=5))
    now = MONDAY + timedelta(days=20)
    assert {case.number for case in silent(who(town, "supervisor"), now=now)} == {mute.case.number, fresh.case.number}
    assert not {answered.case.number} & {case.number for case in silent(who(town, "supervisor"), now=now)}
    mute.do("handler", "finish", answer="已修好。")
    assert {case.number for case in silent(who(town, "supervisor"), now=LATER)} == set()


@db
@pytest.mark.row("B9")
def test_silence_goes_on_when_a_late_case_changes_hands(town, life):
    held = life().to("triage").do("clerk", "note", note="等等看")
    held.now += timedelta(days=5)
    held.to("handle")  # its due time is fresh again, the resident still knows nothing
    assert held.case.due_at > held.now
    assert {case.number for case in silent(who(town, "supervisor"), now=held.now)} == {held.case.number}


@db
@pytest.mark.row("B6")
def test_return_calls_are_due_when_nobody_answers_and_after_handling_anew(town, life):
    quiet, redone, fine = life().to("feedback"), life().to("feedback"), life().to("review")
    redone.do("reporter", "dissatisfied", reason="没修好", rating="1").to("feedback")
    supervisor = who(town, "supervisor")
    assert calls(supervisor, now=MONDAY + timedelta(hours=2)) == {redone.case.pk: "redone"}
    assert calls(supervisor, now=LATER) == {redone.case.pk: "redone", quiet.case.pk: "half"}
    quiet.do("supervisor", "call_back", rating="5", note="满意")
    assert calls(supervisor, now=LATER) == {redone.case.pk: "redone"}
    assert fine.case.pk not in calls(supervisor, now=LATER)


@db
@pytest.mark.row("B6")
def test_a_sample_can_be_drawn_again_by_anybody_and_is_in_the_history(town, life):
    made = [life().to("review").case.pk for _ in range(6)]
    drawn = draw_sample(3, actor=who(town, "supervisor"), now=LATER)
    held = last_sample(town)
    assert held["drawn"] == drawn == pick(sorted(made), held["seed"], 3)
    assert set(calls(who(town, "supervisor"), now=LATER)) == set(drawn)
    assert Entry.objects.for_system("tests", town).filter(subject_kind="sample").count() == 1
    assert list(verify(town)) == []


@db
@pytest.mark.parametrize(("name", "size", "code"), [("handler", 3, "not_yours"), ("supervisor", 0, "bad_size"), ("supervisor", 201, "bad_size"), ("supervisor", 3, "nobody")])
def test_a_sample_is_not_drawn_by_everybody_nor_of_nothing(town, name, size, code):
    with pytest.raises(NotDrawn) as caught:
        draw_sample(size, actor=who(town, name), now=LATER)
    assert caught.value.code == code


@given(st.lists(st.integers(1, 2**62), unique=True, max_size=60), st.text(max_size=20), st.integers(0, 70), st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order(ids, seed, size, rng):
    drawn = pick(ids, seed, size)
    other = list(ids)
    rng.shuffle(other)
    assert pick(other, seed, size) == drawn
    assert len(drawn) == min(size, len(ids))
    assert set(drawn) <= set(ids)


@db
@pytest.mark.row("B5")
def test_what_was_asked_is_told_beside_the_duty(town, life):
    until = MONDAY + timedelta(days=30)
    life().to("handle").do("handler", "ask_extension", reason="配件未到", until=until)
    page = listed(who(town, "supervisor"), "extension", now=MONDAY + timedelta(hours=1))
    assert [row["asked"] for row in page["rows"]] == [{"text": "配件未到", "until": until}]
    assert asked(town, []) == {}


@db
def test_each_list_holds_as_many_as_its_tally_says(town, life):
    life(), life().to("handle"), life().to("review"), life().to("feedback")
    life().to("handle").do("handler", "ask_extension", reason="配件未到", until=MONDAY + timedelta(days=30))
    twice = life().to("handle")
    twice.do("handler", "send_back", reason="不归我们").to("handle").do("handler", "send_back", reason="真不归我们")
    for now in (MONDAY + timedelta(hours=3), LATER, MONDAY + timedelta(days=30)):
        actor = who(town, "supervisor")
        counted = tallies(actor, now=now)
        assert {name: len(listed(actor, name, now=now)["rows"]) for name in LISTS} == counted
    assert numbers(listed(who(town, "supervisor"), "again", now=LATER)) == {twice.case.number}


@db
def test_the_lists_are_narrowed_by_unit_and_by_village(town, life):
    here, there = life(grid="1-1").to("handle"), life(grid="2-1").to("handle", unit="sanitation", by="sanitation")
    actor, now = who(town, "supervisor"), MONDAY + timedelta(days=30)
    assert numbers(listed(actor, "late", now=now, unit=there.case.unit_id)) == {there.case.number}
    village = Case.objects.for_system("tests", town).get(pk=here.case.pk).grid.parent_id
    for name in ("late", "silent"):
        assert numbers(listed(actor, name, now=now, grid=village)) == {here.case.number}


@db
@pytest.mark.parametrize("name", LISTS)
def test_a_list_s_statements_do_not_grow(town, life, name):
    actor, counted, now = who(town, "supervisor"), [], MONDAY + timedelta(days=30)
    for _ in range(2):
        for step in ("triage", "handle", "feedback", "review"):
            life().to(step)
        life().to("handle").do("handler", "ask_extension", reason="配件未到", until=MONDAY + timedelta(days=90))
        life().to("handle").do("handler", "send_back", reason="一").to("handle").do("handler", "send_back", reason="二")
        listed(actor, name, now=now)
        with CaptureQueriesContext(connection) as seen:
            listed(actor, name, now=now)
        counted.append(len([each for each in seen if "config_version" not in each["sql"]]))
    assert counted[0] == counted[1] <= 7
