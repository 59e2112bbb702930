"""Trees of categories: what is missing is added, what the town has stays, every fault by row."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from lianxin.cases.actions.trees import import_categories
from lianxin.cases.models import Category
from lianxin.cases.queries.setup import categories, leaves, limits_of
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import past_of
from lianxin.ledger.verify import verify
from lianxin.town.imports.categories import limit_of, read_categories
from lianxin.town.imports.faults import Unreadable
from lianxin.town.imports.sorts import SORTS, Options
from lianxin.town.imports.tables import open_table
from towns import who

SHARED = Path(__file__).parents[4] / "shared" / "data"
HEAD = ("一级分类", "二级分类", "三级分类", "编码", "处置时限")


def look(path, town, now, **options):
    return SORTS["categories"].look(path, town, Options(**options), now)


def codes(looked):
    return [(fault.row, fault.code) for fault in looked.faults]


def by_name(town, name):
    return Category.objects.for_system("tests", town).get(name=name)


@pytest.mark.row("A2")
def test_a_tree_goes_in_with_groups_leaves_codes_and_limits_and_again_changes_nothing(town, tmp_path, lianxin, made):
    rows = [("住建", "物业", "停车收费", "0101", "3个工作日"), ("住建", "物业", "电梯", "0102", ""), ("住建", "供水", "", "02", "24小时"), ("教育", "", "", "", "")]
    path = made.workbook(tmp_path / "c.xlsx", rows, head=HEAD)
    before = len(categories(town))
    result = lianxin("import", "categories", path, "--town", "LX", "--yes")
    assert "新增 6 个" in result.output, result.output
    leaf = by_name(town, "停车收费")
    assert (leaf.parent.name, leaf.parent.parent.name, leaf.code, leaf.limits) == ("物业", "住建", "0101", {"handle": "3 working_days"})
    assert str(limits_of(town, leaf.pk)["handle"]) == "3 working_days"
    assert {"停车收费", "电梯", "供水", "教育"} <= {each.name for each in leaves(town)}
    assert len(categories(town)) == before + 6
    assert "新增 0 个，更新 0 个，不变 6 个" in lianxin("import", "categories", path, "--town", "LX", "--yes").output
    assert [entry.act for entry in past_of(town, "category", leaf.pk)] == ["add"]
    assert list(verify(town)) == []


def test_what_a_town_changed_stays_unless_the_file_is_to_go_first(town, tmp_path, made, now, lianxin):
    path = made.table(tmp_path / "c.csv", [("住建", "物业", "停车收费", "0101", "3个工作日")], head=HEAD)
    lianxin("import", "categories", path, "--town", "LX", "--yes")
    leaf = by_name(town, "停车收费")
    Category.objects.for_system("tests", town).filter(pk=leaf.pk).update(name="停车难", limits={"contact": "1 working_days", "handle": "9 working_days"})
    kept = lianxin("import", "categories", path, "--town", "LX", "--yes")
    assert "另有 1 个与本镇已有的不同，未动" in kept.output
    assert Category.objects.for_system("tests", town).get(pk=leaf.pk).name == "停车难"
    assert look(path, town, now).counts["kept"] == 1
    assert look(path, town, now, overwrite=True).changed == ["0101 停车收费"]
    assert "更新 1 个" in lianxin("import", "categories", path, "--town", "LX", "--yes", "--overwrite").output
    after = Category.objects.for_system("tests", town).get(pk=leaf.pk)
    assert (after.name, after.limits) == ("停车收费", {"contact": "1 working_days", "handle": "3 working_days"})
    told = past_of(town, "category", leaf.pk)[-1].data
    assert (told["was"]["name"], told["now"]["name"]) == ("停车难", "停车收费")


def test_components_and_matters_of_one_number_are_two(town, tmp_path, made, now):
    rows = [("管理部件", "01", "市政公用设施", "01001", "供水井盖"), ("管理事项", "01", "市政公用设施类", "01001", "供水井盖异常")]
    path = made.table(tmp_path / "c.csv", rows, head=("kind", "major_code", "major_name", "code5", "name"))
    looked = look(path, town, now)
    assert [row.key for row in looked.rows] == ["component", "component_01", "component_01001", "matter", "matter_01", "matter_01001"]
    assert [row.parent for row in looked.rows] == ["", "component", "component_01", "", "matter", "matter_01"]
    assert codes(looked) == []


def test_every_fault_is_told_by_row_and_nothing_is_written(town, tmp_path, made, lianxin, now):
    rows = [
        ("住建", "物业", "停车", "0101", ""), ("住建", "物业", "停车", "0101", ""), ("住建", "", "电梯", "0102", ""),
        ("住建", "物业", "长" * 61, "0103", ""), ("住建", "物业", "收费", "01 03", ""), ("住建", "物业", "门禁", "0104", "很快"),
        ("住建", "物业", "绿化", "0101", ""),
    ]  # fmt: skip
    path = made.workbook(tmp_path / "c.xlsx", rows, head=HEAD)
    before = len(categories(town))
    assert codes(look(path, town, now)) == [
        (3, "repeated_category"), (4, "missing"), (5, "too_long"), (6, "bad_category_code"), (7, "bad_limit"), (8, "repeated_category"),
    ]  # fmt: skip
    assert lianxin("import", "categories", path, "--town", "LX", "--yes").exit_code == 1
    assert len(categories(town)) == before


def test_a_tree_may_name_parents_by_code_in_any_order(town, tmp_path, made, now):
    rows = [("0101", "停车", "01"), ("01", "住建", ""), ("02", "教育", ""), ("0301", "孤儿", "03"), ("a", "圈一", "b"), ("b", "圈二", "a"), ("", "无码", "01")]
    looked = look(made.table(tmp_path / "c.csv", rows, head=("编码", "名称", "上级编码")), town, now)
    assert [(row.code, row.parent) for row in looked.rows] == [("01", ""), ("0101", "code_01"), ("02", "")]
    assert set(codes(looked)) == {(5, "unknown_parent_code"), (6, "unknown_parent_code"), (7, "unknown_parent_code"), (8, "missing")}


@pytest.mark.parametrize(("text", "limit"), [
    ("3个工作日", "3 working_days"), ("4工作时", "4 working_hours"), ("24小时", "24 hours"), ("7 天", "7 days"), ("20工作日", "20 working_days"),
    ("3 working_days", "3 working_days"),
])  # fmt: skip
def test_limits_are_read_as_offices_write_them(text, limit):
    assert limit_of(text) == limit


def test_only_who_sets_up_the_town_brings_a_tree(town, now):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        import_categories([], overwrite=False, actor=who(town, "clerk"), now=now)


def test_a_table_of_something_else_is_told_as_such(town, tmp_path, made):
    book = Workbook()
    book.active.append(("编码", "甲"))
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(Unreadable, match="一级分类"):
        read_categories(open_table(tmp_path / "c.xlsx", wanted=["编码"]))


# ---- the trees of the field --------------------------------------------------------------------------


def shared(name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path} is not on this machine: the tree was not tried")
    return path


@pytest.mark.row("A2")
def test_the_codes_of_city_management_go_in_whole(town, now):
    looked = look(shared("categories-47678-5.csv"), town, now)
    assert codes(looked) == []
    assert looked.counts == {"added": 2 + 15 + 153 + 250, "changed": 0, "same": 0, "kept": 0}
    assert len({row.key for row in looked.rows}) == len(looked.rows)
    done = import_categories(looked.rows, overwrite=False, actor=who(town, "admin"), now=now)
    assert len(done.added) == 420
    assert look(shared("categories-47678-5.csv"), town, now).counts["same"] == 420
    assert by_name(town, "供水井盖").parent.parent.name == "管理部件"


@pytest.mark.row("A2")
def test_the_tree_of_the_message_board_goes_in_whole(town, now):
    looked = look(shared("categories-messages.xlsx"), town, now)
    assert codes(looked) == []
    assert looked.counts["added"] == 15 + 118 + 517  # 103 names of second groups, some below several first ones
    import_categories(looked.rows, overwrite=False, actor=who(town, "admin"), now=now)
    assert look(shared("categories-messages.xlsx"), town, now).counts["same"] == 650
    assert Entry.objects.for_system("tests", town).filter(subject_kind="category", act="add").count() == 650
