"""The small map beside a case says where it is: its grid, whole and by name, among its neighbours."""

import json

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
from patience import until
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B3")]


def many(route):
    """The town's grids and so many others that only villages are named by themselves."""
    told = route.fetch().json()
    shape = next(each for each in told["features"] if each["properties"].get("level") != "village")
    told["features"] += [{**shape, "geometry": {"type": "LineString", "coordinates": [[116, 34], [116.001, 34]]}}] * 40
    route.fulfill(body=json.dumps(told), content_type="application/geo+json")


MAP = """() => {
  const map = document.querySelector("[data-pane] [data-map-canvas]"), frame = map.getBoundingClientRect();
  const grid = map.querySelector(".grid-line.on")?.getBoundingClientRect(), pin = map.querySelector(".pin")?.getBoundingClientRect();
  const names = [...map.querySelectorAll(".grid-name:not(.away)")];
  const on = (el) => { const box = el.getBoundingClientRect();
    return !(box.right <= pin.left || box.left >= pin.right || box.bottom <= pin.top || box.top >= pin.bottom); };
  return grid && pin && { names: names.map((el) => el.textContent), on: names.filter(on).length,
    whole: grid.left >= frame.left && grid.right <= frame.right && grid.top >= frame.top && grid.bottom <= frame.bottom };
}"""


def test_the_map_beside_a_case_shows_its_whole_grid_by_name(desk_page, town, sign_in, go):
    grid = grid_named(town, "1-1")
    draft = Draft("request", "村口路灯不亮", "晚上太黑了", lon=grid.lon, lat=grid.lat)
    open_case(draft, actor=who(town, "clerk"), now=timezone.now())
    desk_page.route("**/*.geojson*", many)
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/?scope=all")
    desk_page.click(".desk-rows a.title")
    desk_page.wait_for_selector("[data-pane] .grid-line.on", state="attached")
    until(desk_page, lambda: (desk_page.evaluate(MAP) or {}).get("names"))
    told = desk_page.evaluate(MAP)
    assert grid.name in told["names"]
    assert (told["whole"], told["on"]) == (True, 0)
