"""A tree of categories from a table: a leaf on each row below its groups, or every category with its parent.

The city-management codes (GB/T 47678.5 and the like) and the trees of message boards come so, and what a town has taken
out: that names each category by its key. Every fault is told before anything is written.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.actions.trees import HIGHEST_ORDER, CategoryRow
from lianxin.people.models import LineService
from lianxin.town.imports.cells import Wrong, choice_of, count_of, text_of
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.tables import column_of
from lianxin.town.registers.fields import KEY, PARTS
from lianxin.workflow.clock import Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lianxin.town.imports.tables import Cells, Table

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "first": ("一级分类", "一级类别", "一级", "类型", "kind"),
    "second": ("二级分类", "二级类别", "二级", "大类名称", "大类", "major_name"),
    "third": ("三级分类", "三级类别", "三级", "小类名称", "小类", "类别名称", "分类名称", "名称", "name"),
    "first_code": ("一级编码", "类型代码"),
    "second_code": ("二级编码", "大类代码", "大类编码", "major_code"),
    "third_code": ("三级编码", "小类代码", "小类编码", "类别编码", "编码", "代码", "code5", "code"),
    "parent": ("上级编码", "上级代码", "parent"),
    "limit": ("处置时限", "办理时限", "时限", "limit"),
    "english": ("英文名称", "英文", "name_en"),
    "key": ("标识", "category_key"),
    "parent_key": ("上级标识", "parent_key"),
    "line": ("条线", "line"),
    "urgency": ("紧急程度", "urgency"),
    "words": ("常用词", "words"),
    "limits": ("其他时限", "other_limits"),
    "order": ("排序", "order"),
    "active": ("使用中", "active"),
}  # fmt: skip
LEVELS: Final = ("first", "second", "third")
LONGEST: Final = {"name": 60, "code": 20, "english": 80, "key": 40}
KINDS: Final = {"管理部件": "component", "部件": "component", "管理事项": "matter", "事项": "matter"}
HANDLE: Final = "handle"  # the limit of a category that the time to settle is
_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,20}")
URGENCIES: Final = {"一般": "normal", "紧急": "urgent", "特急": "emergency"}
YES_NO: Final = {"是": True, "否": False}
_NAMED_LIMIT: Final = re.compile(r"(.*?)(?:[\s:：]+(\d.*))?")  # what it is called, and how long it is
_LIMIT: Final = re.compile(r"(\d{1,4})\s*个?\s*(工作日|工作小时|工作时|小时|天|日|分钟)")
_UNITS: Final = {
    "工作日": "working_days", "工作小时": "working_hours", "工作时": "working_hours", "小时": "hours", "天": "days",
    "日": "days", "分钟": "minutes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Node:
    """One category on a row: its name and its own code, perhaps empty."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class _Flat:
    """A category on a row of its own: `parent` is what the row above it is found by."""

    row: int
    key: str
    node: _Node
    parent: str
    more: Mapping[str, Any]


def read_categories(
    table: Table, *, limits: Mapping[str, str] | None = None
) -> tuple[list[CategoryRow], list[RowFault]]:
    """The categories of a table, groups before leaves, and every fault by row. Raises Unreadable.

    `limits`: what limits may be called, and their names; None: any name.
    """
    places = {target: at for target, titles in COLUMNS.items() if (at := column_of(table, titles)) is not None}
    if "third" not in places and "second" not in places:
        raise Unreadable(
            "表里缺少列：要么有“一级分类”“二级分类”“三级分类”，要么有“编码”“名称”“上级编码”。",
            "The table needs the columns 一级分类, 二级分类, 三级分类; or else 编码, 名称, 上级编码.",
        )
    reader = _Reader(table, places, limits)
    if "third" in places and "key" in places:
        rows = reader.flat("key", "parent_key")
    else:
        rows = reader.flat("third_code", "parent") if {"parent", "third"} <= set(places) else reader.paths()
    bad = {fault.row for fault in reader.faults}
    return [row for row in rows if row.row not in bad], sorted(reader.faults, key=lambda fault: fault.row)


