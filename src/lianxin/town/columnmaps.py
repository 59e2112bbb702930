"""What a column map of an import may hold (its shape is told in `imports/maps.py`), and every fault of one.

Apart from the imports, so that `lianxin check` needs no database.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from lianxin.places.datum import BadPoint, datum_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lianxin.workflow.definition.source import Source

TARGETS: Final = (
    "number", "title", "text", "happened_at", "name", "phone", "address", "lon", "lat", "category", "grid", "urgency",
    "consent", "user", "votes_for", "votes_against", "source", "channel",
)  # fmt: skip
CONSTANT: Final = frozenset({"channel", "source", "urgency", "category", "grid", "consent", "address"})
MEMBERS: Final = frozenset({"key", "name", "columns", "required", "dates", "datum", "constants", "keep"})
CLEANING: Final = frozenset({"line_breaks", "title_in_text"})


def faults_of(source: Source) -> list[tuple[int, str]]:
    """Every fault of a column map, with its line."""
    return [(fault.line, fault.message) for fault in source.faults] or sorted(_faults(source))


def _faults(source: Source) -> Iterator[tuple[int, str]]:
    data = source.data
    if not isinstance(data, dict):
        yield 1, "a column map has the members key, name, columns"
        return
    for member in data:
        if member not in MEMBERS:
            yield source.line((member,)), f"{member} is no member of a column map: {', '.join(sorted(MEMBERS))}"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", str(data.get("key", ""))):
        yield source.line(("key",)) or 1, "key: 1 to 40 small letters, digits and _, a letter first"
    name = data.get("name")
    if not isinstance(name, dict) or not (name.get("zh") and name.get("en")):
        yield source.line(("name",)) or 1, "name: {zh: …, en: …}"
    yield from _column_faults(source, data.get("columns"))
    yield from _list_faults(source, data)
    yield from _constant_faults(source, data.get("constants"))


def _column_faults(source: Source, columns: Any) -> Iterator[tuple[int, str]]:
    if not isinstance(columns, dict) or not columns:
        yield source.line(("columns",)) or 1, "columns: what a case holds ← names of columns"
        return
    if not {"title", "text"} & set(columns):
        yield source.line(("columns",)), "columns: a title or a text is needed"
    for target, titles in columns.items():
        line = source.line(("columns", target))
        if target not in TARGETS:
            yield line, f"{target} is nothing a case holds: {', '.join(TARGETS)}"
        listed = titles if isinstance(titles, list) else [titles]
        if not listed or not all(isinstance(title, str | int) and str(title).strip() for title in listed):
            yield line, f"{target}: the names of its column, as [编号, 工单号]"


def _list_faults(source: Source, data: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    columns = data.get("columns") if isinstance(data.get("columns"), dict) else {}
    for member, known in (("required", set(columns or ())), ("keep", CLEANING), ("dates", None)):
        values = data.get(member)
        if values is None:
            continue
        if not isinstance(values, list):
            yield source.line((member,)), f"{member}: a list"
            continue
        for at, value in enumerate(values):
            if (known is None and not _is_format(value)) or (known is not None and value not in known):
                yield source.line((member, at)), f"{member}: {value} is not possible here"
    if data.get("datum"):
        try:
            datum_named(data["datum"])
        except BadPoint as bad:
            yield source.line(("datum",)), str(bad)


def _is_format(value: Any) -> bool:
    """Whether a time written by the format is read by it again, to the day."""
    moment = datetime(2026, 3, 2, 9, 5, 7)  # noqa: DTZ001 - a pattern, not a time
    try:
        return datetime.strptime(moment.strftime(value), value).date() == moment.date()  # noqa: DTZ007
    except (TypeError, ValueError):
        return False


def _constant_faults(source: Source, constants: Any) -> Iterator[tuple[int, str]]:
    if constants is None:
        return
    if not isinstance(constants, dict):
        yield source.line(("constants",)), "constants: what no column says, as {source: 热线}"
        return
    for name, value in constants.items():
        line = source.line(("constants", name))
        if name not in CONSTANT:
            yield line, f"{name} cannot be a constant: {', '.join(sorted(CONSTANT))}"
        elif isinstance(value, list | dict) or len(str(value)) > 200 or (name == "channel" and len(str(value)) > 16):
            yield line, f"{name}: one short value"
