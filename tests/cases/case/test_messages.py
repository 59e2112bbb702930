"""What people in posts are told, where they read it, and what is never told to the wrong one."""

import re

import pytest
from django.utils import timezone

from cases.case.staging import ACCEPT, assign, at, move, raised, send, signed_in, soon
from lianxin.cases.actions import transition
from lianxin.cases.messages import tell
from lianxin.cases.queries.messages import messages_of, unread
from lianxin.cases.values import Holder
from lianxin.ledger.models import Entry
from lianxin.notices.models import Message
from lianxin.people.queries import unit_by_key
from towns import who

pytestmark = pytest.mark.django_db


def told(town, done):
    """Carry out what the worker does after each entry of a case."""
    entries = Entry.objects.for_system("tests", town).filter(subject_kind="case", subject_id=done.case.pk)
    Message.objects.for_system("tests", town).filter(case_id=done.case.pk).delete()
    for entry in entries.order_by("seq"):
        tell(town, case_id=done.case.pk, entry_id=entry.pk, act=entry.act)


def rows(town, name, **more):
    return messages_of(who(town, name), now=timezone.now(), **more)["rows"]


def bell(client, path="/messages/"):
    found = re.search(r'class="bell"[^>]*aria-label="([^"]*)"', client.get(path).content.decode())
    return found.group(1)


def test_who_is_given_a_case_finds_a_message_that_leads_to_it_and_is_read_by_that(town):
    handler = Holder(unit_by_key(town, "utilities").pk, who(town, "handler").post_id)
    done = move(town, raised(town), ACCEPT, ("clerk", "assign", {"holder": handler}))
    told(town, done)
    client = signed_in("handler")
    assert bell(client, "/field/") == "1 条未读消息"
    page = client.get("/messages/").content.decode()
    assert "村口路灯不亮" in page
    assert "轮到您办" in page
    assert "cells" in page
    link = re.search(r'href="(/messages/\d+/)"', page).group(1)
    assert client.get(link).url == f"/cases/{done.case.number}/"
    assert bell(client) == "消息，没有未读"
    assert rows(town, "handler2") == []


def test_what_is_told_to_a_unit_is_told_to_each_of_its_people_until_one_has_it(town):
    done = move(town, raised(town), ACCEPT, assign(town))
    told(town, done)
    assert [unread(who(town, name)) for name in ("handler", "handler2", "leader")] == [1, 1, 0]
    assert "发给全单位" in signed_in("handler2").get("/messages/").content.decode()
    signed_in("handler").get(f"/cases/{done.case.number}/")  # who opens the case itself has read of it
    assert unread(who(town, "handler2")) == 0


def test_acting_from_a_list_reads_what_was_told_of_the_case(town):
    done = move(town, raised(town), ACCEPT, assign(town))
    told(town, done)
    client = signed_in("handler")
    send(client, done, "take")
    assert unread(who(town, "handler")) == 0


def test_a_desk_is_not_told_of_its_own_steps_but_of_those_of_others(town):
    done = move(town, raised(town), ACCEPT)
    told(town, done)
    assert [row["said"] for row in rows(town, "clerk")] == ["提出"]  # the resident's, not the clerk's own
    back = move(town, move(town, raised(town), ACCEPT, assign(town)), ("handler", "send_back", {"reason": "不归我们管"}))
    told(town, back)
    assert rows(town, "clerk")[0]["said"] == "退回"


def test_who_passes_work_to_the_own_unit_leaves_it_a_message(town):
    done = at(town, "handle")
    told(town, done)
    before = unread(who(town, "handler2"))
    remind = transition(done.case.pk, "remind", actor=who(town, "leader"), now=timezone.now())
    tell(town, case_id=done.case.pk, entry_id=remind.entry.pk, act="remind")
    assert rows(town, "handler")[0]["said"] == "催办"
    assert unread(who(town, "handler2")) == before


def test_a_supervision_says_what_it_is(town):
    done = move(town, at(town, "handle"), ("leader", "supervise", {"demand": "今天修好", "until": soon(2)}))
    told(town, done)
    assert {"督办"} <= {row["said"] for row in rows(town, "handler")}
    assert "督办反馈" in {row["turn"] for row in rows(town, "handler")}


