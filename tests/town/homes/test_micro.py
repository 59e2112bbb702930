"""Pages of micro-grids and of the lines of service: what is said there stands on the page of the grid and its plate."""

import re

import pytest

from cases.case.staging import signed_in
from lianxin.ledger.verify import verify
from lianxin.people.models import Representative
from lianxin.people.queries import unit_by_key
from lianxin.people.representatives import MicroFacts, add_micro
from lianxin.places.models import Grid
from lianxin.places.queries import ended_grids
from towns import grid_named, who

pytestmark = pytest.mark.django_db
SAID = {"name": "一单元", "households": "31", "person": "张大嫂", "phone": "138 0000 1111", "title": "单元长", "doors": "1 至 16 号"}


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.row("A2")
def test_an_administrator_adds_changes_and_ends_a_micro_grid(town):
    admin, grid = signed_in("admin"), grid_named(town, "1-1")
    wrong = admin.post(f"/grids/{grid.pk}/micro/", {**SAID, "phone": "12", "households": "许多"})
    assert wrong.status_code == 422
    assert all(text in wrong.content.decode() for text in ("这不是电话号码", "请写数字", "许多", "张大嫂"))
    added = admin.post(f"/grids/{grid.pk}/micro/", SAID, follow=True)
    assert added.redirect_chain == [(f"/grids/{grid.pk}/micro/", 303)]
    assert all(text in words(added) for text in ("张大嫂", "31 户", "超过一名代表通常联系的户数"))
    made = Grid.objects.for_system("tests", town).get(level="micro")
    assert "张大嫂" in words(admin.get(f"/grids/{grid.pk}/"))
    worker = who(town, "worker").post_id
    changed = admin.post(f"/grids/{made.pk}/representative/", {"post": str(worker), "doors": "1 至 20 号", "why": "搬走了"}, follow=True)
    assert all(text in words(changed) for text in ("worker", "1 至 20 号"))
    assert "张大嫂" not in words(changed)
    about = f"/grids/{made.pk}/representative/"
    assert all(text in words(admin.get(about)) for text in ("搬走了", "张大嫂"))
    long = admin.post(about, {"doors": "1 至 30 号", "why": "长" * 201})
    assert (long.status_code, "f-why-error" in long.content.decode()) == (422, True)
    ended = admin.post(f"/grids/{made.pk}/end/", {"reason": "并回"}, follow=True)
    assert ended.redirect_chain == [(f"/grids/{grid.pk}/micro/", 303)]
    assert made.pk in ended_grids(town)
    assert Representative.objects.for_system("tests", town).count() == 0
    assert [str(each) for each in verify(town)] == []


@pytest.mark.row("A2")
def test_residents_read_no_neighbours_telephone_from_a_plate(town, client):
    admin, grid = signed_in("admin"), grid_named(town, "1-1")
    admin.post(f"/grids/{grid.pk}/micro/", SAID)
    made = Grid.objects.for_system("tests", town).get(level="micro")
    for code in (grid.code, made.code):
        page = client.get(f"/g/{code}/", headers={"host": "127.0.0.1"})
        assert page.status_code == 200
        assert "1111" not in page.content.decode()


@pytest.mark.row("A3")
def test_lines_are_said_for_a_village_at_once_and_the_plate_names_units_alone(town, client):
    admin, village, grid = signed_in("admin"), grid_named(town, "1"), grid_named(town, "1-1")
    traffic, chief = unit_by_key(town, "traffic"), who(town, "chief").post_id
    form = admin.get(f"/grids/{village.pk}/lines/").content.decode()
    assert form.count("<select") == 8
    sent = {f"line-{at}": "" for at in range(8)} | {"line-3": f"unit:{traffic.pk}", "line-1": f"post:{chief}", "reason": "分片包干"}
    assert admin.post(f"/grids/{village.pk}/lines/", sent).status_code == 303
    page = words(admin.get(f"/grids/{grid.pk}/"))
    assert "交警中队" in page
    assert "随1村" in page
    assert "chief 1村委会" in page
    plate = words(client.get(f"/g/{grid.code}/", headers={"host": "127.0.0.1"}))
    assert "公安 交警中队" in plate
    assert "政法综治 1村委会" in plate
    wrong = admin.post(f"/grids/{grid.pk}/lines/", {"line-0": "unit:1"})
    assert (wrong.status_code, "请重新选择" in words(wrong)) == (422, True)
    again = admin.get(f"/grids/{village.pk}/lines/").content.decode()
    assert f'value="unit:{traffic.pk}" selected' in again


@pytest.mark.row("A2")
def test_lists_of_grids_to_choose_from_are_not_flooded_with_micro_grids(town):
    admin, grid = signed_in("admin"), grid_named(town, "1-1")
    admin.post(f"/grids/{grid.pk}/micro/", SAID)
    made = Grid.objects.for_system("tests", town).get(level="micro")
    for address in ("/sites/", "/sites/new/", "/staff/new/"):
        page = admin.get(address).content.decode()
        assert f'value="{grid.pk}"' in page
        assert f'value="{made.pk}"' not in page


@pytest.mark.row("A2")
def test_a_grid_worker_finds_their_micro_grids_and_whom_to_ring_on_todays_page(town, now):
    grid, other = grid_named(town, "1-1"), grid_named(town, "2-1")
    admin, worker = who(town, "admin"), who(town, "worker")
    add_micro(grid.pk, MicroFacts("一单元", 16, person="张大嫂", phone="13800001111", doors="1 至 16 号"), actor=admin, now=now)
    add_micro(grid.pk, MicroFacts("二单元"), actor=admin, now=now)
    add_micro(other.pk, MicroFacts("远处", post_id=worker.post_id), actor=admin, now=now)
    add_micro(other.pk, MicroFacts("别人的"), actor=admin, now=now)
    page = signed_in("worker").get("/field/")
    assert all(text in words(page) for text in ("我的 3 个微网格", "一单元 16 户 · 1 至 16 号", "张大嫂", "13800001111", "二单元", "暂无", "远处"))
    assert "别人的" not in words(page)
    kept = signed_in("worker").get("/field/", headers={"X-Lianxin-Keep": "1"})
    assert "13800001111" not in kept.content.decode()
    assert "微网格" not in words(signed_in("handler").get("/field/"))


@pytest.mark.row("A2")
def test_the_people_of_a_grid_or_village_have_its_representatives_among_them(town, now):
    grid, village = grid_named(town, "1-1"), grid_named(town, "1")
    add_micro(grid.pk, MicroFacts("一单元", 16, person="张大嫂", phone="13800001111"), actor=who(town, "admin"), now=now)
    for pk in (grid.pk, village.pk):
        assert "张大嫂" in words(signed_in("clerk").get(f"/staff/?grid={pk}"))
    assert grid.name in words(signed_in("clerk").get(f"/staff/?grid={village.pk}")).partition("微网格代表")[2]
    for other in (f"/staff/?grid={grid_named(town, '2-1').pk}", "/staff/", f"/staff/?grid={grid.pk}&role=grid_worker"):
        assert "张大嫂" not in words(signed_in("clerk").get(other))
