"""The six cells (六格) of a case: which of the official steps are done, which is now, which are to come.

A step that was reached and left backwards is notched ("back") as long as it lies ahead again.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.words import said
from lianxin.ui import words
from lianxin.workflow.definition import PHASES, Workflow
from lianxin.workflow.definition.model import PHASE_NAMES

Cell = dict[str, str]


def six_cells(flow: Workflow, case: Any, entries: Iterable[Any] = (), *, now: datetime | None = None) -> list[Cell]:
    """The cells of a case as `ui.six_cells` wants them.

    Without its entries (in lists) what the case went back from is told by its counts of returns and reopenings.
    """
    visited = {step.phase for entry in entries if (step := flow.steps.get(entry.step)) and not step.end}
    return cells_of(flow, case.step, case.state, case.due_at, visited=visited, now=now)


def cells_of(
    flow: Workflow,
    step: str,
    state: Mapping[str, Any],
    due_at: datetime | None,
    *,
    visited: Collection[str] = (),
    now: datetime | None = None,
) -> list[Cell]:
    """The same from plain values, for lists read by `.values()`."""
    here = flow.steps[step]
    at = PHASES.index(here.phase)
    seen = set(visited) or _went_back(state.get("counts", {}), at)
    paused = state.get("paused_at") is not None
    cells = []
    for place, phase in enumerate(PHASES):
        cell = {"phase": phase, "name": said(PHASE_NAMES[phase]), "label": ""}
        if here.end:
            cell["state"] = "done" if here.outcome == "done" or _reached(phase, place, at, visited) else "todo"
        elif place == at:
            cell["state"] = "paused" if paused else "now"
            cell["label"] = _("stopped") if paused else words.left_short(due_at, now)
        else:
            cell["state"] = "done" if place < at else "back" if phase in seen else "todo"
        cells.append(cell)
    return cells


def _reached(phase: str, place: int, at: int, visited: Collection[str]) -> bool:
    """Whether a case that was turned away or taken back had come so far; without its entries, by where it ended."""
    return phase in visited if visited else place <= at


def _went_back(counts: Mapping[str, int], at: int) -> set[str]:
    """Where a case that is known to have come back has been: all up to the feedback; or the next step, for what is
    sent back had come no farther than to its handling.
    """
    if counts.get("reopened"):
        return set(PHASES[: PHASES.index("feedback") + 1])
    return set(PHASES[: min(at + 2, PHASES.index("handle") + 1)]) if counts.get("returned") else set()
