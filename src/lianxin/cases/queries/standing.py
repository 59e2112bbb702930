"""A case as an actor may see it, with its open duties."""

from typing import Any

from lianxin.cases.models import Case, Duty
from lianxin.cases.values import Standing
from lianxin.people.actors import Actor


class NotSeen(LookupError):
    """There is no such case, or it is not this actor's to see: the two are not told apart."""


def stand(actor: Actor, **where: Any) -> Standing:
    """The case found by `pk=` or `number=`, as the actor sees it; raises NotSeen."""
    case = Case.objects.seen_by(actor).filter(**where).first()
    if case is None:
        raise NotSeen
    duties = Duty.objects.for_system("standing", actor.town_id).filter(case_id=case.pk, done_at=None)
    return Standing(case, tuple(duties.order_by("id")))
