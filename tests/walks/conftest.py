"""Walks through the pages in a real headless Chromium, against a live server.

Fixtures: `browser`; `page` (1280 px), `phone` (360 px, touch, at the town's first grid), `plain_phone` (without
scripts), `desk_page` (1440 px); `go(page, path)` opens a path of the live server; `sign_in(page, username)` signs a
test town's member of staff in; `axe_clean(page)` fails with every violation of the accessibility rules. A page that
logs an error, breaks the content policy or throws fails its test. With WALK_SHOTS naming a folder, `shot(page,
"name")` leaves a picture of the whole page there.
"""

import os
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from patience import SLOW

expect.set_options(timeout=SLOW)


def _until_read(kind, act, page_of):
    """Let an act begin on a page that has been read, its scripts with it, and return when the one it leads to has been.

    The driver acts on what it finds while the page is still coming, and returns when the next one begins.
    """
    plain = getattr(kind, act)

    @wraps(plain)
    def patient(self, *given, **named):
        page_of(self).wait_for_load_state("domcontentloaded")
        plain(self, *given, **named)
        if not (page := page_of(self)).is_closed():
            page.wait_for_load_state("domcontentloaded")

    setattr(kind, act, patient)


for act in ("click", "tap", "press", "fill", "check", "select_option", "set_input_files"):
    _until_read(Page, act, lambda page: page)
    _until_read(Locator, act, lambda found: found.page)
_keyboard = Page.keyboard.fget


def _keyboard_of_a_page_read(page):
    """The keys of a page that has been read: before its scripts they mean nothing."""
    page.wait_for_load_state("domcontentloaded")
    return _keyboard(page)


Page.keyboard = property(_keyboard_of_a_page_read)


def _page(browser, **options) -> Iterator:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    context.set_default_timeout(SLOW)
    shown, wrong = context.new_page(), []
    shown.on("pageerror", lambda fault: wrong.append(f"script: {fault}"))
    shown.on("console", lambda line: wrong.append(f"console: {line.text}") if line.type == "error" else None)
    yield shown
    context.close()
    # A refused form answers 4xx, and the browser says so; and where the walk itself has cut the net.
    told = [line for line in wrong if "status of 4" not in line and "ERR_INTERNET_DISCONNECTED" not in line]
    assert not told, told


@pytest.fixture
def page(browser, live_server):
    """A page as on a small laptop."""
    yield from _page(browser, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone(browser, live_server):
    """A page as on a small phone that knows where it is."""
    yield from _page(
        browser, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, device_scale_factor=2,
        geolocation={"longitude": 117.005, "latitude": 34.605}, permissions=["geolocation"],
    )  # fmt: skip


@pytest.fixture
def plain_phone(browser, live_server):
    """A small phone whose browser runs no script."""
    small = {"width": 360, "height": 740}
    yield from _page(browser, viewport=small, has_touch=True, is_mobile=True, java_script_enabled=False)


READING = """(() => {
  let read = performance.now();
  performance.now = () => read;
  window.haveRead = () => { read += 500; };
})()"""


@pytest.fixture
def desk_page(browser, live_server):
    """A page as on a desk's screen. Nobody reads in it by being slow: `haveRead()` lets half a second of reading pass."""
    for shown in _page(browser, viewport={"width": 1440, "height": 900}):
        shown.add_init_script(READING)
        yield shown


@pytest.fixture
def go(live_server) -> Callable:
    """Open a path of the live server."""

    def open_path(page, path: str):
        return page.goto(live_server.url + path)

    return open_path


@pytest.fixture
def sign_in(go) -> Callable:
    """Sign a member of the test town's staff in (`tests/towns.py`: "clerk", "handler", …)."""

    def fill_in(page, username: str, letters: str = "lx", password: str = "secret-secret") -> None:
        go(page, "/sign-in/")
        page.fill("input[name=username]", f"{username}.{letters}")
        page.fill("input[name=password]", password)
        page.locator("main form button[type=submit], main form button:not([type])").first.click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)

    return fill_in


@pytest.fixture
def axe_clean() -> Callable:
    """Check that axe-core finds nothing to say about a page."""
    from accessible import told, violations

    def check(page) -> None:
        assert (found := violations(page)) == [], told(found)

    return check


@pytest.fixture
def shot() -> Callable:
    """Leave a picture of a page in the folder WALK_SHOTS names; nothing without it."""

    def take(page, name: str) -> None:
        if folder := os.environ.get("WALK_SHOTS"):
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)  # the folder is made

    return take
