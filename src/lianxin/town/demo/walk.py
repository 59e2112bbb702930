"""One case's way through the workflow, step by step, each act tried on the engine before it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from lianxin.workflow.engine import CaseState, late_act, plan, start

if TYPE_CHECKING:
    from random import Random

    from lianxin.town.demo.rules import Rules

SWEEP: Final = timedelta(minutes=9)  # the longest the sweep of late cases takes to notice one


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a life. `role` is the name the workflow's `by` speaks of; `who` a person of the staff, or empty.

    For the role "holder" `who` is who should hold the case; where an escalation moved it, whoever holds it acts.
    In `given`, a holder and units are hints (`unit:<key>`, `grid:<key>`), a category and a grid keys, a case the
    key of a life, photos a list of Photo; dates are aware.
    """

    at: datetime
    act: str
    role: str
    who: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)


class Halted(Exception):
    """Nobody does anything more to this case."""


class Walk:
    """The state of a case and the acts that led to it.

    People do nothing after `stop`; what time brings by itself goes on until `until`.
    """

    def __init__(self, rules: Rules, rng: Random, category: str, recorded_at: datetime, stop: datetime) -> None:
        self._rules, self._rng = rules, rng
        self.stop, self.until = stop, rules.anchor
        self.limits = rules.categories[category].limits
        begun = start(rules.workflow, now=recorded_at, clock=rules.clock, limits=self.limits)
        self.state: CaseState = begun.state
        self.acts: list[Act] = []
        self.ended_at: datetime | None = None

    def do(self, at: datetime, act: str, role: str, who: str = "", **given: Any) -> bool:
        """Do it at that moment, after what lateness brings by itself.

        False when the case has moved on meanwhile and the act is no longer there; Halted when time is up.
        """
        if at > min(self.stop, self.until):
            self.sweep(self.until)
            raise Halted
        self.sweep(at)
        if self._rules.workflow.transition(self.state.step, act) is None:
            return False
        self._apply(Act(at, act, role, who, given))
        return True

    def sweep(self, until: datetime) -> None:
        """What the system does by itself up to that moment."""
        while (act := late_act(self._rules.workflow, self.state, now=until)) and self.state.due_at:
            due = self.state.due_at.astimezone(until.tzinfo)
            wait = min(timedelta(seconds=self._rng.randint(20, 540)), SWEEP, (until - due) / 2)
            self._apply(Act(due + wait, act, "system"))

    def _apply(self, act: Act) -> None:
        decided = plan(
            self._rules.workflow, self.state, act.act, roles={act.role}, given=act.given, now=act.at,
            clock=self._rules.clock, limits=self.limits,
        )  # fmt: skip
        self.state = decided.state
        self.acts.append(act)
        if decided.closes:
            self.ended_at = act.at
        elif decided.transition.to is not None:
            self.ended_at = None
