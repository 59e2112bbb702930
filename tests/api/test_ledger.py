"""The ledger by program: for whoever may audit, page after page; the check of the whole asked for and read."""

import pytest
from django.utils import timezone

from lianxin.jobs.queue import run_due
from lianxin.ledger.models import Entry
from lianxin.people.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


def test_entries_are_told_with_digests_and_reading_is_one_of_them(town, token):
    admin, auditor = token("admin"), token("auditor")
    held = admin("GET", "/setup/units/traffic", status=200).json_body
    admin("PATCH", "/setup/units/traffic", {"values": {"phone": "0516-8000001"}, "seen": held["seen"], "why": "换了"}, status=200)
    told = auditor("GET", "/ledger?kind=unit", status=200).json_body
    [row] = told["rows"]
    assert (row["act"], row["fields"][0]["became"], row["texts"][0]["body"], row["seal"]) == ("change", "0516-8000001", "换了", None)
    assert row["digest"] == Entry.objects.for_system("t", town).get(subject_kind="unit").digest
    assert told["next"] == ""
    [look] = auditor("GET", "/ledger?kind=ledger", status=200).json_body["rows"]
    assert look["act"] == "look"
    wrong = auditor("GET", "/ledger?kind=spell&since=x&after=y", status=422).json_body["faults"]
    assert set(wrong) == {"kind", "since", "after"}
    assert admin("GET", "/ledger", status=403).json_body["code"] == "may_not"


def test_the_check_is_asked_for_once_and_its_outcome_read(town, token):
    auditor = token("auditor")
    assert auditor("GET", "/ledger/checks", status=200).json_body == {"under_way": False, "last": None}
    assert auditor("POST", "/ledger/checks", status=201).json_body["under_way"] is True
    run_due(now=timezone.now())
    last = auditor("GET", "/ledger/checks", status=200).json_body["last"]
    assert (last["broken"], last["found"]) == (0, [])
    row = Unit.objects.for_system("t", town).get(key="traffic")
    from lianxin.ledger.rows import change_row
    from towns import who

    change_row(row, "unit", {"phone": "1"}, actor=who(town, "admin"), now=timezone.now())
    Unit.objects.for_system("behind its back", town).filter(pk=row.pk).update(phone="2")
    auditor("POST", "/ledger/checks", status=201)
    run_due(now=timezone.now())
    [found] = auditor("GET", "/ledger/checks", status=200).json_body["last"]["found"]
    assert (found["subject"], found["detail"]) == (f"unit:{row.pk}", "phone")
    assert token("leader")("POST", "/ledger/checks", status=403).json_body["code"] == "may_not"