def test_the_case_gone_to_others_the_message_tells_nothing_of_it(town):
    done = raised(town)  # with the desk; no handler sees it
    post = who(town, "handler").post_id
    Message.objects.create(town_id=town.pk, post_id=post, case_id=done.case.pk, act="assign", at=timezone.now())
    client = signed_in("handler")
    page = client.get("/messages/").content.decode()
    assert "村口路灯不亮" not in page
    assert done.case.number not in page
    link = re.search(r'href="(/messages/\d+/)"', page).group(1)
    assert client.get(link).url == "/messages/"
    assert bell(client) == "消息，没有未读"


def test_nobody_opens_the_messages_of_another_or_of_a_resident(town):
    done = move(town, raised(town), ACCEPT, assign(town))
    told(town, done)
    client = signed_in("leader")
    for pk in [*Message.objects.for_system("tests", town).values_list("pk", flat=True), 2**63, 10**30]:
        assert client.get(f"/messages/{pk}/").status_code == 404
    before = Message.objects.for_system("tests", town).filter(read_at=None).count()
    client.post("/messages/read/")
    assert Message.objects.for_system("tests", town).filter(read_at=None).count() == before


def test_pages_hang_together_and_all_can_be_read_at_once(town):
    dones = [move(town, raised(town), ACCEPT, assign(town)) for _ in range(5)]
    for done in dones:
        told(town, done)
    handler, seen, after = who(town, "handler"), [], ""
    while True:
        page = messages_of(handler, now=timezone.now(), after=after, most=2)
        seen += [row["id"] for row in page["rows"]]
        if not (after := page["next"]):
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    client = signed_in("handler")
    assert client.post("/messages/read/").status_code == 303
    assert unread(handler) == 0
    assert client.get("/messages/?after=x").status_code == 200


def test_the_list_costs_the_same_few_statements_however_long_it_is(town, django_assert_max_num_queries):
    handler = who(town, "handler")
    told(town, move(town, raised(town), ACCEPT, assign(town)))
    messages_of(handler, now=timezone.now())
    for _ in range(4):
        told(town, move(town, raised(town), ACCEPT, assign(town)))
    with django_assert_max_num_queries(5):
        messages_of(handler, now=timezone.now())


def test_a_turn_is_said_only_while_it_is_the_reader_s(town):
    done = raised(town)
    told(town, done)
    assert [row["turn"] for row in rows(town, "clerk")] == ["轮到您办"]
    done = move(town, done, ACCEPT, assign(town))
    told(town, done)
    turns = {name: {row["said"]: row["turn"] for row in rows(town, name)} for name in ("clerk", "handler")}
    assert "轮到您办" not in turns["clerk"].values()  # it has long been dispatched
    assert "轮到您办" in turns["handler"].values()
    done = move(town, done, ("handler", "take", {}), ("handler", "finish", {"answer": "已修好。"}))
    told(town, done)
    for name in ("clerk", "handler", "handler2", "supervisor"):
        assert "轮到您办" not in {row["turn"] for row in rows(town, name)}, name  # the resident is to answer


@pytest.mark.row("B5")
def test_a_person_is_reminded_once_an_hour_at_most_and_every_reminder_stays_in_the_history(town):
    from datetime import timedelta

    from lianxin.cases.tasks import entered
    from lianxin.ledger.models import Entry
    from lianxin.notices.models import Message

    first, second, now = at(town, "handle"), at(town, "handle"), timezone.now()
    told = Message.objects.for_system("tests", town).filter(act="remind")
    times = ((first, "clerk", 0), (second, "supervisor", 20), (first, "leader", 59), (second, "clerk", 61))
    for done, name, minutes in times:
        made = transition(done.case.pk, "remind", actor=who(town, name), now=now + timedelta(minutes=minutes))
        entered(town_id=town.pk, case_id=made.case.pk, entry_id=made.entry.pk, act="remind")
    assert [(each.case_id, each.at) for each in told.order_by("id")] == [
        (first.case.pk, now), (second.case.pk, now + timedelta(minutes=61)),
    ]  # fmt: skip
    assert Entry.objects.for_system("tests", town).filter(act="remind").count() == 4
