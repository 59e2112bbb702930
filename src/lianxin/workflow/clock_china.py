"""The State Council's holidays and make-up workdays (节假日与调休), as far as they are published."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import chinese_calendar

from lianxin.workflow.clock import OFFICE, Hours

FIRST_PUBLISHED = min(chinese_calendar.holidays).year
LAST_PUBLISHED = max(chinese_calendar.holidays).year


def chinese_calendar_days(years: Iterable[int], hours: Hours = OFFICE) -> tuple[dict[date, Hours], date]:
    """The days of `years` that differ from a plain week, and the last day the published table covers.

    Years not yet published are left out: a `Clock` given both says of later dates that they are provisional.
    """
    wanted = sorted(set(years))
    days: dict[date, Hours] = {}
    for year in wanted:
        if FIRST_PUBLISHED <= year <= LAST_PUBLISHED:
            days.update(_exceptions(year, hours))
    return days, date(min(wanted[-1], LAST_PUBLISHED), 12, 31)


def _exceptions(year: int, hours: Hours) -> Iterator[tuple[date, Hours]]:
    day = date(year, 1, 1)
    while day.year == year:
        worked = chinese_calendar.is_workday(day)
        if worked != (day.weekday() < 5):
            yield day, hours if worked else ()
        day += timedelta(days=1)
