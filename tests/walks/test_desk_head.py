"""What stands above the clerk's list leaves the list its room, nothing in a row leaves its column, and nothing jumps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.actions.saved import save_view
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.values import Draft
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B3")]
# How many rows stand whole above what lies at the window's foot.
WHOLE = """() => {
  const rail = document.querySelector(".rail").getBoundingClientRect();
  const foot = rail.width > 300 ? rail.top : innerHeight;
  return [...document.querySelectorAll(".desk-rows > li")].filter((row) => row.getBoundingClientRect().bottom <= foot).length;
}"""
# What of the rows reaches beyond their column, and the grids whose names are cut.
BEYOND = """() => {
  const list = document.querySelector(".desk-rows").getBoundingClientRect(), out = [];
  document.querySelectorAll(".desk-rows .case *").forEach((part) => {
    const box = part.getBoundingClientRect();
    if (box.width && (box.right > list.right + 0.5 || box.left < list.left - 0.5)) out.push(part.textContent);
  });
  document.querySelectorAll(".desk-rows .where").forEach((name) => {
    const line = name.parentElement.getBoundingClientRect();
    if (name.scrollWidth > name.clientWidth + 1 || name.getBoundingClientRect().bottom > line.bottom + 1) out.push(name.textContent);
  });
  return out;
}"""
TOP = "() => Math.round(document.querySelector('.desk-rows > li').getBoundingClientRect().top)"
SMALL = """() => [...document.querySelectorAll(".desk-list summary, .desk-list .tabs a, .desk-list .chip, .pick, .pick-all, .desk-line .btn")]
  .filter((el) => el.offsetParent && el.getBoundingClientRect().height < 44).map((el) => el.textContent)"""


def in_language(page, live_server, language):
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])


def raise_some(town, count):
    """Requests in a grid, the first of them late for longer than any span that is said, every third urgent."""
    grid, actor = grid_named(town, "1-1").pk, who(town, "clerk")
    long_ago = timezone.now() - timedelta(days=400, hours=23)
    for n in range(count):
        draft = Draft("request", f"村口路灯不亮{n}", "晚上太黑了", grid_id=grid, urgency="normal" if n % 3 else "urgent")
        open_case(draft, actor=actor, now=long_ago if n < 3 else timezone.now() - timedelta(minutes=n * 61))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_list_has_its_room_and_nothing_jumps(desk_page, phone, town, live_server, sign_in, go, axe_clean, language):
    raise_some(town, 12)
    save_view("路灯", InboxFilter("all", light="ok"), shared=False, actor=who(town, "clerk"), now=timezone.now())
    for page, least in ((desk_page, 8), (phone, 2)):
        sign_in(page, "clerk")
        in_language(page, live_server, language)
        go(page, "/desk/?scope=all")
        assert page.evaluate(WHOLE) >= least
        assert page.evaluate(BEYOND) == []
        top = page.evaluate(TOP)
        page.locator(".pick input").first.check()
        bar = page.locator("#bulk").bounding_box()
        assert page.locator("#bulk button").is_enabled()
        assert bar["y"] + bar["height"] <= page.viewport_size["height"]
        assert page.evaluate(TOP) == top
        axe_clean(page)
        go(page, "/desk/?scope=all&light=late")
        assert page.locator(".desk-only strong").is_visible()
        assert page.evaluate(TOP) == top
    assert phone.evaluate(SMALL) == []


def test_what_is_folded_is_a_key_or_two_taps_away_also_without_a_script(
    desk_page, plain_phone, town, sign_in, go, axe_clean
):
    raise_some(town, 2)
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/?scope=all")
    desk_page.click(".views-strip summary >> text=更多")
    axe_clean(desk_page)
    assert desk_page.get_by_role("link", name="答复模板").is_visible()
    desk_page.keyboard.press("Escape")
    desk_page.keyboard.press("v")
    desk_page.wait_for_url("**/desk/views/")
    sign_in(plain_phone, "clerk")
    go(plain_phone, "/desk/?scope=all")
    plain_phone.tap(".views-strip summary >> text=视图")
    assert plain_phone.get_by_role("link", name="管理视图").is_visible()
    plain_phone.tap(".views-strip summary >> text=视图")
    plain_phone.locator(".pick input").first.check()
    plain_phone.tap("#bulk button")
    plain_phone.wait_for_url("**/desk/bulk/?**")
