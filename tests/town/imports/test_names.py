"""The town's list of places from a table: every fault by row, twice is once, moved and taken away; addresses find them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.places.models import AddressName
from lianxin.places.names import NameRow, known_names, settle_names
from lianxin.places.queries import find_address
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]
HEAD = ("类型", "地名", "网格编码", "经度", "纬度", "删除")


@pytest.fixture
def bring(made, lianxin, tmp_path):
    """Import rows; what the command said."""

    def run(*rows, head=HEAD):
        return lianxin("import", "names", made.workbook(tmp_path / "a.xlsx", rows, head=head), "--town", "LX", "--yes")

    return run


def test_names_go_in_by_point_or_grid_and_addresses_find_their_grid(town, bring):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    rows = [
        ("地标", "老粮站", "", 117.005, 34.605, ""),
        ("道路", "解放路", second.code, "", "", ""),
        ("别名", "大王庄", grid_named(town, "1").code, 117.012, 34.603, "否"),
    ]
    assert "新增 3 个" in bring(*rows).output
    assert [each.grid_id for each in find_address(town, "老粮站后面").places] == [first.pk]
    assert [each.grid_id for each in find_address(town, "解放路 12 号").places] == [second.pk]
    assert ("大王庄", "alias", grid_named(town, "1").pk) in known_names(town)
    before = Entry.objects.for_system("tests", town).count()
    assert "新增 0 个，更新 0 个，不变 3 个" in bring(*rows).output
    assert Entry.objects.for_system("tests", town).count() == before
    assert [str(each) for each in verify(town)] == []


def test_a_name_is_moved_and_taken_away_and_the_entry_says_what_it_was(town, bring):
    grid = grid_named(town, "1-1")
    bring(("地标", "老粮站", "", 117.005, 34.605, ""), ("地标", "新粮站", "", 117.006, 34.606, ""))
    done = bring(("地标", "老粮站", "", 117.005, 34.605, "是"), ("地标", "新粮站", "", 117.007, 34.606, ""), ("地标", "没有过", grid.code, "", "", "是"))
    assert "更新 1 个，不变 1 个" in done.output
    assert "删除 1 个" in done.output
    assert find_address(town, "老粮站").places == ()
    past = Entry.objects.for_system("tests", town).filter(subject_kind="name").order_by("subject_id", "seq")
    moved = next(each for each in past if "point" in each.data.get("was", {}) and each.act == "import")
    assert (moved.data["was"], moved.data["now"]) == ({"point": [117.006, 34.606]}, {"point": [117.007, 34.606]})
    gone = past.get(act="drop")
    assert (gone.data["was"]["name"], gone.data["was"]["point"]) == ("老粮站", [117.005, 34.605])
    assert [str(each) for each in verify(town)] == []
    AddressName.objects.for_system("behind the product's back", town).filter(name="新粮站").update(point=[117.009, 34.606])
    assert [(each.subject, each.seq, each.detail) for each in verify(town)] == [(f"name:{moved.subject_id}", moved.seq, "point")]


def test_what_a_command_brought_is_sealed_and_does_not_vanish_unseen(town, bring):
    bring(("地标", "老粮站", "", 117.005, 34.605, ""))
    held = Entry.objects.for_system("tests", town).filter(subject_kind="name")
    assert held.exists()
    assert not held.filter(seal_id=None).exists()
    (name,) = known_names(town).values()
    with connection.cursor() as cursor:  # all of it, behind the product's back
        for table in ("ledger_entry", "ledger_head"):
            cursor.execute(f"DELETE FROM {table} WHERE subject_kind = 'name' AND subject_id = %s", [name.pk])
        cursor.execute("DELETE FROM places_addressname WHERE id = %s", [name.pk])
    assert list(verify(town))


def test_a_name_without_a_point_stands_in_the_middle_of_its_grid_wherever_that_comes_to_lie(town, bring):
    grid = grid_named(town, "1-2")
    bring(("道路", "解放路", grid.code, "", "", ""))
    (name,) = known_names(town).values()
    assert name.point is None
    found = find_address(town, "解放路").places[0]
    assert (found.lon, found.lat) == (grid.lon, grid.lat)
    grid.lon = 117.0177
    grid.save(update_fields=["lon"])
    bump(town)
    assert find_address(town, "解放路").places[0].lon == 117.0177


def test_every_fault_is_told_by_row_and_nothing_is_written(town, bring):
    grid = grid_named(town, "1-1").code
    done = bring(
        ("大楼", "甲", grid, "", "", ""), ("地标", "", grid, "", "", ""), ("地标", "乙", "9", "", "", ""),
        ("地标", "丙", "", "", "", ""), ("地标", "丁", "", 1, 2, ""), ("地标", "戊", grid_named(town, "2-1").code, 117.005, 34.605, ""),
        ("地标", "己", grid, "", "", "也许"), ("地标", "庚", grid, "", "", ""), ("地标", "庚", grid, "", "", ""), ("地标", "辛", "", "x", "", ""),
    )  # fmt: skip
    assert done.exit_code == 1
    for row, said in (
        (2, "只能填"), (3, "没有填写"), (4, "没有这个网格"), (5, "没有写明在哪里"), (7, "与所填网格不符"), (8, "只能填"),
        (10, "与第 9 行是同一个地名"), (11, "经纬度不对"),
    ):  # fmt: skip
        assert any(f"第 {row} 行" in line and said in line for line in done.output.splitlines()), (row, said, done.output)
    assert "第 6 行" in done.output
    assert known_names(town) == {}
    assert "表里缺少列：地名" in bring(("地标", grid), head=("类型", "网格编码")).output


def test_only_who_sets_the_town_up_keeps_them(town, now):
    row = NameRow(2, "老粮站", "landmark", grid_named(town, "1-1").pk, (117.005, 34.605))
    with pytest.raises(PermissionDenied):
        settle_names([row], actor=who(town, "clerk"), now=now)
