"""When requests come: more on Mondays and in bad weather, in the morning and after supper, fewer at the New Year."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

WEEKDAYS: Final = (1.3, 1.15, 1.1, 1.05, 1.1, 0.7, 0.6)
MONTHS: Final = (0, 0.85, 0.7, 1.0, 1.0, 1.05, 1.15, 1.3, 1.25, 1.0, 0.95, 1.0, 1.0)
STORMS: Final = 9  # a year, in the season of rain, each felt for two or three days
RAINY: Final = frozenset({6, 7, 8, 9})
# Share of each hour of the day by channel.
HOURS: Final = {
    "office": (0,) * 8 + (5, 10, 10, 7, 1, 1, 6, 9, 7, 3) + (0,) * 6,
    "phone": (0,) * 7 + (2, 7, 10, 9, 7, 4, 3, 6, 8, 8, 6, 5, 5, 4, 2, 0, 0),
    "online": (1, 0.5, 0, 0, 0, 0.5, 2, 5, 8, 8, 7, 6, 6, 5, 5, 5, 6, 7, 8, 10, 11, 9, 5, 2),
    "field": (0,) * 7 + (3, 10, 11, 8, 4, 0.5, 0.5, 5, 9, 9, 5, 2, 1) + (0,) * 4,
}


def moments(rng: Random, after: datetime, until: datetime, count: int) -> list[datetime]:
    """`count` days (at midnight) in (after, until], in order, each as likely as the town is busy that day."""
    first = after.date() + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range((until.date() - first).days + 1)]
    weights = [WEEKDAYS[day.weekday()] * MONTHS[day.month] for day in days]
    rainy = [n for n, day in enumerate(days) if day.month in RAINY]
    for start in rng.sample(rainy, min(STORMS, len(rainy))):
        for n in range(start, min(start + rng.randint(2, 3), len(days))):
            weights[n] *= rng.uniform(1.5, 2.6)
    totals = list(accumulate(weights))
    drawn = sorted(rng.choices(range(len(days)), cum_weights=totals, k=count))
    return [datetime.combine(days[n], time(), until.tzinfo) for n in drawn]


def at_hour(rng: Random, day: datetime, pattern: str) -> datetime:
    """A moment of that day in the rhythm of a channel."""
    hour = rng.choices(range(24), HOURS[pattern])[0]
    return day + timedelta(hours=hour, minutes=rng.randrange(60), seconds=rng.randrange(60))


def awake(rng: Random, moment: datetime) -> datetime:
    """That moment, or the next morning when people sleep."""
    if moment.hour < 7:
        return moment.replace(hour=7) + timedelta(minutes=rng.randint(5, 150))
    if moment.hour >= 22:
        return moment.replace(hour=7) + timedelta(days=1, minutes=rng.randint(5, 150))
    return moment
