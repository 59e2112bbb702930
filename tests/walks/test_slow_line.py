"""A cheap phone on a slow line: first views come in time, nothing jumps, and a first-time user is through in six taps."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Publication
from lianxin.cases.values import Contact, Draft
from lianxin.people.actors import nobody
from lianxin.ui import assets
from patience import SLOW
from walks import test_field_offline as field

pytestmark = [pytest.mark.browser, pytest.mark.row("B1")]

LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # 400 kbit/s
MOST_SECONDS, MOST_SHIFT, MOST_TAPS = 3.0, 0.01, 6
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (!one.hadRecentInput) window.shifts.push([one.value, ...one.sources.map((each) => each.node && each.node.nodeName + '.' + each.node.className)]);
})).observe({ type: 'layout-shift', buffered: true });
(function look() {
  const [title, first] = ['main h1', 'main textarea'].map((each) => document.querySelector(each));
  const painted = performance.getEntriesByName('first-contentful-paint')[0];
  const inSight = (each) => { const box = each.getBoundingClientRect(); return box.height > 0 && box.top < innerHeight; };
  if (painted && title && first && inSight(title) && inSight(first) && !first.disabled) window.usable = performance.now() / 1000;
  else requestAnimationFrame(look);
})();
"""
TAPS = """
window.addEventListener('click', (event) => { if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps || 0) + 1; }, true);
"""


def small(browser, live_server, **more):
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True,
        is_mobile=True, device_scale_factor=2, service_workers="block", **more,
    )  # fmt: skip
    context.set_default_timeout(SLOW)
    return context


def slowed(context, cpu=4):
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    page.add_init_script(WATCH)
    return page


@pytest.fixture
def lamp(town):
    draft = Draft(
        kind="request", title="村口路灯不亮", text="村口路灯坏了三天", lon=117.0052, lat=34.6051,
        contact=Contact("王某", "19900000001", public_consent=True),
    )  # fmt: skip
    done = open_case(draft, actor=nobody(town), now=timezone.now() - timedelta(hours=3))
    Publication.objects.create(
        town_id=town.pk, case_id=done.case.pk, state="published", title="路灯不亮", text="坏了", checked_by=1,
        at=timezone.now(),
    )  # fmt: skip
    return done


@pytest.mark.slow
def test_the_report_can_be_written_within_three_seconds_and_no_page_jumps(browser, live_server, lamp):
    private = f"/r/{lamp.case.number}/{link_code(lamp.reporter_id)}/"
    with small(browser, live_server) as context:
        context.request.get("/report/")  # the first visitor of a process pays for what the others find ready
        tries = []
        for _ in range(6):  # the machine may be busy with something else: the best of six is the line's own time
            page = slowed(context)
            page.goto("/report/", wait_until="load")
            tries.append(page.evaluate("window.usable"))
            page.wait_for_timeout(400)
            assert still(page), page.evaluate("window.shifts")
            page.close()
            if tries[-1] <= MOST_SECONDS:
                break
        print(f"report usable after {min(tries):.2f} s")
        assert min(tries) <= MOST_SECONDS
        for address in ("/", private, "/", "/board/"):  # the second time the first page has a request of one's own
            page = slowed(context)
            page.goto(address, wait_until="load")
            if address == "/" and any(each["name"] == "lx_mine" for each in context.cookies()):
                page.wait_for_selector(".mine .cells")
            page.wait_for_timeout(400)
            assert still(page), (address, page.evaluate("window.shifts"))
            page.close()
        context.add_cookies([{"name": "lx_size", "value": "elder", "url": live_server.url}])
        page = slowed(context)  # the elder's steps, and the microphone above the first of them, stand in their room
        page.add_init_script("window.webkitSpeechRecognition = class {}")
        page.goto("/report/", wait_until="load")
        page.wait_for_selector(".stepped .speak")
        page.wait_for_timeout(400)
        assert still(page), page.evaluate("window.shifts")


def still(page):
    return page.evaluate("window.shifts.reduce((sum, one) => sum + one[0], 0)") < MOST_SHIFT


@pytest.mark.slow
def test_a_first_time_user_sends_a_request_in_six_taps_and_a_minute_on_a_slow_line(browser, live_server, town):
    with small(
        browser, live_server, geolocation={"longitude": 117.005, "latitude": 34.605}, permissions=["geolocation"]
    ) as context:
        page = slowed(context)
        page.add_init_script(TAPS)
        begun = time.monotonic()
        page.goto("/")
        page.get_by_role("link", name="我要反映").first.tap()
        page.locator("textarea[name=text]").tap()
        page.keyboard.type("东头第二根路灯连着三晚不亮，老人夜里看不清路。")
        page.get_by_role("button", name="我的位置").tap()
        page.wait_for_selector("input[name=source][value=gps], .found", state="attached")
        page.locator(".thumb button").tap()
        page.wait_for_url("**/sent/")
        took, taps = time.monotonic() - begun, int(page.evaluate("sessionStorage.taps"))
        print(f"{taps} taps, 1 field, {took:.1f} s without the typing")
        assert taps <= MOST_TAPS
        assert took <= 60
        made = Case.objects.for_system("walk", town).get()
        assert made.lon is not None
        page.goto("/")  # and there it is, before everything else
        first = page.locator("main a").first
        assert first.get_attribute("href").startswith(f"/r/{made.number}/")
        page.wait_for_selector(".mine .cells")
        assert "东头第二根路灯" in first.inner_text()
        assert page.locator(".mine li, .doors .choice").count() <= 4


