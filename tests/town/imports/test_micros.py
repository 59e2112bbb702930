"""Micro-grids and the eight lines of service from a table: every fault by row, twice is once, out and in the same."""


import pytest

from lianxin.ledger.models import Entry, Text
from lianxin.ledger.rows import side_of
from lianxin.ledger.verify import verify
from lianxin.people.lines import Server, lines_of, said_of
from lianxin.people.models import LineService, Post, Representative
from lianxin.people.queries import unit_by_key
from lianxin.people.representatives import MicroFacts, add_micro, end_micro, representatives
from lianxin.places.models import Grid
from towns import grid_named, who

pytestmark = pytest.mark.django_db
HEAD = ("微网格编码", "微网格名称", "所属网格", "户数", "人口", "代表账号", "代表姓名", "代表电话", "称呼", "楼栋门牌")


@pytest.fixture
def bring(made, lianxin, tmp_path):
    """Import rows; what the command said."""

    def run(what, *rows, head=HEAD):
        return lianxin("import", what, made.workbook(tmp_path / "a.xlsx", rows, head=head), "--town", "LX", "--yes")

    return run


def micros(town):
    return {grid.code: grid for grid in Grid.objects.for_system("tests", town).filter(level="micro", valid_to=None)}


@pytest.mark.row("A2")
def test_micro_grids_go_in_with_who_speaks_for_them_and_twice_is_once(town, bring):
    small = grid_named(town, "1-1")
    rows = [
        ("", "一单元", small.code, 16, 41, "", "张大嫂", "13800001111", "单元长", "1 至 16 号"),
        ("", "二单元", small.name, "", "", "worker.lx", "", "", "微网格长", ""),
        (f"{small.code}007", "七单元", "", 12, 30, "", "", "", "", ""),
    ]
    assert "新增 3 个" in bring("micros", *rows).output
    found = micros(town)
    assert {code[-3:]: grid.name for code, grid in found.items()} == {"008": "一单元", "009": "二单元", "007": "七单元"}
    assert all(grid.path == f"{small.path}{grid.pk}/" for grid in found.values())
    told = {row["name"]: row for row in representatives(town, [grid.pk for grid in found.values()]).values()}
    assert (told["张大嫂"]["phone"], told["张大嫂"]["doors"]) == ("13800001111", "1 至 16 号")
    assert told["worker"]["post_id"] == who(town, "worker").post_id
    assert len(told) == 2
    before = Entry.objects.for_system("tests", town).count()
    assert "新增 0 个，更新 0 个，不变 3 个" in bring("micros", *rows).output
    assert Entry.objects.for_system("tests", town).count() == before
    assert [str(each) for each in verify(town)] == []


@pytest.mark.row("A2")
def test_what_a_row_says_otherwise_is_changed_and_what_it_leaves_out_stays(town, bring, now):
    small = grid_named(town, "1-1")
    facts = MicroFacts("一单元", 16, 41, person="张大嫂", phone="13800001111", title="单元长", doors="1 至 16 号")
    grid = add_micro(small.pk, facts, actor=who(town, "admin"), now=now)
    assert "更新 1 个" in bring("micros", (grid.code, "一单元东", "", 18, "", "", "李叔", "138****1111", "", "")).output
    row = Representative.objects.for_system("tests", town).get()
    assert (row.name, row.phone, row.title, row.doors) == ("李叔", "13800001111", "单元长", "1 至 16 号")
    changed = micros(town)[grid.code]
    assert (changed.name, changed.households, changed.population) == ("一单元东", 18, 41)
    assert "更新 1 个" in bring("micros", (grid.code, "一单元东", "", "", "", "worker.lx", "worker", "", "", "")).output
    row.refresh_from_db()
    assert (row.name, row.phone, row.post_id) == ("", "", who(town, "worker").post_id)
    assert "更新 1 个" in bring("micros", (grid.code, "一单元东", "", "", "", "", "王婶", "13800002222", "", "")).output
    row.refresh_from_db()
    assert (row.name, row.phone, row.post_id) == ("王婶", "13800002222", None)
    entries = Entry.objects.for_system("tests", town).filter(subject_kind="representative")
    assert not any("00001111" in str(each.data) or "00002222" in str(each.data) for each in entries)
    texts = Text.objects.for_system("tests", town).filter(entry__in=entries)
    assert "王婶" in texts.values_list("body", flat=True)
    assert not any("00001111" in text.body or "00002222" in text.body for text in texts)
    was, is_now = (side_of(entries.latest("seq"), side) for side in ("was", "now"))
    assert (was["post_id"], was["name"], is_now["name"]) == (who(town, "worker").post_id, "", "王婶")
    assert [str(each) for each in verify(town)] == []


