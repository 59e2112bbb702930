"""The map: every case is counted once, never more marks than one can draw, and no place is told finer than it may be."""

import json
import math

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.mapped import (
    MOST,
    MapFilter,
    Spot,
    Window,
    by_grid,
    cells,
    late_now,
    mapped_cases,
    read_map_filter,
    read_window,
)
from lianxin.cases.values import Draft
from lianxin.people.models import Account
from towns import MONDAY, grid_named, who

TOWN = Window(116.9, 34.5, 117.1, 34.7, 12)


@given(
    west=st.floats(-180, 179), south=st.floats(-84, 83), width=st.floats(1e-6, 90), height=st.floats(1e-6, 60),
    zoom=st.integers(0, 19),
)  # fmt: skip
def test_a_window_never_holds_more_cells_than_are_drawn(west, south, width, height, zoom):
    window = Window(west, south, min(180.0, west + width), min(85.0, south + height), zoom)
    across, down = window.cell()
    columns, lines = (window.east - window.west) / across, (window.north - window.south) / down
    assert (math.ceil(columns) + 1) * (math.ceil(lines) + 1) <= MOST


@pytest.mark.parametrize(
    "asked",
    [{}, {"west": "x"}, {"west": "1", "south": "1", "east": "0", "north": "2", "zoom": "3"},
     {"west": "nan", "south": "1", "east": "2", "north": "2", "zoom": "3"},
     {"west": "1", "south": "1", "east": "2", "north": "inf", "zoom": "3"}],
)  # fmt: skip
def test_what_is_no_window_is_none(asked):
    assert read_window(asked) is None


@pytest.fixture
def scattered(town):
    """A hundred open cases on a slope across the town, copies of one; nine of them on one spot."""
    done = open_case(
        Draft("request", "路灯", "路灯不亮", lon=117.0, lat=34.6, grid_id=grid_named(town, "1-1").pk),
        actor=who(town, "clerk"), now=MONDAY,
    )  # fmt: skip
    case = Case.objects.for_system("test", town).get(pk=done.case.pk)
    values = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    cases = []
    for at in range(99):
        place = {"lon": 117.0 + at * 0.0003, "lat": 34.6 + at * 0.0001} if at < 90 else {"lon": 117.03, "lat": 34.605}
        cases.append(Case(**values | place | {"id": case.pk + 1 + at, "number": f"LX9{at:07d}", "title": f"第{at}件"}))
    Case.objects.for_system("test", town).bulk_create(cases)
    return town


def rows_of(town, **more):
    return mapped_cases(who(town, "clerk"), MapFilter(InboxFilter("all", closed=True), **more), now=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize("zoom", [8, 12, 13, 14, 16, 18, 19])
def test_every_case_in_view_is_counted_once_however_near_one_looks(scattered, zoom):
    window = Window(116.99, 34.59, 117.05, 34.62, zoom)
    found = cells(rows_of(scattered), Spot(), window, late_now(timezone.now()))
    assert sum(cell["n"] for cell in found) == 100
    assert len(found) <= MOST
    for cell in found:
        assert cell["west"] <= cell["lon"] <= cell["east"]
        assert cell["south"] <= cell["lat"] <= cell["north"]
        assert 0 <= cell["late"] <= cell["n"]
    assert (len(found) == 1) == (zoom == 8)


@pytest.mark.django_db
def test_those_of_one_spot_lie_in_a_box_without_width(scattered):
    (spot,) = cells(rows_of(scattered), Spot(), Window(117.0299, 34.6049, 117.0301, 34.6051, 19), None)
    box = {name: spot[name] for name in ("n", "late", "west", "east", "south", "north")}
    assert box == {"n": 9, "late": 0, "west": 117.03, "east": 117.03, "south": 34.605, "north": 34.605}


@pytest.mark.django_db
def test_what_lies_outside_the_window_is_not_counted(scattered):
    half = Window(116.99, 34.59, 117.0135, 34.62, 13)
    near = Window(116.99, 34.59, 117.0135, 34.62, 15)
    told = [sum(cell["n"] for cell in cells(rows_of(scattered), Spot(), each, None)) for each in (half, near)]
    assert told == [47, 47]  # 0 to 45, and the first


@pytest.mark.django_db
def test_the_map_s_filter_is_the_inbox_s_with_state_and_age(scattered):
    late = {state: rows_of(scattered, state=state).count() for state in ("open", "late", "soon", "ok", "paused", "closed", "all")}
    assert late == {"open": 100, "late": 100, "soon": 0, "ok": 0, "paused": 0, "closed": 0, "all": 100}
    assert rows_of(scattered, age=30).count() == 100
    assert read_map_filter({"light": "late"}).state == "late"
    assert read_map_filter({"state": "x", "age": "4"}) == MapFilter(InboxFilter("all", closed=True))
    assert read_map_filter({"scope": "mine", "age": "7"}) == MapFilter(InboxFilter("mine", closed=True), "open", 7)
    nobody = mapped_cases(who(scattered, "mediator"), read_map_filter({}), now=timezone.now())
    assert cells(nobody, Spot(), TOWN, None) == []


@pytest.mark.django_db
def test_the_list_beside_the_map_counts_each_place_with_all_below_it(scattered):
    counted = by_grid(scattered, rows_of(scattered), now=timezone.now())
    for name in ("1-1", "1"):
        assert counted[grid_named(scattered, name).pk] == (100, 100)
    assert grid_named(scattered, "2").pk not in counted


@pytest.mark.django_db
def test_the_page_walks_from_village_to_grid_to_cases_without_a_map(scattered, client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]
    settings.ALLOWED_HOSTS = ["*"]
    client.force_login(Account.objects.get(username="clerk.lx"))
    village, grid = grid_named(scattered, "1"), grid_named(scattered, "1-1")
    body = client.get("/casemap/").content.decode()
    assert f'href="?grid={village.pk}"' in body
    assert "共 100 件" in body
    body = client.get(f"/casemap/?grid={village.pk}").content.decode()
    assert f'href="?grid={grid.pk}"' in body
    body = client.get(f"/casemap/?grid={grid.pk}").content.decode()
    assert body.count('class="title"') == 50
    assert "按到期时间列出前 50 件" in body
    assert 'data-fit="117.000000,34.600000,117.010000,34.610000"' in body


@pytest.mark.django_db
def test_the_marks_are_few_and_lead_to_their_cases(scattered, client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]
    settings.ALLOWED_HOSTS = ["*"]
    client.force_login(Account.objects.get(username="clerk.lx"))
    told = json.loads(client.get("/casemap/marks.geojson?west=116.9&south=34.5&east=117.1&north=34.7&zoom=19").content)
    crowds = [each for each in told["features"] if "count" in each["properties"]]
    marks = [each for each in told["features"] if "href" in each["properties"]]
    assert sum(each["properties"]["count"] for each in crowds) + len(marks) == 100
    assert set(marks[0]["properties"]) == {"number", "title", "href", "state", "text"} if marks else crowds
    spot = "west=117.029999&south=34.604999&east=117.030001&north=34.605001&zoom=19"
    each = json.loads(client.get(f"/casemap/marks.geojson?each=1&{spot}").content)["features"]
    assert [one["properties"]["title"] for one in each] == [f"第{at}件" for at in range(98, 89, -1)]


@pytest.mark.django_db
def test_postgresql_runs_what_a_map_asks_without_compiling_it_first(town):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite compiles nothing")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
