"""Service points: kept by the administrator, shown to everybody with their hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lianxin.keys.cache import bump
from lianxin.people.models import Account
from lianxin.places.models import ServicePoint
from lianxin.places.points import open_at
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A8")]
ALL_DAY = {str(day): [["00:00", "23:59"]] for day in range(7)}
MONDAY_TEN = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def point(town, **more):
    facts = {"kind": "service", "name": "柳湾便民服务站", "grid": grid_named(town, "1-1"), "key": "p1", **more}
    made = ServicePoint(town=town, **facts)
    made.save(force_insert=True)
    bump(town)
    return made


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_point_is_entered_with_its_hours_and_everybody_finds_it(town, client):
    client.force_login(Account.objects.get(username="admin.lx"), backend="lianxin.people.backends.AccountBackend")
    data = {
        "seen": "", "name": "柳湾红帆驿站", "kind": "stop", "grid_id": str(grid_named(town, "1-1").pk), "point": "117.005, 34.605",
        "services": "饮水、充电，歇脚", "phone": "0990-6681299", "hours_own": "1", "active": "1",
        **{f"hours_{day}": "00:00-23:59" for day in range(7)},
    }  # fmt: skip
    assert client.post("/setup/points/new/", data).status_code == 303
    client.logout()
    page = text(client.get("/points/"))
    for words in ("柳湾红帆驿站", "红帆驿站", "饮水", "0990-6681299", "开放中", "星期一–星期日"):
        assert words in page
    [mark] = client.get("/points/marks.geojson").json()["features"]
    assert mark["geometry"]["coordinates"] == [117.005, 34.605]


def test_a_point_that_lies_elsewhere_is_refused_beside_its_field(town, client):
    client.force_login(Account.objects.get(username="admin.lx"), backend="lianxin.people.backends.AccountBackend")
    base = {"seen": "", "name": "甲", "kind": "stop", "grid_id": str(grid_named(town, "2-1").pk), "active": "1"}
    for written in ("117.005, 34.605", "100, 20", "abc", "117"):
        answer = client.post("/setup/points/new/", {**base, "point": written})
        assert answer.status_code == 422
        assert 'id="f-point' in text(answer)
        assert f'value="{written}"' in text(answer)
    assert not ServicePoint.objects.for_system("test", town).exists()


def test_hours_are_the_points_own_else_the_towns_and_holidays_shut_the_latter(town):
    of_town, own = point(town), point(town, key="p2", name="夜间驿站", hours=ALL_DAY)
    night = MONDAY_TEN.replace(hour=22)
    assert open_at(of_town, town, now=MONDAY_TEN, rest=False)
    assert not open_at(of_town, town, now=night, rest=False)
    assert open_at(own, town, now=night, rest=False)
    assert not open_at(of_town, town, now=MONDAY_TEN, rest=True)
    assert open_at(own, town, now=MONDAY_TEN, rest=True)


def test_a_point_out_of_use_is_not_shown_and_a_town_without_any_says_so(town, client):
    assert "还没有登记服务阵地" in text(client.get("/points/"))
    point(town, active=False)
    assert "柳湾便民服务站" not in text(client.get("/points/"))
