"""Grids out, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.places.models import Grid
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("code", "网格编码", 22), Column("name", "网格名称", 20), Column("level", "层级", 10),
    Column("parent", "上级编码", 18), Column("households", "户数", decimals=0),
    Column("population", "人口", decimals=0), Column("lon", "经度", decimals=7), Column("lat", "纬度", decimals=7),
    Column("area_m2", "面积（平方米）", decimals=1),
)  # fmt: skip
BOUNDARY: Final = "边界"
CELL: Final = 30_000  # characters; a cell of a workbook holds 32,767


def grid_rows(town: Town) -> Iterator[Row]:
    """The standing grids, parents first; no secret to anybody. Boundaries are `geometry`, in WGS-84."""
    rows = Grid.objects.for_system("export of the town's ground", town).filter(valid_to=None)
    names = ("code", "name", "level", "households", "population", "lon", "lat", "area_m2", "boundary", "parent__code")
    for row in sorted(rows.values(*names), key=lambda row: (len(row["code"]), row["code"])):
        yield {**row, "parent": row["parent__code"] or "", "geometry": row["boundary"]}


def grid_table(town: Town) -> tuple[Sequence[Column], list[Row]]:
    """The same for a table: the boundary stands in a cell as WKT, and goes on in further cells where it is long."""
    rows, widest = list(grid_rows(town)), 1
    for row in rows:
        text = wkt_of(row["geometry"])
        pieces = [text[at : at + CELL] for at in range(0, len(text), CELL)]
        widest = max(widest, len(pieces))
        row.update({f"boundary{at}": piece for at, piece in enumerate(pieces, start=1)})
    titles = [BOUNDARY, *(f"{BOUNDARY}{at}" for at in range(2, widest + 1))]
    return (*COLUMNS, *(Column(f"boundary{at}", title, 40) for at, title in enumerate(titles, start=1))), rows


def wkt_of(boundary: Mapping[str, Any] | None) -> str:
    """A boundary as WKT with every figure it has; empty for none."""
    if not boundary:
        return ""
    many = boundary["type"] == "MultiPolygon"
    parts = boundary["coordinates"] if many else [boundary["coordinates"]]
    told = ",".join("(" + ",".join(_ring(ring) for ring in part) + ")" for part in parts)
    return f"MULTIPOLYGON({told})" if many else f"POLYGON{told}"


def _ring(ring: Sequence[Sequence[float]]) -> str:
    return "(" + ",".join(f"{point[0]!r} {point[1]!r}" for point in ring) + ")"
