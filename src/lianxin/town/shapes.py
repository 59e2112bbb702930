"""The shapes of a town's files: what `towns/base` holds and what `lianxin check` asks of any other folder.

Every fault is told, with its file and line; nothing raises on bad content.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lianxin.town.columnmaps import faults_of
from lianxin.workflow.clock import Limit
from lianxin.workflow.definition import BadWorkflow, read
from lianxin.workflow.definition.naming import strangers
from lianxin.workflow.definition.source import Source, load

Where = tuple[str | int, ...]
Check = Callable[["Sheet", Where, Any], None]

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
URGENCIES = ("normal", "urgent", "emergency")
SEES = ("town", "grid", "unit", "own")
MAY = (
    "register", "triage", "publish", "reveal_contact", "configure", "manage_people", "audit", "export", "tokens",
    "board", "erase",
)  # fmt: skip
LEVELS = ("grid", "village")  # what a category may name instead of a unit


@dataclass(frozen=True, slots=True, order=True)
class FileFault:
    """Something wrong at a line of a file (0: the file as a whole)."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


@dataclass(slots=True)
class Sheet:
    """A file being checked."""

    name: str
    source: Source
    faults: list[FileFault] = field(default_factory=list)

    def fault(self, where: Where, message: str) -> None:
        """Note a fault at a place in the file."""
        self.faults.append(FileFault(self.name, self.source.line(where), message))


def text(sheet: Sheet, where: Where, value: Any) -> None:
    """Some words."""
    if not isinstance(value, str) or not value.strip():
        sheet.fault(where, f"{_last(where)} must be some text, not {value!r}")


def key(sheet: Sheet, where: Where, value: Any) -> None:
    """A key: small letters, digits and underscores, a letter first."""
    if not isinstance(value, str) or not KEY.fullmatch(value):
        sheet.fault(where, f"{_last(where)} must be small letters, digits and _ (a letter first), not {value!r}")


def both(sheet: Sheet, where: Where, value: Any) -> None:
    """A name in Chinese and English."""
    record({"zh": text, "en": text})(sheet, where, value)


def yes_no(sheet: Sheet, where: Where, value: Any) -> None:
    """Either true or false."""
    if not isinstance(value, bool):
        sheet.fault(where, f"{_last(where)} must be true or false, not {value!r}")


def span(sheet: Sheet, where: Where, value: Any) -> None:
    """Opening hours: 08:30-12:00."""
    try:
        opens, shuts = (time.fromisoformat(part) for part in str(value).split("-"))
    except ValueError:
        sheet.fault(where, f"hours must look like 08:30-12:00, not {value!r}")
        return
    if opens >= shuts:
        sheet.fault(where, f"hours must open before they shut, not {value!r}")


def limit(sheet: Sheet, where: Where, value: Any) -> None:
    """A limit of time: 3 working_days."""
    try:
        Limit.parse(str(value))
    except ValueError as error:
        sheet.fault(where, f"{_last(where)}: {error}")


