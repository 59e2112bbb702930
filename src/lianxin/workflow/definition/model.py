"""A workflow as values: steps, transitions, effects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from lianxin.workflow.clock import Limit

Name = Mapping[str, str]  # {"zh": …, "en": …}

# 六步: every kind of case passes through these, so that all kinds compare.
PHASES = ("collect", "triage", "dispatch", "handle", "feedback", "review")
PHASE_NAMES: Mapping[str, Name] = MappingProxyType(
    {
        "collect": {"zh": "信息收集", "en": "Collect"},
        "triage": {"zh": "分析研判", "en": "Triage"},
        "dispatch": {"zh": "分派流转", "en": "Dispatch"},
        "handle": {"zh": "事件处置", "en": "Handle"},
        "feedback": {"zh": "跟踪反馈", "en": "Feedback"},
        "review": {"zh": "督查考核", "en": "Review"},
    }
)
OUTCOMES = ("done", "refused", "withdrawn", "merged")

CONTENT = 3  # of five stars, the fewest with which somebody is satisfied: 基本满意
MAIN = "main"  # the duty of whoever's turn it is at a step


class EffectSpec(NamedTuple):
    """What an effect may be told, what must be given, and who carries it out."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    given: tuple[str, ...] = ()  # fields the transition must need
    stays: bool = False  # only on a transition that keeps the step
    on_time: bool = False  # changes the due time, so it is refused while paused
    spine: bool = False  # left to the spine, in Plan.effects


# The closed list. A workflow holds no expressions: what needs thinking is Python in a kind.
EFFECTS: Mapping[str, EffectSpec] = MappingProxyType(
    {
        "pause": EffectSpec(given=("until",), stays=True, on_time=True),
        "resume": EffectSpec(stays=True),
        "extend": EffectSpec(given=("until",), stays=True, on_time=True),
        "ask": EffectSpec(required=frozenset({"what", "who", "within"}), optional=frozenset({"keep"})),
        "settle": EffectSpec(required=frozenset({"what"})),
        "hand_over": EffectSpec(stays=True, spine=True),
        "merge": EffectSpec(given=("case",), spine=True),
        "split": EffectSpec(spine=True),
        "escalate": EffectSpec(optional=frozenset({"after"}), spine=True),
        "appeal": EffectSpec(given=("reason",), spine=True),
    }
)


@dataclass(frozen=True, slots=True)
class Effect:
    """效果: what a transition does beside moving the case.

    Args of `ask`: what (duty), who (a role, or "given:holder", "given:units"), within (a Limit, or
    "given:until"), keep (the duty outlives the step). Args of `settle`: what. Args of `escalate`: after (only from so
    many times on that the transition has been counted).
    """

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """环节: where a case rests, whose turn it is, and for how long.

    `limit_name`: the category's limit of that name replaces `within` when it has one.
    `on_late`: the act `system` does when the limit is past. `outcome` is set on end steps alone, and so are `later`,
    the act `system` does once when a case has rested there for `later_after`.
    """

    key: str
    name: Name
    phase: str
    who: str = ""
    within: Limit | None = None
    limit_name: str = ""
    on_late: str = ""
    end: bool = False
    outcome: str = ""
    later: str = ""
    later_after: Limit | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """流转: one act that takes a case from a step to a step, or (`to` None) leaves it where it is.

    `by`: role names, "holder", "holder_in_person" (named in the duty), "reporter", "system", or "duty:<what>" (holds
    an open duty of that name).
    `needs` and `takes`: fields that must and may be given. `counts`: what assessment counts it as, and
    `at_most` how often a case may be so counted. `duty`: an open duty of that name must be pending. `final`: it is
    not taken back by who made it (workflow.undoing), however soon.
    """

    act: str
    name: Name
    sources: frozenset[str]
    to: str | None
    by: tuple[str, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    counts: str = ""
    at_most: int | None = None
    effects: tuple[Effect, ...] = ()
    duty: str = ""
    final: bool = False

    def effect(self, name: str) -> Effect | None:
        """The first effect of that name."""
        return next((effect for effect in self.effects if effect.name == name), None)


@dataclass(frozen=True, slots=True)
class Workflow:
    """闭环: how one kind of case goes round. Published versions are frozen.

    `confidential`: seen by those who hold a duty in the case alone.
    """

    key: str
    version: int
    name: Name
    start: str
    steps: Mapping[str, Step]
    transitions: tuple[Transition, ...]
    confidential: bool = False
    kept: frozenset[str] = field(init=False, repr=False, compare=False)  # duties that outlive a step
    _acts: Mapping[tuple[str, str], Transition] = field(init=False, repr=False, compare=False)
    _leaving: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        acts: dict[tuple[str, str], Transition] = {}
        leaving: dict[str, tuple[Transition, ...]] = {}
        for transition in self.transitions:
            for step in transition.sources:
                acts.setdefault((step, transition.act), transition)
                leaving[step] = (*leaving.get(step, ()), transition)
        object.__setattr__(self, "_acts", acts)
        object.__setattr__(self, "_leaving", leaving)
        kept = (effect.args["what"] for effect in self.asks() if effect.args.get("keep"))
        object.__setattr__(self, "kept", frozenset(kept))

    def transitions_from(self, step: str) -> tuple[Transition, ...]:
        """What may be done at a step, in the order of the file."""
        return self._leaving.get(step, ())

    def transition(self, step: str, act: str) -> Transition | None:
        """The transition of that act from that step."""
        return self._acts.get((step, act))

    def stars(self, step: str, found: Transition) -> range:
        """The ratings an act takes at a step: of five, or, where who raised the case may either be content or have it
        handled again, one and two with the act that has it handled again and three to five with the other.
        """
        own = [each for each in self.transitions_from(step) if "reporter" in each.by and "rating" in each.needs]
        again = {each.act for each in own if each.counts == "reopened"}
        if found.act not in {each.act for each in own} or not 0 < len(again) < len(own):
            return range(1, 6)
        return range(1, CONTENT) if found.act in again else range(CONTENT, 6)

    def phase_of(self, step: str) -> str:
        """Which of the six official steps this is; KeyError for a step unknown."""
        return self.steps[step].phase

    def asks(self) -> Iterator[Effect]:
        """Every `ask` in the workflow."""
        return (effect for each in self.transitions for effect in each.effects if effect.name == "ask")


class Fault(NamedTuple):
    """One thing wrong in a file; line 0 when the data did not come from text."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class BadWorkflow(ValueError):
    """The data does not describe a workflow; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults
