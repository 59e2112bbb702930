"""An administrator in the browser: the town with its people, its ground, and how requests go round.

Each walk is a journey from the set-up's first page and back to it, as the handbook tells it.
"""

import io
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import expect

from cases.case.staging import ACCEPT, TAKE, assign, move, raised
from lianxin.cases.models import Category, Duty, Route, WorkflowVersion
from lianxin.cases.queries.asking import asking_of
from lianxin.jobs.queue import run_due
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, CalendarDay, Turn, Unit
from lianxin.people.queries import unit_by_key
from lianxin.places.models import Grid
from towns import grid_named, square, who

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("账号", "姓名", "电话", "单位", "角色", "网格编码")


@pytest.fixture
def admin(desk_page, town, sign_in, settings, tmp_path):
    """The administrator's page, on the set-up's first page."""
    settings.LIANXIN_UPLOADS = tmp_path / "uploads"
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("PBKDF2", "MD5")]
    sign_in(desk_page, "admin")
    expect(desk_page).to_have_url(re.compile("/setup/$"))
    return desk_page


@pytest.fixture
def sound(axe_clean, shot):
    """Look at a page: open to everyone, nothing to be scrolled sideways on a phone; and a picture of it."""

    def look(page, name):
        axe_clean(page)
        shot(page, f"administrator-{name}")
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        shot(page, f"administrator-{name}-360")
        page.set_viewport_size({"width": 1440, "height": 900})

    return look


def press(page, words):
    """Press a button, and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=words).first.click()


def follow(page, words, within="main"):
    """Follow a link, and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator(within).get_by_role("link", name=words).first.click()


def set_up(page, words):
    """From anywhere to a part of the set-up, by way of its first page."""
    follow(page, "设置", "nav.rail")
    follow(page, words)


def told(page, *sentences):
    """What stands on the page, and can be seen."""
    for words in sentences:
        expect(page.locator("main").get_by_text(words).first).to_be_visible()


def look_at_file(page, what, name, body):
    """Say what a file holds, choose it, and see what it would do."""
    page.locator(f"[name=what][value={what}]").check()
    kind = "application/geo+json" if name.endswith(".geojson") else XLSX
    page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": body})
    press(page, "先看看")


