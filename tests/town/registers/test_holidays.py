"""A year of holidays from the notice as it is published, or from a line for each; what is wrong is said by line."""

from datetime import date

import pytest

from lianxin.keys.models import Town
from lianxin.ledger.rows import past_of
from lianxin.ledger.verify import verify
from lianxin.people.models import CalendarDay
from lianxin.people.queries import clock_of
from lianxin.town.registers.holidays import look, take
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]

NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
七、国庆节：10月1日（周五）至10月7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""


def days(looked, works=False):
    return [each.day.isoformat()[5:] for each in looked.days if each.works is works]


def test_the_notice_is_read_as_it_is_published(town):
    looked = look(town, NOTICE, 2027)
    assert looked.faults == ()
    assert days(looked) == ["01-01", "02-05", "02-08", "02-09", "02-10", "02-11", "04-05",
                            "10-01", "10-04", "10-05", "10-06", "10-07"]  # fmt: skip
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
        ("国庆节：10月7日至1日放假", "2027-10-07"),
        ("春节：2月5日至7日放假，2月14日上班", "句号"),
        ("1月1日放假\n1月1日上班", "2027-01-01"),
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
    assert (again.days, again.known, again.faults) == ((), 16, ())
    row = CalendarDay.objects.for_system("test", town).get(day=date(2027, 2, 8))
    assert [entry.act for entry in past_of(town, "calendar", row.pk)] == ["add"]
    assert list(verify(town)) == []
