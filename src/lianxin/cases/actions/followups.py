"""Setting a day to look at a case again, and saying that one has."""

from datetime import date, datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction as database

from lianxin.cases.cards import SAYS, says_of
from lianxin.cases.models import Case, FollowUp
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.queries import today

SUBJECT: Final = "follow_up"
FARTHEST: Final = timedelta(days=366)
LONGEST: Final = 200


class BadDay(ValueError):
    """No day, one that has passed, or one more than a year ahead."""


def follow_up(case: Case, on: date | None, note: str, *, actor: Actor, now: datetime) -> FollowUp:
    """Look at a case again on a day; the caller has seen the case. Raises BadDay, PermissionDenied.

    The history of the follow-up keeps who, when and for which day; of the note, which stands in the row, a digest.
    """
    if actor.post_id is None or actor.unit_id is None:
        raise PermissionDenied
    here = today(now)
    if on is None or not here <= on <= here + FARTHEST:
        raise BadDay
    row = FollowUp(
        town_id=actor.town_id, case_id=case.pk, unit_id=actor.unit_id, post_id=actor.post_id, on=on,
        note=note.strip()[:LONGEST], at=now,
    )  # fmt: skip
    with database.atomic():
        row.save(force_insert=True)
        data = {"case": str(case.pk), "on": on.isoformat(), "unit": actor.unit_id}
        record(Line(SUBJECT, row.pk, "set", data, {SAYS: says_of(row)}), actor=actor, now=now)
    return row


def follow_up_done(pk: int, *, actor: Actor, now: datetime) -> FollowUp:
    """It has been looked at; pressed twice, once. Raises FollowUp.DoesNotExist for one of another unit."""
    with database.atomic():
        row = FollowUp.objects.seen_by(actor).select_for_update().get(pk=pk)
        if row.done_at is None:
            row.done_at, row.done_by_id = now, actor.post_id
            row.save(update_fields=["done_at", "done_by_id"])
            record(Line(SUBJECT, row.pk, "done", {"case": str(row.case_id)}), actor=actor, now=now)
    return row
