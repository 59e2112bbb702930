"""Where a case stands, in a resident's words: who has it, until when, what happens next, and what if it does not."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.cells import six_cells
from lianxin.cases.models import Case
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.queries import units
from lianxin.ui import words


def progress_of(town: Town, case: Case, entries: Iterable[Any] = (), *, now: datetime) -> dict[str, Any]:
    """The cells and the light of a case, and the sentence that says who does what by when."""
    flow = workflow_by_id(town, case.workflow_id)
    step = flow.steps[case.step]
    paused = case.state.get("paused_at") is not None
    soon = case.state.get("soon_at")
    light = words.light_of(
        case.due_at, datetime.fromisoformat(soon) if soon else None, now, paused=paused, ended=step.end
    )
    held = units(town).get(case.unit_id or 0)
    unit = unit_name(held) if held else _("The town")
    due = words.when(case.due_at, now)
    if step.end:
        sentence, small = _ended(step.outcome, words.day(case.closed_at, now)), ""
    elif paused:
        sentence = _("Waiting for something outside the town's hands. %(unit)s looks at it again by %(due)s.")
        sentence, small = sentence % {"unit": unit, "due": due}, ""
    else:
        late = light == "late" and step.who != "reporter"  # what was to come by a day gone by is not promised anew
        sentence = (_late() if late else _by_phase(step.phase)) % {"unit": unit, "due": due}
        small = _if_not(step.who, light)
    return {
        "cells": six_cells(flow, case, entries, now=now), "light": light, "sentence": sentence, "small": small,
        "step": said(step.name), "unit": unit, "due": due, "ended": step.end, "outcome": step.outcome,
        "yours": step.who == "reporter" and not step.end,
        "provisional": bool(case.state.get("provisional")) and not step.end,
    }  # fmt: skip


def _by_phase(phase: str) -> str:
    return {
        "collect": _("%(unit)s reads it by %(due)s and says whether it is taken up."),
        "triage": _("%(unit)s decides by %(due)s who handles it."),
        "dispatch": _("%(unit)s takes it on by %(due)s and gets in touch with you."),
        "handle": _("%(unit)s handles it by %(due)s and answers here."),
        "feedback": _("There is an answer. Please say by %(due)s whether you are satisfied with it."),
        "review": _("%(unit)s checks the result by %(due)s and closes it."),
    }[phase]


def _late() -> str:
    return _("%(unit)s was to finish this step by %(due)s and is late. It still has to, and answers here.")


def _if_not(who: str, light: str) -> str:
    if who == "reporter":
        return _("If you say nothing, it is taken as settled; you can still say later that it is not.")
    if light == "late":
        return _("This is overdue. Supervisors have been told; you may also call us.")
    return _("If nothing has happened by then, it goes up one level by itself.")


def _ended(outcome: str, day: str) -> str:
    sentences = {
        "done": _("Settled and closed on %(day)s."),
        "refused": _("Not taken up (%(day)s). The reason and what you can do next are below."),
        "withdrawn": _("You withdrew it on %(day)s."),
        "merged": _("Handled together with a request of the same matter since %(day)s."),
    }
    return sentences.get(outcome, _("Ended on %(day)s.")) % {"day": day}
