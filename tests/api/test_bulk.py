"""Acting on several cases and taking back, by programs: the same door, the same refusals."""

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case
from lianxin.cases.values import Draft
from lianxin.people.actors import nobody
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]


def opened(town, n):
    draft = Draft(kind="request", title="路灯不亮", lon=117.005, lat=34.605)
    return [open_case(draft, actor=nobody(town), now=timezone.now()).case for _ in range(n)]


def steps(town, cases):
    rows = Case.objects.for_system("tests", town).in_bulk([case.pk for case in cases])
    return [rows[case.pk].step for case in cases]


def body(act, cases, **given):
    return {"act": act, "cases": [{"number": case.number, "version": case.version} for case in cases], "given": given}


def test_several_are_done_one_is_refused_and_all_is_taken_back_by_who_did_it(town, token):
    cases = opened(town, 3)
    transition(cases[2].pk, "remind", actor=who(town, "supervisor"), now=timezone.now())
    clerk = token("clerk")
    sent = body("assign", cases, holder="unit:utilities")
    told = clerk("POST", "/batches", sent, key="batch-000001", status=201).json_body
    assert [line["done"] for line in told["lines"]] == [True, True, False]
    assert told["lines"][2]["refused"]
    assert steps(town, cases) == ["dispatch", "dispatch", "collect"]
    again = clerk("POST", "/batches", sent, key="batch-000001", status=200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json_body["id"] == told["id"]
    other = clerk("POST", "/batches", body("remind", cases), key="batch-000001", status=409)
    assert other.json_body["code"] == "key_used_otherwise"
    token("clerk2")("GET", f"/batches/{told['id']}", status=404)
    token("clerk2")("POST", f"/batches/{told['id']}/undo", {}, status=404)
    back = clerk("POST", f"/batches/{told['id']}/undo", {}, key="undo-0000001", status=201).json_body
    assert [line["undone"] for line in back["lines"]] == [True, True, False]
    assert steps(town, cases) == ["collect"] * 3
    clerk("POST", f"/batches/{told['id']}/undo", {}, key="undo-0000001", status=200)
    assert clerk("GET", f"/batches/{told['id']}").json_body["undone_at"]


def test_what_is_wrong_is_named_before_anything_is_done(town, token):
    cases = opened(town, 2)
    clerk = token("clerk")
    assert "given.holder" in clerk("POST", "/batches", body("assign", cases), status=422).json_body["faults"]
    faults = clerk("POST", "/batches", body("assign", cases, holder="unit:utilities", answer="x"), status=422).json_body["faults"]
    assert list(faults) == ["given.answer"]
    assert clerk("POST", "/batches", body("reject", cases, clause="court", reason="x"), status=409).json_body["code"] == "not_from_here"
    strange = {"act": "remind", "cases": [{"number": "LX00000000", "version": 1}]}
    assert "LX00000000" in clerk("POST", "/batches", strange, status=422).json_body["faults"]["cases"]
    assert steps(town, cases) == ["collect", "collect"]


def test_one_act_is_taken_back_by_its_maker_while_it_is_the_last(town, token):
    case = opened(town, 1)[0]
    clerk, where = token("clerk"), f"/cases/{case.number}"
    clerk("POST", f"{where}/transitions", {"act": "accept", "version": 1}, status=201)
    assert token("clerk2")("POST", f"{where}/undo", {"version": 2}, status=403).json_body["code"] == "undo_not_yours"
    assert clerk("POST", f"{where}/undo", {"version": 1}, status=409).json_body["code"] == "undo_passed"
    told = clerk("POST", f"{where}/undo", {"version": 2}, key="undo-0000002", status=201).json_body
    assert (told["step"], told["version"]) == ("collect", 3)
    clerk("POST", f"{where}/undo", {"version": 2}, key="undo-0000002", status=200)
    assert clerk("POST", f"{where}/undo", {"version": 3}, status=409).json_body["code"] == "undo_final"
    assert steps(town, [case]) == ["collect"]
