"""Reading grids, from GeoJSON or whatever else has been turned into its features: every fault by row before anything
is written, whatever the file holds.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import shapely
from django.utils.translation import gettext_lazy as _

from lianxin.places.datum import BadPoint, Datum, datum_named, to_wgs84
from lianxin.places.ground import Fault, Piece, ground_faults
from lianxin.places.plane import Plane, area_m2, middle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from shapely import Geometry

__all__ = ["Drawn", "Fault", "GridRow", "KnownGrid", "Root", "read_drawn", "read_grids"]

# How long the code of each level is: county 6 + town 3, village 3, serial 3, and 3 more for a micro-grid.
LEVEL_OF_LENGTH: Final = {9: "town", 12: "village", 15: "grid", 18: "micro"}
PARENT_LENGTH: Final = {12: 9, 15: 12, 18: 15}
WORDS: Final = {
    "code": ("code", "编码", "网格编码"),
    "name": ("name", "名称", "网格名称"),
    "parent": ("parent", "上级编码", "上级网格", "上级网格编码"),
    "households": ("households", "户数"),
    "population": ("population", "人口"),
    "level": ("level", "层级", "网格层级"),
}
LEVEL_WORDS: Final = {
    "town": "town", "乡镇": "town", "乡镇街道": "town", "街道": "town", "镇": "town", "乡": "town", "大网格": "town",
    "village": "village", "村": "village", "村社区": "village", "社区": "village", "中网格": "village",
    "grid": "grid", "网格": "grid", "小网格": "grid", "基础网格": "grid",
    "micro": "micro", "micro-grid": "micro", "微网格": "micro",
}  # fmt: skip
LONGEST_NAME: Final = 60
# A rectangle around China; what lies outside it is swapped, projected or in another datum.
WEST, SOUTH, EAST, NORTH = 73.4, 3.4, 135.2, 53.7
FAR_M: Final = 100_000.0  # no town is a hundred kilometres wide


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid as read, sound in itself: its boundary is GeoJSON in WGS-84. None where the file says nothing."""

    row: int
    code: str
    name: str
    level: str
    parent: str
    boundary: dict[str, Any] | None
    lon: float | None
    lat: float | None
    area_m2: float
    households: int | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class KnownGrid:
    """A grid the town has already; `standing` is False for one that has ended, whose code stays taken."""

    code: str
    parent: str
    shape: Geometry | None
    standing: bool = True


@dataclass(frozen=True, slots=True)
class Drawn:
    """Grids as a file has them, nothing checked yet: GeoJSON features by row, and the datum the file names, if any."""

    features: Sequence[tuple[int, object]]
    datum: object = ""
    notes: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Root:
    """The town as the grid above all others: its code of nine digits and its name."""

    code: str
    name: str