def test_every_fault_of_a_micro_grid_is_told_by_row_and_nothing_is_written(town, bring, codes, now):
    admin, small, far = who(town, "admin"), grid_named(town, "1-1"), grid_named(town, "2-1").code
    gone = add_micro(small.pk, MicroFacts("旧"), actor=admin, now=now)
    end_micro(gone, "并回", actor=admin, now=now)
    twins = [add_micro(small.pk, MicroFacts("同名"), actor=admin, now=now) for _n in range(2)]
    def line(code="", name="新", grid=small.code, account="", person="", phone="", households=""):
        return (code, name, grid, households, "", account, person, phone, "", "")

    rows = [
        line(name=""), line(grid=""), line(grid="没有"), line(grid=grid_named(town, "1").code), line(code="123"),
        line(code=f"{small.code}000"), line(code=gone.code), line(code=f"{far}001"), line(account="nobody"),
        line(account="worker.lx", person="别人"), line(phone="12"), line(name="一", phone="13800001111"), line(households="许多"),
        line(name="同名"), line(name="二"), line(name="二"), line(code=twins[0].code, name="同名", person="甲", phone="1**2"), line(name="长" * 61),
    ]  # fmt: skip
    result = bring("micros", *rows)
    assert (result.exit_code, len(micros(town))) == (1, 2)
    assert codes() == [
        (2, "微网格名称", "missing"), (3, "所属网格", "missing"), (4, "所属网格", "unknown_grid"), (5, "所属网格", "not_small"),
        (6, "微网格编码", "bad_micro_code"), (7, "微网格编码", "bad_micro_code"), (8, "微网格编码", "ended_grid"),
        (9, "所属网格", "micro_elsewhere"), (10, "代表账号", "no_post_of"), (11, "代表姓名", "other_name"),
        (12, "代表电话", "bad_phone"), (13, "代表姓名", "missing"), (14, "户数", "bad_number"), (15, "微网格名称", "ambiguous_micro"),
        (17, "微网格名称", "repeated_micro"), (18, "代表电话", "bad_phone"), (19, "微网格名称", "too_long"),
    ]  # fmt: skip


def test_a_small_grid_gives_999_codes_and_no_more(town, bring, codes):
    small = grid_named(town, "1-1").code
    bring("micros", (f"{small}998", "甲", "", "", "", "", "", "", "", ""))
    result = bring("micros", *[("", name, small, "", "", "", "", "", "", "") for name in ("乙", "丙")])
    assert (result.exit_code, codes()) == (1, [(3, "所属网格", "grid_full")])


@pytest.mark.row("A3")
def test_lines_of_service_go_in_by_unit_and_account_and_empty_cells_leave_them(town, bring, now):
    village, small = grid_named(town, "1"), grid_named(town, "1-1")
    traffic = unit_by_key(town, "traffic")
    head = ("网格编码", "网格名称", "公安", "城管")
    rows = [(village.code, "随便", traffic.name, ""), (small.code, "", "", "worker.lx")]
    assert "新增 2 条" in bring("lines", *rows, head=head).output
    told = {each.line: each for each in lines_of(town, small.pk, now=now)}
    assert told["公安"].unit == traffic
    assert told["城管"].post["id"] == who(town, "worker").post_id
    before = Entry.objects.for_system("tests", town).count()
    assert "不变 2 条" in bring("lines", *rows, head=head).output
    assert Entry.objects.for_system("tests", town).count() == before
    assert "更新 1 条" in bring("lines", (small.code, "", "", traffic.key), head=head).output
    assert said_of(town)[small.pk, "城管"] == Server(unit_id=traffic.pk)
    assert [str(each) for each in verify(town)] == []


