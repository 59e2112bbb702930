"""Whether a workflow's text fits a town: sound by itself, naming the town's own roles, keeping what code needs."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lianxin.cases.kinds import kind_of
from lianxin.cases.roles import HOLDER
from lianxin.keys.models import Town
from lianxin.people.queries import roles
from lianxin.workflow.definition import BadWorkflow, Fault, Workflow, read
from lianxin.workflow.definition.reading import BY
from lianxin.workflow.definition.source import Path, Source, load

MOST_TEXT: Final = 200_000  # characters of a file: the longest of the base town's has some ten thousand
FIXED: Final = HOLDER | {"reporter", "joiner", "system"}  # what a workflow calls people without naming an office
LONGEST: Final = {"key": 24, "step": 32, "act": 40, "duty": 24, "role": 32, "counts": 24}  # as the columns hold them


def read_for(town: Town, source: str) -> Workflow:
    """The workflow of a text that this town can publish, or BadWorkflow with every fault in it."""
    if len(source) > MOST_TEXT:
        raise BadWorkflow([Fault(0, f"the file has more than {MOST_TEXT} characters")])
    where, faults = load(source), list[Fault]()
    try:
        flow = read(source)
    except BadWorkflow as bad:
        flow, faults = None, bad.faults
    told = [*_strangers(town, where), *(_misfits(flow) if flow else ())]
    faults = sorted({*faults, *(Fault(where.line(path), message) for path, message in told)})
    if flow is None or faults:
        raise BadWorkflow(faults)
    return flow


def _misfits(flow: Workflow) -> Iterator[tuple[Path, str]]:
    yield from _too_long(flow)
    kept = {each.act for each in flow.transitions}
    for act in sorted(kind_of(flow.key).acts - kept):
        yield ("transitions",), f"the act {act} must stay: this kind's own pages use it"


def _strangers(town: Town, where: Source) -> Iterator[tuple[Path, str]]:
    known = {*roles(town), *FIXED}
    for path, who in _named(where.data if isinstance(where.data, dict) else {}):
        if isinstance(who, str) and BY.fullmatch(who) and who not in known and not who.startswith("duty:"):
            yield path, f"no role {who} in this town"


def _named(data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every word that names somebody, with its place: the steps' `who`, the transitions' `by`, whom effects ask.

    The data may be anything: whatever is not of its shape has been told as a fault already.
    """
    steps = data.get("steps")
    for key, step in steps.items() if isinstance(steps, dict) else ():
        yield ("steps", key, "who"), step.get("who") if isinstance(step, dict) else None
    for index, row in enumerate(_list(data.get("transitions"))):
        if not isinstance(row, dict):
            continue
        for who in _list(row.get("by")):
            yield ("transitions", index, "by"), who
        for effect in _list(row.get("effects")):
            asked = effect.get("ask") if isinstance(effect, dict) else None
            yield ("transitions", index, "effects"), asked.get("who") if isinstance(asked, dict) else None


def _too_long(flow: Workflow) -> Iterator[tuple[Path, str]]:
    if len(flow.key) > LONGEST["key"]:
        yield ("key",), f"{flow.key} is longer than {LONGEST['key']} characters"
    for key, step in flow.steps.items():
        yield from _longer(("steps", key), ("step", key), ("role", step.who))
    for index, each in enumerate(flow.transitions):
        duties = [effect.args["what"] for effect in each.effects if "what" in effect.args]
        yield from _longer(("transitions", index), *(("duty", what) for what in duties), ("counts", each.counts))


def _longer(path: Path, *words: tuple[str, str]) -> Iterator[tuple[Path, str]]:
    for what, word in words:
        if len(word) > LONGEST[what]:
            yield path, f"{word} is longer than {LONGEST[what]} characters"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
