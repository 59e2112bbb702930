"""The pages of a boundary: what an administrator does with and without a script, and what all staff may read."""

import gzip
import json
import re

import pytest

from lianxin.places.models import FormerBoundary
from lianxin.places.queries import grid_at
from lianxin.places.tiling import point_of
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]

NEAR = (117.0105, 34.601)  # in the second grid, and after the move in the first
MOVE = [{"do": "move", "from": [117.01, 34.6], "to": [117.012, 34.6]}]


@pytest.fixture
def admin(signed):
    return signed("admin")


@pytest.fixture
def address(town):
    return lambda name="1-1", more="": f"/grids/{grid_named(town, name).pk}/boundary/{more}"


@pytest.fixture
def form(admin, address):
    """The form as the page shows it: every field by its name."""

    def fields(name="1-1", **changed):
        page = admin.get(address(name))
        values = {"version": page.context_data["version"]} if hasattr(page, "context_data") else {}
        values |= inputs(page.content.decode())
        return values | changed

    return fields


def inputs(page):
    """The fields of a page by name, as a browser would send them."""
    from html.parser import HTMLParser

    found = {}

    class Fields(HTMLParser):
        def handle_starttag(self, tag, attrs):
            told = dict(attrs)
            if tag == "input" and told.get("name") and told.get("type") not in {"checkbox", "search"}:
                found[told["name"]] = told.get("value", "")

    Fields().feed(page)
    return found


def test_a_point_moved_in_the_table_is_checked_saved_and_counts_at_once(town, admin, address, form):
    sent = form()
    at = next(name[4:] for name, value in sent.items() if name.startswith("was-") and value == ",".join(map(str, point_of(117.01, 34.6))))
    sent |= {f"lon-{at}": "117.012", "act": "check"}
    tried = admin.post(address(), sent)
    page = tried.content.decode()
    assert tried.status_code == 200
    assert all(name in page for name in ("1村1格", "1村2格", "连心镇"))
    assert FormerBoundary.objects.for_system("tests", town).count() == 0
    refused = admin.post(address(), inputs(page) | {"act": "save"})
    assert refused.status_code == 422
    assert "请说明原因" in refused.content.decode()
    kept = inputs(refused.content.decode())
    assert len(json.loads(kept["steps"])) == 1
    saved = admin.post(address(), kept | {"act": "save", "reason": "按道路中线"})
    assert (saved.status_code, saved.headers["Location"]) == (303, f"/grids/{grid_named(town, '1-1').pk}/")
    assert "4 个网格的边界已更改" in admin.get(saved.headers["Location"]).content.decode()
    assert grid_at(town, *NEAR) == grid_named(town, "1-1").pk


def test_a_point_is_added_dropped_and_the_last_step_undone_without_a_script(admin, address, form):
    corner = ",".join(map(str, point_of(117.0, 34.6)))
    page = admin.post(address(), form(**{"act": "check", "add-after": corner, "add-lon": "117.005", "add-lat": "34.5995"})).content.decode()
    fields = inputs(page)
    assert [step["do"] for step in json.loads(fields["steps"])] == ["add", "move"]
    assert re.findall(r"<text [^>]*>(\d+)</text>", page) == ["1", "2", "3", "4", "5"]  # the picture numbers them as the table does
    added = ",".join(map(str, point_of(117.005, 34.5995)))
    at = next(name[4:] for name, value in fields.items() if name.startswith("was-") and value == added)
    page = admin.post(address(), fields | {"act": "check", f"drop-{at}": "1"}).content.decode()
    assert [step["do"] for step in json.loads(inputs(page)["steps"])] == ["add", "move", "drop"]
    assert added not in inputs(page).values()
    page = admin.post(address(), inputs(page) | {"act": "undo"}).content.decode()
    assert added in inputs(page).values()


def test_a_cut_from_point_to_point_gives_the_piece_between_them_away(town, admin, address, form):
    start, end = (",".join(map(str, point_of(*at))) for at in ((117.0, 34.6), (117.01, 34.61)))
    asked = {"cut-from": start, "cut-to": end, "cut-piece": "between", "act": "save", "reason": "划分"}
    assert "请说明这一片归哪里" in admin.post(address(), form(**asked)).content.decode()
    saved = admin.post(address(), form(**asked, **{"cut-goes": grid_named(town, "1-2").code}))
    assert saved.status_code == 303
    assert grid_at(town, 117.007, 34.603) == grid_named(town, "1-2").pk  # south-east of the line: the corner between them
    assert grid_at(town, 117.003, 34.607) == grid_named(town, "1-1").pk


def test_a_new_grid_stands_in_the_tree_and_on_the_page_of_its_village(town, admin, address, form):
    start, end = (",".join(map(str, point_of(*at))) for at in ((117.0, 34.6), (117.01, 34.61)))
    asked = {"cut-from": start, "cut-to": end, "cut-piece": "others", "cut-goes": "new", "cut-name": "北片", "act": "check"}
    page = admin.post(address(), form(**asked)).content.decode()
    assert all(words in page for words in ("北片", "新", "户数、人口不自动拆分"))
    assert admin.post(address(), inputs(page) | {"act": "save", "reason": "划分"}).status_code == 303
    assert "北片" in admin.get(f"/grids/{grid_named(town, '1').pk}/").content.decode()


