"""Reading workflows: good ones whole, bad ones with every fault and its line."""

import copy
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianxin.workflow.clock import Limit
from lianxin.workflow.definition import EFFECTS, FIELDS, PHASE_NAMES, PHASES, BadWorkflow, read

BASE = sorted((Path(__file__).parents[2] / "towns" / "base" / "workflows").glob("*.yaml"))
TINY = """\
key: tiny
name: {zh: 小, en: Tiny}
start: one
steps:
  one: {name: {zh: 一, en: One}, phase: handle, who: clerk, within: 1 days}
  two: {name: {zh: 二, en: Two}, phase: handle, who: holder, within: {limit: handle, default: 2 working_days}}
  end: {name: {zh: 完, en: End}, phase: review, end: true, outcome: done}
transitions:
  - {act: go, name: {zh: 去, en: Go}, from: one, to: two}
  - {act: finish, name: {zh: 完, en: Finish}, from: two, to: end}
"""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadWorkflow) as caught:
        read(text)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def with_row(row: str) -> str:
    return f"{TINY}  - {{name: {{zh: 名, en: Name}}, {row}}}\n"


@pytest.mark.parametrize("path", BASE, ids=lambda path: path.stem)
def test_every_base_workflow_is_closed(path: Path) -> None:
    workflow = read(path.read_text(encoding="utf-8"))
    assert workflow.key == path.stem
    assert any(step.outcome == "done" for step in workflow.steps.values())


def test_the_base_town_has_all_six_kinds() -> None:
    assert {path.stem for path in BASE} == {"request", "hazard", "dispute", "wish", "application", "visit_problem"}


def test_requests_pass_through_the_six_official_steps() -> None:
    request = next(path for path in BASE if path.stem == "request")
    workflow = read(request.read_text(encoding="utf-8"))
    assert {workflow.phase_of(key) for key, step in workflow.steps.items() if not step.end} == set(PHASES)


def test_only_disputes_are_confidential() -> None:
    found = [read(path.read_text(encoding="utf-8")) for path in BASE]
    assert [workflow.key for workflow in found if workflow.confidential] == ["dispute"]


def test_text_and_parsed_data_read_alike() -> None:
    for path in BASE:
        text = path.read_text(encoding="utf-8")
        assert read(text) == read(yaml.safe_load(text))


def test_what_is_left_out_is_filled_in() -> None:
    workflow = read(TINY)
    go = workflow.transition("one", "go")
    assert go is not None
    assert go.by == ("clerk",)
    assert workflow.version == 1
    assert workflow.steps["two"].within == Limit(2, "working_days")
    assert workflow.steps["two"].limit_name == "handle"
    assert [each.act for each in workflow.transitions_from("two")] == ["finish"]
    assert workflow.transition("one", "finish") is None


def test_any_means_every_step_that_is_no_end() -> None:
    note = read(with_row("act: note, from: any, by: clerk")).transition("two", "note")
    assert note is not None
    assert note.sources == {"one", "two"}


def test_what_only_holders_of_a_duty_may_do_presupposes_it() -> None:
    text = with_row(
        "act: ask, from: one, needs: units, effects: [{ask: {what: help, who: 'given:units', within: 1 days}}]"
    )
    text += "  - {name: {zh: 帮, en: Help}, act: help, from: one, by: 'duty:help', effects: [{settle: {what: help}}]}\n"
    done = read(text).transition("one", "help")
    assert done is not None
    assert done.duty == "help"


