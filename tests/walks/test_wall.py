"""A screen in the hall: hours of polling by a fake clock, a server that stops answering, a link that is ended."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
from lianxin.keys import cache
from lianxin.people.actions import create_token, revoke_token
from lianxin.people.models import Post
from lianxin.ui.charts import trend
from patience import until
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("I1"), pytest.mark.row("J")]
ROUND = 30_000  # ms between two questions
FIRST = "main dl.now dd .n"
# Names under and beside the trend: those that touch another, and those that leave its part of the screen.
NAMES = """(figure) => {
  if (figure) document.querySelector('.wall-trend .trend').outerHTML = figure;
  const part = document.querySelector('.wall-trend').getBoundingClientRect();
  const drawn = [...document.querySelectorAll('.trend .below i, .trend .axis span')]
    .map((el) => [el.textContent, el.getBoundingClientRect()]).filter(([, box]) => box.width);
  const apart = (a, b) => a.right + 4 <= b.left || b.right + 4 <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const wrong = drawn.filter(([, box]) => box.left < part.left - 1 || box.right > part.right + 1).map(([name]) => name);
  drawn.forEach(([name, box], at) => drawn.slice(at + 1).forEach(([other, next]) => apart(box, next) || wrong.push(`${name} ${other}`)));
  const last = [...document.querySelectorAll('.trend .below i')].pop();
  return [wrong, last.getBoundingClientRect().width > 0];
}"""
FITS = "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
# Of all text on the screen the smallest, in hundredths of the screen's height; what stands in a drawing is scaled.
SMALLEST = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); let least = 100;
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement, svg = el.closest("svg");
    if (!walk.currentNode.data.trim() || el.closest(".unseen, .skip, noscript, [hidden]")) continue;
    least = Math.min(least, parseFloat(getComputedStyle(el).fontSize) * (svg ? svg.getScreenCTM().a : 1) / innerHeight * 100);
  }
  return least;
}"""


@pytest.fixture
def link(town):
    """A display's address and its token, in a town where one case is late and one is new."""
    for days in (0, 40):
        draft = Draft("request", "路灯不亮", grid_id=grid_named(town, "1-1").pk)
        open_case(draft, actor=who(town, "clerk"), now=timezone.now() - timedelta(days=days))
    post = Post.objects.for_system("walk", town).get(account__username="admin.lx")
    token, plain = create_token(post, scopes=["wall:read"], days=30, actor=who(town, "admin"), now=timezone.now(), name="大厅")
    return reverse("wall-display", args=[plain]), token


def memory(cdp):
    cdp.send("HeapProfiler.collectGarbage")
    counted = cdp.send("Memory.getDOMCounters")
    return counted["nodes"], counted["jsEventListeners"], cdp.send("Runtime.getHeapUsage")["usedSize"]


ASKING = """(() => {
  const ask = window.fetch;
  window.asking = 0;
  window.fetch = (...given) => { window.asking += 1; return ask(...given).finally(() => { window.asking -= 1; }); };
})()"""


def wait_through(page, condition, answered=True):
    """Let the page's clock run, five minutes at most, until something holds; it stands still while an answer comes."""
    for _step in range(60):
        if page.evaluate(f"Boolean({condition})"):
            return
        page.clock.run_for(5_000)
        until(page, lambda: not answered or page.evaluate("asking") == 0)
    pytest.fail(f"not in five minutes: {condition}")


def test_an_hour_of_changing_figures_leaves_nothing_behind(page, go, link):
    page.clock.install()
    go(page, link[0])
    sent = page.request.get(f"{page.url}figures").text()
    asked = []

    def answer(route):
        """Another figure each time, and every other time a line more."""
        asked.append(route.request.headers)
        n = len(asked)
        body = re.sub(r'(<dd><span class="n ">)\d+', rf"\g<1>{n}", sent, count=1)
        body = body.replace("</ul>", "<li>又一行</li></ul>") if n % 2 else body
        headers = {"ETag": f'"{n}"', "X-Figures-Age": "3", "X-Figures-At": "10:32"}
        route.fulfill(body=body, content_type="text/html", headers=headers)

    page.route("**/figures", answer)
    cdp, kept = page.context.new_cdp_session(page), page.locator(FIRST).first.element_handle()
    for n in range(1, 141):
        page.clock.run_for(ROUND)
        page.wait_for_function("([at, n]) => document.querySelector(at).textContent === n", arg=[FIRST, str(n)])
        if n == 20:  # by then every part of the page has been touched once
            before = memory(cdp)
    after = memory(cdp)
    assert len(asked) == 140
    assert asked[1]["if-none-match"] == '"1"'
    assert page.inner_text("[data-wall-time]") == "10:32"
    assert kept.evaluate("(el) => el.isConnected")  # touched, not replaced
    assert after[0] <= before[0] + 5
    assert after[1] == before[1]
    assert after[2] < before[2] + 300_000


