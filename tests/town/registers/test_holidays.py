"""A year of holidays from the notice as it is published, or from a line for each; what is wrong is said by line."""

from datetime import date, timedelta

import pytest

from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.rows import past_of
from lianxin.ledger.verify import verify
from lianxin.people.models import CalendarDay, Unit
from lianxin.people.queries import clock_of
from lianxin.town.registers.holidays import look, take, worked_in_error
from lianxin.town.registers.register import NotKept
from lianxin.town.registers.town import change_town, put_town_back
from lianxin.workflow.clock_china import chinese_calendar_days
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]

NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
七、国庆节：10月1日（周五）至10月7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""

# The State Council's notices of the years that are shipped, as published (the greetings left out).
PUBLISHED = {
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


def days(looked, works=False):
    return [each.day.isoformat()[5:] for each in looked.days if each.works is works]


def test_the_notice_is_read_as_it_is_published(town):
    looked = look(town, NOTICE, 2027)
    assert looked.faults == ()
    assert days(looked) == ["01-01", "01-02", "01-03", *(f"02-{day:02}" for day in range(5, 12)),
                            "04-03", "04-04", "04-05", *(f"10-{day:02}" for day in range(1, 8))]  # fmt: skip
    assert days(looked, works=True) == ["02-14", "02-20", "09-26", "10-09"]
    assert {each.name for each in looked.days} == {"元旦", "春节", "清明节", "国庆节"}


@pytest.mark.parametrize(
    "line",
    ["2027-05-03 至 2027-05-04 劳动节", "劳动节：2027年5月3日至4日放假", "2027/5/3-2027/5/4 劳动节 放假", "5月3日、5月4日 劳动节"],
)
def test_a_line_for_each_holiday_will_do(town, line):
    looked = look(town, line, 2027)
    assert (days(looked), looked.days[0].name) == (["05-03", "05-04"], "劳动节")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("元旦：2月30日放假", "2月30日"),
        ("元旦：1日放假", "月"),
        ("国庆节：10月7日至1日放假", "2027年10月7日"),
        ("春节：2月5日至7日放假，2月14日上班", "句号"),
        ("1月1日放假\n1月1日上班", "2027年1月1日"),
        ("没有日子", "例"),
        ("", "例"),
    ],
)
def test_what_is_wrong_is_said_by_line(town, line, told):
    looked = look(town, line, 2027)
    assert len(looked.faults) == 1
    assert told in looked.faults[0]


def test_the_year_is_entered_whole_and_the_table_goes_to_its_end(town):
    admin = who(town, "admin")
    take(town, look(town, NOTICE, 2027), complete=2027, actor=admin, now=MONDAY)
    town = Town.objects.get(pk=town.pk)
    clock = clock_of(town, None)
    assert town.settings["calendar_until"] == "2027-12-31"
    assert [bool(clock.spans(date(2027, 2, day))) for day in (8, 12, 20, 21)] == [False, True, True, False]
    again = look(town, NOTICE, 2027)
    assert (again.days, again.known, again.faults) == ((), 24, ())
    row = CalendarDay.objects.for_system("test", town).get(day=date(2027, 2, 8))
    assert [entry.act for entry in past_of(town, "calendar", row.pk)] == ["add"]
    assert list(verify(town)) == []


def on_saturdays(town):
    """A unit that works on Saturday mornings too, though the town does not."""
    unit = Unit.objects.for_system("test", town).get(key="utilities")
    unit.hours = {**{str(day): [["08:30", "11:30"]] for day in range(6)}, "6": []}
    unit.save()
    bump(town)
    return unit


def test_a_unit_that_works_on_saturdays_rests_on_those_the_notice_leaves_free(town):
    unit = on_saturdays(town)
    take(town, look(town, NOTICE, 2027), complete=2027, actor=who(town, "admin"), now=MONDAY)
    clock = clock_of(Town.objects.get(pk=town.pk), unit.pk)
    assert [bool(clock.spans(date(2027, *day))) for day in ((1, 2), (2, 6), (10, 2))] == [False] * 3
    assert clock.spans(date(2027, 2, 13))  # an ordinary Saturday


@pytest.mark.parametrize("year", sorted(PUBLISHED))
def test_the_days_shipped_are_those_of_the_notice(town, year):
    CalendarDay.objects.for_system("test", town).delete()
    looked = look(town, PUBLISHED[year], year)
    shipped, _until = chinese_calendar_days([year])
    assert {each.day: each.works for each in looked.days if each.day.year == year} == {
        day: bool(hours) for day, hours in shipped.items()
    }


def test_a_new_town_rests_on_every_day_of_the_notice_in_units_of_other_hours_too(town):
    assert not clock_of(town, on_saturdays(town).pk).spans(date(2026, 2, 21))


def test_a_table_made_before_is_told_where_a_unit_works_on_a_published_rest_day(town):
    weekend = CalendarDay.objects.for_system("test", town).filter(day__in=["2026-12-05", "2026-10-03", "2026-10-04"])
    weekend.delete()
    bump(town)
    assert worked_in_error(town, date(2026, 9, 1)) == []  # nobody works then
    on_saturdays(town)
    assert worked_in_error(town, date(2026, 9, 1)) == [date(2026, 10, 3)]
    assert worked_in_error(town, date(2026, 10, 4)) == []  # gone by


def until(town):
    return Town.objects.get(pk=town.pk).settings["calendar_until"]


def test_the_table_does_not_end_in_the_past_nor_go_back_behind_days_that_are_entered(town):
    admin, stood = who(town, "admin"), until(town)
    last = CalendarDay.objects.for_system("test", town).latest("day").day
    for day, told in ((MONDAY.date() - timedelta(days=1), "已经过去"), (last - timedelta(days=1), f"{last.year}年{last.month}月{last.day}日")):
        with pytest.raises(NotKept) as refused:
            change_town(town, {"calendar_until": day.isoformat()}, actor=admin, now=MONDAY)
        assert set(refused.value.faults) == {"calendar_until"}
        assert told in refused.value.faults["calendar_until"]
    assert until(town) == stood
    assert change_town(town, {"calendar_until": last.isoformat()}, actor=admin, now=MONDAY) == ["calendar_until"]
    assert change_town(town, {"calendar_until": stood}, actor=admin, now=MONDAY) == ["calendar_until"]


def test_an_end_that_was_said_too_soon_goes_back_though_the_days_stay_but_never_into_the_past(town):
    admin, stood = who(town, "admin"), until(town)
    take(town, look(town, "元旦：2031年1月1日放假", 2031), complete=2031, actor=admin, now=MONDAY)
    seq = past_of(town, "town", town.pk)[-1].seq
    later = MONDAY.replace(year=2032)
    with pytest.raises(NotKept):
        put_town_back(town, seq, actor=admin, now=later)
    assert put_town_back(town, seq, actor=admin, now=MONDAY) == ["calendar_until"]
    assert until(town) == stood
