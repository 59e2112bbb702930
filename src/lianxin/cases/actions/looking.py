"""A look at somebody's name and telephone number: one person at a time, for a reason, and it stays on record."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied

from lianxin.cases.models import Reporter
from lianxin.cases.values import Standing
from lianxin.people.actors import Actor
from lianxin.people.looking import NoReason, look_at


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
    look_at(row.pk, {"case": case.pk, "what": ["name", "phone"]}, reason, actor=actor, now=now)
    return Revealed(row.pk, row.name, row.phone)