def workbook(*rows, head=HEAD):
    book, out = Workbook(), io.BytesIO()
    for line in (head, *rows):
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def geojson(town, *drawn):
    """Micro-grids of the far end of the first village, as a file has them."""
    rows = [
        {"type": "Feature", "properties": {"code": f"{town.code}202001{n:03d}", "name": f"微网格{n}"}, "geometry": ground}
        for n, ground in enumerate(drawn, start=1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False).encode()


# ---- the town and its people ------------------------------------------------------------------------------------------


@pytest.mark.row("J", "A5")
def test_a_town_is_told_its_holidays_its_units_and_its_people(admin, town, sound, browser, live_server):
    held = move(town, raised(town), ACCEPT, assign(town), TAKE)
    a_year_of_holidays(admin, town, sound)
    a_unit_and_its_name_back(admin, town, sound)
    username, password = people_by_a_file(admin, town, sound)
    other = browser.new_context(locale="zh-CN").new_page()
    other.goto(f"{live_server.url}/sign-in/")
    other.fill("[name=username]", username)
    other.fill("[name=password]", password)
    other.keyboard.press("Enter")
    expect(other).not_to_have_url(re.compile("/sign-in/"))
    other.context.close()
    somebody_away_and_somebody_on_duty(admin, town, held.case)
    assert list(verify(town)) == []


def a_year_of_holidays(page, town, sound):
    """What is missing leads to where it is mended; a year's text is looked at before its days are entered."""
    year = timezone.localdate().year + 1
    Town.objects.filter(pk=town.pk).update(settings={**town.settings, "calendar_until": f"{year - 1}-12-31"})
    bump(town)
    page.reload()
    follow(page, "节假日表到")
    page.fill("[name=text]", f"元旦：{year}年2月30日放假")
    press(page, "看读出了哪些日子")
    expect(page.locator("[name=text]")).to_have_value(f"元旦：{year}年2月30日放假")
    sound(page, "holidays-fault")
    page.fill("[name=text]", f"元旦：{year}年1月1日放假。\n国庆节：10月1日至7日放假，共7天。")
    press(page, "看读出了哪些日子")
    told(page, f"{year}-10-05")
    sound(page, "holidays")
    page.fill("[name=text]", f"元旦：{year}年1月1日放假。\n国庆节：10月1日至8日放假，共8天。")
    press(page, "录入")  # what was not looked at is not entered
    told(page, "和刚才看的不一样了", f"{year}-10-08")
    days = CalendarDay.objects.for_system("walk", town).filter(day__year=year)
    assert not days.exists()
    press(page, "录入")
    told(page, "已录入")
    assert days.filter(name__contains="国庆").exists()
    follow(page, "设置", "nav.rail")
    expect(page.get_by_text("节假日表到")).to_have_count(0)


def a_unit_and_its_name_back(page, town, sound):
    """A unit is changed, hours of its own among it; its history says what it was, and gives it back."""
    unit = Unit.objects.for_system("walk", town).get(key="utilities")
    follow(page, "单位")
    follow(page, unit.name)
    page.fill("[name=name]", "供水供电站")
    page.fill("[name=why]", "职责划转")
    expect(page.locator("[name=hours_4]")).to_be_hidden()
    page.check("[name=hours_own]")
    page.fill("[name=hours_4]", "8:30-12 14-17")
    press(page, "保存")
    told(page, "已保存", "职责划转")
    expect(page.locator("del").first).to_have_text(unit.name)
    expect(page.locator("[name=hours_4]")).to_have_value("08:30-12:00 14:00-17:00")
    sound(page, "unit")
    press(page, "恢复到此前")
    told(page, "已恢复原样")
    again = Unit.objects.for_system("walk", town).get(pk=unit.pk)
    assert (again.name, again.hours) == (unit.name, unit.hours)


def people_by_a_file(page, town, sound):
    """A file with faults is told by row and writes nothing; the right one leads to first passwords. Returns a slip."""
    set_up(page, "导入文件")
    wrong = workbook(("w1", "甲", "12", "没有的单位", "网格员", ""), ("zhao.liu", "赵六", "", "village_1", "网格员", "9"))
    look_at_file(page, "people", "人员.xlsx", wrong)
    told(page, "2 行有问题", "电话号码不对：12", "没有这个单位：没有的单位", "没有这个网格：9")
    sound(page, "people-faults")
    follow(page, "再导入一个文件")
    grid = grid_named(town, "1-1").code
    look_at_file(page, "people", "人员.xlsx", workbook(("zhao.liu", "赵六", "13912345678", "village_1", "网格员", grid)))
    page.locator("summary", has_text="将新增").click()
    told(page, "zhao.liu 赵六")
    assert not Account.objects.filter(username="zhao.liu").exists()
    press(page, "导入")
    told(page, "已导入")
    follow(page, "接下来：发放初始密码")
    press(page, "发放初始密码")
    slip = page.locator("tr", has_text="赵六").locator("td")
    sound(page, "slips")
    return slip.nth(1).inner_text(), slip.nth(2).inner_text()


def somebody_away_and_somebody_on_duty(page, town, case):
    """Who is away from today hands over what is open; a turn of duty is entered, its hours the right way round."""
    stand_in, day = who(town, "handler2"), timezone.localdate() + timedelta(days=2)
    follow(page, "人员", "nav.rail")
    page.fill("main [name=q]", "handler")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name="handler", exact=True).click()
    page.locator("summary", has_text="登记请假").click()
    page.select_option("[name=stand_in]", f"post:{stand_in.post_id}")
    page.fill("[name=last]", day.isoformat())
    page.get_by_role("button", name="登记", exact=True).click()
    told(page, "请假已登记，手头未办的随即移交给代班人", "由handler2代班")
    run_due(now=timezone.now())
    duty = Duty.objects.for_system("walk", town).get(case_id=case.pk, done_at=None)
    assert duty.post_id == stand_in.post_id
    set_up(page, "值班表")
    follow(page, "新增")
    page.select_option("[name=post_id]", str(stand_in.post_id))
    page.fill("[name=starts]", f"{day}T18:00")
    page.fill("[name=ends]", f"{day}T08:00")
    press(page, "登记")
    expect(page.locator("[name=ends]")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=ends]", f"{day + timedelta(days=1)}T08:00")
    press(page, "登记")
    told(page, "已录入")
    assert Turn.objects.for_system("walk", town).filter(post_id=stand_in.post_id).count() == 1


