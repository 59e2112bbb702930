"""Every page there is, open to everyone: as it is and for the elder, at 360 px and at 200 % zoom, loaded once.

The pages are those of the permission table, each seen by the first role it answers: a page that is added there is
walked here. Rules: WCAG 2.2 AA as axe-core knows it; no sideways scrolling (1.4.10); nothing in the console; and by
the ruler type of 18 px for the elder, lines of 1.3, targets of 44 px and for the elder of 60.
With LIANXIN_SKINS=all also with the text at 200 % and in the dark, up to a minute each.
"""

import os

import pytest
from django.db import transaction
from django.urls import resolve, reverse
from django.utils import translation

from accessible import violations
from house.test_permissions import ROLES, TABLE, filled
from lianxin.cases.models import Case
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.setup import leaves
from rulers import too_small
from world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
ZOOMED = {"width": 640, "height": 400}  # what a window of 1280 × 800 leaves at 200 %
SKINS = {  # window, the reader's choices, size of the text in per cent
    "both": (PHONE, {"lx_size": "elder"}, 100),
    "text-200": (PHONE, {}, 200),
    "dark": ({"viewport": {"width": 1440, "height": 900}}, {"lx_theme": "dark"}, 100),
}
if os.environ.get("LIANXIN_SKINS") != "all":
    SKINS = {"both": SKINS["both"]}
ELDER, ORDINARY = {"type": 18, "thumb": 60}, {"type": 12, "thumb": 44}
OF_THE_WINDOW = {"runOnly": ["scrollable-region-focusable", "css-orientation-lock", "label", "link-name", "button-name"]}  # targets: the ruler
READ_FROM_AFAR = "/wall/"  # it scales with its window, and is measured in its own walk
NOT_PAGES = (".pdf", ".xlsx", ".csv", ".yaml", ".zip")  # a browser keeps them instead of showing them


def pages(world):
    """(address, role) of every page, each once."""
    seen = set()
    for row in TABLE:
        if row.method != "GET" or row.address.startswith("/api/"):
            continue
        for case in row.cases:
            address = filled(world, row.address, case)
            route = resolve(address.partition("?")[0]).route
            role = next((role for role in ROLES if row.rule(role, case) == 200), None)
            # "/" has two pages behind one route: the public's own is the one that answers 200.
            if role and route not in seen and not address.partition("?")[0].endswith(NOT_PAGES):
                seen.add(route)
                yield address, role


@pytest.fixture
def world(settings, transactional_db):
    settings.ALLOWED_HOSTS = ["*"]
    with transaction.atomic():
        return make_world()


@pytest.fixture
def windows(browser, live_server, world):
    """One window for each role and skin: `open_as(role, skin)`."""
    held = {}

    def open_as(role, skin):
        if role not in held:
            window, choices, _text = SKINS[skin]
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **window)
            jar = {name: morsel.value for name, morsel in world.callers[role].cookies.items()} | choices
            context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in jar.items()])
            held[role] = context.new_page()
            held[role].goto(f"{live_server.url}/sign-in/?town=LX")
        return held[role]

    yield open_as
    for page in held.values():
        page.context.close()


@pytest.mark.parametrize("skin", SKINS)
def test_every_page_is_open_to_everyone(world, windows, live_server, skin):
    faults, walked = [], 0
    for address, role in pages(world):
        page, told = windows(role, skin), []
        page.on("pageerror", lambda fault, told=told: told.append(str(fault)))
        answer = page.goto(live_server.url + address)
        if answer.status != 200:
            faults.append(f"{address} ({role}): {answer.status}")
        if "text/html" not in answer.headers.get("content-type", "") or "<html" not in answer.text():
            continue  # a file, or a piece that a page fetches
        looks = both(page) if skin == "both" else [("", None, {})]
        for look, least, asked in looks:
            faults += [f"{address} ({role}){look}: {fault}" for fault in wrong_with(page, SKINS[skin][2], **asked)]
            if least and not address.startswith(READ_FROM_AFAR):
                faults += [f"{address} ({role}){look}: {fault}" for fault in too_small(page, **least)]
        faults += [f"{address} ({role}): {fault}" for fault in told]
        walked += 1
    assert walked > 30
    assert not faults, "\n".join(faults)


def test_a_case_of_the_longest_category_fits_a_phone_in_english(world, windows, live_server):
    with transaction.atomic(), translation.override("en"):
        longest = max(leaves(world.town), key=lambda leaf: len(category_name(leaf, whole=True, town=world.town)))
        Case.objects.for_system("walk", world.town).filter(number=world.number("own")).update(category=longest)
        name = category_name(longest, whole=True, town=world.town)
    assert len(name) > 40
    for role, address in (("clerk", "case"), ("handler", "field-case")):
        page = windows(role, "both")
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
        page.goto(live_server.url + reverse(address, args=[world.number("own")]))
        assert name in page.locator("main").inner_text()
        assert not [fault for _look in both(page) for fault in wrong_with(page, 100, runOnly=["document-title"])], address


def both(page):
    """An open page of the elder's turned into each of its looks: (its name, what the ruler asks of it, what axe is asked).

    Each skin is asked for everything in one window; what it says of words and colours is the same in the other.
    """
    yield " for the elder", ELDER, {}
    page.set_viewport_size(ZOOMED)
    yield " for the elder at 200 %", ELDER, OF_THE_WINDOW
    page.evaluate("document.documentElement.classList.remove('elder')")
    yield " at 200 %", ORDINARY, {}
    page.set_viewport_size(PHONE["viewport"])
    yield "", ORDINARY, OF_THE_WINDOW


def wrong_with(page, text, **asked):
    """What axe and a ruler say of an open page."""
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'") if text != 100 else None
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    for rule in violations(page, **asked):
        yield f"{rule['id']}: {rule['nodes'][0][:160]}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")  # a phone's innerWidth grows with it
    if wide > 0:
        yield f"{wide} px wider than the window: {page.evaluate(WIDEST)}"


WIDEST = """(() => {
  const over = Array.from(document.querySelectorAll('main *, header *, nav *'))
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && e.offsetParent);
  return over.slice(-1).map(e => e.outerHTML.slice(0, 120)).join('');
})()"""
