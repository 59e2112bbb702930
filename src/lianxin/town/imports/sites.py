"""Sites from a table: compounds, enterprises, public places. Every fault is told before anything is written.

A row names its site by code where it has one, else by kind, name and grid. Nothing is ended or removed: a site that is
not in the file stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.pickers import grid_name
from lianxin.places.datum import BadPoint, Datum, to_wgs84
from lianxin.places.models import Site
from lianxin.places.queries import grid_tree
from lianxin.places.sites.actions import SiteRow, known_sites
from lianxin.places.sites.codes import SERIALS, is_credit_code, is_own_code, serials_of, tidy_code
from lianxin.places.sites.queries import Misplaced, codes_in, ground_of
from lianxin.town.imports.cells import Wrong, choice_of, read_row, text_of
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.rows import grid_of, grids_by_word
from lianxin.town.imports.tables import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
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
LONGEST: Final = {"name": 60, "code": 40, "address": 120, "grid": 60}
KINDS: Final = {
    "小区": "compound", "自然村": "compound", "小区或自然村": "compound", "compound": "compound",
    "企业": "enterprise", "enterprise": "enterprise", "公共场所": "venue", "venue": "venue",
}  # fmt: skip


def read_sites(table: Table, town: Town, datum: Datum) -> tuple[list[SiteRow], list[RowFault]]:
    """The sound rows of a table of sites, and every fault by row. Raises Unreadable when a needed column lacks."""
    places = {target: column_of(table, titles) for target, titles in COLUMNS.items()}
    if lacking := [COLUMNS[target][0] for target in REQUIRED if places[target] is None]:
        raise Unreadable(
            f"表里缺少列：{'、'.join(lacking)}。至少要有“类型”和“名称”两列，另有编码、地址、网格编码、经度、纬度。",
            f"The table lacks the columns {'、'.join(lacking)}.",
        )
    reader = _Reader(table, {target: at for target, at in places.items() if at is not None}, town, datum)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    faults = [*reader.faults, *_between(rows, reader.names), *_room(town, rows, reader)]
    bad = {fault.row for fault in faults}
    return [row for row in rows if row.row not in bad], sorted(faults, key=lambda fault: fault.row)


class _Reader:
    def __init__(self, table: Table, places: Mapping[str, int], town: Town, datum: Datum) -> None:
        self._places, self._town, self._datum = places, town, datum
        self.names = {target: titles[0] for target, titles in COLUMNS.items()}
        self.names |= {target: table.names[at] for target, at in places.items()}
        self.faults: list[RowFault] = []
        self._grids = grids_by_word(town)
        self.known = known_sites(town)
        self._used = codes_in(town)

    def read(self, row: int, cells: Cells) -> SiteRow | None:
        """The site of a row; None, and its faults noted, when it has any."""
        readers: dict[str, Callable[[Any], Any]] = {
            "kind": lambda cell: choice_of(cell, KINDS), "name": lambda cell: _line("name", cell),
            "code": lambda cell: tidy_code(_line("code", cell)), "address": lambda cell: _line("address", cell),
            "grid": lambda cell: grid_of(_line("grid", cell), self._grids), "lon": _plain, "lat": _plain,
        }  # fmt: skip
        before = len(self.faults)
        got, wrong = read_row(readers, self._places, cells, required=REQUIRED)
        for target, each in wrong.items():
            self._fault(row, target, each)
        if len(self.faults) == before:
            self._check_code(row, got)
            point = self._point(row, got)
        if len(self.faults) == before:
            grid = self._ground(row, got, point)
        return self._made(row, got, point, grid) if len(self.faults) == before else None

    def _fault(self, row: int, target: str, wrong: Wrong) -> None:
        self.faults.append(RowFault(row, self.names[target], wrong.code, wrong.said))

    def _check_code(self, row: int, got: Mapping[str, Any]) -> None:
        """A code is a credit code of an enterprise, or one that a standing site of the town has."""
        code, kind = got.get("code") or "", got["kind"]
        if not code:
            return
        if code in self._used and code not in self.known:
            self._fault(row, "code", Wrong("used_up", value=code))
        elif is_credit_code(code):
            if kind != Site.Kind.ENTERPRISE:
                self._fault(row, "kind", Wrong("not_enterprise"))
        elif is_own_code(code):
            if code not in self.known:
                self._fault(row, "code", Wrong("unknown_site", value=code))
        else:
            self._fault(row, "code", Wrong("bad_credit_code", value=code))

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
        """The grid, from point and name; None for a site that is known by its code and says neither."""
        named = got.get("grid")
        if point is None and named is None and got.get("code") in self.known:
            return None
        try:
            return ground_of(self._town, point, named)
        except Misplaced as wrong:
            target, value = ("grid", grid_name(self._town, wrong.grid)) if wrong.code != "outside" else ("lon", "")
            self._fault(row, target, Wrong(f"site_{wrong.code}", value=value))
            return None

    def _made(self, row: int, got: Mapping[str, Any], point: tuple[float, float] | None, grid: int | None) -> SiteRow:
        found = SiteRow(row, got["kind"], got["name"], got.get("code") or "", grid, got.get("address") or None, point)
        twin = self.known.get(found.key)
        if found.code and twin is not None and twin.code != found.code:
            self._fault(row, "name", Wrong("site_there", value=twin.code))
        return found


def _line(target: str, cell: Any) -> str:
    text = clean_line(text_of(cell))
    if len(text) > LONGEST[target]:
        raise Wrong("too_long", most=LONGEST[target])
    return text


def _plain(cell: Any) -> str:
    return text_of(cell).strip()


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
