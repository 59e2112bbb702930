"""Working time (工作时间): when a limit runs out, and how much of it is used.

All reckoning is done on the wall clock of the town's zone; results are aware and in UTC.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

Hours: TypeAlias = tuple[tuple[time, time], ...]

OFFICE: Hours = ((time(8, 30), time(12)), (time(14), time(17, 30)))
OFFICE_WEEK: Mapping[int, Hours] = dict.fromkeys(range(5), OFFICE)  # Monday is 0; a day not named is a rest day

MINUTE = 60 * 10**6  # in microseconds, the unit of all reckoning here
DAY = 24 * 60 * MINUTE
MINUTES = timedelta(minutes=1)
MIDNIGHT = time()

# The longest limit of each unit, about ten years: a slip of the finger must not send the clock through the millennia.
UNITS: Mapping[str, int] = {
    "minutes": 10 * 366 * 24 * 60,
    "hours": 10 * 366 * 24,
    "working_hours": 10 * 2000,
    "days": 10 * 366,
    "working_days": 10 * 250,
}
WORKING_UNITS = frozenset({"working_hours", "working_days"})


@dataclass(frozen=True, slots=True)
class Limit:
    """时限: so much time to do something in. `unit` is one of UNITS."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit of time: {self.unit}, none of {', '.join(UNITS)}")
        if not 0 < self.amount <= UNITS[self.unit]:
            raise ValueError(f"not between 1 and {UNITS[self.unit]} {self.unit}: {self.amount}")

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Read "3 working_days"; ValueError says what is wrong."""
        words = text.split()
        if len(words) != 2 or not (words[0].isascii() and words[0].isdigit()) or len(words[0]) > 9:
            raise ValueError(f"not a limit such as 3 working_days: {text[:60]}")
        unit = words[1] if words[1].endswith("s") else words[1] + "s"
        return cls(int(words[0]), unit)

    @property
    def working(self) -> bool:
        """Whether pauses of this limit are reckoned in working minutes."""
        return self.unit in WORKING_UNITS

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True)
class Due:
    """到期: `at` the limit runs out, at `soon_at` half of it is used (yellow light).

    `provisional` when the reckoning went past the end of the holiday table.
    """

    at: datetime
    soon_at: datetime
    provisional: bool


class _Wall(NamedTuple):
    """A moment as the town's clocks show it: the day, and microseconds into it."""

    year: int
    ordinal: int
    moment: int


class _Year:
    """One year's working spans by day, with the working time before each day summed once."""

    __slots__ = ("before", "closes", "first", "number", "opened", "spans")

    def __init__(self, clock: "Clock", year: int) -> None:
        self.number = year
        self.first = date(year, 1, 1).toordinal()
        length = date(year, 12, 31).toordinal() - self.first + 1
        self.spans = [clock.spans(date.fromordinal(self.first + index)) for index in range(length)]
        self.before = [0]
        for spans in self.spans:
            self.before.append(self.before[-1] + sum(shuts - opens for opens, shuts in spans))
        # The working days and their closing times, and how many there are before each day.
        self.closes = [(self.first + index, spans[-1][1]) for index, spans in enumerate(self.spans) if spans]
        self.opened = [0]
        for spans in self.spans:
            self.opened.append(self.opened[-1] + bool(spans))

    def worked(self, wall: _Wall) -> int:
        """Working time of this year up to that moment of it."""
        index, moment = wall.ordinal - self.first, wall.moment
        total = self.before[index]
        for opens, shuts in self.spans[index]:
            if moment <= opens:
                break
            total += min(moment, shuts) - opens
        return total

    def reached(self, target: int) -> _Wall:
        """The first moment at which `target` (more than nothing, within this year) has been worked."""
        index = bisect_left(self.before, target) - 1
        rest = target - self.before[index]
        for opens, shuts in self.spans[index]:
            if rest <= shuts - opens:
                return _Wall(self.number, self.first + index, opens + rest)
            rest -= shuts - opens
        raise AssertionError("the sums disagree with the spans")


