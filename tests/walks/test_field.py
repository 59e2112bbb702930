"""A grid worker on the phone: my cases, the nearest first, and a case raised and taken on where one stands."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from accessible import told, violations
from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, CheckIn, Duty, Photo
from lianxin.cases.values import Draft, Holder
from lianxin.people.queries import unit_by_key
from lianxin.places.sites.actions import SiteFacts, add_site
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def given_to(town, name, title, lon, *, days=0):
    """A request dispatched to a person."""
    at, actor = timezone.now() - timedelta(days=days), who(town, name)
    done = open_case(Draft("request", title, lon=lon, lat=34.605), actor=who(town, "clerk"), now=at)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=at)
    given = {"holder": Holder(actor.unit_id, actor.post_id)}
    return transition(done.standing, "assign", actor=who(town, "clerk"), now=at, given=given).case


def photo():
    kept = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(kept, "JPEG")
    return {"name": "here.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


@pytest.mark.row("B4")
def test_my_cases_on_the_phone_one_press_and_the_nearest_first(phone, town, sign_in, go, axe_clean, shot):
    far = given_to(town, "worker", "桥头垃圾成堆", 117.012, days=20)
    near = given_to(town, "worker", "村口路灯不亮", 117.0051)
    sign_in(phone, "worker")
    assert phone.url.endswith("/field/")
    titles = phone.locator(".town-job h3")
    assert titles.all_inner_texts() == [far.title, near.title]
    axe_clean(phone)
    shot(phone, "field")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.click("[data-near]")
    phone.wait_for_selector("[data-near-say]:not(:empty)")
    assert titles.all_inner_texts() == [near.title, far.title]
    assert "米" in phone.locator("[data-far]").first.inner_text()
    phone.locator(".town-job").first.locator("button:has-text('接单')").click()
    phone.wait_for_selector("text=已接单")
    assert Case.objects.for_system("walk", town).get(pk=near.pk).step == "handle"
    assert phone.url.endswith("/field/")


@pytest.mark.row("B1")
@pytest.mark.row("B4")
def test_a_case_is_raised_and_taken_on_where_one_stands(phone, town, sign_in, go, axe_clean, shot):
    sign_in(phone, "worker")
    go(phone, "/field/raise/")
    axe_clean(phone)
    phone.set_input_files("input[name=photos]", photo())
    phone.wait_for_selector(".chosen img")  # what comes of it moves what lies below
    phone.fill("#f-text", "井盖缺了一角，旁边是学校")
    phone.click("[data-map-here]")
    expect(phone.locator("[data-map-lon]")).not_to_have_value("")
    phone.check("#f-take")
    shot(phone, "field-raise")
    phone.click(".thumb button")
    phone.wait_for_url(lambda url: "/cases/" in url)
    case = Case.objects.for_system("walk", town).get()
    assert (case.step, case.post_id) == ("handle", who(town, "worker").post_id)
    assert case.grid_id == grid_named(town, "1-1").pk
    assert Photo.objects.for_system("walk", town).filter(case_id=case.pk).count() == 1
    axe_clean(phone)


@pytest.mark.row("B1")
def test_without_a_script_it_is_raised_all_the_same(plain_phone, town, sign_in, go):
    sign_in(plain_phone, "worker")
    go(plain_phone, "/field/raise/")
    plain_phone.fill("#f-text", "楼道里堆满了纸箱")
    plain_phone.fill("#f-address", "1村1格3号楼")
    plain_phone.click(".thumb button")
    plain_phone.wait_for_url(lambda url: "/field/#LX" in url)
    assert Case.objects.for_system("walk", town).get().step == "collect"


COUNT_TAPS = """document.addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps || 0) + 1;
}, true);"""


def readable_in_the_sun(page):
    """Words against their ground at 7:1 (AAA), and nothing a thumb could miss."""
    assert (found := violations(page, runOnly=["color-contrast-enhanced"])) == [], told(found)
    small = page.evaluate(
        """() => Array.from(document.querySelectorAll("main a, main button, main summary, main select, main input:not([type=hidden])"))
        .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 43.5 && !each.closest("label, .unseen, p, li > .small"))
        .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert not small


