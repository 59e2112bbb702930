"""The clerk's inbox: what is pressed and asked for stays in sight, and what fails says so."""

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
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
    page.evaluate(CUT)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    line = page.locator(".desk-list > .part-lost")
    line.wait_for()
    assert "没有更新" in line.inner_text()
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
