"""Whom the text of a workflow names: offices of a town, and those who are something to the case."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from lianxin.workflow.definition.reading import BY
from lianxin.workflow.definition.source import Path, Source

HOLDER: Final = frozenset({"holder", "holder_in_person"})  # a unit's people share its duties; in person: no colleague
FIXED: Final = HOLDER | {"reporter", "joiner", "system"}  # people who are named without an office


def strangers(source: Source, roles: Collection[str]) -> Iterator[tuple[Path, str]]:
    """The offices a text names that are none of `roles`, each with its place.

    The text may be anything: whatever is not of the shape of a workflow is told as a fault elsewhere.
    """
    for path, who in _named(source.data if isinstance(source.data, dict) else {}):
        if isinstance(who, str) and BY.fullmatch(who) and not who.startswith("duty:") and who not in {*roles, *FIXED}:
            yield path, who


def _named(data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every word that names somebody, with its place: the steps' `who`, the transitions' `by`, whom effects ask."""
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


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