# ---- the ground --------------------------------------------------------------------------------------------------------


@pytest.mark.row("A1")
def test_the_ground_is_brought_by_a_file_merged_with_its_cases_and_taken_out(admin, town, sound):
    page, first, second = admin, grid_named(town, "1-1"), grid_named(town, "1-2")
    case = raised(town, lon=117.015).case
    follow(page, "导入文件")
    west, east = square(117.02, 34.6, 0.001), square(117.021, 34.6, 0.001)
    look_at_file(page, "grids", "微网格.geojson", geojson(town, west, square(117.0205, 34.6, 0.001)))
    told(page, "1 行有问题，不能导入", "重叠")
    sound(page, "overlap")
    follow(page, "再导入一个文件")
    look_at_file(page, "grids", "微网格.geojson", geojson(town, west, east))
    page.locator("summary", has_text="将新增").click()
    told(page, "微网格2")
    assert not Grid.objects.for_system("walk", town).filter(name="微网格2").exists()
    press(page, "导入")
    told(page, "已导入")

    # Two grids become one: what follows is shown first, then done.
    follow(page, "网格", "nav.rail")
    page.locator("summary", has_text=grid_named(town, "1").name).click()
    follow(page, first.name)
    follow(page, "修改")
    merge = page.locator("#merge")
    merge.get_by_label(second.name).first.check()
    merge.locator("[name=name]").fill("北片")
    with page.expect_navigation():
        merge.get_by_role("button", name="看看会怎样").click()
    told(page, "在办事项")
    sound(page, "merger")
    page.fill("[name=reason]", "按民政批复")
    press(page, "确定调整")
    told(page, "1 件在办事项已随之转入")
    case.refresh_from_db()
    assert case.grid_id == first.pk

    # What was brought in goes out again.
    set_up(page, "导出表格")
    with page.expect_download() as taken:
        page.locator("form[aria-labelledby=of-grids]").get_by_role("button", name="GeoJSON").click()
    out = json.loads(taken.value.path().read_text("utf-8"))
    assert {"北片", "微网格1", "微网格2"} <= {each["properties"]["name"] for each in out["features"]}
    assert list(verify(town)) == []


@pytest.mark.row("A1")
def test_a_wrong_file_is_taken_back_but_for_what_was_changed_since(admin, town, sound):
    page = admin
    follow(page, "导入文件")
    table = workbook(("井圈", "井圈丢失"), ("井圈", "井圈破损"), ("错类", "错项"), head=("一级分类", "二级分类"))
    look_at_file(page, "categories", "类别.xlsx", table)
    press(page, "导入")
    told(page, "已导入")

    # One of its rows is put right by hand, and is in use as it is now.
    set_up(page, "类别和时限")
    follow(page, "井圈破损")
    page.fill("#f-name", "井圈下沉")
    press(page, "保存")
    told(page, "已保存")

    set_up(page, "导入文件")
    follow(page, "已导入的文件")
    sound(page, "taken-files")
    follow(page, "类别.xlsx")
    told(page, "不能恢复 2", "导入后又改过", "它下面还有在用的类别", "将停用 3")
    sound(page, "take-back")
    page.fill("#f-reason", "拿错了文件")
    press(page, "撤销导入")
    told(page, "已撤销：3 行。", "拿错了文件", "不能恢复 2")
    sound(page, "taken-back")
    rows = Category.objects.for_system("walk", town).filter(name__in=("井圈", "井圈丢失", "井圈下沉", "错类", "错项"))
    assert dict(rows.values_list("name", "active")) == {"井圈": True, "井圈丢失": False, "井圈下沉": True, "错类": False, "错项": False}
    assert list(verify(town)) == []


# ---- how requests go round ---------------------------------------------------------------------------------------------


