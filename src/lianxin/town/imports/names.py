"""Names of places from a table: villages, roads, compounds, landmarks, and what people also call them.

Every fault is told before anything is written. A name that is not in the file stays; a row may say that one goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.pickers import grid_name
from lianxin.places.datum import BadPoint, Datum, to_wgs84
from lianxin.places.models import Grid
from lianxin.places.names import NameRow
from lianxin.places.queries import grid_tree
from lianxin.places.sites.queries import Misplaced, ground_of
from lianxin.town.imports.cells import Wrong, choice_of, line_of, read_row, text_of
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.rows import grid_of, grids_by_word
from lianxin.town.imports.tables import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
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
KINDS: Final = {
    "村": "village", "village": "village", "道路": "road", "road": "road", "小区": "compound", "自然村": "compound",
    "compound": "compound", "地标": "landmark", "landmark": "landmark", "别名": "alias", "alias": "alias",
}  # fmt: skip
GONE: Final = {"是": True, "yes": True, "y": True, "1": True, "否": False, "no": False}
DECIMALS: Final = 7  # about a centimetre: as many as a table that was taken out has


def read_names(table: Table, town: Town, datum: Datum) -> tuple[list[NameRow], list[RowFault]]:
    """The sound rows of a table of names, and every fault by row. Raises Unreadable when a needed column lacks."""
    places = {target: column_of(table, titles) for target, titles in COLUMNS.items()}
    if lacking := [COLUMNS[target][0] for target in REQUIRED if places[target] is None]:
        raise Unreadable(
            f"表里缺少列：{'、'.join(lacking)}。至少要有“类型”和“地名”两列，另有网格编码、经度、纬度、删除。",
            f"The table lacks the columns {'、'.join(lacking)}.",
        )
    reader = _Reader(table, {target: at for target, at in places.items() if at is not None}, town, datum)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    faults = [*reader.faults, *_twice(rows, reader.names["name"])]
    bad = {fault.row for fault in faults}
    return [row for row in rows if row.row not in bad], sorted(faults, key=lambda fault: fault.row)


class _Reader:
    def __init__(self, table: Table, places: Mapping[str, int], town: Town, datum: Datum) -> None:
        self._places, self._town, self._datum = places, town, datum
        self.names = {target: titles[0] for target, titles in COLUMNS.items()}
        self.names |= {target: table.names[at] for target, at in places.items()}
        self.faults: list[RowFault] = []
        self._grids = grids_by_word(town)

    def read(self, row: int, cells: Cells) -> NameRow | None:
        """The name of a row; None, and its faults noted, when it has any."""
        readers: dict[str, Callable[[Any], Any]] = {
            "kind": lambda cell: choice_of(cell, KINDS), "name": line_of(60),
            "grid": lambda cell: grid_of(line_of(60)(cell), self._grids), "lon": _plain, "lat": _plain,
            "gone": lambda cell: choice_of(cell, GONE),
        }  # fmt: skip
        got, wrong = read_row(readers, self._places, cells, required=REQUIRED)
        for target, each in wrong.items():
            self._fault(row, target, each)
        if wrong:
            return None
        point = self._point(row, got)
        grid = self._ground(row, got, point) if point is not None or not (got.get("lon") or got.get("lat")) else None
        if grid is None:
            return None
        node = grid_tree(self._town)[grid]
        if point is None and (node.lon is None or node.lat is None):
            self._fault(row, "lon", Wrong("site_no_place"))
            return None
        lon, lat = point or (node.lon or 0.0, node.lat or 0.0)
        spot = round(lon, DECIMALS), round(lat, DECIMALS)
        return NameRow(row, got["name"], got["kind"], grid, spot, bool(got.get("gone")))

    def _fault(self, row: int, target: str, wrong: Wrong) -> None:
        self.faults.append(RowFault(row, self.names[target], wrong.code, wrong.said))

    def _point(self, row: int, got: Mapping[str, Any]) -> tuple[float, float] | None:
        lon, lat = got.get("lon") or "", got.get("lat") or ""
        if not (lon or lat):
            return None
        try:
            return to_wgs84(lon, lat, self._datum)
        except BadPoint:
            self._fault(row, "lon", Wrong("bad_place", value=f"{lon}, {lat}"))
            return None

    def _ground(self, row: int, got: Mapping[str, Any], point: tuple[float, float] | None) -> int | None:
        """The grid, as named or from the point: a village's name may belong to the village as a whole."""
        named, tree = got.get("grid"), grid_tree(self._town)
        try:
            found = ground_of(self._town, point, named)
        except Misplaced as wrong:
            target, value = ("grid", grid_name(self._town, wrong.grid)) if wrong.code != "outside" else ("lon", "")
            self._fault(row, target, Wrong(f"site_{wrong.code}", value=value))
            return None
        return named if named is not None and tree[named].level != Grid.Level.TOWN else found


def _plain(cell: Any) -> str:
    return text_of(cell).strip()


def _twice(rows: Sequence[NameRow], column: str) -> Iterator[RowFault]:
    first: dict[Any, int] = {}
    for row in rows:
        if first.setdefault(row.key, row.row) != row.row:
            yield RowFault(row.row, column, "repeated_name", {"row": first[row.key]})
