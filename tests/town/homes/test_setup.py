"""The pages of the set-up, without a script: what is kept, changed, refused, put back."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.utils import timezone
from django.utils.translation import override

from lianxin.cases.models import Category
from lianxin.cases.pickers import options_of
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, CalendarDay, Unit
from lianxin.people.queries import units
from lianxin.places.names import NameRow, settle_names
from lianxin.workflow.definition import FIELDS
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


@pytest.fixture
def admin(town, client):
    client.force_login(Account.objects.get(username="admin.lx"), backend="lianxin.people.backends.AccountBackend")
    return client


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


class Form(HTMLParser):
    """The guarded form of a page as a browser would send it back."""

    def __init__(self):
        super().__init__()
        self.data, self.name, self.area, self.inside = {}, "", "", False

    def handle_starttag(self, tag, attrs):
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "data-guard" in about
        elif self.inside and tag in {"input", "select", "option", "textarea"}:
            getattr(self, f"_{tag}")(about)

    def _input(self, about):
        ticked = about["type"] not in {"checkbox", "radio"} or "checked" in about
        if ticked and about.get("name"):
            self.data.setdefault(about["name"], []).append(about.get("value", ""))

    def _select(self, about):
        self.name = about["name"]
        self.data[self.name] = [""]

    def _option(self, about):
        if "selected" in about:
            self.data[self.name] = [about["value"]]

    def _textarea(self, about):
        self.area = about["name"]
        self.data[self.area] = [""]

    def handle_data(self, data):
        if self.area:
            self.data[self.area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""
        elif tag == "form":
            self.inside = False


def filled(page):
    form = Form()
    form.feed(page.content.decode())
    return {name: value if len(value) > 1 else value[0].lstrip("\n") for name, value in form.data.items()}


def test_the_first_page_leads_to_everything_kept_and_tells_what_is_missing(town, admin):
    town.settings["calendar_until"] = timezone.localdate().isoformat()
    town.save(update_fields=["settings"])
    bump(town)
    page = text(admin.get("/setup/"))
    for address in ("/setup/town/", "/setup/units/", "/setup/calendar/", "/setup/categories/", "/setup/clauses/", "/grids/"):
        assert f'href="{address}"' in page
    assert "节假日表到" in page


def test_a_unit_is_changed_told_in_the_history_and_put_back(town, admin):
    unit = Unit.objects.for_system("test", town).get(key="utilities")
    address = f"/setup/units/{unit.pk}/"
    form = filled(admin.get(address))
    answer = admin.post(address, {**form, "name": "供水供电站", "why": "职责划转"}, follow=True)
    page = text(answer)
    assert answer.redirect_chain[-1] == (address, 303)
    assert "已保存" in page
    assert "职责划转" in page
    assert f"<del>{unit.name}</del> → 供水供电站" in page
    [seq] = re.findall(r'name="seq" value="(\d+)"', page)
    page = text(admin.post(f"{address}back/", {"seq": seq}, follow=True))
    assert "恢复" in page
    assert Unit.objects.for_system("test", town).get(pk=unit.pk).name == unit.name
    assert list(verify(town)) == []


def test_a_holiday_table_that_would_end_in_the_past_is_refused_beside_its_field_and_nothing_is_lost(town, admin):
    page = admin.get("/setup/town/")
    assert "（选填）" not in text(page).split("节假日表录到")[1].split("<input")[0]  # it cannot be left empty
    form = filled(page)
    refused = admin.post("/setup/town/", {**form, "calendar_until": "2020-12-31", "county": "沛县"})
    assert refused.status_code == 422
    page = text(refused)
    assert page.count("这一天已经过去") == 2  # above, and beside the field
    assert (filled(refused)["calendar_until"], filled(refused)["county"]) == ("2020-12-31", "沛县")
    again = {"year": "2019", "text": "元旦：1月1日放假", "whole": "1"}
    town.settings.pop("calendar_until")
    town.save(update_fields=["settings"])
    bump(town)
    looked = text(admin.post("/setup/calendar/year/", again | {"do": "look"}))
    checked = re.search(r'name="checked" value="(\w+)"', looked)[1]
    taken = admin.post("/setup/calendar/year/", again | {"do": "take", "checked": checked})
    assert taken.status_code == 422
    assert "这一天已经过去" in text(taken)
    assert not CalendarDay.objects.for_system("test", town).filter(day__year=2019).exists()


def test_two_administrators_do_not_overwrite_each_other(town, admin):
    unit = Unit.objects.for_system("test", town).get(key="utilities")
    address = f"/setup/units/{unit.pk}/"
    mine = theirs = filled(admin.get(address))
    assert admin.post(address, {**theirs, "phone": "0990-6681201"}).status_code == 303
    late = admin.post(address, {**mine, "phone": "0990-6681202", "name": "改过的名称"})
    assert late.status_code == 422
    assert "别人改过" in text(late)
    assert 'value="改过的名称"' in text(late)
    assert units(town)[unit.pk].phone == "0990-6681201"
    assert admin.post(address, filled(late)).status_code == 303
    assert units(town)[unit.pk].phone == "0990-6681202"


def test_faults_stand_beside_their_fields_and_what_was_typed_is_kept(town, admin):
    answer = admin.post("/setup/categories/new/", {"seen": "", "name": "", "name_en": "Lost pets", "key": "Bad Key", "urgency": "normal"})
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="Lost pets"' in page
    assert 'value="Bad Key"' in page
    assert "用小写字母、数字和下划线" in page


def test_a_new_category_takes_its_place_and_its_limits_at_once(town, admin):
    form = filled(admin.get("/setup/categories/new/"))
    answer = admin.post("/setup/categories/new/", {
        **form, "name": "共享单车", "limits_n_handle": "2", "limits_u_handle": "working_days", "active": "1", "urgency": "normal",
    }, follow=True)  # fmt: skip
    assert "已录入" in text(answer)
    assert "共享单车" in text(admin.get("/setup/categories/?q=共享单车"))
    assert "2个工作日" in text(admin.get("/setup/categories/?q=共享单车"))


def test_only_the_limit_that_is_wrong_is_marked(town, admin):
    row = Category.objects.for_system("test", town).get(key="streetlight")
    form = filled(admin.get(f"/setup/categories/{row.pk}/"))
    page = text(admin.post(f"/setup/categories/{row.pk}/", {**form, "limits_n_handle": "两天", "limits_n_review": "3"}))
    assert re.findall(r'name="limits_n_(\w+)" aria-invalid', page) == ["handle"]
    assert re.search(r'class="input sound"[^>]* name="limits_n_review"', page)


def test_a_day_of_the_calendar_is_entered_and_taken_away(town, admin):
    form = filled(admin.get("/setup/calendar/new/"))
    answer = admin.post("/setup/calendar/new/", {**form, "day": "2031-05-04", "name": "青年节"}, follow=True)
    assert "青年节" in text(answer)
    [row] = CalendarDay.objects.for_system("test", town).filter(day=date(2031, 5, 4))
    answer = admin.post(f"/setup/calendar/{row.pk}/drop/", {}, follow=True)
    assert "已删去" in text(answer)
    assert not CalendarDay.objects.for_system("test", town).filter(pk=row.pk).exists()
    page = text(admin.get("/setup/calendar/"))
    back, seq = re.search(r'action="(/setup/calendar/\d+/back/)".*?name="seq" value="(\d+)"', page.partition("最近删去的")[2]).groups()
    refused = admin.post(back, {"seq": "1"})
    assert (refused.status_code, "改动记录里没有这一条" in text(refused)) == (422, True)
    assert "已恢复" in text(admin.post(back, {"seq": seq}, follow=True))
    assert CalendarDay.objects.for_system("test", town).get(pk=row.pk).name == "青年节"
    assert admin.post("/setup/calendar/1/back/", {"seq": "1"}).status_code == 404


def test_the_town_is_changed_and_says_what_it_was(town, admin):
    form = filled(admin.get("/setup/town/"))
    answer = admin.post("/setup/town/", {**form, "phone": "0990-6681234", "hours_5": "09:00-12:00"}, follow=True)
    page = text(answer)
    held = Town.objects.get(pk=town.pk)
    assert held.phone == "0990-6681234"
    assert held.settings["hours"]["5"] == [["09:00", "12:00"]]
    assert "<dd><del>空</del> → 0990-6681234</dd>" in page
    bad = admin.post("/setup/town/", {**form, **{f"hours_{day}": "" for day in range(7)}})
    assert bad.status_code == 422
    assert "至少要有工作时间" in text(bad)


def test_the_town_is_put_back_and_what_was_empty_is_called_so(town, admin):
    form = filled(admin.get("/setup/town/"))
    page = text(admin.post("/setup/town/", {**form, "county": "青川县", "why": "撤县设区"}, follow=True))
    assert "<dd><del>空</del> → 青川县</dd>" in page
    assert "撤县设区" in page
    back, seq = re.search(r'action="(/setup/town/back/)".*?name="seq" value="(\d+)"', page).groups()
    assert "改动记录里没有这一条" in text(admin.post(back, {"seq": "x"}))
    page = text(admin.post(back, {"seq": seq}, follow=True))
    assert "已恢复原样" in page
    assert "<dd><del>青川县</del> → 空</dd>" in page
    assert filled(admin.get("/setup/town/"))["seen"] == form["seen"]
    admin.force_login(Account.objects.get(username="clerk.lx"), backend="lianxin.people.backends.AccountBackend")
    assert admin.post(back, {"seq": seq}).status_code == 403


def test_the_town_is_not_put_back_to_what_cannot_stand_and_the_page_says_why(town, admin):
    form = filled(admin.get("/setup/town/"))
    Town.objects.filter(pk=town.pk).update(settings={**town.settings, "report_kind": "gone"})
    assert admin.post("/setup/town/", {**form, "seen": ""}).status_code == 303
    page = text(admin.get("/setup/town/"))
    [seq] = re.findall(r'name="seq" value="(\d+)"', page)
    refused = admin.post("/setup/town/back/", {"seq": seq})
    assert refused.status_code == 422
    assert re.search("不能恢复到此前。群众提交的算哪种事项：.*gone", text(refused))


def test_a_unit_out_of_service_is_offered_nowhere_but_its_past_stays(town, admin):
    unit = Unit.objects.for_system("test", town).get(key="economy")
    address = f"/setup/units/{unit.pk}/"
    form = filled(admin.get(address))
    form.pop("active")
    assert admin.post(address, form).status_code == 303
    assert "停用" in text(admin.get("/setup/units/"))
    offered, _likely = options_of(FIELDS["units"], who(town, "clerk"), None, now=timezone.now())
    assert unit.name not in [each["text"] for each in offered]


def test_what_is_missing_is_named_and_leads_to_where_it_is_mended(town, admin):
    town.settings["calendar_until"] = f"{timezone.localdate().year + 1}-12-31"
    town.save(update_fields=["settings"])
    unit = Unit.objects.for_system("test", town).get(key="emergency")
    Unit.objects.for_system("test", town).filter(pk=unit.pk).update(desk_of=["clerk"])
    Account.objects.filter(username="handler.lx").update(password="!none")
    bump(town)
    page = text(admin.get("/setup/"))
    assert f"{timezone.localdate().year + 1} 年一个节假日也没有录入" in page
    assert unit.name in page.partition("没有人在岗的单位：")[2][:60]
    assert all(f'href="{there}"' in page for there in ("/setup/calendar/year/", "/staff/passwords/", "/desk/replies/"))


def test_a_town_without_names_of_places_is_led_to_the_file_that_brings_them(town, admin):
    assert 'href="/setup/import/?what=names"' in text(admin.get("/setup/"))
    for key in ("names", "categories"):
        assert f'href="/setup/import/?what={key}"' in text(admin.get(f"/setup/{key}/"))
    row = NameRow(2, "老粮站", "landmark", grid_named(town, "1-1").pk, (117.005, 34.605))
    settle_names([row], actor=who(town, "admin"), now=timezone.now())
    assert "what=names" not in text(admin.get("/setup/"))


def test_hours_may_be_written_short_and_only_the_wrong_day_is_marked(town, admin):
    form = filled(admin.get("/setup/town/"))
    page = text(admin.post("/setup/town/", {**form, "hours_4": "8:30-12 14-17", "hours_5": "9 点"}))
    assert "星期六：请写成" in page
    assert re.findall(r'name="(hours_\d)" aria-invalid', page) == ["hours_5"]
    assert admin.post("/setup/town/", {**form, "hours_4": "8:30-12 14-17"}).status_code == 303
    town.refresh_from_db()
    assert town.settings["hours"]["4"] == [["08:30", "12:00"], ["14:00", "17:00"]]


def test_a_town_without_grids_is_led_to_the_file_that_brings_them(town, admin, monkeypatch):
    monkeypatch.setattr("lianxin.town.homes.grids.grid_tree", lambda _town: {})
    page = text(admin.get("/grids/"))
    assert 'href="/setup/import/?what=grids"' in page
    assert "data-map" not in page  # nothing to show on it


def test_hours_of_its_own_are_written_only_where_they_are_to_hold(town, admin):
    unit = Unit.objects.for_system("test", town).get(key="utilities")
    assert text(admin.get(f"/setup/units/{unit.pk}/")).count('class="field setup-group setup-own"') == 1  # shown once ticked
    assert "setup-own" not in text(admin.get("/setup/town/"))  # the town's own always hold


def test_the_lines_of_service_are_named_in_the_language_of_the_page(town, admin):
    with override("zh-hans"):  # and back to it: a page leaves its language behind
        page = admin.get("/setup/units/", headers={"Accept-Language": "en"})
    assert "Law and order" in page.content.decode()


def test_a_form_of_the_town_that_is_out_of_date_overwrites_nothing(town, admin):
    form = filled(admin.get("/setup/town/"))
    assert admin.post("/setup/town/", {**form, "phone": "0990-6681234"}).status_code == 303
    stale = admin.post("/setup/town/", {**form, "county": "青川县"})
    assert stale.status_code == 422
    assert "别人改过" in text(stale)
    town.refresh_from_db()
    assert (town.phone, town.county) == ("0990-6681234", form["county"])
    again = filled(stale)  # what was written stands there, with the stamp of what stands now
    assert again["county"] == "青川县"
    assert admin.post("/setup/town/", {**again, "phone": "0990-6681234"}).status_code == 303
    town.refresh_from_db()
    assert (town.phone, town.county) == ("0990-6681234", "青川县")
