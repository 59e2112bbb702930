"""Saved views by program: kept, shared, opened with, dropped."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]


def test_a_view_is_kept_shared_opened_with_and_dropped(token):
    clerk, other = token("clerk"), token("clerk2")
    sent = {"name": "超期", "query": "light=late"}
    made = clerk("POST", "/views", sent, key="view-key-1", status=201).json_body
    assert clerk("POST", "/views", sent, key="view-key-1", status=200).json_body == made
    assert (made["query"], made["mine"], made["shared"], made["first"]) == ("light=late", True, False, False)
    place = f"/views/{made['id']}"
    other("PATCH", place, {"name": "x"}, status=404)
    shared = clerk("PATCH", place, {"shared": True, "first": True}, status=200).json_body
    assert (shared["name"], shared["shared"], shared["first"]) == ("超期", True, True)
    assert [row["name"] for row in other("GET", "/views", status=200).json_body["rows"]] == ["超期"]
    assert not clerk("PATCH", place, {"first": False, "name": "晚了"}, status=200).json_body["first"]
    clerk("DELETE", place, status=200)
    clerk("DELETE", place, status=404)
    assert clerk("GET", "/views").json_body["rows"] == []


def test_what_a_view_may_not_hold_is_told_by_field(token):
    clerk = token("clerk")
    for sent, name in (({"name": "", "query": "light=late"}, "name"), ({"name": "x", "query": ""}, "query"),
                       ({"name": "x", "query": "q=13800001111"}, "query"), ({"name": "长" * 30, "query": "light=late"}, "name")):
        assert set(clerk("POST", "/views", sent, status=422).json_body["faults"]) == {name}
