"""Decide what an act would do to a case. Deciding is pure; doing is the spine's."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from lianxin.workflow.clock import Clock, Due, Limit
from lianxin.workflow.definition.fields import FIELDS
from lianxin.workflow.definition.model import EFFECTS, MAIN, Effect, Step, Transition, Workflow

SYSTEM = "system"
LONGEST = timedelta(days=3660)  # no date somebody sets lies further ahead

# Stable codes of Refused; pages and the API have a sentence for each. `stale` and `pressed` are the spine's own.
CODES = (
    "not_from_here",  # act, step
    "not_yours",  # act, by
    "missing",  # act, needs
    "not_asked",  # act, fields: given, but the act has no use for them
    "bad_value",  # act, field
    "bad_date",  # act, field, after: the date must be later than `after`, and within ten years
    "too_often",  # act, counts, at_most
    "no_such_duty",  # act, duty
    "paused",  # act
    "not_paused",  # act
    "not_late",  # act
    "stale",
    "pressed",  # act, at, again: this person has reminded within the hour
    "undo_passed",  # act: the case has moved on since, by somebody or by the clockwork
    "undo_not_yours",  # act: who did it may take it back, nobody else
    "undo_late",  # act, minutes: the time to take it back is over
    "undo_final",  # act: it cannot be taken back, another act leads on from it
)


class Refused(Exception):
    """The act may not be done; `code` is one of CODES, `detail` what a sentence about it needs."""

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class CaseState:
    """Where a case stands in its workflow. While paused, `due_at` is the date to look at it again.

    `left` and `soon_left`: minutes that were left until due and until yellow when it was paused; `working` says of
    what kind. `late_done`: what happens on lateness has happened in this visit of the step. `reckoned`: what a
    provisional due time was reckoned from, so that it can be reckoned again when the holiday table goes on.
    """

    step: str
    entered_at: datetime
    due_at: datetime | None = None
    soon_at: datetime | None = None
    provisional: bool = False
    paused_at: datetime | None = None
    left: int | None = None
    working: bool = True
    counts: Mapping[str, int] = field(default_factory=dict)
    duties: frozenset[str] = frozenset()
    late_done: bool = False
    soon_left: int | None = None
    reckoned: Mapping[str, Any] | None = None  # {at, limit} or, after a pause, {at, left, soon_left}

    def to_json(self) -> dict[str, Any]:
        """All but step, due_at and duties, which have columns and rows of their own."""
        return {
            "entered_at": self.entered_at.isoformat(),
            "soon_at": self.soon_at.isoformat() if self.soon_at else None,
            "provisional": self.provisional,
            "paused_at": self.paused_at.isoformat() if self.paused_at else None,
            "left": self.left,
            "soon_left": self.soon_left,
            "working": self.working,
            "counts": dict(self.counts),
            "late_done": self.late_done,
            **({"reckoned": dict(self.reckoned)} if self.reckoned else {}),
        }

    @classmethod
    def from_json(
        cls, step: str, due_at: datetime | None, duties: Collection[str], data: Mapping[str, Any]
    ) -> "CaseState":
        """The state again, from what `to_json` gave and the case's columns and open duties."""
        return cls(
            step=step,
            entered_at=datetime.fromisoformat(data["entered_at"]),
            due_at=due_at,
            soon_at=_moment(data["soon_at"]),
            provisional=data["provisional"],
            paused_at=_moment(data["paused_at"]),
            left=data["left"],
            working=data["working"],
            counts=data["counts"],
            duties=frozenset(duties),
            late_done=data["late_done"],
            soon_left=data["soon_left"],
            reckoned=data.get("reckoned"),
        )

    def late(self, now: datetime) -> bool:
        """Past its limit; never while paused."""
        return self.due_at is not None and self.paused_at is None and now > self.due_at


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class DutyOpen:
    """A duty to open. `who`: a role, "holder", "reporter", or "given:holder", "given:units" (one each).

    `limit`: what `due` was reckoned from by the clock of the plan; None where it is a date somebody set.
    """

    what: str
    who: str
    due: Due | None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class DutyClose:
    """A duty to close: all open ones of that name, or only the actor's `own`."""

    what: str
    own: bool


