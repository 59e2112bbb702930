"""What the desk keeps, by program: reply texts, and days to look at a case again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Account
from lianxin.people.queries import today
from towns import MONDAY, grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("B3")]


@pytest.fixture
def case(town):
    draft = Draft(kind="request", title="路灯不亮", text="路灯不亮", grid_id=grid_named(town, "1-1").pk)
    return open_case(draft, actor=nobody(town), now=MONDAY).case


def test_a_reply_text_is_kept_changed_ended_and_taken_up_again(town, token):
    clerk, sent = token("clerk"), {"name": "路灯已修", "body": "{number} 已修好。", "category": "streetlight"}
    made = clerk("POST", "/replies", sent, key="reply-key-1", status=201).json_body
    assert clerk("POST", "/replies", sent, key="reply-key-1", status=200).json_body == made
    place = f"/replies/{made['id']}"
    done = clerk("PATCH", place, {"body": "{number} 修好了。", "seen": made["seen"]}, status=200).json_body
    assert (done["body"], done["name"], done["category"]["key"]) == ("{number} 修好了。", "路灯已修", "streetlight")
    late = clerk("PATCH", place, {"name": "x", "seen": made["seen"]}, status=409).json_body
    assert Account.objects.get(username="clerk.lx").name in late["detail"]
    ended = clerk("PATCH", place, {"active": False, "seen": done["seen"]}, status=200).json_body
    assert (ended["active"], ended["body"]) == (False, done["body"])
    assert clerk("GET", "/replies", status=200).json_body["rows"] == []
    assert clerk("GET", "/replies?ended=true").json_body["rows"] == [ended]
    again = clerk("PATCH", place, {"active": True, "category": "", "seen": ended["seen"]}, status=200).json_body
    assert (again["active"], again["category"]) == (True, None)
    acts = [row["act"] for row in clerk("GET", f"{place}/past", status=200).json_body["rows"]]
    assert sorted(acts) == ["add", "again", "change", "change", "end"]
    assert list(verify(town)) == []


def test_a_reply_text_tells_every_field_that_changed_and_why_and_is_put_back_whole(town, token):
    clerk = token("clerk")
    made = clerk("POST", "/replies", {"name": "甲", "body": "乙"}, status=201).json_body
    place, every = f"/replies/{made['id']}", {"name": "丙", "body": "丁", "category": "streetlight", "phase": "handle", "field": "note"}
    done = clerk("PATCH", place, {**every, "why": "分开写", "seen": made["seen"]}, status=200).json_body
    told = clerk("GET", f"{place}/past", status=200).json_body["rows"][0]
    assert (told["why"], told["back"]) == ("分开写", True)
    assert [each["was"] for each in told["fields"]] == ["甲", "乙", "答复内容（公开）", "各类别", "各环节"]
    sent = {"seq": told["seq"], "seen": done["seen"]}
    assert clerk("POST", f"{place}/back", {**sent, "seen": made["seen"]}, status=409).json_body["code"] == "stale"
    assert set(clerk("POST", f"{place}/back", {**sent, "seq": 999}, status=422).json_body["faults"]) == {"seq"}
    token("handler")("POST", f"{place}/back", sent, status=404)
    assert clerk("POST", f"{place}/back", sent, key="reply-back-1", status=201).json_body == made
    assert clerk("POST", f"{place}/back", sent, key="reply-back-1", status=200).json_body == made
    assert clerk("GET", f"{place}/past").json_body["rows"][0]["act"] == "restore"
    assert list(verify(town)) == []


def test_a_reply_text_is_its_units_and_the_towns_the_administrators(token):
    made = token("clerk")("POST", "/replies", {"name": "甲", "body": "乙"}, status=201).json_body
    other = token("handler")
    other("PATCH", f"/replies/{made['id']}", {"name": "x", "seen": "x"}, status=404)
    other("GET", f"/replies/{made['id']}/past", status=404)
    assert other("GET", "/replies").json_body["rows"] == []
    assert other("POST", "/replies", {"name": "甲", "body": "乙", "whose": "town"}, status=403).json_body["code"] == "may_not"
    whole = token("admin")("POST", "/replies", {"name": "甲", "body": "乙", "whose": "town"}, status=201).json_body
    assert [(row["id"], row["may"]) for row in other("GET", "/replies").json_body["rows"]] == [(whole["id"], False)]
    assert other("PATCH", f"/replies/{whole['id']}", {"name": "x", "seen": whole["seen"]}, status=403).json_body["code"] == "may_not"
    for sent, name in (({"name": "", "body": "x"}, "name"), ({"name": "x", "body": "{colour}"}, "body"),
                       ({"name": "x", "body": "x", "category": "none"}, "category"), ({"name": "x", "body": "x", "phase": "late"}, "phase")):
        assert name in token("clerk")("POST", "/replies", sent, status=422).json_body["faults"]


def test_texts_that_fit_a_case_come_filled_in(case, token):
    clerk = token("clerk")
    clerk("POST", "/replies", {"name": "收到", "body": "{number} 收到。", "field": "note"}, status=201)
    clerk("POST", "/replies", {"name": "别类", "body": "x", "category": "streetlight"}, status=201)
    [row] = clerk("GET", f"/cases/{case.number}/replies", status=200).json_body["rows"]
    assert row["text"].replace(" ", "").startswith(case.number)
    token("worker2")("GET", f"/cases/{case.number}/replies", status=404)


def test_a_day_is_set_listed_and_done(town, case, token):
    clerk, day = token("clerk"), today(timezone.now())
    sent = {"on": day.isoformat(), "note": "看看"}
    made = clerk("POST", f"/cases/{case.number}/follow-ups", sent, key="follow-key-1", status=201).json_body
    assert clerk("POST", f"/cases/{case.number}/follow-ups", sent, key="follow-key-1", status=200).json_body == made
    later = {"on": (day + timedelta(days=3)).isoformat()}
    clerk("POST", f"/cases/{case.number}/follow-ups", later, status=201)
    assert clerk("GET", "/follow-ups", status=200).json_body["rows"] == [made]
    assert len(clerk("GET", "/follow-ups?coming=true").json_body["rows"]) == 1
    token("handler")("POST", f"/follow-ups/{made['id']}/done", {}, status=404)
    assert clerk("POST", f"/follow-ups/{made['id']}/done", {}, status=201).json_body["done"]
    assert clerk("GET", "/follow-ups").json_body["rows"] == []
    for on in ((day - timedelta(days=1)).isoformat(), "2200-01-01", "soon", None):
        assert set(clerk("POST", f"/cases/{case.number}/follow-ups", {"on": on}, status=422).json_body["faults"]) == {"on"}
    token("worker2")("POST", f"/cases/{case.number}/follow-ups", sent, status=404)
    assert list(verify(town)) == []
