"""What a case in a list, without its history, is shown to have been through."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from lianxin.cases.cells import cells_of, six_cells
from lianxin.workflow.definition import read

BASE = Path(__file__).parents[2] / "towns" / "base" / "workflows" / "request.yaml"
FLOW = read(BASE.read_text("utf-8"))


@pytest.mark.parametrize(
    ("step", "counts", "states"),
    [
        ("triage", {}, "done now todo todo todo todo"),
        ("triage", {"returned": 1}, "done now back todo todo todo"),
        ("dispatch", {"returned": 1}, "done done now back todo todo"),
        ("feedback", {"returned": 1}, "done done done done now todo"),  # sent back before; never near the review
        ("handle", {"reopened": 1}, "done done done now back todo"),
        ("review", {"returned": 1, "reopened": 1}, "done done done done done now"),
        ("merged", {}, "done done todo todo todo todo"),
    ],
)
def test_the_notch_shows_only_where_a_case_has_been(step, counts, states):
    shown = cells_of(FLOW, step, {"counts": counts}, None)
    assert " ".join(cell["state"] for cell in shown) == states


@pytest.mark.parametrize(
    ("steps", "states"),
    [
        (["collect", "withdrawn"], "done todo todo todo todo todo"),  # taken back before anybody had looked at it
        (["collect", "triage", "dispatch", "handle", "withdrawn"], "done done done done todo todo"),
        (["collect", "triage", "refused"], "done done todo todo todo todo"),
    ],
)
def test_a_case_that_was_taken_back_shows_how_far_it_had_come(steps, states):
    case = SimpleNamespace(step=steps[-1], state={}, due_at=None)
    shown = six_cells(FLOW, case, [SimpleNamespace(step=step) for step in steps])
    assert " ".join(cell["state"] for cell in shown) == states