@dataclass(frozen=True, slots=True)
class Start:
    """What is true when a case begins."""

    state: CaseState
    opens: tuple[DutyOpen, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be true once the act is done. Duties are shut before others are opened.

    `late`: the act came after the limit. `closes`: it leads to an end, with that step's `outcome`.
    `effects`: those the spine must carry out itself.
    """

    transition: Transition
    source: str
    state: CaseState
    late: bool
    closes: bool
    outcome: str
    opens: tuple[DutyOpen, ...]
    closings: tuple[DutyClose, ...]
    effects: tuple[Effect, ...]

    @property
    def shuts(self) -> tuple[str, ...]:
        """Names of the duties to close."""
        return tuple(each.what for each in self.closings)


@dataclass(slots=True)
class _Draft:
    """A plan in the making."""

    state: CaseState
    given: Mapping[str, Any]
    now: datetime
    clock: Clock
    opens: list[DutyOpen] = field(default_factory=list)
    closings: list[DutyClose] = field(default_factory=list)

    def open(self, what: str, who: str, due: Due, limit: Limit | None) -> None:
        self.opens.append(DutyOpen(what, who, due, limit))
        self.state = replace(self.state, duties=self.state.duties | {what})

    def shut(self, what: str, *, own: bool = False) -> None:
        if what in self.state.duties:
            self.closings.append(DutyClose(what, own))
            self.state = replace(self.state, duties=self.state.duties - {what})


def start(workflow: Workflow, *, now: datetime, clock: Clock, limits: Mapping[str, Limit]) -> Start:
    """A new case at the workflow's first step; `limits` are those of its category, by name."""
    draft = _Draft(CaseState(workflow.start, now), {}, now, clock)
    _enter(draft, workflow.steps[workflow.start], limits)
    return Start(draft.state, tuple(draft.opens))


def plan(
    workflow: Workflow,
    state: CaseState,
    act: str,
    *,
    roles: Collection[str],
    given: Mapping[str, Any],
    now: datetime,
    clock: Clock,
    limits: Mapping[str, Limit],
) -> Plan:
    """What `act` would do to a case in `state`, done at `now` by somebody who has `roles` in it.

    `given` holds the fields filled in (FIELDS; empty ones count as not given). Raises Refused.
    """
    transition = workflow.transition(state.step, act)
    if transition is None:
        raise Refused("not_from_here", act=act, step=state.step)
    refusal = _refusal(workflow, state, transition, roles) or _too_soon(workflow, state, transition, roles, now=now)
    if refusal:
        raise refusal
    given = _checked(transition, given, now)
    draft = _Draft(_counted(state, transition, workflow, now), given, now, clock)
    end = False
    if transition.to is not None:
        end = _move(draft, workflow, workflow.steps[transition.to], limits)
    for effect in transition.effects:
        if carry_out := _CARRY_OUT.get(effect.name):
            carry_out(draft, effect, transition)
    return Plan(
        transition=transition,
        source=state.step,
        state=draft.state,
        late=state.late(now),
        closes=end,
        outcome=workflow.steps[draft.state.step].outcome if end else "",
        opens=tuple(draft.opens),
        closings=tuple(draft.closings),
        effects=tuple(
            each for each in transition.effects if EFFECTS[each.name].spine and _is_time(each, draft, transition)
        ),
    )


def _is_time(effect: Effect, draft: _Draft, transition: Transition) -> bool:
    """Whether an effect that waits for so many times has come to its turn: from then on it is carried out each time."""
    after = effect.args.get("after")
    return after is None or draft.state.counts.get(transition.counts, 0) >= int(after)


def available(workflow: Workflow, state: CaseState, *, roles: Collection[str]) -> list[Transition]:
    """What somebody with these roles may do now: the buttons on the page, the links in the API."""
    return [each for each in workflow.transitions_from(state.step) if _refusal(workflow, state, each, roles) is None]


def late_act(workflow: Workflow, state: CaseState, *, now: datetime) -> str | None:
    """What `system` must do because time has run out, if anything: once in a visit of a step.

    A paused case is taken up again when its date to look at it has come.
    """
    if state.due_at is None or now <= state.due_at:
        return None
    if state.paused_at is not None:
        return next((each.act for each in workflow.transitions_from(state.step) if _resumed_by_system(each)), None)
    return (workflow.steps[state.step].on_late or None) if not state.late_done else None


def later_act(workflow: Workflow, state: CaseState, *, closed_at: datetime | None, now: datetime) -> str | None:
    """What `system` must do because a case has rested at its end so long, if anything: once."""
    step = workflow.steps[state.step]
    if not step.later or step.later_after is None or closed_at is None:
        return None
    made = workflow.transition(state.step, step.later)
    if made is None or state.counts.get(made.counts, 0) or now < closed_at + timedelta(days=step.later_after.amount):
        return None
    return step.later


def _resumed_by_system(transition: Transition) -> bool:
    return SYSTEM in transition.by and transition.effect("resume") is not None


def _refusal(workflow: Workflow, state: CaseState, transition: Transition, roles: Collection[str]) -> Refused | None:
    act = transition.act
    if not any(_may(role, state, roles) for role in transition.by):
        return Refused("not_yours", act=act, by=transition.by)
    if transition.duty and transition.duty not in state.duties:
        return Refused("no_such_duty", act=act, duty=transition.duty)
    if transition.at_most is not None and state.counts.get(transition.counts, 0) >= transition.at_most:
        return Refused("too_often", act=act, counts=transition.counts, at_most=transition.at_most)
    resumes = transition.effect("resume") is not None
    if state.paused_at is None:
        return Refused("not_paused", act=act) if resumes else None
    return None if resumes or _timeless(transition, workflow) else Refused("paused", act=act)


def _may(role: str, state: CaseState, roles: Collection[str]) -> bool:
    return role in roles and (not role.startswith("duty:") or role[5:] in state.duties)


def _timeless(transition: Transition, workflow: Workflow) -> bool:
    """Whether it may be done while the clock stands: it ends the case, or neither moves it nor touches its time."""
    if transition.to is not None:
        return workflow.steps[transition.to].end
    return not any(EFFECTS[effect.name].on_time for effect in transition.effects)


def _too_soon(
    workflow: Workflow, state: CaseState, transition: Transition, roles: Collection[str], *, now: datetime
) -> Refused | None:
    """The system acts when time has run out; a person may do the same before."""
    if any(_may(role, state, roles) for role in transition.by if role != SYSTEM):
        return None
    if transition.act == late_act(workflow, state, now=now):
        return None
    timed = transition.act == workflow.steps[state.step].on_late or _resumed_by_system(transition)
    return Refused("not_late", act=transition.act) if timed else None


def _checked(transition: Transition, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What was given, without the empty fields, each of its kind; raises Refused."""
    act = transition.act
    filled = {key: value for key, value in given.items() if not _blank(value)}
    if missing := [need for need in transition.needs if need not in filled]:
        raise Refused("missing", act=act, needs=missing)
    if odd := sorted(set(filled) - set(transition.needs) - set(transition.takes)):
        raise Refused("not_asked", act=act, fields=odd)
    for key, value in filled.items():
        spec = FIELDS[key]
        if spec.choices and str(value) not in {choice[0] for choice in spec.choices}:
            raise Refused("bad_value", act=act, field=key)
        if spec.type == "datetime" and not (isinstance(value, datetime) and value.tzinfo):
            raise Refused("bad_value", act=act, field=key)
        if key == "until" and not now < value <= now + LONGEST:
            raise Refused("bad_date", act=act, field=key, after=now)
    return filled


def _blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | set | frozenset) and not value)


def _counted(state: CaseState, transition: Transition, workflow: Workflow, now: datetime) -> CaseState:
    if transition.counts:
        counts = {**state.counts, transition.counts: state.counts.get(transition.counts, 0) + 1}
        state = replace(state, counts=counts)
    if state.late(now) and transition.act == workflow.steps[state.step].on_late:
        state = replace(state, late_done=True)
    return state


def _move(draft: _Draft, workflow: Workflow, target: Step, limits: Mapping[str, Limit]) -> bool:
    """Leave the step and enter another (or the same again); whether that is an end.

    What was asked in a step is of no more use beyond it, unless it was asked to be kept.
    """
    kept = frozenset() if target.end else workflow.kept
    for what in sorted(draft.state.duties - kept):
        draft.shut(what)
    _enter(draft, target, limits)
    return target.end


def _enter(draft: _Draft, step: Step, limits: Mapping[str, Limit]) -> None:
    before = draft.state
    bare = CaseState(step.key, draft.now, counts=before.counts, duties=before.duties)
    limit = limits.get(step.limit_name, step.within) if step.limit_name else step.within
    if limit is None:
        draft.state = bare
        return
    draft.state, due = by_hours(bare, limit, draft.clock)
    draft.open(MAIN, step.who, due, limit)


def by_hours(state: CaseState, limit: Limit, clock: Clock) -> tuple[CaseState, Due]:
    """A state whose limit runs from when its step was entered, by the hours of whoever has it in hand."""
    due = clock.due(state.entered_at, limit)
    dated = replace(state, due_at=due.at, soon_at=due.soon_at, provisional=due.provisional, working=limit.working)
    kept = {"at": state.entered_at.isoformat(), "limit": str(limit)} if due.provisional else None
    return replace(dated, reckoned=kept), due


def _pause(draft: _Draft, _effect: Effect, _transition: Transition) -> None:
    """挂账: the clock stands until somebody resumes, at the latest on the date given."""
    state, now = draft.state, draft.now
    if state.due_at is None or state.soon_at is None:
        return
    left, soon_left = (
        max(0, draft.clock.between(now, moment, working=state.working)) for moment in (state.due_at, state.soon_at)
    )
    until = draft.given["until"]
    paused = replace(state, paused_at=now, left=left, soon_left=soon_left, due_at=until, soon_at=until)
    draft.state = replace(paused, provisional=False, reckoned=None)


def _resume(draft: _Draft, _effect: Effect, _transition: Transition) -> None:
    """恢复: what was left of the limit when it was paused runs on from now."""
    state, now = draft.state, draft.now
    at, provisional = draft.clock.after(now, state.left or 0, working=state.working)
    soon_at, _ = draft.clock.after(now, state.soon_left or 0, working=state.working)
    kept = {"at": now.isoformat(), "left": state.left or 0, "soon_left": state.soon_left or 0} if provisional else None
    resumed = replace(state, paused_at=None, left=None, soon_left=None, due_at=at, soon_at=soon_at)
    draft.state = replace(resumed, provisional=provisional, reckoned=kept)


def reckon_again(state: CaseState, clock: Clock) -> CaseState:
    """A provisional due time by the holiday table as it is now; the state itself where nothing was provisional."""
    kept = state.reckoned
    if not kept or state.paused_at is not None:
        return state
    begun = datetime.fromisoformat(kept["at"])
    if "limit" in kept:
        due = clock.due(begun, Limit.parse(kept["limit"]))
    else:
        at, provisional = clock.after(begun, kept["left"], working=state.working)
        due = Due(at, clock.after(begun, kept["soon_left"], working=state.working)[0], provisional)
    held = kept if due.provisional else None
    return replace(state, due_at=due.at, soon_at=due.soon_at, provisional=due.provisional, reckoned=held)


def _extend(draft: _Draft, _effect: Effect, transition: Transition) -> None:
    """延期: a later date instead of the limit. Being late against it is a new lateness."""
    state, until = draft.state, draft.given["until"]
    if state.due_at is not None and until <= state.due_at:
        raise Refused("bad_date", act=transition.act, field="until", after=state.due_at)
    due = draft.clock.until(draft.now, until, working=state.working)
    draft.state = replace(state, due_at=due.at, soon_at=due.soon_at, provisional=False, late_done=False)
    draft.state = replace(draft.state, reckoned=None)


def _ask(draft: _Draft, effect: Effect, _transition: Transition) -> None:
    within = effect.args["within"]
    if isinstance(within, Limit):
        due, limit = draft.clock.due(draft.now, within), within
    else:
        due, limit = draft.clock.until(draft.now, draft.given["until"], working=True), None
    draft.open(effect.args["what"], effect.args["who"], due, limit)


def _settle(draft: _Draft, effect: Effect, transition: Transition) -> None:
    """Who answers a duty as its holder settles his own; who decides over it settles it for all."""
    what = effect.args["what"]
    draft.shut(what, own=transition.by == (f"duty:{what}",))


_CARRY_OUT: Mapping[str, Callable[[_Draft, Effect, Transition], None]] = MappingProxyType(
    {"pause": _pause, "resume": _resume, "extend": _extend, "ask": _ask, "settle": _settle}
)
