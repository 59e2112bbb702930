"""Who else has a case open, and what has been done to it since one opened it."""

from datetime import datetime
from typing import Any

from lianxin.cases.models import Presence
from lianxin.cases.models.presence import LASTS
from lianxin.cases.queries.history import history_of, timeline
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.values import Standing
from lianxin.people.actors import Actor

Row = dict[str, Any]
MOST = 5


def others_at(actor: Actor, standing: Standing, *, now: datetime) -> list[str]:
    """The names of the colleagues who have a case open that the actor sees, in the order of their posts."""
    rows = Presence.objects.for_system("presence: at a case just seen", actor.town)
    here = rows.filter(case_id=standing.case.pk, at__gt=now - LASTS).exclude(post_id=actor.post_id or 0)
    return list(here.order_by("post_id").values_list("post__account__name", flat=True)[:MOST])


def acts_since(actor: Actor, standing: Standing, seen: int) -> list[Row]:
    """What has been done to a case since its version `seen`, the last few, as its history tells it to the actor."""
    case = standing.case
    if seen >= case.version:
        return []
    flow = workflow_by_id(actor.town, case.workflow_id)
    told = timeline(actor, case, flow, history_of(actor.town, case))
    return [row for row in told if row["seq"] > seen][-MOST:]