def test_all_faults_are_told_at_once_each_with_its_line() -> None:
    text = """\
key: Bad Key
name: {zh: 坏}
start: nowhere
colour: red
steps:
  one: {name: {zh: 一, en: One}, phase: middle, within: soon}
  two:
    name: {zh: 二, en: Two}
    phase: handle
    who: system
    within: 1 days
    on_late: explode
  end: {name: {zh: 完, en: End}, phase: review, end: true, who: clerk, outcome: fine}
transitions:
  - {act: go, name: {zh: 去, en: Go}, from: one, to: three, by: "some one"}
  - {act: go, name: {zh: 去, en: Go}, from: [one, two], to: two, by: clerk, needs: shoe, effects: explode}
  - {act: stop, name: {zh: 停, en: Stop}, from: two, by: clerk, at_most: 0, duty: help, effects: pause}
"""
    assert faults(text) == [
        (1, "key: Bad Key is not a word of small letters, digits and _"),
        (2, "workflow: no name in en"),
        (3, "start: no step nowhere to begin at"),
        (4, "workflow: colour is not known here"),
        (6, "step one: no person (who)"),
        (6, "step one: no way from it to an end"),
        (6, "step one: not a limit such as 3 working_days: soon"),
        (6, "step one: phase: middle is none of collect, triage, dispatch, handle, feedback, review"),
        (7, "step two: no way from it to an end"),
        (7, "step two: on_late: system may not explode from it"),
        (7, "step two: system has no way on from it that is always open"),
        (10, "step two: system is no person (who)"),
        (13, "step end: an end has no who"),
        (13, "step end: outcome: fine is none of done, refused, withdrawn, merged"),
        (15, "transition go: by: some one is not a word of small letters, digits and _"),
        (15, "transition go: no step three"),
        (15, "transition go: nobody may do it (by)"),
        (16, "transition go: needs: no field shoe"),
        (16, "transition go: no effect explode"),
        (16, "transition go: twice from step one"),
        (17, "transition stop: at_most without counts"),
        (17, "transition stop: at_most: 0 is not a number from 1"),
        (17, "transition stop: nothing asks for a duty help"),
        (17, "transition stop: pause at two, where system cannot resume"),
        (17, "transition stop: pause goes by until, which must be among its needs"),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("act: a, from: two, needs: until, to: end, effects: extend", "extend cannot go with a change of step"),
        ("act: a, from: two, effects: extend", "extend goes by until, which must be among its needs"),
        ("act: a, from: two, to: one, needs: case, effects: merge", "merge must lead to an end"),
        ("act: a, from: two, to: end, effects: merge", "merge goes by case, which must be among its needs"),
        ("act: a, from: two, effects: [{settle: {what: help}}]", "nothing asks for a duty help"),
        ("act: a, from: two, by: 'duty:help'", "nothing asks for a duty help"),
        ("act: a, from: two, by: 'duty:main'", "who holds the main duty is called holder"),
        ("act: a, from: [one, two]", "nobody may do it (by)"),
        ("act: a, to: one, by: clerk", "starts nowhere (from)"),
        ("act: a, from: two, needs: [note, note]", "needs: the same word twice"),
        ("act: a, from: two, effects: [{ask: {what: help, who: clerk}}]", "ask: within missing"),
        (
            "act: a, from: two, effects: [{ask: {what: help, who: clerk, within: 1 days}}]",
            "asks for a duty help that nothing settles at two",
        ),
        (
            "act: a, from: two, effects: [{ask: {what: main, who: clerk, within: 1 days}}]",
            "ask: the main duty comes and goes with the step",
        ),
        (
            "act: a, from: two, effects: [{ask: {what: help, who: 'given:units', within: 1 days}}]",
            "ask goes by units, which must be among its needs",
        ),
        (
            "act: a, from: two, effects: [{ask: {what: help, who: clerk, within: 'given:until'}}]",
            "ask goes by until, which must be among its needs",
        ),
        (
            "act: a, from: end, by: clerk, effects: [{ask: {what: help, who: clerk, within: 1 days}}]",
            "ask at end, where nothing is open any more",
        ),
    ],
)
def test_a_promise_that_cannot_be_kept_is_a_fault(row: str, message: str) -> None:
    assert (11, f"transition a: {message}") in faults(with_row(row))


def test_a_duty_that_is_kept_must_be_answerable_at_every_step() -> None:
    ask = "{ask: {what: help, who: clerk, within: 1 days, keep: true}}"
    text = with_row(f"act: ask, from: one, effects: [{ask}]")
    text += "  - {name: {zh: 帮, en: Help}, act: help, from: one, by: 'duty:help', effects: [{settle: {what: help}}]}\n"
    assert faults(text) == [(11, "transition ask: asks for a duty help that nothing settles at two")]


def test_a_step_nothing_leads_to_is_a_fault() -> None:
    stray = "  lost: {name: {zh: 迷, en: Lost}, phase: handle, who: clerk, within: 1 days}\ntransitions:"
    text = TINY.replace("transitions:", stray) + "  - {act: back, name: {zh: 回, en: Back}, from: lost, to: end}\n"
    assert faults(text) == [(8, "step lost: nothing leads to it")]


@pytest.mark.parametrize(
    "row", ["to: end, counts: tries, at_most: 1", "to: end, by: system", "to: two"], ids=["used up", "system", "round"]
)
def test_a_step_whose_only_way_on_may_be_shut_is_a_fault(row: str) -> None:
    text = TINY.replace("from: two, to: end}", f"from: two, {row}}}")
    assert (6, "step two: no way from it to an end") in faults(text)


@pytest.mark.parametrize(
    "row",
    ["needs: reason", "counts: late, at_most: 2", "needs: until, effects: extend"],
    ids=["needs", "used up", "dated"],
)
def test_lateness_must_not_ask_what_the_system_cannot_give(row: str) -> None:
    text = with_row(f"act: late, from: one, by: system, {row}").replace(
        "within: 1 days", "within: 1 days, on_late: late"
    )
    assert (5, "step one: on_late: late asks more than system can give") in faults(text)


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("key: [", 1, "not YAML"),
        ("a: 1\nb: {\n", 2, "not YAML"),
        ("a: \x01", 1, "not YAML"),
        ("[" * 500_000, 1, "nested too deeply"),
        ("- " * 500_000, 1, "nested too deeply"),
        ("? " * 500_000, 1, "nested too deeply"),
        ("--- 1\n--- 2\n", 2, "not YAML"),
        ("key: &a tiny\nname: *a\n", 1, "aliases"),
        ("key: &a [*a]\n", 1, "aliases"),
        ("key: tiny\nkey: tiny\n", 2, "said twice"),
        ("? [1]\n: 2\n", 1, "a key must be a word"),
        ("", 0, "not a mapping"),
    ],
)
def test_what_is_wrong_with_the_text_itself_is_told(text: str, line: int, part: str) -> None:
    assert any(part in message and found == line for found, message in faults(text))


