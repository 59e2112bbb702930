"""Open cases about a place, the nearest first, as far as the reader may see them."""

from __future__ import annotations

from math import cos, radians
from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.models import Case
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.suggest import METRES_A_DEGREE, metres_between

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.people.actors import Actor

METRES: Final = 150
READ: Final = 400  # open cases of the square that are looked at, however many there are
MOST: Final = 30

Row = dict[str, Any]


def around(actor: Actor, lon: float, lat: float, *, now: datetime, most: int = MOST) -> list[Row]:
    """Rows of the open cases within METRES of a point (WGS-84), each with its `metres`. Two statements."""
    high = METRES / METRES_A_DEGREE
    wide = high / max(0.01, cos(radians(lat)))
    cases = Case.objects.seen_by(actor).filter(
        closed_at=None, lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide)
    )
    found = cases.order_by("id").values_list("id", "lon", "lat")[:READ]
    measured = ((metres_between(lon, lat, x or 0.0, y or 0.0), pk) for pk, x, y in found)
    near = {pk: far for far, pk in sorted(measured)[:most] if far <= METRES}
    rows = rows_of(actor, Case.objects.seen_by(actor).filter(id__in=list(near)), now=now, most=most) if near else []
    for row in rows:
        row["metres"] = round(near[row["id"]])
    return sorted(rows, key=lambda row: (row["metres"], row["id"]))
