"""Random walks through random closed workflows, and through those of the base town."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.workflow.clock import Clock, Limit
from lianxin.workflow.definition import FIELDS, Transition, Workflow, read
from lianxin.workflow.engine import CaseState, Plan, Refused, available, late_act, plan, start

BASE = sorted((Path(__file__).parents[2] / "towns" / "base" / "workflows").glob("*.yaml"))
PEOPLE = ("clerk", "holder", "reporter", "supervisor")
NAME = {"zh": "名", "en": "Name"}
TIMES = ("30 minutes", "2 hours", "4 working_hours", "3 days", "5 working_days")
CLOCK = Clock()
BEGIN = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """Data of a workflow that is closed by construction, with side paths of every sort."""
    live = [f"step{index}" for index in range(draw(st.integers(1, 4)))]
    ends = [f"end{index}" for index in range(draw(st.integers(1, 2)))]
    steps: dict[str, Any] = {key: {"name": NAME, "phase": "review", "end": True, "outcome": "done"} for key in ends}
    rows: list[dict[str, Any]] = []
    for key, onward in zip(live, [*live[1:], ends[0]], strict=True):
        within: Any = draw(st.sampled_from(TIMES))
        if draw(st.booleans()):
            within = {"limit": "handle", "default": within}
        steps[key] = {"name": NAME, "phase": "handle", "who": draw(st.sampled_from(PEOPLE)), "within": within}
        rows.append({"act": "go_on", "name": NAME, "from": key, "to": onward})
        if draw(st.booleans()):
            steps[key]["on_late"] = "overdue"
            to = draw(st.sampled_from([None, *live, *ends]))
            rows.append({"act": "overdue", "name": NAME, "from": key, "to": to, "by": "system", "counts": "late"})
    rows += [{"act": f"out_{key}", "name": NAME, "from": "any", "to": key, "by": "supervisor"} for key in ends[1:]]
    rows += draw(st.lists(_jumps(live, ends), max_size=3, unique_by=lambda row: str(row["act"])))
    for side in draw(st.lists(st.sampled_from(_SIDES), unique=True, max_size=len(_SIDES))):
        rows += side(draw(st.sampled_from([live[0], "any"])))
    return {"key": "made", "name": NAME, "start": live[0], "steps": steps, "transitions": rows}


@st.composite
def _jumps(draw: st.DrawFn, live: list[str], ends: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"act": f"jump{draw(st.integers(0, 9))}", "name": NAME}
    row["from"] = draw(st.lists(st.sampled_from([*live, *ends]), min_size=1, unique=True))
    row["to"] = draw(st.sampled_from(live))
    row["by"] = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True))
    row["needs"] = draw(st.lists(st.sampled_from(["reason", "rating", "holder", "photos"]), unique=True))
    if draw(st.booleans()):
        row |= {"counts": "returned", "at_most": draw(st.integers(1, 3))}
    return row


def _row(act: str, where: str, by: Any, **more: Any) -> dict[str, Any]:
    return {"act": act, "name": NAME, "from": where, "by": by, **more}


def _pausing(where: str) -> list[dict[str, Any]]:
    return [
        _row("suspend", where, "supervisor", needs=["until"], effects="pause"),
        _row("resume", where, ["holder", "system"], effects="resume"),
    ]


def _extending(where: str) -> list[dict[str, Any]]:
    ask = {"ask": {"what": "extension", "who": "supervisor", "within": "1 working_days"}}
    settle = {"settle": {"what": "extension"}}
    return [
        _row("want_more", where, "holder", needs=["until"], effects=[settle, ask]),
        _row("give", where, "duty:extension", needs=["until"], effects=[settle, "extend"]),
        _row("deny", where, "duty:extension", needs=["reason"], effects=[settle]),
    ]


def _supervising(where: str) -> list[dict[str, Any]]:
    ask = {"ask": {"what": "supervise", "who": "holder", "within": "given:until", "keep": True}}
    return [
        _row("press", where, "supervisor", needs=["until"], effects=[ask]),
        _row("comply", "any", "duty:supervise", needs="note", effects=[{"settle": {"what": "supervise"}}]),
    ]


def _sharing(where: str) -> list[dict[str, Any]]:
    ask = {"ask": {"what": "cohandle", "who": "given:units", "within": "2 days"}}
    settle = {"settle": {"what": "cohandle"}}
    return [
        _row("share", where, "holder", needs=["units"], effects=[ask]),
        _row("shared", where, "duty:cohandle", effects=[settle]),
        _row("call_off", where, "clerk", duty="cohandle", effects=[settle]),
    ]


_SIDES = (_pausing, _extending, _supervising, _sharing)


def fill(transition: Transition, now: datetime, ahead: timedelta) -> Mapping[str, Any]:
    """Something of the right kind for everything the transition needs."""
    plain = {"datetime": now + ahead, "units": ["a"], "photos": ["p"]}
    return {
        key: FIELDS[key].choices[0][0] if FIELDS[key].choices else plain.get(FIELDS[key].type, "x")
        for key in transition.needs
    }


def everybody(workflow: Workflow) -> set[str]:
    """Every role but the system's; what a duty allows the engine checks against the duties open."""
    return {role for each in workflow.transitions for role in each.by} - {"system"}


