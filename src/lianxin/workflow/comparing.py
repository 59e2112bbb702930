"""What a new text of a workflow changes: step by step, act by act. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from lianxin.workflow.definition import Effect, Step, Transition, Workflow
from lianxin.workflow.definition.model import Name


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what`: kind | step | act; `part`: new, gone, or which part of it was changed (`was`, `now`).

    `name` is what it is called now, or was called when it is gone.
    """

    what: str
    key: str
    name: Name
    part: str
    was: str = ""
    now: str = ""


def changes(old: Workflow, new: Workflow) -> list[Change]:
    """Everything that differs in meaning; a text that differs in its comments alone changes nothing."""
    return [*_of_kind(old, new), *_of_steps(old, new), *_of_acts(old, new)]


def _of_kind(old: Workflow, new: Workflow) -> Iterator[Change]:
    was = {"name": _both(old.name), "start": old.start, "confidential": _flag(old.confidential)}
    now = {"name": _both(new.name), "start": new.start, "confidential": _flag(new.confidential)}
    yield from _parts("kind", new.key, new.name, was, now)


def _of_steps(old: Workflow, new: Workflow) -> Iterator[Change]:
    for key in [*new.steps, *(key for key in old.steps if key not in new.steps)]:
        was, now = old.steps.get(key), new.steps.get(key)
        yield from _either("step", key, was, now, _step_parts)


def _of_acts(old: Workflow, new: Workflow) -> Iterator[Change]:
    """An act may stand several times in a file, from different steps: the first is compared with the first."""
    before, after = _by_act(old), _by_act(new)
    for act in [*after, *(act for act in before if act not in after)]:
        for was, now in zip_longest(before.get(act, ()), after.get(act, ())):
            yield from _either("act", act, was, now, _act_parts)


def _by_act(flow: Workflow) -> dict[str, list[Transition]]:
    found: dict[str, list[Transition]] = {}
    for each in flow.transitions:
        found.setdefault(each.act, []).append(each)
    return found


def _either(what: str, key: str, was: Any, now: Any, parts: Any) -> Iterator[Change]:
    if was is None or now is None:
        yield Change(what, key, (now or was).name, "new" if was is None else "gone")
        return
    yield from _parts(what, key, now.name, parts(was), parts(now))


def _parts(what: str, key: str, name: Name, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for part, value in now.items():
        if value != was[part]:
            yield Change(what, key, name, part, was[part], value)


def _step_parts(step: Step) -> dict[str, str]:
    within = f"{step.limit_name}: {step.within}" if step.limit_name else str(step.within or "")
    return {
        "name": _both(step.name), "phase": step.phase, "who": step.who, "within": within, "on_late": step.on_late,
        "outcome": step.outcome,
    }  # fmt: skip


def _act_parts(each: Transition) -> dict[str, str]:
    return {
        "name": _both(each.name), "from": ", ".join(sorted(each.sources)), "to": each.to or "",
        "by": ", ".join(each.by), "needs": ", ".join(each.needs), "takes": ", ".join(each.takes),
        "counts": each.counts + (f" ≤ {each.at_most}" if each.at_most else ""), "duty": each.duty,
        "effects": "; ".join(map(_effect, each.effects)),
    }  # fmt: skip


def _effect(effect: Effect) -> str:
    told = ", ".join(f"{name}: {value}" for name, value in sorted(effect.args.items()))
    return f"{effect.name} ({told})" if told else effect.name


def _both(name: Name) -> str:
    return f"{name['zh']} / {name['en']}"


def _flag(value: bool) -> str:
    return "true" if value else ""