def test_a_link_is_kept_in_the_browser_alone_and_can_be_taken_off_a_lent_phone(browser, live_server, lamp, axe_clean, shot):
    private = f"/r/{lamp.case.number}/{link_code(lamp.reporter_id)}/"
    with small(browser, live_server) as context:
        page = context.new_page()
        page.goto("/")
        assert page.locator(".doors .choice").count() == 4
        assert page.locator(".mine").count() == 0
        page.goto(private)
        page.locator("details.more summary").last.click()
        assert page.locator("[data-kept]").is_visible()
        page.goto("/")
        page.wait_for_selector(".mine .cells")
        shot(page, "front-mine-360")
        axe_clean(page)
        assert page.locator(".doors .choice").count() == 3
        told = {each["name"]: each["value"] for each in context.cookies()}
        assert told["lx_mine"] == "1"
        assert not [value for value in told.values() if link_code(lamp.reporter_id) in value]
        page.goto("/find/")
        page.wait_for_selector(".mine .cells")
        axe_clean(page)
        page.goto(private)
        page.locator("details.more summary").last.click()
        page.get_by_role("button", name="从本机去掉").click()
        page.goto(private)  # seeing it again does not put it back
        page.goto("/")
        assert page.locator(".mine").count() == 0


def test_without_a_script_the_room_left_for_my_requests_leads_to_the_form(browser, live_server, lamp):
    with small(browser, live_server, java_script_enabled=False) as context:
        context.add_cookies([{"name": "lx_mine", "value": "2", "url": live_server.url}])
        page = context.new_page()
        page.goto("/")
        page.locator(".mine a").first.click()
        page.wait_for_url("**/find/")


@pytest.mark.slow
def test_nothing_moves_for_what_was_sent_and_not_looked_at(browser, live_server, town):
    with small(browser, live_server) as context:
        page = context.new_page()
        context.route("**/report/", lambda route: route.fallback() if route.request.method == "GET" else route.abort())
        for words in ("东头第二根路灯连着三晚不亮，老人夜里看不清路", "广场的喷泉不出水"):
            page.goto("/report/")
            page.fill("textarea[name=text]", words)
            page.locator(".thumb button").click()
            page.wait_for_selector(".kept-note")
        page.close()
        told = "document.querySelector('[data-outbox-say]').textContent.includes"
        for wanted in ("2 件还没发出", "2 件已发出"):
            for address in ("/", "/report/", "/board/"):
                page = slowed(context)
                page.goto(address, wait_until="load")
                page.wait_for_function(f"() => {told}('{wanted}')")
                page.wait_for_timeout(400)
                assert still(page), (address, wanted, page.evaluate("window.shifts"))
                page.close()
            context.unroute("**/report/")
            if wanted == "2 件还没发出":
                page = context.new_page()
                page.goto("/find/")
                page.wait_for_function(f"() => {told}('2 件已发出')")
                page.close()


@pytest.mark.slow
@pytest.mark.row("B4")
def test_nothing_moves_on_the_field_s_pages_for_what_waits_or_has_just_come(browser, live_server, town):
    case = field.given(town)
    pages = ("/field/", f"/field/cases/{case.number}/", "/field/raise/")
    with small(browser, live_server) as context:
        page = context.new_page()
        field.sign_in(page, "worker")
        context.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
        page.goto(pages[1])
        field.record(page, "水从管井来，已关阀")
        field.says(page, "1 件还没发出")
        page.goto(pages[2])
        page.fill("textarea[name=text]", "广场的喷泉不出水")
        page.locator(".thumb button[type=submit]").first.click()
        field.says(page, "2 件还没发出")
        page.close()
        for address in pages:
            the_field_page_stands(context, address, "2 件还没发出")
        context.unroute("**/*")
        the_field_page_stands(context, "/field/", "2 件已发出")
        for address in pages:
            the_field_page_stands(context, address, "")


def the_field_page_stands(context, address, told):
    page = slowed(context)
    page.goto(address, wait_until="load")
    page.wait_for_function("told => document.querySelector('[data-outbox-say]').textContent.includes(told)", arg=told)
    page.wait_for_timeout(600)
    assert still(page), (address, told, page.evaluate("window.shifts"))
    page.close()
