"""A year of holidays in the page: looked at, entered, and told of where it is missing."""

import re
from datetime import date

import pytest

from lianxin.keys.cache import bump
from lianxin.people.models import CalendarDay, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]

NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
七、国庆节：10月1日（周五）至10月7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""


def checked(page):
    return re.search(r'name="checked" value="(\w*)"', page.content.decode())[1]


def test_only_the_days_that_were_looked_at_are_entered(town, signed):
    client, form = signed("admin"), {"year": "2031", "text": "劳动节：5月1日放假", "do": "look"}
    looked = client.post("/setup/calendar/year/", form)
    other = form | {"text": "劳动节：5月1日至2日放假", "do": "take", "checked": checked(looked)}
    page = client.post("/setup/calendar/year/", other)
    assert (page.status_code, "2031-05-02" in page.content.decode()) == (200, True)
    assert not CalendarDay.objects.for_system("test", town).filter(day__year=2031).exists()
    assert client.post("/setup/calendar/year/", other | {"checked": checked(page)}).status_code == 303
    assert CalendarDay.objects.for_system("test", town).filter(day__year=2031).count() == 2


def test_in_the_page_the_days_are_looked_at_before_they_are_entered(town, signed):
    client = signed("admin")
    assert "/setup/calendar/year/" in client.get("/setup/calendar/").content.decode()
    form = {"year": "2027", "text": NOTICE, "whole": "1"}
    looked = client.post("/setup/calendar/year/", form | {"do": "look"})
    assert (looked.status_code, "2027-02-08" in looked.content.decode()) == (200, True)
    rows = CalendarDay.objects.for_system("test", town).filter(day__year=2027)
    assert not rows.exists()
    wrong = client.post("/setup/calendar/year/", form | {"text": "元旦：2月30日放假", "do": "take"})
    assert (wrong.status_code, "元旦：2月30日放假</textarea>" in wrong.content.decode()) == (422, True)
    assert client.post("/setup/calendar/year/", form | {"do": "take", "checked": checked(looked)}).status_code == 303
    assert rows.count() == 24
    row = rows.get(day=date(2027, 2, 8))
    history = client.get(f"/setup/calendar/{row.pk}/").content.decode()
    assert "登记日期" not in history


def test_a_rest_day_a_unit_would_work_on_is_told_until_the_notice_is_pasted_again(town, signed, monkeypatch):
    client, told = signed("admin"), "公布的假日还有 1 天没有录入"
    monkeypatch.setattr("lianxin.town.homes.setup.missing.today", lambda _now: date(2026, 9, 1))
    assert told not in client.get("/setup/").content.decode()
    unit = Unit.objects.for_system("test", town).get(key="utilities")
    unit.hours = {str(day): [["08:30", "11:30"]] for day in range(6)}
    unit.save()
    CalendarDay.objects.for_system("test", town).filter(day=date(2026, 10, 3)).delete()
    bump(town)
    assert told in client.get("/setup/").content.decode()
    form = {"year": "2026", "text": "国庆节：10月1日至7日放假"}
    looked = client.post("/setup/calendar/year/", form | {"do": "look"})
    client.post("/setup/calendar/year/", form | {"do": "take", "checked": checked(looked)})
    assert told not in client.get("/setup/").content.decode()
