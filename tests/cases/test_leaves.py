"""Who is away has somebody standing in; a unit has somebody on duty: nothing lies where nobody looks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.handing import NotHanded, work_of
from lianxin.cases.actions.leaving import LeaveAsked, begin_leave, end_leave, set_leave
from lianxin.cases.models import Case
from lianxin.cases.values import Draft, Holder
from lianxin.jobs.models import Job
from lianxin.jobs.queue import run_due
from lianxin.keys.cache import bump
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import past_of
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Leave, Post, Turn
from lianxin.people.queries import today, unit_by_key
from lianxin.people.standing_in import on_duty, who_takes
from lianxin.town.registers.records import RECORDS
from lianxin.town.registers.register import go_back
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


def post(town, name):
    return Post.objects.for_system("test", town).get(pk=who(town, name).post_id)


def assigned(town, now, to="handler"):
    done = open_case(Draft("request", "路灯不亮", "不亮"), actor=nobody(town), now=now)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=now)
    holder = Holder(post(town, to).unit_id, post(town, to).pk)
    return transition(done.standing, "assign", actor=who(town, "clerk"), now=now, given={"holder": holder})


def asked(town, now, to="handler2", first=0, last=3, **more):
    held = post(town, to)
    return LeaveAsked(today(now) + first * DAY, today(now) + last * DAY, Holder(held.unit_id, held.pk), "年休", **more)


def held_by(town, done):
    case = Case.objects.for_system("test", town).get(pk=done.case.pk)
    return case.post_id, case.duties.get(what="main", done_at=None).post_id


def test_open_work_goes_to_who_stands_in_and_so_does_what_comes(town, now):
    before = assigned(town, now)
    leave = set_leave(post(town, "handler"), asked(town, now), actor=who(town, "admin"), now=now)
    assert run_due(now=timezone.now() + timedelta(minutes=1)) > 0
    assert not Job.objects.for_system("test", EVERY_TOWN).filter(task="cases.leave").exists()
    stand_in = post(town, "handler2").pk
    assert held_by(town, before) == (stand_in, stand_in)
    assert work_of(post(town, "handler")).count() == 0
    [entry] = Entry.objects.for_system("test", town).filter(subject_id=before.case.pk, act="stand_in_work")
    assert entry.texts.get(field="reason").body == "年休"
    assert held_by(town, assigned(town, now)) == (stand_in, stand_in)
    end_leave(leave, actor=who(town, "handler"), now=now)
    back = post(town, "handler").pk
    assert held_by(town, assigned(town, now)) == (back, back)
    assert list(verify(town)) == []


def test_a_leave_to_come_moves_nothing_before_its_first_day(town, now):
    done = assigned(town, now)
    leave = set_leave(post(town, "handler"), asked(town, now, first=2, last=4), actor=who(town, "handler"), now=now)
    assert begin_leave(town, leave.pk, actor=who(town, "system"), now=now + DAY) == 0
    assert held_by(town, done)[0] == post(town, "handler").pk
    assert begin_leave(town, leave.pk, actor=who(town, "system"), now=now + 2 * DAY) == 1
    assert held_by(town, done)[0] == post(town, "handler2").pk


def test_who_is_away_may_still_act_and_keeps_what_they_take_themselves(town, now):
    set_leave(post(town, "handler"), asked(town, now, hand=False), actor=who(town, "handler"), now=now)
    done = open_case(Draft("request", "路灯不亮", "不亮"), actor=nobody(town), now=now)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=now)
    unit = Holder(unit_by_key(town, "utilities").pk)
    done = transition(done.standing, "assign", actor=who(town, "clerk"), now=now, given={"holder": unit})
    done = transition(done.standing, "take", actor=who(town, "handler"), now=now)
    assert held_by(town, done)[0] == post(town, "handler").pk


def test_stand_ins_who_are_away_too_end_with_the_unit_not_in_a_circle(town, now):
    set_leave(post(town, "handler"), asked(town, now, hand=False), actor=who(town, "admin"), now=now)
    set_leave(post(town, "handler2"), asked(town, now, to="handler", hand=False), actor=who(town, "admin"), now=now)
    unit = unit_by_key(town, "utilities").pk
    assert who_takes(town, unit, post(town, "handler").pk, now=now) == (unit, None)


def test_on_the_roster_a_units_work_comes_to_who_is_on_duty_unless_they_are_away(town, now):
    unit, on = unit_by_key(town, "utilities"), post(town, "handler2")
    Turn(town=town, post=on, starts=now - timedelta(hours=1), ends=now + timedelta(hours=8)).save(force_insert=True)
    bump(town)
    done = open_case(Draft("request", "爆管", "爆管了", holder=Holder(unit.pk)), actor=nobody(town), now=now)
    assert held_by(town, done) == (on.pk, on.pk)
    assert on_duty(town, unit.pk, now=now + timedelta(hours=9)) is None
    set_leave(on, asked(town, now, to="handler", hand=False), actor=who(town, "admin"), now=now)
    assert on_duty(town, unit.pk, now=now) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first": 3, "last": 1}, "bad_day"),
        ({"first": -5, "last": -2}, "bad_day"),
        ({"first": 0, "last": 900}, "bad_day"),
        ({"to": "handler"}, "to_itself"),
    ],
)
def test_what_cannot_be_a_leave_is_refused(town, now, changes, code):
    with pytest.raises(NotHanded) as refused:
        set_leave(post(town, "handler"), asked(town, now, **changes), actor=who(town, "admin"), now=now)
    assert refused.value.code == code
    assert not Leave.objects.for_system("test", town).exists()


def test_leaves_do_not_overlap_and_are_set_by_oneself_or_who_manages_people(town, now):
    with pytest.raises(NotHanded):
        set_leave(post(town, "handler"), asked(town, now), actor=who(town, "clerk"), now=now)
    set_leave(post(town, "handler"), asked(town, now), actor=who(town, "handler"), now=now)
    with pytest.raises(NotHanded) as refused:
        set_leave(post(town, "handler"), asked(town, now, first=2, last=6), actor=who(town, "admin"), now=now)
    assert refused.value.code == "overlaps"


def test_a_leave_that_was_ended_and_put_back_hands_the_open_work_over_again(town, now):
    leave = set_leave(post(town, "handler"), asked(town, now), actor=who(town, "admin"), now=now)
    run_due(now=timezone.now() + timedelta(minutes=1))
    end_leave(leave, actor=who(town, "handler"), now=now)
    done = assigned(town, now)
    assert held_by(town, done)[0] == post(town, "handler").pk
    ended = past_of(town, "leave", leave.pk)[-1]
    go_back(RECORDS["leaves"], leave, ended.seq, actor=who(town, "admin"), now=now)
    run_due(now=timezone.now() + timedelta(minutes=1))
    stand_in = post(town, "handler2").pk
    assert held_by(town, done) == (stand_in, stand_in)
    assert work_of(post(town, "handler")).count() == 0
    assert list(verify(town)) == []


def test_a_leave_that_hands_nothing_over_hands_nothing_when_it_is_put_back(town, now):
    done = assigned(town, now)
    leave = set_leave(post(town, "handler"), asked(town, now, hand=False), actor=who(town, "admin"), now=now)
    end_leave(leave, actor=who(town, "handler"), now=now)
    ended = past_of(town, "leave", leave.pk)[-1]
    go_back(RECORDS["leaves"], leave, ended.seq, actor=who(town, "admin"), now=now)
    run_due(now=timezone.now() + timedelta(minutes=1))
    assert begin_leave(town, leave.pk, actor=who(town, "system"), now=now) == 0
    assert held_by(town, done)[0] == post(town, "handler").pk