class Clock:
    """A town's hours: `week` by weekday (Monday 0), `days` the exceptions (a holiday is (), a worked Saturday OFFICE).

    `known_until` is the last day the holiday table covers; after it plain weeks are assumed and what
    was reckoned is provisional. None: the table needs no end (units that work round the year).
    Making one is dear (a year is laid out at first use), asking is cheap: keep it.
    """

    __slots__ = ("_days", "_known", "_week", "_years", "zone")

    def __init__(
        self,
        zone: str = "Asia/Shanghai",
        week: Mapping[int, Hours] | None = None,
        days: Mapping[date, Hours] | None = None,
        known_until: date | None = None,
    ) -> None:
        self.zone = ZoneInfo(zone)
        plain = OFFICE_WEEK if week is None else week
        self._week = {weekday: _laid_out(plain.get(weekday, ())) for weekday in range(7)}
        if not any(self._week.values()):
            raise ValueError("a week without working time")
        self._days = {day: _laid_out(hours) for day, hours in (days or {}).items()}
        self._known = known_until.toordinal() if known_until else date.max.toordinal()
        self._years: dict[int, _Year] = {}

    def spans(self, day: date) -> tuple[tuple[int, int], ...]:
        """The working spans of a day, in microseconds from its midnight."""
        special = self._days.get(day)
        return self._week[day.weekday()] if special is None else special

    def due(self, start: datetime, limit: Limit) -> Due:
        """When `limit`, running from `start` (aware), is used up.

        行政许可法第八十二条: a limit of working days leaves out holidays. 民法典第二百零一条: the first day is not
        counted. 第二百零三条: a last day that is a rest day moves to the next working day, and the day ends
        when business does.
        """
        if limit.unit == "working_days":
            wall = self._wall(start)
            end = self._close(wall.ordinal, limit.amount)
            half = self._worked(wall, end) // MINUTE // 2
            return Due(self._moment(end), self._moment(self._later(wall, half)), end.ordinal > self._known)
        if limit.unit == "days":
            end = self._close(self._wall(start).ordinal + limit.amount - 1, 1)
            at = self._moment(end)
            return Due(at, start.astimezone(UTC) + (at - start) // MINUTES // 2 * MINUTES, end.ordinal > self._known)
        minutes = limit.amount if limit.unit == "minutes" else limit.amount * 60
        at, provisional = self.after(start, minutes, working=limit.working)
        return Due(at, self.after(start, minutes // 2, working=limit.working)[0], provisional)

    def until(self, start: datetime, at: datetime, *, working: bool) -> Due:
        """The same for a date somebody set: never provisional, yellow when half the time to it is used."""
        half = self.between(start, at, working=working) // 2
        return Due(at.astimezone(UTC), self.after(start, half, working=working)[0], False)

    def between(self, start: datetime, stop: datetime, *, working: bool) -> int:
        """Whole minutes from `start` to `stop`; below zero when `stop` comes first."""
        if stop < start:
            return -self.between(stop, start, working=working)
        if not working:
            return (_aware(stop) - _aware(start)) // MINUTES
        return self._worked(self._wall(start), self._wall(stop)) // MINUTE

    def after(self, start: datetime, minutes: int, *, working: bool) -> tuple[datetime, bool]:
        """The first moment when so many minutes from `start` have run out, and whether it is provisional."""
        if minutes <= 0 or not working:
            return _aware(start).astimezone(UTC) + max(minutes, 0) * MINUTES, False
        end = self._later(self._wall(start), minutes)
        return self._moment(end), end.ordinal > self._known

    def _worked(self, start: _Wall, stop: _Wall) -> int:
        total = self._year(stop.year).worked(stop) - self._year(start.year).worked(start)
        return total + sum(self._year(gone).before[-1] for gone in range(start.year, stop.year))

    def _later(self, start: _Wall, minutes: int) -> _Wall:
        if minutes <= 0:
            return start
        number = start.year
        year = self._year(number)
        target = year.worked(start) + minutes * MINUTE
        while target > year.before[-1]:
            target -= year.before[-1]
            number += 1
            year = self._year(number)
        return year.reached(target)

    def _close(self, ordinal: int, count: int) -> _Wall:
        """Close of business on the last of `count` working days after that day."""
        number = date.fromordinal(ordinal).year
        year = self._year(number)
        target = year.opened[ordinal - year.first + 1] + count
        while target > year.opened[-1]:
            target -= year.opened[-1]
            number += 1
            year = self._year(number)
        return _Wall(number, *year.closes[target - 1])

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = _Year(self, number)
        return year

    def _wall(self, moment: datetime) -> _Wall:
        wall = _aware(moment).astimezone(self.zone)
        seconds = (wall.hour * 60 + wall.minute) * 60 + wall.second
        return _Wall(wall.year, wall.toordinal(), seconds * 10**6 + wall.microsecond)

    def _moment(self, wall: _Wall) -> datetime:
        midnight = datetime.combine(date.fromordinal(wall.ordinal), MIDNIGHT, self.zone)
        return (midnight + timedelta(microseconds=wall.moment)).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _laid_out(hours: Hours) -> tuple[tuple[int, int], ...]:
    """Spans in microseconds; closing at 00:00 means at the end of the day."""
    spans = tuple((_micro(opens), _micro(shuts) or DAY) for opens, shuts in hours)
    edges = [edge for span in spans for edge in span]
    if any(opens >= shuts for opens, shuts in spans) or edges != sorted(edges):
        raise ValueError(f"hours overlap or run backwards: {hours}")
    return spans


def _micro(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 10**6 + moment.microsecond
