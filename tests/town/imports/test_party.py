"""Party groups and centre households from a table: every fault by row, twice is once, masked stays, rows that go."""

import pytest

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import CentreHousehold, PartyGroup
from lianxin.town.imports.tables import open_table
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]
GROUPS = ("网格编码", "党小组名称", "组长账号", "党员数", "删除")
CENTRES = ("编号", "网格编码", "户主姓名", "电话", "住址", "党员数", "删除")


@pytest.fixture
def bring(made, lianxin, tmp_path):
    """Import rows; what the command said."""

    def run(what, head, *rows):
        return lianxin("import", what, made.workbook(tmp_path / "a.xlsx", rows, head=head), "--town", "LX", "--yes")

    return run


@pytest.fixture
def out(lianxin, tmp_path):
    """A table taken out, as rows of text."""

    def run(what, *more):
        path = tmp_path / f"{what}.xlsx"
        done = lianxin("export", what, "--to", path, "--town", "LX", "--overwrite", *more)
        assert done.exit_code == 0, done.output
        return path, [tuple(cells) for _row, cells in open_table(path, wanted=[*GROUPS, *CENTRES]).rows()]

    return run


def centres(town):
    return {row.name: row for row in CentreHousehold.objects.for_system("t", town)}


def test_groups_go_in_change_and_go_out_again(town, bring, out, lianxin):
    code = grid_named(town, "1-1").code
    done = bring("groups", GROUPS, (code, "一格党小组", "worker.lx", 9, None), ("1村2格", "二格党小组", None, None, None))
    assert "新增 2 个" in done.output
    path, rows = out("groups")
    told = [tuple(str(cell or "") for cell in row[1:4]) for row in rows]
    assert told == [(code, "一格党小组", "worker.lx"), (grid_named(town, "1-2").code, "二格党小组", "")]
    assert [int(row[4]) for row in rows] == [9, 0]
    same = lianxin("import", "groups", path, "--town", "LX", "--yes")
    assert "不变 2 个" in same.output
    done = bring("groups", GROUPS, (code, "一格党小组", None, 11, None), ("1村2格", "二格党小组", None, None, "是"))
    assert "更新 1 个" in done.output
    [row] = PartyGroup.objects.for_system("t", town)
    assert (row.members, row.leader.account.username) == (11, "worker.lx")
    assert [e.act for e in Entry.objects.for_system("t", town).filter(subject_kind="party_group").order_by("id")] == ["add", "add", "drop", "change"]
    assert list(verify(town)) == []


def test_households_go_out_masked_and_back_in_as_they_were(town, bring, out, lianxin):
    code = grid_named(town, "1-1").code
    head = CENTRES[1:]
    assert "新增 3 户" in bring("centres", head, (code, "李长生", "13800000011", "一村12号", 3, None), (code, "王小满", None, None, 0, None), (code, "王二妹", None, None, 0, None)).output
    path, rows = out("centres")
    assert {(row[2], row[3]) for row in rows} == {("李**", "138****0011"), ("王**", None)}
    assert "不变 3 户" in lianxin("import", "centres", path, "--town", "LX", "--yes").output
    number = str(centres(town)["王小满"].pk)
    assert "更新 1 户" in bring("centres", CENTRES, (number, code, "王大满", "13900000022", None, None, None)).output
    assert centres(town)["王大满"].phone == "13900000022"
    assert "更新 1 户" in bring("centres", head, (code, "李**", None, None, 5, None)).output
    assert (centres(town)["李长生"].members, centres(town)["李长生"].phone) == (5, "13800000011")
    assert "删除 1 户" in bring("centres", head, (code, "王二妹", None, None, None, "是")).output
    assert set(centres(town)) == {"李长生", "王大满"}
    told = {row[2] for row in out("centres", "--personal", "--as", "admin.lx")[1]}
    assert told == {"李长生", "王大满"}
    assert lianxin("export", "centres", "--to", path, "--town", "LX", "--overwrite", "--personal", "--as", "clerk.lx").exit_code
    assert lianxin("export", "centres", "--to", path, "--town", "LX", "--overwrite", "--personal").exit_code
    assert list(verify(town)) == []


def test_every_fault_is_told_by_row_and_nothing_written(town, bring):
    code = grid_named(town, "1-1").code
    bring("centres", CENTRES[1:], (code, "王小满", None, None, 0, None), (code, "王二妹", None, None, 0, None))
    done = bring(
        "centres", CENTRES,
        (None, "9", "甲某", None, None, None, None), (None, code, "乙某", "12", None, "很多", None), (None, code, "丙**", None, None, None, None),
        ("77", code, "丁某", None, None, None, None), (None, code, "戊某", None, None, None, "是"), (None, code, "王**", None, None, 4, None),
        (None, code, "己某", None, None, None, None), (None, code, "己某", None, None, None, None), (None, code, None, None, None, 1, None),
        (None, code, "庚某", None, None, None, "也许"),
    )  # fmt: skip
    assert done.exit_code == 1
    lines = [line for line in done.output.splitlines() if line.strip().startswith("第 ")]
    at = [(int(line.split()[1]), line) for line in lines]
    assert sorted(row for row, _line in at) == [2, 3, 3, 4, 5, 6, 7, 9, 10, 11]
    for row, words in ((2, "没有这个网格"), (4, "写完整"), (5, "编号为 77"), (6, "不能删除"), (7, "不止一个"), (9, "第 8 行")):
        assert any(n == row and words in line for n, line in at), (row, at)
    assert set(centres(town)) == {"王小满", "王二妹"}
    lacking = bring("groups", ("网格编码", "党员数"), (code, 3))
    assert lacking.exit_code != 0
    assert "党小组名称" in lacking.output
