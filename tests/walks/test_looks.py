"""How the pages look: small pictures of the living page and of the main pages, compared with those kept beside.

A kept picture is a quarter of the page's size, so that fonts may be drawn a little otherwise; it is compared tile by
tile, a tile being 32 px of the page. Tolerance: a tile differs when its mean differs by more than TILE of 255 in any
colour; a page may differ in MOST of its tiles, and in height by one tile.

`make looks` takes them anew; look at what changed before you keep it.
"""

import io
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageChops

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
from towns import grid_named, who
from world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEPT = Path(__file__).parent / "looks"
WRITE = os.environ.get("LIANXIN_LOOKS") == "write"
SCALE, TILE, MOST = 4, 20, 0.02
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
TABLET = {"viewport": {"width": 768, "height": 1024}}
DESK = {"viewport": {"width": 1440, "height": 900}}
HALL = {"viewport": {"width": 1920, "height": 1080}}
PAGES = {  # name: window, the reader's choices, role, address
    "ui-phone": (PHONE, {}, "nobody", "/ui/"),
    "ui-phone-elder": (PHONE, {"lx_size": "elder"}, "nobody", "/ui/"),
    "ui-desk": (DESK, {}, "clerk", "/ui/?layout=app"),
    "ui-desk-dark": (DESK, {"lx_theme": "dark"}, "clerk", "/ui/?layout=app"),
    "ui-desk-contrast": (DESK, {"lx_theme": "contrast"}, "clerk", "/ui/?layout=app"),
    "home": (PHONE, {}, "nobody", "/"),
    "home-en": (PHONE, {"django_language": "en"}, "nobody", "/"),
    "report": (PHONE, {}, "nobody", "/report/"),
    "report-elder": (PHONE, {"lx_size": "elder"}, "nobody", "/report/"),
    "follow": (PHONE, {}, "nobody", "/r/{number_own}/{code_own}/"),
    "board": (PHONE, {}, "nobody", "/board/"),
    "board-tablet-en": (TABLET, {"django_language": "en"}, "nobody", "/board/"),
    "sign-in": (PHONE, {}, "nobody", "/sign-in/"),
    "desk": (DESK, {}, "clerk", "/desk/?scope=all"),
    "desk-phone": (PHONE, {}, "clerk", "/desk/?scope=all"),
    "register": (DESK, {}, "clerk", "/desk/register/"),
    "desk-tablet": (TABLET, {}, "clerk", "/desk/?scope=all"),
    "case": (DESK, {}, "handler", "/cases/{number_own}/"),
    "case-phone": (PHONE, {}, "handler", "/cases/{number_own}/"),
    "field": (PHONE, {}, "handler", "/field/"),
    "field-case": (PHONE, {}, "handler", "/field/cases/{number_own}/"),
    "supervise": (DESK, {}, "supervisor", "/supervise/"),
    "town": (DESK, {}, "leader", "/town/"),
    "wall": (HALL, {}, "leader", "/wall/"),
    "casemap": (DESK, {}, "leader", "/casemap/"),
    "staff": (DESK, {}, "admin", "/staff/"),
    "triage": (DESK, {}, "clerk", "/desk/triage/{number_new}/"),  # the last: the new case is on no other page
}
MAPS = {"casemap"}  # drawn from the town's own boundaries, from which nothing comes late
# What is another each day: times, numbers with their date, maps that come when they come.
MAP = "[data-map], .leaflet-container, "
STILL = """
time, .num, .light, [data-map], .leaflet-container, .cells-l b { visibility: hidden !important; }
*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
"""
# Photos come when they are scrolled to: here all of them, and drawn.
PHOTOS = """() => Promise.all([...document.images].filter((each) => each.offsetParent && each.src).map((each) => {
  each.loading = 'eager';
  return each.decode();
}))"""


@pytest.fixture
def world(settings, transactional_db):
    settings.ALLOWED_HOSTS = ["*"]
    with transaction.atomic():
        return make_world()


def picture(browser, live_server, world, name):
    """The page, a quarter of its size."""
    window, choices, role, address = PAGES[name]
    if "{number_new}" in address:
        draft = Draft("request", "桥栏杆松了", "孩子爱扒着玩", address="东桥头", grid_id=grid_named(world.town, "1-1").pk)
        world.cases["new"] = open_case(draft, actor=who(world.town, "clerk"), now=timezone.now())
    numbers = {f"number_{each}": world.number(each) for each in world.cases}
    jar = {key: morsel.value for key, morsel in world.callers[role].cookies.items()} | choices
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **window)
    try:
        context.add_cookies([{"name": key, "value": value, "url": live_server.url} for key, value in jar.items()])
        page = context.new_page()
        asked = address.format(**numbers, **world.values)
        page.goto(f"{live_server.url}{asked}{'&' if '?' in asked else '?'}town=LX")
        page.wait_for_selector("html.js")
        page.evaluate("css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
                      " document.adoptedStyleSheets = [sheet]; }", STILL.replace(MAP, "") if name in MAPS else STILL)
        page.evaluate("document.fonts.ready")
        page.evaluate(PHOTOS)
        if name in MAPS:
            page.wait_for_selector(".leaflet-overlay-pane path", state="attached")
            page.wait_for_selector(".leaflet-marker-pane .crowd, .leaflet-marker-pane .spot", state="attached")
        whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    finally:
        context.close()
    return whole.resize((whole.width // SCALE, whole.height // SCALE), Image.Resampling.BOX)


def difference(kept, seen):
    """The share of tiles that differ, and a sentence if the pages are not of one size."""
    side = 32 // SCALE
    if kept.width != seen.width or abs(kept.height - seen.height) > side:
        return 1.0, f"{seen.size} instead of {kept.size}"
    size = (seen.width // side * side, min(kept.height, seen.height) // side * side)
    apart = ImageChops.difference(kept.crop((0, 0, *size)), seen.crop((0, 0, *size)))
    tiles = apart.resize((size[0] // side, size[1] // side), Image.Resampling.BOX)
    colours = tiles.tobytes()
    other = sum(max(colours[at : at + 3]) > TILE for at in range(0, len(colours), 3))
    return other / (tiles.width * tiles.height), ""


def test_pages_look_as_they_were_kept(browser, live_server, world, tmp_path):
    faults = []
    for name in PAGES:
        seen, path = picture(browser, live_server, world, name), KEPT / f"{name}.png"
        if WRITE:
            KEPT.mkdir(exist_ok=True)
            seen.quantize(128, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
            continue
        share, why = difference(Image.open(path).convert("RGB"), seen) if path.is_file() else (1.0, "none is kept")
        if share > MOST:
            seen.save(tmp_path / f"{name}.png")
            faults.append(f"{name}: {share:.1%} of its tiles differ {why} (seen: {tmp_path / name}.png)")
    assert not faults, "\n".join([*faults, "If this is meant: make looks, and look at each."])


def test_another_look_is_noticed():
    paper = Image.new("RGB", (360, 400), "#fbfaf6")
    assert difference(paper, paper.copy()) == (0.0, "")
    moved = paper.copy()
    moved.paste("#0e5f66", (0, 40, 360, 60))  # a bar of 80 px that was not there
    assert difference(paper, moved)[0] > MOST
    assert difference(paper, Image.new("RGB", (360, 440), "#fbfaf6"))[0] == 1.0
