"""The ground by program: grids named and served, sites entered, changed, ended."""

import pytest

from lianxin.ledger.verify import verify
from lianxin.places.models import Site
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]


@pytest.fixture
def admin(token):
    return token("admin")


def test_a_grid_is_named_anew_and_keeps_its_code(town, admin):
    code = grid_named(town, "1-1").code
    done = admin("PATCH", f"/grids/{code}", {"name": "新名", "households": 12, "reason": "换名"}, status=200).json_body
    assert (done["code"], done["name"], done["households"], done["past"][0]["reason"]) == (code, "新名", 12, "换名")
    same = admin("PATCH", f"/grids/{code}", {"name": "新名"}, status=200).json_body
    assert (same["past"], same["households"]) == (done["past"], 12)
    for body in ({"name": ""}, {"households": -1}, {"colour": "red"}):
        assert set(admin("PATCH", f"/grids/{code}", body, status=422).json_body["faults"]) == set(body)
    admin("PATCH", "/grids/1", {"name": "x"}, status=404)
    assert list(verify(town)) == []


def test_who_serves_a_grid_is_said_and_left_to_the_grid_above(town, admin):
    code = grid_named(town, "1-1").code

    def served(answer):
        [row] = [row for row in answer.json_body["lines"] if row["line"] == "公安"]
        return row["unit"]["key"] if row["unit"] else None, row["own"]

    body = {"lines": {"公安": "unit:desk"}, "reason": "调整"}
    assert served(admin("POST", f"/grids/{code}/lines", body, key="lines-key-1", status=201)) == ("desk", True)
    admin("POST", f"/grids/{code}/lines", body, key="lines-key-1", status=200)
    assert not served(admin("POST", f"/grids/{code}/lines", {"lines": {"公安": ""}}, status=201))[1]
    for lines, name in (({"公安": "unit:none"}, "lines.公安"), ({"公安": "post:1"}, "lines")):
        assert set(admin("POST", f"/grids/{code}/lines", {"lines": lines}, status=422).json_body["faults"]) == {name}
    assert admin("POST", f"/grids/{code}/lines", {"lines": {"歌": ""}}, status=422)
    assert list(verify(town)) == []


def test_a_site_is_entered_changed_and_ended(town, admin):
    grid = grid_named(town, "1-1")
    sent = {"kind": "venue", "name": "柳湾广场", "grid": grid.code}
    made = admin("POST", "/setup/sites", sent, key="site-key-1", status=201).json_body
    assert admin("POST", "/setup/sites", sent, key="site-key-1", status=200).json_body == made
    assert (made["grid"]["key"], made["lon"]) == (grid.code, None)
    place = f"/setup/sites/{made['code']}"
    done = admin("PATCH", place, {"lon": 117.005, "lat": 34.605}, status=200).json_body
    assert (done["name"], done["lon"], done["code"]) == ("柳湾广场", 117.005, made["code"])
    named = admin("PATCH", place, {"name": "文化广场"}, status=200).json_body
    assert (named["name"], named["lon"], named["grid"]) == ("文化广场", 117.005, done["grid"])
    for body, names in (({"name": ""}, {"name"}), ({"lon": 1.0, "lat": 1.0}, {"point"}), ({"lon": 117.0}, {"point"})):
        assert set(admin("PATCH", place, body, status=422).json_body["faults"]) <= {*names, "grid"}
    assert set(admin("DELETE", place, status=422).json_body["faults"]) == {"reason"}
    assert admin("DELETE", f"{place}?reason=拆了", status=200).json_body["valid_to"]
    assert admin("DELETE", f"{place}?reason=拆了", status=409).json_body["code"] == "refused"
    assert Site.objects.for_system("t", town).count() == 1
    assert list(verify(town)) == []
