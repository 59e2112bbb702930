"""The command palette and saved views, by keyboard, in a browser."""

import re

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case
from lianxin.cases.values import Draft
from patience import until
from towns import who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_into(page, words):
    """What is typed into the palette, once the list has followed."""
    page.fill("[role=combobox]", words)
    page.wait_for_function("() => document.querySelector('[role=combobox]').getAttribute('aria-activedescendant')")


def marked(page):
    """The choice that Enter would take, as a screen reader is told it."""
    return page.evaluate(
        "document.getElementById(document.querySelector('[role=combobox]').getAttribute('aria-activedescendant')).innerText"
    )


@pytest.mark.row("B3")
def test_a_clerk_goes_everywhere_by_a_few_letters(desk_page, town, sign_in, go, axe_clean, shot):
    draft = Draft("request", "村口路灯不亮", "晚上太黑了", lon=117.005, lat=34.605)
    number = open_case(draft, actor=who(town, "clerk"), now=timezone.now()).case.number
    page = desk_page
    sign_in(page, "clerk")
    go(page, "/desk/?scope=all&light=ok")
    page.keyboard.press("b")  # keep this filter
    page.wait_for_selector("#view-name:focus")
    page.keyboard.type("全镇在办")
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk-only >> text=全镇在办")
    go(page, "/town/")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".palette [role=option]")
    axe_clean(page)
    shot(page, "palette")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    first = marked(page)
    page.keyboard.press("ArrowDown")
    assert marked(page) != first
    for _back in range(2):
        page.keyboard.press("ArrowUp")  # round to the last
    assert page.locator("[role=option]").last.get_attribute("aria-selected") == "true"
    page.keyboard.press("Tab"), page.keyboard.press("Tab")  # the page behind is out of reach
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    for typed in ("收件", "sjx", "inbox"):  # characters, their first letters, the other language
        type_into(page, typed)
        assert "收件箱" in marked(page), typed
    page.keyboard.press("Escape")
    assert page.locator(".palette").count() == 0
    page.keyboard.press("Control+k")
    page.wait_for_selector("[role=combobox]")
    type_into(page, "qzzb")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/\?scope=all&light=ok"))
    page.keyboard.press("Control+k")
    page.wait_for_selector("[role=combobox]")
    page.fill("[role=combobox]", number)
    page.wait_for_selector("[role=option]:has-text('村口路灯不亮')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/cases/{number}/"))
    page.keyboard.press("Control+k")
    page.wait_for_selector("[role=combobox]")
    type_into(page, "受理")  # an act of the case in view
    assert "受理" in marked(page)
    page.keyboard.press("Enter")  # what would be done at once is only brought there
    assert "受理" in page.inner_text("button:focus")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Case.objects.for_system("walk", town).get(number=number).version == 2


@pytest.mark.row("B3")
def test_what_is_typed_while_the_palette_is_coming_goes_into_it(desk_page, town, sign_in, go):
    page = desk_page
    case = open_case(Draft("request", "村口路灯不亮", "晚上太黑了"), actor=who(town, "clerk"), now=timezone.now()).case
    sign_in(page, "clerk")
    go(page, f"/cases/{case.number}/")
    held = []
    page.route("**/desk/palette/", lambda route: held.append(route))  # noqa: PLW0108 - a built-in cannot be asked how many it takes
    page.evaluate("haveRead()")
    page.keyboard.press("Control+k")
    page.keyboard.type("xmb")  # each of them acts on the page where it does not go into the palette
    page.keyboard.press("Backspace")
    assert page.locator("details[open]").count() == 0
    until(page, lambda: held)
    held[0].continue_()
    page.wait_for_selector("[role=combobox]:focus")
    assert page.input_value("[role=combobox]") == "xm"
    page.keyboard.press("Escape")
    page.unroute_all()
    page.keyboard.press("x")
    assert page.locator("details[open]").count() == 1


@pytest.mark.row("B7")
def test_views_papers_and_the_map_fit_a_phone_and_read_well(phone, town, sign_in, go, axe_clean, shot):
    draft = Draft("request", "村口路灯不亮", "晚上太黑了", lon=117.005, lat=34.605)
    numbers = [open_case(draft, actor=who(town, "clerk"), now=timezone.now()).case.number for _each in range(3)]
    page = phone
    sign_in(page, "clerk")
    for path in ("/desk/views/?query=light%3Dlate", "/desk/print/?scope=all", f"/cases/{numbers[0]}/slip/", "/casemap/"):
        go(page, path)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        axe_clean(page)
    page.wait_for_selector(".crowd")
    axe_clean(page)
    shot(page, "casemap-360")
    assert page.locator(".crowd").inner_text() == "3"
    page.locator(".crowd").click()  # all of one spot: they are listed
    page.wait_for_selector(".crowd-list a")
    assert page.locator(".crowd-list a").count() == 3
    page.locator(".crowd-list a").first.click()
    page.wait_for_url(re.compile(rf"/cases/{numbers[-1]}/"))
