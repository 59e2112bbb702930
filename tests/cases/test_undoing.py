"""Taking back what one has just done (撤销): all stands as it stood before, and the history says so."""

import random
from datetime import timedelta

import pytest
from django.db import transaction as database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.doors import state_of
from lianxin.cases.actions.handing import Leaving, leave_post
from lianxin.cases.actions.joining import join_case
from lianxin.cases.actions.undoing import undo
from lianxin.cases.columns import plain_columns
from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.figures import Slice, period_of, sliced
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import stand
from lianxin.cases.roles import roles_of
from lianxin.cases.tasks import entered, sweep
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.notices.models import Message
from lianxin.people.actors import nobody, reporter
from lianxin.people.models import Post
from lianxin.people.queries import unit_by_key
from lianxin.workflow.definition import FIELDS
from lianxin.workflow.engine import Refused, available
from lianxin.workflow.undoing import WITHIN
from towns import MONDAY, reporter_of, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]
MINUTE = timedelta(minutes=1)
STAFF = ("clerk", "dispatcher", "handler", "sanitation", "supervisor", "leader")


def raised(town, title="路灯不亮"):
    return open_case(Draft(kind="request", title=title, lon=117.005, lat=34.605), actor=nobody(town), now=MONDAY)


def handled(town):
    done = raised(town)
    for name, act, with_ in (
        ("clerk", "accept", {}),
        ("clerk", "assign", {"holder": Holder(unit_by_key(town, "utilities").pk)}),
        ("handler", "take", {}),
    ):
        done = transition(done.case.pk, act, actor=who(town, name), now=MONDAY + MINUTE, given=with_)
    return done


def picture(town, pk):
    """All of a case that an undo must bring back: its columns and its open duties."""
    case = Case.objects.for_system("tests", town).get(pk=pk)
    duties = Duty.objects.for_system("tests", town).filter(case_id=pk, done_at=None)
    columns = ("what", "step", "who", "unit_id", "post_id", "opened_at", "due_at", "soon_at", "paused", "workflow_id")
    return plain_columns(case), sorted(map(repr, duties.values_list(*columns)))


def refused(done, town, name="clerk", now=MONDAY + MINUTE):
    with pytest.raises(Refused) as caught:
        undo(done.case.pk, [done.entry.pk], actor=who(town, name), now=now)
    return caught.value.code


