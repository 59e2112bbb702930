"""Micro-grids with who speaks for them, from a table. Every fault is told before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.people.masking import mask_phone, tidy_phone
from lianxin.people.micros import MicroRow, known_micros
from lianxin.places.models import Grid
from lianxin.places.queries import ancestor_ids, ended_grids, grid_tree
from lianxin.places.reform.plan import SERIALS
from lianxin.town.imports.cells import Wrong, count_of, line_of, text_of
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.holders import holders_of, post_of
from lianxin.town.imports.reading import Reading, columns_of, parted
from lianxin.town.imports.rows import grid_of, grids_by_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.micros import KnownMicro
    from lianxin.places.queries import Node
    from lianxin.town.imports.reading import Columns
    from lianxin.town.imports.tables import Cells, Table

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("微网格编码", "编码", "code"),
    "name": ("微网格名称", "名称", "name"),
    "grid": ("所属网格", "网格编码", "上级编码", "网格", "grid"),
    "households": ("户数", "households"),
    "population": ("人口", "人数", "population"),
    "account": ("代表账号", "账号", "account"),
    "person": ("代表姓名", "代表", "姓名", "person"),
    "phone": ("代表电话", "电话", "手机", "联系电话", "phone"),
    "title": ("称呼", "职务", "title"),
    "doors": ("楼栋门牌", "门牌", "doors"),
}  # fmt: skip
LONGEST: Final = {"code": 18, "name": 60, "grid": 60, "account": 60, "person": 60, "title": 40, "doors": 200}
CODE: Final = 18  # figures: those of the small grid and three of its own


def read_micros(table: Table, town: Town, *, now: datetime) -> tuple[list[MicroRow], list[RowFault]]:
    """The sound rows of a table of micro-grids, and every fault by row. Raises Unreadable when a column lacks."""
    columns = columns_of(table, COLUMNS)
    if "name" not in columns or not {"grid", "code"} & columns.keys():
        raise Unreadable(
            "表里缺少列：至少要有“微网格名称”和“所属网格”（或“微网格编码”），"
            "另有户数、人口、代表账号、代表姓名、代表电话、称呼、楼栋门牌。",
            "The table lacks columns: the micro-grid's name, and its small grid or its own code.",
        )
    reader = _Reader(table, columns, town, now)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    return parted(rows, [*reader.faults, *_between(rows, reader), *_room(town, rows, reader)])


class _Reader(Reading):
    def __init__(self, table: Table, columns: Columns, town: Town, now: datetime) -> None:
        super().__init__(table, columns, COLUMNS)
        self._town, self._tree = town, grid_tree(town)
        self.known = known_micros(town)
        self._small = {node.code: node for node in self._tree.values() if node.level == Grid.Level.GRID}
        self._grids = grids_by_word(town)
        self._ended = {each.code for each in ended_grids(town).values()}
        self._holders = holders_of(town, now)

    def read(self, row: int, cells: Cells) -> MicroRow | None:
        """The micro-grid of a row; None, and its faults noted, when it has any."""
        lines = ("name", "grid", "account", "person", "title", "doors")
        readers: dict[str, Callable[[Any], Any]] = {name: line_of(LONGEST[name]) for name in lines}
        readers |= {"code": _code, "households": count_of, "population": count_of, "phone": _phone}
        got, sound = self.cells(row, cells, readers, ("name",))
        if not sound:
            return None
        try:
            return self._made(row, got)
        except _At as wrong_at:
            self.fault(row, wrong_at.target, wrong_at.wrong)
            return None

    def _made(self, row: int, got: Mapping[str, Any]) -> MicroRow:
        parent = self._parent(got)
        held = self._held(got, parent)
        post_id, person = self._represented(got, parent, held)
        return MicroRow(
            row, parent.id, got["name"], got.get("code") or "", got.get("households"), got.get("population"),
            post_id, person, self._number(got, held, post_id), got.get("title") or None, got.get("doors") or None,
        )  # fmt: skip

    def _parent(self, got: Mapping[str, Any]) -> Node:
        """The small grid of a row, by its own word, by the code of the micro-grid, or by both alike."""
        code = got.get("code") or ""
        if code in self._ended:
            raise _At("code", "ended_grid", value=code)
        by_code = self._small.get(code[:-3]) if code else None
        if code and by_code is None:
            raise _At("code", "bad_micro_code", value=code)
        try:
            named = grid_of(got.get("grid") or "", self._grids)
        except Wrong as wrong:
            raise _At("grid", wrong.code, **wrong.said) from wrong
        node = self._tree[named] if named is not None else by_code
        if node is None:
            raise _At("grid", "missing")
        if node.level != Grid.Level.GRID:
            raise _At("grid", "not_small", value=node.name)
        if by_code is not None and by_code.id != node.id:
            raise _At("grid", "micro_elsewhere", value=by_code.name)
        return node

    def _held(self, got: Mapping[str, Any], parent: Node) -> KnownMicro | None:
        key = got.get("code") or (parent.id, got["name"])
        if key in self.known and self.known[key] is None:
            raise _At("name", "ambiguous_micro", value=got["name"])
        return self.known.get(key)

    def _represented(
        self, got: Mapping[str, Any], parent: Node, held: KnownMicro | None
    ) -> tuple[int | None, str | None]:
        """The post that speaks for it, or the neighbour by name."""
        account, person = got.get("account"), got.get("person")
        if not account:
            return None, person or None
        stands = held.by.post_id if held is not None and held.by is not None else None
        try:
            post = post_of(account, self._holders, ancestor_ids(self._town, parent.id), stands)
        except Wrong as wrong:
            raise _At("account", wrong.code, **wrong.said) from wrong
        if person and person != post.name:
            raise _At("person", "other_name", value=post.name)
        return post.id, None

    def _number(self, got: Mapping[str, Any], held: KnownMicro | None, post_id: int | None) -> str | None:
        """The telephone of a neighbour; a masked one has to fit the number that is known."""
        phone: str = got.get("phone") or ""
        if not phone or post_id is not None:
            return None
        known = held.by.phone if held is not None and held.by is not None else ""
        if "*" in phone and (not known or phone != mask_phone(known)):
            raise _At("phone", "bad_phone", value=phone)
        if not got.get("person") and (held is None or held.by is None or held.by.post_id is not None):
            raise _At("person", "missing")
        return phone


class _At(Exception):
    """A cell, by what it holds, that does not go with the others of its row or with the town."""

    def __init__(self, target: str, code: str, **said: Any) -> None:
        super().__init__(code)
        self.target, self.wrong = target, Wrong(code, **said)


def _code(cell: Any) -> str:
    text = clean_line(text_of(cell))
    if text and not (text.isascii() and text.isdigit() and len(text) == CODE and int(text[-3:])):
        raise Wrong("bad_micro_code", value=text)
    return text


def _phone(cell: Any) -> str:
    """The digits of a number; a masked one as it is."""
    text = clean_line(text_of(cell))
    if text and "*" not in text and not tidy_phone(text):
        raise Wrong("bad_phone", value=text)
    return text if "*" in text else tidy_phone(text) if text else ""


def _between(rows: Sequence[MicroRow], reader: _Reader) -> Iterator[RowFault]:
    """Micro-grids that stand in the file twice, by code or by small grid and name."""
    first: dict[Any, int] = {}
    for row in rows:
        held = reader.known.get(row.key) if not row.code else None
        keys = (row.code or (held.grid.code if held else ""), row.key if not row.code else "")
        for key in filter(None, keys):
            if first.setdefault(key, row.row) != row.row:
                yield RowFault(row.row, reader.names["name"], "repeated_micro", {"row": first[key]})
                break


def _room(town: Town, rows: Sequence[MicroRow], reader: _Reader) -> Iterator[RowFault]:
    """Rows for which a small grid has no code left."""
    tree, highest = grid_tree(town), dict[str, int]()
    given = [*(node.code for node in tree.values()), *(each.code for each in ended_grids(town).values())]
    for code in (*(code for code in given if len(code) == CODE), *(row.code for row in rows if row.code)):
        highest[code[:-3]] = max(highest.get(code[:-3], 0), int(code[-3:]))
    for row in rows:
        if row.code or row.key in reader.known:
            continue
        code = tree[row.parent_id].code
        highest[code] = highest.get(code, 0) + 1
        if highest[code] > SERIALS:
            yield RowFault(row.row, reader.names["grid"], "grid_full", {"value": code})
