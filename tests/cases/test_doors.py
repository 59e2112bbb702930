"""The two doors: durable, once per key, whole or not at all."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, Reporter
from lianxin.cases.values import Contact, Draft
from lianxin.jobs.models import Job
from lianxin.keys.numbers import number_of, scramble, spoken, tidy
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.ledger.models import Entry
from lianxin.people.actors import nobody
from lianxin.workflow.engine import Refused
from towns import MONDAY, make_town, reporter_of, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]
DRAFT = Draft(
    kind="request", title="路灯不亮", text="晚上看不见路", lon=117.005, lat=34.605, contact=Contact("王", "19900000001")
)


def key(name, body="body"):
    return OnceKey("tests", name, digest_of({"body": body}))


def test_one_key_opens_one_case(town):
    first = open_case(DRAFT, actor=nobody(town), now=MONDAY, once=key("a"))
    again = open_case(DRAFT, actor=nobody(town), now=MONDAY + timedelta(days=1), once=key("a"))
    assert (again.case.pk, again.repeated, again.reporter_id) == (first.case.pk, True, first.reporter_id)
    for model in (Case, Reporter):
        assert model.objects.for_system("tests", town).count() == 1


def test_the_same_key_with_another_body_is_refused(town):
    open_case(DRAFT, actor=nobody(town), now=MONDAY, once=key("a"))
    with pytest.raises(KeyUsedOtherwise):
        open_case(DRAFT, actor=nobody(town), now=MONDAY, once=key("a", "another"))


def test_a_transition_sent_twice_is_made_once_though_the_case_has_moved_on(town):
    case = open_case(DRAFT, actor=nobody(town), now=MONDAY).case
    for _ in range(2):
        done = transition(case.pk, "accept", actor=who(town, "clerk"), now=MONDAY, once=key("b"))
    assert done.repeated
    assert Entry.objects.for_system("tests", town).filter(subject_id=case.pk, act="accept").count() == 1
    with pytest.raises(Refused):
        transition(case.pk, "accept", actor=who(town, "clerk"), now=MONDAY, once=key("c"))


@pytest.mark.parametrize(
    ("name", "act", "given", "code"),
    [
        ("reporter", "accept", {}, "not_yours"),
        ("clerk", "finish", {"answer": "x"}, "not_from_here"),
        ("clerk", "reject", {"clause": "court"}, "missing"),
        ("clerk", "accept", {"answer": "x"}, "not_asked"),
        ("handler", "accept", {}, None),
        ("worker2", "accept", {}, None),
    ],
)
def test_wrong_person_wrong_step_missing_facts_change_nothing(town, name, act, given, code):
    done = open_case(DRAFT, actor=nobody(town), now=MONDAY)
    actor = reporter_of(town, done) if name == "reporter" else who(town, name)
    with pytest.raises(LookupError if code is None else Refused) as caught:
        transition(done.case.pk, act, actor=actor, now=MONDAY, given=given)
    assert code is None or caught.value.code == code
    assert Entry.objects.for_system("tests", town).filter(subject_id=done.case.pk).count() == 1


def test_a_kind_that_refuses_leaves_nothing_behind(town, monkeypatch):
    from lianxin.cases.actions import doors
    from lianxin.cases.kinds import Kind

    class Strict(Kind):
        def after(self, case, transition, given):
            raise Refused("bad_value", act=transition.act)

    monkeypatch.setattr(doors, "kind_of", lambda key: Strict())
    case = open_case(DRAFT, actor=nobody(town), now=MONDAY).case
    jobs = Job.objects.for_system("tests", town).count()
    with pytest.raises(Refused):
        transition(case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    row = Case.objects.for_system("tests", town).get(pk=case.pk)
    assert (row.step, row.version, Job.objects.for_system("tests", town).count()) == ("collect", 1, jobs)


def test_a_place_outside_every_grid_is_taken_all_the_same(town):
    case = open_case(Draft(kind="request", title="远处", lon=120.0, lat=30.0), actor=nobody(town), now=MONDAY).case
    assert (case.grid_id, case.unit.key) == (None, "desk")


def test_limits_run_from_recording_not_from_what_the_resident_says(town):
    draft = Draft(kind="request", title="旧事", happened_at=MONDAY - timedelta(days=300))
    case = open_case(draft, actor=nobody(town), now=MONDAY).case
    assert (case.recorded_at, case.due_at > MONDAY) == (MONDAY, True)


def test_an_import_sends_no_notices(town):
    open_case(Draft(kind="request", title="旧件", quiet=True), actor=who(town, "system"), now=MONDAY)
    assert Job.objects.for_system("tests", town).count() == 0


def test_where_the_holiday_table_ends_opening_goes_on_and_says_provisional(town):
    late = MONDAY.replace(year=2031)
    case = open_case(DRAFT, actor=nobody(town), now=late).case
    assert (case.state["provisional"], case.due_at > late) == (True, True)


def statements(captured):
    skipped = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(skipped)]


@pytest.mark.django_db(transaction=True)
def test_opening_takes_at_most_8_statements_and_a_transition_at_most_10():
    town = make_town("LX", "连心镇", code="999001101")
    open_case(DRAFT, actor=nobody(town), now=MONDAY)  # settings are remembered from here on
    with CaptureQueriesContext(connection) as captured:
        done = open_case(DRAFT, actor=nobody(town), now=MONDAY, once=key("s"))
    assert len(statements(captured)) <= 8
    clerk = who(town, "clerk")
    with CaptureQueriesContext(connection) as captured:
        transition(done.case.pk, "accept", actor=clerk, now=MONDAY, given={"note": "看过"}, once=key("t"))
    assert len(statements(captured)) <= 10


def test_numbers_are_a_permutation_with_a_check_digit():
    drawn = {scramble(serial, "LX") for serial in range(20_000)}
    assert len(drawn) == 20_000
    number = number_of("LX", 7)
    assert tidy(f" {spoken(number).lower()} ") == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert tidy(wrong) == ""


@pytest.mark.django_db(transaction=True)
def test_eight_people_act_on_one_case_at_once_and_one_wins():
    town = make_town("LX", "连心镇", code="999001101")
    case = open_case(DRAFT, actor=nobody(town), now=MONDAY).case
    clerk, outcomes, start = who(town, "clerk"), [], threading.Barrier(8)

    def act():
        try:
            start.wait()
            transition(case.pk, "accept", actor=clerk, now=MONDAY)
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "stale", "not_from_here"}
    assert Entry.objects.for_system("tests", town).filter(subject_id=case.pk).count() == 2
