"""A reminder (催办) presses once an hour: who repeats it within the hour is told when they may, and presses nobody."""

from datetime import datetime

from lianxin.cases.messages import REMIND, REMIND_EVERY
from lianxin.cases.models import Case
from lianxin.cases.queries.undone import own, still_stands
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.workflow.engine import Refused


def not_again(case: Case, *, actor: Actor, now: datetime) -> None:
    """Raise Refused where the actor has reminded in this case within the hour and not taken it back.

    Others may: what each of them presses for stands in the history, and whoever has the case is told once an hour.
    """
    rows = Entry.objects.for_system("reminders of a case acted on", case.town_id).filter(
        still_stands(actor.town), subject_kind="case", subject_id=case.pk, act=REMIND,
        at__gt=now - REMIND_EVERY, at__lte=now,
    )  # fmt: skip
    for entry in rows.order_by("-seq"):
        if own(entry, actor):
            raise Refused("pressed", act=REMIND, at=entry.at, again=entry.at + REMIND_EVERY)
