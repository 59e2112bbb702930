"""The board and the map: only what a clerk published, filtered, paged by key, without a word of anything else."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.models import Photo
from lianxin.cases.queries.board import BoardFilter, board
from lianxin.cases.queries.setup import categories, leaves
from lianxin.keys.cache import bump
from towns import grid_named

pytestmark = pytest.mark.django_db


def numbers(site, query="", path="/board/"):
    page = site.get(f"{path}{query}").content.decode()
    return [
        part.split("</span>")[0].replace(" ", "") for part in page.split('<span class="meta"><span class="num">')[1:]
    ]


def test_only_published_requests_stand_on_the_board(site, lamp, publish):
    shown, withheld, plain = lamp().case, lamp().case, lamp().case
    publish(shown)
    publish(withheld, state="withheld")
    assert numbers(site) == [shown.number]
    for hidden in (withheld, plain):
        assert site.get(f"/board/{hidden.number}/").status_code == 404
        assert hidden.number not in site.get("/map/marks.geojson").content.decode()


def test_the_cases_own_words_and_people_are_nowhere_on_the_board(site, lamp, publish, answered):
    case = lamp(text="赵家门口的灯，电话 19900000042").case
    answered(case)
    publish(case)
    pages = [
        site.get(path).content.decode() for path in ("/board/", f"/board/{case.number}/", "/map/", "/map/marks.geojson")
    ]
    for page in pages:
        assert not any(word in page for word in ("赵家", "19900000042", "王建国", "E27", "handler"))
    assert "已换灯头" in pages[1]


def test_words_are_sought_in_what_is_published_never_in_what_was_written(site, lamp, publish):
    case = lamp(text="赵家门口的灯").case
    publish(case, title="东头路灯不亮")
    assert numbers(site, "?words=东头") == [case.number]
    assert numbers(site, "?words=东头 灯头") == [case.number]
    assert numbers(site, "?words=赵家") == []
    assert numbers(site, f"?words={case.number.lower()}") == [case.number]


def test_filters_by_village_category_and_state(site, town, lamp, publish, act, answered):
    lamps = next(row for row in leaves(town) if row.key == "streetlight")
    other = next(row for row in leaves(town) if row.parent_id != lamps.parent_id)
    east, west = lamp(lon=117.025).case, lamp(category_id=lamps.pk).case
    for case in (east, west):
        publish(case)
    act(east, "accept", "clerk", category=other.pk)
    act(east, "reject", "clerk", clause="court", reason="不属于")
    assert numbers(site, f"?grid={grid_named(town, '2').pk}") == [east.number]
    assert numbers(site, f"?grid={grid_named(town, '1-1').pk}") == [west.number]
    assert numbers(site, f"?category={lamps.parent_id}") == [west.number]
    assert numbers(site, "?state=closed") == [east.number]
    assert numbers(site, "?state=open") == [west.number]
    assert set(numbers(site, path="/map/")) == {east.number, west.number}
    assert numbers(site, "?state=open", path="/map/") == [west.number]
    assert categories(town)[lamps.parent_id].name in site.get("/board/").content.decode()


def test_a_village_is_chosen_first_and_then_one_of_its_small_grids(site, town, lamp, publish):
    first, second, east = lamp().case, lamp(lon=117.015).case, lamp(lon=117.025).case
    for case in (first, second, east):
        publish(case)
    pk = {code: grid_named(town, code).pk for code in ("1", "1-1", "1-2", "2", "2-1")}
    assert {case.grid_id for case in (first, second, east)} == {pk["1-1"], pk["1-2"], pk["2-1"]}
    told = {
        "": {first, second, east}, f"?village={pk['1']}": {first, second}, f"?village={pk['1']}&grid=": {first, second},
        f"?village={pk['1']}&grid={pk['1-2']}": {second}, f"?grid={pk['1-2']}": {second}, f"?grid={pk['2']}": {east},
        f"?village={pk['2']}&grid={pk['1-2']}": {east},  # the village was changed after its grid: the grid is no more
        f"?village=x&grid={pk['1-1']}": {first}, f"?village={pk['1']}&grid=x": {first, second},
    }  # fmt: skip
    for query, cases in told.items():
        for path in ("/board/", "/map/"):
            assert set(numbers(site, query, path=path)) == {case.number for case in cases}, (path, query)
        chips = re.findall(r'<b class="num">(\d+)', site.get(f"/board/{query}").content.decode())
        assert chips == [str(len(cases)), str(len(cases)), "0"], query
        marks = site.get(f"/map/marks.geojson{query}").json()["features"]
        assert sum(each["properties"].get("count", 1) for each in marks) == len(cases), query
    for path in ("/board/", "/map/", "/watch/"):
        plain = site.get(path).content.decode()
        assert re.search(r'<select[^>]* name="grid" disabled>', plain)
        assert f'value="{pk["1-1"]}"' not in plain
        narrowed = site.get(f"{path}?grid={pk['1-1']}").content.decode()
        assert f'value="{pk["1"]}" selected' in narrowed
        assert f'value="{pk["1-1"]}" selected' in narrowed
        assert f'value="{pk["2-1"]}"' not in narrowed
        assert f"grid={pk['1-1']}" in narrowed[narrowed.index("<main") :].split("href=", 1)[1]  # the links keep it


@pytest.mark.parametrize(
    "query",
    ["?grid=x", "?grid=99999999999999999999", "?category=-1", "?state=late", "?after=x", "?after=1-2-3", "?before=99999999999999999-9223372036854775808",
     "?words=%00%00", "?words=" + "x" * 3000, "?after=%EF%BC%91-1", "?grid=&category=&state=&words="],
)  # fmt: skip
def test_junk_in_an_address_asks_for_nothing(site, lamp, publish, query):
    publish(lamp().case)
    assert site.get(f"/board/{query}").status_code == 200
    assert site.get(f"/map/{query}").status_code == 200
    assert site.get(f"/map/marks.geojson{query}").status_code == 200


def test_pages_by_key_show_each_row_once_there_and_back_even_when_rows_come_meanwhile(town, lamp, publish):
    start = timezone.now()
    made = [publish(lamp().case, at=start - timedelta(minutes=at // 2)) for at in range(7)]  # some of the same moment
    first = board(town, BoardFilter(), most=3)
    publish(lamp().case, at=start + timedelta(minutes=5))
    second = board(town, BoardFilter(), after=first["next"], most=3)
    third = board(town, BoardFilter(), after=second["next"], most=3)
    seen = [row["id"] for page in (first, second, third) for row in page["rows"]]
    assert sorted(seen) == sorted(row.pk for row in made)
    assert third["next"] == ""
    back = board(town, BoardFilter(), before=second["previous"], most=3)
    assert [row["id"] for row in back["rows"]] == [row["id"] for row in first["rows"]]
    assert back["previous"] != ""


def test_the_board_costs_the_same_few_statements_however_many_rows(site, lamp, publish, django_assert_max_num_queries):
    for _at in range(3):
        publish(lamp().case)
    site.get("/board/")
    with django_assert_max_num_queries(4) as few:
        site.get("/board/")
    for _at in range(9):
        publish(lamp().case)
    with django_assert_max_num_queries(len(few.captured_queries)):
        site.get("/board/")


def test_only_photos_chosen_for_the_public_are_served(site, town, lamp, publish, link, draw):
    done = lamp()
    site.post(link(done), {"act": "add", "photos": [draw("red"), draw("navy")]})
    chosen, other = Photo.objects.for_system("tests", town).order_by("id")
    publish(done.case, photos=[chosen.pk])
    assert site.get(f"/board/{done.case.number}/photos/{chosen.pk}.jpg").status_code == 200
    assert site.get(f"/board/{done.case.number}/photos/{other.pk}.jpg").status_code == 404
    page = site.get(f"/board/{done.case.number}/").content.decode()
    assert str(chosen.pk) in page
    assert str(other.pk) not in page


def test_a_photo_of_another_case_is_not_served_even_when_its_id_was_chosen(site, town, lamp, publish, link, draw):
    one, other = lamp(), lamp()
    site.post(link(other), {"act": "add", "photos": [draw("red")]})
    stray = Photo.objects.for_system("tests", town).get()
    publish(one.case, photos=[stray.pk])
    assert site.get(f"/board/{one.case.number}/photos/{stray.pk}.jpg").status_code == 404


def test_marks_stand_near_the_place_and_not_on_it(site, lamp, publish):
    publish(lamp(lon=117.00526, lat=34.60514).case)
    (mark,) = json.loads(site.get("/map/marks.geojson").content)["features"]
    assert mark["geometry"]["coordinates"] == [117.005, 34.605]
    assert set(mark["properties"]) == {"number", "title", "href", "state", "text"}


def test_those_near_one_another_are_counted_where_they_are_told_to_lie(site, lamp, publish):
    for lon in (117.00526, 117.00526, 117.00531, 117.0088):
        publish(lamp(lon=lon, lat=34.60514).case)
    view = "west=117&south=34.6&east=117.02&north=34.61"
    features = json.loads(site.get(f"/map/marks.geojson?{view}&zoom=15").content)["features"]
    crowds = [each for each in features if "count" in each["properties"]]
    assert [each["properties"]["count"] for each in crowds] == [3]
    assert crowds[0]["properties"]["bounds"] == [117.005, 34.605, 117.005, 34.605]
    spot = "west=117.004999&south=34.604999&east=117.005001&north=34.605001&zoom=19"
    each = json.loads(site.get(f"/map/marks.geojson?each=1&{spot}").content)["features"]
    assert [one["geometry"]["coordinates"] for one in each] == [[117.005, 34.605]] * 3
    assert all(set(one["properties"]) == {"number", "title", "href", "state", "text"} for one in each)


def test_no_window_however_small_finds_the_door(site, lamp, publish):
    publish(lamp(lon=117.00526, lat=34.60514).case)
    round_it, at_the_door = ("117.0049", "117.0051"), ("117.0052", "117.0053")
    for more in ("", "&each=1"):
        found = []
        for west, east in (round_it, at_the_door):
            view = f"west={west}&south=34.6049&east={east}&north=34.6052&zoom=19{more}"
            found.append(len(json.loads(site.get(f"/map/marks.geojson?{view}").content)["features"]))
        assert found == [1, 0]


def test_the_ground_is_sent_once_and_then_only_asked_about(site, town):
    first = site.get("/grids.geojson")
    body = json.loads(first.content)
    assert {each["properties"]["level"] for each in body["features"]} == {"village", "grid"}
    assert len(body["features"]) == 5
    again = site.get("/grids.geojson", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    grid = grid_named(town, "1-1")
    grid.name = "新名字"
    grid.save(update_fields=["name"])
    bump(town)
    changed = site.get("/grids.geojson", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert "新名字" in changed.content.decode()


def test_other_towns_see_neither_board_nor_ground_of_this_one(site, lamp, publish, other_town):
    case = lamp().case
    publish(case)
    there = {"host": "qh.test"}
    assert case.number not in site.get("/board/", headers=there).content.decode()
    assert site.get(f"/board/{case.number}/", headers=there).status_code == 404
    assert "1村1格" in site.get("/grids.geojson", headers=there).content.decode()  # its own grids have the same names
    assert site.get("/grids.geojson").content != site.get("/grids.geojson", headers=there).content


def test_a_kind_that_became_confidential_disappears(site, town, lamp, publish):
    case = lamp().case
    publish(case)
    town.settings["confidential"] = ["request"]
    town.save()
    bump(town)
    assert numbers(site) == []
    assert site.get(f"/board/{case.number}/").status_code == 404