@pytest.mark.row("B4")
def test_three_taps_from_home_to_finished_with_a_photo(phone, town, sign_in, axe_clean, shot):
    done = transition(given_to(town, "worker", "村口路灯不亮", 117.0051).pk, "take", actor=who(town, "worker"), now=timezone.now())
    phone.add_init_script(COUNT_TAPS)
    sign_in(phone, "worker")
    phone.evaluate("sessionStorage.taps = 0")
    readable_in_the_sun(phone)
    phone.locator(".town-job").first.get_by_role("link", name="办结").tap()
    phone.wait_for_url("**/field/cases/**")
    writing = phone.locator("#act-finish textarea").first
    expect(writing).to_be_focused()  # to be written at once, or said to the keyboard
    phone.keyboard.type("灯头已换，夜里亮了。")
    with phone.expect_file_chooser() as chosen:
        phone.locator("#act-finish .drop").tap()
    chosen.value.set_files(photo())
    phone.wait_for_selector("#act-finish .chosen img")
    axe_clean(phone)
    readable_in_the_sun(phone)
    shot(phone, "field-case-360")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.locator(".thumb button").tap()
    phone.wait_for_selector("text=已办结")
    assert phone.url.endswith("/field/")
    assert int(phone.evaluate("sessionStorage.taps")) == 3
    kept = Photo.objects.for_system("walk", town).get(case_id=done.case.pk)
    assert (kept.moment, Case.objects.for_system("walk", town).get(pk=done.case.pk).step) == ("after", "feedback")


@pytest.mark.row("B4")
def test_help_is_asked_of_a_unit_found_by_a_few_letters(phone, town, sign_in, go, axe_clean, shot):
    case = transition(given_to(town, "worker", "路口积水", 117.0051).pk, "take", actor=who(town, "worker"), now=timezone.now()).case
    sign_in(phone, "worker")
    go(phone, f"/field/cases/{case.number}/#act-cohandle")
    box = phone.locator("#act-cohandle")
    expect(box.locator(".opt:visible")).to_have_count(0)
    box.locator("[data-picks-find]").fill("水务局")
    expect(box.locator(".opt:visible")).to_have_count(0)
    assert "没有叫这个名字的单位" in box.inner_text()
    box.locator("[data-picks-find]").fill("环卫所")
    expect(box.locator(".opt:visible")).to_have_count(1)
    phone.keyboard.press("Enter")
    expect(box.locator("[data-picks-say]")).to_have_text("已选：环境卫生管理所")
    axe_clean(phone)
    shot(phone, "field-picks-360")
    box.get_by_role("button", name="协办").tap()
    phone.wait_for_selector("#act-finish >> text=同时结束别人还没答复的")
    duty = Duty.objects.for_system("walk", town).get(what="cohandle", done_at=None)
    assert (duty.case_id, duty.unit_id) == (case.pk, unit_by_key(town, "sanitation").pk)


@pytest.mark.row("B4")
def test_what_is_near_has_others_cases_too_and_other_matters_stand_apart(phone, town, sign_in, go, axe_clean, shot):
    other = given_to(town, "handler", "井盖响", 117.0052)
    given_to(town, "worker2", "别的村的事", 117.0252)
    sign_in(phone, "worker")
    go(phone, "/field/near/")
    assert phone.locator(".town-job h3").all_inner_texts() == [other.title]
    readable_in_the_sun(phone)
    axe_clean(phone)
    shot(phone, "field-near-360")
    phone.click("[data-near]")
    phone.wait_for_selector("[data-near-say]:not(:empty)")
    assert "米" in phone.locator("[data-far]").first.inner_text()


ASKED = """navigator.geolocation.getCurrentPosition = ((ask) => function () {
  sessionStorage.asked = Number(sessionStorage.asked || 0) + 1;
  return ask.apply(navigator.geolocation, arguments);
})(navigator.geolocation.getCurrentPosition);"""


@pytest.mark.row("B4")
def test_a_check_in_asks_where_the_phone_is_at_the_press_alone(phone, town, sign_in, go, axe_clean):
    case = given_to(town, "worker", "村口路灯不亮", 117.0053)
    phone.add_init_script(ASKED)
    sign_in(phone, "worker")
    go(phone, "/field/near/")
    go(phone, f"/field/cases/{case.number}/")
    assert phone.evaluate("sessionStorage.asked") is None
    phone.get_by_role("button", name="到场签到").tap()
    phone.wait_for_selector("text=离事项位置约 30 米")
    assert phone.evaluate("sessionStorage.asked") == "1"
    axe_clean(phone)
    readable_in_the_sun(phone)
    made = CheckIn.objects.for_system("walk", town).get()
    assert (made.case_id, made.place) == (case.pk, "117.005000,34.605000")
    assert Case.objects.for_system("walk", town).get(pk=case.pk).version == case.version  # nobody's page grows stale by it


