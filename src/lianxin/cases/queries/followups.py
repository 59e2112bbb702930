"""What one's unit wants to look at again (待跟进): how much of it is due, the list of it, and that of one case."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from lianxin.cases.models import Case, FollowUp
from lianxin.cases.queries.rows import rows_of
from lianxin.keys.cache import cached
from lianxin.keys.prepared import Prepared
from lianxin.people.actors import Actor
from lianxin.people.queries import today

Row = dict[str, Any]
MOST = 200


def due_follow_ups(actor: Actor, *, now: datetime) -> int:
    """How many of one's unit's are for today or before; one statement."""
    if not actor.is_staff or actor.unit_id is None:
        return 0

    day = today(now)

    def build(unit: int) -> QuerySet[FollowUp, Any]:
        rows: Any = FollowUp.objects.seen_by(Actor(actor.town, post_id=1, unit_id=unit)).filter(done_at=None)
        return rows.filter(on__lte=day).order_by().values_list("id")[:MOST]  # type: ignore[no-any-return]

    asked = cached(actor.town, f"follow-ups due {day}", lambda: Prepared(build, unit=int))
    return len(asked.rows(unit=actor.unit_id))


def follow_ups_of(actor: Actor, case: Case) -> list[Row]:
    """The open ones of a case in view that are of the actor's unit, the soonest first; one statement."""
    rows = FollowUp.objects.seen_by(actor).filter(case_id=case.pk, done_at=None).select_related("post__account")
    return [_row(row) for row in rows.order_by("on", "id")[:20]]


def follow_up_list(actor: Actor, *, now: datetime, coming: bool = False) -> list[Row]:
    """The unit's for today and before (or those `coming`), each with the row of its case (None where the case is no
    longer the actor's to see).
    """
    rows = FollowUp.objects.seen_by(actor).filter(done_at=None).select_related("post__account")
    here = today(now)
    asked = rows.filter(on__gt=here) if coming else rows.filter(on__lte=here)
    found = list(asked.order_by("on", "id")[:MOST])
    held = Case.objects.seen_by(actor).filter(id__in=[row.case_id for row in found])
    cases = {row["id"]: row for row in rows_of(actor, held, now=now, most=MOST)} if found else {}
    return [{**_row(row), "case": cases.get(row.case_id), "late": row.on < here} for row in found]


def _row(row: FollowUp) -> Row:
    return {"id": row.pk, "on": row.on, "note": row.note, "by": row.post.account.name, "case_id": row.case_id}