@pytest.mark.row("B2", "B4", "J")
def test_how_requests_go_round_is_tried_then_changed_and_put_back(admin, town, sound):
    lamp = Category.objects.for_system("walk", town).get(key="streetlight")
    held = move(town, raised(town, category_id=lamp.pk), ACCEPT, assign(town), TAKE)
    move(town, raised(town, title="井盖碎了"), ACCEPT, assign(town), TAKE)
    limits_and_questions(admin, town, lamp, sound)
    a_rule_of_dispatch(admin, town, lamp, held.case, sound)
    set_up(admin, "答复模板")
    admin.fill("[name=name]", "修好了")
    admin.fill("[name=body]", "{编号}已修好。")
    press(admin, "保存")
    told(admin, "已保存", "{编号}已修好。")
    a_workflow_and_the_one_before(admin, town, sound)
    assert list(verify(town)) == []


def limits_and_questions(page, town, lamp, sound):
    """A limit that is none is marked, alone; questions are published once their text is sound."""
    set_up(page, "类别和时限")
    page.fill("main [name=q]", lamp.name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, lamp.name)
    page.fill("[name=limits_n_handle]", "两天")
    press(page, "保存")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    sound(page, "limit-fault")
    page.fill("[name=limits_n_handle]", "2")
    page.select_option("[name=limits_u_handle]", "working_days")
    press(page, "保存")
    told(page, "已保存")
    set_up(page, "类别的问题")
    follow(page, lamp.name)
    text = page.input_value("[name=source]")
    page.fill("[name=source]", text.replace("type: yes_no", "type: yes", 1))
    press(page, "检查文本")
    sound(page, "questions-fault")
    page.fill("[name=source]", text)
    press(page, "检查文本")
    told(page, "文件没有问题", "答“是”：请先拨打 120")
    page.fill("[name=why]", "常问")
    press(page, "发布为第 1 版")
    told(page, "已发布")
    assert asking_of(town, lamp.pk) is not None


def a_rule_of_dispatch(page, town, lamp, case, sound):
    """Two places of one name ask for the grid; the trace leads to the rule, whose change is tried on last month."""
    set_up(page, "导入文件")
    stands = workbook(("地标", "老粮站", 117.005, 34.605), ("地标", "老粮站", 117.015, 34.605), head=("类型", "地名", "经度", "纬度"))
    look_at_file(page, "names", "地名.xlsx", stands)
    press(page, "导入")
    follow(page, "用一个地址试试")
    page.select_option("[name=category]", str(lamp.pk))
    page.fill("main [name=address]", "老粮站后面")
    press(page, "查一查")
    told(page, "有几处都像：老粮站（1村1格）、老粮站（1村2格）")
    page.select_option("[name=grid]", str(grid_named(town, "1-1").pk))
    press(page, "查一查")
    told(page, "采用本条规则", "有更具体的规则在先")
    sound(page, "why")
    with page.expect_navigation():
        page.click("#found li.on a")
    there = unit_by_key(town, "sanitation").pk
    page.select_option("[name=to]", f"unit:{there}")
    press(page, "看看会有什么不同")
    told(page, case.number)
    sound(page, "rule")
    page.fill("[name=why]", "职责划转")
    press(page, "保存")
    told(page, "已保存")
    assert Route.objects.for_system("walk", town).get(category=lamp).unit_id == there


def a_workflow_and_the_one_before(page, town, sound):
    """A fault stands by its line; a sound text is drawn and tried on open cases, published, and the first put back."""
    set_up(page, "事项种类")
    follow(page, "群众诉求")
    follow(page, "修改")
    text = page.input_value("[name=source]")
    page.fill("[name=source]", text.replace("who: supervisor,", "who: superviser,"))
    press(page, "检查文本")
    told(page, "第 15 行：本镇没有角色 superviser")
    sound(page, "workflow-fault")
    page.fill("[name=source]", text.replace("default: 5 working_days}", "default: 3 working_days}", 1))
    press(page, "检查文本")
    expect(page.locator(".flow-drawing svg")).to_be_visible()
    told(page, "在办 2 件", "在“事件处置”到期提前")
    sound(page, "workflow")
    page.fill("[name=why]", "提速")
    press(page, "发布为第 2 版")
    told(page, "已发布为第 2 版")
    follow(page, "恢复这一版")
    press(page, "检查文本")
    page.fill("[name=why]", "来不及")
    press(page, "发布为第 3 版")
    told(page, "已发布为第 3 版")
    versions = WorkflowVersion.objects.for_system("walk", town).filter(key="request").order_by("version")
    assert [each.source == text for each in versions] == [True, False, True]
