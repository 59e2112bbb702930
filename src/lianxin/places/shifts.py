"""How far GCJ-02 and BD-09 lie from WGS-84: the arithmetic that open implementations have agreed on since 2013.

Neither shift is published officially; these are the formulas by which every open map library converts, good to a metre.
Small enough to be our own: the libraries that hold them are no longer built for new Pythons.
"""

from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import Final

# The ellipsoid of Krasovsky (1940): half of its long axis in metres, and the square of its eccentricity.
AXIS: Final = 6378245.0
FLAT: Final = 0.006693421622965943
WEST, EAST, SOUTH, NORTH = 73.66, 135.05, 3.86, 53.55  # outside, GCJ-02 shifts nothing
BD_TURN: Final = pi * 3000.0 / 180.0
BD_EAST, BD_NORTH = 0.0065, 0.006


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The GCJ-02 longitude and latitude of a WGS-84 place, in degrees."""
    if not (WEST < lon < EAST and SOUTH < lat < NORTH):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    root, rough = sqrt(abs(x)), 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (rough + _waves(y, 160.0, 320.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (rough + _waves(x, 150.0, 300.0)) * 2.0 / 3.0
    magic = 1.0 - FLAT * sin(radians(lat)) ** 2
    up = AXIS * (1.0 - FLAT) / (magic * sqrt(magic))
    across = AXIS / sqrt(magic) * cos(radians(lat))
    return lon + east * 180.0 / (across * pi), lat + north * 180.0 / (up * pi)


def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """The BD-09 longitude and latitude of a GCJ-02 place, in degrees."""
    far = hypot(lon, lat) + 0.00002 * sin(lat * BD_TURN)
    turn = atan2(lat, lon) + 0.000003 * cos(lon * BD_TURN)
    return far * cos(turn) + BD_EAST, far * sin(turn) + BD_NORTH


def _waves(along: float, twelfth: float, thirtieth: float) -> float:
    near = 20.0 * sin(along * pi) + 40.0 * sin(along / 3.0 * pi)
    return near + twelfth * sin(along / 12.0 * pi) + thirtieth * sin(along / 30.0 * pi)
