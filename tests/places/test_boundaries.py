"""Boundaries redrawn in a town: all or nothing, nothing lost, told in the ledger, known everywhere at once."""

import hashlib
import io
import json
from datetime import timedelta

import pytest

from lianxin.keys.relations import AnotherTown
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.places.actions import NotSound, StaleBoundaries, import_grids, redraw
from lianxin.places.boundaries import (
    changed_since,
    changed_together,
    digest_of,
    formers,
    sheet_of,
    standing,
    version_of,
)
from lianxin.places.imports import read_grids
from lianxin.places.models import AddressName, FormerBoundary, Grid
from lianxin.places.queries import find_address, grid_at, known_grids
from lianxin.places.steps import Cut, Drop, Fate, Move
from lianxin.places.tiling import point_of
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]

EAST = Move(point_of(117.01, 34.6), point_of(117.012, 34.6))  # the corner between the first two small grids
NEAR = (117.0105, 34.601)  # in the second grid, and after the move in the first


@pytest.fixture
def version(town):
    return lambda name="1-1": version_of(town, sheet_of(standing(town), grid_named(town, name).code))


@pytest.fixture
def redrawn(town, now, version):
    def run(*steps, of="1-1", reason="按道路中线调整", at=now, version_=None):
        given = {"of": grid_named(town, of).code, "version": version_ or version(of), "reason": reason}
        return redraw(town, list(steps), **given, actor=who(town, "admin"), now=at)

    return run


def entries(town):
    rows = Entry.objects.for_system("tests", town).filter(subject_kind="grid", act="redraw").order_by("id")
    return list(rows)


def test_a_redrawn_border_counts_at_once_for_whatever_lies_beside_it(town, redrawn):
    before, other = grid_named(town, "1-1"), grid_named(town, "1-2")
    assert grid_at(town, *NEAR) == other.pk
    done = redrawn(EAST)
    assert set(done.ids) == {town.code, before.code[:12], before.code, other.code}
    assert grid_at(town, *NEAR) == before.pk
    after = grid_named(town, "1-1")
    assert after.area_m2 > before.area_m2
    assert after.lon > 117.005
    assert [117.012, 34.6] in after.boundary["coordinates"][0]


def test_every_replaced_boundary_is_kept_and_its_history_tells_who_when_and_why(town, redrawn, now):
    was, admin = grid_named(town, "1-1").boundary, who(town, "admin")
    done = redrawn(EAST, at=now)
    redrawn(Move(EAST.to, point_of(117.011, 34.6)), at=now + timedelta(days=3), reason="再调整")
    second, first = formers(town, grid_named(town, "1-1").pk)
    assert (first.boundary, first.reason, first.how, first.post_id) == (was, "按道路中线调整", "redrawn", admin.post_id)
    assert (first.since, first.until, second.since) == (grid_named(town, "1-1").valid_from, now, now)
    assert first.area_after == second.area_before > second.area_after == grid_named(town, "1-1").area_m2
    assert [name for _pk, name in changed_together(town, [done.change])[done.change]] == ["连心镇", "1村", "1村1格", "1村2格"]


def test_the_ledger_holds_both_digests_the_reason_and_the_change(town, redrawn):
    was = grid_named(town, "1-1").boundary
    done = redrawn(EAST)
    entry = next(each for each in entries(town) if each.subject_id == grid_named(town, "1-1").pk)
    plain = json.dumps(was, sort_keys=True, separators=(",", ":")).encode()
    assert entry.data["was"] == hashlib.sha256(plain).hexdigest()
    assert entry.data["now"] == digest_of(grid_named(town, "1-1").boundary) != entry.data["was"]
    assert entry.data["change"] == str(done.change)
    assert Text.objects.for_system("tests", town).get(entry_id=entry.pk, field="reason").body == "按道路中线调整"


def test_a_new_grid_stands_from_today_under_its_parent_and_says_it_had_no_boundary(town, redrawn, now):
    village, first = grid_named(town, "1"), grid_named(town, "1-1")
    line = (point_of(117.005, 34.6), point_of(117.005, 34.61))
    done = redrawn(Cut(first.code, line, Fate(), Fate(name="东片")))
    made = Grid.objects.for_system("tests", town).get(name="东片")
    assert (made.code, made.level, made.parent_id, made.path) == (f"{village.code}003", "grid", village.pk, f"{village.path}{made.pk}/")
    assert (made.valid_from, made.valid_to) == (now.date(), None)
    assert grid_at(town, 117.008, 34.605) == made.pk
    (former,) = formers(town, made.pk)
    assert (former.boundary, former.area_before) == (None, 0)
    assert done.ids[made.code] == made.pk


def test_an_address_is_found_in_the_grid_that_has_its_ground_now(town, redrawn):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    common = {"town": town, "grid": second}
    AddressName.objects.create(**common, name="老井台", kind="landmark", point=[NEAR[0], 34.601])
    AddressName.objects.create(**common, name="晒谷场", kind="landmark", point=[117.018, 34.601])
    AddressName.objects.create(**common, name="环村路", kind="road", point=[NEAR[0], 34.601])
    AddressName.objects.create(town=town, grid=first, name="环村路", kind="road", point=[117.005, 34.605])
    redrawn(EAST)
    found = {name: find_address(town, name).places[0].grid_id for name in ("老井台", "晒谷场")}
    assert found == {"老井台": first.pk, "晒谷场": second.pk}
    assert AddressName.objects.for_system("tests", town).filter(name="环村路").count() == 2


