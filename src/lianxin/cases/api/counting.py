"""How much a client without a name may send in an hour: counted in the database, for all processes together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.allowance import spend_phone, why_wait
from lianxin.cases.api.problems import Problem
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey
from lianxin.keys.tries import TooManyTries, spend
from lianxin.people.clients import client_of

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much one client may send in an hour."""

    scope: str
    most: int


REPORTS = Allowance("api.reports", 60)  # many telephones of a village share one address of their carrier
PHOTOS = Allowance("api.photos", 300)
GUESSES = Allowance("api.code", 60)  # wrong codes of reports


def count(request: HttpRequest, allowance: Allowance) -> None:
    """Count one of them for this client, or raise the problem slow_down."""
    town: Town = request.town  # type: ignore[attr-defined]
    client = client_of(request)
    with slowed_down(town):
        spend(town.pk, allowance.scope, client, most=allowance.most, per=HOUR, now=timezone.now())


def count_phone(request: HttpRequest, phone: str, once: OnceKey | None) -> None:
    """Count a report in the name of a telephone, as the page does, or raise the problem slow_down."""
    town: Town = request.town  # type: ignore[attr-defined]
    with slowed_down(town):
        spend_phone(town.pk, phone, once, now=timezone.now())


@contextmanager
def slowed_down(town: Town) -> Iterator[None]:
    """Tell whoever tries too often with a problem that says why, when to come again, and that nothing is lost."""
    try:
        yield
    except TooManyTries as many:
        again = _(" Nothing was changed: send the same again then, with the same Idempotency-Key.")
        headers = {"Retry-After": str(many.retry_after)}
        raise Problem("slow_down", headers=headers, sentence=why_wait(many, town) + again) from many
