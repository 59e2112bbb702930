"""Grids from whatever office sends them: GeoJSON, a zipped Shapefile, Excel or CSV with the boundary in a cell."""

from __future__ import annotations

import json
import re
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.errors import GEOSException
from shapely.geometry import mapping

from lianxin.places.imports import WORDS, Drawn, Root, read_drawn, read_grids
from lianxin.places.queries import known_grids
from lianxin.town.imports.cells import Wrong, text_of
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.tables import MOST_BYTES, column_of, open_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from lianxin.keys.models import Town
    from lianxin.places.ground import Fault
    from lianxin.places.imports import GridRow, KnownGrid
    from lianxin.town.imports.tables import Cells, Table

BOUNDARY: Final = ("边界", "边界坐标", "边界范围", "坐标", "boundary", "wkt", "geometry")
# A cell of a workbook holds 32,767 characters: a long boundary goes on in columns of the same name with a number.
GOES_ON: Final = re.compile(r"(?:边界|boundary|wkt)\s*([2-9]|[1-9]\d)", re.IGNORECASE)
_SHP: Final = b"\x00\x00\x27\x0a"


def read_grid_file(path: Path, town: Town, *, datum: str | None) -> tuple[list[GridRow], list[RowFault]]:
    """The sound grids of a file and every fault and note by row, against the ground the town has. Raises Unreadable.

    `datum` goes before what the file says; where neither says one, WGS-84 is taken, and a note says so.
    """
    known, root = known_grids(town), Root(town.code[:9], town.name)
    sort = _sort_of(path)
    if sort == "geojson":
        rows, found = read_grids(path, datum=datum, known=known, town=root)
        return rows, _as_rows(found)
    if sort == "shapefile":
        from lianxin.town.imports.shapefiles import read_shapefile

        return _read(read_shapefile(path), known, datum, [], root)
    table = open_table(path, wanted=[title for titles in (*WORDS.values(), BOUNDARY) for title in titles])
    faults: list[RowFault] = []
    return _read(Drawn(list(_features(table, faults))), known, datum, faults, root)


def _read(
    drawn: Drawn, known: Iterable[KnownGrid], datum: str | None, faults: list[RowFault], root: Root
) -> tuple[list[GridRow], list[RowFault]]:
    rows, found = read_drawn(drawn, datum=datum, known=known, town=root)
    notes = [] if datum or drawn.datum else [RowFault(0, "", "datum_assumed", grave=False)]
    return rows, sorted([*notes, *faults, *_as_rows(found)], key=lambda fault: fault.row)


def _as_rows(found: Iterable[Fault]) -> list[RowFault]:
    """The faults of grids, whose sentences come from the reader of places, in the same kind of list."""
    return [RowFault(f.row, "", f.code, {"message": str(f.message)}, grave=f.grave) for f in found]


def _sort_of(path: Path) -> str:
    """What a file is, by what it begins with: geojson, shapefile or table. Raises Unreadable."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise Unreadable(f"{path} 不能读取：{error.strerror}。", f"{path} cannot be read: {error.strerror}.") from error
    if size > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise Unreadable(f"{path.name} 太大（最多 {most} MB）。", f"{path.name} is too big (at most {most} MB).")
    if head.startswith(_SHP):
        raise Unreadable(
            f"单有 {path.name} 不够：请把 .shp、.dbf、.prj 一起打成 zip。",
            f"{path.name} alone is not enough: zip .shp, .dbf and .prj together.",
        )
    if head.startswith(b"PK") or path.suffix.lower() == ".zip":
        return _sort_of_archive(path)
    is_json = path.suffix.lower() in {".json", ".geojson"} or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return "geojson" if is_json else "table"


def _sort_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise Unreadable(f"{path.name} 不是完好的 zip 文件。", f"{path.name} is no sound zip file.") from error
    if "xl/workbook.xml" in names:
        return "table"
    return "shapefile"


# ---- tables ----------------------------------------------------------------------------------------


def _features(table: Table, faults: list[RowFault]) -> Iterator[tuple[int, object]]:
    """The rows of a table as features; of a row whose cells cannot be read, what is wrong."""
    places = {ours: at for ours, titles in WORDS.items() if (at := column_of(table, titles)) is not None}
    if lacking := [title for ours, title in (("code", "网格编码"), ("name", "网格名称")) if ours not in places]:
        raise Unreadable(
            f"表里缺少列：{'、'.join(lacking)}。至少要有“网格编码”“网格名称”，另有上级编码、层级、边界、户数、人口。",
            f"The table lacks the columns {'、'.join(lacking)}.",
        )
    drawn = _boundary_columns(table)
    for row, cells in table.rows():
        before = len(faults)
        properties = dict(_words(row, cells, places, table, faults))
        geometry = _geometry(row, cells, drawn, table, faults)
        if len(faults) == before:
            yield row, {"properties": properties, "geometry": geometry}


def _words(
    row: int, cells: Cells, places: Mapping[str, int], table: Table, faults: list[RowFault]
) -> Iterator[tuple[str, str]]:
    for ours, at in places.items():
        try:
            yield ours, text_of(cells[at])
        except Wrong as wrong:
            faults.append(RowFault(row, table.names[at], wrong.code, wrong.said))


def _boundary_columns(table: Table) -> list[int]:
    """Where the boundary stands, and the columns in which it goes on."""
    first = column_of(table, BOUNDARY)
    more = [(int(found[1]), at) for at, name in enumerate(table.names) if (found := GOES_ON.fullmatch(name.strip()))]
    return [] if first is None else [first, *(at for _, at in sorted(more))]


def _geometry(row: int, cells: Cells, drawn: list[int], table: Table, faults: list[RowFault]) -> Any:
    try:
        text = "".join(text_of(cells[at]) for at in drawn).strip()
        return geometry_of(text) if text else None
    except Wrong as wrong:
        faults.append(RowFault(row, table.names[drawn[0]], wrong.code, wrong.said))
        return None


def geometry_of(text: str) -> Any:
    """The geometry a cell tells: WKT, GeoJSON, or points of one ring (`117.1,34.5; 117.2,34.5; …`). Raises Wrong."""
    try:
        if text.startswith("{"):
            return json.loads(text)
        if wkt := re.search(r"(?:MULTI)?POLYGON.*", text.upper(), re.DOTALL):
            return mapping(shapely.from_wkt(wkt[0]))
        return {"type": "Polygon", "coordinates": [_points(text)]}
    except (GEOSException, ValueError, RecursionError, TypeError) as error:
        raise Wrong("bad_boundary", value=text) from error


def _points(text: str) -> list[list[str]]:
    """The points of a ring, as written."""
    parts = [part.strip("()（）[] ,，") for part in re.split(r"[;；|\n]+", text)]
    points = [re.split(r"[,，\s]+", part) for part in parts if part]
    if len(points) == 1:  # no sign between points: every two figures are one
        points = [list(pair) for pair in list(pairwise(points[0]))[::2]]
    if not points or any(len(point) not in {2, 3} for point in points):
        raise ValueError(text)
    return points
