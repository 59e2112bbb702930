"""Where something stands: a point says the grid, page and program alike; the two may not contradict one another."""

import pytest

from lianxin.people.models import Account
from lianxin.places.models import ServicePoint
from lianxin.places.points import service_points
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import change, enter, read_file
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]
KEYS = ("names", "points")
INSIDE, BORDER, ELSEWHERE, OUTSIDE = [117.005, 34.605], [117.01004, 34.605], [117.015, 34.605], [116.5, 34.605]


def given(key, **more):
    kind = "landmark" if key == "names" else ServicePoint.Kind.values[0]
    return {"name": "老粮站", "kind": kind, **more}


@pytest.fixture(params=KEYS)
def register(request):
    return REGISTERS[request.param]


def entered(register, town, **more):
    reading = read_file(register, town, given(register.key, **more))
    assert reading.faults == {}
    return enter(register, reading, actor=who(town, "admin"), now=MONDAY)


def faults(register, town, row=None, **more):
    return read_file(register, town, more if row else given(register.key, **more), row).faults


def test_the_grid_comes_from_the_point(register, town):
    for more in ({}, {"grid": None}, {"grid": ""}):
        reading = read_file(register, town, given(register.key, point=INSIDE, **more))
        assert (reading.faults, reading.facts["grid_id"]) == ({}, grid_named(town, "1-1").pk)


def test_without_grid_and_point_it_stands_nowhere_and_outside_in_no_grid(register, town):
    assert faults(register, town) == {"grid_id": "请选择网格，或者用点位说明在哪里。"}
    assert faults(register, town, point=OUTSIDE) == {"point": "这个点不在本镇任何网格内。"}
    assert faults(register, town, point=OUTSIDE, grid=grid_named(town, "1-1").code) == {"point": "这个点不在本镇任何网格内。"}


def test_a_point_in_another_grid_than_the_one_that_is_chosen_is_told_with_both(register, town):
    told = faults(register, town, point=ELSEWHERE, grid=grid_named(town, "1-1").code)
    assert set(told) == {"point"}
    assert "1村2格" in told["point"]
    assert "1村1格" in told["point"]


def test_a_point_at_the_border_may_belong_to_either_side_and_the_village_as_a_whole_holds_it(register, town):
    for grid in ("1-1", "1-2", "1"):
        row = entered(register, town, point=BORDER, grid=grid_named(town, grid).code, name=f"老粮站{grid}")
        assert row.grid_id == grid_named(town, grid).pk


def test_what_is_moved_by_its_point_alone_goes_to_the_grid_there_and_stays_where_it_still_lies(register, town):
    row, admin = entered(register, town, point=INSIDE, grid=grid_named(town, "1").code), who(town, "admin")
    within = read_file(register, town, {"point": ELSEWHERE}, row)
    assert change(register, row, within, actor=admin, now=MONDAY) == ["point"]  # the village holds it as before
    off = read_file(register, town, {"grid": None}, row)
    assert (change(register, row, off, actor=admin, now=MONDAY), row.grid_id) == (["grid_id"], grid_named(town, "1-2").pk)
    moved = read_file(register, town, {"point": INSIDE}, row)
    assert set(change(register, row, moved, actor=admin, now=MONDAY)) == {"point", "grid_id"}
    assert row.grid_id == grid_named(town, "1-1").pk
    assert faults(register, town, row, point=None, grid=None) == {"grid_id": "请选择网格，或者用点位说明在哪里。"}
    assert faults(register, town, row, point=OUTSIDE) == {"point": "这个点不在本镇任何网格内。"}


def test_the_page_asks_for_no_grid_where_the_point_says_it(register, town, client):
    client.force_login(Account.objects.get(username="admin.lx"), backend="lianxin.people.backends.AccountBackend")
    page = client.get(f"/setup/{register.key}/new/").content.decode()
    assert "不选时，按点位所在的网格。" in page
    assert [page.count(part) for part in ('id="f-point"', 'for="f-point-written"', 'id="f-point-written"')] == [1, 1, 1]
    sent = given(register.key, grid_id="", point="117.005, 34.605", seen="")
    done = client.post(f"/setup/{register.key}/new/", sent, follow=True)
    assert done.status_code == 200
    rows = REGISTERS["names"].rows(town) if register.key == "names" else service_points(town)
    assert grid_named(town, "1-1").pk in {row.grid_id for row in rows if row.name == "老粮站"}
    refused = client.post(f"/setup/{register.key}/new/", sent | {"name": "新粮站", "point": "116.5, 34.605"})
    assert refused.status_code == 422
    assert "这个点不在本镇任何网格内。" in refused.content.decode()
