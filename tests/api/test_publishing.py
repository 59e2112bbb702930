"""Workflows, rules of dispatch and questions by program: tried first, published with a reason, with a way back."""

import pytest

from lianxin.cases.queries.setup import kinds
from lianxin.ledger.verify import verify
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
ASKS = "questions:\n- key: pole\n  ask: {zh: 灯杆号, en: Pole}\n  type: text\n"


@pytest.fixture
def admin(token):
    return token("admin")


@pytest.fixture
def held(admin):
    return admin("GET", "/setup/workflows/request", status=200).json_body


def test_a_workflow_is_tried_published_and_the_way_back_is_another_version(town, admin, held):
    place = "/setup/workflows/request"
    text = held["source"].replace("zh: 群众诉求", "zh: 居民诉求")
    assert text != held["source"]
    sent = {"source": text, "base": held["latest"], "why": "改名"}
    tried = admin("POST", place, {**sent, "dry_run": True}, status=200).json_body
    assert tried["published"] == 0
    assert [each["now"].split(" / ")[0] for each in tried["changes"]] == ["居民诉求"]
    assert tried["open_cases"]["of"] == 0
    unseen = admin("POST", place, {**sent, "seen": "x", "why": ""}, status=422).json_body["faults"]
    assert set(unseen) == {"seen", "why"}
    sent["seen"] = tried["seen"]
    done = admin("POST", place, sent, key="workflow-1", status=201).json_body
    again = admin("POST", place, sent, key="workflow-1", status=200)
    assert (again.json_body, again.headers["Idempotency-Replayed"]) == (done, "true")
    assert (done["published"], done["changes"]) == (held["latest"] + 1, tried["changes"])
    assert next(flow for flow in kinds(town) if flow.key == "request").name["zh"] == "居民诉求"
    late = admin("POST", place, {**sent, "source": text + "\n", "seen": ""}, status=422)
    assert "seen" in late.json_body["faults"]
    assert admin("POST", place, sent, status=409).json_body["code"] == "refused"
    back = {"source": held["source"], "base": held["latest"], "why": "改回"}
    back["seen"] = admin("POST", place, {**back, "dry_run": True}, status=200).json_body["seen"]
    assert admin("POST", place, back, status=409).json_body["code"] == "stale"
    assert admin("POST", place, {**back, "base": done["published"]}, status=201).json_body["published"] == held["latest"] + 2
    rows = admin("GET", place, status=200).json_body["versions"]
    assert [(row["version"], row["why"]) for row in rows[:2]] == [(held["latest"] + 2, "改回"), (held["latest"] + 1, "改名")]
    old = admin("GET", f"{place}?version={done['published']}", status=200).json_body
    assert old["source"] == text
    admin("GET", f"{place}?version=99", status=404)
    assert list(verify(town)) == []


def test_faults_of_a_workflow_are_told_by_line(admin, held):
    lines = held["source"].splitlines()
    at = next(n for n, line in enumerate(lines, 1) if line.strip().startswith("start:"))
    broken = "\n".join([*lines[: at - 1], "start: nowhere", *lines[at:]])
    told = admin("POST", "/setup/workflows/request", {"source": broken, "base": held["latest"], "dry_run": True}, status=422)
    assert f"source.{at}" in told.json_body["faults"]
    other = admin("POST", "/setup/workflows/wish2", {"source": held["source"], "base": 0, "dry_run": True}, status=422)
    assert any("wish2" in said for said in other.json_body["faults"].values())


def test_a_new_kind_is_published(town, admin, held):
    text = held["source"].replace("key: request", "key: errand", 1)
    sent = {"source": text, "base": 0, "why": "新类型"}
    tried = admin("POST", "/setup/workflows/errand", {**sent, "dry_run": True}, status=200).json_body
    assert (tried["changes"], tried["open_cases"], tried["past_cases"]) == ([], None, None)
    assert admin("POST", "/setup/workflows/errand", {**sent, "seen": tried["seen"]}, status=201).json_body["published"] == 1
    rows = admin("GET", "/setup/workflows", status=200).json_body["rows"]
    assert ("errand", 1) in {(row["kind"], row["version"]) for row in rows}


