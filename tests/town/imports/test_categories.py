"""Trees of categories: what is missing is added, what the town has stays, every fault by row."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from lianxin.cases.actions.trees import import_categories
from lianxin.cases.models import Category
from lianxin.cases.queries.setup import categories, leaves, limits_of
from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import past_of, plain
from lianxin.ledger.verify import verify
from lianxin.people.models import Account
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


def told(town):
    rows = Category.objects.for_system("tests", town)
    keys = {row.pk: row.key for row in rows}
    return {row.key: {**plain(row), "parent_id": keys.get(row.parent_id)} for row in rows}


@pytest.mark.row("A2")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_tree_goes_out_and_comes_in_again_the_same_here_and_in_another_town(town, other_town, tmp_path, lianxin, now, form):
    parent = next(row for row in categories(town).values() if row.parent_id is None)
    facts = {"limits": {"handle": "36 hours", "contact": "1 working_days"}, "words": ["=1+1", "水 管"], "urgency": "emergency", "active": False}
    Category.objects.create(town=town, key="odd", parent=parent, name="=HYPERLINK(1)", name_en="@odd, \"x\"", code="-01 02", line="公安", order=7, **facts)
    Category.objects.create(town=town, key="below", parent=Category.objects.for_system("t", town).get(key="odd"), name="'=三级", order=0)
    bump(town)
    path = tmp_path / f"类别.{form}"
    assert lianxin("export", "categories", "--to", path, "--town", "LX").exit_code == 0
    before = told(town)
    for options in ((), ("--overwrite",)):
        done = lianxin("import", "categories", path, "--town", "LX", "--yes", *options)
        assert f"新增 0 个，更新 0 个，不变 {len(before)} 个" in done.output, done.output
        assert "另有" not in done.output
    assert told(town) == before
    Category.objects.for_system("t", other_town).filter(key__in=["streetlight"]).update(name="改过的", words=["别的"])
    bump(other_town)
    done = lianxin("import", "categories", path, "--town", other_town.letters, "--yes", "--overwrite")
    assert "新增 2 个，更新 1 个" in done.output, done.output
    assert told(other_town) == before
    assert list(verify(other_town)) == []
    assert not any(str(cell).startswith("=") for line in lines(path) for cell in line)
    written = str([list(line) for line in lines(path)])
    assert "分派流转 1个工作日" in written
    assert "contact" not in written, "limits are called by their steps"


def lines(path):
    if path.suffix == ".xlsx":
        return load_workbook(path).active.iter_rows(values_only=True)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_every_fault_of_a_table_by_key_is_told(town, tmp_path, made, now):
    head = ("标识", "名称", "上级标识", "条线", "紧急程度", "其他时限", "排序", "使用中")
    rows = [
        ("Big", "大写", "", "", "", "", "", ""), ("a", "甲", "nowhere", "", "", "", "", ""), ("b", "乙", "", "水务", "", "", "", ""),
        ("c", "丙", "", "", "马上", "", "", ""), ("d", "丁", "", "", "", "contact 三天", "", ""), ("e", "戊", "", "", "", "moon 3小时", "", ""),
        ("f", "己", "", "", "", "", "40000", ""), ("g", "庚", "", "", "", "", "", "也许"), ("h", "", "", "", "", "", "", ""),
        ("", "辛", "", "", "", "", "", ""), ("i", "壬", "i", "", "", "", "", ""), ("good", "好", "", "", "", "", "", ""), ("good", "好", "", "", "", "", "", ""),
    ]  # fmt: skip
    looked = look(made.workbook(tmp_path / "c.xlsx", rows, head=head), town, now)
    assert codes(looked) == [
        (2, "bad_category_key"), (3, "unknown_parent_code"), (4, "bad_choice"), (5, "bad_choice"), (6, "bad_limit"), (7, "unknown_limit"),
        (8, "bad_number"), (9, "bad_choice"), (10, "missing"), (11, "missing"), (12, "unknown_parent_code"), (14, "repeated_category"),
    ]  # fmt: skip


def test_the_page_gives_the_same_table_to_who_sets_up_the_town(town, tmp_path, lianxin, client):
    path = tmp_path / "a.csv"
    lianxin("export", "categories", "--to", path, "--town", "LX")
    for name, status in (("admin", 200), ("clerk", 403)):
        client.force_login(Account.objects.get(username=f"{name}.lx"), backend="lianxin.people.backends.AccountBackend")
        out = client.post("/setup/export/", {"what": "categories", "form": "csv"})
        assert out.status_code == status
        assert (out.content == path.read_bytes()) == (status == 200)
