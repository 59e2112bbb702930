"""What is a resident's own: the requests of their account, what changing their details brings with it, what erasing
would take, and everything the town holds of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from lianxin.cases.models import Publication, Reporter
from lianxin.cases.queries.erasing import others_waiting
from lianxin.cases.values import Details
from lianxin.keys.models import Town
from lianxin.people.models import Account
from lianxin.people.residents import ASLEEP

MOST = 200


def own_requests(account: Account, town: Town, *, now: datetime) -> list[Reporter]:
    """The newest requests of an account in a town, each with its case; at most MOST."""
    by_phone = Q(account_id=None, phone_blind=account.proven, at__gt=now - ASLEEP) if account.proven else Q(pk__in=())
    rows = Reporter.objects.for_system("their own", town).filter(Q(account_id=account.pk) | by_phone)
    return list(rows.select_related("case", "town").order_by("-id")[:MOST])


def follows_from(reporters: Sequence[Reporter], wanted: Details) -> list[str]:
    """What changing details brings with it, as codes in the order in which they are told: nothing, name_gone,
    name_new, phone_gone, phone_new, consent_given, consent_gone, published_goes.
    """
    found = {code for each in reporters for code in _follows(each, wanted)}
    if "consent_gone" in found and _published(reporters):
        found.add("published_goes")
    order = ("name_gone", "name_new", "phone_gone", "phone_new", "consent_given", "consent_gone", "published_goes")
    return [code for code in order if code in found] or ["nothing"]


def _follows(reporter: Reporter, wanted: Details) -> list[str]:
    told = []
    if reporter.name != wanted.name:
        told.append("name_new" if wanted.name else "name_gone")
    if reporter.phone != wanted.phone:
        told.append("phone_new" if wanted.phone else "phone_gone")
    if reporter.first and reporter.public_consent != wanted.consent:
        told.append("consent_given" if wanted.consent else "consent_gone")
    return told


def _published(reporters: Sequence[Reporter]) -> bool:
    if not reporters:
        return False
    cases = [each.case_id for each in reporters if each.first]
    rows = Publication.objects.for_system("their own consent", reporters[0].town_id).filter(case_id__in=cases)
    return rows.filter(state=Publication.State.PUBLISHED).exists()


def erased_with(reporters: Sequence[Reporter]) -> dict[str, Any]:
    """What goes with erasing one's own: how many `requests`, of which `withdrawn` (open, and nobody else waits) and
    `shared` (others wait for them: those go on).
    """
    shared = [each for each in reporters if others_waiting(each.case, but=each.pk)]
    alone = [each for each in reporters if each not in shared and each.case.closed_at is None]
    return {"requests": len(reporters), "withdrawn": len(alone), "shared": len(shared)}
