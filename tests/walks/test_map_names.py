"""Names on the maps give way to marks: none lies on a mark, a button or another name, however near one looks."""

import json

import pytest

from towns import grid_named

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B1"), pytest.mark.row("I1")]
# How many names are shown in view, and which lie on something.
NAMES = """() => {
  const map = document.querySelector("[data-map-canvas]"), frame = map.getBoundingClientRect();
  const box = (el) => el.getBoundingClientRect();
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const shown = [...map.querySelectorAll(".grid-name:not(.away)")].filter((el) => !apart(box(el), frame));
  const marks = [...map.querySelectorAll(".leaflet-marker-icon, .leaflet-control")];
  const on = (el) => [...marks, ...shown.filter((other) => other !== el)].some((other) => !apart(box(el), box(other)));
  return { names: shown.map((el) => el.textContent).sort(), on: shown.filter(on).map((el) => el.textContent),
           below: marks.length > 3 && Number(getComputedStyle(map.querySelector(".leaflet-tooltip-pane")).zIndex)
             < Number(getComputedStyle(map.querySelector(".leaflet-marker-pane")).zIndex) };
}"""


def marks(town):
    """A figure in the middle of each village, where its name would stand, and one at a grid's."""
    nodes = [grid_named(town, name) for name in ("1", "2", "1-1")]
    shapes = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [node.lon, node.lat]},
         "properties": {"count": 12, "late": at, "bounds": [node.lon, node.lat, node.lon + 0.001, node.lat + 0.001]}}
        for at, node in enumerate(nodes)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": shapes})


@pytest.mark.parametrize("path", ["/map/", "/casemap/"])
def test_names_give_way_to_marks_at_each_zoom(phone, town, go, sign_in, shot, path):
    if path == "/casemap/":
        sign_in(phone, "clerk")
    phone.route("**/marks.geojson*", lambda route: route.fulfill(body=marks(town), content_type="application/geo+json"))
    go(phone, path)
    phone.locator("[data-map-canvas]").scroll_into_view_if_needed()
    phone.wait_for_selector(".leaflet-marker-pane .crowd")
    shot(phone, f"names{path.replace('/', '-')}")
    seen = set()
    for nearer in range(4):
        told = phone.evaluate(NAMES)
        assert (told["on"], told["below"]) == ([], True), (nearer, told)
        seen |= set(told["names"])
        phone.evaluate("document.querySelector('.leaflet-marker-pane').querySelectorAll('.crowd').forEach((each) => { each.id = 'before'; })")
        phone.locator(".leaflet-control-zoom-in").tap()
        # The map's own way nearer takes a moment; the marks are drawn anew when it stands, and names give way to them.
        phone.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim, #before') && document.querySelector('.crowd')")
    assert {"1村", "2村"} <= seen
    assert told["names"]  # and the nearest view still says where it is
