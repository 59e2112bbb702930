"""A look at somebody's own details: one person at a time, for a reason, and it stays on record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from lianxin.keys.tries import spend
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind

MOST, PER = 60, timedelta(hours=1)  # more than a person who works on cases needs, too few to copy out a register


class NoReason(ValueError):
    """Nobody looks without saying why."""


def look_at(pk: int, what: Mapping[str, Any], reason: str, *, actor: Actor, now: datetime) -> None:
    """Put a look on record, in the chain of the person `pk`: who, when, at what of whom, why.

    Raises NoReason, TooManyTries beyond 60 looks an hour.
    """
    if len(reason.strip()) < 2:
        raise NoReason
    spend(actor.town_id, "look", blind("account", str(actor.account_id)), most=MOST, per=PER, now=now)
    with transaction.atomic():
        record(Line("person", pk, "look", what, {"reason": reason.strip()[:500]}), actor=actor, now=now)
