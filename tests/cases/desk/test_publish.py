"""What the public may read is decided by a clerk, masked, and leaves an entry."""

from datetime import timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.publish import Public, Unpublishable, publish, withhold
from lianxin.cases.models import Publication
from lianxin.cases.queries.publishing import proposal, queue
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.queries import unit_by_key
from towns import grid_named, who

TEXT = "我叫王秀英，电话199 0000 0001，身份证320322196001011234，车牌苏C12345，路灯不亮。"


def answered(town, now, *, consent=True, title="王秀英家门口路灯不亮"):
    clerk, handler = who(town, "clerk"), who(town, "handler")
    draft = Draft(
        "request", title, TEXT, grid_id=grid_named(town, "1-1").pk, address="1村3号楼2单元101",
        contact=Contact("王秀英", "19900000001", consent),
    )  # fmt: skip
    done = open_case(draft, actor=clerk, now=now)
    done = transition(done.standing, "accept", actor=clerk, now=now)
    holder = Holder(unit_by_key(town, "utilities").pk)
    done = transition(done.standing, "assign", actor=clerk, now=now, given={"holder": holder})
    done = transition(done.standing, "take", actor=handler, now=now)
    given = {"answer": "已换灯泡，请王秀英查看，李师傅 13900000002。"}
    return transition(done.standing, "finish", actor=handler, now=now + timedelta(hours=1), given=given)


def test_the_queue_holds_answered_cases_with_consent_until_somebody_decides(town, now):
    clerk = who(town, "clerk")
    first, second = answered(town, now), answered(town, now)
    answered(town, now, consent=False)
    open_case(Draft("request", "还没办", contact=Contact(public_consent=True)), actor=clerk, now=now)
    assert all(len(row["cells"]) == 6 for row in queue(clerk)["rows"])
    assert [row["number"] for row in queue(clerk)["rows"]] == [second.case.number, first.case.number]
    page = queue(clerk, most=1)
    assert [row["number"] for row in queue(clerk, after=page["next"], most=1)["rows"]] == [first.case.number]
    withhold(first.case, "涉及邻里纠纷", actor=clerk, now=now)
    assert [row["number"] for row in queue(clerk)["rows"]] == [second.case.number]


def test_the_proposal_stars_numbers_and_the_reporters_name_and_gives_no_address(town, now):
    done = answered(town, now)
    offered = proposal(who(town, "clerk"), done.case)
    said = " ".join(offered[key] for key in ("title", "text", "answer", "place"))
    for secret in ("王秀英", "0001", "19600101", "C12345", "3号楼", "13900000002"):
        assert secret not in said, secret
    assert "路灯不亮" in offered["text"]
    assert "王**" in offered["title"]
    assert offered["place"] == "1村1格"


def test_publishing_leaves_an_entry_and_the_ledger_holds(town, now):
    clerk, done = who(town, "clerk"), answered(town, now)
    row = publish(done.case, Public("路灯不亮", "路灯不亮", "已换"), actor=clerk, now=now)
    assert (row.state, row.checked_by) == ("published", clerk.account_id)
    publish(done.case, Public("路灯不亮了", "路灯不亮", "已换"), actor=clerk, now=now)
    withhold(done.case, "当事人要求撤下", actor=clerk, now=now)
    row = Publication.objects.for_system("test", town).get(case_id=done.case.pk)
    assert (row.state, row.title, row.text, row.answer) == ("withheld", "", "", "")
    entries = Entry.objects.for_system("test", town).filter(subject_kind="publication", subject_id=done.case.pk)
    assert list(entries.order_by("seq").values_list("act", flat=True)) == ["publish", "publish", "withhold"]
    assert list(verify(town)) == []


@pytest.mark.parametrize(
    ("actor", "public", "code"),
    [
        ("handler", Public("灯", "灯"), "not_yours"),
        ("clerk", Public("", "灯"), "empty"),
        ("clerk", Public("灯", " "), "empty"),
        ("clerk", Public("灯", "灯", photos=(1,)), "not_its_photo"),
    ],
)
def test_what_may_not_be_published_is_refused(town, now, actor, public, code):
    done = answered(town, now)
    with pytest.raises(Unpublishable) as refused:
        publish(done.case, public, actor=who(town, actor), now=now)
    assert refused.value.code == code
    assert not Publication.objects.for_system("test", town).exists()


def test_without_consent_nothing_is_published(town, now):
    done = answered(town, now, consent=False)
    with pytest.raises(Unpublishable, match="no_consent"):
        publish(done.case, Public("灯", "灯"), actor=who(town, "clerk"), now=now)


def test_keeping_back_needs_a_reason(town, now):
    with pytest.raises(Unpublishable, match="empty"):
        withhold(answered(town, now).case, " ", actor=who(town, "clerk"), now=now)
