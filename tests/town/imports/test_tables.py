"""Any file an office may send: read, or refused in one plain sentence. Never a traceback, never half a table."""

import zipfile

import openpyxl
import pytest
from openpyxl import Workbook

from lianxin.town.imports import tables
from lianxin.town.imports.faults import Unreadable
from lianxin.town.imports.tables import NO_VALUE, column_of, open_table

WANTED = ("工单编号", "标题", "诉求内容")


def read(path):
    return [cells for _, cells in open_table(path, wanted=WANTED).rows()]


def refusal(path):
    with pytest.raises(Unreadable) as refused:
        read(path)
    return refused.value.zh


def test_a_workbook_is_read_with_the_rows_numbered_as_the_sheet_numbers_them(tmp_path, made):
    path = made.workbook(
        tmp_path / "a.xlsx", [made.row("1"), (None,) * 8, made.row("2")], above=[("热线工单汇总表",), ()]
    )
    found = open_table(path, wanted=WANTED)
    assert [(number, cells[0]) for number, cells in found.rows()] == [(4, "1"), (6, "2")]
    assert found.names == made.HEAD


def test_a_workbook_of_which_only_the_head_was_read_is_closed_at_once(tmp_path, made, monkeypatch):
    path = made.workbook(tmp_path / "a.xlsx", [made.row(str(at)) for at in range(5_000)])
    opened = []
    read_book = openpyxl.load_workbook

    def load(file, **how):
        book = read_book(file, **how)
        opened.append(book)  # held, as a cycle holds it until the rubbish is collected
        opened.append(file)
        return book

    monkeypatch.setattr(openpyxl, "load_workbook", load)
    open_table(path, wanted=WANTED)
    assert opened
    assert all(getattr(each, "closed", True) for each in opened[1::2])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_csv_is_read_in_any_usual_encoding_and_with_any_usual_separator(tmp_path, made, encoding, separator):
    rows = [made.row(str(at), text="一，二,三;四\n第二行|完") for at in range(3)]
    path = made.table(tmp_path / "a.csv", rows, encoding=encoding, separator=separator)
    assert read(path) == [tuple(cell or None for cell in row) for row in rows]


def test_column_names_are_found_whatever_spaces_and_stars_forms_put_into_them(tmp_path, made):
    head = ("＊工单 编号", "标\n题*", " 诉求内容 ")
    found = open_table(made.workbook(tmp_path / "a.xlsx", [("1", "二", "三")], head=head), wanted=WANTED)
    assert [column_of(found, [name]) for name in WANTED] == [0, 1, 2]
    assert column_of(found, ["没有", "标题"]) == 1
    assert column_of(found, ["没有"]) is None


def test_a_file_without_the_columns_is_refused_with_what_is_wanted(tmp_path, made):
    assert "工单编号" in refusal(made.workbook(tmp_path / "a.xlsx", [(1, 2)], head=("甲", "乙")))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "是空的"),
        ("a.csv", b"\n\n ,\n", "是空的"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧的 .xls"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("a.xlsx", b"PK\x03\x04 broken", "不是完好的"),
        ("a.csv", b"\x00\x01\x02\x03", "既不是 Excel 也不是 CSV"),
        ("a.csv", "工单编号,标题,诉求内容\n".encode() + b"\xff\xff\xff\n", "编码"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_file_that_is_not_there_and_a_folder_are_told_as_such(tmp_path):
    assert "不能读取" in refusal(tmp_path / "none.xlsx")
    assert "不能读取" in refusal(tmp_path)


def test_a_zip_that_is_no_workbook_and_a_workbook_cut_in_half_are_refused(tmp_path, made):
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "不是完好的" in refusal(tmp_path / "z.xlsx")
    path = made.workbook(tmp_path / "a.xlsx", [made.row(str(at)) for at in range(300)])
    half = tmp_path / "half.xlsx"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "不是完好的" in refusal(half)


def test_a_sheet_whose_xml_breaks_off_is_refused(tmp_path, made):
    path = made.workbook(tmp_path / "a.xlsx", [made.row(str(at)) for at in range(30)])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    made.with_part(path, "xl/worksheets/sheet1.xml", sheet[: len(sheet) // 2])
    assert "不是完好的" in refusal(path)


def test_a_workbook_that_unpacks_to_an_absurd_size_is_refused_unread(tmp_path, made):
    path = made.with_part(made.workbook(tmp_path / "a.xlsx", [made.row()]), "xl/media/x.bin", b"0" * 30_000_000)
    assert path.stat().st_size < 100_000
    assert "异常地大" in refusal(path)


def test_entities_that_grow_are_refused(tmp_path, made):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    path = made.with_part(made.workbook(tmp_path / "a.xlsx", [made.row()]), "xl/sharedStrings.xml", bomb)
    assert "不是完好的" in refusal(path)


def test_too_many_rows_and_columns_are_refused(tmp_path, made, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 20)
    assert "太大" in refusal(made.table(tmp_path / "a.csv", [made.row(str(at)) for at in range(30)]))
    monkeypatch.setattr(tables, "MOST_COLUMNS", 5)
    assert "列" in refusal(made.workbook(tmp_path / "a.xlsx", [made.row()]))


def test_a_stray_cell_far_below_makes_no_table_too_big(tmp_path, made, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 20)
    book = Workbook()
    book.active.append(made.HEAD)
    book.active.append(made.row())
    book.active.cell(5000, 1, " ")
    book.save(tmp_path / "a.xlsx")
    assert len(read(tmp_path / "a.xlsx")) == 1


def test_a_formula_gives_its_value_and_one_without_is_told_apart_from_an_empty_cell(tmp_path, made):
    path = made.workbook(tmp_path / "a.xlsx", [made.row("1", title="=A2&B2"), made.row("2", title=None)])
    assert [cells[1] for cells in read(path)] == [NO_VALUE, None]
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    reckoned = (
        sheet.replace("<v></v>", "<v>算出的</v>").replace("<v />", "<v>算出的</v>").replace("<v/>", "<v>算出的</v>")
    )
    assert reckoned != sheet
    made.with_part(path, "xl/worksheets/sheet1.xml", reckoned.replace('<c r="B2">', '<c r="B2" t="str">').encode())
    assert [cells[1] for cells in read(path)] == ["算出的", None]


def test_merged_cells_hold_their_value_in_the_first_alone(tmp_path, made):
    book = Workbook()
    for line in (made.HEAD, made.row("1"), made.row("2")):
        book.active.append(line)
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    assert [cells[0] for cells in read(tmp_path / "a.xlsx")] == ["1", None]