def test_a_screen_says_how_old_its_figures_are_and_goes_dark_when_its_link_ends(page, go, town, link, axe_clean, shot):
    page.add_init_script(ASKING)
    page.clock.install()
    go(page, link[0])
    page.evaluate("""() => {
      window.moved = new Set();
      new MutationObserver((seen) => seen.forEach((one) => one.target.matches(".turned") && moved.add(one.target.closest(".fig")?.innerText.split("\\n")[0])))
        .observe(document.querySelector("main"), { attributes: true, subtree: true, attributeFilter: ["class"] });
    }""")
    at, open_now = page.inner_text("[data-wall-time]"), page.locator(FIRST).nth(2)
    assert open_now.inner_text() == "2"
    page.route("**/figures", lambda route: None)  # no answer, ever: each question is given up after ten seconds
    wait_through(page, "document.querySelector('.wall-at.stale')", answered=False)
    assert page.inner_text("[data-wall-old]") == f"数据停在 {at}"
    assert not page.is_visible("[data-wall-fresh]")
    assert open_now.inner_text() == "2"
    axe_clean(page)
    shot(page, "wall-stale")
    page.unroute_all()
    page.clock.run_for(10_000)  # the last question that was never answered is given up
    open_case(Draft("request", "井盖碎了"), actor=who(town, "clerk"), now=timezone.now())
    cache.forget()
    wait_through(page, "!document.querySelector('.wall-at.stale')")
    assert page.is_visible("[data-wall-fresh]")
    assert page.inner_text("[data-wall-old]") == ""
    assert open_now.inner_text() == "3"
    moved = page.evaluate("[...moved]")
    assert "在办" in moved
    assert "今日办结" not in moved
    page.clock.run_for(300)
    assert page.locator(".turned").count() == 0
    revoke_token(link[1], actor=who(town, "admin"), now=timezone.now())
    with page.expect_navigation():
        page.clock.run_for(ROUND)
    page.wait_for_selector(".wall-ended")
    assert page.locator(".n").count() == 0
    axe_clean(page)


def test_the_wall_fits_its_screen_and_is_read_across_the_hall(page, go, sign_in, link, axe_clean, shot):
    sign_in(page, "leader")
    page.emulate_media(reduced_motion="reduce")
    for width, height in ((1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        go(page, "/wall/")
        assert page.evaluate(FITS) == [0, 0]
        assert page.evaluate(SMALLEST) >= 1.4
        shot(page, f"wall-{width}")
    axe_clean(page)
    assert page.evaluate("document.querySelector('main .n').classList.add('turned') || document.getAnimations().length") == 0
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(FITS)[0] == 0
    axe_clean(page)
    shot(page, "wall-360")
    page.locator("main .fig.late a").click()
    page.wait_for_selector("[data-count-of='1']")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_names_of_the_trend_never_touch(page, go, sign_in, link, language):
    page.set_extra_http_headers({"Accept-Language": language})
    sign_in(page, "leader")
    days = [f"{month:02}-{day:02}" for month in (10, 11) for day in range(1, 31)]
    for width, height in ((1920, 1080), (3840, 2160), (1100, 800), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        go(page, "/wall/")
        assert page.evaluate(NAMES, None) == [[], True]
        for n in (1, 2, 5, 6, 7, 11, 12, 13, 29, 31, 60):
            figure = trend([{"label": day, "value": 7 * at} for at, day in enumerate(days[:n])], "受理")
            assert page.evaluate(NAMES, str(figure)) == [[], True], (width, n)


def test_the_days_as_figures_leave_the_title_and_close(page, go, sign_in, link, axe_clean, shot):
    sign_in(page, "leader")
    for width, height in ((1920, 1080), (3840, 2160), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        go(page, "/wall/")
        opener, table = page.locator(".wall-days summary"), page.locator(".wall-days table")
        opener.click()
        assert opener.inner_text().strip() == "关闭"
        title, box = page.locator("#wall-trend").bounding_box(), page.locator(".wall-days").bounding_box()
        assert title["y"] + title["height"] <= box["y"]
        assert page.evaluate(FITS)[0] == 0
        shot(page, f"wall-days-{width}")
        page.keyboard.press("Escape")
        assert not table.is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        opener.click()
        assert table.is_visible()
        axe_clean(page)
        opener.click()
        assert not table.is_visible()
        assert opener.inner_text().strip() == "按天看"


def test_the_administrator_hands_a_link_to_a_screen(page, go, sign_in, town, axe_clean, shot):
    sign_in(page, "admin")
    page.click("nav a[href='/wall/displays/']")
    axe_clean(page)
    page.fill("[name=name]", "办事大厅")
    page.click("main form button")
    address = page.inner_text(".secret")
    axe_clean(page)
    shot(page, "wall-displays")
    page.goto(address)
    assert page.locator("main .fig").count() == 8
    go(page, "/wall/displays/")
    page.click("main li form summary")
    page.click("main li form button:has-text('确定')")
    page.wait_for_selector("text=已停用")
    assert page.goto(address).status == 403