@dataclass(slots=True)
class _Reading:
    """One file being read: the rows so far and all that is wrong with them."""

    datum: Datum
    known: Mapping[str, KnownGrid]
    rows: list[GridRow] = field(default_factory=list)
    shapes: dict[int, Geometry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_grids(
    source: str | Path | IO[bytes] | IO[str],
    *,
    datum: Datum | str | None = None,
    known: Iterable[KnownGrid] = (),
    town: Root | None = None,
) -> tuple[list[GridRow], list[Fault]]:
    """Read a GeoJSON file (or open file) of grids: the sound rows, parents first, and every fault by row.

    Each feature has a polygon and the properties `code` and `name`, perhaps `parent` (else the head of the code),
    `level`, `households`, `population`. The datum is the one given, else the file's member `datum` or `crs`, else
    WGS-84. `known` are the town's present grids, `town` what stands above them all. Write only when no fault is
    grave. Never raises on bad content.
    """
    try:
        content = _load(source)
    except _Unreadable as bad:
        return [], [Fault(0, bad.args[0], bad.args[1])]
    drawn = Drawn(list(enumerate(content["features"], start=1)), _datum_said(content))
    return read_drawn(drawn, datum=datum, known=known, town=town)


def read_drawn(
    drawn: Drawn, *, datum: Datum | str | None = None, known: Iterable[KnownGrid] = (), town: Root | None = None
) -> tuple[list[GridRow], list[Fault]]:
    """The sound rows of what a file has, parents first, and every fault by row; see `read_grids`.

    A known grid, and a micro-grid, may come without a boundary: what is known stays. Villages whose town is neither
    known nor in the file get it as all of them together, and a note says so.
    """
    held = {grid.code: grid for grid in known}
    try:
        reading = _Reading(datum_named(datum or drawn.datum or Datum.WGS84), held)
    except BadPoint as bad:
        return [], [Fault(0, bad.code, bad.message)]
    codes: dict[int, str] = {}
    for row, feature in drawn.features:
        codes[row] = _read_feature(reading, row, feature)
    reading.faults += drawn.notes
    if town is not None and town.code not in held and town.code not in codes.values():
        codes |= _add_town(reading, town)
    reading.faults += _between_codes(codes, reading.rows, held)
    reading.faults += _far_away(reading.rows)
    reading.faults += ground_faults(list(_pieces(reading)))
    grave = {fault.row for fault in reading.faults if fault.grave}
    rows = [row for row in reading.rows if row.row not in grave]
    return sorted(rows, key=lambda r: (len(r.code), r.code)), sorted(reading.faults, key=lambda f: f.row)


# ---- the file ------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """The file as a whole is no use: a code and a sentence."""


def _load(source: str | Path | IO[bytes] | IO[str]) -> dict[str, Any]:
    """The feature collection in the file."""
    try:
        raw = Path(source).read_bytes() if isinstance(source, (str, Path)) else source.read()
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise _Unreadable("not_utf8", _("The file is not in UTF-8: save it as UTF-8 and try again.")) from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise _Unreadable("no_file", _("The file cannot be read: %(why)s.") % {"why": said}) from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error)[:200]
        raise _Unreadable("not_json", _("The file is not JSON: %(why)s.") % {"why": said}) from None
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise _Unreadable("not_geojson", _("The file is not a GeoJSON FeatureCollection."))
    if not content["features"]:
        raise _Unreadable("empty", _("The file holds no grid."))
    return content


def _datum_said(content: Mapping[str, Any]) -> object:
    """The datum a file of GeoJSON names, as it names it."""
    said: object = content.get("datum")
    if not said and "crs" in content:
        crs = content["crs"]
        properties = crs.get("properties") if isinstance(crs, dict) else None
        said = properties.get("name") if isinstance(properties, dict) else crs
        # urn:ogc:def:crs:OGC:1.3:CRS84 and urn:ogc:def:crs:EPSG::4490 are the two that mean degrees here.
        tail = str(said).rpartition(":")[2].lower()
        said = {"crs84": Datum.WGS84, "4326": Datum.WGS84, "4490": Datum.WGS84}.get(tail, said)
    return said


# ---- one feature ---------------------------------------------------------------------------------


class _Wrong(Exception):
    """One thing wrong with one feature: a code and a sentence."""


def _read_feature(reading: _Reading, row: int, feature: object) -> str:
    """Read one feature into the rows, or say all that is wrong with it; its code, as far as it has one."""
    got: dict[str, Any] = {}
    properties = feature.get("properties") if isinstance(feature, dict) else None
    words = properties if isinstance(properties, dict) else {}
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    readers: dict[str, Callable[[], object]] = {
        "code": lambda: _code(_word(words, "code")),
        "name": lambda: _name(_word(words, "name")),
        "parent": lambda: _parent(_word(words, "parent")),
        "households": lambda: _count(_word(words, "households")),
        "population": lambda: _count(_word(words, "population")),
        "level": lambda: _level(_word(words, "level")),
        "shape": lambda: _shape(geometry, reading.datum) if geometry is not None else None,
    }
    for what, read in readers.items():
        try:
            got[what] = read()
        except _Wrong as wrong:
            reading.faults.append(Fault(row, wrong.args[0], wrong.args[1]))
    for odd in _at_odds(reading, got):
        reading.faults.append(Fault(row, odd.args[0], odd.args[1]))
        got.pop("shape", None)
    if len(got) == len(readers):
        shape = got.pop("shape")
        if shape is not None:
            reading.shapes[row] = shape
        reading.rows.append(_row(row, shape, got))
    return str(got.get("code", ""))


