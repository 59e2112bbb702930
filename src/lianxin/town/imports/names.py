"""Names of places from a table: villages, roads, compounds, landmarks, and what people also call them.

Every fault is told before anything is written. A name that is not in the file stays; a row may say that one goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.places.models import Grid
from lianxin.places.names import NameRow
from lianxin.places.queries import grid_tree
from lianxin.town.imports.cells import Wrong, choice_of, line_of
from lianxin.town.imports.faults import RowFault
from lianxin.town.imports.reading import PlacedReading, columns_of, coordinate, needed, parted
from lianxin.town.imports.rows import grid_of, grids_by_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.places.datum import Datum
    from lianxin.town.imports.reading import Columns
    from lianxin.town.imports.tables import Cells, Table

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": ("类型", "地名类型", "kind"),
    "name": ("地名", "名称", "name"),
    "grid": ("网格编码", "网格", "所在网格", "grid"),
    "lon": ("经度", "lon", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "gone": ("删除", "delete"),
}  # fmt: skip
REQUIRED: Final = ("kind", "name")
HINT: Final = (
    "至少要有“类型”和“地名”两列，另有网格编码、经度、纬度、删除。",
    "Type and name are needed; grid, longitude, latitude and delete may be there.",
)
KINDS: Final = {
    "村": "village", "village": "village", "道路": "road", "road": "road", "小区": "compound", "自然村": "compound",
    "compound": "compound", "地标": "landmark", "landmark": "landmark", "别名": "alias", "alias": "alias",
}  # fmt: skip
GONE: Final = {"是": True, "yes": True, "y": True, "1": True, "否": False, "no": False}
DECIMALS: Final = 7  # about a centimetre: as many as a table that was taken out has


def read_names(table: Table, town: Town, datum: Datum) -> tuple[list[NameRow], list[RowFault]]:
    """The sound rows of a table of names, and every fault by row. Raises Unreadable when a needed column lacks."""
    columns = columns_of(table, COLUMNS)
    needed(columns, COLUMNS, REQUIRED, HINT)
    reader = _Reader(table, columns, town, datum)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    return parted(rows, [*reader.faults, *_twice(rows, reader.names["name"])])


class _Reader(PlacedReading):
    def __init__(self, table: Table, columns: Columns, town: Town, datum: Datum) -> None:
        super().__init__(table, columns, COLUMNS, town, datum)
        self._grids = grids_by_word(town)

    def read(self, row: int, cells: Cells) -> NameRow | None:
        """The name of a row; None, and its faults noted, when it has any."""
        readers: dict[str, Callable[[Any], Any]] = {
            "kind": lambda cell: choice_of(cell, KINDS), "name": line_of(60),
            "grid": lambda cell: grid_of(line_of(60)(cell), self._grids), "lon": coordinate, "lat": coordinate,
            "gone": lambda cell: choice_of(cell, GONE),
        }  # fmt: skip
        got, sound = self.cells(row, cells, readers, REQUIRED)
        before = len(self.faults)
        point = self.point(row, got) if sound else None
        grid = self._ground(row, got, point) if sound and len(self.faults) == before else None
        if grid is None:
            return None
        node = grid_tree(self.town)[grid]
        if point is None and (node.lon is None or node.lat is None):
            self.fault(row, "lon", Wrong("site_no_place"))
            return None
        spot = (round(point[0], DECIMALS), round(point[1], DECIMALS)) if point is not None else None
        return NameRow(row, got["name"], got["kind"], grid, spot, bool(got.get("gone")))

    def _ground(self, row: int, got: Mapping[str, Any], point: tuple[float, float] | None) -> int | None:
        """The grid, as named or from the point: a village's name may belong to the village as a whole."""
        named, found = got.get("grid"), self.ground(row, point, got.get("grid"))
        whole = found is not None and named is not None and grid_tree(self.town)[named].level != Grid.Level.TOWN
        return named if whole else found


def _twice(rows: Sequence[NameRow], column: str) -> Iterator[RowFault]:
    first: dict[Any, int] = {}
    for row in rows:
        if first.setdefault(row.key, row.row) != row.row:
            yield RowFault(row.row, column, "repeated_name", {"row": first[row.key]})