def test_an_assignment_taken_back_stands_at_the_step_before_and_both_stay_in_the_history(town):
    case = raised(town).case
    transition(case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    before = picture(town, case.pk)
    done = transition(
        case.pk, "assign", actor=who(town, "clerk"), now=MONDAY, given={"holder": Holder(unit_by_key(town, "utilities").pk)}
    )
    assert picture(town, case.pk) != before
    back = undo(case.pk, [done.entry.pk], actor=who(town, "clerk"), now=MONDAY + MINUTE)
    assert picture(town, case.pk) == before
    assert [duty.what for duty in back.standing.duties] == ["main"]
    acts = Entry.objects.for_system("tests", town).filter(subject_id=case.pk).order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["open", "accept", "assign", "undo"]
    assert list(verify(town)) == []
    again = transition(
        case.pk, "assign", actor=who(town, "clerk"), now=MONDAY + MINUTE,
        given={"holder": Holder(unit_by_key(town, "sanitation").pk)},
    )  # fmt: skip
    assert again.case.step == "dispatch"


def test_several_acts_of_one_press_are_taken_back_together(town):
    case = raised(town).case
    before = picture(town, case.pk)
    first = transition(case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    second = transition(
        case.pk, "assign", actor=who(town, "clerk"), now=MONDAY, given={"holder": Holder(unit_by_key(town, "utilities").pk)}
    )
    undo(case.pk, [first.entry.pk, second.entry.pk], actor=who(town, "clerk"), now=MONDAY + MINUTE)
    assert picture(town, case.pk) == before
    assert list(verify(town)) == []


def test_nobody_takes_back_what_another_has_done(town):
    done = transition(raised(town).case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    assert refused(done, town, "clerk2") == "undo_not_yours"
    assert refused(done, town, "supervisor") == "undo_not_yours"


def test_nothing_is_taken_back_once_another_has_gone_on(town):
    done = transition(raised(town).case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    transition(done.case.pk, "remind", actor=who(town, "supervisor"), now=MONDAY)
    assert refused(done, town) == "undo_passed"


def test_the_time_to_take_back_ends(town):
    done = transition(raised(town).case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    assert refused(done, town, now=MONDAY + WITHIN + MINUTE) == "undo_late"
    undo(done.case.pk, [done.entry.pk], actor=who(town, "clerk"), now=MONDAY + WITHIN)


def test_an_undo_is_not_undone(town):
    done = transition(raised(town).case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    back = undo(done.case.pk, [done.entry.pk], actor=who(town, "clerk"), now=MONDAY + MINUTE)
    assert refused(back, town) == "undo_final"


@pytest.mark.parametrize(
    ("name", "act", "with_"),
    [("handler", "finish", {"answer": "修好了"}), ("handler", "contact", {"contacted": "reached"})],
)
def test_what_the_resident_was_told_is_not_unsaid(town, name, act, with_):
    done = transition(handled(town).case.pk, act, actor=who(town, name), now=MONDAY + MINUTE, given=with_)
    assert refused(done, town, name) == "undo_final"


def test_a_workflow_may_say_that_an_act_is_for_good(town):
    from lianxin.workflow.definition import read
    from lianxin.workflow.undoing import Made, for_good

    version = workflow_by_id(town, handled(town).case.workflow_id)
    take = version.transition("dispatch", "take")
    assert not for_good(Made("take", take, own=True, at=MONDAY))
    source = (
        "key: k\nname: {zh: 甲, en: K}\nstart: a\nsteps:\n"
        "  a: {name: {zh: 一, en: A}, phase: handle, who: clerk, within: 1 days}\n"
        "  b: {name: {zh: 二, en: B}, phase: review, end: true, outcome: done}\n"
        "transitions:\n  - {act: go, name: {zh: 走, en: Go}, from: a, to: b, final: true}\n"
    )
    assert for_good(Made("go", read(source).transition("a", "go"), own=True, at=MONDAY))


def test_a_clock_that_was_stopped_by_a_slip_runs_on_as_if_it_had_not_been(town):
    case = handled(town).case
    before = picture(town, case.pk)
    done = transition(
        case.pk, "suspend", actor=who(town, "supervisor"), now=MONDAY + 2 * MINUTE,
        given={"reason": "等料", "until": MONDAY + timedelta(days=9)},
    )  # fmt: skip
    undo(case.pk, [done.entry.pk], actor=who(town, "supervisor"), now=MONDAY + 3 * MINUTE)
    assert picture(town, case.pk) == before
    due = Case.objects.for_system("tests", town).get(pk=case.pk).due_at
    assert sweep(town, now=due + MINUTE) == 1  # late at its own date


def test_a_merge_taken_back_says_so_in_the_main_case(town):
    main, case = raised(town, "主件").case, raised(town).case
    before = picture(town, case.pk)
    done = transition(case.pk, "merge", actor=who(town, "clerk"), now=MONDAY, given={"case": main.pk})
    undo(case.pk, [done.entry.pk], actor=who(town, "clerk"), now=MONDAY + MINUTE)
    assert picture(town, case.pk) == before
    told = Entry.objects.for_system("tests", town).filter(subject_id=main.pk).order_by("seq")
    assert list(told.values_list("act", flat=True)) == ["open", "absorb", "release"]
    assert list(verify(town)) == []


def test_a_word_follows_the_message_that_went_out(town):
    case = transition(raised(town).case.pk, "accept", actor=who(town, "clerk"), now=MONDAY).case
    done = transition(
        case.pk, "assign", actor=who(town, "clerk"), now=MONDAY, given={"holder": Holder(unit_by_key(town, "utilities").pk)}
    )
    back = undo(case.pk, [done.entry.pk], actor=who(town, "clerk"), now=MONDAY + MINUTE)
    for each in (done.entry, back.entry):
        entered(town_id=town.pk, case_id=case.pk, entry_id=each.pk, act=each.act)
    rows = Message.objects.for_system("tests", town)
    unit = unit_by_key(town, "utilities").pk
    assert list(rows.filter(unit_id=unit).order_by("id").values_list("act", flat=True)) == ["assign", "undo"]
    assert list(rows.exclude(reporter_id=None).order_by("id").values_list("act", flat=True)) == ["assign", "undo"]


def test_what_was_taken_back_is_not_counted(town):
    case = handled(town).case
    done = transition(case.pk, "send_back", actor=who(town, "handler"), now=MONDAY + MINUTE, given={"reason": "点错了"})
    period = period_of(town, "2026", now=MONDAY + MINUTE)

    def returned():
        wanted = Slice(period=period.key, what="returned")
        return sliced(who(town, "leader"), wanted, now=MONDAY + timedelta(hours=1)).count()

    assert returned() == 1
    undo(case.pk, [done.entry.pk], actor=who(town, "handler"), now=MONDAY + 2 * MINUTE)
    assert returned() == 0
    assert Case.objects.for_system("tests", town).get(pk=case.pk).state["counts"] == {}
    transition(case.pk, "send_back", actor=who(town, "handler"), now=MONDAY + 3 * MINUTE, given={"reason": "真不归我"})
    assert returned() == 1


def _something(transition, town, chance, other, now):
    """Something of the right kind for everything an act needs."""
    values = {
        "text": "说明", "datetime": now + timedelta(days=chance.randint(20, 40)), "units": [unit_by_key(town, "police").pk],
        "holder": Holder(unit_by_key(town, chance.choice(["utilities", "sanitation"])).pk), "case": other, "clause": "court",
        "photos": [],
    }  # fmt: skip
    made = {}
    for key in transition.needs:
        spec = FIELDS[key]
        made[key] = chance.choice(spec.choices)[0] if spec.choices else values[spec.type]
    return made


@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_whatever_was_done_undoing_it_restores_step_dates_duties_and_counts(town, seed):
    """A walk by chance through the base workflow; wherever an act may be taken back, it leaves the case as it was."""
    chance = random.Random(seed)
    sid = database.savepoint()
    other = raised(town, "主件").case.pk
    done = raised(town)
    now, taken = MONDAY, 0
    reporter = reporter_of(town, done)
    for _ in range(9):
        now += timedelta(minutes=chance.randint(1, 300))
        standing = stand(who(town, "leader"), pk=done.case.pk)
        flow = workflow_by_id(town, standing.case.workflow_id)
        people = [who(town, name) for name in STAFF] + [reporter]
        ways = [
            (actor, each)
            for actor in people
            for each in available(flow, state_of(standing), roles=roles_of(actor, standing.case, standing.duties))
        ]
        if not ways:
            break
        actor, way = chance.choice(ways)
        before = picture(town, done.case.pk)
        try:
            done = transition(
                standing, way.act, actor=actor, now=now, given=_something(way, town, chance, other, now)
            )
        except Refused:
            continue
        if chance.random() < 0.7:
            try:
                undo(done.case.pk, [done.entry.pk], actor=actor, now=now + timedelta(minutes=chance.randint(0, 10)))
            except Refused as code:
                assert code.code in {"undo_final", "undo_not_yours"}  # noqa: PT017 - which of the two is chance
            else:
                taken += 1
                assert picture(town, done.case.pk) == before
    assert list(verify(town)) == []
    database.savepoint_rollback(sid)


def test_a_reporter_takes_back_what_they_did_themselves_and_nothing_of_the_clockwork_or_of_others(town):
    done = raised(town)
    first = reporter_of(town, done)
    joined = join_case(done.case.pk, Contact("另一人"), actor=nobody(town), now=MONDAY).reporter_id
    other = reporter(town, case_id=done.case.pk, reporter_id=joined, first=False)
    late = Case.objects.for_system("tests", town).get(pk=done.case.pk).due_at + MINUTE
    assert sweep(town, now=late) == 1
    newest = Entry.objects.for_system("tests", town).filter(subject_id=done.case.pk).order_by("-seq")
    for whoever in (first, other):
        with pytest.raises(Refused) as caught:
            undo(done.case.pk, [newest.first().pk], actor=whoever, now=late)
        assert caught.value.code == "undo_not_yours"
    reminded = transition(done.case.pk, "remind", actor=other, now=late).entry
    with pytest.raises(Refused) as caught:
        undo(done.case.pk, [reminded.pk], actor=first, now=late)
    assert caught.value.code == "undo_not_yours"
    back = undo(done.case.pk, [reminded.pk], actor=other, now=late).entry
    assert back.data["given"]["reporter"] == joined


def test_what_is_taken_back_does_not_come_to_a_post_that_has_ended_meanwhile(town):
    main, case = raised(town, "主件").case, raised(town).case
    held = Post.objects.for_system("tests", town).get(account__username="handler2.lx")
    transition(case.pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    given = {"holder": Holder(held.unit_id, held.pk)}
    transition(case.pk, "assign", actor=who(town, "clerk"), now=MONDAY, given=given)
    merged = transition(case.pk, "merge", actor=who(town, "clerk"), now=MONDAY + MINUTE, given={"case": main.pk}).entry
    leaving = Leaving(MONDAY.date(), Holder(held.unit_id), "调离")
    leave_post(held, leaving, actor=who(town, "admin"), now=MONDAY + 2 * MINUTE)
    undo(case.pk, [merged.pk], actor=who(town, "clerk"), now=MONDAY + 3 * MINUTE)
    standing = stand(who(town, "leader"), pk=case.pk)
    assert (standing.main.unit_id, standing.main.post_id, standing.case.post_id) == (held.unit_id, None, None)
    assert list(verify(town)) == []
    transition(case.pk, "take", actor=who(town, "handler"), now=MONDAY + 4 * MINUTE)
