"""Sites out, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lianxin.places.models import Site
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("kind", "类型", 12), Column("name", "名称", 24), Column("code", "编码", 24), Column("address", "地址", 30),
    Column("grid", "网格编码", 20), Column("lon", "经度", decimals=7), Column("lat", "纬度", decimals=7),
)  # fmt: skip
KINDS: Final = {"compound": "小区", "enterprise": "企业", "venue": "公共场所"}  # as an import knows them


def site_rows(town: Town) -> Iterator[Row]:
    """The standing sites in order of code, WGS-84; no secret to anybody."""
    rows = Site.objects.for_system("export of the town's sites", town).filter(valid_to=None).order_by("code")
    for row in rows.values("kind", "name", "code", "address", "lon", "lat", "grid__code"):
        point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if row["lon"] is not None else None
        yield {**row, "kind": KINDS[row["kind"]], "grid": row["grid__code"], "geometry": point}
