"""Read a workflow from data and say everything that is wrong with it at once."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from lianxin.workflow.clock import Limit
from lianxin.workflow.definition.closed import faults_of
from lianxin.workflow.definition.fields import FIELDS
from lianxin.workflow.definition.model import (
    EFFECTS,
    MAIN,
    OUTCOMES,
    PHASES,
    BadWorkflow,
    Effect,
    Fault,
    Name,
    Step,
    Transition,
    Workflow,
)
from lianxin.workflow.definition.source import Path, Source, load

TOP_KEYS = ("key", "version", "name", "start", "confidential", "steps", "transitions")
STEP_KEYS = ("name", "phase", "who", "within", "on_late", "end", "outcome", "later")
TRANSITION_KEYS = ("act", "name", "from", "to", "by", "needs", "takes", "counts", "at_most", "duty", "effects", "final")

WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
BY = re.compile(r"(duty:)?[a-z][a-z0-9_]{0,39}")


def read(raw: Mapping[str, Any] | str) -> Workflow:
    """Build a workflow from YAML text or parsed data, or raise BadWorkflow with every fault."""
    source = load(raw)
    if source.faults and source.data is None:
        raise BadWorkflow(source.faults)
    reader = _Reader(source)
    workflow = reader.workflow(source.data)
    for path, message in faults_of(workflow, reader.places):
        reader.fault(path, message)
    if source.faults:
        raise BadWorkflow(sorted(set(source.faults)))
    return workflow


class _Reader:
    """Builds what can be built of each part, noting what cannot, so that one slip does not hide the next."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.places: list[Path] = []  # where each transition stood

    def fault(self, path: Path, message: str) -> None:
        self.source.faults.append(Fault(self.source.line(path), message))

    def workflow(self, raw: object) -> Workflow:
        data = self._mapping(raw, (), "workflow", TOP_KEYS)
        steps = {
            key: self._step(key, value)
            for key, value in self._mapping(data.get("steps"), ("steps",), "steps").items()
            if self._word(key, ("steps", key), f"step {key}")
        }
        if not steps:
            self.fault(("steps",), "no steps")
        rows = data.get("transitions")
        if not isinstance(rows, list | tuple):
            self.fault(("transitions",), "transitions: not a list")
            rows = ()
        found = (self._transition(index, row, steps) for index, row in enumerate(rows))
        return Workflow(
            key=self._word(data.get("key"), ("key",), "key"),
            version=self._count(data.get("version", 1), ("version",), "version") or 1,
            name=self._name(data.get("name"), ("name",), "workflow"),
            start=self._word(data.get("start"), ("start",), "start"),
            steps=steps,
            transitions=tuple(transition for transition in found if transition),
            confidential=self._flag(data.get("confidential"), ("confidential",), "confidential"),
        )

    def _step(self, key: str, raw: object) -> Step:
        path: Path = ("steps", key)
        what = f"step {key}"
        item = self._mapping(raw, path, what, STEP_KEYS)
        end = self._flag(item.get("end"), (*path, "end"), f"{what}: end")
        phase = self._one_of(item.get("phase"), PHASES, (*path, "phase"), f"{what}: phase")
        name = self._name(item.get("name"), (*path, "name"), what)
        if end:
            for odd in sorted({"who", "within", "on_late"} & set(item)):
                self.fault((*path, odd), f"{what}: an end has no {odd}")
            outcome = self._one_of(item.get("outcome"), OUTCOMES, (*path, "outcome"), f"{what}: outcome")
            later, after = self._later(item.get("later"), (*path, "later"), what)
            return Step(key, name, phase, end=True, outcome=outcome, later=later, later_after=after)
        if "later" in item:
            self.fault((*path, "later"), f"{what}: only an end has something that comes later")
        if "outcome" in item:
            self.fault((*path, "outcome"), f"{what}: only an end has an outcome")
        within, limit_name = self._within(item.get("within"), (*path, "within"), what)
        who = self._person(item.get("who"), (*path, "who"), what)
        late = item.get("on_late")
        on_late = self._word(late, (*path, "on_late"), f"{what}: on_late") if late is not None else ""
        return Step(key, name, phase, who, within, limit_name, on_late)

    def _person(self, raw: object, path: Path, what: str) -> str:
        if raw is None:
            self.fault(path, f"{what}: no person (who)")
            return ""
        who = self._word(raw, path, f"{what}: who")
        if who == "system":
            self.fault(path, f"{what}: system is no person (who)")
        return who

    def _later(self, raw: object, path: Path, what: str) -> tuple[str, Limit | None]:
        if raw is None:
            return "", None
        item = self._mapping(raw, path, f"{what}: later", ("act", "after"))
        after = self._limit(item.get("after"), (*path, "after"), f"{what}: later")
        if after is not None and after.unit != "days":
            self.fault((*path, "after"), f"{what}: later: {after} are not days")
        return self._word(item.get("act"), (*path, "act"), f"{what}: later"), after

    def _transition(self, index: int, raw: object, steps: Mapping[str, Step]) -> Transition | None:
        path: Path = ("transitions", index)
        if not isinstance(raw, Mapping):
            self.fault(path, f"transition {index + 1}: not a mapping")
            return None
        act = self._word(raw.get("act"), (*path, "act"), f"transition {index + 1}: act")
        what = f"transition {act or index + 1}"
        item = self._mapping(raw, path, what, TRANSITION_KEYS)
        sources = self._sources(item.get("from"), (*path, "from"), what, steps)
        by = self._by(item.get("by"), (*path, "by"), what, [steps[key] for key in sorted(sources & set(steps))])
        to = item.get("to")
        self.places.append(path)
        return Transition(
            act=act,
            name=self._name(item.get("name"), (*path, "name"), what),
            sources=sources,
            to=self._word(to, (*path, "to"), f"{what}: to") if to is not None else None,
            by=by,
            needs=self._fields(item.get("needs"), (*path, "needs"), f"{what}: needs"),
            takes=self._fields(item.get("takes"), (*path, "takes"), f"{what}: takes"),
            counts=self._optional(item.get("counts"), (*path, "counts"), f"{what}: counts"),
            at_most=self._at_most(item, path, what),
            effects=self._effects(item.get("effects"), (*path, "effects"), what),
            duty=self._optional(item.get("duty"), (*path, "duty"), f"{what}: duty") or _only_duty(by),
            final=self._flag(item.get("final"), (*path, "final"), f"{what}: final"),
        )

    def _at_most(self, item: Mapping[str, Any], path: Path, what: str) -> int | None:
        if item.get("at_most") is None:
            return None
        if not item.get("counts"):
            self.fault((*path, "at_most"), f"{what}: at_most without counts")
        return self._count(item["at_most"], (*path, "at_most"), f"{what}: at_most")

    def _sources(self, raw: object, path: Path, what: str, steps: Mapping[str, Step]) -> frozenset[str]:
        if raw == "any":
            return frozenset(key for key, step in steps.items() if not step.end)
        found = self._words(raw, path, f"{what}: from")
        if not found:
            self.fault(path, f"{what}: starts nowhere (from)")
        return frozenset(found)

    def _by(self, raw: object, path: Path, what: str, sources: Collection[Step]) -> tuple[str, ...]:
        if raw is None:
            whose = {step.who for step in sources}
            if len(whose) == 1 and (who := whose.pop()):
                return (who,)
        found = self._words(raw, path, f"{what}: by", BY)
        if not found:
            self.fault(path, f"{what}: nobody may do it (by)")
        if f"duty:{MAIN}" in found:
            self.fault(path, f"{what}: who holds the main duty is called holder")
        return found

    def _fields(self, raw: object, path: Path, what: str) -> tuple[str, ...]:
        found = self._words(raw, path, what)
        for key in found:
            if key not in FIELDS:
                self.fault(path, f"{what}: no field {key}")
        return tuple(key for key in found if key in FIELDS)

    def _effects(self, raw: object, path: Path, what: str) -> tuple[Effect, ...]:
        if raw is None:
            return ()
        rows = raw if isinstance(raw, list | tuple) else [raw]
        found = (self._effect(row, (*path, index), what) for index, row in enumerate(rows))
        return tuple(effect for effect in found if effect)

    def _effect(self, raw: object, path: Path, what: str) -> Effect | None:
        name, args = raw, None
        if isinstance(raw, Mapping) and len(raw) == 1:
            name, args = next(iter(raw.items()))
        spec = EFFECTS.get(name) if isinstance(name, str) else None
        if spec is None:
            self.fault(path, f"{what}: no effect {_shown(name)}")
            return None
        label = f"{what}: {name}"
        given = self._mapping(args, path, label, tuple(spec.required | spec.optional)) if args is not None else {}
        if missing := sorted(spec.required - set(given)):
            self.fault(path, f"{label}: {', '.join(missing)} missing")
            return None
        return Effect(str(name), self._arguments(given, path, label))

    def _arguments(self, given: Mapping[str, Any], path: Path, label: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "what" in given:
            found["what"] = self._word(given["what"], (*path, "what"), f"{label}: what")
            if found["what"] == MAIN:
                self.fault(path, f"{label}: the main duty comes and goes with the step")
        if "who" in given:
            who = given["who"]
            known = who in ("given:holder", "given:units")
            found["who"] = who if known else self._person(who, (*path, "who"), label)
        if "within" in given:
            within = given["within"]
            found["within"] = within if within == "given:until" else self._limit(within, (*path, "within"), label)
        if "after" in given:
            found["after"] = self._count(given["after"], (*path, "after"), f"{label}: after")
        if "keep" in given:
            found["keep"] = self._flag(given["keep"], (*path, "keep"), f"{label}: keep")
        return found

    def _within(self, raw: object, path: Path, what: str) -> tuple[Limit | None, str]:
        if not isinstance(raw, Mapping):
            return self._limit(raw, path, what), ""
        item = self._mapping(raw, path, f"{what}: within", ("limit", "default"))
        limit_name = self._word(item.get("limit"), (*path, "limit"), f"{what}: limit")
        return self._limit(item.get("default"), (*path, "default"), what), limit_name

    def _limit(self, raw: object, path: Path, what: str) -> Limit | None:
        if raw is None:
            self.fault(path, f"{what}: no limit (within)")
            return None
        try:
            return Limit.parse(raw if isinstance(raw, str) else _shown(raw))
        except ValueError as error:
            self.fault(path, f"{what}: {error}")
            return None

    def _mapping(self, raw: object, path: Path, what: str, allowed: Collection[str] | None = None) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self.fault(path, f"{what}: not a mapping")
            return {}
        found: dict[str, Any] = {}
        for key, value in raw.items():
            if isinstance(key, str) and (allowed is None or key in allowed):
                found[key] = value
            else:
                self.fault((*path, str(key)), f"{what}: {_shown(key)} is not known here")
        return found

    def _name(self, raw: object, path: Path, what: str) -> Name:
        item = self._mapping(raw, path, f"{what}: name", ("zh", "en"))
        for language in ("zh", "en"):
            if not isinstance(item.get(language), str) or not item[language].strip():
                self.fault(path, f"{what}: no name in {language}")
                item[language] = ""
        return item

    def _words(self, raw: object, path: Path, what: str, pattern: re.Pattern[str] = WORD) -> tuple[str, ...]:
        if raw is None:
            return ()
        rows = raw if isinstance(raw, list | tuple) else [raw]
        found = [self._word(row, path, what, pattern) for row in rows]
        if len(set(found)) < len(found):
            self.fault(path, f"{what}: the same word twice")
        return tuple(dict.fromkeys(word for word in found if word))

    def _optional(self, raw: object, path: Path, what: str) -> str:
        return "" if raw is None else self._word(raw, path, what)

    def _word(self, raw: object, path: Path, what: str, pattern: re.Pattern[str] = WORD) -> str:
        if isinstance(raw, str) and pattern.fullmatch(raw):
            return raw
        self.fault(path, f"{what}: {_shown(raw)} is not a word of small letters, digits and _")
        return ""

    def _one_of(self, raw: object, allowed: Collection[str], path: Path, what: str) -> str:
        if isinstance(raw, str) and raw in allowed:
            return raw
        self.fault(path, f"{what}: {_shown(raw)} is none of {', '.join(allowed)}")
        return ""

    def _count(self, raw: object, path: Path, what: str) -> int | None:
        if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 10**6:
            return raw
        self.fault(path, f"{what}: {_shown(raw)} is not a number from 1")
        return None

    def _flag(self, raw: object, path: Path, what: str) -> bool:
        if raw is None or isinstance(raw, bool):
            return bool(raw)
        self.fault(path, f"{what}: {_shown(raw)} is neither true nor false")
        return False


def _only_duty(by: tuple[str, ...]) -> str:
    """What holders of one duty alone may do presupposes that duty."""
    return by[0].removeprefix("duty:") if len(by) == 1 and by[0].startswith("duty:") else ""


def _shown(raw: object) -> str:
    return str(raw)[:60] if isinstance(raw, str | int | float | None) else f"a {type(raw).__name__}"
