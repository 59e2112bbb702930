"""Who serves each grid in the eight lines, from a table: a row for a grid, a column for a line.

A cell names a unit, or by account somebody in a post; an empty one leaves the line as it is. Every fault is told
before anything is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.people.docking import LineRow
from lianxin.people.lines import Server, said_of
from lianxin.people.models import LineService
from lianxin.places.queries import ancestor_ids
from lianxin.town.imports.cells import Wrong, text_of
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.holders import holders_of, post_of
from lianxin.town.imports.rows import grid_of, grids_by_word, unit_of, units_by_word
from lianxin.town.imports.tables import column_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.town.imports.tables import Cells, Table

GRID: Final = ("网格编码", "网格", "grid")
LINES: Final[Mapping[str, tuple[str, ...]]] = {
    line.value: (line.value, line.name.lower()) for line in LineService.Line
}  # fmt: skip
TITLES: Final = (*GRID, *(title for titles in LINES.values() for title in titles))
LONGEST: Final = 140  # an account, a stroke, the name of a unit


def read_lines(table: Table, town: Town, *, now: datetime) -> tuple[list[LineRow], list[RowFault]]:
    """The sound rows of a table of lines, and every fault by row. Raises Unreadable when a column lacks."""
    grid_at = column_of(table, GRID)
    places = {line: at for line, titles in LINES.items() if (at := column_of(table, titles)) is not None}
    if grid_at is None or not places:
        raise Unreadable(
            f"表里缺少列：要有“网格编码”，以及八条线中的几列：{'、'.join(LINES)}。",
            f"The table lacks columns: the code of the grid, and some of the lines {', '.join(LINES)}.",
        )
    reader = _Reader(table, grid_at, places, town, now)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    return rows, reader.faults


class _Reader:
    def __init__(self, table: Table, grid_at: int, places: Mapping[str, int], town: Town, now: datetime) -> None:
        self._table, self._grid_at, self._places, self._town = table, grid_at, places, town
        self.faults: list[RowFault] = []
        self._grids = grids_by_word(town)
        self._units = units_by_word(town, serving=True)
        self._holders, self._said = holders_of(town, now), said_of(town)
        self._first: dict[int, int] = {}

    def read(self, row: int, cells: Cells) -> LineRow | None:
        """What a row says of its grid; None, and its faults noted, when it has any."""
        before = len(self.faults)
        grid = self._grid(row, cells[self._grid_at])
        if grid is None:
            return None
        servers = {}
        for line, at in self._places.items():
            try:
                if word := _word(cells[at]):
                    servers[line] = self._server(word, grid, line)
            except Wrong as wrong:
                self.faults.append(RowFault(row, self._table.names[at], wrong.code, wrong.said))
        return LineRow(row, grid, servers) if len(self.faults) == before else None

    def _grid(self, row: int, cell: Any) -> int | None:
        try:
            grid = grid_of(_word(cell), self._grids)
            if grid is None:
                raise Wrong("missing")
            if self._first.setdefault(grid, row) != row:
                raise Wrong("repeated_grid", row=self._first[grid])
        except Wrong as wrong:
            self.faults.append(RowFault(row, self._table.names[self._grid_at], wrong.code, wrong.said))
            return None
        return grid

    def _server(self, word: str, grid: int, line: str) -> Server:
        """A unit by name or key, else the post of an account: of one unit where `account/unit` says so."""
        chain = ancestor_ids(self._town, grid)
        unit = unit_of(word, self._units) if word in self._units else None
        if unit is not None:
            if unit.grid_id is not None and unit.grid_id not in chain:
                raise Wrong("unit_elsewhere", value=word)
            return Server(unit_id=unit.pk)
        account, _stroke, of_unit = word.partition("/")
        held = self._holders.get(account, [])
        if (named := unit_of(of_unit, self._units)) is not None:
            held = [post for post in held if post.unit_id == named.pk]
        if not held:
            raise Wrong("unknown_server", value=word)
        stands = self._said.get((grid, line), Server()).post_id
        return Server(post_id=post_of(account, {account: held}, chain, stands).id)


def _word(cell: Any) -> str:
    text = clean_line(text_of(cell))
    if len(text) > LONGEST:
        raise Wrong("too_long", most=LONGEST)
    return text
