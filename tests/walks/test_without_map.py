"""Who reads no map finds the place by village, grid and road; the door is said in words."""

import pytest

from lianxin.cases.models import Case
from lianxin.places.models import AddressName
from towns import grid_named

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B1")]


def test_a_place_is_chosen_by_village_grid_and_road(phone, town, go, axe_clean, shot):
    grid = grid_named(town, "1-2")
    AddressName.objects.create(town=town, name="柳荫路", kind="road", grid=grid, point=[117.015, 34.605])
    go(phone, "/report/")
    phone.fill("#f-text", "村口的路灯坏了三天")
    phone.locator(".by-list > summary").tap()
    phone.select_option("#f-village", str(grid.parent_id))
    phone.locator(".listed summary").filter(has_text="2格").tap()
    phone.get_by_label("柳荫路").check()
    phone.fill("#f-address", "3 号楼二单元")
    axe_clean(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(phone, "place-by-list")
    phone.locator(".thumb button").tap()
    phone.wait_for_url("**/sent/")
    case = Case.objects.for_system("tests", town).get()
    assert case.grid_id == grid.pk
    assert case.address.endswith("柳荫路 3 号楼二单元")


LATE = """navigator.geolocation.getCurrentPosition = (found) => {
  window.answer = () => found({ coords: { longitude: 117.0252, latitude: 34.6051, accuracy: 20 } });
}"""


def test_a_place_chosen_on_the_map_stays_when_the_phone_finds_itself_late(phone, town, go):
    phone.add_init_script(LATE)
    go(phone, "/report/")
    phone.get_by_role("button", name="在地图上选").click()
    phone.wait_for_selector(".leaflet-container .grid-line", state="attached")
    phone.get_by_role("button", name="我的位置").click()
    phone.locator(".leaflet-container").tap(position={"x": 40, "y": 60})
    chosen = phone.input_value("input[name=lon]")
    assert phone.input_value("input[name=source]") == "map"
    phone.evaluate("answer()")
    assert (phone.input_value("input[name=lon]"), phone.input_value("input[name=source]")) == (chosen, "map")


def test_the_board_narrows_to_a_village_and_then_to_a_grid_without_a_new_page(phone, town, go, axe_clean):
    go(phone, "/board/")
    phone.evaluate("window.sameDocument = true")
    assert phone.locator("#f-small").is_disabled()
    for village, grids in (("2", ["2-1"]), ("1", ["1-1", "1-2"])):
        phone.select_option("#f-village", str(grid_named(town, village).pk))
        phone.wait_for_selector(f"#f-small:enabled option[value='{grid_named(town, grids[0]).pk}']", state="attached")
        assert phone.locator("#f-small option").count() == 1 + len(grids)
    axe_clean(phone)
    phone.select_option("#f-small", str(grid_named(town, "1-2").pk))
    assert phone.evaluate("sameDocument")
    phone.locator(".board-filters .btn").tap()
    phone.wait_for_url(lambda address: f"grid={grid_named(town, '1-2').pk}" in address)
    assert phone.input_value("#f-village") == str(grid_named(town, "1").pk)
    assert phone.input_value("#f-small") == str(grid_named(town, "1-2").pk)
