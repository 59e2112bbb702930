"""The cases behind a figure, page by page."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from lianxin.cases.queries.figures import Slice, sliced
from lianxin.cases.queries.rows import rows_of
from lianxin.keys.ids import read_number
from lianxin.people.actors import Actor


def listed(actor: Actor, wanted: Slice, *, now: datetime, after: str = "", most: int = 50) -> dict[str, Any]:
    """A page of a slice's rows: `count` of the whole slice, `rows`, and `next` ("" at the end).

    The newest first; of what is late, what has been late the longest.
    """
    rows, late = sliced(actor, wanted, now=now), wanted.what == "late"
    page = rows.filter(_beyond(after, late=late)).order_by(*(("due_at", "id") if late else ("-id",)))
    found = rows_of(actor, page, now=now, most=most + 1)
    more = _place_of(found[most - 1], late=late) if len(found) > most else ""
    return {"count": rows.count(), "rows": found[:most], "next": more}


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def _place_of(row: Mapping[str, Any], *, late: bool) -> str:
    """Where a list goes on after a row: its id, for what is late behind the moment it was due."""
    return f"{(row['due_at'] - _EPOCH) // _TICK}-{row['id']}" if late else str(row["id"])


def _beyond(after: str, *, late: bool) -> Q:
    """What stands behind a place in a list; everything, where the place is none."""
    due, _dash, text = after.rpartition("-")
    pk = read_number(text)
    if pk is None:
        return Q()
    if not late:
        return Q(id__lt=pk)
    if not (due.isascii() and due.isdigit() and len(due) < 17):
        return Q()
    at = _EPOCH + int(due) * _TICK
    return Q(due_at__gt=at) | Q(due_at=at, id__gt=pk)
