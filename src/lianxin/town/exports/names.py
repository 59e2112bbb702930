"""The names of places out, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lianxin.places.names import known_names
from lianxin.places.queries import grid_tree
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("kind", "类型", 12), Column("name", "地名", 24), Column("grid", "网格编码", 20),
    Column("lon", "经度", decimals=7), Column("lat", "纬度", decimals=7), Column("gone", "删除", 8),
)  # fmt: skip
KINDS: Final = {"village": "村", "road": "道路", "compound": "小区", "landmark": "地标", "alias": "别名"}


def name_rows(town: Town) -> Iterator[Row]:
    """The names the town keeps, by grid; WGS-84. The last column is empty: a row goes where it says 是."""
    tree = grid_tree(town)
    for row in known_names(town).values():
        about = {"kind": KINDS[row.kind], "name": row.name, "grid": tree[row.grid_id].code}
        lon, lat = row.point or (None, None)
        yield {**about, "lon": lon, "lat": lat, "gone": ""}