def zone(sheet: Sheet, where: Where, value: Any) -> None:
    """A zone of time by its name: Asia/Shanghai."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sheet.fault(where, f"{_last(where)} must be a zone of time as Asia/Shanghai, not {value!r}")


def one_of(*choices: str) -> Check:
    """One of a closed list."""

    def check(sheet: Sheet, where: Where, value: Any) -> None:
        if value not in choices:
            sheet.fault(where, f"{_last(where)} must be one of {', '.join(choices)}, not {value!r}")

    return check


def many(each: Check) -> Check:
    """A list."""

    def check(sheet: Sheet, where: Where, value: Any) -> None:
        if not isinstance(value, list):
            sheet.fault(where, f"{_last(where)} must be a list")
            return
        for at, item in enumerate(value):
            each(sheet, (*where, at), item)

    return check


def named(each: Check, names: Check | None = None) -> Check:
    """A mapping with names of its own."""

    def check(sheet: Sheet, where: Where, value: Any) -> None:
        if not isinstance(value, dict):
            sheet.fault(where, f"{_last(where)} must be a mapping")
            return
        for name, item in value.items():
            if names is not None:
                names(sheet, (*where, name), name)
            each(sheet, (*where, name), item)

    return check


def record(needed: Mapping[str, Check], allowed: Mapping[str, Check] | None = None) -> Check:
    """A mapping with these names and no others."""
    known = {**needed, **(allowed or {})}

    def check(sheet: Sheet, where: Where, value: Any) -> None:
        if not isinstance(value, dict):
            sheet.fault(where, f"{_last(where)} must be a mapping with {', '.join(needed)}")
            return
        for name in needed:
            if name not in value:
                sheet.fault(where, f"{_last(where)} lacks {name}")
        for name, item in value.items():
            if name in known:
                known[name](sheet, (*where, name), item)
            else:
                sheet.fault((*where, name), f"{name} is not known here (known: {', '.join(known)})")

    return check


def weekday(sheet: Sheet, where: Where, value: Any) -> None:
    """1 Monday … 7 Sunday."""
    if str(value) not in "1234567" or len(str(value)) != 1:
        sheet.fault(where, f"a day of the week must be 1 (Monday) to 7 (Sunday), not {value!r}")


def _last(where: Where) -> str:
    names = [part for part in where if isinstance(part, str)]
    return names[-1] if names else "an item" if where else "the file"


LEAF = record(
    {"key": key, "name": both, "line": text, "handled_by": key},
    {"urgency": one_of(*URGENCIES), "limits": named(limit, key), "words": many(text), "examples": many(text)},
)
FILES: Mapping[str, Check] = {
    "categories.yaml": many(record({"key": key, "name": both, "children": many(LEAF)})),
    "units.yaml": many(
        record(
            {"key": key, "name": both, "line": text, "roles": many(key)},
            {"short": text, "desk": yes_no, "supervises": yes_no, "leads": yes_no},
        )
    ),
    "roles.yaml": many(
        record(
            {"key": key, "name": both, "sees": one_of(*SEES), "confidential": many(key), "may": many(one_of(*MAY))},
            {"about": both},
        )
    ),
    "clauses.yaml": many(record({"key": key, "name": both, "text": both, "appeal": both}, {"hint": many(text)})),
    "hours.yaml": record({"zone": zone, "week": named(many(span), weekday), "makeup": many(span)}),
}


def check_folder(folder: Path) -> Iterator[FileFault]:
    """Every fault of a folder of town data, file by file, and of what one file says of another.

    A town needs all of its files and a workflow at least; a folder of column maps alone is one of an import's.
    """
    sheets = {name: _sheet(folder, name) for name in FILES if (folder / name).is_file()}
    flows, maps = (sorted((folder / name).glob("*.yaml")) for name in ("workflows", "maps"))
    if sheets or flows or not maps:
        yield from _lacking(folder, sheets, flows)
    for name, sheet in sheets.items():
        if not sheet.faults:
            FILES[name](sheet, (), sheet.source.data)
            _unique(sheet)
    _between(sheets, _limits(flows))
    for sheet in sheets.values():
        yield from sorted(sheet.faults)
    roles = [name for _, name in _keys(sheets.get("roles.yaml"))]
    for path in flows:
        yield from _workflow(path, roles)
    for path in maps:
        yield from _map(path)


def _lacking(folder: Path, sheets: Mapping[str, Sheet], flows: Sequence[Path]) -> Iterator[FileFault]:
    """What a town needs and has not."""
    if not sheets and not flows:
        known = ", ".join((*FILES, "workflows/*.yaml", "maps/*.yaml"))
        yield FileFault(str(folder), 0, f"holds none of the files of a town ({known})")
        return
    yield from (FileFault(name, 0, "is missing") for name in FILES if name not in sheets)
    yield from (FileFault(name, 0, "is empty") for name, sheet in sheets.items() if sheet.source.data in ([], {}))
    if not flows:
        yield FileFault("workflows/", 0, "holds no workflow" if (folder / "workflows").is_dir() else "is missing")


def _sheet(folder: Path, name: str) -> Sheet:
    try:
        source = load((folder / name).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return Sheet(name, Source(), [FileFault(name, 0, f"cannot be read: {error}")])
    return Sheet(name, source, [FileFault(name, fault.line, fault.message) for fault in source.faults])


def _workflow(path: Path, roles: Sequence[str]) -> Iterator[FileFault]:
    """A workflow by itself, and the offices it names where the folder says which there are."""
    name = f"workflows/{path.name}"
    try:
        text = path.read_text("utf-8")
        source = load(text)
        for where, who in strangers(source, roles) if roles else ():
            yield FileFault(name, source.line(where), f"{who} is no role of roles.yaml")
        read(text)
    except BadWorkflow as bad:
        yield from (FileFault(name, fault.line, fault.message) for fault in bad.faults)
    except (OSError, UnicodeDecodeError) as error:
        yield FileFault(name, 0, f"cannot be read: {error}")


def _map(path: Path) -> Iterator[FileFault]:
    """A column map, as an import would read it."""
    name = f"maps/{path.name}"
    try:
        source = load(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        yield FileFault(name, 0, f"cannot be read: {error}")
        return
    yield from (FileFault(name, line, message) for line, message in faults_of(source))


def _keys(sheet: Sheet | None) -> Iterator[tuple[Where, str]]:
    """Where the keys of a file stand, children's too."""
    rows = sheet.source.data if sheet is not None else None
    for where, row in _rows(rows, ()):
        if isinstance(row, dict) and isinstance(row.get("key"), str):
            yield (*where, "key"), row["key"]


