"""The clerk's inbox: what is pressed and asked for stays in sight, and what fails says so."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.saved import save_view
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Draft, Holder
from lianxin.people.queries import unit_by_key
from patience import until
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B3")]
WHOLE = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
  const seen = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return box.left >= 0 && box.right <= innerWidth && seen !== null && seen.closest(selector) !== null; }"""


def raise_some(town, count):
    grid, actor = grid_named(town, "1-1").pk, who(town, "clerk")
    drafts = [Draft("request", f"村口路灯不亮{n}", "晚上太黑了", grid_id=grid) for n in range(count)]
    return [open_case(draft, actor=actor, now=timezone.now()).case.number for draft in drafts]


def test_on_a_phone_a_pressed_chip_and_what_the_list_is_narrowed_to_are_in_sight(phone, town, sign_in, go, axe_clean):
    raise_some(town, 12)
    sign_in(phone, "clerk")
    go(phone, "/desk/?scope=all&light=ok&shared=1")
    assert phone.evaluate(WHOLE, ".desk-sieve .chip.on:last-child")
    go(phone, "/desk/?scope=all&light=ok")
    axe_clean(phone)
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert phone.evaluate(WHOLE, ".desk-only strong")
    phone.click(".desk-only a")
    phone.wait_for_url("**/desk/?scope=all")
    assert phone.locator(".desk-only").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_row_that_is_no_longer_here_can_still_be_read(theme, desk_page, town, live_server, sign_in, go, axe_clean, shot):
    numbers = raise_some(town, 4)
    desk_page.context.add_cookies([{"name": "lx_theme", "value": theme, "url": live_server.url}])
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/")
    colleague, utilities = who(town, "clerk2"), Holder(unit_by_key(town, "utilities").pk)
    for act, given in (("accept", {}), ("assign", {"holder": utilities})):
        transition(stand(colleague, number=numbers[0]), act, actor=colleague, now=timezone.now(), given=given)
    desk_page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk_page.locator(".desk-rows > .gone")).to_contain_text("已不在此列")
    shot(desk_page, f"desk-gone-{theme}-1440")
    axe_clean(desk_page)


ROWS = """() => { const bar = document.querySelector('.rail').getBoundingClientRect().top;
  return [...document.querySelectorAll('.desk-rows > li')].filter(row => row.getBoundingClientRect().bottom <= bar).length; }"""
