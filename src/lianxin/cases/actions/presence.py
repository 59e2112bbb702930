"""Saying that one has a case open. What a post had open before is overwritten: no row tells of yesterday."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from lianxin.cases.models import Case, Presence
from lianxin.cases.models.presence import LASTS
from lianxin.keys.ids import new_id
from lianxin.keys.scope import EVERY_TOWN
from lianxin.people.actors import Actor


def be_at(case: Case, *, actor: Actor, now: datetime) -> None:
    """The actor's post has this case open for the next half minute, and no other."""
    with transaction.atomic(), connection.cursor() as cursor:
        _over(Presence.objects.for_system("presence: over", actor.town), now)
        cursor.execute(
            "INSERT INTO cases_presence (id, town_id, post_id, case_id, at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (town_id, post_id) DO UPDATE SET case_id = excluded.case_id, at = excluded.at",
            [new_id(), actor.town_id, actor.post_id, case.pk, connection.ops.adapt_datetimefield_value(now)],
        )


def be_away(*, actor: Actor, now: datetime) -> None:
    """The actor's post has no case open any more."""
    with transaction.atomic():
        _over(Presence.objects.for_system("presence: over", actor.town), now)
        Presence.objects.for_system("presence: gone", actor.town).filter(post_id=actor.post_id or 0).delete()


def forget_presences(*, now: datetime) -> None:
    """Delete what is over, where no open desk has done so by its own beat."""
    _over(Presence.objects.for_system("presence: over", EVERY_TOWN), now)


def _over(rows: Any, now: datetime) -> None:
    rows.filter(at__lte=now - LASTS).delete()
