"""Metres on a plane back to degrees: the transverse Mercator of Gauss and Krüger, which China's and UTM's zones use.

The series are Krüger's of 1912 in the third flattening, to its fourth power, as Karney gives them (Journal of Geodesy
85, 2011, 475-485): within ten degrees of the middle meridian they err by less than a hundredth of a millimetre.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

# Of the datums that count as WGS-84: their names in a .prj, plain, and the inverse flattening of their ellipsoids.
ELLIPSOIDS: Final = {
    "wgs84": 298.257223563, "wgs1984": 298.257223563, "cgcs2000": 298.257222101, "china2000": 298.257222101,
    "coordinatesystem2000": 298.257222101,
}  # fmt: skip
AXIS: Final = 6_378_137.0  # metres, of both
METHODS: Final = frozenset({"transversemercator", "gausskruger"})
NAMES: Final[Mapping[str, str]] = {  # of parameters: in WKT 1 and, from EPSG, in WKT 2
    "centralmeridian": "lon", "longitudeofnaturalorigin": "lon", "scalefactor": "scale",
    "scalefactoratnaturalorigin": "scale", "falseeasting": "east", "falsenorthing": "north",
    "latitudeoforigin": "lat", "latitudeofnaturalorigin": "lat",
}  # fmt: skip
FAR: Final = 1_200_000.0  # metres: what lies farther from the middle meridian is not in this zone


@dataclass(frozen=True, slots=True)
class Zone:
    """A transverse Mercator projection from the equator: its middle meridian (degrees), scale, and what was added to
    the metres east and north of where it crosses the equator. `flattening`: the inverse one of its ellipsoid.
    """

    name: str
    lon: float
    scale: float = 1.0
    east: float = 500_000.0
    north: float = 0.0
    flattening: float = 298.257222101
    axis: float = AXIS

    def degrees(self, points: Sequence[Sequence[float]]) -> list[list[float]]:
        """Longitude and latitude of points told in metres east and north. What lies outside the zone stays as it is:
        it is no place in degrees, and is told as such.
        """
        if not points:
            return []
        metres = np.array([[float(point[0]), float(point[1])] for point in points])
        out = (np.abs(metres[:, 0] - self.east) > FAR) | (np.abs(metres[:, 1] - self.north) > 9 * FAR)
        found = np.where(out[:, None], metres, self._inverse(np.where(out[:, None], [self.east, self.north], metres)))
        told: list[list[float]] = found.tolist()
        return told

    def _inverse(self, metres: NDArray[Any]) -> NDArray[Any]:
        n = 1 / (2 * self.flattening - 1)
        radius = self.axis / (1 + n) * (1 + n**2 / 4 + n**4 / 64) * self.scale
        beta = (
            n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360,
            n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440,
            17 * n**3 / 480 - 37 * n**4 / 840,
            4397 * n**4 / 161280,
        )
        delta = (
            2 * n - 2 * n**2 / 3 - 2 * n**3 + 116 * n**4 / 45,
            7 * n**2 / 3 - 8 * n**3 / 5 - 227 * n**4 / 45,
            56 * n**3 / 15 - 136 * n**4 / 35,
            4279 * n**4 / 630,
        )
        up, side = (metres[:, 1] - self.north) / radius, (metres[:, 0] - self.east) / radius
        along, across = up.copy(), side.copy()
        for turn, each in enumerate(beta, start=1):
            along -= each * np.sin(2 * turn * up) * np.cosh(2 * turn * side)
            across -= each * np.cos(2 * turn * up) * np.sinh(2 * turn * side)
        conformal = np.arcsin(np.sin(along) / np.cosh(across))
        lat = conformal.copy()
        for turn, each in enumerate(delta, start=1):
            lat += each * np.sin(2 * turn * conformal)
        lon = self.lon + np.degrees(np.arctan2(np.sinh(across), np.cos(along)))
        return np.column_stack([lon, np.degrees(lat)])


def zone_in(prj: str) -> Zone | None:
    """The zone that a .prj tells, in WKT 1 (OGC or Esri) or WKT 2; None for any other plane, or another datum."""
    name, datum, method = (
        _word(pattern, prj)
        for pattern in (r"PROJ(?:CS|CRS)", r"(?:BASE)?GEO(?:GCS|GCRS|DCRS|GRAPHICCRS)", r"(?:PROJECTION|METHOD)")
    )
    spheroid = re.search(r'(?:SPHEROID|ELLIPSOID)\s*\[\s*"[^"]*"\s*,\s*([\d.]+)\s*,\s*([\d.]+)', prj, re.IGNORECASE)
    flattening = next((value for mark, value in ELLIPSOIDS.items() if mark in _plain(datum)), None)
    if flattening is None or _plain(method) not in METHODS or spheroid is None or not _in_metres(prj):
        return None
    if float(spheroid[1]) != AXIS or abs(float(spheroid[2]) - flattening) > 1e-6:
        return None
    told = _parameters(prj)
    if told is None or "lon" not in told or told.get("lat"):
        return None
    return Zone(
        name, told["lon"], told.get("scale", 1.0), told.get("east", 0.0), told.get("north", 0.0), flattening
    )  # fmt: skip


def _word(pattern: str, prj: str) -> str:
    found = re.search(pattern + r'\s*\[\s*"([^"]*)"', prj, re.IGNORECASE)
    return found[1] if found else ""


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _in_metres(prj: str) -> bool:
    """Whether metres from Greenwich are meant, in degrees where angles are told."""
    units = re.findall(r'(?:LENGTH)?UNIT\s*\[\s*"([^"]*)"\s*,\s*([\d.eE+-]+)', prj)
    lengths = [float(size) for name, size in units if _plain(name) not in {"degree", "unity"}]
    first = re.search(r'PRIMEM\s*\[\s*"[^"]*"\s*,\s*([\d.eE+-]+)', prj, re.IGNORECASE)
    return bool(lengths) and all(size == 1.0 for size in lengths) and (first is None or float(first[1]) == 0.0)


def _parameters(prj: str) -> dict[str, float] | None:
    """The parameters by our own names; None when one is told that we do not know, or no number."""
    found: dict[str, float] = {}
    for name, value in re.findall(r'PARAMETER\s*\[\s*"([^"]*)"\s*,\s*([^\],]+)', prj, re.IGNORECASE):
        try:
            number = float(value)
        except ValueError:
            return None
        if _plain(name) not in NAMES:
            return None
        found[NAMES[_plain(name)]] = number
    return found
