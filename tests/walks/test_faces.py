"""A request goes round all four faces, each at a phone's, a tablet's and a desk's width, in Chinese and in English."""

import re

import pytest

from lianxin.cases.models import Case
from lianxin.places.models import AddressName
from patience import SLOW
from towns import grid_named
from walks.test_field_offline import given

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CONTROLS = "button, th, legend, h1, h2, summary, .chip, .tabs a, .rail a, .badge, .field > label"
SAID = "(names) => [...document.querySelectorAll(names)].filter(e => e.offsetParent && !e.closest('[hreflang], [lang|=zh]')).map(e => e.innerText)"
NAMES = ("村", "连心镇", "网格", "柳荫路")  # what places are called and residents wrote is not translated


def well(page, width, language):
    """Nothing sideways; and in English no control that still speaks Chinese."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
    assert page.evaluate("document.documentElement.lang") == {"zh-hans": "zh-Hans"}.get(language, language)
    if language == "en":
        told = [text for text in page.evaluate(SAID, CONTROLS) if CHINESE.search(text)]
        assert [text for text in told if not any(name in text for name in NAMES)] == [], page.url


@pytest.fixture
def reader(browser, live_server, town):
    """`reader(username)`: a window of the test's width and language; signed in, unless it is nobody's."""
    AddressName.objects.create(town=town, name="柳荫路", kind="road", grid=grid_named(town, "1-1"), point=[117.005, 34.605])
    windows = []

    def open_window(width, language, username=""):
        context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": width, "height": 800})
        windows.append(context)
        context.set_default_timeout(SLOW)
        context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        page = context.new_page()
        if username:
            page.goto("/sign-in/")
            page.fill("input[name=username]", f"{username}.lx")
            page.fill("input[name=password]", "secret-secret")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda address: "/sign-in/" not in address)
        return page

    yield open_window
    for each in windows:
        each.close()


def reported(page, width, language):
    """A resident's way from the first page to the number."""
    page.goto("/")
    well(page, width, language)
    page.locator(".doors .choice").first.click()
    page.wait_for_selector("textarea[name=text]")
    well(page, width, language)
    page.fill("textarea[name=text]", "柳荫路东头第二根路灯连着三晚不亮，老人夜里看不清路。")
    page.locator("input[name=address]").fill("柳荫路东头")
    page.locator(".thumb button").click()
    page.wait_for_url("**/sent/")
    well(page, width, language)
    page.locator("main a[href*='/r/']").first.click()
    page.wait_for_selector(".timeline")
    well(page, width, language)
    return page


def acted(page, case, act, **typed):
    """An act of the case's page, through its form; the case stands where it led."""
    page.goto(f"/cases/{case.number}/")
    form = page.locator(f"#do-{act}")
    for name, words in typed.items():
        form.locator(f"[name={name}]").fill(words)
    before = case.version
    page.evaluate("id => document.getElementById(id).requestSubmit()", f"do-{act}")
    page.wait_for_function("before => Number(document.querySelector('[data-version]')?.dataset.version || 0) > before", arg=before)
    case.refresh_from_db()
    assert case.version > before


def in_the_field(page, town, width, language):
    """A grid worker's day: what is near, what is raised on the way, a case of their own that is finished."""
    case = given(town, title="柳荫路楼道漏水")
    page.goto("/field/raise/")
    well(page, width, language)
    page.locator("#f-text").fill("井盖缺了一角")
    page.locator("main form .thumb button").click()
    page.wait_for_url(lambda url: url.partition("#")[0].endswith("/field/"))
    for address in ("/field/", "/field/near/", f"/field/cases/{case.number}/"):
        page.goto(address)
        well(page, width, language)
    page.locator("#act-finish textarea").first.fill("接头已换，不漏了。")
    sends = page.locator("button[form=do-finish], #do-finish button[type=submit]")  # at the thumb, or on a wide screen below
    sends.locator("visible=true").first.click()
    page.wait_for_url(lambda url: url.partition("#")[0].endswith("/field/"))
    well(page, width, language)
    case.refresh_from_db()
    assert case.step == "feedback"
    assert Case.objects.for_system("walk", town).filter(channel="field", title__startswith="井盖").count() == 1


@pytest.mark.row("B1")
@pytest.mark.row("J")
@pytest.mark.parametrize(("width", "language"), [(360, "zh-hans"), (360, "en"), (768, "zh-hans"), (768, "en"), (1440, "zh-hans"), (1440, "en")])
def test_a_request_goes_round_the_faces_at_every_width_in_both_languages(reader, town, width, language):
    resident = reported(reader(width, language), width, language)
    case = Case.objects.for_system("walk", town).get()
    clerk = reader(width, language, "clerk")
    for address in ("/desk/?scope=all", f"/cases/{case.number}/", f"/desk/triage/{case.number}/"):
        clerk.goto(address)
        well(clerk, width, language)
    clerk.locator(".desk-go button.main").click()
    clerk.wait_for_url(lambda address: "/triage/" not in address)
    case.refresh_from_db()
    assert (case.step, case.unit.key) == ("dispatch", "utilities")
    in_the_field(reader(width, language, "worker"), town, width, language)
    handler = reader(width, language, "handler")
    acted(handler, case, "take")
    well(handler, width, language)
    acted(handler, case, "finish", answer="灯头换了两个，已经亮了。")
    resident.reload()
    well(resident, width, language)
    resident.locator(".rating label").first.click()
    with resident.expect_navigation():
        resident.locator("form:has(.rating) button.main").click()
    leader = reader(width, language, "leader")
    for address in ("/town/", "/town/cases/?what=open", "/wall/", "/supervise/", "/grids/", "/casemap/"):
        leader.goto(address)
        well(leader, width, language)
    case.refresh_from_db()
    assert case.step == "review"
