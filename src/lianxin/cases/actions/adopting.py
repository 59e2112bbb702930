"""A resident's requests come together under their account: those they left its telephone with."""

from datetime import datetime

from django.db import transaction as database

from lianxin.cases.cards import CARD, card_of
from lianxin.cases.models import Reporter
from lianxin.keys.models import Town
from lianxin.keys.rows import changes_of
from lianxin.ledger.actions import Line, record_each
from lianxin.people.actors import system
from lianxin.people.models import Account
from lianxin.people.residents import ASLEEP


def adopt_requests(account: Account, town: Town, *, now: datetime) -> int:
    """Put to an account what was asked with its telephone in the last year; returns how many requests.

    Each leaves an entry in the chain of that person. Older ones may be of whoever had the number before: they open by
    their link, or by number and last four digits.
    """
    if not account.proven:
        return 0
    with database.atomic():
        rows = Reporter.objects.for_system("their own, by telephone", town).select_for_update().order_by("id")
        found = list(rows.filter(phone_blind=account.proven, account_id=None, at__gt=now - ASLEEP))
        for each in found:
            each.account_id = account.pk
        lines = [Line("person", each.pk, "adopt", {}, {CARD: card_of(each)}) for each in found]
        changes_of(found, ["account_id"]).write()
        record_each(lines, actor=system(town), now=now)
    return len(found)