def test_a_rule_is_tried_entered_changed_and_ended(town, admin):
    grid = grid_named(town, "1-1")
    sent = {"category": "streetlight", "grid": grid.code, "unit": "traffic", "why": "试行"}
    tried = admin("POST", "/setup/routes", {**sent, "dry_run": True}, status=200).json_body
    assert (tried["rule"], tried["month"]["of"]) == (None, 0)
    count = len(admin("GET", "/setup/routes", status=200).json_body["rows"])
    made = admin("POST", "/setup/routes", sent, key="rule-key-1", status=201).json_body["rule"]
    assert admin("POST", "/setup/routes", sent, key="rule-key-1", status=200).json_body["rule"] == made
    assert (made["unit"]["key"], made["grid"]["key"]) == ("traffic", grid.code)
    assert len(admin("GET", "/setup/routes").json_body["rows"]) == count + 1
    assert set(admin("POST", "/setup/routes", {**sent, "unit": "desk"}, status=422).json_body["faults"]) == {"category"}
    place = f"/setup/routes/{made['id']}"
    done = admin("PATCH", place, {"level": "village", "seen": made["seen"], "why": "由村里办"}, status=200).json_body["rule"]
    assert (done["unit"], done["level"], done["category"]["key"]) == (None, "village", "streetlight")
    assert admin("PATCH", place, {"hours": "off", "seen": made["seen"], "why": "x"}, status=409).json_body["code"] == "stale"
    assert admin("PATCH", place, {"hours": "off", "seen": done["seen"], "dry_run": True}, status=200).json_body["rule"] is None
    assert admin("DELETE", f"{place}?seen={made['seen']}&why=x", status=409).json_body["code"] == "stale"
    assert admin("DELETE", f"{place}?seen=x&dry_run=true", status=200).json_body["month"]["of"] == 0
    past = admin("GET", f"{place}/past", status=200).json_body["rows"]
    assert [row["why"] for row in past] == ["由村里办", "试行"]
    admin("DELETE", f"{place}?seen={done['seen']}&why=试完", status=200)
    admin("GET", place, status=404)
    assert len(admin("GET", "/setup/routes").json_body["rows"]) == count
    assert list(verify(town)) == []


def test_a_rule_that_cannot_stand_is_refused_by_field(admin):
    for sent, names in (
        ({"category": "nothing", "grid": "nowhere", "unit": "nobody", "why": "x"}, {"category", "grid", "unit"}),
        ({"category": "streetlight", "why": "x"}, {"unit"}),
        ({"unit": "desk", "level": "grid", "why": "x"}, {"unit"}),
        ({"category": "streetlight", "hours": "night", "unit": "desk"}, {"hours"}),
    ):
        assert set(admin("POST", "/setup/routes", sent, status=422).json_body["faults"]) == names


def test_questions_are_tried_published_and_ended(town, admin, anybody):
    place = "/setup/questions/streetlight"
    held = admin("GET", place, status=200).json_body
    sent = {"source": ASKS, "base": held["version"], "why": "问灯杆"}
    tried = admin("POST", place, {**sent, "dry_run": True}, status=200).json_body
    assert (tried["published"], tried["questions"]) == (0, 1)
    wrong = admin("POST", place, {**sent, "source": ASKS.replace("text", "song"), "dry_run": True}, status=422)
    assert set(wrong.json_body["faults"]) == {"source.4"}
    done = admin("POST", place, {**sent, "seen": tried["seen"]}, status=201).json_body
    assert done["published"] == held["version"] + 1
    assert admin("GET", place, status=200).json_body["source"] == ASKS
    assert ("streetlight", 1) in {(row["category"], row["questions"]) for row in admin("GET", "/setup/questions").json_body["rows"]}
    groups = anybody("GET", "/categories", status=200).json_body["rows"]
    [leaf] = [leaf for group in groups for leaf in group["children"] if leaf["key"] == "streetlight"]
    assert [each["key"] for each in leaf["questions"]] == ["pole"]
    admin("GET", "/setup/questions/nothing", status=404)
