"""A look at somebody's name and telephone number: one person at a time, for a reason, and it stays on record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction as database

from lianxin.cases.models import Reporter
from lianxin.cases.values import Standing
from lianxin.keys.tries import spend
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind

MOST, PER = 60, timedelta(hours=1)  # more than a person who works on cases needs, too few to copy out a register


class NoReason(ValueError):
    """Nobody looks without saying why."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """A reporter's details, readable; never stored or cached."""

    reporter_id: int
    name: str
    phone: str


def reveal_contact(standing: Standing, reporter_id: int, reason: str, *, actor: Actor, now: datetime) -> Revealed:
    """Show one reporter's name and telephone number to an actor who sees the case (个人信息保护法 §51, §54).

    The look is an entry in the chain of that person: who, when, for which case, why. Raises PermissionDenied without
    the permission reveal_contact, NoReason, Reporter.DoesNotExist, TooManyTries beyond 60 looks an hour.
    """
    if not actor.can("reveal_contact"):
        raise PermissionDenied
    if len(reason.strip()) < 2:
        raise NoReason
    case = standing.case
    row = Reporter.objects.for_system("reveal", actor.town).get(pk=reporter_id, case_id=case.pk)
    spend(actor.town_id, "look", blind("account", str(actor.account_id)), most=MOST, per=PER, now=now)
    what = {"case": case.pk, "what": ["name", "phone"]}
    line = Line("person", row.pk, "look", what, {"reason": reason.strip()[:500]})
    with database.atomic():
        record(line, actor=actor, now=now)
    return Revealed(row.pk, row.name, row.phone)
