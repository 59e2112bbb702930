"""The history of posts, leaves, people, sites, lines and representatives by program, and the way back."""

import pytest

from lianxin.ledger.rows import plain
from lianxin.ledger.verify import verify
from town.homes.changed import KINDS, Lines, Posts, Sites

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


@pytest.mark.parametrize("sort", KINDS, ids=[each.key for each in KINDS])
def test_a_record_of_every_sort_is_listed_its_history_read_and_put_back(town, token, sort):
    kind, admin = sort(town), token("admin")
    row = kind.make()
    before, place = plain(kind.again(row)), f"/records/{kind.key}/{row.pk}"
    kind.change(row, 1 if kind.key == "lines" else 0)
    told = next(each for each in admin("GET", f"/records/{kind.key}", status=200).json_body["rows"] if each["id"] == str(row.pk))
    past = admin("GET", f"{place}/past", status=200).json_body["rows"]
    assert (past[0]["back"], past[0]["by"]) == (True, "admin")
    assert any(each["became"] != each["was"] for each in past[0]["fields"])
    assert not any(number in str((told, past)) for number in ("19900000000", "13900000000", "13800001111")), "numbers are starred"
    sent = {"seq": past[0]["seq"], "seen": told["seen"]}
    admin("POST", f"{place}/back", {**sent, "seen": "older"}, status=409)
    back = admin("POST", f"{place}/back", sent, key="record-key-1", status=201).json_body
    assert back["changed"]
    assert plain(kind.again(row)) == before
    assert admin("POST", f"{place}/back", sent, key="record-key-1", status=200).json_body["seen"] == back["seen"]
    assert admin("GET", f"{place}/past", status=200).json_body["rows"][0]["act"] == "restore"
    assert [str(each) for each in verify(town)] == []


def test_what_was_taken_away_is_told_and_comes_back_where_nothing_else_is_said(town, token):
    kind, admin = Lines(town), token("admin")
    row = kind.make()
    kind.change(row, 2)
    (gone,) = admin("GET", "/records/lines", status=200).json_body["gone"]
    place, sent = f"/records/lines/{gone['id']}", {"seq": gone["seq"], "seen": gone["seen"]}
    assert admin("GET", f"{place}/past", status=200).json_body["rows"][0]["act"] == "drop"
    later = kind.make()
    faults = admin("POST", f"{place}/back", sent, status=422).json_body
    assert "values.line" in str(faults)
    kind.change(later, 2)
    assert admin("POST", f"{place}/back", sent, status=201).json_body["id"] == str(row.pk)
    assert kind.again(row) is not None


def test_only_who_keeps_a_record_puts_it_back_and_bad_input_is_told(town, token):
    kind = Posts(town)
    row = kind.make()
    kind.change(row, 0)
    place, sent = f"/records/posts/{row.pk}", {"seq": 1, "seen": "x"}
    token("worker")("GET", f"{place}/past", status=200)
    token("auditor")("GET", f"{place}/past", status=200)
    token("handler")("GET", f"{place}/past", status=403)
    for name in ("worker", "auditor", "handler"):
        token(name)("POST", f"{place}/back", sent, status=403)
    admin = token("admin")
    token("clerk")("GET", "/records/sites", status=403)
    for path in ("/records/nothing", "/records/posts/1/past", "/records/posts/x/past", f"/records/sites/{row.pk}/past"):
        admin("GET", path, status=404)
    admin("POST", f"{place}/back", {"seq": 0}, status=422)
    seen = next(each["seen"] for each in admin("GET", "/records/posts", status=200).json_body["rows"] if each["id"] == str(row.pk))
    assert "values" in str(admin("POST", f"{place}/back", {"seq": 9, "seen": seen}, status=422).json_body)


def test_records_come_in_pages(town, token, monkeypatch):
    monkeypatch.setattr("lianxin.town.api.records.A_PAGE", 1)
    site = Sites(town)
    first, second = site.make(), site.make("新村")
    page = token("admin")("GET", "/records/sites", status=200).json_body
    assert [each["id"] for each in page["rows"]] == [str(first.pk)]
    last = token("admin")("GET", f"/records/sites?after={page['next']}", status=200).json_body
    assert ([each["id"] for each in last["rows"]], last["next"]) == ([str(second.pk)], "")
