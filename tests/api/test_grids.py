"""Grids through the programs' door: read with what they were and became; merged and given other codes, tried first."""

import pytest

from lianxin.people.lines import Server, dock_lines
from lianxin.people.queries import unit_by_key
from lianxin.people.representatives import MicroFacts, add_micro
from lianxin.places.queries import ended_grids
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]


@pytest.fixture
def pair(town):
    return grid_named(town, "1-1").code, grid_named(town, "1-2").code


def body(pair, **changed):
    return {"do": "merge", "with": [pair[1]], "keep": pair[0], "name": "北片", "reason": "按民政批复", **changed}


def test_a_merger_is_tried_carried_out_once_and_read_from_both_ends(town, token, pair):
    admin, path = token("admin"), f"/grids/{pair[0]}/reform"
    tried = admin("POST", path, body(pair, dry_run=True), status=200).json_body
    assert (tried["change"], tried["ended"][0]["became"], ended_grids(town)) == ("", pair[0], {})
    sent = body(pair, seen=tried["seen"])
    done = admin("POST", path, sent, key="reform-key-1", status=201).json_body
    assert done["ended"] == tried["ended"]
    again = admin("POST", path, sent, key="reform-key-1", status=200)
    assert (again.headers["Idempotency-Replayed"], again.json_body["change"]) == ("true", done["change"])
    assert admin("POST", path, {**sent, "reason": "x"}, key="reform-key-1", status=409).json_body["code"] == "key_used_otherwise"
    kept, gone = (admin("GET", f"/grids/{code}", status=200).json_body for code in pair)
    assert (kept["name"], kept["was"], kept["past"][0]["reason"]) == ("北片", [pair[1]], "按民政批复")
    assert (gone["became"], gone["stands_as"], gone["past"][0]["act"]) == ([pair[0]], pair[0], "end")
    assert gone["valid_to"] is not None


def test_a_stale_or_impossible_reform_is_refused(token, pair):
    admin, path = token("admin"), f"/grids/{pair[0]}/reform"
    stale = admin("POST", path, body(pair, seen="older"), status=409).json_body
    assert (stale["code"], "dry_run" in stale["detail"]) == ("stale", True)
    for wrong in (body(pair, **{"with": []}), body(pair, **{"with": ["1"]}), {"do": "recode", "code": "1", "reason": "x"}):
        for dry_run in (True, False):
            assert "do" in admin("POST", path, {**wrong, "dry_run": dry_run}, status=422).json_body["faults"]
    assert token("clerk")("POST", path, body(pair), status=403).json_body["code"] == "may_not"


@pytest.mark.row("A2", "A3")
def test_lines_and_the_speaker_of_a_micro_grid_are_read_without_a_telephone(town, token, pair):
    village, grid = grid_named(town, "1"), grid_named(town, "1-1")
    dock_lines(village.pk, {"公安": Server(unit_by_key(town, "traffic").pk)}, actor=who(town, "admin"), now=MONDAY)
    made = add_micro(grid.pk, MicroFacts("一单元", 16, person="张大嫂", phone="13800001111", doors="1 至 16 号"), actor=who(town, "admin"), now=MONDAY)
    answer = token("clerk")("GET", f"/grids/{made.code}", status=200)
    told = answer.json_body
    assert told["speaker"] == {"name": "张大嫂", "title": "", "doors": "1 至 16 号"}
    assert [(row["unit"]["key"], row["own"]) for row in told["lines"] if row["line"] == "公安"] == [("traffic", False)]
    assert len(told["lines"]) == 8
    assert "13800001111" not in answer.content.decode()
