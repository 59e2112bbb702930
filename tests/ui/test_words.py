"""Times, spans and masked details in words."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.ui import words

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 10:00 in the town


@pytest.mark.usefixtures("chinese")
class TestInChinese:
    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "今天 17:30"),
            (datetime(2026, 11, 20, 16, 30, tzinfo=UTC), "今天 00:30"),
            (datetime(2026, 11, 20, 15, 59, tzinfo=UTC), "昨天 23:59"),
            (datetime(2026, 11, 22, 1, 5, tzinfo=UTC), "明天 09:05"),
            (datetime(2026, 11, 25, 1, 5, tzinfo=UTC), "11月25日 09:05"),
            (datetime(2025, 11, 25, 1, 5, tzinfo=UTC), "2025年11月25日 09:05"),
        ],
    )
    def test_a_moment_is_said_in_the_towns_own_day(self, moment, said):
        assert words.when(moment, NOW) == said

    def test_what_is_left_and_what_is_past_are_told_apart(self):
        assert words.left(NOW + timedelta(days=2, hours=3, minutes=50), NOW) == "还有 2 天 3 小时"
        assert words.left(NOW - timedelta(hours=5), NOW) == "已超 5 小时"
        assert words.left_short(NOW + timedelta(days=2, hours=3), NOW) == "还有 2\u00a0天"
        assert words.left_short(NOW - timedelta(hours=5), NOW) == "超 5\u00a0小时"
        assert words.left_short(NOW + timedelta(minutes=9), NOW) == "还有 9\u00a0分钟"

    def test_how_long_since_is_rough_and_then_a_date(self):
        assert words.ago(NOW - timedelta(seconds=20), NOW) == "刚刚"
        assert words.ago(NOW - timedelta(minutes=20), NOW) == "20 分钟前"
        assert words.ago(NOW - timedelta(minutes=130), NOW) == "2 小时前"
        assert words.ago(NOW - timedelta(days=1, minutes=1), NOW) == "昨天 09:59"

    def test_a_day_has_no_hour(self):
        assert words.day(date(2026, 11, 21), NOW) == "今天"
        assert words.day(datetime(2026, 12, 1, 1, 0, tzinfo=UTC), NOW) == "12月1日"

    @given(st.integers(min_value=0, max_value=10_000_000))
    def test_a_span_never_says_more_than_is_there(self, minutes):
        said = words.span(minutes)
        sizes = {"天": 1440, "小时": 60, "分钟": 1}
        told = sum(int(n) * sizes[unit] for n, unit in re.findall(r"(\d+) (天|小时|分钟)", said))
        assert said
        assert 0 <= minutes - told < (60 if minutes >= 1440 else 1)


@pytest.mark.usefixtures("english")
def test_in_english_one_day_is_not_days():
    assert words.span(1440) == "1 day"
    assert words.left(NOW + timedelta(days=2, hours=1), NOW) == "2 days 1 hour left"
    assert words.when(datetime(2026, 11, 25, 1, 5, tzinfo=UTC), NOW) == "25 Nov 09:05"


def test_nothing_is_said_of_no_time():
    assert [f(None) for f in (words.when, words.day, words.stamp, words.left, words.left_short, words.ago)] == [""] * 6


def test_the_light_turns_at_the_very_moment():
    due, soon = NOW + timedelta(hours=2), NOW + timedelta(hours=1)
    assert words.light_of(due, soon, NOW) == "ok"
    assert words.light_of(due, soon, soon) == "soon"
    assert words.light_of(due, soon, due) == "soon"
    assert words.light_of(due, soon, due + timedelta(seconds=1)) == "late"
    assert words.light_of(due, soon, due + timedelta(days=1), paused=True) == "paused"
    assert words.light_of(due, soon, due + timedelta(days=1), ended=True) == "done"
    assert words.light_of(None, None, NOW) == "ok"


@given(st.text(alphabet="0123456789", min_size=7, max_size=15))
def test_a_masked_telephone_keeps_no_more_than_seven_figures(phone):
    masked = words.mask(phone)
    assert len(masked) == len(phone)
    assert masked.endswith(phone[-2:])
    assert sum(letter.isdigit() for letter in masked) == (7 if len(phone) >= 11 else len(phone) // 2)


def test_a_masked_name_keeps_its_first_character():
    assert words.mask("王小明") == "王**"
    assert words.mask("欧阳") == "欧*"
    assert words.mask("") == ""
    assert words.mask(None) == ""


def test_numbers_are_grouped_and_shares_are_per_cent():
    assert words.grouped(2158) == "2,158"
    assert words.percent(0.962) == "96.2%"
    assert words.percent(None) == "–"
