"""How often somebody may try: counted in the database, so that every process and machine counts together.

A window is fixed (the hour, the quarter of an hour), which needs one statement and one small row for each who tries.
"""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from lianxin.keys.ids import new_id
from lianxin.keys.models import Tries
from lianxin.keys.scope import EVERY_TOWN

KEPT = timedelta(days=2)


class TooManyTries(Exception):
    """More tries than allowed in this window; `retry_after` in seconds, until the next one begins."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def spend(town_id: int, scope: str, who: str, *, most: int, per: timedelta, now: datetime) -> int:
    """Count one try of `who` (never readable: hand in a keyed digest) and return how many are left.

    Raises TooManyTries when there were `most` already. Counted even when the caller's work then fails; call it
    outside the caller's transaction.
    """
    window, left = _window(per, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_tries (id, town_id, scope, who, window_no, count, at) VALUES (%s, %s, %s, %s, %s, 1, %s) "
            "ON CONFLICT (town_id, scope, who, window_no) DO UPDATE SET count = keys_tries.count + 1 RETURNING count",
            [new_id(), town_id, scope, who, window, now],
        )
        (count,) = cursor.fetchone()
    if count > most:
        raise TooManyTries(left)
    return int(most - count)


def give_back(town_id: int, scope: str, who: str, *, per: timedelta, now: datetime) -> None:
    """Take back the one try that `spend` counted with the same `scope`, `who`, `per` and `now`: it was right.

    What must not be guessed is counted before it is looked at and given back afterwards: so many tries at once do not
    pass together, and a right one returns itself alone, never those that were wrong.
    """
    window, _left = _window(per, now)
    rows = Tries.objects.for_system("a right try", town_id)
    rows.filter(scope=scope, who=who, window_no=window, count__gt=0).update(count=F("count") - 1)


def _window(per: timedelta, now: datetime) -> tuple[int, int]:
    """The number of the window a moment lies in, and the seconds until the next one."""
    seconds = int(per.total_seconds())
    window, gone = divmod(int(now.timestamp()), seconds)
    return window, seconds - gone


def forget_old_tries(*, now: datetime) -> int:
    """Delete counts older than two days."""
    return Tries.objects.for_system("sweep", EVERY_TOWN).filter(at__lt=now - KEPT)._raw_delete("default")
