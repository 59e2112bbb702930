"""The three datums Chinese maps speak, and the way between them.

Stored coordinates are WGS-84 (CGCS2000 differs from it by centimetres and counts as the same). Phones
and maps bought in China hand over GCJ-02 or BD-09, which lie up to 700 m and 1,200 m away: a point
without the name of its datum is worth nothing, so every function here asks for it.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from lianxin.places.shifts import gcj02_to_bd09, wgs84_to_gcj02

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrOrPromise


# A hundredth of a millimetre: far below what any phone knows, reached in four or five rounds.
CLOSE_ENOUGH: Final = 1e-10
MOST_ROUNDS: Final = 30


class Datum(StrEnum):
    """The name of the datum a longitude and latitude are given in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


ALSO_CALLED: Final = {
    "wgs84": Datum.WGS84,
    "gps": Datum.WGS84,
    "cgcs2000": Datum.WGS84,
    "epsg4326": Datum.WGS84,
    "epsg4490": Datum.WGS84,
    "gcj02": Datum.GCJ02,
    "bd09": Datum.BD09,
    "bd09ll": Datum.BD09,
}


class BadPoint(ValueError):
    """A point or datum that cannot be meant. `code` is stable, the message is for people.

    Codes: `unknown_datum`, `missing`, `not_a_number`, `swapped`, `out_of_range`.
    """

    def __init__(self, code: str, message: StrOrPromise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """The sentence, in the language of whoever reads it."""
        return str(self.message)


def datum_named(name: object) -> Datum:
    """The datum of that name, however it is written (`WGS-84`, `gcj_02`, `BD09LL`, `CGCS2000`).

    Raises `BadPoint` (`unknown_datum`) for any other.
    """
    if isinstance(name, Datum):  # asked for every point of a file
        return name
    plain = "".join(c for c in _shown(name).lower() if c.isalnum())
    try:
        return ALSO_CALLED[plain]
    except KeyError:
        raise BadPoint(
            "unknown_datum",
            _(
                "Unknown datum “%(name)s”: wgs84 (CGCS2000 with it), gcj02 and bd09 are taken. Coordinates of any "
                "other, such as Beijing 1954 or Xian 1980, must first be converted to CGCS2000 or WGS-84: to call "
                "them so is not enough."
            )
            % {"name": _shown(name)},
        ) from None


def checked(lon: object, lat: object) -> tuple[float, float]:
    """Longitude and latitude as numbers in degrees, or `BadPoint` when they cannot be a place."""
    x, y = _number(lon), _number(lat)
    if abs(x) <= 90 < abs(y) <= 180:
        raise BadPoint(
            "swapped",
            _("Longitude %(lon)s and latitude %(lat)s look swapped: longitude comes first.") % {"lon": x, "lat": y},
        )
    if abs(x) > 180 or abs(y) > 90:
        raise BadPoint(
            "out_of_range",
            _("Longitude %(lon)s and latitude %(lat)s are no place on Earth, in degrees.") % {"lon": x, "lat": y},
        )
    return x, y


def to_wgs84(lon: object, lat: object, datum: Datum | str) -> tuple[float, float]:
    """The same place in WGS-84, to better than 1e-7 degrees (a centimetre).

    Raises `BadPoint`. GCJ-02 shifts nothing outside a rectangle around China; within a kilometre of
    that rectangle's edge, at sea or abroad, two places share one GCJ-02 point and either is returned.
    """
    named = datum_named(datum)
    point = checked(lon, lat)
    if named is Datum.BD09:
        point = _undone(gcj02_to_bd09, point)
    if named is not Datum.WGS84:
        point = _undone(wgs84_to_gcj02, point)
    return point


def from_wgs84(lon: object, lat: object, datum: Datum | str) -> tuple[float, float]:
    """A WGS-84 place in another datum, for a map or a system that speaks it. Raises `BadPoint`."""
    named = datum_named(datum)
    x, y = checked(lon, lat)
    if named is not Datum.WGS84:
        x, y = wgs84_to_gcj02(x, y)
    if named is Datum.BD09:
        x, y = gcj02_to_bd09(x, y)
    return x, y


def _undone(shift: Callable[[float, float], tuple[float, float]], aim: tuple[float, float]) -> tuple[float, float]:
    """The point that `shift` moves to `aim`.

    The usual one-step inverse errs by metres. Correcting by what is still missing converges, since the
    shift itself changes by less than a hundredth of the way one walks.
    """
    x, y = aim
    for _round in range(MOST_ROUNDS):
        there_x, there_y = shift(x, y)
        off_x, off_y = aim[0] - there_x, aim[1] - there_y
        x, y = x + off_x, y + off_y
        if abs(off_x) < CLOSE_ENOUGH and abs(off_y) < CLOSE_ENOUGH:
            break
    return x, y


def _number(value: object) -> float:
    """A finite number; numbers written as text count, truth values do not."""
    if value is None or value == "":
        raise BadPoint("missing", _("Longitude and latitude go together: one of them is missing."))
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError
        number = float(value)
        if not math.isfinite(number):
            raise ValueError
    except (ValueError, OverflowError):
        raise BadPoint(
            "not_a_number", _("“%(value)s” is not a number of degrees.") % {"value": _shown(value)}
        ) from None
    return number


def _shown(value: object) -> str:
    """A value short enough for a sentence; of what cannot be a number or a name, its kind."""
    if isinstance(value, str):
        return value[:40]
    small = isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**30)
    return str(value) if small else type(value).__name__
