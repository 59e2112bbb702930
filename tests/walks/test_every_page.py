"""Every page there is, open to everyone: for the elder at 360 px, and, loaded once, as it is at 200 % zoom.

The pages are those of the permission table, each seen by the first role it answers: a page that is added there is
walked here. Rules: WCAG 2.2 AA as axe-core knows it; no sideways scrolling (1.4.10); nothing in the console.
With LIANXIN_SKINS=all also plain at 360 px, with the text at 200 % and in the dark, up to a minute each.
"""

import os

import pytest
from django.db import transaction
from django.urls import resolve

from accessible import violations
from house.test_permissions import ROLES, TABLE, filled
from world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SKINS = {  # window, the reader's choices, size of the text in per cent
    "360": (PHONE, {}, 100),
    "elder": (PHONE, {"lx_size": "elder"}, 100),
    "text-200": (PHONE, {}, 200),
    "dark": ({"viewport": {"width": 1440, "height": 900}}, {"lx_theme": "dark"}, 100),
}
if os.environ.get("LIANXIN_SKINS") != "all":
    SKINS = {"elder": SKINS["elder"]}
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
        faults += [f"{address} ({role}): {fault}" for fault in [*told, *wrong_with(page, SKINS[skin][2])]]
        if skin == "elder":
            page.evaluate("document.documentElement.classList.remove('elder')")
            page.set_viewport_size({"width": 640, "height": 400})
            faults += [f"{address} ({role}) at 200 %: {fault}" for fault in wrong_with(page, 100)]
            page.set_viewport_size(PHONE["viewport"])
        walked += 1
    assert walked > 30
    assert not faults, "\n".join(faults)


def wrong_with(page, text):
    """What axe and a ruler say of an open page."""
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'") if text != 100 else None
    for rule in violations(page):
        yield f"{rule['id']}: {rule['nodes'][0][:160]}"
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        yield f"{wide} px wider than the window: {page.evaluate(WIDEST)}"


WIDEST = """(() => {
  const over = Array.from(document.querySelectorAll('main *, header *, nav *'))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.offsetParent);
  return over.slice(-1).map(e => e.outerHTML.slice(0, 120)).join('');
})()"""
