"""A year of holidays in the page: looked at, entered, and told of where it is missing."""

import re
from datetime import date

import pytest

from lianxin.people.models import CalendarDay

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
    assert rows.count() == 16
    row = rows.get(day=date(2027, 2, 8))
    history = client.get(f"/setup/calendar/{row.pk}/").content.decode()
    assert "登记日期" not in history