ASIDE = """() => { const words = [...document.querySelectorAll('.desk-filter summary')].filter(each => each.offsetParent).map(each => {
    const range = document.createRange(); range.selectNodeContents(each); return range.getBoundingClientRect(); });
  return words.every((one, n) => one.right <= innerWidth && words.every((other, m) => n === m || one.right <= other.left || other.right <= one.left
    || one.bottom <= other.top || other.bottom <= one.top)); }"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_the_elders_phone_the_head_gives_way_to_the_list(language, phone, town, live_server, sign_in, go, axe_clean, shot):
    raise_some(town, 4)
    sign_in(phone, "clerk")
    for size, rows in (("elder", 2), ("largest", 1)):
        chosen = {"lx_size": size, "django_language": language}
        phone.context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in chosen.items()])
        go(phone, "/desk/")
        shot(phone, f"desk-{size}-{language}-360")
        assert phone.evaluate(ROWS) >= rows
        assert phone.evaluate(ASIDE)
        assert phone.locator(".rail a[href='/desk/register/']").is_visible()  # what the head no longer offers
        assert phone.locator("h1").inner_text()  # read aloud all the same
        axe_clean(phone)


CUT = "() => { window.asks = window.fetch; window.fetch = () => Promise.reject(new TypeError('cut')); }"
CUT_READING = """() => { window.asks = window.fetch; window.fetch = (url, how) =>
  how && how.method === 'POST' ? window.asks(url, how) : Promise.reject(new TypeError('cut')); }"""
MEND = "() => { window.fetch = window.asks; }"
CUT_XHR = """() => { console.error = () => {}; window.sends = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function () { setTimeout(() => this.dispatchEvent(new ProgressEvent('error'))); }; }"""


def opened(page, number):
    page.wait_for_function("number => document.querySelector('[data-pane] [data-case]')?.dataset.case === number", arg=number)


def test_what_does_not_come_says_so_and_is_asked_for_again(desk_page, town, sign_in, go, axe_clean):
    page, numbers = desk_page, raise_some(town, 4)
    sign_in(page, "clerk")
    go(page, "/desk/")
    the_list_that_is_not_renewed(page, axe_clean)
    page.click(f"[data-of='{numbers[0]}'] a.title")
    opened(page, numbers[0])
    page.evaluate(CUT)
    page.click(f"[data-of='{numbers[2]}'] a.title")  # the second has been fetched ahead
    again = page.locator(".desk-told .part-lost button:focus")
    again.wait_for()
    assert page.locator("li.on").get_attribute("data-of") == numbers[0]  # what stands in the pane is what is marked
    axe_clean(page)
    page.evaluate(MEND)
    page.keyboard.press("Enter")
    opened(page, numbers[2])
    assert page.locator(".desk-told .part-lost").count() == 0
    the_part_that_does_not_come(page, axe_clean)


def the_list_that_is_not_renewed(page, axe_clean):
    language = page.get_attribute("html", "lang")
    page.evaluate("document.documentElement.lang = 'en'")  # of itself its clock has twelve hours, AM and PM
    page.evaluate(CUT)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    line = page.locator(".desk-foot > .part-lost")
    line.wait_for()
    assert re.match(r"\d\d:\d\d 之后没有更新", line.inner_text())
    page.evaluate("language => { document.documentElement.lang = language; }", language)
    axe_clean(page)
    page.evaluate(MEND)
    line.get_by_role("button", name="再试一次").click()
    line.wait_for(state="detached")


def the_part_that_does_not_come(page, axe_clean):
    page.evaluate(CUT_XHR)
    page.select_option("#f-category", label=page.inner_text("#f-category option:has-text('车辆停放')").strip())
    line = page.locator("[data-pane] .part-lost")
    line.wait_for()
    assert "还是原来的内容" in line.inner_text()
    axe_clean(page)
    before = page.input_value("#f-holder")
    page.evaluate("() => { XMLHttpRequest.prototype.send = window.sends; }")
    line.get_by_role("button").click()
    page.wait_for_function("before => document.querySelector('#f-holder').value !== before", arg=before)
    assert line.count() == 0


def test_when_the_next_case_does_not_come_the_one_that_is_done_stands_there_no_more(desk_page, town, sign_in, go):
    page, numbers = desk_page, raise_some(town, 3)
    sign_in(page, "clerk")
    go(page, "/desk/")
    page.evaluate("() => { const asks = window.fetch; window.fetch = (url, how) => how?.headers?.['X-Lianxin-Part'] === 'ahead' ?"
                  " Promise.reject(new TypeError('cut')) : asks(url, how); }")
    page.click(f"[data-of='{numbers[0]}'] a.title")
    opened(page, numbers[0])
    page.evaluate(CUT_READING)
    page.evaluate("haveRead()")
    page.keyboard.press("a")
    page.wait_for_selector(".desk-told .part-lost")
    assert page.locator("[data-pane] [data-case]").count() == 0
    assert page.locator(f"[data-of='{numbers[0]}']").count() == 0
    page.evaluate(MEND)
    page.click(".desk-told .part-lost button")
    opened(page, numbers[1])


def test_a_list_asked_for_before_an_act_does_not_bring_back_what_is_done(desk_page, town, sign_in, go):
    page, numbers, held = desk_page, raise_some(town, 4), []
    sign_in(page, "clerk")
    go(page, "/desk/")
    page.click(f"[data-of='{numbers[0]}'] a.title")
    opened(page, numbers[0])
    page.wait_for_selector("[data-pane][data-ahead]")
    page.evaluate("haveRead()")
    page.route("**/desk/pulse/**", lambda route: held.append((route, route.fetch())))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, lambda: held)
    page.keyboard.press("a")
    opened(page, numbers[1])
    page.evaluate("() => { window.news = 0; new MutationObserver(() => { news += 1; }).observe(document.querySelector('[data-news]'), { childList: true, subtree: true }); }")
    held[0][0].fulfill(response=held[0][1])
    until(page, lambda: len(held) > 1)  # it has been heard, and asks anew
    assert page.evaluate("news") == 0
    page.unroute_all()


def test_who_opened_another_case_meanwhile_stays_there(desk_page, town, sign_in, go):
    page, numbers, held = desk_page, raise_some(town, 4), []
    sign_in(page, "clerk")
    go(page, "/desk/")
    page.click(f"[data-of='{numbers[0]}'] a.title")
    opened(page, numbers[0])
    page.wait_for_selector("[data-pane][data-ahead]")
    page.route("**/desk/triage/**", lambda route: held.append(route))  # noqa: PLW0108 - a built-in cannot be asked how many it takes
    page.evaluate("haveRead()")
    page.keyboard.press("a")
    until(page, lambda: len(held) == 1)
    page.click(f"[data-of='{numbers[2]}'] a.title")
    until(page, lambda: len(held) == 2)
    held[0].continue_()
    page.wait_for_selector(f"[data-of='{numbers[0]}']", state="detached")
    held[1].continue_()
    page.unroute_all()
    opened(page, numbers[2])
    assert page.locator("li.on").get_attribute("data-of") == numbers[2]


LEFT = "number => Object.keys(localStorage).concat(Object.keys(sessionStorage)).filter(key => key.includes(number)).length"


def written_and_left(page, number, other):
    """A note is written beside the case, accepted while the net is slow, and another case opened: the answer, held."""
    held = []
    page.click(f"[data-of='{number}'] a.title")
    opened(page, number)
    page.locator("[data-pane] form[data-draft] .more summary", has_text="内部备注").click()
    page.fill("[data-pane] #f-note", "先打电话问清楚")
    page.locator("[data-pane] h1").click()
    page.route(f"**/desk/triage/{number}/**", lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
    page.evaluate("haveRead()")
    page.keyboard.press("a")
    until(page, lambda: held)
    page.click(f"[data-of='{other}'] a.title")
    opened(page, other)
    return held[0]


def test_what_was_not_done_behind_ones_back_is_told_until_it_is_looked_at(desk_page, town, sign_in, go, axe_clean):
    page, numbers = desk_page, raise_some(town, 4)
    sign_in(page, "clerk")
    go(page, "/desk/")
    route, colleague = written_and_left(page, numbers[0], numbers[2]), who(town, "clerk2")
    transition(stand(colleague, number=numbers[0]), "accept", actor=colleague, now=timezone.now())
    route.continue_()
    line = page.locator(".desk-foot .part-lost", has_text="村口路灯不亮0”没有办成")
    line.wait_for()
    axe_clean(page)
    assert page.locator("[data-pane] [data-case]").get_attribute("data-case") == numbers[2]
    page.click(f"[data-of='{numbers[3]}'] a.title")
    opened(page, numbers[3])
    assert line.count() == 1  # it does not go with the next case
    line.get_by_role("button", name="打开看看").click()
    opened(page, numbers[0])
    line.wait_for(state="detached")
    expect(page.locator("[data-pane] #f-note")).to_have_value("先打电话问清楚")


def test_what_was_done_behind_ones_back_leaves_no_draft(desk_page, town, sign_in, go):
    page, numbers = desk_page, raise_some(town, 3)
    sign_in(page, "clerk")
    go(page, "/desk/")
    route = written_and_left(page, numbers[0], numbers[2])
    assert page.evaluate(LEFT, numbers[0]) == 1
    route.continue_()
    page.wait_for_selector(f"[data-of='{numbers[0]}']", state="detached")
    assert page.evaluate(LEFT, numbers[0]) == 0


FOCUS = """() => { const el = document.activeElement; return el.closest('[data-of]')?.dataset.of || el.id || el.name ||
  (el.innerText || '').trim().split('\\n')[0]; }"""


def test_escape_folds_the_form_one_is_in_and_one_goes_on_by_key(desk_page, town, sign_in, go):
    page, numbers = desk_page, raise_some(town, 3)
    sign_in(page, "clerk")
    go(page, "/desk/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    opened(page, numbers[0])
    page.keyboard.press("u")
    assert page.evaluate(FOCUS) == "f-holder"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('[data-pane] h1')")  # keys are the pane's again
    boxes = page.locator("[data-pane] .desk-boxes > details[open]")
    page.keyboard.press("x")
    assert boxes.count() == 1
    assert page.evaluate("document.activeElement.closest('.desk-boxes > details[open]') !== null")
    folded = page.locator("[data-pane] .desk-boxes > details:not([open]) > summary").first
    folded.click()
    assert boxes.count() == 1  # one form at a time
    boxes.locator("textarea, input:not([type=hidden]), select").first.focus()
    page.keyboard.press("Escape")
    assert boxes.count() == 0
    assert page.evaluate("document.activeElement.matches('.desk-boxes > details > summary')")
    page.keyboard.press("/")
    assert page.evaluate(FOCUS) == "find"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.desk-boxes > details > summary')")
    page.keyboard.press("q")
    assert page.evaluate(FOCUS) == numbers[0]
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUS) == "筛选"
    assert page.locator(".desk-filter details[open]").count() == 0


def test_who_goes_to_another_page_by_key_goes_on_there_and_after_an_undo_at_what_came_back(desk_page, town, sign_in, go):
    page, numbers = desk_page, raise_some(town, 3)
    save_view("全镇", InboxFilter("all"), shared=False, actor=who(town, "clerk"), now=timezone.now())
    sign_in(page, "clerk")
    go(page, "/desk/?scope=mine")
    page.keyboard.press("v")
    page.wait_for_url("**/desk/views/")
    page.wait_for_function("() => document.activeElement.matches('main h1')")
    page.keyboard.press("j")
    assert page.evaluate(FOCUS) == "全镇"
    page.keyboard.press("1")
    page.wait_for_url("**/desk/")
    page.wait_for_function("() => document.activeElement.matches('main h1')")
    for key in ("j", "x", "u"):
        page.keyboard.press(key)
    page.wait_for_url("**/desk/bulk/?**")
    page.wait_for_function("() => document.activeElement.matches('main h1')")
    page.click("#act-accept > summary")
    page.click("#act-accept button.main")
    page.wait_for_url("**/desk/bulk/*/")
    page.evaluate("haveRead()")
    page.keyboard.press("z")
    page.get_by_text("已撤销 1 件").wait_for()
    page.wait_for_function("number => document.activeElement.getAttribute('href') === `/cases/${number}/`", arg=numbers[0])


def test_what_is_taken_back_beside_the_list_stands_in_it_again(desk_page, town, sign_in, go):
    page, numbers = desk_page, raise_some(town, 3)
    sign_in(page, "clerk")
    go(page, "/desk/")
    page.click(f"[data-of='{numbers[0]}'] a.title")
    opened(page, numbers[0])
    page.evaluate("haveRead()")
    page.keyboard.press("a")
    opened(page, numbers[1])
    go(page, f"/desk/?open={numbers[0]}")
    opened(page, numbers[0])
    page.locator("[data-pane] form[action$='/undo'] button.bare").click()
    page.wait_for_selector(f".desk-list [data-of='{numbers[0]}'].on")
