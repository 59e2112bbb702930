"""What a new text changes, and what was done walked through it."""

from pathlib import Path

import pytest

from lianxin.workflow.comparing import changes
from lianxin.workflow.definition import read
from lianxin.workflow.replaying import Deed, walk

BASE = Path(__file__).parents[2] / "towns/base/workflows"
REQUEST = (BASE / "request.yaml").read_text("utf-8")
WAY = (
    ("accept", "clerk", {}), ("assign", "clerk", {"holder": {"unit": 1}}), ("take", "holder", {}),
    ("finish", "holder", {"answer": "修好了"}), ("satisfied", "reporter", {"rating": "5"}), ("close", "supervisor", {}),
)  # fmt: skip


def deeds(*rows):
    return [Deed(act, frozenset({role}), given) for act, role, given in rows]


def told(old, new):
    return {(each.what, each.key, each.part) for each in changes(read(old), read(new))}


def test_a_text_compared_with_itself_changes_nothing_and_comments_mean_nothing():
    for path in BASE.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert told(text, "# a word more\n" + text) == set()


def test_each_part_that_differs_is_told_and_no_other():
    new = REQUEST.replace("within: 4 working_hours, on_late: overdue}\n  # ", "within: 2 working_hours, on_late: overdue}\n  # ")
    assert told(REQUEST, new) == {("step", "triage", "within")}
    assert told(REQUEST, REQUEST.replace("needs: answer, takes: [photos, note, contacted]", "needs: [answer, photos], takes: note")) == {
        ("act", "finish", "needs"), ("act", "finish", "takes"),
    }  # fmt: skip
    assert told(REQUEST, REQUEST.replace("start: collect", "start: collect\nconfidential: true")) == {
        ("kind", "request", "confidential")
    }


def test_what_came_and_what_went_is_told_both_ways_round():
    line = next(line for line in REQUEST.splitlines() if "act: take_here" in line)
    without = REQUEST.replace(line + "\n", "")
    assert told(REQUEST, without) == {("act", "take_here", "gone")}
    assert told(without, REQUEST) == {("act", "take_here", "new")}


def test_a_way_that_was_gone_goes_again_through_its_own_text():
    found = walk(read(REQUEST), deeds(*WAY))
    assert (found.done, found.step, found.ended, found.refused) == (len(WAY), "closed", True, "")


@pytest.mark.parametrize(
    ("old", "new", "act", "code", "done"),
    [
        ("to: dispatch, by: [clerk, dispatcher]", "to: dispatch, by: dispatcher", "assign", "not_yours", 1),
        ("needs: answer, takes: [photos, note, contacted]", "needs: [answer, photos], takes: [note, contacted]", "finish", "missing", 3),
        ("act: satisfied,", "act: pleased,", "satisfied", "not_from_here", 4),
    ],
)  # fmt: skip
def test_the_first_act_that_would_have_been_refused_is_named_with_its_reason(old, new, act, code, done):
    assert old in REQUEST
    found = walk(read(REQUEST.replace(old, new)), deeds(*WAY))
    assert (found.act, found.refused, found.done) == (act, code, done)


def test_what_an_act_no_longer_asks_for_is_no_refusal():
    text = REQUEST.replace("to: dispatch, by: [clerk, dispatcher], needs: holder, takes: [category, grid, urgency, note]", "to: dispatch, by: [clerk, dispatcher], needs: holder")
    way = (("accept", "clerk", {}), ("assign", "clerk", {"holder": {"unit": 1}, "note": "…"}))
    assert walk(read(text), deeds(*way)).refused == ""


def test_the_clockwork_is_never_too_early_and_a_pause_is_resumed():
    handled = WAY[:3]
    rows = (
        *handled,
        ("overdue", "system", {}),
        ("suspend", "supervisor", {"reason": "等料", "until": "2026-05-01T00:00:00+08:00"}),
        ("resume", "system", {}),
        ("ask_extension", "holder", {"reason": "难", "until": "2026-05-01T00:00:00+08:00"}),
        ("grant_extension", "duty:extension", {"until": "2026-05-01T00:00:00+08:00"}),
        ("overdue", "system", {}),
        ("finish", "holder", {"answer": "好了"}),
        ("presume", "system", {}),
        ("close", "supervisor", {}),
    )
    found = walk(read(REQUEST), deeds(*rows))
    assert (found.refused, found.act, found.ended) == ("", "", True)