def test_steps_that_do_not_fit_or_do_nothing_change_nothing(town, redrawn):
    for steps in ([Drop(point_of(117.01, 34.6))], [Move(EAST.point, point_of(116.9, 34.7))], []):
        with pytest.raises(NotSound):
            redrawn(*steps)
    assert FormerBoundary.objects.for_system("tests", town).count() == 0
    assert entries(town) == []
    with pytest.raises(ValueError, match="reason"):
        redrawn(EAST, reason="  ")
    with pytest.raises(KeyError):
        redraw(town, [EAST], of="000", version="", reason="x", actor=who(town, "admin"), now=None)


def test_who_saw_other_boundaries_is_told_and_reads_what_was_changed_meanwhile(town, redrawn, version):
    old = version()
    assert changed_since(town, old) == []
    redrawn(EAST)
    with pytest.raises(StaleBoundaries):
        redrawn(Move(EAST.to, EAST.point), version_=old)
    assert {row.grid.name for row in changed_since(town, old)} == {"连心镇", "1村", "1村1格", "1村2格"}
    assert changed_since(town, version()) == []
    assert changed_since(town, "x.y") == []


def test_an_editor_is_shown_whatever_reaches_into_the_parents_ground(town):
    rows = standing(town)
    seen = [row.name for row in sheet_of(rows, grid_named(town, "2-1").code)]
    assert seen == ["连心镇", "1村", "1村2格", "2村", "2村1格"]
    assert len(sheet_of(rows, town.code)) == len(rows)


def test_an_import_that_changes_a_boundary_keeps_the_one_before(town, now):
    row = grid_named(town, "2-1")
    moved = {"type": "Polygon", "coordinates": [[[117.02, 34.6], [117.03, 34.6], [117.03, 34.61], [117.025, 34.61], [117.02, 34.61], [117.02, 34.6]]]}
    feature = {"type": "Feature", "geometry": moved, "properties": {"code": row.code, "name": row.name}}
    told = json.dumps({"type": "FeatureCollection", "features": [feature]})
    for _again in range(2):
        rows, _faults = read_grids(io.StringIO(told), known=known_grids(town))
        import_grids(town, rows, actor=who(town, "admin"), now=now)
    (former,) = formers(town, row.pk)
    assert (former.boundary, former.how, former.reason) == (row.boundary, "imported", "")
    entry = Entry.objects.for_system("tests", town).filter(subject_kind="grid", act="import").latest("id")
    assert entry.data["was"] == digest_of(row.boundary)


def test_a_name_without_a_point_stays_with_its_grid_when_the_ground_moves(town, redrawn):
    second = grid_named(town, "1-2")
    name = AddressName.objects.create(town=town, grid=second, name="老井台", kind="landmark")
    redrawn(EAST)
    name.refresh_from_db()
    assert (name.grid_id, name.point) == (second.pk, None)
    found = find_address(town, "老井台").places[0]
    second.refresh_from_db()
    assert (found.grid_id, found.lon, found.lat) == (second.pk, second.lon, second.lat)


def test_names_go_with_their_ground_when_an_import_moves_a_boundary(town, now):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    AddressName.objects.create(town=town, grid=second, name="老井台", kind="landmark", point=[117.012, 34.605])
    features = []
    for grid, west, east in ((first, 117.0, 117.015), (second, 117.015, 117.02)):
        ring = [[west, 34.6], [east, 34.6], [east, 34.61], [west, 34.61], [west, 34.6]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": shape, "properties": {"code": grid.code, "name": grid.name}})
    rows, faults = read_grids(io.StringIO(json.dumps({"type": "FeatureCollection", "features": features})), known=known_grids(town))
    assert not [each for each in faults if each.grave]
    import_grids(town, rows, actor=who(town, "admin"), now=now)
    assert find_address(town, "老井台").places[0].grid_id == first.pk


def test_a_boundary_changed_behind_the_history_is_found(town, redrawn):
    grid = grid_named(town, "1-1")
    redrawn(EAST)
    assert list(verify(town)) == []
    rows, kept = Grid.objects.for_system("tests", town), FormerBoundary.objects.for_system("tests", town)
    rows.filter(pk=grid.pk).update(boundary=grid.boundary)
    assert [str(each) for each in verify(town)] == [f"grid:{grid.code} entry 1: its boundary is not the one that was drawn"]
    rows.filter(pk=grid.pk).update(boundary=None)
    kept.filter(grid_id=grid.pk).update(boundary=None)
    assert [each.what for each in verify(town)] == [
        "its boundary is not the one that was drawn", "the boundary it had before was changed or taken away",
    ]  # fmt: skip
    kept.filter(grid_id=grid.pk).update(change=5)
    assert "a former boundary that nobody replaced" in [each.what for each in verify(town)]


def test_nobody_redraws_another_town(town, other_town, now):
    with pytest.raises(AnotherTown):
        redraw(other_town, [EAST], of="", version="", reason="x", actor=who(town, "admin"), now=now)
