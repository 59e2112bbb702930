"""A tree of categories from a table: a leaf on each row below its groups, or every category with its parent's code.

The city-management codes (GB/T 47678.5 and the like) and the trees of message boards come so. Every fault is told
before anything is written.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.actions.trees import CategoryRow
from lianxin.town.imports.cells import Wrong, text_of
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.tables import column_of
from lianxin.workflow.clock import Limit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
}  # fmt: skip
LEVELS: Final = ("first", "second", "third")
LONGEST: Final = {"name": 60, "code": 20, "english": 80}
KINDS: Final = {"管理部件": "component", "部件": "component", "管理事项": "matter", "事项": "matter"}
HANDLE: Final = "handle"  # the limit of a category that the time to settle is
_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,20}")
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


def read_categories(table: Table) -> tuple[list[CategoryRow], list[RowFault]]:
    """The categories of a table, groups before leaves, and every fault by row. Raises Unreadable."""
    places = {target: at for target, titles in COLUMNS.items() if (at := column_of(table, titles)) is not None}
    if "third" not in places and "second" not in places:
        raise Unreadable(
            "表里缺少列：要么有“一级分类”“二级分类”“三级分类”，要么有“编码”“名称”“上级编码”。",
            "The table needs the columns 一级分类, 二级分类, 三级分类; or else 编码, 名称, 上级编码.",
        )
    reader = _Reader(table, places)
    rows = reader.flat() if "parent" in places and "third" in places else reader.paths()
    bad = {fault.row for fault in reader.faults}
    return [row for row in rows if row.row not in bad], sorted(reader.faults, key=lambda fault: fault.row)


class _Reader:
    def __init__(self, table: Table, places: Mapping[str, int]) -> None:
        self._table, self._places = table, places
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

    # ---- every category with its parent's code ----

    def flat(self) -> list[CategoryRow]:
        """Every category of a table that names parents by code, parents first."""
        rows: dict[str, tuple[int, _Node, str, dict[str, Any]]] = {}
        for number, cells in self._table.rows():
            before = len(self.faults)
            node = _Node(self._name(number, cells, "third"), self._code(number, cells, "third_code"))
            parent, more = self._code(number, cells, "parent"), self._more(number, cells)
            for target, value in (("third", node.name), ("third_code", node.code)):
                if not value and len(self.faults) == before:
                    self._fault(number, target, Wrong("missing"))
            if len(self.faults) > before:
                continue
            if node.code in rows:
                self._fault(number, "third_code", Wrong("repeated_category", row=rows[node.code][0]))
            else:
                rows[node.code] = (number, node, parent, more)
        return [self._one(rows, code) for code in self._in_order(rows)]

    def _in_order(self, rows: Mapping[str, tuple[int, _Node, str, dict[str, Any]]]) -> list[str]:
        """Codes, parents before children; one whose parent is not in the file, or that stands under itself, is told."""
        placed: dict[str, None] = {}
        for code, (number, _node, _parent, _more) in rows.items():
            chain, at = [code], rows[code][2]
            while at and at in rows and at not in placed and at not in chain:
                chain.append(at)
                at = rows[at][2]
            if at and at not in placed:
                self._fault(number, "parent", Wrong("unknown_parent_code", value=at))
                continue
            placed |= dict.fromkeys(reversed(chain))
        return list(placed)

    def _one(self, rows: Mapping[str, tuple[int, _Node, str, dict[str, Any]]], code: str) -> CategoryRow:
        number, node, parent, more = rows[code]
        above = key_of([rows[parent][1]]) if parent else ""
        return CategoryRow(number, key_of([node]), node.name, above, node.code, **more)

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

    def _more(self, row: int, cells: Cells) -> dict[str, Any]:
        """What a row says of its own category beside name and code."""
        english, limit = self._text(row, cells, "english", LONGEST["english"]), self._text(row, cells, "limit", 40)
        more: dict[str, Any] = {"name_en": english or None}
        if limit:
            try:
                more["limits"] = {HANDLE: limit_of(limit)}
            except ValueError:
                self._fault(row, "limit", Wrong("bad_limit", value=limit))
        return more


def limit_of(text: str) -> str:
    """A limit as categories keep it ("3 working_days"), from that or from words (3个工作日); ValueError for others."""
    words = _LIMIT.fullmatch(text)
    return str(Limit.parse(f"{int(words[1])} {_UNITS[words[2]]}" if words else text))


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
