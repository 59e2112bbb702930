"""Grids from a zipped Shapefile: geometry from .shp, words from .dbf, the datum from .prj, the encoding from .cpg.

The archive is somebody else's: what it unpacks to is bounded before anything is read.
"""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING, Any, Final

import shapefile
from django.utils.translation import gettext as _

from lianxin.places.datum import Datum
from lianxin.places.imports import WORDS, Drawn, Fault
from lianxin.places.projected import Zone, zone_in
from lianxin.town.imports.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MOST_UNPACKED: Final = 300_000_000

NAME_BYTES: Final = 10  # of a column's name in a .dbf: longer ones are cut off
_ENCODINGS: Final = ("utf-8", "gb18030")
_CODE_PAGES: Final = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "65001": "utf-8", "950": "big5"}
_BROKEN: Final = (
    shapefile.ShapefileException, struct.error, KeyError, ValueError, IndexError, TypeError, OverflowError, EOFError,
    MemoryError,
)  # fmt: skip
_HEADER: Final = 100  # bytes before the first shape
_POLYGONS: Final = frozenset({shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM})
shapefile.VERBOSE = False  # what is wrong with a shape is told by row, not logged


def read_shapefile(path: Path) -> Drawn:
    """The grids of a zipped Shapefile as features, numbered from 1; nothing is checked yet. Raises Unreadable."""
    parts = _parts(path)
    for ending in ("shp", "dbf"):
        if ending not in parts:
            raise Unreadable(
                f"{path.name} 里没有 .{ending} 文件：请把 .shp、.dbf、.prj 一起打成 zip。",
                f"{path.name} holds no .{ending}: zip .shp, .dbf and .prj together.",
            )
    try:
        words = list(_records(parts["dbf"], parts.get("cpg", b"")))
        shapes = [_geometry(shape) for shape in shapefile.Reader(shp=io.BytesIO(_whole(parts["shp"]))).iterShapes()]
    except _BROKEN as error:
        raise Unreadable(
            f"{path.name} 里的 Shapefile 不完好，读不出来。",
            f"The Shapefile in {path.name} is broken and cannot be read.",
        ) from error
    if len(words) != len(shapes):
        raise Unreadable(
            f"{path.name} 里图形有 {len(shapes):,} 个，属性却有 {len(words):,} 行：不是一套文件。",
            f"{path.name} has {len(shapes):,} shapes but {len(words):,} rows of words: they do not belong together.",
        )
    features: list[tuple[int, dict[str, Any]]] = [
        (row, {"properties": properties, "geometry": shape})
        for row, (properties, shape) in enumerate(zip(words, shapes, strict=True), start=1)
        if properties is not None  # a row struck out
    ]
    if not features:
        raise Unreadable(f"{path.name} 里没有网格。", f"{path.name} holds no grid.")
    prj = parts.get("prj", b"").decode("utf-8", "replace")
    zone = zone_in(prj)
    if zone is None:
        return Drawn(features, datum_in(prj, path.name))
    told = _("Its metres on the plane “%(name)s” (middle meridian %(lon)s°) were turned into degrees (WGS-84).")
    note = Fault(0, "turned", told % {"name": zone.name[:60], "lon": f"{zone.lon:g}"}, grave=False)
    return Drawn([(row, _turned(each, zone)) for row, each in features], Datum.WGS84, (note,))


# ---- the archive -----------------------------------------------------------------------------------


