"""A resident with a phone: reports, is answered, rates; joins others; follows by number; reads board and map."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.photos import path_of
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from lianxin.places.models import AddressName
from towns import grid_named, who

pytestmark = pytest.mark.browser


def picture(colour="grey", size=(2400, 1800), exif=None):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **({"exif": exif} if exif else {}))
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def street(town):
    """A road the town knows by name."""
    town.phone = "0990-6681200"
    town.save(update_fields=["phone"])
    return AddressName.objects.create(
        town=town, name="柳荫路", kind="road", grid=grid_named(town, "1-2"), point=[117.015, 34.605]
    )


def lamp(town, **more):
    draft = Draft(
        kind="request", title="村口路灯不亮", text="村口路灯坏了三天，晚上看不见路", lon=117.0052, lat=34.6051,
        contact=Contact("王某", "19900000001", public_consent=True), **more,
    )  # fmt: skip
    return open_case(draft, actor=nobody(town), now=timezone.now() - timedelta(hours=3))


def published(town, case, title="村口路灯不亮"):
    return Publication.objects.create(
        town_id=town.pk, case_id=case.pk, state="published", title=title, text="路灯坏了几天。", answer="已换灯头。",
        checked_by=1, at=timezone.now(),
    )  # fmt: skip


def carry(town, case, *steps):
    for act, username, given in steps:
        transition(case.pk, act, actor=who(town, username), now=timezone.now(), given=given)


def handled(town, case):
    utilities = Holder(unit_by_key(town, "utilities").pk)
    carry(
        town, case, ("accept", "clerk", {}), ("assign", "clerk", {"holder": utilities}), ("take", "handler", {}),
        ("record", "handler", {"note": "内部：灯头型号"}), ("finish", "handler", {"answer": "更换灯头两个，已经亮了。"}),
    )  # fmt: skip


@pytest.mark.row("B1")
@pytest.mark.row("B6")
@pytest.mark.row("B8")
@pytest.mark.row("B9")
def test_a_resident_reports_on_a_phone_is_answered_and_rates(town, street, phone, go, shot, axe_clean):
    go(phone, "/")
    shot(phone, "front-360")
    axe_clean(phone)
    phone.get_by_role("link", name="我要反映").first.click()
    phone.locator(".kinds-fold summary.fold").click()
    phone.locator("summary", has_text="道路交通").click()
    phone.locator("label", has_text="路灯照明").click()
    phone.fill("textarea[name=text]", "东头第二根路灯连着三晚不亮。老人夜里出门看不清路，希望尽快修好。")
    phone.set_input_files("input[type=file]", [picture(), picture("navy")])
    phone.wait_for_selector(".chosen img >> nth=1")
    phone.get_by_role("button", name="在地图上选").click()
    phone.get_by_role("button", name="我的位置").click()  # asked before the map is there
    phone.wait_for_selector(".pin")
    phone.locator(".leaflet-container").tap(position={"x": 40, "y": 60})  # anywhere on the ground
    expect(phone.locator("input[name=source]")).to_have_value("map")
    phone.get_by_role("button", name="我的位置").click()
    expect(phone.locator("input[name=source]")).to_have_value("gps")
    phone.fill("input[name=phone]", "199 0000 0042")
    phone.check("input[name=consent]")
    shot(phone, "report-360")
    axe_clean(phone)
    phone.locator(".thumb button").click()
    phone.wait_for_url("**/sent/")
    shot(phone, "sent-360")
    axe_clean(phone)
    case = Case.objects.for_system("walk", town).get()
    assert (case.grid_id, case.category.key) == (grid_named(town, "1-1").pk, "streetlight")
    assert case.number[-4:] in phone.locator(".ticket .no").inner_text()
    kept = Photo.objects.for_system("walk", town).filter(case_id=case.pk).select_related("file")
    assert len(kept) == 2
    assert all(max(each.file.width, each.file.height) <= 1920 and path_of(town.pk, each.file.digest).exists() for each in kept)

    phone.get_by_role("link", name="查看进度").click()
    phone.wait_for_selector(".timeline")
    assert "受理" in phone.locator("p.next").inner_text()
    phone.locator("summary", has_text="补充说明或照片").click()
    phone.fill("#f-add-note", "灯杆编号 12")
    phone.get_by_role("button", name="提交补充").click()
    phone.wait_for_selector("text=已收到，谢谢")
    assert "灯杆编号 12" in phone.locator(".timeline").inner_text()
    shot(phone, "follow-open-360")
    axe_clean(phone)

    handled(town, case)
    phone.reload()
    assert "更换灯头两个" in phone.locator(".answer").inner_text()
    assert "灯头型号" not in phone.content()
    shot(phone, "follow-answered-360")
    axe_clean(phone)
    phone.locator(".rating label", has_text="非常满意").click()
    phone.get_by_role("button", name="提交评价").click()
    phone.wait_for_selector("text=已收到，谢谢")
    case.refresh_from_db()
    assert case.step == "review"


@pytest.mark.row("B1")
def test_the_report_works_without_a_script_and_asks_what_it_cannot_guess(town, street, plain_phone, go, shot, axe_clean):
    AddressName.objects.create(
        town=town, name="柳荫路", kind="road", grid=grid_named(town, "2-1"), point=[117.025, 34.605]
    )
    lamp(town)
    go(plain_phone, "/report/")
    plain_phone.fill("textarea[name=text]", "村口路灯坏了，晚上看不见路")
    plain_phone.set_input_files("input[type=file]", [picture()])
    plain_phone.fill("input[name=address]", "柳荫路口")
    plain_phone.fill("input[name=phone]", "12")
    plain_phone.locator(".thumb button").click()
    assert "不像电话号码" in plain_phone.locator(".summary").inner_text()
    assert plain_phone.input_value("textarea[name=text]") == "村口路灯坏了，晚上看不见路"
    assert plain_phone.locator(".kept-photos img").count() == 1
    shot(plain_phone, "report-fault-plain-360")
    plain_phone.fill("input[name=phone]", "")
    plain_phone.locator(".thumb button").click()
    assert plain_phone.locator(".ask input[name=place]").count() == 3
    shot(plain_phone, "report-asks-plain-360")
    plain_phone.locator(".ask label", has_text="1村2格").click()
    plain_phone.locator(".thumb button").click()
    plain_phone.wait_for_url("**/sent/")
    made = Case.objects.for_system("walk", town).order_by("-id").first()
    assert made.grid_id == grid_named(town, "1-2").pk
    assert Photo.objects.for_system("walk", town).filter(case_id=made.pk).count() == 1
    plain_phone.get_by_role("link", name="查看进度").click()
    plain_phone.locator("summary", has_text="补充说明或照片").click()
    plain_phone.fill("#f-add-note", "没有脚本也能补充")
    plain_phone.get_by_role("button", name="提交补充").click()  # from a page without referrer
    assert "没有脚本也能补充" in plain_phone.locator(".timeline").inner_text()


@pytest.mark.row("B1")
def test_a_resident_who_has_the_same_trouble_joins_instead_of_reporting_again(town, street, phone, go, shot, axe_clean):
    first = lamp(town)
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    go(phone, "/report/")
    phone.fill("textarea[name=text]", "村口路灯坏了，晚上看不见路，请来修")
    phone.get_by_role("button", name="在地图上选").click()
    phone.get_by_role("button", name="我的位置").click()
    phone.wait_for_selector(".alike")
    assert "晚上看不见路" not in phone.locator(".alike").inner_text()
    phone.wait_for_selector(".found")
    assert not [url for url in asked if "?" in url]  # nothing that was typed stands in an address
    shot(phone, "report-similar-360")
    axe_clean(phone)
    phone.locator(".alike button").first.click()
    phone.wait_for_url("**/sent/")
    assert Reporter.objects.for_system("walk", town).filter(case_id=first.case.pk).count() == 2
    phone.get_by_role("link", name="查看进度").click()
    phone.wait_for_selector(".timeline")
    shown = phone.content()
    assert "晚上看不见路，请来修" in shown  # what this resident wrote
    assert "路灯坏了三天" not in shown  # what the other wrote
    axe_clean(phone)


@pytest.mark.row("B6")
def test_a_resident_follows_by_number_and_the_end_of_the_telephone(town, phone, go, shot, axe_clean):
    case = lamp(town).case
    go(phone, "/find/")
    shot(phone, "find-360")
    axe_clean(phone)
    phone.fill("input[name=number]", case.number)
    phone.fill("input[name=digits]", "9999")
    phone.get_by_role("button", name="查看进度").click()
    phone.wait_for_selector(".summary")
    phone.fill("input[name=number]", case.number.lower())
    phone.fill("input[name=digits]", "0001")
    phone.get_by_role("button", name="查看进度").click()
    phone.wait_for_url(f"**/r/{case.number}/")
    assert "路灯坏了三天" in phone.content()


@pytest.mark.row("B6")
@pytest.mark.parametrize("pages", ["phone", "plain_phone"])
def test_after_too_many_tries_the_form_stays_and_says_until_when(pages, town, request, go, shot, axe_clean):
    page, number = request.getfixturevalue(pages), lamp(town).case.number
    go(page, "/find/")
    page.fill("input[name=number]", number)
    for digits in map(str, range(9980, 9992)):  # a quarter of an hour may end among them, but not twice
        page.fill("input[name=digits]", digits)
        with page.expect_response(lambda answer: answer.request.method == "POST") as told:
            page.get_by_role("button", name="查看进度").click()
        expect(page.locator(".summary")).to_be_visible()
        expect(page.locator("input[name=digits]")).to_have_value(digits)  # what was typed stays
        if told.value.status == 429:
            break
    assert told.value.status == 429
    expect(page.locator(".summary")).to_contain_text(re.compile(r"请等 1?\d 分钟，.+ \d\d:\d\d 以后"))
    assert page.input_value("input[name=number]") == number
    shot(page, f"find-wait-{pages}-360")
    if pages == "phone":
        axe_clean(page)


@pytest.mark.row("B7")
def test_anybody_reads_the_board_and_the_map(town, street, phone, desk_page, go, shot, axe_clean):
    for at in range(6):
        done = lamp(town)
        handled(town, done.case)
        published(town, done.case, title=f"第 {at + 1} 盏路灯不亮，晚上看不清路")
    for page, name in ((phone, "360"), (desk_page, "1440")):
        go(page, "/")
        shot(page, f"front-{name}")
        go(page, "/board/")
        assert page.locator(".cases li").count() == 6
        shot(page, f"board-{name}")
        axe_clean(page)
        page.locator(".cases a").first.click()
        page.wait_for_selector(".answer")
        shot(page, f"item-{name}")
        axe_clean(page)
        go(page, "/map/")
        page.wait_for_selector(".crowd, .spot")
        page.wait_for_selector(".grid-line")
        shot(page, f"map-{name}")
        axe_clean(page)
        assert ends(page, ".top .brand") == ends(page, "main h1") == ends(page, ".foot .tel")
    many_of_one_spot_are_listed(desk_page, go, axe_clean)
    go(desk_page, "/report/")
    shot(desk_page, "report-1440")
    assert ends(desk_page, ".top .brand") == ends(desk_page, "main h1") == ends(desk_page, ".pub-nav a", padded=12)


def ends(page, selector, padded=0):
    """Where a thing begins from the left, without its padding: header, body and foot stand on one line."""
    return page.locator(selector).first.bounding_box()["x"] + padded


def many_of_one_spot_are_listed(page, go, axe_clean):
    """Those no map can tell apart stand under one figure, and are read one by one behind it, by keyboard too."""
    go(page, "/map/")
    page.wait_for_selector(".crowd")
    assert page.locator(".crowd").first.get_attribute("title") == "6 件，点开细看"
    page.locator(".crowd").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".crowd-list a")
    assert page.locator(".crowd-list a").count() == 6
    axe_clean(page)
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer")


HEARING = """
window.webkitSpeechRecognition = class {
  start() { window.ear = this; if (window.deaf) setTimeout(() => { this.onerror({ error: window.deaf }); this.onend(); }, 0); }
  stop() { this.onend(); }
  abort() {}
};
window.hear = (words, isFinal) => window.ear.onresult({ resultIndex: 0, results: [Object.assign([{ transcript: words }], { isFinal })] });
delete window.SpeechRecognition;
"""


@pytest.mark.row("B1")
def test_a_resident_may_speak_where_the_browser_listens(town, phone, go, shot, axe_clean):
    phone.add_init_script(HEARING)
    go(phone, "/report/")
    speak = phone.locator(".speak")
    assert "不经过我们" in speak.inner_text()  # before one speaks
    shot(phone, "report-speak-360")
    axe_clean(phone)
    phone.fill("textarea[name=text]", "东头路灯")
    speak.click()
    assert phone.evaluate("ear.lang") == "zh-CN"
    assert speak.get_attribute("aria-pressed") == "true"
    phone.evaluate("hear('连着三', false)")
    assert phone.locator("textarea + .under + p").inner_text() == "连着三"
    phone.evaluate("hear('连着三晚不亮', true)")
    assert phone.input_value("textarea[name=text]") == "东头路灯，连着三晚不亮"
    phone.evaluate("ear.stop()")  # as it does by itself
    assert speak.get_attribute("aria-pressed") == "false"
    phone.fill("textarea[name=text]", "改过的话")
    phone.evaluate("window.deaf = 'no-speech'")
    speak.click()
    expect(phone.locator("textarea + .under + p")).to_have_text("没听到声音。再按一次说，或者打字。")
    phone.evaluate("window.deaf = 'not-allowed'")
    speak.click()
    expect(speak).to_be_hidden()  # where it may not listen there is no button
    assert phone.input_value("textarea[name=text]") == "改过的话"


@pytest.mark.row("B1")
def test_where_the_browser_does_not_listen_there_is_no_button(town, phone, go):
    phone.add_init_script("delete window.webkitSpeechRecognition; delete window.SpeechRecognition")
    go(phone, "/report/")
    phone.wait_for_selector("html.js")
    assert phone.locator(".speak").count() == 0
