"""Tables with polygons as a zipped Shapefile: WGS-84, UTF-8, and both said beside it."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

import shapefile

from lianxin.town.exports.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lianxin.town.exports.writing import Column, Row

TEXT_BYTES: Final = 254  # the most that a column of words holds
WIDEST_NUMBER: Final = 18
WGS84: Final = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def write_shapefile(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write records with a `geometry` (GeoJSON polygons, WGS-84, or None); returns how many there were."""
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    done = 0
    with shapefile.Writer(
        shp=parts["shp"], shx=parts["shx"], dbf=parts["dbf"], shapeType=shapefile.POLYGON, encoding="utf-8"
    ) as writer:
        for column in columns:
            if column.decimals is None:
                writer.field(column.name, "C", size=TEXT_BYTES)
            else:
                writer.field(column.name, "N", size=WIDEST_NUMBER, decimal=column.decimals)
        for row in rows:
            writer.record(*(row.get(column.name) for column in columns))
            _draw(writer, row.get("geometry"))
            done += 1
    with replacing(path, mode="wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, part in parts.items():
            archive.writestr(f"{path.stem}.{ending}", part.getvalue())
        archive.writestr(f"{path.stem}.prj", WGS84)
        archive.writestr(f"{path.stem}.cpg", "UTF-8")
    return done


def _draw(writer: Any, geometry: Any) -> None:
    if geometry:
        writer.shape(geometry)
    else:
        writer.null()