def _rows(rows: Any, above: Where) -> Iterator[tuple[Where, Any]]:
    for at, row in enumerate(rows if isinstance(rows, list) else ()):
        yield (*above, at), row
        if isinstance(row, dict):
            yield from _rows(row.get("children"), (*above, at, "children"))


def _unique(sheet: Sheet) -> None:
    seen: dict[str, int] = {}
    for where, name in _keys(sheet):
        if name in seen:
            sheet.fault(where, f"the key {name} is used already in line {seen[name]}")
        seen.setdefault(name, sheet.source.line(where))


def _limits(flows: Sequence[Path]) -> set[str]:
    """The limits all workflows name (`within: {limit: handle}`), as far as their files can be read."""
    found: set[str] = set()
    for path in flows:
        with suppress(OSError, UnicodeDecodeError):
            found |= set(_named_limits(load(path.read_text("utf-8")).data))
    return found


def _named_limits(data: Any) -> Iterator[str]:
    if isinstance(data, dict) and isinstance(data.get("limit"), str):
        yield data["limit"]
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _named_limits(each)


def _between(sheets: Mapping[str, Sheet], limits: Collection[str]) -> None:
    """What one file says of another: a category's unit and limits, a unit's roles."""
    units, roles = ([name for _, name in _keys(sheets.get(file))] for file in ("units.yaml", "roles.yaml"))
    if units and (sheet := sheets.get("categories.yaml")):
        _refers(sheet, "handled_by", (*units, *LEVELS), "is no unit of units.yaml, nor grid or village")
    if limits and (sheet := sheets.get("categories.yaml")):
        _refers(sheet, "limits", limits, "is a limit no workflow names")
    if roles and (sheet := sheets.get("units.yaml")):
        _refers(sheet, "roles", roles, "is no role of roles.yaml")


def _refers(sheet: Sheet, name: str, known: Collection[str], message: str) -> None:
    for where, row in _rows(sheet.source.data, ()):
        value = row.get(name, []) if isinstance(row, dict) else []
        for each in value if isinstance(value, list | dict) else [value]:
            if isinstance(each, str) and each not in known:
                sheet.fault((*where, name), f"{each} {message}")
