"""Sites from a table: compounds, enterprises, public places. Every fault is told before anything is written.

A row names its site by code where it has one, else by kind, name and grid. Nothing is ended or removed: a site that is
not in the file stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.places.models import Site
from lianxin.places.queries import grid_tree
from lianxin.places.sites.actions import SiteRow, known_sites
from lianxin.places.sites.codes import SERIALS, is_credit_code, is_own_code, serials_of, tidy_code
from lianxin.places.sites.queries import codes_in
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
    "kind": ("类型", "类别", "场所类型", "kind"),
    "name": ("名称", "场所名称", "企业名称", "单位名称", "小区名称", "name"),
    "code": ("编码", "场所编码", "统一社会信用代码", "信用代码", "code"),
    "address": ("地址", "详细地址", "address"),
    "grid": ("网格编码", "网格", "所在网格", "grid"),
    "lon": ("经度", "lon", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
}  # fmt: skip
REQUIRED: Final = ("kind", "name")
HINT: Final = (
    "至少要有“类型”和“名称”两列，另有编码、地址、网格编码、经度、纬度。",
    "Type and name are needed; code, address, grid, longitude and latitude may be there.",
)
LONGEST: Final = {"name": 60, "code": 40, "address": 120, "grid": 60}
KINDS: Final = {
    "小区": "compound", "自然村": "compound", "小区或自然村": "compound", "compound": "compound",
    "企业": "enterprise", "enterprise": "enterprise", "公共场所": "venue", "venue": "venue",
}  # fmt: skip


def read_sites(table: Table, town: Town, datum: Datum) -> tuple[list[SiteRow], list[RowFault]]:
    """The sound rows of a table of sites, and every fault by row. Raises Unreadable when a needed column lacks."""
    columns = columns_of(table, COLUMNS)
    needed(columns, COLUMNS, REQUIRED, HINT)
    reader = _Reader(table, columns, town, datum)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    return parted(rows, [*reader.faults, *_between(rows, reader.names), *_room(town, rows, reader)])


class _Reader(PlacedReading):
    def __init__(self, table: Table, columns: Columns, town: Town, datum: Datum) -> None:
        super().__init__(table, columns, COLUMNS, town, datum)
        self._grids = grids_by_word(town)
        self.known = known_sites(town)
        self._used = codes_in(town)

    def read(self, row: int, cells: Cells) -> SiteRow | None:
        """The site of a row; None, and its faults noted, when it has any."""
        lines = {target: line_of(most) for target, most in LONGEST.items()}
        readers: dict[str, Callable[[Any], Any]] = lines | {
            "kind": lambda cell: choice_of(cell, KINDS), "code": lambda cell: tidy_code(lines["code"](cell)),
            "grid": lambda cell: grid_of(lines["grid"](cell), self._grids), "lon": coordinate, "lat": coordinate,
        }  # fmt: skip
        got, sound = self.cells(row, cells, readers, REQUIRED)
        if not (sound and self._is_coded(row, got)):
            return None
        before = len(self.faults)
        point = self.point(row, got)
        grid = self._ground(row, got, point) if len(self.faults) == before else None
        return self._made(row, got, point, grid) if len(self.faults) == before else None

    def _is_coded(self, row: int, got: Mapping[str, Any]) -> bool:
        """A code, if any, is a credit code of an enterprise, or one that a standing site of the town has."""
        code, before = got.get("code") or "", len(self.faults)
        if code and code in self._used and code not in self.known:
            self.fault(row, "code", Wrong("used_up", value=code))
        elif is_credit_code(code):
            if got["kind"] != Site.Kind.ENTERPRISE:
                self.fault(row, "kind", Wrong("not_enterprise"))
        elif is_own_code(code):
            if code not in self.known:
                self.fault(row, "code", Wrong("unknown_site", value=code))
        elif code:
            self.fault(row, "code", Wrong("bad_credit_code", value=code))
        return len(self.faults) == before

    def _ground(self, row: int, got: Mapping[str, Any], point: tuple[float, float] | None) -> int | None:
        """The grid, from point and name; None for a site that is known by its code and says neither."""
        named = got.get("grid")
        if point is None and named is None and got.get("code") in self.known:
            return None
        return self.ground(row, point, named)

    def _made(self, row: int, got: Mapping[str, Any], point: tuple[float, float] | None, grid: int | None) -> SiteRow:
        found = SiteRow(row, got["kind"], got["name"], got.get("code") or "", grid, got.get("address") or None, point)
        twin = self.known.get(found.key)
        if found.code and twin is not None and twin.code != found.code:
            self.fault(row, "name", Wrong("site_there", value=twin.code))
        return found


def _between(rows: Sequence[SiteRow], names: Mapping[str, str]) -> Iterator[RowFault]:
    """Sites that stand in the file twice, by code or by kind, name and grid."""
    first: dict[Any, int] = {}
    for row in rows:
        for key, target in ((row.code, "code"), (row.key if row.grid_id is not None else "", "name")):
            if key and first.setdefault(key, row.row) != row.row:
                yield RowFault(row.row, names[target], "repeated_site", {"row": first[key]})
                break


def _room(town: Town, rows: Sequence[SiteRow], reader: _Reader) -> Iterator[RowFault]:
    """Rows for which a grid has no code left."""
    serials, tree = serials_of(codes_in(town)), grid_tree(town)
    for row in rows:
        if row.code or row.key in reader.known or row.grid_id is None:
            continue
        code = tree[row.grid_id].code
        serials[code] = serials.get(code, 0) + 1
        if serials[code] > SERIALS:
            yield RowFault(row.row, reader.names["grid"], "grid_full", {"value": code})