def _parts(path: Path) -> dict[str, bytes]:
    """The files of the one Shapefile in an archive by ending; whatever else lies there is left alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            every = [part for part in archive.infolist() if _is_part(part.filename)]
            found = {each.filename.rpartition(".")[2].lower(): each for each in every}
            if len(found) != len(every):
                raise Unreadable(
                    f"{path.name} 里有不止一套 Shapefile：请每次只放一套。",
                    f"{path.name} holds more than one Shapefile: one at a time.",
                )
            if sum(part.file_size for part in every) > MOST_UNPACKED:
                raise Unreadable(
                    f"{path.name} 解开后异常地大，未导入。", f"{path.name} unpacks to an absurd size; refused."
                )
            return {ending: archive.read(part) for ending, part in found.items()}
    except RuntimeError as error:  # a password
        raise Unreadable(
            f"{path.name} 设有密码：请先去掉密码再导入。", f"{path.name} is under a password: save it without one."
        ) from error
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise Unreadable(f"{path.name} 不是完好的 zip 文件。", f"{path.name} is no sound zip file.") from error


def _is_part(name: str) -> bool:
    stem, _, ending = name.rpartition(".")
    hidden = stem.startswith("__MACOSX") or stem.rpartition("/")[2].startswith("._")
    return ending.lower() in {"shp", "dbf", "prj", "cpg"} and not hidden


# ---- the datum -------------------------------------------------------------------------------------


def datum_in(prj: str, name: str) -> str:
    """The datum a .prj names: ours where it is one, else as it is written there; empty for none.

    Raises Unreadable for metres on a plane that is none of ours (see `places.projected`).
    """
    if projected := re.search(r'PROJ(?:CS|CRS)\s*\[\s*"([^"]*)"', prj, re.IGNORECASE):
        raise Unreadable(
            f"{name} 的坐标是平面直角坐标（{projected[1][:60]}）：不是 CGCS2000、WGS-84 的"
            "高斯－克吕格或 UTM 投影，请先转成经纬度（CGCS2000 或 WGS-84）再导入。",
            f"{name} is in metres on a plane ({projected[1][:60]}) that is no Gauss-Krüger or UTM zone of CGCS2000 "
            "or WGS-84: save it in degrees.",
        )
    said = re.search(r'(?:GEOGCS|GEOGCRS|GEODCRS)\s*\[\s*"([^"]*)"', prj, re.IGNORECASE)
    if not said:
        return ""
    plain = "".join(char for char in said[1].lower() if char.isalnum())
    marks = {
        "wgs84": Datum.WGS84, "wgs1984": Datum.WGS84, "cgcs2000": Datum.WGS84, "china2000": Datum.WGS84,
        "coordinatesystem2000": Datum.WGS84, "gcj02": Datum.GCJ02, "bd09": Datum.BD09,
    }  # fmt: skip
    return next((str(datum) for mark, datum in marks.items() if mark in plain), said[1])


# ---- shapes and words ------------------------------------------------------------------------------


def _whole(shp: bytes) -> bytes:
    """As much of a .shp as it says itself that it holds; ValueError where that is more than there is."""
    said = 2 * int(struct.unpack_from(">i", shp, 24)[0])
    if not _HEADER <= said <= len(shp):
        raise ValueError(said)
    return shp[:said]


def _turned(feature: dict[str, Any], zone: Zone) -> dict[str, Any]:
    """A feature with its metres turned into degrees; what is no polygon is left to be told as such."""
    geometry = feature["geometry"]
    if geometry is None or geometry["type"] not in {"Polygon", "MultiPolygon"}:
        return feature
    many = geometry["type"] == "MultiPolygon"
    parts = geometry["coordinates"] if many else [geometry["coordinates"]]
    turned = [[zone.degrees(ring) for ring in part] for part in parts]
    return {**feature, "geometry": {"type": geometry["type"], "coordinates": turned if many else turned[0]}}


def _geometry(shape: Any) -> dict[str, Any] | None:
    """The shape as GeoJSON; None for none."""
    if shape is None or shape.shapeType == shapefile.NULL:
        return None
    if shape.shapeType not in _POLYGONS:
        return {"type": shape.shapeTypeName}  # a line or a point: no boundary
    told: dict[str, Any] = shape.__geo_interface__
    return told


def _records(raw: bytes, code_page: bytes) -> Iterator[dict[str, str] | None]:
    """The rows of a .dbf by our own names of the columns; None for one struck out."""
    count, header, width = struct.unpack_from("<IHH", raw, 4)
    fields = list(_fields(raw, header))
    rows = [raw[at : at + width] for at in range(header, min(header + count * width, len(raw)), width)]
    cells = [[row[start : start + length].strip(b" \0") for _, start, length in fields] for row in rows]
    said = code_page.decode("ascii", "ignore").strip().lower().removeprefix("cp").replace("ansi", "").strip()
    texts = [name for name, _, _ in fields] + [cell for row in cells for cell in row]
    encoding = _encoding([_CODE_PAGES.get(said, said), *_ENCODINGS], texts)
    wanted = _our_names()
    names = [wanted.get(_text(name, encoding).lower(), "") for name, _, _ in fields]
    for row, values in zip(rows, cells, strict=True):
        told = {name: _text(value, encoding) for name, value in reversed(list(zip(names, values, strict=True))) if name}
        yield None if row[:1] == b"*" else told


def _fields(raw: bytes, header: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and width of each column."""
    start = 1  # the first byte of a row says whether it is struck out
    for at in range(32, header - 32, 32):
        if raw[at] == 0x0D:
            return
        yield raw[at : at + 11].split(b"\0")[0].strip(), start, raw[at + 16]
        start += raw[at + 16]


def _our_names() -> dict[str, str]:
    """Our names of the columns by all that they go by, whole or cut off as a .dbf cuts them, in either encoding."""
    found: dict[str, str] = {}
    for ours, titles in WORDS.items():
        for title in titles:
            for encoding in _ENCODINGS:
                found.setdefault(title.encode(encoding)[:NAME_BYTES].decode(encoding, "ignore").lower(), ours)
            found.setdefault(title.lower(), ours)
    return found


def _encoding(candidates: Sequence[str], texts: Sequence[bytes]) -> str:
    """The first encoding in which every text can be read; the last letter of a text may have been cut off."""
    for name in candidates:
        try:
            maker = codecs.getincrementaldecoder(name)
            for text in texts:
                maker("strict").decode(text, final=False)
        except (LookupError, UnicodeDecodeError):
            continue
        return name
    raise ValueError("no encoding fits")


def _text(value: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("strict").decode(value, final=False).strip()
