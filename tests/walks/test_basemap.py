"""Pictures of a provider under the map, in a browser: they lie where their datum says."""

import base64
import math
import re

import pytest

from lianxin.places.datum import from_wgs84
from patience import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
CENTRE = (117.015, 34.605)  # of the test town's villages


def under_the_middle(page):
    """The longitude and latitude that the pictures show in the middle of the map."""
    told = page.evaluate(
        """() => {
          const box = document.querySelector("[data-map-canvas]").getBoundingClientRect();
          const x = box.left + box.width / 2, y = box.top + box.height / 2;
          const over = [...document.querySelectorAll(".leaflet-tile")].find((one) => {
            const at = one.getBoundingClientRect();
            return at.left <= x && x < at.right && at.top <= y && y < at.bottom;
          });
          const at = over.getBoundingClientRect();
          return [over.src, (x - at.left) / at.width, (y - at.top) / at.height];
        }"""
    )
    column, line, zoom = (int(re.search(rf"[?&]{name}=(\d+)", told[0])[1]) for name in "xyz")
    lon = (column + told[1]) / 2**zoom * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (line + told[2]) / 2**zoom))))
    return lon, lat


def zoom_of(page):
    """How near the pictures are that the map asked for last."""
    return page.evaluate("Math.max(...[...document.querySelectorAll('.leaflet-tile')].map((one) => Number(new URL(one.src).searchParams.get('z'))))")


def settled(page):
    """Wait until the map stands still and all its pictures are there."""
    page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim') && !document.querySelector('.leaflet-tile:not(.leaflet-tile-loaded)')")


def metres(one, other):
    across = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return math.hypot(across, one[1] - other[1]) * 111_320


@pytest.mark.row("A1")
def test_a_shifted_picture_lies_where_its_datum_says_also_after_a_move(page, town, go, settings):
    settings.LIANXIN_AMAP_KEY = "0123456789abcdef0123456789abcdef"
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(body=DOT, content_type="image/png")

    page.route(re.compile(r"^https://webrd0[1-4]\.is\.autonavi\.com/"), answer)
    go(page, "/map/")
    page.wait_for_selector(".leaflet-tile-loaded")
    page.wait_for_selector(".grid-line")
    settled(page)
    aim = from_wgs84(*CENTRE, "gcj02")
    assert metres(aim, CENTRE) > 400
    assert metres(under_the_middle(page), aim) < 15  # a few pixels
    assert all("key=0123456789abcdef0123456789abcdef" in url for url in asked)
    page.locator("[data-map-canvas]").focus()
    for _step in range(3):
        before = zoom_of(page)
        page.keyboard.press("+")
        until(page, lambda before=before: zoom_of(page) > before)
        settled(page)
    assert metres(under_the_middle(page), aim) < 4
