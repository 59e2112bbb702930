"""A resident's own, by program: under the code of one report, and under the session of a telephone."""

import io
import json
import zipfile

import pytest
from django.test import Client

from calling import REPORT, Caller
from lianxin.cases.models import Reporter
from lianxin.ledger.verify import verify
from lianxin.notices import ways
from lianxin.notices.models import Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
PHONE = "19900000042"
SENT = {**REPORT, "contact": {"name": "王大明", "phone": PHONE}, "public_consent": True}


@pytest.fixture
def report(anybody):
    """A report, and its reporter with the code."""
    made = anybody("POST", "/reports", SENT, status=201).json_body
    return f"/reports/{made['number']}", Caller(Client(raise_request_exception=False), {"Authorization": f"Report {made['code']}"})


@pytest.fixture
def resident(town, settings, monkeypatch):
    """Somebody signed in by the telephone of the report."""
    sent = []
    settings.LIANXIN_SMS = "console"
    monkeypatch.setitem(ways.SMS, "console", lambda to, letter: sent.append(letter.values["code"]))
    browser = Client(raise_request_exception=False)
    browser.post("/mine/sign-in/", {"phone": PHONE}, HTTP_HOST="lx.test")
    browser.post("/mine/code/", {"code": sent[-1]}, HTTP_HOST="lx.test")
    return Caller(browser)


def rows(town):
    return list(Reporter.objects.for_system("t", town))


def data(answer):
    return json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json"))


def test_details_are_read_tried_put_right_and_deleted_by_code(town, report):
    place, own = report
    held = own("GET", f"{place}/details", status=200).json_body
    assert held == {"name": "王大明", "phone": PHONE, "consent": True, "first": True, "requests": 1}
    tried = own("PATCH", f"{place}/details", {"phone": "", "dry_run": True}, status=200).json_body
    assert (tried["changed"], [each["code"] for each in tried["follows"]]) == ([], ["phone_gone"])
    assert rows(town)[0].phone == PHONE
    done = own("PATCH", f"{place}/details", {"name": "王小明", "consent": False}, status=200).json_body
    assert sorted(done["changed"]) == ["consent", "name"]
    assert (rows(town)[0].name, rows(town)[0].phone, rows(town)[0].public_consent) == ("王小明", PHONE, False)
    assert set(own("PATCH", f"{place}/details", {"phone": "12", "age": 3}, status=422).json_body["faults"]) == {"phone", "age"}
    assert list(verify(town)) == []


def test_one_takes_ones_own_along_and_erases_it_by_code(town, report):
    place, own = report
    packed = own.client.get(f"/api/v1{place}/export", headers=own.headers, HTTP_HOST="lx.test")
    assert (packed.status_code, packed.headers["Content-Type"]) == (200, "application/zip")
    assert data(packed)["requests"][0]["phone"] == PHONE
    assert own("GET", f"{place}/erase", status=200).json_body == {"requests": 1, "withdrawn": 1, "shared": 0}
    for body in ({}, {"sure": False}):
        assert set(own("POST", f"{place}/erase", body, status=422).json_body["faults"]) == {"sure"}
    own("POST", f"{place}/erase", {"sure": True}, status=201)
    assert not any(row.name or row.phone for row in rows(town))
    assert own("GET", f"{place}/details").status_code in {200, 404}
    assert list(verify(town)) == []


def test_by_the_telephone_all_requests_are_ones_own(town, anybody, resident):
    anybody("POST", "/reports", SENT, status=201)
    anybody("POST", "/reports", {**SENT, "text": "井盖松了，车子一过就响。"}, status=201)
    anybody("POST", "/reports", {**SENT, "contact": {"name": "别人", "phone": "19900000077"}}, status=201)
    assert len(resident("GET", "/mine", status=200).json_body["rows"]) == 2
    assert resident("GET", "/mine/details", status=200).json_body["requests"] == 2
    resident("PATCH", "/mine/details", {"name": "王老师"}, status=200)
    assert sorted(row.name for row in rows(town)) == ["别人", "王老师", "王老师"]
    packed = resident.client.get("/api/v1/mine/export", HTTP_HOST="lx.test")
    assert len(data(packed)["requests"]) == 2
    assert resident("POST", "/mine/erase", {"sure": True}, status=201).json_body["requests"] == 2
    assert sorted(row.name for row in rows(town)) == ["", "", "别人"] or [row.name for row in rows(town)] == ["别人"]
    assert resident("GET", "/mine", status=401).json_body["code"] == "sign_in"


def test_without_code_or_session_nothing_is_told(anybody, report, resident):
    place, _own = report
    for end in ("details", "erase", "export"):
        assert anybody("GET", f"{place}/{end}", status=401).json_body["code"] == "code_missing"
        assert anybody("GET", f"{place}/{end}", status=404, Authorization="Report AAAAAAAAAAAAAAAA").json_body["code"] == "not_found"
        assert anybody("GET", f"/mine/{end}", status=401).json_body["code"] == "sign_in"
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    browser.cookies = resident.client.cookies
    assert Caller(browser)("PATCH", "/mine/details", {"name": "x"}, status=403).json_body["code"] == "csrf"


def test_an_address_is_asked_before_it_is_told_anything(town, report, settings):
    settings.LIANXIN_MAIL = "console"
    place, own = report
    sent = {"way": "email", "address": "daming@mail.example"}
    own("POST", f"{place}/watch", sent, key="watch-key-1", status=201)
    own("POST", f"{place}/watch", sent, key="watch-key-1", status=200)
    [row] = Subscription.objects.for_system("t", town)
    assert row.confirmed_at is None
    assert set(own("POST", f"{place}/watch", {"way": "email", "address": "x"}, status=422).json_body["faults"]) == {"address"}


@pytest.mark.row("B1")
def test_whoever_has_it_too_joins_once_and_follows_with_a_code_of_their_own(town, anybody):
    made = anybody("POST", "/reports", SENT, status=201).json_body
    sent = {"text": "我家门前也黑", "contact": {"name": "李翠兰", "phone": "19900000077"}}
    place = f"/board/{made['number']}/join"
    joined = anybody("POST", place, sent, key="join-key-1", status=201).json_body
    again = anybody("POST", place, sent, key="join-key-1", status=200)
    assert (again.json_body, again.headers["Idempotency-Replayed"]) == (joined, "true")
    assert joined["code"] != made["code"]
    assert len(rows(town)) == 2
    told = anybody("GET", f"/reports/{made['number']}/details", status=200, Authorization=f"Report {joined['code']}").json_body
    assert (told["name"], told["first"]) == ("李翠兰", False)
    assert anybody("POST", place, {**sent, "text": "x"}, key="join-key-1", status=409).json_body["code"] == "key_used_otherwise"
    kept = anybody("POST", "/reports", {**SENT, "public_consent": False}, status=201).json_body
    anybody("POST", f"/board/{kept['number']}/join", sent, status=404)
    assert list(verify(town)) == []
