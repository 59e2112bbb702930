"""Plates of grids: one to print and hang up, and where its code leads residents and workers."""

import pytest

from lianxin.cases.models import Case
from lianxin.keys.cache import bump, forget
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from towns import grid_named

pytestmark = pytest.mark.django_db


def test_a_plate_leads_a_resident_to_who_serves_the_grid_and_to_a_form_that_knows_the_place(town, client):
    grid, unit = grid_named(town, "1-1"), unit_by_key(town, "village_1")
    type(unit).objects.for_system("tests", town).filter(pk=unit.pk).update(phone="0990-6681201")
    bump(town)
    forget()
    Account.objects.filter(username="worker.lx").update(phone="19900000077")
    page = client.get(f"/g/{grid.code}/").content.decode()
    assert all(each in page for each in ("1村1格", "worker", "网格员", "0990-6681201", f"/report/?plate={grid.code}"))
    assert "19900000077" not in page  # nobody's own number
    form = client.get(f"/report/?plate={grid.code}").content.decode()
    assert f'name="plate" value="{grid.code}"' in form
    assert "就在1村1格" in form
    sent = client.post("/report/", {"text": "楼道的灯坏了好几天", "plate": grid.code, "idempotency_key": "k" * 20})
    assert sent.status_code == 303
    case = Case.objects.for_system("tests", town).get()
    assert (case.grid_id, case.lon, case.answers) == (grid.pk, None, {"place": {"source": "plate"}})


def test_what_is_written_or_pointed_at_counts_more_than_the_plate(town, client):
    code, other = grid_named(town, "1-1").code, grid_named(town, "2-1")
    point = {"lon": "117.025", "lat": "34.605"}
    client.post("/report/", {"text": "桥头的护栏断了一截", "plate": code, "idempotency_key": "k" * 20, **point})
    assert Case.objects.for_system("tests", town).get().grid_id == other.pk
    assert 'name="plate"' not in client.get("/report/?plate=123456789012345").content.decode()


def test_a_worker_who_scans_it_comes_to_the_work_there_and_checks_in(town, life, signed):
    case = life(grid="1-1").to("handle").case
    grid = grid_named(town, "1-1")
    client = signed("worker")
    assert client.get(f"/g/{grid.code}/").headers["Location"] == f"/field/grids/{grid.code}/"
    page = client.get(f"/field/grids/{grid.code}/").content.decode()
    assert case.title in page
    form = {"grid": str(grid.pk), "next": f"/field/grids/{grid.code}/", "idempotency_key": "k" * 20}
    assert client.post("/field/check-in/", form).headers["Location"] == f"/field/grids/{grid.code}/"
    page = client.get(f"/field/grids/{grid.code}/").content.decode()
    assert "最近到场签到" in page
    assert "，没有取到位置。" in page  # at the press
    assert ">没有取到位置。" in page  # in the list


def test_a_village_prints_its_plates_a_sheet_each_with_the_code_of_its_own_address(town, signed):
    page = signed("clerk").get(f"/grids/{grid_named(town, '1').pk}/plates/").content.decode()
    assert page.count('class="plate"') == page.count("<svg") - page.count('class="icon"') - page.count('class="mark"') == 3
    assert [page.count(f"<h2>{name}</h2>") for name in ("1村", "1村1格", "1村2格", "2村1格")] == [1, 1, 1, 0]


@pytest.mark.parametrize("code", ["999001101", "999001102201001", "123", "0" * 15])
def test_of_a_town_another_town_or_nothing_there_is_no_plate(town, other_town, client, settings, code):
    settings.ALLOWED_HOSTS = ["*"]
    assert client.get(f"/g/{code}/", HTTP_HOST="lx.test").status_code == 404