CAMERA = """
window.BarcodeDetector = class { async detect() { return [{ rawValue: sessionStorage.code || "" }].filter((each) => each.rawValue); } };
const canvas = document.createElement("canvas");
canvas.getContext("2d");
Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => canvas.captureStream(5) } });
"""


@pytest.mark.row("A3")
def test_plates_are_scanned_in_the_page_and_lead_to_the_grid_and_the_site_and_their_check_in(phone, town, sign_in, axe_clean, shot):
    facts = SiteFacts("compound", "锦绣家园", grid_named(town, "1-1").pk, "柳湾路 8 号", 117.005, 34.605)
    site = add_site(facts, actor=who(town, "admin"), now=timezone.now())
    near = given_to(town, "worker", "楼道灯不亮", 117.0052)
    phone.add_init_script(CAMERA)
    sign_in(phone, "worker")
    code = grid_named(town, "1-1").code
    phone.get_by_role("button", name="扫牌子").tap()
    phone.evaluate("sessionStorage.code = 'https://example.com/pay?x=1'")
    phone.wait_for_selector("text=这不是网格牌、场所牌的码")
    axe_clean(phone)
    phone.keyboard.press("Escape")
    expect(phone.locator(".scan")).to_have_count(0)
    phone.evaluate(f"sessionStorage.code = 'https://lianhe.example.cn/g/{code}/'")
    phone.get_by_role("button", name="扫牌子").tap()
    phone.wait_for_url(f"**/field/grids/{code}/")
    phone.get_by_role("button", name="到场签到").tap()
    phone.wait_for_selector("text=最近到场签到")
    axe_clean(phone)
    readable_in_the_sun(phone)
    shot(phone, "field-grid-360")
    assert CheckIn.objects.for_system("walk", town).get().grid_id == grid_named(town, "1-1").pk
    phone.get_by_role("link", name="今天").first.tap()
    phone.wait_for_url("**/field/")
    phone.evaluate(f"sessionStorage.code = 'https://lianhe.example.cn/g/{site.code}/'")
    phone.get_by_role("button", name="扫牌子").tap()
    phone.wait_for_url(f"**/field/sites/{site.code}/")
    expect(phone.locator(".town-job h3")).to_have_text(near.title)
    phone.get_by_role("button", name="到场签到").tap()
    phone.wait_for_selector("text=离场所位置约 10 米")
    axe_clean(phone)
    readable_in_the_sun(phone)
    shot(phone, "field-site-360")
    assert CheckIn.objects.for_system("walk", town).get(site_id=site.pk).place == "117.005000,34.605000"


HELD_CAMERA = CAMERA + """
navigator.mediaDevices.getUserMedia = () => new Promise((allowed) => { window.allow = () => { window.seen = canvas.captureStream(5); allowed(window.seen); }; });
"""


@pytest.mark.row("A3")
def test_a_scan_that_was_shut_before_the_camera_was_allowed_leaves_it_dark(phone, town, sign_in):
    phone.add_init_script(HELD_CAMERA)
    sign_in(phone, "worker")
    phone.get_by_role("button", name="扫牌子").tap()
    phone.keyboard.press("Escape")
    phone.evaluate("allow()")
    phone.wait_for_function("() => window.seen.getTracks().every((track) => track.readyState === 'ended')")


@pytest.mark.row("B4")
def test_a_long_list_is_searched_with_one_hand_and_without_a_net(phone, town, sign_in, go, axe_clean, shot):
    sign_in(phone, "worker")
    go(phone, "/field/raise/")
    long = phone.locator("#f-category")
    long.evaluate("""select => { for (let n = 0; n < 40; n += 1) select.add(new Option(`别的事 ${n}`, "")); }""")
    phone.context.set_offline(True)
    phone.set_viewport_size({"width": 360, "height": 440})  # the keyboard has taken the lower part
    long.tap()
    field = phone.locator(".seek input")
    expect(field).to_be_focused()
    axe_clean(phone)
    wanted = phone.locator("#f-category optgroup option").last
    name = wanted.inner_text()
    phone.keyboard.type(name[:2])
    first = phone.locator(".seek-choice", has_text=name)
    assert first.bounding_box()["height"] >= 44
    assert first.bounding_box()["y"] + 44 <= phone.locator(".rail").bounding_box()["y"]  # over the keyboard and the bar
    shot(phone, "field-seek-360")
    first.tap()
    assert long.evaluate("select => select.selectedOptions[0].text") == name
    assert not phone.locator(".seek").is_visible()
    expect(long).to_be_focused()
