"""What a form says before it is sent: whose answers an act cuts off; and units that are found among many."""

import re

import pytest

from cases.case.staging import ANSWER, at, move, signed_in
from lianxin.cases.models import Duty, Photo
from lianxin.ledger.verify import verify
from lianxin.people.queries import unit_by_key

pytestmark = pytest.mark.django_db
SAYS = "同时结束别人还没答复的：协办（环境卫生管理所）。"


def form_of(page, act):
    return re.search(rf'<form[^>]*id="do-{act}".*?</form>', page, re.S)[0]


def test_finishing_says_that_it_ends_the_co_handling_that_is_still_open(town):
    sanitation = unit_by_key(town, "sanitation").pk
    done = at(town, "handle")
    client = signed_in("handler")
    for address in (f"/cases/{done.case.number}/", f"/field/cases/{done.case.number}/"):
        assert "同时结束" not in client.get(address).content.decode()
    done = move(town, done, ("handler", "cohandle", {"units": [sanitation]}))
    for address in (f"/cases/{done.case.number}/", f"/field/cases/{done.case.number}/"):
        page = client.get(address).content.decode()
        assert SAYS in form_of(page, "finish")
        assert "同时结束" not in form_of(page, "record")  # which leaves the step as it is
    move(town, done, ("handler", "finish", {"answer": ANSWER}))
    assert not Duty.objects.for_system("tests", town).filter(what="cohandle", done_at=None).exists()


def test_what_is_asked_to_be_kept_is_not_said_to_end(town):
    from cases.case.staging import soon

    done = move(town, at(town, "handle"), ("supervisor", "supervise", {"demand": "请尽快", "until": soon()}))
    page = signed_in("handler").get(f"/cases/{done.case.number}/").content.decode()
    assert "同时结束" not in form_of(page, "finish")


def test_units_stand_in_folds_by_their_line_and_what_was_ticked_is_open_again(town):
    done = at(town, "handle")
    client = signed_in("handler")
    page = form_of(client.get(f"/cases/{done.case.number}/").content.decode(), "cohandle")
    folds = re.findall(r"<details class=\"more\"( open)?><summary>.*?&nbsp;(.*?)&ensp;", page, re.S)
    assert ("", "城管") in folds
    assert ("", "村和社区") in folds
    assert page.count('name="units"') == page.count("unit:") > 15
    ids = re.findall(r'id="(cohandle-units[^"]*)"', page)
    assert len(ids) == len(set(ids))
    police = unit_by_key(town, "police").pk
    sent = {"act": "cohandle", "version": "0", "units": f"unit:{police}", "idempotency_key": "k" * 20}
    back = form_of(client.post(f"/cases/{done.case.number}/transitions", sent).content.decode(), "cohandle")
    assert re.findall(r"<details class=\"more\" open><summary>.*?&nbsp;(.*?)&ensp;", back, re.S) == ["公安"]
    assert f'value="unit:{police}" checked' in back


def test_photos_taken_before_the_work_stand_as_such_and_only_where_the_case_stays(town):
    from calling import jpeg

    done = at(town, "handle")
    client = signed_in("handler")
    address = f"/field/cases/{done.case.number}/act"
    form = {"act": "record", "version": str(done.case.version), "note": "到现场", "moment": "before", "idempotency_key": "k" * 20}
    assert client.post(address, {**form, "photos": jpeg("red")}).status_code == 303
    form = {"act": "finish", "version": str(done.case.version + 1), "answer": ANSWER, "moment": "before", "idempotency_key": "m" * 20}
    assert client.post(address, {**form, "photos": jpeg("blue")}).status_code == 303
    kept = Photo.objects.for_system("tests", town).filter(case_id=done.case.pk).order_by("id")
    assert list(kept.values_list("moment", flat=True)) == ["before", "after"]
    assert list(verify(town)) == []
