"""What is used of a limit is told in what the limit is written in."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.cases.queries.clockface import counts_from, used_words
from lianxin.workflow.clock import Clock, Limit

ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = Clock()
THREE = Limit(3, "working_days")


def at(day, hour, minute=0):
    """A moment of November 2026, whose second is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def used(entered, now, limit=THREE):
    start = counts_from(CLOCK, limit, entered)
    minutes = CLOCK.between(start, max(now, start), working=limit.working)
    return used_words(CLOCK, limit, entered, minutes, working=limit.working)


@pytest.mark.parametrize(
    ("entered", "now", "words"),
    [
        (at(2, 10), at(2, 17), "从下一个工作日起算"),
        (at(2, 10), at(3, 9, 30), "1 个工作小时"),
        (at(2, 10), at(3, 17, 30), "1 个工作日"),
        (at(2, 10), at(4, 9), "1 个工作日 30 分钟"),
        (at(6, 10), at(8, 12), "从下一个工作日起算"),  # over the weekend nothing is used
        (at(6, 10), at(10, 15), "1 个工作日 4 个工作小时 30 分钟"),
        (at(2, 10), at(5, 17, 30), "3 个工作日"),
        (at(2, 10), at(9, 9, 30), "4 个工作日 1 个工作小时"),
    ],
)
def test_working_days_are_told_as_days_and_what_is_used_of_the_next(entered, now, words):
    assert used(entered, now) == words


def test_other_limits_are_told_in_hours_of_work_or_in_plain_time():
    assert used(at(2, 10), at(2, 15), Limit(8, "working_hours")) == "3 个工作小时"
    assert used(at(2, 10), at(4, 11), Limit(5, "days")) == "2 天 1 小时"
    assert used(at(2, 10), at(2, 11, 20), Limit(2, "hours")) == "1 小时 20 分钟"


@settings(deadline=None)
@given(st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 20), st.integers(1, 8))
def test_as_much_as_is_granted_is_used_just_when_it_is_due(begun, later, days):
    entered = at(2, 0) + timedelta(minutes=begun)
    now, limit = entered + timedelta(minutes=later), Limit(days, "working_days")
    words = used(entered, now, limit)
    whole = int(words.split()[0]) if "个工作日" in words and words[0].isdigit() else 0
    due = CLOCK.due(entered, limit).at
    assert (whole >= days) == (now >= due), words
