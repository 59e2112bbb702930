"""A workflow must be closed: every step has a way in, a way on that is always open, and every promise can be kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from lianxin.workflow.definition.model import EFFECTS, Effect, Step, Transition, Workflow
from lianxin.workflow.definition.source import Path

Found = Iterator[tuple[Path, str]]


def faults_of(workflow: Workflow, places: Sequence[Path]) -> Found:
    """Everything wrong between the parts of a workflow, with where it stands; `places` are the transitions' own."""
    if workflow.start and (workflow.start not in workflow.steps or workflow.steps[workflow.start].end):
        yield ("start",), f"start: no step {workflow.start} to begin at"
    yield from _doubled(workflow, places)
    for place, transition in zip(places, workflow.transitions, strict=True):
        yield from ((place, f"transition {transition.act}: {message}") for message in _faults(transition, workflow))
    for step in workflow.steps.values():
        yield from ((("steps", step.key), f"step {step.key}: {message}") for message in _step_faults(step, workflow))
    yield from _unconnected(workflow)


def _doubled(workflow: Workflow, places: Sequence[Path]) -> Found:
    seen: set[tuple[str, str]] = set()
    for place, transition in zip(places, workflow.transitions, strict=True):
        for step in sorted(transition.sources):
            if (step, transition.act) in seen:
                yield place, f"transition {transition.act}: twice from step {step}"
            seen.add((step, transition.act))


def _faults(transition: Transition, workflow: Workflow) -> Iterator[str]:
    for key in sorted(transition.sources | ({transition.to} if transition.to else set())):
        if key not in workflow.steps:
            yield f"no step {key}"
    asked = {effect.args.get("what") for effect in workflow.asks()}
    for what in sorted(_named_duties(transition) - asked):
        yield f"nothing asks for a duty {what}"
    for effect in transition.effects:
        yield from _effect_faults(effect, transition, workflow)


def _named_duties(transition: Transition) -> set[str]:
    named = {role.removeprefix("duty:") for role in transition.by if role.startswith("duty:")}
    named |= {effect.args["what"] for effect in transition.effects if effect.name == "settle"}
    return (named | {transition.duty}) - {""}


def _effect_faults(effect: Effect, transition: Transition, workflow: Workflow) -> Iterator[str]:
    spec = EFFECTS[effect.name]
    given = {str(value).removeprefix("given:") for value in effect.args.values() if str(value).startswith("given:")}
    for field in sorted({*spec.given, *given} - set(transition.needs)):
        yield f"{effect.name} goes by {field}, which must be among its needs"
    if spec.stays and transition.to is not None:
        yield f"{effect.name} cannot go with a change of step"
    for key in sorted({transition.to} if transition.to else transition.sources):
        if effect.name in {"pause", "extend", "ask"} and _ends(workflow, key):
            yield f"{effect.name} at {key}, where nothing is open any more"
    if special := _SPECIAL.get(effect.name):
        yield from special(effect, transition, workflow)


def _nowhere_to_merge(_effect: Effect, transition: Transition, workflow: Workflow) -> Iterator[str]:
    if not _ends(workflow, transition.to):
        yield "merge must lead to an end"


def _never_resumed(_effect: Effect, transition: Transition, workflow: Workflow) -> Iterator[str]:
    for key in sorted(transition.sources):
        if not any(_resumes(other) for other in workflow.transitions_from(key)):
            yield f"pause at {key}, where system cannot resume"


def _ends(workflow: Workflow, key: str | None) -> bool:
    return key is not None and key in workflow.steps and workflow.steps[key].end


def _resumes(transition: Transition) -> bool:
    return _by_itself(transition) and transition.effect("resume") is not None


def _by_itself(transition: Transition) -> bool:
    """Whether the sweep can do it whenever it is time: nothing needed, nothing used up."""
    spare = not transition.needs and transition.at_most is None and not transition.duty
    return spare and "system" in transition.by


def _uncounted(effect: Effect, transition: Transition, _workflow: Workflow) -> Iterator[str]:
    if "after" in effect.args and not transition.counts:
        yield "escalate after so many times, but the act is not counted (counts)"


def _unanswerable(effect: Effect, transition: Transition, workflow: Workflow) -> Iterator[str]:
    what = effect.args["what"]
    pending = {transition.to} if transition.to else set(transition.sources)
    if what in workflow.kept:
        pending |= {key for key, step in workflow.steps.items() if not step.end}
    for key in sorted(key for key in pending if key in workflow.steps and not workflow.steps[key].end):
        if not any(_settles(other, what) for other in workflow.transitions_from(key)):
            yield f"asks for a duty {what} that nothing settles at {key}"


def _settles(transition: Transition, what: str) -> bool:
    settled = (effect.args["what"] for effect in transition.effects if effect.name == "settle")
    return what in settled and bool(set(transition.by) - {"system"})


_SPECIAL: Mapping[str, Callable[[Effect, Transition, Workflow], Iterator[str]]] = MappingProxyType(
    {"merge": _nowhere_to_merge, "pause": _never_resumed, "ask": _unanswerable, "escalate": _uncounted}
)


def _step_faults(step: Step, workflow: Workflow) -> Iterator[str]:
    if step.end:
        yield from _later_faults(step, workflow)
        return
    leaving = [transition for transition in workflow.transitions_from(step.key) if _free(transition, step.key)]
    if step.who and not any({step.who, "holder"} & set(transition.by) for transition in leaving):
        yield f"{step.who} has no way on from it that is always open"
    if not step.on_late:
        return
    late = workflow.transition(step.key, step.on_late)
    if late is None or "system" not in late.by:
        yield f"on_late: system may not {step.on_late} from it"
    elif not _by_itself(late) or any(EFFECTS[effect.name].on_time for effect in late.effects):
        yield f"on_late: {step.on_late} asks more than system can give"


def _later_faults(step: Step, workflow: Workflow) -> Iterator[str]:
    later = workflow.transition(step.key, step.later) if step.later else None
    if step.later and (later is None or "system" not in later.by or later.to is not None or later.needs):
        yield f"later: system may not {step.later} at it"
    elif later is not None and later.at_most != 1:
        yield f"later: {step.later} is done once (counts, at_most: 1)"


def _free(transition: Transition, source: str) -> bool:
    """Whether it leads away from `source`, whatever happened before, and a person can do it."""
    away = transition.to is not None and transition.to != source
    people = [role for role in transition.by if role != "system" and not role.startswith("duty:")]
    return away and bool(people) and transition.at_most is None and not transition.duty


def _unconnected(workflow: Workflow) -> Found:
    ways = [(key, each.to) for each in workflow.transitions for key in each.sources if each.to is not None]
    free = [(each.to, key) for each in workflow.transitions for key in each.sources if each.to and _free(each, key)]
    # Without a step to begin at, that is the fault, not every step that lies beyond it.
    reached = _spread({workflow.start} if workflow.start in workflow.steps else set(workflow.steps), ways)
    ending = _spread({key for key, step in workflow.steps.items() if step.end}, free)
    for key in workflow.steps:
        if key not in reached:
            yield ("steps", key), f"step {key}: nothing leads to it"
        if key not in ending:
            yield ("steps", key), f"step {key}: no way from it to an end"


def _spread(found: set[str], ways: Sequence[tuple[str, str]]) -> set[str]:
    size = 0
    while len(found) > size:
        size = len(found)
        found |= {to for source, to in ways if source in found}
    return found
