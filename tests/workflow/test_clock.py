"""The clock against an oracle that looks at every minute."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.workflow.clock import OFFICE, Clock, Hours, Limit
from lianxin.workflow.clock_china import LAST_PUBLISHED, chinese_calendar_days

TOWN = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
MONDAY = date(2026, 11, 2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN)


@st.composite
def hours(draw: st.DrawFn, most: int = 3) -> Hours:
    count = draw(st.integers(0, most))
    edges = draw(st.lists(st.integers(0, 24 * 60 - 1), min_size=2 * count, max_size=2 * count, unique=True))
    moments = [time(edge // 60, edge % 60) for edge in sorted(edges)]
    return tuple(zip(moments[::2], moments[1::2], strict=True))


weeks = st.dictionaries(st.integers(0, 6), hours(), min_size=1).filter(lambda week: any(week.values()))
# Around a year's end, where blocks of a year meet.
exceptions = st.dictionaries(st.dates(date(2026, 12, 20), date(2027, 1, 20)), hours(), max_size=12)
starts = st.integers(0, 15 * 24 * 60).map(lambda minute: at("2026-12-22T00:00") + minute * MINUTE)


class Oracle:
    def __init__(self, week: Mapping[int, Hours], days: Mapping[date, Hours]) -> None:
        self.week, self.days = week, days

    def on(self, day: date) -> Hours:
        return self.days.get(day, self.week.get(day.weekday(), ()))

    def working(self, moment: datetime) -> bool:
        return any(opens <= moment.time() < shuts for opens, shuts in self.on(moment.date()))

    def after(self, moment: datetime, minutes: int, paused: range = range(0)) -> datetime:
        passed = 0
        while minutes:
            minutes -= self.working(moment) and passed not in paused
            moment += MINUTE
            passed += 1
        return moment

    def between(self, start: datetime, stop: datetime) -> int:
        count = 0
        while start < stop:
            count += self.working(start)
            start += MINUTE
        return count

    def close(self, day: date) -> datetime:
        return datetime.combine(day, self.on(day)[-1][1], TOWN)

    def working_days(self, start: datetime, amount: int) -> datetime:
        day = start.date()
        while amount:
            day += timedelta(days=1)
            amount -= bool(self.on(day))
        return self.close(day)

    def calendar_days(self, start: datetime, amount: int) -> datetime:
        day = start.date() + timedelta(days=amount)
        while not self.on(day):
            day += timedelta(days=1)
        return self.close(day)


@settings(max_examples=80, deadline=None)
@given(weeks, exceptions, starts, st.integers(1, 900))
def test_working_minutes_agree_with_counting_every_minute(
    week: dict[int, Hours], days: dict[date, Hours], start: datetime, minutes: int
) -> None:
    clock, oracle = Clock(week=week, days=days), Oracle(week, days)
    reached, provisional = clock.after(start, minutes, working=True)
    assert (reached, provisional) == (oracle.after(start, minutes), False)
    assert clock.between(start, reached, working=True) == minutes


@settings(max_examples=60, deadline=None)
@given(weeks, exceptions, starts, st.integers(0, 20 * 24 * 60))
def test_the_working_time_between_two_moments_agrees_with_counting_every_minute(
    week: dict[int, Hours], days: dict[date, Hours], start: datetime, minutes: int
) -> None:
    clock, oracle = Clock(week=week, days=days), Oracle(week, days)
    stop = start + minutes * MINUTE
    assert clock.between(start, stop, working=True) == oracle.between(start, stop)
    assert clock.between(stop, start, working=True) == -oracle.between(start, stop)
    assert clock.between(start, stop, working=False) == minutes


@settings(max_examples=80, deadline=None)
@given(weeks, exceptions, starts, st.integers(1, 12), st.sampled_from(["days", "working_days"]))
def test_days_end_at_the_close_of_business_the_oracle_finds(
    week: dict[int, Hours], days: dict[date, Hours], start: datetime, amount: int, unit: str
) -> None:
    clock, oracle = Clock(week=week, days=days), Oracle(week, days)
    due = clock.due(start, Limit(amount, unit))
    if unit == "days":
        assert due.at == oracle.calendar_days(start, amount)
        assert due.soon_at == start + (due.at - start) // MINUTE // 2 * MINUTE
    else:
        assert due.at == oracle.working_days(start, amount)
        assert due.soon_at == oracle.after(start, oracle.between(start, due.at.astimezone(TOWN)) // 2)


@settings(max_examples=60, deadline=None)
@given(weeks, exceptions, starts, st.integers(1, 10))
def test_working_hours_turn_yellow_when_half_of_them_are_used(
    week: dict[int, Hours], days: dict[date, Hours], start: datetime, amount: int
) -> None:
    clock, oracle = Clock(week=week, days=days), Oracle(week, days)
    due = clock.due(start, Limit(amount, "working_hours"))
    assert due.at == oracle.after(start, amount * 60)
    assert due.soon_at == oracle.after(start, amount * 30)


@settings(max_examples=60, deadline=None)
@given(
    weeks, exceptions, starts, st.sampled_from(["30 minutes", "5 hours", "4 working_hours", "3 days", "2 working_days"])
)
def test_the_zone_a_time_is_told_in_makes_no_difference(
    week: dict[int, Hours], days: dict[date, Hours], start: datetime, text: str
) -> None:
    clock, limit = Clock(week=week, days=days), Limit.parse(text)
    here = clock.due(start, limit)
    assert (
        here == clock.due(start.astimezone(UTC), limit) == clock.due(start.astimezone(ZoneInfo("America/Lima")), limit)
    )
    assert here.at.tzinfo is UTC


def test_a_working_saturday_counts_and_a_holiday_does_not() -> None:
    clock = Clock(days={date(2026, 11, 3): (), date(2026, 11, 7): OFFICE})
    assert clock.due(at("2026-11-02T09:00"), Limit(5, "working_days")).at == at("2026-11-09T17:30")


def test_the_day_of_start_is_not_counted() -> None:
    assert Clock().due(at("2026-11-02T08:30"), Limit(1, "working_days")).at == at("2026-11-03T17:30")
    assert Clock().due(at("2026-11-02T08:30"), Limit(1, "days")).at == at("2026-11-03T17:30")


def test_days_that_end_on_a_rest_day_move_to_the_next_working_day() -> None:
    assert Clock().due(at("2026-11-02T10:00"), Limit(5, "days")).at == at("2026-11-09T17:30")


def test_a_limit_that_fills_the_day_ends_at_its_close_and_not_at_the_next_opening() -> None:
    assert Clock().due(at("2026-11-02T08:30"), Limit(7, "working_hours")).at == at("2026-11-02T17:30")


def test_seconds_are_kept() -> None:
    assert Clock().due(at("2026-11-02T11:59:30"), Limit(1, "working_hours")).at == at("2026-11-02T14:59:30")


def test_hours_may_close_at_midnight() -> None:
    night = Clock(week={weekday: ((time(0), time(0)),) for weekday in range(7)})
    assert night.due(at("2026-11-06T20:00"), Limit(6, "working_hours")).at == at("2026-11-07T02:00")
    assert night.due(at("2026-11-06T20:00"), Limit(1, "working_days")).at == at("2026-11-08T00:00")


def test_past_the_end_of_the_holiday_table_plain_weeks_are_assumed_and_said_to_be_provisional() -> None:
    clock = Clock(known_until=date(2026, 12, 31))
    inside = clock.due(at("2026-12-28T09:00"), Limit(3, "working_days"))
    beyond = clock.due(at("2026-12-28T09:00"), Limit(4, "working_days"))
    assert (inside.at, inside.provisional) == (at("2026-12-31T17:30"), False)
    assert (beyond.at, beyond.provisional) == (at("2027-01-01T17:30"), True)
    assert clock.due(at("2026-12-31T20:00"), Limit(2, "working_hours")).provisional
    assert clock.due(at("2026-12-31T20:00"), Limit(2, "days")).provisional
    assert not clock.due(at("2026-12-31T20:00"), Limit(48, "hours")).provisional


def test_the_published_holidays_are_known() -> None:
    days, known_until = chinese_calendar_days([2025, 2026, LAST_PUBLISHED + 1])
    assert days[date(2025, 10, 1)] == ()
    assert days[date(2025, 1, 26)] == OFFICE  # a Sunday worked for the Spring Festival
    assert date(2025, 11, 3) not in days
    assert known_until == date(LAST_PUBLISHED, 12, 31)
    assert chinese_calendar_days([2025])[1] == date(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    ["", "3", "three days", "0 days", "-1 days", "3 weeks", "99999 days", "3 4 days", "²2 days", "9" * 400 + " days"],
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Limit.parse(text)


def test_a_limit_reads_back_as_it_is_written() -> None:
    assert str(Limit.parse("3 working_days")) == "3 working_days"
    assert Limit.parse("1 day") == Limit(1, "days")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Clock().due(at("2026-11-02T09:00").replace(tzinfo=None), Limit(1, "days"))


@pytest.mark.parametrize(
    "week", [{}, {0: ()}, {0: ((time(12), time(9)),)}, {0: ((time(9), time(12)), (time(11), time(13)))}]
)
def test_hours_that_make_no_sense_are_refused(week: dict[int, Hours]) -> None:
    with pytest.raises(ValueError, match=r"working time|hours"):
        Clock(week=week)
