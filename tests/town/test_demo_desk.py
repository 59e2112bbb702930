"""What lies about the demo's desk fits the town on paper; that it goes through the doors, the whole town shows."""

import pytest
import yaml

from lianxin.cases.queries.inbox import InboxFilter, read_filter
from lianxin.cases.queries.saved import ASKED, filter_of, query_of
from lianxin.cases.queries.worklinks import ACTS
from lianxin.cases.replies import unknown_in
from lianxin.forms.questions import read_answers, read_sheet
from lianxin.town.demo.habits import written
from lianxin.town.demo.rules import TOWNS, Rules
from lianxin.town.demo.signins import SIGN_INS
from lianxin.workflow.definition import read

LYING = written()
FLOW = read((TOWNS / "base" / "workflows" / "request.yaml").read_text("utf-8"))
RULES = Rules.read()
UNITS = {unit.key for unit in RULES.units}
NAMES = {each.username for each in SIGN_INS}


def test_every_reply_text_has_known_variables_and_stands_where_it_says():
    for row in LYING["replies"]:
        assert unknown_in(row["text"]) == [], row
        assert row.get("unit", "desk") in UNITS
        assert row.get("category", "dogs") in RULES.categories
        assert row.get("phase", "handle") in {step.phase for step in FLOW.steps.values()}
    assert len({row["name"] for row in LYING["replies"]}) == len(LYING["replies"]) >= 12


@pytest.mark.parametrize("row", LYING["questions"], ids=lambda row: row["category"])
def test_every_sheet_is_sound(row):
    sheet = read_sheet(yaml.safe_dump({"questions": row["ask"]}, allow_unicode=True))
    assert row["category"] in RULES.categories
    assert 2 <= len(sheet.questions) <= 4
    assert read_answers(sheet, {}).stops == []


@pytest.mark.parametrize("row", LYING["lately"], ids=lambda row: f"{row['act']} {row['role']}")
def test_what_was_done_of_late_is_what_the_workflow_lets_them_do(row):
    step = "triage" if row["with"] == "clerk" else "handle"
    made = FLOW.transition(step, row["act"])
    assert made is not None
    assert row["role"] in made.by or "duty:conference" in made.by
    assert set(made.needs) <= set(row["given"]) <= {*made.needs, *made.takes}
    assert row["with"] in NAMES
    assert all(unit.removeprefix("unit:") in UNITS for unit in row["given"].get("units", ()))


def test_views_ask_what_the_inbox_knows():
    for row in LYING["views"]:
        ask = {name: 1 if name == "category" else value for name, value in row["ask"].items()}
        assert set(ask) <= set(ASKED), row
        assert filter_of(query_of(InboxFilter(**ask))) == read_filter({name: str(value) for name, value in ask.items()})
        assert row["by"] in NAMES
    told = [(row["by"], row["name"]) for row in LYING["views"]]
    assert len(set(told)) == len(told)


def test_who_is_away_comes_back_and_somebody_is_on_duty():
    assert all(row["first"] <= row["last"] and row["unit"] in UNITS for row in LYING["leaves"])
    assert any(row["first"] <= 0 <= row["last"] for row in LYING["leaves"])
    assert any(row["first"] > 0 for row in LYING["leaves"])
    assert all(row["today"] in NAMES and row["unit"] in UNITS for row in LYING["roster"])


def test_links_let_do_what_links_may_and_nothing_is_said_twice():
    for row in LYING["links"]:
        assert set(row["may"]) <= set(ACTS)
        assert "finish" in row["may"] or not row.get("finish")
    said = [row["given"].get("note", "") for row in LYING["lately"]] + [row["note"] for row in LYING["again"]]
    said += [row["text"] for row in LYING["replies"]]
    kept = [each for each in said if each]
    assert len(set(kept)) == len(kept)
