"""Column maps: files that say which column of another system's table is what of a case.

    key: messages                     # keeps the numbers of one source apart from those of another
    name: {zh: 网络留言, en: Message board}
    columns: {number: [留言编号], …}   # what a case holds ← the names its column goes by, the first that is there
    required: [number, text]          # a row without them is refused
    dates: ["%Y/%m/%d %H:%M:%S"]      # how times are written; cells that are dates need none
    datum: wgs84                      # wgs84, gcj02 or bd09
    constants: {channel: import}      # what no column says
    keep: [line_breaks]               # of the cleaning, what is left out: line_breaks, title_in_text

A map that is wrong is refused with every fault and its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lianxin.places.datum import BadPoint, datum_named
from lianxin.town.base import BASE
from lianxin.town.imports.faults import Unreadable
from lianxin.workflow.definition.source import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lianxin.places.datum import Datum
    from lianxin.workflow.definition.source import Source

MAPS: Final = BASE / "maps"
TARGETS: Final = (
    "number", "title", "text", "happened_at", "name", "phone", "address", "lon", "lat", "category", "grid", "urgency",
    "consent", "user", "votes_for", "votes_against", "source", "channel",
)  # fmt: skip
CONSTANT: Final = frozenset({"channel", "source", "urgency", "category", "grid", "consent", "address"})
MEMBERS: Final = frozenset({"key", "name", "columns", "required", "dates", "datum", "constants", "keep"})
CLEANING: Final = frozenset({"line_breaks", "title_in_text"})
MOST_MAP: Final = 100_000  # bytes


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column map, checked."""

    key: str
    name: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str] = frozenset()
    dates: tuple[str, ...] = ()
    datum: Datum | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()

    @property
    def titles(self) -> list[str]:
        """Every name a column may go by."""
        return [title for titles in self.columns.values() for title in titles]

    @property
    def scope(self) -> str:
        """Under which the numbers of this source are known for good."""
        return f"import:{self.key}"


def known_maps() -> list[str]:
    """The maps that come with the product, by name."""
    return sorted(path.stem for path in MAPS.glob("*.yaml"))


def read_map(source: str | Path) -> ColumnMap:
    """Read a map from a file, or one that comes with the product by its name; raises Unreadable with every fault."""
    path = MAPS / f"{source}.yaml" if str(source) in known_maps() else Path(source)
    try:
        if path.stat().st_size > MOST_MAP:
            raise ValueError("too big for a column map")
        read = load(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        known = "、".join(known_maps())
        raise Unreadable(
            f"列对应文件 {path} 不能读取：{said}。现成的有：{known}。",
            f"The column map {path} cannot be read: {said}. There are: {known}.",
        ) from error
    faults = [(fault.line, fault.message) for fault in read.faults]
    if not faults:
        faults = sorted(_faults(read))
    if faults:
        lines = "\n".join(f"  {path.name}:{line}: {message}" for line, message in faults)
        raise Unreadable(f"列对应文件有误：\n{lines}\n", "The column map is wrong, see above.")
    return _made(read.data)


def _made(data: Mapping[str, Any]) -> ColumnMap:
    datum = data.get("datum")
    return ColumnMap(
        key=str(data["key"]),
        name=data["name"],
        columns={target: _titles(titles) for target, titles in data["columns"].items()},
        required=frozenset(data.get("required") or ()),
        dates=tuple(data.get("dates") or ()),
        datum=datum_named(datum) if datum else None,
        constants={name: str(value) for name, value in (data.get("constants") or {}).items()},
        keep=frozenset(data.get("keep") or ()),
    )


def _titles(given: Any) -> tuple[str, ...]:
    return (str(given),) if isinstance(given, str | int) else tuple(str(title) for title in given)


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
