"""Grids out, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianxin.places.models import Grid
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("code", "网格编码", 22), Column("name", "网格名称", 20), Column("level", "层级", 10),
    Column("parent", "上级编码", 18), Column("households", "户数"), Column("population", "人口"), Column("lon", "经度"),
    Column("lat", "纬度"), Column("area_m2", "面积（平方米）"),
)  # fmt: skip


def grid_rows(town: Town) -> Iterator[Row]:
    """The standing grids, parents first; no secret to anybody. Boundaries are `geometry`, in WGS-84."""
    rows = Grid.objects.for_system("export of the town's ground", town).filter(valid_to=None)
    names = ("code", "name", "level", "households", "population", "lon", "lat", "area_m2", "boundary", "parent__code")
    for row in sorted(rows.values(*names), key=lambda row: (len(row["code"]), row["code"])):
        yield {**row, "parent": row["parent__code"] or "", "geometry": row["boundary"]}
