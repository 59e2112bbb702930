"""When a person leaves, no duty stays behind, and the history of each case says so."""

from datetime import timedelta

import pytest

from lianxin.cases.actions import transition
from lianxin.cases.actions.handing import HANDED, Leaving, NotHanded, leave_post
from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.values import Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import Post
from lianxin.people.queries import posts_of, today, unit_by_key
from towns import MONDAY, reporter_of, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]
DAY = MONDAY + timedelta(days=1)


def left(town, post):
    rows = Duty.objects.for_system("tests", town)
    return rows.filter(post_id=post.pk, done_at=None).count()


def leaving(to, off=None, reason="调离"):
    return Leaving(off or today(DAY), to, reason)


def test_all_open_work_goes_to_whom_one_names_with_its_due_times(town, life, post):
    mine, theirs = life().to("handle"), life().to("handle", by="handler2")
    helped = life().to("handle", unit="sanitation", by="sanitation")
    before = Duty.objects.for_system("tests", town).get(case_id=mine.case.pk, done_at=None)
    gone, follower = post("handler"), post("handler2")
    n = leave_post(gone, leaving(Holder(follower.unit_id, follower.pk)), actor=who(town, "admin"), now=DAY)
    assert (n, left(town, gone)) == (1, 0)
    case = Case.objects.for_system("tests", town).get(pk=mine.case.pk)
    duty = Duty.objects.for_system("tests", town).get(case_id=case.pk, done_at=None)
    assert (case.post_id, case.state["handler"]["post"]) == (follower.pk, follower.pk)
    assert (duty.post_id, duty.due_at, duty.soon_at, duty.opened_at) == (follower.pk, before.due_at, before.soon_at, before.opened_at)
    shown = inbox(who(town, "handler2"), InboxFilter(), now=DAY)["rows"]
    assert {row["number"] for row in shown} == {mine.case.number, theirs.case.number}
    assert helped.case.version == Case.objects.for_system("tests", town).get(pk=helped.case.pk).version
    assert [str(each) for each in verify(town)] == []


def test_each_case_says_who_handed_it_over_and_why(town, life, post):
    held = life().to("handle")
    leave_post(post("handler"), leaving(Holder(post("handler").unit_id)), actor=who(town, "admin"), now=DAY)
    entry = Entry.objects.for_system("tests", town).get(subject_kind="case", subject_id=held.case.pk, act=HANDED)
    assert entry.post_id == post("admin").pk
    assert entry.data["given"]["from"] == {"unit": post("handler").unit_id, "post": post("handler").pk}
    assert entry.texts.get().body == "调离"
    assert Entry.objects.for_system("tests", town).get(subject_kind="post", act="leave").subject_id == post("handler").pk


def test_the_unit_goes_on_with_what_it_was_given(town, life, post):
    held = life().to("handle")
    leave_post(post("handler"), leaving(Holder(post("handler").unit_id)), actor=who(town, "admin"), now=DAY)
    done = transition(held.case.pk, "finish", actor=who(town, "handler2"), now=DAY, given={"answer": "已修好"})
    assert done.case.step == "feedback"


def test_a_case_that_comes_back_later_goes_to_the_follower(town, life, post):
    answered, follower = life().to("feedback"), post("handler2")
    leave_post(post("handler"), leaving(Holder(follower.unit_id, follower.pk)), actor=who(town, "admin"), now=DAY)
    given = {"reason": "没修好", "rating": "1"}
    transition(answered.case.pk, "dissatisfied", actor=reporter_of(town, answered.done) if answered.done.reporter_id else answered.reporter, now=DAY, given=given)
    assert left(town, post("handler")) == 0
    assert Case.objects.for_system("tests", town).get(pk=answered.case.pk).post_id == follower.pk


def test_a_side_duty_is_handed_over_beside_the_main_one(town, life, post):
    held = life().to("handle")
    held.do("supervisor", "supervise", demand="本周内办结", until=MONDAY + timedelta(days=5))
    n = leave_post(post("handler"), leaving(Holder(post("handler").unit_id)), actor=who(town, "admin"), now=DAY)
    assert (n, left(town, post("handler"))) == (2, 0)
    assert Entry.objects.for_system("tests", town).filter(subject_id=held.case.pk, act=HANDED).count() == 1
    assert list(verify(town)) == []


def test_the_post_opens_nothing_from_the_day_off(town, life, post):
    gone = post("handler")
    leave_post(gone, leaving(Holder(gone.unit_id)), actor=who(town, "admin"), now=DAY)
    assert posts_of(gone.account_id, town, on=today(DAY)) == []
    assert posts_of(gone.account_id, town, on=today(MONDAY)) != []


@pytest.mark.parametrize(
    ("by", "to", "off", "reason", "code"),
    [
        ("leader", "utilities", 0, "调离", "not_yours"),
        ("admin", "utilities", 0, "  ", "no_reason"),
        ("admin", "utilities", 1, "调离", "bad_day"),
        ("admin", "itself", 0, "调离", "to_itself"),
        ("admin", "elsewhere", 0, "调离", "bad_holder"),
    ],
)
def test_nothing_moves_when_it_may_not(town, life, post, by, to, off, reason, code):
    held, gone = life().to("handle"), post("handler")
    holders = {
        "utilities": Holder(gone.unit_id),
        "itself": Holder(gone.unit_id, gone.pk),
        "elsewhere": Holder(unit_by_key(town, "sanitation").pk, post("handler2").pk),
    }
    wanted = leaving(holders[to], today(DAY) + timedelta(days=off), reason)
    with pytest.raises(NotHanded) as caught:
        leave_post(gone, wanted, actor=who(town, by), now=DAY)
    assert caught.value.code == code
    assert left(town, gone) == 1
    assert Post.objects.for_system("tests", town).get(pk=gone.pk).ends is None
    assert held.case.version == Case.objects.for_system("tests", town).get(pk=held.case.pk).version


def test_nobody_ends_a_post_of_another_town(town, other_town, post):
    with pytest.raises(NotHanded):
        leave_post(post("handler"), leaving(Holder(1)), actor=who(other_town, "admin"), now=DAY)


def test_a_post_that_has_ended_is_not_ended_twice(town, post):
    gone = post("handler")
    leave_post(gone, leaving(Holder(gone.unit_id)), actor=who(town, "admin"), now=DAY)
    with pytest.raises(NotHanded) as caught:
        leave_post(gone, leaving(Holder(gone.unit_id)), actor=who(town, "admin"), now=DAY)
    assert caught.value.code == "ended"


def test_a_closed_case_done_again_goes_to_the_unit_when_its_handler_has_left(town, life, post):
    closed, gone = life().to("closed"), post("handler")
    leave_post(gone, leaving(Holder(gone.unit_id)), actor=who(town, "admin"), now=DAY)
    done = transition(closed.case.pk, "reopen", actor=who(town, "supervisor"), now=DAY, given={"reason": "又坏了"})
    main = done.standing.main
    assert (main.unit_id, main.post_id) == (gone.unit_id, None)
    assert done.case.state["handler"] == {"unit": gone.unit_id, "post": None}
    finished = transition(done.standing, "finish", actor=who(town, "handler2"), now=DAY, given={"answer": "换新了"})
    assert finished.case.step == "feedback"
