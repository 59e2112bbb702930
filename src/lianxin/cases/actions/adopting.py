"""A resident's requests come together under their account: those they left its telephone with."""

from datetime import datetime

from lianxin.cases.models import Reporter
from lianxin.keys.models import Town
from lianxin.people.models import Account
from lianxin.people.residents import ASLEEP


def adopt_requests(account: Account, town: Town, *, now: datetime) -> int:
    """Put to an account what was asked with its telephone in the last year; returns how many requests.

    Older ones may be of whoever had the number before: they open by their link, or by number and last four digits.
    """
    rows = Reporter.objects.for_system("their own, by telephone", town).filter(phone_blind=account.proven)
    return rows.exclude(phone_blind="").filter(account_id=None, at__gt=now - ASLEEP).update(account_id=account.pk)
