"""Whether a workflow's text fits a town: sound by itself, naming the town's own roles, keeping what code needs."""

from collections.abc import Iterator
from typing import Final

from lianxin.cases.kinds import kind_of
from lianxin.keys.models import Town
from lianxin.people.queries import roles
from lianxin.workflow.definition import BadWorkflow, Fault, Workflow, read
from lianxin.workflow.definition.naming import strangers
from lianxin.workflow.definition.source import Path, load

MOST_TEXT: Final = 200_000  # characters of a file: the longest of the base town's has some ten thousand
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
    told = [(path, f"no role {who} in this town") for path, who in strangers(where, roles(town))]
    told += _misfits(flow) if flow else ()
    faults = sorted({*faults, *(Fault(where.line(path), message) for path, message in told)})
    if flow is None or faults:
        raise BadWorkflow(faults)
    return flow


def _misfits(flow: Workflow) -> Iterator[tuple[Path, str]]:
    yield from _too_long(flow)
    kept = {each.act for each in flow.transitions}
    for act in sorted(kind_of(flow.key).acts - kept):
        yield ("transitions",), f"the act {act} must stay: this kind's own pages use it"


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
