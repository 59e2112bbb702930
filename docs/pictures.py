"""Take the pictures of the documentation from a running demo town: `make pictures`, beside `make run`.

Signs in with the demo's own sign-ins, opens each page at its width, and keeps a small PNG in docs/images.
"""

import io
import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
PHONE, DESK = (360, 740), (1440, 900)
PAGES = (  # name, whose, address, size of the window
    ("home", "", "/", PHONE),
    ("report", "", "/report/", PHONE),
    ("board", "", "/board/", PHONE),
    ("map", "", "/map/", DESK),
    ("desk", "clerk", "/desk/", DESK),
    ("register", "clerk", "/desk/register/", DESK),
    ("triage", "clerk", "/desk/?step=collect", DESK),
    ("field", "worker", "/field/", PHONE),
    ("supervise", "supervisor", "/supervise/", DESK),
    ("town", "leader", "/town/", DESK),
)


def small(picture):
    """A PNG of few colours: a page has few."""
    out = io.BytesIO()
    plain = Image.open(io.BytesIO(picture)).convert("RGB").quantize(96, dither=Image.Dither.NONE)
    plain.save(out, "PNG", optimize=True)
    return out.getvalue()


def sign_in(page, base, name, password):
    """As a person does, in the form."""
    page.goto(f"{base}/sign-in/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def window(browser, size):
    """A window of a phone's or a desk's size, in Chinese."""
    width, height = size
    phone = size == PHONE
    return browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
        has_touch=phone, is_mobile=phone, reduced_motion="reduce",
    )  # fmt: skip


def take(context, base, passwords, name, whose, address):  # noqa: PLR0917 - a row of PAGES
    """One picture."""
    page = context.new_page()
    if whose:
        sign_in(page, base, whose, passwords[whose])
    page.goto(base + address)
    if name == "triage":
        page.locator("[data-rows] a").first.click()
    page.wait_for_load_state("networkidle")
    if page.locator("[data-map]:not(:has([data-map-open]))").count():  # a map that is there without being asked for
        page.wait_for_selector(".leaflet-container path", state="attached")
        page.wait_for_timeout(500)
    (IMAGES / f"{name}.png").write_bytes(small(page.screenshot()))


def main(base, data):
    """All pictures of the town at an address whose data folder is at hand."""
    lines = (Path(data) / "demo-sign-ins.txt").read_text("utf-8").splitlines()
    passwords = dict(line.split("\t")[:2] for line in lines)
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for *each, size in PAGES:
            with window(browser, size) as context:
                take(context, base, passwords, *each)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