def holds(workflow: Workflow, state: CaseState) -> None:
    """What must be true of a case wherever it stands."""
    assert CaseState.from_json(state.step, state.due_at, state.duties, state.to_json()) == state
    step = workflow.steps[state.step]
    if step.end:
        assert (state.due_at, state.duties, state.paused_at) == (None, frozenset(), None)
        return
    assert step.who
    assert "main" in state.duties
    assert state.due_at is not None
    assert state.soon_at is not None
    assert state.soon_at <= state.due_at
    if state.paused_at is not None:
        assert late_act(workflow, state, now=state.due_at + timedelta(minutes=1)) == "resume"
    else:
        assert any(each.to not in (None, state.step) for each in available(workflow, state, roles={step.who, "holder"}))
    anybody = available(workflow, state, roles=everybody(workflow))
    settled = {each.args["what"] for way in anybody for each in way.effects if each.name == "settle"}
    assert state.duties - {"main"} <= settled


def follows(before: CaseState, done: Plan) -> None:
    """The plan's parts tell one story."""
    shut, opened = set(done.shuts), {duty.what for duty in done.opens}
    assert shut <= before.duties
    assert done.state.duties == (before.duties - shut) | opened
    assert all(duty.who and duty.due is not None for duty in done.opens)
    assert done.closes == bool(done.outcome)
    assert done.source == before.step


def walk(workflow: Workflow, data: st.DataObject, length: int) -> tuple[CaseState, datetime]:
    limits = data.draw(st.sampled_from([{}, {"handle": Limit(1, "hours")}]))
    now, state = BEGIN, start(workflow, now=BEGIN, clock=CLOCK, limits=limits).state
    people = everybody(workflow)
    for _ in range(length):
        holds(workflow, state)
        now += timedelta(minutes=data.draw(st.integers(0, 3 * 24 * 60)))
        ahead = timedelta(minutes=data.draw(st.integers(1, 20 * 24 * 60)))
        act = late_act(workflow, state, now=now)
        if act:
            done = plan(workflow, state, act, roles={"system"}, given={}, now=now, clock=CLOCK, limits=limits)
            assert late_act(workflow, done.state, now=now) is None
        elif ways := available(workflow, state, roles=people):
            way = data.draw(st.sampled_from(ways))
            given = fill(way, now, ahead)
            if way.effect("extend") and state.due_at and now + ahead <= state.due_at:
                with pytest.raises(Refused, match="bad_date"):
                    plan(workflow, state, way.act, roles=people, given=given, now=now, clock=CLOCK, limits=limits)
                continue
            done = plan(workflow, state, way.act, roles=people, given=given, now=now, clock=CLOCK, limits=limits)
        else:
            break
        follows(state, done)
        state = done.state
    return state, now


def drive_to_an_end(workflow: Workflow, state: CaseState, now: datetime) -> None:
    """From wherever a walk came to, the people at each step alone can bring the case to an end."""
    seen = {state.step}
    people = everybody(workflow)
    ways = [(state, 0)]
    for state, depth in ways:
        if workflow.steps[state.step].end:
            return
        for way in available(workflow, state, roles=people):
            if (way.to in (None, *seen) and way.effect("resume") is None) or depth > len(workflow.steps) + 1:
                continue
            given = fill(way, now, timedelta(days=1))
            done = plan(workflow, state, way.act, roles=people, given=given, now=now, clock=CLOCK, limits={})
            seen.add(done.state.step)
            ways.append((done.state, depth + 1))
    raise AssertionError(f"no way from {state.step} to an end")


@settings(max_examples=150, deadline=None)
@given(workflows(), st.data())
def test_no_walk_through_a_closed_workflow_comes_to_a_place_without_person_limit_and_way_on(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    workflow = read(raw)
    drive_to_an_end(workflow, *walk(workflow, data, 14))


@pytest.mark.parametrize("path", BASE, ids=lambda path: path.stem)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_walk_through_a_base_workflow_does_either(path: Path, data: st.DataObject) -> None:
    workflow = read(path.read_text(encoding="utf-8"))
    drive_to_an_end(workflow, *walk(workflow, data, 20))