def test_of_an_alias_only_the_alias_is_told() -> None:
    text = TINY.replace("start: one", "start: &first one") + "\nalso: *first\nmore: [*first, *first]\n"
    assert {message for _line, message in faults(text)} == {"aliases (&, *) are not used in workflows"}


def test_words_yaml_would_take_for_booleans_stay_words_as_keys() -> None:
    text = TINY.replace("start: one", 'start: "on"').replace("  one:", "  on:").replace("from: one", 'from: "on"')
    assert "on" in read(text).steps


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
ROWS = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in BASE]


def reads_or_tells(raw: Any) -> None:
    with suppress(BadWorkflow):
        assert read(raw).steps


@settings(max_examples=200, deadline=None)
@given(junk)
def test_junk_is_never_more_than_a_bad_workflow(raw: Any) -> None:
    reads_or_tells(raw)


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=st.characters(codec=None), max_size=60)
    | st.text(alphabet="{}[]:,-&*!?|> \nab1'\"#%@", max_size=40)
)
def test_any_text_is_never_more_than_a_bad_workflow(text: str) -> None:
    reads_or_tells(text)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ROWS), st.data())
def test_junk_put_anywhere_into_a_workflow_is_never_more_than_a_bad_workflow(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    raw = copy.deepcopy(raw)
    spot: Any = raw
    while True:
        keys: list[Any] = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            break
        spot = spot[key]
    spot[key] = data.draw(junk)
    reads_or_tells(raw)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(BASE), st.data())
def test_a_file_damaged_anywhere_is_never_more_than_a_bad_workflow(path: Path, data: st.DataObject) -> None:
    text = path.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 40)))
    reads_or_tells(text[:start] + data.draw(st.text(max_size=6)) + text[stop:])


def test_fields_phases_and_effects_are_named_in_both_languages() -> None:
    assert all(set(field.name) == {"zh", "en"} and key == field.key for key, field in FIELDS.items())
    assert tuple(PHASE_NAMES) == PHASES
    assert set(EFFECTS) == {
        "pause", "resume", "extend", "ask", "settle", "hand_over", "merge", "split", "escalate", "appeal"
    }  # fmt: skip
    assert all(set(name) == {"zh", "en"} for name in PHASE_NAMES.values())


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("act: again, from: two, to: one, by: clerk, effects: [{escalate: {after: 3}}]", "the act is not counted"),
        ("act: again, from: two, to: one, by: clerk, counts: c, effects: [{escalate: {after: x}}]", "is not a number from 1"),
        ("act: again, from: two, to: one, by: clerk, final: 3", "final: 3 is neither true nor false"),
    ],
)
def test_a_level_up_after_so_many_times_needs_a_count_and_a_number(row: str, fault: str) -> None:
    assert any(fault in message for _line, message in faults(with_row(row)))
    good = with_row("act: again, from: two, to: one, by: clerk, counts: c, final: true, effects: [{escalate: {after: 3}}]")
    again = read(good).transition("two", "again")
    assert again is not None
    assert (again.final, again.effects[0].args) == (True, {"after": 3})


@pytest.mark.parametrize(
    ("later", "fault"),
    [
        ("{act: go, after: 28 days}", "system may not go at it"),
        ("{act: ask, after: 28 days}", "ask is done once"),
        ("{act: once, after: 28 working_days}", "are not days"),
        ("{act: once}", "no limit"),
        ("28", "not a mapping"),
    ],
)
def test_what_comes_later_at_an_end_is_once_and_the_systems(later: str, fault: str) -> None:
    rows = (
        "  - {act: ask, name: {zh: 名, en: N}, from: end, by: system}\n"
        "  - {act: once, name: {zh: 名, en: N}, from: end, by: system, counts: asked, at_most: 1}\n"
    )
    bad = TINY.replace("outcome: done}", f"outcome: done, later: {later}}}") + rows
    assert any(fault in message for _line, message in faults(bad))
    good = TINY.replace("outcome: done}", "outcome: done, later: {act: once, after: 28 days}}") + rows
    assert str(read(good).steps["end"].later_after) == "28 days"
    early = TINY.replace("within: 1 days}", "within: 1 days, later: {act: once, after: 1 days}}") + rows
    assert any("only an end" in message for _line, message in faults(early))
