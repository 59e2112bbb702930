"""The State Council's holidays and make-up workdays (节假日与调休), as far as they are published."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import chinese_calendar

from lianxin.workflow.clock import OFFICE, Hours

FIRST_PUBLISHED = min(chinese_calendar.holidays).year
LAST_PUBLISHED = max(chinese_calendar.holidays).year
# 与周末连休: the notice for 2024 gives 1 January and leaves the weekend before it as it is; the package counts it in.
_PLAIN_WEEKENDS = frozenset({date(2023, 12, 30), date(2023, 12, 31)})


def chinese_calendar_days(years: Iterable[int], hours: Hours = OFFICE) -> tuple[dict[date, Hours], date]:
    """The days the notices name for `years`, and the last day the published table covers.

    Rest days on a Saturday or Sunday are among them: there are units that work on those. `hours` are of make-up days.
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
        if day in chinese_calendar.workdays:
            yield day, hours
        elif day in chinese_calendar.holidays and day not in _PLAIN_WEEKENDS:
            yield day, ()
        day += timedelta(days=1)
