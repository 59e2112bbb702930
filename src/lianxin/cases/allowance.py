"""How much may be asked in the name of one telephone: wherever it comes from, a number is used up."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, found
from lianxin.keys.tries import TooManyTries, spend
from lianxin.people.cipher import blind
from lianxin.ui import words

PER_PHONE, PER = 30, timedelta(days=1)  # a village's secretary writes down for others; a script does not stop there
TO_THE_MINUTE = timedelta(seconds=58)  # told by the clock, a moment is never too early


class PhoneUsedUp(TooManyTries):
    """As many requests were sent in the name of a telephone as a day takes."""


def spend_phone(town_id: int, phone: str, once: OnceKey | None, *, now: datetime) -> None:
    """Count one request of a telephone, "" is none; what comes again under its key was counted when it first came.

    Raises PhoneUsedUp, and KeyUsedOtherwise.
    """
    if not phone or found(once, town_id=town_id) is not None:
        return
    try:
        spend(town_id, "report-phone", blind("report-phone", phone), most=PER_PHONE, per=PER, now=now)
    except TooManyTries as many:
        raise PhoneUsedUp(many.retry_after) from many


def until(many: TooManyTries) -> str:
    """From when on it may be tried again, by the clock: "明天 08:00"."""
    return words.when(timezone.now() + timedelta(seconds=many.retry_after) + TO_THE_MINUTE)


def why_wait(many: TooManyTries, town: Town) -> str:
    """Why one has to wait and until when; where a telephone's day is full, the other way too."""
    if not isinstance(many, PhoneUsedUp):
        return _("Very much has been sent from here in a short time. More is taken from %(until)s on.") % {
            "until": until(many)
        }
    told = _("%(n)s requests have come with this telephone number today, the most a day takes: more from %(until)s on.")
    other = _(" If it cannot wait, call %(phone)s.") % {"phone": town.phone} if town.phone else ""
    return told % {"n": PER_PHONE, "until": until(many)} + other
