"""The desk's three panes: what waits, the case, the map. Nothing jumps, and what is slow to come says so."""

import json

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
from patience import until
from towns import who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B3")]
BOX = "selector => { const box = document.querySelector(selector).getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom].map(Math.round); }"
TOLD = """() => {
  window.told = [];
  let clicked = 0;
  document.addEventListener("click", () => { clicked = Date.now(); }, true);
  document.addEventListener("lianxin:case", () => { window.took = Date.now() - clicked; });
  new MutationObserver((seen) => seen.forEach((one) => one.target.closest?.("[data-waiting]") && told.push(one.target.textContent)))
    .observe(document, { subtree: true, childList: true });
}"""
SEEN = f"""() => new MutationObserver(() => console.log(JSON.stringify(
  [document.querySelector('.with-wait .waiting').textContent, ({BOX})('.desk-filter form button')])))
    .observe(document.querySelector('.with-wait'), {{ subtree: true, childList: true }})"""
MAP = "[data-pane] aside .map.leaflet-container"


@pytest.fixture
def desk(town, desk_page, sign_in, go):
    """A leader's inbox of three cases, the last of which names no point."""
    for at in range(3):
        point = {"lon": 117.005, "lat": 34.605} if at < 2 else {}
        open_case(Draft("request", f"{at}号路灯不亮", "晚上太黑", **point), actor=who(town, "clerk"), now=timezone.now())
    sign_in(desk_page, "leader")
    go(desk_page, "/desk/?scope=all")
    return desk_page


def kept_in(held):
    """Hold what a page asks for until the test lets it go on."""

    def hold(route):
        held.append(route)

    return hold


def opened(page, n):
    """Open the nth case of the list; its number."""
    link = page.locator(".desk-list [data-rows] > li").nth(n).locator("a.title")
    title = link.inner_text()
    link.click()
    page.wait_for_selector(f"[data-pane] h1 >> text={title}")
    return page.get_attribute("[data-pane] [data-case]", "data-case")


def test_inbox_case_and_map_stand_side_by_side_and_stay_where_they_are(desk, axe_clean, go, shot):
    before = desk.evaluate(BOX, ".desk-list")
    number = opened(desk, 0)
    desk.wait_for_selector(f"{MAP} .grid-line", state="attached")
    around, case, listed = (desk.evaluate(BOX, each) for each in ("[data-pane] aside", "[data-pane] .case-head", ".desk-list"))
    assert listed == before
    assert listed[2] <= case[0] < case[2] <= around[0] < around[2] <= 1440
    desk.evaluate("document.querySelector('[data-pane]').scrollTop = 400")
    assert desk.evaluate(BOX, "[data-pane] aside")[1] == around[1]  # the map stays while the case is read
    axe_clean(desk)
    shot(desk, "desk-three-panes")
    for n in (1, 2):
        opened(desk, n)
        assert desk.evaluate(BOX, "[data-pane] aside") == around
    assert desk.locator("[data-pane] aside .map-none").is_visible()
    desk.keyboard.press("q")
    desk.wait_for_selector("[data-pane] .empty")
    assert desk.evaluate(BOX, ".desk-list") == before
    desk.set_viewport_size({"width": 1199, "height": 900})
    go(desk, f"/cases/{number}/")
    assert not desk.is_visible(".leaflet-container")
    desk.click("summary:has-text('地图')")
    desk.wait_for_selector(".leaflet-container .grid-line", state="attached")


def test_who_goes_through_cases_fast_waits_for_no_map_and_old_maps_go(desk):
    desk.evaluate("""() => { window.drawn = 0; new MutationObserver((seen) => seen.forEach((one) => one.addedNodes.forEach(
      (node) => node.classList?.contains("leaflet-map-pane") && drawn++))).observe(document, { subtree: true, childList: true }); }""")
    opened(desk, 0)
    desk.wait_for_selector(f"{MAP} .grid-line", state="attached")  # what draws maps is here: no other is late by fetching it
    for n in (1, 0, 1, 0, 2):
        opened(desk, n)
    quick = desk.evaluate("drawn")
    desk.wait_for_timeout(900)
    assert desk.evaluate("drawn") == quick  # nothing is drawn for what has gone
    opened(desk, 0)
    desk.wait_for_selector(f"{MAP} .grid-line", state="attached")
    assert desk.evaluate("drawn") == quick + 1
    assert desk.locator(".leaflet-container").count() == 1


def test_a_case_that_is_slow_to_come_says_so_after_a_moment_and_moves_nothing(desk):
    desk.evaluate(TOLD)
    opened(desk, 0)
    told, took = desk.evaluate("[told, took]")
    assert told == [] or took >= 200  # what comes at once says nothing
    before = [desk.evaluate(BOX, each) for each in (".desk-list", "[data-pane] h1", ".desk-top")]
    held = []
    desk.route("**/cases/*/", kept_in(held))
    desk.locator(".desk-list [data-rows] > li").nth(1).locator("a.title").click()
    desk.wait_for_selector("[data-waiting] >> text=正在取这一件")
    assert [desk.evaluate(BOX, each) for each in (".desk-list", "[data-pane] h1", ".desk-top")] == before
    until(desk, lambda: held)
    held[0].continue_()
    desk.wait_for_function("() => !document.querySelector('.desk-top [data-waiting]').textContent")
    assert desk.get_attribute("[data-pane]", "aria-busy") is None
    desk.unroute_all()


def test_a_list_that_is_slow_to_come_after_a_filter_says_so_over_the_button(desk):
    desk.click(".desk-filter summary")
    desk.fill("#by-q", "路灯")
    before = desk.evaluate(BOX, ".desk-filter form button")
    desk.evaluate(SEEN)  # a page on its way out answers no question: it tells by itself
    held, said = [], []
    desk.on("console", lambda line: said.append(json.loads(line.text)))
    desk.route("**/desk/?*", kept_in(held))
    desk.evaluate("document.querySelector('.desk-filter form button').click()")
    until(desk, lambda: held and said)
    assert said == [["正在找……", before]]
    held[0].continue_()
    desk.wait_for_url("**q=*")
    assert desk.locator(".with-wait .waiting").inner_text() == ""
    desk.unroute_all()


def test_a_map_that_is_slow_to_come_says_so_over_itself(desk, go):
    held = []
    desk.route("**/map/marks.geojson*", kept_in(held))
    go(desk, "/map/")
    desk.wait_for_selector(".map-box > .waiting >> text=地图正在取")
    until(desk, lambda: held)
    held[0].continue_()
    desk.wait_for_function("() => !document.querySelector('.map-box > .waiting').textContent")
    desk.unroute_all()