def _at_odds(reading: _Reading, got: Mapping[str, Any]) -> Iterator[_Wrong]:
    """What a feature says that does not go with its code."""
    code = got.get("code", "")
    level, held = LEVEL_OF_LENGTH.get(len(code), ""), reading.known.get(code)
    if code and got.get("level", level) not in {"", level}:
        yield _Wrong("wrong_level", _("The code %(code)s is not that of this level.") % {"code": code})
    if got.get("shape", code) is None and level != "micro" and not (held and held.standing):
        yield _Wrong("no_polygon", _("The grid has no polygon."))


def _row(row: int, shape: Geometry | None, got: Mapping[str, Any]) -> GridRow:
    code, centre = got["code"], middle(shape) if shape is not None else None
    return GridRow(
        row=row,
        code=code,
        name=got["name"],
        level=LEVEL_OF_LENGTH[len(code)],
        parent=got["parent"] or code[: PARENT_LENGTH.get(len(code), 0)],
        boundary=json.loads(shapely.to_geojson(shape)) if shape is not None else None,
        lon=round(centre.x, 7) if centre is not None else None,
        lat=round(centre.y, 7) if centre is not None else None,
        area_m2=round(area_m2(shape), 1) if shape is not None else 0.0,
        households=got["households"],
        population=got["population"],
    )


def _word(words: Mapping[object, object], what: str) -> object:
    """The value of a property under any of the names it goes by."""
    return next((words[name] for name in WORDS[what] if words.get(name) not in (None, "")), None)


def _code(value: object) -> str:
    code = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not code:
        raise _Wrong("no_code", _("The grid has no code."))
    if not (code.isascii() and code.isdigit()) or len(code) not in LEVEL_OF_LENGTH:
        raise _Wrong(
            "bad_code",
            _("“%(code)s” is no grid code: it has 9 digits for a town, 12 for a village, 15 for a grid, 18 below.")
            % {"code": code[:40]},
        )
    return code


def _name(value: object) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name:
        raise _Wrong("no_name", _("The grid has no name."))
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise _Wrong("bad_name", _("The name has more than 60 characters, or some that cannot be shown."))
    return name


def _parent(value: object) -> str:
    """The parent's code as said; empty when the head of the code says it."""
    return "" if value is None else _code(value)


def _level(value: object) -> str:
    """The level in the words of the model; empty when nothing is said."""
    word = "".join(str(value or "").split()).replace("（", "").replace("）", "").replace("/", "").lower()
    if word and word not in LEVEL_WORDS:
        raise _Wrong("bad_level", _("“%(level)s” is no level of grids.") % {"level": str(value)[:40]})
    return LEVEL_WORDS.get(word, "")


def _count(value: object) -> int | None:
    if value is None:
        return None
    plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    text = str(value).strip().removesuffix(".0") if plain else type(value).__name__
    if not (text.isascii() and text.isdigit()) or len(text) > 8:
        raise _Wrong("bad_number", _("“%(value)s” is no number of households or people.") % {"value": text[:40]})
    return int(text)


def _shape(geometry: object, datum: Datum) -> Geometry:
    """The polygon or multipolygon in WGS-84, valid and inside China."""
    shape = shapely.MultiPolygon([_polygon(part, datum) for part in _parts(geometry)])
    if len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not shape.is_valid:
        # GEOS says "Self-intersection[117.01 34.5]": the place is what helps to find it on a map.
        where = shapely.is_valid_reason(shape).rpartition("[")[2].rstrip("]")
        raise _Wrong("self_crossing", _("The boundary crosses or touches itself near %(where)s.") % {"where": where})
    west, south, east, north = shape.bounds
    if west < WEST or south < SOUTH or east > EAST or north > NORTH:
        raise _Wrong(
            "wrong_datum", _("The boundary lies outside China: wrong datum, or longitude and latitude swapped?")
        )
    return shape