class _Reader:
    def __init__(self, table: Table, places: Mapping[str, int], limits: Mapping[str, str] | None) -> None:
        self._table, self._places, self._limit_names = table, places, limits
        self.faults: list[RowFault] = []

    # ---- a leaf on each row, below its groups ----

    def paths(self) -> list[CategoryRow]:
        """Every leaf and every group above it, each once."""
        found: dict[str, CategoryRow] = {}
        first: dict[str, int] = {}
        for number, cells in self._table.rows():
            before = len(self.faults)
            path, more = self._path(number, cells), self._more(number, cells)
            if len(self.faults) > before or not path:
                continue
            keys = [key_of(path[:depth]) for depth in range(1, len(path) + 1)]
            if first.setdefault(keys[-1], number) != number:
                self._fault(number, "third", Wrong("repeated_category", row=first[keys[-1]]))
                continue
            for depth, (key, node) in enumerate(zip(keys, path, strict=True)):
                above, said = keys[depth - 1] if depth else "", more if node is path[-1] else {}
                self._enter(found, CategoryRow(number, key, node.name, above, node.code or None, **said))
        return list(found.values())

    def _path(self, number: int, cells: Cells) -> list[_Node]:
        """The groups and the leaf of a row; where a level between is empty, that is a fault."""
        there = [level for level in LEVELS if level in self._places]
        nodes = [_Node(self._name(number, cells, level), self._code(number, cells, f"{level}_code")) for level in there]
        while nodes and not nodes[-1].name:
            nodes.pop()
        for level, node in zip(there, nodes, strict=False):
            if not node.name:
                self._fault(number, level, Wrong("missing"))
        return nodes

    def _enter(self, found: dict[str, CategoryRow], row: CategoryRow) -> None:
        held = found.setdefault(row.key, row)
        if held.name != row.name:
            said = {"value": row.code, "row": held.row, "name": held.name}
            self._fault(row.row, "third_code", Wrong("code_differs", **said))

    # ---- every category with its parent ----

    def flat(self, named: str, above: str) -> list[CategoryRow]:
        """Every category of a table that names each by the column `named` and its parent by `above`, parents first."""
        rows: dict[str, _Flat] = {}
        for number, cells in self._table.rows():
            before = len(self.faults)
            word = self._key(number, cells, named)
            code = word if named == "third_code" else self._text(number, cells, "third_code", LONGEST["code"])
            node = _Node(self._name(number, cells, "third"), code)
            parent, more = self._key(number, cells, above), self._more(number, cells)
            for target, value in (("third", node.name), (named, word)):
                if not value and len(self.faults) == before:
                    self._fault(number, target, Wrong("missing"))
            if len(self.faults) > before:
                continue
            key = word if named == "key" else key_of([node])
            if word in rows:
                self._fault(number, named, Wrong("repeated_category", row=rows[word].row))
            else:
                rows[word] = _Flat(number, key, node, parent, more)
        return [self._one(rows, word) for word in self._in_order(rows, above)]

    def _in_order(self, rows: Mapping[str, _Flat], above: str) -> list[str]:
        """Words, parents before children; one whose parent is not in the file, or that is under itself, is told."""
        placed: dict[str, None] = {}
        for word, flat in rows.items():
            chain, at = [word], flat.parent
            while at and at in rows and at not in placed and at not in chain:
                chain.append(at)
                at = rows[at].parent
            if at and at not in placed:
                self._fault(flat.row, above, Wrong("unknown_parent_code", value=at))
                continue
            placed |= dict.fromkeys(reversed(chain))
        return list(placed)

    def _one(self, rows: Mapping[str, _Flat], word: str) -> CategoryRow:
        flat = rows[word]
        above = rows[flat.parent].key if flat.parent else ""
        return CategoryRow(flat.row, flat.key, flat.node.name, above, flat.node.code or None, **flat.more)

    # ---- cells ----

    def _fault(self, row: int, target: str, wrong: Wrong) -> None:
        at = self._places.get(target)
        column = self._table.names[at] if at is not None else COLUMNS[target][0]
        self.faults.append(RowFault(row, column, wrong.code, wrong.said))

    def _text(self, row: int, cells: Cells, target: str, most: int) -> str:
        if target not in self._places:
            return ""
        try:
            text = clean_line(text_of(cells[self._places[target]]))
            if len(text) > most:
                raise Wrong("too_long", most=most)
        except Wrong as wrong:
            self._fault(row, target, wrong)
            return ""
        return text

    def _name(self, row: int, cells: Cells, target: str) -> str:
        return self._text(row, cells, target, LONGEST["name"])

    def _code(self, row: int, cells: Cells, target: str) -> str:
        text = self._text(row, cells, target, LONGEST["code"])
        if text and not _CODE.fullmatch(text):
            self._fault(row, target, Wrong("bad_category_code", value=text))
            return ""
        return text

    def _key(self, row: int, cells: Cells, target: str) -> str:
        """What a row, or the one above it, is found by: a code, or a key."""
        if not target.endswith("key"):
            return self._code(row, cells, target)
        text = self._text(row, cells, target, LONGEST["key"])
        if text and not KEY.fullmatch(text):
            self._fault(row, target, Wrong("bad_category_key", value=text))
            return ""
        return text

    def _more(self, row: int, cells: Cells) -> dict[str, Any]:
        """What a row says of its own category beside name and code."""
        read: dict[str, Callable[[Any], Any]] = {
            "line": lambda cell: choice_of(cell, {each: each for each in LineService.Line.values}),
            "urgency": lambda cell: choice_of(cell, {**URGENCIES, **{each: each for each in URGENCIES.values()}}),
            "words": lambda cell: list(filter(None, map(clean_line, PARTS.split(text_of(cell))))) or None,
            "order": _order_of,
            "active": lambda cell: choice_of(cell, YES_NO),
        }
        more: dict[str, Any] = {"name_en": self._text(row, cells, "english", LONGEST["english"]) or None}
        for target in read.keys() & self._places.keys():
            try:
                more[target] = read[target](cells[self._places[target]])
            except Wrong as wrong:
                self._fault(row, target, wrong)
        return {**more, "limits": self._limits(row, cells) or None}

    def _limits(self, row: int, cells: Cells) -> dict[str, str]:
        """The limits of a row by name: the one to settle has a column of its own."""
        handle, others = self._text(row, cells, "limit", 40), self._text(row, cells, "limits", 400)
        told = [("limit", HANDLE, handle)] if handle else []
        parts = (_NAMED_LIMIT.fullmatch(part.strip()) for part in PARTS.split(others))
        told += [("limits", part[1], part[2] or "") for part in parts if part and part[1]]
        found = {}
        for target, name, value in told:
            try:
                found[name] = limit_of(value.strip())
            except ValueError:
                self._fault(row, target, Wrong("bad_limit", value=value or name))
                continue
            if target == "limits" and self._limit_names is not None and name not in self._limit_names:
                self._fault(row, target, Wrong("unknown_limit", value=name))
            elif target == "limits" and self._limit_names is not None:
                found[self._limit_names[name]] = found.pop(name)
        return found


