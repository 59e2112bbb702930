"""The town's ground in the database: imported once, found by point, by tree and by words."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lianxin.keys.cache import bump, forget
from lianxin.keys.models import Town
from lianxin.keys.relations import AnotherTown
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import system
from lianxin.places.actions import Imported, import_grids, ready_grids
from lianxin.places.imports import GridRow, read_grids
from lianxin.places.models import FormerBoundary, Grid
from lianxin.places.names import NameRow, settle_names
from lianxin.places.queries import (
    ancestor_ids,
    find_address,
    grid_at,
    grid_tree,
    known_grids,
    locator,
    subtree_ids,
)
from lianxin.town.demo.geography import Geography, make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 21 November in the town


@pytest.fixture(scope="module")
def ground() -> Geography:
    return make(2026)


@pytest.fixture(scope="module")
def rows(ground: Geography) -> list[GridRow]:
    read, faults = read_grids(io.StringIO(json.dumps(ground.feature_collection())))
    assert faults == []
    return read


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def town(db: None) -> Town:
    return Town.objects.create(code="999001101", letters="LX", name="连心镇")


@pytest.fixture
def done(town: Town, rows: list[GridRow]) -> Imported:
    return import_grids(town, rows, actor=actor_in(town), now=NOW)


def actor_in(town: Town) -> Any:
    return SimpleNamespace(town_id=town.pk, account_id=None, post_id=None)


def test_an_import_writes_the_tree_with_paths_and_a_line_of_history_each(town: Town, done: Imported) -> None:
    assert (done.added, done.changed, done.same) == (164, 0, 0)
    grid = Grid.objects.for_system("test", town).get(code="999001101201003")
    village = Grid.objects.for_system("test", town).get(code="999001101201")
    assert grid.parent_id == village.pk
    assert grid.path == f"/{done.ids['999001101']}/{village.pk}/{grid.pk}/"
    assert grid.valid_from == date(2026, 11, 21)
    assert Entry.objects.for_system("test", town).filter(subject_kind="grid").count() == 164


def test_the_same_import_again_changes_nothing(town: Town, done: Imported, rows: list[GridRow]) -> None:
    again = import_grids(town, rows, actor=actor_in(town), now=NOW)
    assert (again.added, again.changed, again.same) == (0, 0, 164)
    assert again.ids == done.ids
    assert Entry.objects.for_system("test", town).filter(subject_kind="grid").count() == 164


@pytest.mark.parametrize(
    ("column", "value"),
    [("code", "999999999999999"), ("level", "micro"), ("path", "/7/"), ("parent_id", None), ("lon", 1.5), ("lat", 1.5),
     ("area_m2", 7.5), ("households", 9999), ("population", 9999), ("boundary", None)],
)  # fmt: skip
def test_a_grid_changed_behind_the_products_back_is_named_from_its_first_import(
    town: Town, done: Imported, rows: list[GridRow], column: str, value: object
) -> None:
    mine = Grid.objects.for_system("test", town).filter(pk=done.ids[rows[-1].code])
    assert list(verify(town)) == []
    mine.update(**{column: value})
    [fault] = verify(town)
    assert "boundary" in fault.what if column == "boundary" else fault.detail == column


def test_a_changed_name_is_written_and_kept_in_history(town: Town, done: Imported, rows: list[GridRow]) -> None:
    other = [dataclasses.replace(rows[-1], name="新名网格")]
    changed = import_grids(town, other, actor=actor_in(town), now=NOW)
    assert (changed.added, changed.changed) == (0, 1)
    entries = Entry.objects.for_system("test", town).filter(subject_id=done.ids[rows[-1].code]).order_by("seq")
    assert [entry.data["changed"] for entry in entries][1:] == [["name"]]
    assert [(entry.data["name_was"], entry.data["name"]) for entry in list(entries)[1:]] == [(rows[-1].name, "新名网格")]
    Grid.objects.for_system("test", town).filter(code=rows[-1].code).update(name="偷改")
    assert "the row is not what was last told (name)" in str(next(iter(verify(town))))
    Grid.objects.for_system("test", town).filter(code=rows[-1].code).update(name="新名网格")
    assert grid_tree(town)[done.ids[rows[-1].code]].name == "新名网格"


def test_an_import_with_an_unknown_parent_writes_nothing(town: Town, rows: list[GridRow]) -> None:
    with pytest.raises(KeyError):
        import_grids(town, [rows[0], rows[-1]], actor=actor_in(town), now=NOW)
    assert not Grid.objects.for_system("test", town).exists()


def test_nobody_changes_the_places_of_another_town(town: Town, rows: list[GridRow]) -> None:
    other = Town.objects.create(code="999001102", letters="QT", name="邻镇")
    with pytest.raises(AnotherTown):
        import_grids(town, rows, actor=actor_in(other), now=NOW)


def test_every_place_of_the_gazetteer_lies_in_its_grid(town: Town, done: Imported, ground: Geography) -> None:
    codes = {grid.key: grid.code for grid in ground.grids}
    for place in ground.places:
        assert grid_at(town, place.lon, place.lat) == done.ids[codes[place.grid_key]]
    assert grid_at(town, 116.0, 34.6) is None
    home = grid_at(town, ground.grids[20].lon, ground.grids[20].lat)
    assert locator(town).near(ground.grids[20].lon, ground.grids[20].lat, 1) == [(home, 0.0)]


def test_two_towns_under_one_county_do_not_see_each_other(town: Town, done: Imported, ground: Geography) -> None:
    other = Town.objects.create(code="999001102", letters="QT", name="邻镇")
    assert grid_at(other, ground.town.lon, ground.town.lat) is None
    assert grid_tree(other) == {}
    assert find_address(other, "柳湾村").places == ()
    assert known_grids(other) == []
    assert subtree_ids(other, done.ids["999001101"]) == frozenset()


def test_the_tree_hangs_together(town: Town, done: Imported) -> None:
    tree = grid_tree(town)
    root = tree[done.ids["999001101"]]
    assert root.parent_id is None
    assert len(root.children) == 16
    assert [tree[child].code for child in root.children][:2] == ["999001101001", "999001101201"]
    village = tree[root.children[1]]
    assert subtree_ids(town, village.id) == {village.id, *village.children}
    assert len(subtree_ids(town, root.id)) == 164
    assert ancestor_ids(town, village.children[0]) == (root.id, village.id, village.children[0])
    assert subtree_ids(town, 1) == frozenset()
    assert ancestor_ids(town, 1) == ()


def test_words_find_their_grid(town: Town, done: Imported, ground: Geography) -> None:
    codes = {grid.key: grid.code for grid in ground.grids}
    names = [
        NameRow(at, p.name, p.kind, done.ids[codes[p.grid_key]], (p.lon, p.lat)) for at, p in enumerate(ground.places)
    ]
    # Without a gazetteer the villages' own names are known.
    assert find_address(town, "柳湾村有个路灯坏了").places[0].kind == "village"
    assert len(settle_names(names, actor=system(town), now=NOW).added) == len(ground.places)
    assert settle_names(names, actor=system(town), now=NOW).same == len(ground.places)
    hamlet = next(p for p in ground.places if p.kind == "compound" and p.grid_key.startswith("v03"))
    best = find_address(town, f"石磨庄村{hamlet.name}东头 12 号").places[0]
    assert (best.name, best.grid_id) == (hamlet.name, done.ids[codes[hamlet.grid_key]])


def test_a_grid_that_has_ended_holds_no_point_but_keeps_its_code(
    town: Town, done: Imported, ground: Geography, rows: list[GridRow]
) -> None:
    last = ground.grids[-1]
    Grid.objects.for_system("test", town).filter(code=last.code).update(valid_to=date(2026, 11, 20))
    bump(town)
    village = last.code[:12]
    assert grid_at(town, last.lon, last.lat) == done.ids[village]
    assert done.ids[last.code] not in grid_tree(town)
    content = io.StringIO(json.dumps(ground.feature_collection()))
    _read, faults = read_grids(content, known=known_grids(town))
    assert [(fault.row, fault.code) for fault in faults] == [(164, "cancelled_code")]


def test_the_ground_is_read_once_until_the_settings_change(
    town: Town, done: Imported, ground: Geography, django_assert_num_queries: Callable[[int], Any]
) -> None:
    grid_at(town, ground.town.lon, ground.town.lat)
    with django_assert_num_queries(0):
        assert grid_at(town, ground.town.lon, ground.town.lat) is not None


def test_an_import_that_was_reckoned_before_somebody_changed_the_town_is_reckoned_anew(
    town: Town, rows: list[GridRow], done: Imported
) -> None:
    renamed = dataclasses.replace(rows[-1], name="新名", households=None)
    ready = ready_grids(town, [renamed], now=NOW)
    Grid.objects.for_system("tests", town).filter(pk=done.ids[renamed.code]).update(households=77)
    bump(town)
    again = import_grids(town, [renamed], actor=actor_in(town), now=NOW, ready=ready)
    grid = Grid.objects.for_system("tests", town).get(pk=done.ids[renamed.code])
    assert (again.changed, grid.name, grid.households) == (1, "新名", 77)


def test_what_can_be_reckoned_is_reckoned_before_anybody_has_to_wait(
    town: Town, rows: list[GridRow], done: Imported, django_assert_max_num_queries: Any
) -> None:
    """All boundaries moved: while others wait, one statement is run for each row, and few are made."""

    def moved(ring: list[list[float]]) -> list[list[float]]:
        return [[lon + 0.0001, lat] for lon, lat in ring]

    shifted = [
        dataclasses.replace(row, boundary={**row.boundary, "coordinates": [moved(ring) for ring in row.boundary["coordinates"]]})
        for row in rows
        if row.boundary
    ]
    ready = ready_grids(town, shifted, now=NOW)
    with django_assert_max_num_queries(30):  # 164 grids
        again = import_grids(town, shifted, actor=actor_in(town), now=NOW, ready=ready)
    assert again.changed == len(rows)
    stored = Grid.objects.for_system("tests", town).get(pk=done.ids[rows[5].code])
    assert stored.boundary == next(row.boundary for row in shifted if row.code == rows[5].code)
    former = FormerBoundary.objects.for_system("tests", town).filter(grid_id=stored.pk).get()
    assert former.boundary == rows[5].boundary
    assert list(verify(town)) == []