def _parts(geometry: object) -> list[object]:
    """The polygons of a geometry, each still raw."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    raw = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "MultiPolygon" and isinstance(raw, (list, tuple)) and raw:
        return list(raw)
    if kind == "Polygon":
        return [raw]
    raise _Wrong("no_polygon", _("The grid has no polygon."))


def _polygon(raw: object, datum: Datum) -> Geometry:
    if not isinstance(raw, (list, tuple)) or not raw:
        raise _Wrong("no_polygon", _("The grid has no polygon."))
    shell, *holes = [_ring(ring, datum) for ring in raw]
    return shapely.Polygon(shell, holes)


def _ring(raw: object, datum: Datum) -> list[tuple[float, float]]:
    """The points of a ring, in WGS-84; an open ring is closed, heights are dropped."""
    points = [_point(point, datum) for point in raw] if isinstance(raw, (list, tuple)) else []
    if len(set(points)) < 3:
        raise _Wrong("no_polygon", _("A boundary needs at least three different points."))
    return points


def _point(raw: object, datum: Datum) -> tuple[float, float]:
    if not isinstance(raw, (list, tuple)) or len(raw) < 2:
        raise _Wrong("bad_point", _("A point of the boundary is not a pair of longitude and latitude."))
    try:
        return to_wgs84(raw[0], raw[1], datum)
    except BadPoint as bad:
        code = "bad_point" if bad.code == "not_a_number" else "wrong_datum"
        raise _Wrong(code, bad.message) from None


def _add_town(reading: _Reading, town: Root) -> dict[int, str]:
    """The grid of the town itself, as what its villages cover together; the code it takes, by row 0."""
    shapes = [reading.shapes[row.row] for row in reading.rows if row.parent == town.code and row.row in reading.shapes]
    if not shapes:
        return {}
    got = {"code": town.code, "name": town.name, "parent": "", "households": None, "population": None}
    reading.rows.append(_row(0, shapely.union_all(shapes), got))
    message = _("The file leaves out the town itself: %(code)s %(name)s is added, as all its villages together.")
    reading.faults.append(Fault(0, "town_added", message % {"code": town.code, "name": town.name}, grave=False))
    return {0: town.code}


# ---- between rows --------------------------------------------------------------------------------


def _between_codes(
    codes: Mapping[int, str], rows: Iterable[GridRow], known: Mapping[str, KnownGrid]
) -> Iterator[Fault]:
    """Codes used twice or used up, and parents that are not there or not one level above."""
    first: dict[str, int] = {}
    for row, code in codes.items():
        if code and first.setdefault(code, row) != row:
            message = _("The code %(code)s stands in row %(row)s already.")
            yield Fault(row, "duplicate_code", message % {"code": code, "row": first[code]})
        if code in known and not known[code].standing:
            message = _("The code %(code)s belonged to a grid that has ended; a code is never used again.")
            yield Fault(row, "cancelled_code", message % {"code": code})
    there = Counter(codes.values()) + Counter(code for code, grid in known.items() if grid.standing)
    for read in rows:
        said = {"code": read.code, "parent": read.parent}
        if len(read.parent) != PARENT_LENGTH.get(len(read.code), 0) or not read.code.startswith(read.parent):
            yield Fault(read.row, "wrong_parent", _("%(parent)s cannot be the parent of %(code)s.") % said)
        elif read.parent and read.parent not in there:
            message = _("The parent %(parent)s is neither in the file nor in the town.")
            yield Fault(read.row, "unknown_parent", message % said)


def _far_away(rows: list[GridRow]) -> Iterator[Fault]:
    """Grids far from the middle of all: a point mistyped, or another datum."""
    drawn = [(row, row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None]
    if not drawn:
        return
    lon, lat = statistics.median(each[1] for each in drawn), statistics.median(each[2] for each in drawn)
    plane = Plane.at(lat)
    for row, here_lon, here_lat in drawn:
        away = max(abs(here_lon - lon) * plane.per_lon, abs(here_lat - lat) * plane.per_lat)
        if away > FAR_M:
            message = _("%(code)s lies %(km)s km from the other grids: wrong datum, or a slip of the pen?")
            yield Fault(row.row, "wrong_datum", message % {"code": row.code, "km": round(away / 1000)})


def _pieces(reading: _Reading) -> Iterator[Piece]:
    """All ground to lay side by side: the file's, and the town's own that the file does not bring anew."""
    brought = set()
    for row in reading.rows:
        if row.code not in brought and row.row in reading.shapes:
            brought.add(row.code)
            yield Piece(row.row, row.code, row.parent, reading.shapes[row.row])
    for grid in reading.known.values():
        if grid.standing and grid.shape is not None and grid.code not in brought:
            yield Piece(0, grid.code, grid.parent, grid.shape)
