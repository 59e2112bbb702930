"""Beside moving cases, by program: a look at a telephone for a reason, a check-in, messages, a sample."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.sampling import answered, pick
from lianxin.cases.models import Case, CheckIn
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.notices.models import Message
from lianxin.people.actors import nobody
from lianxin.places.sites.actions import SiteFacts, add_site, end_site
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]
PHONE = "13812349876"


@pytest.fixture
def opened(town):
    draft = Draft(
        kind="request", title="路灯不亮", text="三天了", grid_id=grid_named(town, "1-1").pk, lon=117.005, lat=34.605,
        contact=Contact("欧阳小试", PHONE),
    )  # fmt: skip
    return open_case(draft, actor=nobody(town), now=timezone.now())


def looks(town):
    return Entry.objects.for_system("test", town).filter(subject_kind="person", act="look")


def test_a_look_is_for_a_reason_and_stays_on_record(town, token, opened):
    clerk, place = token("clerk"), f"/cases/{opened.case.number}/contact"
    sent = {"reporter": str(opened.reporter_id), "reason": "回电核实"}
    shown = clerk("POST", place, sent, key="look-key-1", status=201).json_body
    assert (shown["name"], shown["phone"]) == ("欧阳小试", PHONE)
    assert clerk("POST", place, sent, key="look-key-1", status=200).json_body == shown  # the same look, not another
    assert looks(town).get().account_id == who(town, "clerk").account_id
    assert PHONE not in str(looks(town).values())
    assert clerk("POST", place, sent | {"reason": " "}, status=422).json_body["faults"].keys() == {"reason"}
    clerk("POST", place, sent | {"reporter": "9"}, status=404)
    assert token("dispatcher")("POST", place, sent, status=403).json_body["code"] == "may_not"
    token("worker2")("POST", place, sent, status=404)
    assert looks(town).count() == 1
    assert list(verify(town)) == []


def test_nobody_copies_out_a_register(town, token, opened, monkeypatch):
    monkeypatch.setattr("lianxin.people.looking.MOST", 1)
    clerk, sent = token("clerk"), {"reporter": str(opened.reporter_id), "reason": "回电核实"}
    clerk("POST", f"/cases/{opened.case.number}/contact", sent, status=201)
    slow = clerk("POST", f"/cases/{opened.case.number}/contact", sent, status=429)
    assert int(slow["Retry-After"]) > 0


def test_a_check_in_is_kept_once_with_its_place_and_moment(town, token, opened):
    worker, at = token("worker"), (timezone.now() - timedelta(minutes=5)).replace(microsecond=0)
    sent = {"case": opened.case.number, "lon": 117.005, "lat": 34.605, "accuracy": 12.4, "at": at.isoformat()}
    made = worker("POST", "/check-ins", sent, key="press-key-1", status=201).json_body
    assert worker("POST", "/check-ins", sent, key="press-key-1", status=200).json_body == made
    assert (made["case"], made["site"], made["placed"]) == (opened.case.number, None, True)
    row = CheckIn.objects.for_system("test", town).get()
    assert (row.at, row.place, row.accuracy) == (at, "117.005000,34.605000", 12)


def test_a_check_in_is_at_one_place_that_stands(town, token, opened):
    admin, now = who(town, "admin"), timezone.now()
    facts = SiteFacts("venue", "广场", grid_named(town, "1-1").pk, "1村路 2 号", 117.005, 34.605)
    site = add_site(facts, actor=admin, now=now)
    worker, grid = token("worker"), grid_named(town, "1-1").code
    assert worker("POST", "/check-ins", {"site": site.code}, status=201).json_body["site"] == site.code
    assert worker("POST", "/check-ins", {"grid": grid}, status=201).json_body["grid"]["key"] == grid
    end_site(site, "拆除", actor=admin, now=now)
    for wrong, field in (({"site": site.code}, "site"), ({"grid": "9"}, "grid"), ({}, "case"), ({"grid": grid, "site": site.code}, "case"),
                         ({"grid": grid, "lon": 500, "lat": 1}, "lon"), ({"grid": grid, "accuracy": -1}, "accuracy")):  # fmt: skip
        assert worker("POST", "/check-ins", wrong, status=422).json_body["faults"].keys() == {field}
    worker("POST", "/check-ins", {"case": "LX00000000"}, status=404)
    token("leader")("POST", "/check-ins", {"grid": grid}, status=403)
    assert CheckIn.objects.for_system("test", town).count() == 2


def test_a_sample_is_drawn_once_and_can_be_drawn_again(town, token, opened):
    now, clerk, handler = timezone.now(), who(town, "clerk"), who(town, "handler")
    supervisor = token("supervisor")
    assert supervisor("POST", "/samples", {"size": 2}, status=409).json_body["code"] == "refused"  # nobody waits
    done = opened
    for act, by, given in (("accept", clerk, {}), ("assign", clerk, {"holder": Holder(handler.unit_id, handler.post_id)}),
                           ("take", handler, {}), ("finish", handler, {"answer": "修好了"})):  # fmt: skip
        done = transition(done.standing, act, actor=by, now=now, given=given)
    drawn = supervisor("POST", "/samples", {"size": 2}, key="sample-key-1", status=201).json_body
    assert supervisor("POST", "/samples", {"size": 2}, key="sample-key-1", status=200).json_body == drawn
    assert drawn["numbers"] == [opened.case.number]
    ids = answered(who(town, "supervisor"))
    assert pick(ids, drawn["seed"], 2) == [Case.objects.for_system("test", town).get(number=drawn["numbers"][0]).pk]
    assert supervisor("POST", "/samples", {"size": 0}, status=422).json_body["faults"].keys() == {"size"}
    token("leader")("POST", "/samples", {"size": 2}, status=403)
    token("clerk")("POST", "/samples", {"size": 2}, status=403)
    assert Entry.objects.for_system("test", town).filter(act="draw").count() == 1


def test_messages_are_listed_and_read_once(town, token, opened):
    clerk, now = who(town, "clerk"), timezone.now()
    for post_id in (clerk.post_id, None, who(town, "handler").post_id):
        Message.objects.create(town=town, post_id=post_id, unit_id=clerk.unit_id, case_id=opened.case.pk, act="accept", at=now)
    caller = token("clerk")
    rows = caller("GET", "/messages", status=200).json_body["rows"]
    assert [(row["unread"], row["unit"], row["number"]) for row in rows] == [(True, True, opened.case.number), (True, False, opened.case.number)]
    assert caller("POST", "/messages/read", key="read-key-1", status=201).json_body == {"unread": 0}
    Message.objects.create(town=town, post_id=clerk.post_id, unit_id=clerk.unit_id, case_id=opened.case.pk, act="accept", at=now)
    again = caller("POST", "/messages/read", key="read-key-1", status=200)  # a key has one effect
    assert again.json_body == {"unread": 1}
    assert caller("GET", "/messages").json_body["rows"][0]["unread"]
