"""What comes after a case has ended: weeks later its reporter is asked whether it is still good."""

from datetime import datetime, timedelta
from typing import Final

from lianxin.cases.actions.doors import state_of, transition
from lianxin.cases.models import Case
from lianxin.cases.queries.setup import workflow_of, workflows
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, system
from lianxin.workflow.engine import Refused, later_act

ROUND: Final = 500  # in one night
MISSED: Final = timedelta(days=14)  # a worker that stood still so long asks no more: nobody knows what it is about
SILENT: Final = ("import", "appeal")  # nobody was told of those, or the case they belong to is asked about


def ask_later(town: Town, *, now: datetime) -> int:
    """Do to cases that have rested at an end what their workflow says comes later; returns how many.

    Each once, through the same door as every act: it stands in the history, and reporters are told as of any other.
    """
    actor, asked = system(town), 0
    for version, step, after in _ends(town):
        since = now - timedelta(days=after)
        rows = Case.objects.for_system("afterwards", town).filter(
            workflow_id=version, step=step, closed_at__lte=since, closed_at__gt=since - MISSED
        )
        for pk in rows.exclude(channel__in=SILENT).order_by("closed_at").values_list("id", flat=True)[:ROUND]:
            asked += _ask(pk, actor, now)
    return asked


def _ends(town: Town) -> list[tuple[int, str, int]]:
    """The ends that have something later: version, step, days."""
    return [
        (pk, step.key, step.later_after.amount)
        for pk, version in workflows(town).items()
        for step in workflow_of(version).steps.values()
        if step.later and step.later_after is not None
    ]


def _ask(pk: int, actor: Actor, now: datetime) -> int:
    try:
        standing = stand(actor, pk=pk)
        flow = workflow_of(workflows(actor.town)[standing.case.workflow_id])
        act = later_act(flow, state_of(standing), closed_at=standing.case.closed_at, now=now)
        if act is None:
            return 0
        transition(standing, act, actor=actor, now=now)
    except (Refused, NotSeen):
        return 0
    return 1
