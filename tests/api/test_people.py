"""People by program: the directory, a post given and ended, a leave; each once for a key, each as the page does it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Duty
from lianxin.cases.values import Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Account, Leave, Post
from lianxin.people.passwords import without_password
from lianxin.people.queries import today
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]
NEW = {"name": "周敏", "username": "zhou.min", "phone": "19900007777", "unit": "village_1", "role": "grid_worker", "title": "网格员"}


def test_the_directory_is_read_and_narrowed(town, token):
    clerk = token("clerk")
    rows = clerk("GET", "/posts", status=200).json_body["rows"]
    assert len(rows) == 16
    [worker] = clerk("GET", "/posts?grid=" + grid_named(town, "1-1").code).json_body["rows"]
    assert (worker["name"], worker["role"]["key"], worker["unit"]["key"]) == ("worker", "grid_worker", "village_1")
    assert clerk("GET", f"/posts/{worker['id']}", status=200).json_body.items() >= {**worker, "leaves": []}.items()
    assert len(clerk("GET", "/posts?role=clerk&unit=desk").json_body["rows"]) == 2
    assert clerk("GET", "/posts?unit=none", status=422).json_body["faults"].keys() == {"unit"}
    token("clerk", ["cases:read"])("GET", "/posts", status=403)


def test_somebody_new_gets_a_post_once_and_no_password(town, token):
    admin, sent = token("admin"), NEW | {"grid": grid_named(town, "1-1").code}
    made = admin("POST", "/posts", sent, key="post-key-1", status=201).json_body
    assert admin("POST", "/posts", sent, key="post-key-1", status=200).json_body == made
    assert (made["name"], made["phone"], made["grid"]["key"]) == ("周敏", "19900007777", sent["grid"])
    account = Account.objects.get(username="zhou.min")
    assert not account.has_usable_password()
    assert [post.account_id for post in without_password(town, now=timezone.now())] == [account.pk]
    second = {"person": made["id"], "unit": "desk", "role": "clerk"}
    assert admin("POST", "/posts", second, status=201).json_body["account"] == made["account"]
    assert admin("POST", "/posts", second, status=422).json_body["faults"].keys() == {"role"}  # held already
    assert list(verify(town)) == []


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [({"name": ""}, {"name"}), ({"username": "A"}, {"username"}), ({"username": "clerk.lx"}, {"username"}), ({"phone": "12"}, {"phone"}),
     ({"unit": "none"}, {"unit"}), ({"role": "none"}, {"role"}), ({"grid": ""}, {"grid"}), ({"grid": "9"}, {"grid"}), ({"person": "9"}, {"person"})],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field_and_nothing_is_made(town, token, wrong, fields):
    before = Post.objects.for_system("test", town).count()
    sent = NEW | {"grid": grid_named(town, "1-1").code} | wrong
    assert token("admin")("POST", "/posts", sent, status=422).json_body["faults"].keys() == fields
    assert Post.objects.for_system("test", town).count() == before
    assert not Account.objects.filter(username="zhou.min").exists()


def test_nobody_gives_themselves_a_post(town, token):
    sent = {"person": str(who(town, "admin").post_id), "unit": "desk", "role": "clerk"}
    refused = token("admin")("POST", "/posts", sent, status=409).json_body
    assert (refused["code"], "自己" in refused["detail"]) == ("refused", True)
    token("clerk")("POST", "/posts", sent, status=403)


def test_what_is_said_of_somebody_is_put_right_by_a_program_too(town, token):
    admin, handler = token("admin"), who(town, "handler")
    place = f"/posts/{handler.post_id}"
    before = admin("GET", place, status=200).json_body
    sent = {"name": "周敏敏", "phone": "199 0000 7788", "title": "组长", "languages": "手语", "seen": before["seen"], "why": "改名"}
    assert admin("PATCH", place, sent | {"phone": "1"}, status=422).json_body["faults"].keys() == {"phone"}
    assert admin("PATCH", place, sent | {"name": ""}, status=422).json_body["faults"].keys() == {"name"}
    done = admin("PATCH", place, sent, status=200).json_body
    assert done.items() >= {"name": "周敏敏", "phone": "19900007788", "title": "组长", "languages": "手语"}.items()
    stale = admin("PATCH", place, sent | {"title": "副组长"}, status=409).json_body
    assert (stale["code"], "admin" in stale["detail"]) == ("stale", True)
    mine = token("handler")
    assert mine("PATCH", place, {"phone": "", "seen": done["seen"]}, status=200).json_body["phone"] == ""
    mine("PATCH", place, {"title": "所长", "seen": done["seen"]}, status=403)
    [last, *_rest] = admin("GET", f"/records/people/{done['account']}/past", status=200).json_body["rows"]
    assert "199****7788" in str(last)
    assert list(verify(town)) == []


def test_on_what_footing_somebody_works_is_said_of_posts_of_a_grid_alone(town, token):
    admin, place = token("admin"), f"/posts/{who(town, 'handler').post_id}"
    rows = admin("GET", "/posts", status=200).json_body["rows"]
    assert {(row["grid"] is None, row["basis"] is None) for row in rows} == {(True, True), (False, False)}
    refused = admin("PATCH", place, {"basis": "part", "seen": admin("GET", place).json_body["seen"]}, status=422)
    assert set(refused.json_body["faults"]) == {"basis"}
    told = admin("POST", "/posts", NEW | {"unit": "desk", "role": "clerk", "basis": "part"}, status=422)
    assert set(told.json_body["faults"]) == {"basis"}
    worker = f"/posts/{who(town, 'worker').post_id}"
    done = admin("PATCH", worker, {"basis": "part", "seen": admin("GET", worker).json_body["seen"]}, status=200).json_body
    assert done["basis"] == "part"


def test_who_leaves_leaves_nothing_behind(town, token):
    now, clerk, handler = timezone.now(), who(town, "clerk"), who(town, "handler")
    done = open_case(Draft(kind="request", title="路灯不亮", text="三天了"), actor=nobody(town), now=now)
    for act, given in (("accept", {}), ("assign", {"holder": Holder(handler.unit_id, handler.post_id)})):
        done = transition(done.standing, act, actor=clerk, now=now, given=given)
    admin, place = token("admin"), f"/posts/{handler.post_id}/end"
    sent = {"off": today(now).isoformat(), "to": f"post:{who(town, 'handler2').post_id}", "reason": "调离"}
    late = sent | {"off": (today(now) + timedelta(days=2)).isoformat()}
    assert admin("POST", place, late, status=422).json_body["faults"].keys() == {"off"}
    assert admin("POST", place, sent | {"to": "post:9"}, status=422).json_body["faults"].keys() == {"to"}
    ended = admin("POST", place, sent, key="end-key-1", status=201).json_body
    assert ended["ends"] == (today(now) - timedelta(days=1)).isoformat()
    assert ended["phone"] == ""
    assert admin("POST", place, sent, key="end-key-1", status=200).json_body == ended
    assert admin("POST", place, sent, status=409).json_body["code"] == "refused"
    held = Duty.objects.for_system("test", town).filter(case_id=done.case.pk, done_at=None)
    assert set(held.values_list("post_id", flat=True)) == {who(town, "handler2").post_id}
    assert Entry.objects.for_system("test", town).filter(act="hand_over_work").count() == 1
    assert list(verify(town)) == []


def test_a_leave_is_entered_once_and_ended(town, token):
    now, handler = timezone.now(), who(town, "handler")
    mine, place = token("handler"), f"/posts/{handler.post_id}/leaves"
    sent = {"first": today(now).isoformat(), "last": (today(now) + timedelta(days=3)).isoformat(), "stand_in": f"post:{who(town, 'handler2').post_id}"}
    made = mine("POST", place, sent, key="leave-key-1", status=201).json_body
    assert mine("POST", place, sent, key="leave-key-1", status=200).json_body == made
    [leave] = made["leaves"]
    assert leave["stand_in"]["name"] == "handler2"
    assert mine("POST", place, sent, status=422).json_body["faults"].keys() == {"first"}  # there is one in these days
    token("clerk")("POST", place, sent, status=403)
    token("clerk")("DELETE", f"{place}/{leave['id']}", status=403)
    assert mine("DELETE", f"{place}/{leave['id']}", status=200).json_body["leaves"] == []
    assert mine("DELETE", f"{place}/{leave['id']}", status=409).json_body["code"] == "refused"
    assert Leave.objects.for_system("test", town).get().last < today(now)
    assert list(verify(town)) == []


def test_a_day_is_asked_for_as_a_day_and_one_that_is_none_is_called_so(town, token):
    post = Post.objects.for_system("tests", town).get(account__username="handler.lx")
    to = {"unit": str(post.unit_id)}
    for off, told in (("2026-02-30", "没有这一天。"), ("明天", "日期请写成 2026-03-02 的样子。")):
        answer = token("admin")("POST", f"/posts/{post.pk}/end", {"off": off, "to": to, "reason": "调离"}, status=422)
        assert answer.json_body["faults"]["off"] == told