def test_a_grid_without_a_boundary_is_drawn_by_its_corners(town, admin, address, form):
    grid = grid_named(town, "2-1")
    type(grid).objects.for_system("tests", town).filter(pk=grid.pk).update(boundary=None, area_m2=0)
    asked = form("2-1", act="save", reason="补画", ring="117.019 34.599\n117.04，34.599\n117.04 34.62\n117.019 34.62")
    assert admin.post(address("2-1"), asked).status_code == 303
    assert grid_at(town, 117.025, 34.605) == grid.pk
    wrong = admin.post(address("2-1"), form("2-1", act="check", ring="117.019"))
    assert wrong.status_code == 422


def test_faults_name_their_place_and_keep_what_was_typed(admin, address, form):
    steps = json.dumps([{"do": "move", "from": [117.01, 34.61], "to": [117.01, 34.58]}])
    page = admin.post(address(), form(act="check", steps=steps, reason="试"))
    assert page.status_code == 422
    assert "会与自身交叉" in page.content.decode()
    assert inputs(page.content.decode())["reason"] == "试"
    fields = form(act="check")
    bad = admin.post(address(), fields | {"lon-0": "abc"})
    assert bad.status_code == 422
    assert 'value="abc"' in bad.content.decode()
    unreadable = admin.post(address(), form(act="check", steps="["))
    assert "步骤无法读取" in unreadable.content.decode()
    assert admin.post(address(), form(act="save", reason="没动")).status_code == 422


def test_whoever_saved_first_is_named_and_the_steps_come_back_on_the_new_ground(admin, address, form):
    mine = form(act="save", reason="我的", steps=json.dumps([{"do": "move", "from": [117.02, 34.61], "to": [117.02, 34.612]}]))
    assert admin.post(address(), form(act="save", reason="别人的", steps=json.dumps(MOVE))).status_code == 303
    stale = admin.post(address(), mine)
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "边界在此期间已有变动" in page
    assert "别人的" in page
    assert admin.post(address(), inputs(page) | {"act": "save"}).status_code == 303


def test_open_cases_on_ground_that_goes_elsewhere_are_counted_and_stay(town, life, admin, address, form):
    case = life(grid=None, lon=117.0105, lat=34.6005).case
    page = admin.post(address(), form(act="check", steps=json.dumps(MOVE))).content.decode()
    other = grid_named(town, "1-2")
    assert case.grid_id == other.pk
    assert "1村2格有 1 件在办事项位于划出的地块上" in page
    assert f"what=open&amp;village={other.pk}" in page
    assert case.title not in page


def test_a_script_gets_grounds_places_and_the_parts_of_the_page(admin, address, form):
    told = admin.post(address(), form(act="check", steps=json.dumps(MOVE)), headers={"Accept": "application/json"}).json()
    assert (told["ok"], len(told["ground"])) == (True, 4)
    assert "1村2格" in told["changes"]
    assert "data-point=" in told["points"]
    wrong = [{"do": "drop", "at": [117.01, 34.6]}]
    told = admin.post(address(), form(act="check", steps=json.dumps(wrong)), headers={"Accept": "application/json"}).json()
    assert [(fault["step"], fault["at"]) for fault in told["faults"]] == [(1, [1170100000, 346000000])]


def test_the_history_shows_each_former_boundary_over_the_present_one_to_all_staff(town, admin, signed, address, form):
    assert "尚未更改过" in admin.get(address(more="history/")).content.decode()
    admin.post(address(), form(act="save", reason="按道路中线", steps=json.dumps(MOVE)))
    clerk = signed("clerk")
    page = clerk.get(address(more="history/")).content.decode()
    assert all(words in page for words in ("按道路中线", "admin", "1村2格", 'class="grid-line outline former"'))
    assert "更改边界" not in page
    shapes = clerk.get(address(more="history/shapes.geojson")).json()["features"]
    assert [each["properties"]["state"] for each in shapes] == ["present", "former"]
    assert "更改边界" not in clerk.get(f"/grids/{grid_named(town, '1-1').pk}/").content.decode()


def test_the_sheet_of_a_whole_demo_village_is_small(town, admin, address):
    told = admin.get(address(more="sheet.json"))
    assert told.json()["code"] == grid_named(town, "1-1").code
    assert len(gzip.compress(told.content)) < 2000
    assert {len(grid["parts"]) for grid in told.json()["grids"]} == {1}


def test_only_who_sets_up_the_town_changes_its_boundaries(town, signed, address):
    client = signed("clerk")
    for more in ("", "sheet.json"):
        assert client.get(address(more=more)).status_code == 403
    assert client.post(address(), {"act": "save"}).status_code == 403
    assert signed("admin").get("/grids/1/boundary/").status_code == 404
    assert signed("admin").get("/grids/1/boundary/history/").status_code == 404
