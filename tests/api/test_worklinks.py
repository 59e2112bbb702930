"""Links for contractors by programs: told once, listed without their secret, renewed, ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.values import Draft, Holder
from lianxin.people.actors import nobody
from lianxin.people.queries import today, unit_by_key
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]
BODY = {"company": "亮堂安装队", "phone": "13900002222", "title": "路灯", "task": "换灯泡", "may": ["record"]}


@pytest.fixture
def case(town):
    done = open_case(Draft(kind="request", title="路灯不亮"), actor=nobody(town), now=timezone.now())
    steps = (("clerk", "accept", {}), ("clerk", "assign", {"holder": Holder(unit_by_key(town, "utilities").pk)}), ("handler", "take", {}))
    for name, act, given in steps:
        done = transition(done.case.pk, act, actor=who(town, name), now=timezone.now(), given=given)
    return done.case


def test_made_once_told_once_renewed_and_ended(case, token, client):
    handler, where = token("handler"), f"/cases/{case.number}/links"
    made = handler("POST", where, BODY, key="link-000001", status=201).json_body
    path = made["url"].partition("lx.test")[2]
    assert client.get(path).status_code == 200
    again = handler("POST", where, BODY, key="link-000001", status=200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.json_body["id"], again.json_body["url"]) == (made["id"], "")
    (row,) = token("clerk")("GET", where).json_body["rows"]
    assert (row["company"], row["phone"], row["url"], row["state"], row["mine"]) == ("亮堂安装队", "139****2222", "", "live", False)
    assert row["opened_at"]
    until = str(today(timezone.now() + timedelta(days=20)))
    renewed = token("handler2")("POST", f"{where}/{made['id']}/renew", {"until": until}, key="link-000002", status=201).json_body
    assert client.get(path).status_code == 404
    assert client.get(renewed["url"].partition("lx.test")[2]).status_code == 200
    ended = handler("POST", f"{where}/{made['id']}/end", {}, key="link-000003", status=201).json_body
    assert ended["state"] == "over"
    handler("POST", f"{where}/{made['id']}/end", {}, key="link-000004", status=200)
    assert client.get(renewed["url"].partition("lx.test")[2]).status_code == 410


def test_what_is_wrong_is_named_and_others_may_not(case, token):
    where = f"/cases/{case.number}/links"
    wrong = token("handler")("POST", where, {**BODY, "until": "2020-01-01", "photos": ["1"]}, status=422).json_body
    assert set(wrong["faults"]) == {"until", "photos"}
    assert token("clerk")("POST", where, BODY, status=403).json_body["code"] == "may_not"
    token("worker2")("GET", where, status=404)