def test_every_fault_of_a_line_is_told_by_row_and_column(town, bring, codes):
    village = grid_named(town, "1").code
    rows = [("9", "", ""), ("", "", ""), (village, "没有的单位", "nobody"), (village, "", ""), (grid_named(town, "2").code, unit_by_key(town, "village_1").name, "worker.lx/没有")]
    assert bring("lines", *rows, head=("网格编码", "公安", "城管")).exit_code == 1
    assert codes() == [
        (2, "网格编码", "unknown_grid"), (4, "公安", "unknown_server"), (4, "城管", "unknown_server"),
        (5, "网格编码", "repeated_grid"), (6, "公安", "unit_elsewhere"), (6, "城管", "unknown_unit"),
    ]  # fmt: skip
    assert LineService.objects.for_system("tests", town).count() == 0
    assert "缺少列" in bring("lines", (village,), head=("网格编码",)).output
    assert "缺少列" in bring("micros", (village,), head=("网格编码",)).output


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("what", ["micros", "lines"])
def test_what_was_taken_out_goes_in_again_and_changes_nothing(town, bring, lianxin, tmp_path, what, form):
    small = grid_named(town, "1-1")
    rows = [
        ("", "一单元", small.code, 16, 41, "", "-张大嫂", "13800001111", "单元长", "1 至 16 号"),
        ("", "二单元", small.code, 14, 30, "worker.lx", "", "", "微网格长", ""),
    ]
    assert bring("micros", *rows).exit_code == 0
    # `chief` has a second post in another unit: the cell has to say which
    chief = Post.objects.for_system("tests", town).get(pk=who(town, "chief").post_id)
    Post(town=town, account_id=chief.account_id, unit=unit_by_key(town, "traffic"), role_id=chief.role_id, grid_id=chief.grid_id).save(force_insert=True)
    bring("lines", (small.code, f"chief.lx/{chief.unit.key}", "worker.lx"), head=("网格编码", "公安", "城管"))
    file = tmp_path / f"out.{form}"
    assert lianxin("export", what, "--to", file, "--town", "LX").exit_code == 0
    if form == "csv":
        assert "13800001111" not in file.read_text("utf-8-sig")
    before = Entry.objects.for_system("tests", town).count()
    told = lianxin("import", what, file, "--town", "LX", "--yes").output
    assert "新增 0" in told
    assert "更新 0" in told
    assert "不变 2" in told
    assert Entry.objects.for_system("tests", town).count() == before


def test_neighbours_numbers_are_told_in_full_only_as_somebody_who_manages_people(town, bring, lianxin, tmp_path):
    bring("micros", ("", "一单元", grid_named(town, "1-1").code, "", "", "", "张大嫂", "13800001111", "", ""))
    file = tmp_path / "out.csv"
    assert lianxin("export", "micros", "--to", file, "--town", "LX", "--personal").exit_code != 0
    assert lianxin("export", "micros", "--to", file, "--town", "LX", "--personal", "--as", "clerk.lx").exit_code != 0
    assert lianxin("export", "micros", "--to", file, "--town", "LX", "--personal", "--as", "security.lx").exit_code == 0
    assert "13800001111" in file.read_text("utf-8-sig")


def test_taking_in_a_thousand_takes_few_statements(town, bring, django_assert_max_num_queries, now):
    from lianxin.people.micros import MicroRow, import_micros

    small = grid_named(town, "1-1").pk
    rows = [MicroRow(n, small, f"第{n}微网格", households=15, person=f"甲{n}", phone="") for n in range(900)]
    with django_assert_max_num_queries(150):
        assert import_micros(rows, actor=who(town, "admin"), now=now)["added"] == 900
