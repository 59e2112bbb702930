"""Take the pictures of the documentation from a running demo town: `make pictures`, beside `make run`.

Signs in with the demo's own sign-ins, opens each page at its width, does what the handbook says there (scenes.py), and
keeps a small PNG in docs/images. Names after the address take those pictures alone.
"""

import io
import sys
from pathlib import Path

import chromium
from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright
from scenes import AFTER, BEFORE

IMAGES = Path(__file__).parent / "images"
PHONE, DESK, PAPER = (360, 740), (1440, 900), (1100, 820)  # the last for a handbook: what is empty below is cut off
EDGE = 24
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
    ("admin-setup", "admin", "/setup/", PAPER),
    ("admin-town", "admin", "/setup/town/", PAPER),
    ("admin-holidays", "admin", "/setup/calendar/year/", PAPER),
    ("admin-import", "admin", "/setup/import/", PAPER),
    ("admin-staff", "admin", "/staff/", PAPER),
    ("admin-person", "admin", "/staff/", PAPER),
    ("admin-categories", "admin", "/setup/categories/", PAPER),
    ("admin-why", "admin", "/setup/routes/+why/", PAPER),
    ("admin-question", "admin", "/setup/questions/", PAPER),
    ("admin-workflow", "admin", "/setup/workflows/request/", DESK),
    ("admin-workflow-faults", "admin", "/setup/workflows/request/change/", PAPER),
    ("admin-dry-run", "admin", "/setup/workflows/request/change/", PAPER),
    ("clerk-bulk", "clerk", "/desk/", PAPER),
    ("clerk-bulk-done", "clerk", "/desk/", PAPER),
    ("clerk-replies", "clerk", "/desk/replies/", PAPER),
    ("clerk-follow-up", "clerk", "/desk/?scope=all&step=handle", PAPER),
    ("clerk-palette", "clerk", "/desk/", PAPER),
)


def small(plain):
    """A PNG of few colours: a page has few."""
    out = io.BytesIO()
    plain.quantize(96, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def cut(plain):
    """A picture without what is empty at its foot; the rail at its left counts for nothing."""
    width, height = plain.size
    inner = plain.crop((width // 5, 0, width - EDGE, height))
    ground = Image.new("RGB", inner.size, inner.getpixel((inner.width - 1, height - 1)))
    filled = ImageChops.difference(inner, ground).getbbox()
    return plain.crop((0, 0, width, min(height, (filled[3] if filled else height) + EDGE)))


def sign_in(page, base, name, password):
    """As a person does, in the form."""
    page.goto(f"{base}/sign-in/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/sign-in/" not in address)


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
    if name in BEFORE:
        BEFORE[name](page)
    page.wait_for_load_state("networkidle")
    handbook = page.viewport_size == dict(zip(("width", "height"), PAPER, strict=True))
    if not handbook and page.locator("[data-map]:not(:has([data-map-open]))").count():  # a map that is there at once
        page.wait_for_selector(".leaflet-container path", state="attached")
        page.wait_for_timeout(500)
    plain = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    (IMAGES / f"{name}.png").write_bytes(small(cut(plain) if handbook else plain))
    if name in AFTER:
        AFTER[name](page)
        page.wait_for_load_state("networkidle")


def main(base, data, *names):
    """All pictures, or those named, of the town at an address whose data folder is at hand."""
    lines = (Path(data) / "demo-sign-ins.txt").read_text("utf-8").splitlines()
    passwords = dict(line.split("\t")[:2] for line in lines)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=["--no-sandbox"])
        for *each, size in (row for row in PAGES if not names or row[0] in names):
            with window(browser, size) as context:
                take(context, base, passwords, *each)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
