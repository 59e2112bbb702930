"""People from a table: every fault before anything is written, twice is once, nobody takes another's account."""

import csv

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import past_of, side_of
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, Post, Unit
from lianxin.town.exports.people import COLUMNS, people_rows
from lianxin.town.exports.writing import write
from lianxin.town.imports.sorts import SORTS, Options
from towns import grid_named, who

# What people and their posts may be called; a name of digits alone is taken for a number in the wrong column.
CALLED = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40).filter(
    lambda name: not name.isdigit()
)
HEAD = ("账号", "姓名", "电话", "单位", "角色", "网格编码", "职务", "用工性质", "语言")


@pytest.fixture
def person(town):
    """A sound row for a grid worker; `changed` by the column's place in HEAD."""
    code = grid_named(town, "1-1").code

    def make(username="zhangsan", **changed):
        row = (username, "张三", "19900000001", "1村委会", "网格员", code, "专职网格员", "专职", "手语")
        return [changed.get(name, value) for name, value in zip(HEAD, row, strict=True)]

    return make


def put_in(lianxin, path, *more):
    return lianxin("import", "people", path, "--town", "LX", "--yes", *more)


def codes(path):
    with path.with_name(f"{path.name}.faults.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(int(row[0]), row[1], row[4]) for row in list(csv.reader(file))[1:]]


def post_of(town, username):
    return (
        Post.objects.for_system("tests", town).select_related("account", "unit", "role").get(account__username=username)
    )


@pytest.mark.row("A5")
def test_a_person_gets_an_account_nobody_can_sign_in_by_and_a_post(town, tmp_path, made, lianxin, person):
    path = made.workbook(tmp_path / "人员.xlsx", [person()], head=HEAD, above=[("连心镇网格队伍",)])
    result = put_in(lianxin, path)
    assert "新增账号 1、岗位 1" in result.output
    post = post_of(town, "zhangsan")
    assert (post.account.name, post.account.phone) == ("张三", "19900000001")
    assert not post.account.has_usable_password()
    assert (post.unit.key, post.role.key, post.grid_id) == ("village_1", "grid_worker", grid_named(town, "1-1").pk)
    assert (post.title, post.basis, post.languages) == ("专职网格员", "full", "手语")
    entries = Entry.objects.for_system("tests", town)
    assert entries.get(subject_kind="post", subject_id=post.pk).act == "create"
    assert entries.get(subject_kind="account", subject_id=post.account_id).act == "create"
    assert "19900000001" not in str(list(entries.values_list("data", flat=True)))
    assert list(verify(town)) == []


def test_running_twice_adds_nothing_and_changes_what_differs(town, tmp_path, made, lianxin, person):
    path = made.workbook(tmp_path / "a.xlsx", [person()], head=HEAD)
    put_in(lianxin, path)
    before = Entry.objects.for_system("tests", town).count()
    assert "新增账号 0、岗位 0，更新 0，不变 1" in put_in(lianxin, path).output
    assert Entry.objects.for_system("tests", town).count() == before
    changed = person(姓名="张三丰", 电话="0516-8888001", 职务="网格长助理", 用工性质="兼职", 语言="")
    made.workbook(path, [changed], head=HEAD)
    looked = SORTS["people"].look(path, town, Options(), timezone.now())
    assert looked.changed == ["zhangsan 张三 → 张三丰"]
    assert "新增账号 0、岗位 0，更新 2" in put_in(lianxin, path).output
    post = post_of(town, "zhangsan")
    assert (post.account.name, post.account.phone, post.title, post.basis, post.languages) == (
        "张三丰", "05168888001", "网格长助理", "part", "手语",
    )  # fmt: skip
    assert list(verify(town)) == []
    told = past_of(town, "post", post.pk)[-1].data
    assert told["was"] == {"title": "专职网格员", "basis": "full"}
    assert told["now"] == {"title": "网格长助理", "basis": "part"}
    entry = past_of(town, "account", post.account_id)[-1]
    assert (entry.data["was"], entry.data["now"]) == ({}, {}), "what is a person's own stands in no entry"
    assert side_of(entry, "was") == {"name": "张三", "phone": "19900000001"}
    assert side_of(entry, "now") == {"name": "张三丰", "phone": "05168888001"}
    assert not any("8888001" in text.body for text in entry.texts.all())
    Post.objects.for_system("tests", town).filter(pk=post.pk).update(title="偷改")
    assert ["title" in str(each) for each in verify(town)] == [True]


def test_a_person_may_hold_several_posts_and_those_not_in_the_file_stay(town, tmp_path, made, lianxin, person):
    rows = [
        person(),
        person(角色="承办人", 单位="综合行政执法队" if _has(town, "综合行政执法队") else "1村委会", 网格编码=""),
    ]
    path = made.workbook(tmp_path / "a.xlsx", rows, head=HEAD)
    assert "新增账号 1、岗位 2" in put_in(lianxin, path).output
    made.workbook(path, rows[:1], head=HEAD)
    assert "另有 1 个岗位不在文件里" in put_in(lianxin, path).output
    assert Post.objects.for_system("tests", town).filter(account__username="zhangsan", ends=None).count() == 2


def _has(town, name):
    return Unit.objects.for_system("tests", town).filter(name=name).exists()


@pytest.mark.row("A5")
def test_of_two_units_of_one_name_the_key_must_be_said(town, tmp_path, made, lianxin, person):
    """An old town may hold two such units; one that is out of service gives way."""
    Unit.objects.for_system("tests", town).create(town=town, key="twin", name="1村委会", active=False)
    bump(town)
    path = made.workbook(tmp_path / "a.xlsx", [person()], head=HEAD)
    assert put_in(lianxin, path).exit_code == 0
    post = Post.objects.for_system("tests", town).get(account__username="zhangsan")
    assert post.unit.key != "twin"
    Unit.objects.for_system("tests", town).filter(key="twin").update(active=True)
    bump(town)
    result = put_in(lianxin, made.workbook(path, [person("lisi")], head=HEAD))
    assert (result.exit_code, codes(path)[0][2]) == (1, "ambiguous_unit")
    assert "有两个同名单位：1村委会，请写代号" in path.with_name(f"{path.name}.faults.csv").read_text("utf-8-sig")
    assert put_in(lianxin, made.workbook(path, [person("lisi", 单位="twin")], head=HEAD)).exit_code == 0
    assert Post.objects.for_system("tests", town).get(account__username="lisi").unit.key == "twin"


@pytest.mark.row("A5")
def test_every_fault_is_told_by_row_and_nothing_is_written(town, tmp_path, made, lianxin, person):
    wrong = [
        ("missing", person(None)), ("missing", person("person-1", 姓名="")), ("unknown_unit", person("person-2", 单位="没有的单位")),
        ("unknown_role", person("person-3", 角色="皇帝")), ("unknown_grid", person("person-4", 网格编码="000")),
        ("bad_phone", person("person-5", 电话="123")), ("grid_needed", person("person-6", 网格编码="")),
        ("bad_username", person("张 三")), ("bad_choice", person("person-8", 用工性质="临时")),
        ("too_long", person("person-9", 职务="长" * 61)), ("rounded", person("person-10", 网格编码=999001101201001001)),
        ("bad_phone", person("person-11", 电话="199****0001")), ("bad_name", person("person-12", 姓名="13800138006")),
    ]  # fmt: skip
    path = made.workbook(tmp_path / "a.xlsx", [*(row for _, row in wrong), person("sound")], head=HEAD)
    accounts = Account.objects.count()
    result = put_in(lianxin, path)
    assert result.exit_code == 1
    assert [code for _, _, code in codes(path)] == [code for code, _ in wrong]
    assert [row for row, _, _ in codes(path)] == list(range(2, 2 + len(wrong)))
    assert Account.objects.count() == accounts


def test_rows_that_contradict_each_other_are_told(town, tmp_path, made, lianxin, person):
    rows = [person(), person(), person(姓名="李四", 角色="承办人", 网格编码="")]
    path = made.workbook(tmp_path / "a.xlsx", rows, head=HEAD)
    put_in(lianxin, path)
    assert codes(path) == [(3, "账号", "repeated_post"), (4, "账号", "person_differs")]


def test_nobody_gets_a_post_by_the_account_of_a_resident_or_of_another_town(
    town, other_town, tmp_path, made, lianxin, person
):
    Account.objects.create(username="resident", name="居民", password="!")
    path = made.workbook(tmp_path / "a.xlsx", [person("resident"), person("clerk.qh")], head=HEAD)
    assert put_in(lianxin, path).exit_code == 1
    assert codes(path) == [(2, "账号", "taken"), (3, "账号", "taken")]
    assert Account.objects.get(username="clerk.qh").name == "clerk"


def test_a_person_with_posts_in_two_towns_is_not_renamed_from_one(town, other_town, tmp_path, made, lianxin, person):
    put_in(lianxin, made.workbook(tmp_path / "a.xlsx", [person()], head=HEAD))
    post, there = post_of(town, "zhangsan"), who(other_town, "clerk")
    Post.objects.create(town=other_town, account=post.account, unit_id=there.unit_id, role_id=_role(other_town))
    path = made.workbook(tmp_path / "b.xlsx", [person(姓名="别人")], head=HEAD)
    assert put_in(lianxin, path).exit_code == 1
    assert codes(path) == [(2, "姓名", "elsewhere")]


def _role(town):
    return Post.objects.for_system("tests", town).filter(role__key="clerk").first().role_id


def test_a_dry_run_writes_nothing(town, tmp_path, made, lianxin, person):
    path = made.workbook(tmp_path / "a.xlsx", [person()], head=HEAD)
    assert "未写入" in put_in(lianxin, path, "--dry-run").output
    assert not Account.objects.filter(username="zhangsan").exists()


def test_a_table_without_a_needed_column_says_where_a_template_is(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [("zhangsan", "张三")], head=("账号", "姓名"))
    result = put_in(lianxin, path)
    assert result.exit_code == 2
    assert "单位、角色" in result.output
    assert "--template" in result.output


@pytest.mark.row("A5")
def test_a_filled_in_template_goes_in(town, tmp_path, lianxin, person):
    template = tmp_path / "模板.xlsx"
    result = lianxin("export", "people", "--template", "--to", template, "--town", "LX")
    assert result.exit_code == 0, result.output
    book = load_workbook(template)
    assert tuple(cell.value for cell in book["人员"][1]) == HEAD
    assert {"填写说明", "单位", "角色", "网格"} < set(book.sheetnames)
    assert ("网格员", "grid_worker") in list(book["角色"].values)
    book["人员"].append(person())
    book.save(template)
    assert "新增账号 1" in put_in(lianxin, template).output


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_people_taken_out_and_put_in_again_are_the_same(town, tmp_path, lianxin, form):
    account = Account.objects.get(username="worker.lx")
    account.phone = "19900000009"
    account.save()
    path = tmp_path / f"people.{form}"
    assert lianxin("export", "people", "--to", path, "--town", "LX", "--as", "admin.lx").exit_code == 0
    assert b"19900000009" not in path.read_bytes()
    result = put_in(lianxin, path)
    assert "新增账号 0、岗位 0，更新 0，不变 16" in result.output, result.output
    assert Account.objects.get(username="worker.lx").phone == "19900000009"


def test_hundreds_of_people_go_in(town, tmp_path, made, lianxin, person):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEAD)
    for at in range(300):
        sheet.append(person(f"person-{at}", 电话=f"199{at:08d}"))
    book.save(tmp_path / "a.xlsx")
    assert "新增账号 300、岗位 300" in put_in(lianxin, tmp_path / "a.xlsx").output


@pytest.mark.row("A4")
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@given(names=st.lists(CALLED, min_size=4, max_size=4))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_people_taken_out_change_nothing_when_brought_in_whatever_they_are_called(town, tmp_path, now, ending, names):
    posts = Post.objects.for_system("tests", town).select_related("account").order_by("id")
    for at, post in enumerate(posts):
        Account.objects.filter(pk=post.account_id).update(name=names[at % 3], phone=f"1391234{at:04d}")
        Post.objects.for_system("tests", town).filter(pk=post.pk).update(title=names[3])
    path = tmp_path / f"people.{ending}"
    write(path, ending, COLUMNS, people_rows(who(town, "admin"), now=now, personal=False))
    looked = SORTS["people"].look(path, town, Options(), now)
    assert [str(fault) for fault in looked.faults] == []
    assert {name: looked.counts[name] for name in ("added", "changed", "accounts")} == {"added": 0, "changed": 0, "accounts": 0}
