"""Days to look at a case again (待跟进), a unit's own; and every contact with the resident in one list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.actions.followups import FARTHEST, BadDay, follow_up, follow_up_done
from lianxin.cases.actions.undoing import undo
from lianxin.cases.models import FollowUp
from lianxin.cases.queries.followups import due_follow_ups, follow_up_list
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.people.actors import nobody
from lianxin.people.queries import today, unit_by_key
from towns import reporter_of, signed_in, who

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def handled(town):
    draft = Draft(kind="request", title="路灯不亮", lon=117.005, lat=34.605, contact=Contact("王秀英", "19900000001"))
    first = done = open_case(draft, actor=nobody(town), now=timezone.now())
    for name, act, with_ in (
        ("clerk", "accept", {}), ("clerk", "assign", {"holder": Holder(unit_by_key(town, "utilities").pk)}), ("handler", "take", {}),
    ):  # fmt: skip
        done = transition(done.case.pk, act, actor=who(town, name), now=timezone.now(), given=with_)
    return first, done.case


@pytest.mark.row("B6")
def test_it_stands_in_the_units_list_on_its_day_and_a_colleague_may_press_it_done(town):
    _first, case = handled(town)
    handler, colleague, clerk = signed_in("handler"), signed_in("handler2"), signed_in("clerk")
    assert handler.post(f"/cases/{case.number}/follow-up", {"note": "看灯杆到货没有", "in": "0"}).status_code == 303
    assert handler.post(f"/cases/{case.number}/follow-up", {"note": "下周再问", "in": "7"}).status_code == 303
    page = colleague.get("/desk/follow-ups/").content.decode()
    assert page.index("看灯杆到货没有") < page.index("下周再问")
    assert due_follow_ups(who(town, "handler2"), now=timezone.now()) == 1
    assert due_follow_ups(who(town, "handler2"), now=timezone.now() + timedelta(days=7)) == 2
    assert "看灯杆到货没有" in colleague.get(f"/cases/{case.number}/").content.decode()
    for place in ("/desk/follow-ups/", f"/cases/{case.number}/"):
        assert "看灯杆到货没有" not in clerk.get(place).content.decode()
    row = FollowUp.objects.for_system("tests", town).earliest("on")
    assert clerk.post(f"/desk/follow-ups/{row.pk}/done/").status_code == 404
    assert colleague.post(f"/desk/follow-ups/{row.pk}/done/").status_code == 303
    assert colleague.post(f"/desk/follow-ups/{row.pk}/done/").status_code == 303
    assert "看灯杆到货没有" not in handler.get("/desk/follow-ups/").content.decode()
    acts = Entry.objects.for_system("tests", town).filter(subject_kind="follow_up", subject_id=row.pk).order_by("seq")
    assert list(acts.values_list("act", "post_id")) == [
        ("set", who(town, "handler").post_id), ("done", who(town, "handler2").post_id),
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["", "昨天", "2020-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_told_with_what_was_typed(town, typed):
    _first, case = handled(town)
    back = signed_in("handler").post(f"/cases/{case.number}/follow-up", {"note": "看灯杆到货没有", "on": typed})
    assert back.status_code == 422
    assert "看灯杆到货没有" in back.content.decode()
    assert not FollowUp.objects.for_system("tests", town).exists()


def test_the_farthest_day_is_taken_and_the_one_beyond_is_not(town):
    _first, case = handled(town)
    now = timezone.now()
    follow_up(case, today(now) + FARTHEST, "", actor=who(town, "handler"), now=now)
    with pytest.raises(BadDay):
        follow_up(case, today(now) + FARTHEST + timedelta(days=1), "", actor=who(town, "handler"), now=now)


def test_a_case_that_has_gone_to_others_tells_nothing_of_itself(town):
    draft = Draft(kind="dispute", title="保密的纠纷", lon=117.005, lat=34.605)
    case = open_case(draft, actor=nobody(town), now=timezone.now()).case
    follow_up(case, today(timezone.now()), "问一问", actor=who(town, "handler"), now=timezone.now())
    (row,) = follow_up_list(who(town, "handler"), now=timezone.now())
    assert row["case"] is None
    assert "保密的纠纷" not in signed_in("handler").get("/desk/follow-ups/").content.decode()


def test_erasing_the_case_takes_the_notes_along(town):
    _first, case = handled(town)
    follow_up(case, today(timezone.now()), "王秀英住三楼", actor=who(town, "handler"), now=timezone.now())
    erase_case(case, "本人要求", actor=who(town, "security"), now=timezone.now())
    assert not FollowUp.objects.for_system("tests", town).exists()


def test_a_note_is_not_in_the_ledger(town):
    _first, case = handled(town)
    row = follow_up(case, today(timezone.now()), "王秀英住三楼", actor=who(town, "handler"), now=timezone.now())
    follow_up_done(row.pk, actor=who(town, "handler"), now=timezone.now())
    told = Entry.objects.for_system("tests", town).filter(subject_kind="follow_up").values_list("data", flat=True)
    assert "王秀英" not in str(list(told))


@pytest.mark.row("B9")
def test_every_contact_with_the_resident_stands_in_one_list_the_latest_first(town):
    first, case = handled(town)
    now = timezone.now()
    transition(case.pk, "contact", actor=who(town, "handler"), now=now, given={"contacted": "no_reply", "note": "没人接"})
    slip = transition(case.pk, "remind", actor=reporter_of(town, first), now=now)
    transition(slip.case.pk, "contact", actor=who(town, "clerk"), now=now, given={"contacted": "reached", "note": "说上话了"})
    transition(case.pk, "finish", actor=who(town, "handler"), now=now, given={"answer": "灯已修好", "note": "内部"})
    transition(case.pk, "call_back", actor=who(town, "clerk"), now=now, given={"rating": "4", "note": "满意"})
    page = case_page(who(town, "leader"), stand(who(town, "leader"), pk=case.pk), now)
    told = [row["how"] for row in page["contacts"]]
    assert [each.split("：")[-1] for each in told] == ["满意", "办结", "已联系上", "催办", "无人接听"]
    assert "灯已修好" in page["contacts"][1]["texts"]
    html = signed_in("leader").get(f"/cases/{case.number}/").content.decode()
    assert html.index('id="contacts"') < html.index("无人接听", html.index('id="contacts"'))
    mine = case_page(reporter_of(town, first), stand(reporter_of(town, first), pk=case.pk), now)
    assert mine["contacts"] == []


def test_an_answer_that_was_given_is_for_good_so_no_contact_ever_disappears(town):
    from lianxin.workflow.engine import Refused

    _first, case = handled(town)
    done = transition(case.pk, "contact", actor=who(town, "handler"), now=timezone.now(), given={"contacted": "reached"})
    with pytest.raises(Refused, match="undo_final"):
        undo(case.pk, [done.entry.pk], actor=who(town, "handler"), now=timezone.now())
