"""What a case in a list, without its history, is shown to have been through."""

from pathlib import Path

import pytest

from lianxin.cases.cells import cells_of
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
