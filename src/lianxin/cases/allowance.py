"""How much may be asked in the name of one telephone: wherever it comes from, a number is used up."""

from datetime import datetime, timedelta

from lianxin.keys.tries import spend
from lianxin.people.cipher import blind

PER_PHONE, PER = 30, timedelta(days=1)  # a village's secretary writes down for others; a script does not stop there


def spend_phone(town_id: int, phone: str, *, now: datetime) -> None:
    """Count one request of a telephone, "" is none; raises TooManyTries."""
    if phone:
        spend(town_id, "report-phone", blind("report-phone", phone), most=PER_PHONE, per=PER, now=now)