def _order_of(cell: Any) -> int | None:
    number = count_of(cell)
    if number is not None and number > HIGHEST_ORDER:
        raise Wrong("bad_number", value=number)
    return number


def limit_of(text: str) -> str:
    """A limit as categories keep it ("3 working_days"), from that or from words (3个工作日); ValueError for others."""
    words = _LIMIT.fullmatch(text)
    return str(Limit.parse(f"{int(words[1])} {_UNITS[words[2]]}" if words else text))


def limit_said(limit: str) -> str:
    """A limit of a category as people write it; `limit_of` gives it back."""
    number, _space, unit = limit.partition(" ")
    words = next((word for word, name in _UNITS.items() if name == unit), "")
    return f"{number}{'个' if words.startswith('工作') else ''}{words}" if words else limit


def key_of(path: Sequence[_Node]) -> str:
    """The key of a category, the same whenever the file comes again: of its code and kind, else of its path's names.

    Components and matters use the same numbers, so the kind is part of the key.
    """
    top, own = path[0], path[-1]
    kind = KINDS.get(top.name, "" if top.code else _digest([top.name]))
    if own.code:
        code = "".join(char if char.isalnum() else "_" for char in own.code.lower())
        return f"{kind or 'code'}_{code}"
    if len(path) == 1:
        return kind or _digest([top.name])
    return _digest([node.name for node in path])


def _digest(names: Sequence[str]) -> str:
    return "tree_" + hashlib.sha256("/".join(names).encode()).hexdigest()[:10]
