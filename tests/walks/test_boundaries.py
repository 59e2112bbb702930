"""An administrator changes where grids meet, on the map; what is reported there falls to the other grid from then on."""

import re

import pytest

from lianxin.cases.models import Case
from lianxin.places.models import FormerBoundary, Grid
from lianxin.places.queries import grid_at
from lianxin.places.tiling import point_of
from towns import grid_named

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MEETING = (117.01, 34.61)  # the northern corner between the first two small grids
SPOT = (117.0085, 34.6015)  # in the first grid, on the corner that is cut off it


def on_screen(page, lon, lat):
    """Where a place lies on the map, by two of the handles whose places the table tells."""
    return page.evaluate(
        """([lon, lat]) => {
          const rows = [...document.querySelectorAll("[data-points] tbody tr")].map((row) => [...row.querySelectorAll("input.num")].map((each) => Number(each.value)));
          const dots = [...document.querySelectorAll(".vertex")].map((dot) => { const at = dot.getBoundingClientRect(); return [at.left + at.width / 2, at.top + at.height / 2]; });
          const far = rows.findIndex((row) => row[0] !== rows[0][0]);
          const high = rows.findIndex((row) => row[1] !== rows[0][1]);
          return [
            dots[0][0] + (lon - rows[0][0]) * (dots[far][0] - dots[0][0]) / (rows[far][0] - rows[0][0]),
            dots[0][1] + (lat - rows[0][1]) * (dots[high][1] - dots[0][1]) / (rows[high][1] - rows[0][1]),
          ];
        }""",
        [lon, lat],
    )


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def answered(page, act):
    """Do something, and wait for the server to say what it comes to."""
    told = int(page.locator("form[data-ready]").get_attribute("data-told") or 0)
    act()
    page.locator(f'form[data-told="{told + 1}"]').wait_for()


@pytest.mark.row("A1")
def test_a_corner_cut_off_and_given_away_takes_its_requests_with_it(desk_page, town, go, sign_in, axe_clean, shot):
    page, first, second = desk_page, grid_named(town, "1-1"), grid_named(town, "1-2")
    sign_in(page, "admin")
    go(page, f"/grids/{first.pk}/")
    page.get_by_role("link", name="更改边界").click()
    page.wait_for_selector("form[data-ready]")

    here, there = on_screen(page, *MEETING), on_screen(page, 117.0112, 34.61)
    answered(page, lambda: drag(page, here, there))
    assert page.locator("[data-changes] tbody tr").count() == 4  # the town, the village, both grids
    moved = page.locator("[name=steps]").input_value()
    assert moved.count("move") == 1
    answered(page, lambda: page.keyboard.press("z"))
    assert page.locator("[name=steps]").input_value() == "[]"
    answered(page, lambda: page.keyboard.press("y"))
    assert page.locator("[name=steps]").input_value() == moved

    page.keyboard.press("c")
    page.mouse.click(*on_screen(page, 117.004, 34.6))
    page.mouse.click(*on_screen(page, 117.0105, 34.6042))
    page.select_option("[name=fate-piece]", label="第 2 片")
    page.select_option("[name=fate-goes]", label="1村2格")
    answered(page, lambda: page.locator("[data-fates-do]").click())
    assert page.locator("[data-changes] .late-text").count() == 0
    page.reload()  # nothing is lost: the steps come back
    page.wait_for_selector("form[data-ready]")
    page.locator("[data-changes] tbody tr").nth(3).wait_for()
    axe_clean(page)
    shot(page, "boundary-1440")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shot(page, "boundary-360")
    page.set_viewport_size({"width": 1440, "height": 900})
    answered(page, lambda: page.get_by_role("button", name="核对").click())
    page.fill("[name=reason]", "南角划归二格")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/grids/\d+/$"))
    assert page.get_by_text("4 个网格的边界已更改").count() == 1

    assert grid_at(town, *SPOT) == second.pk
    sent = {"text": "南角的路灯不亮了", "lon": str(SPOT[0]), "lat": str(SPOT[1]), "idempotency_key": "k" * 20}
    from django.test import Client

    assert Client().post("/report/", sent).status_code == 303
    assert Case.objects.for_system("tests", town).get().grid_id == second.pk

    page.get_by_role("link", name="边界沿革").click()
    page.wait_for_selector("path.former[d]")
    assert page.get_by_text("南角划归二格").count() == 1
    assert page.locator("li svg path.present").count() == 1
    axe_clean(page)
    shot(page, "boundary-history-1440")
    go(page, f"/grids/{first.pk}/boundary/")  # what was saved is no draft any more
    page.wait_for_selector("form[data-ready]")
    assert page.locator("[name=steps]").input_value() == "[]"
    assert FormerBoundary.objects.for_system("tests", town).values("change").distinct().count() == 1


@pytest.mark.row("A1")
def test_a_point_is_moved_by_the_keyboard_and_a_step_that_cannot_be_is_taken_back(desk_page, town, go, sign_in):
    page, first = desk_page, grid_named(town, "1-1")
    Grid.objects.for_system("tests", town).filter(pk=first.pk).update(name="<u>一</u>格")
    sign_in(page, "admin")
    go(page, f"/grids/{first.pk}/boundary/")
    page.wait_for_selector("form[data-ready]")
    assert "<u>一</u>格" in page.locator(".grid-name").all_inner_texts()  # a name is words, whatever is in it
    x, y = point_of(117.0, 34.6)
    point = page.locator(f'[data-point="{x},{y}"]')
    point.focus()
    for key in ("ArrowUp", "Shift+ArrowUp"):
        answered(page, lambda key=key: page.keyboard.press(key))
    steps = page.evaluate("JSON.parse(document.querySelector('[name=steps]').value)")
    assert [step["do"] for step in steps] == ["move"]
    metres = (steps[0]["to"][1] - 34.6) * 111_320
    assert metres == pytest.approx(11, abs=0.1)
    assert page.evaluate("document.activeElement.dataset.point") == ",".join(map(str, point_of(*steps[0]["to"])))
    page.keyboard.press("d")
    answered(page, lambda: page.mouse.click(*on_screen(page, *MEETING)))
    assert "不能删去" in page.locator("[data-map-say]").first.inner_text()
    assert len(page.evaluate("JSON.parse(document.querySelector('[name=steps]').value)")) == 1
