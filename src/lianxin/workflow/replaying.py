"""Walk what was done to a case through another workflow: which act would it have refused? Pure.

Time is left out of it: a new limit changes when a case is late, not what may be done. So every limit of a replay runs
out as it begins, a day passes between two acts, and whatever the clockwork did counts as due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lianxin.workflow.clock import Clock, Due, Limit
from lianxin.workflow.definition import Workflow
from lianxin.workflow.engine import Refused, plan, start

_BEGIN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deed:
    """One act as it was done: by somebody with these roles in the case, with these fields filled in."""

    act: str
    roles: frozenset[str]
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Walked:
    """How far the deeds of a case came: `done` of them, to `step`, which is an end or not.

    `act` and `refused`: what would not have been done there, and why (a code of the engine); "" when all were.
    """

    done: int
    step: str
    ended: bool
    act: str = ""
    refused: str = ""


class _StoppedClock(Clock):
    """Every limit runs out as it begins."""

    __slots__ = ()

    def due(self, start: datetime, limit: Limit) -> Due:
        """Now."""
        return Due(start, start, False)

    def until(self, start: datetime, at: datetime, *, working: bool) -> Due:
        """Now, whatever date somebody set."""
        return Due(start, start, False)

    def between(self, start: datetime, stop: datetime, *, working: bool) -> int:
        """No time at all."""
        return 0

    def after(self, start: datetime, minutes: int, *, working: bool) -> tuple[datetime, bool]:
        """No later."""
        return start, False


_STOPPED: Final = _StoppedClock()


def walk(flow: Workflow, deeds: Iterable[Deed]) -> Walked:
    """Do the deeds one after another, up to the first that the workflow refuses.

    What an act no longer asks for is left out, as its form would; what it asks for beyond what was given is missing.
    """
    now = _BEGIN
    state, done = start(flow, now=now, clock=_STOPPED, limits={}).state, 0
    for deed in deeds:
        now += _DAY
        found = flow.transition(state.step, deed.act)
        asked = (*found.needs, *found.takes) if found else ()
        given = {key: now + _HOUR if key == "until" else deed.given[key] for key in asked if key in deed.given}
        try:
            decided = plan(flow, state, deed.act, roles=deed.roles, given=given, now=now, clock=_STOPPED, limits={})
        except Refused as refused:
            return Walked(done, state.step, flow.steps[state.step].end, deed.act, refused.code)
        state, done = decided.state, done + 1
    return Walked(done, state.step, flow.steps[state.step].end)
