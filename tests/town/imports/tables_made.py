"""Files as offices send them, made for tests."""

import csv
import io
import zipfile

from openpyxl import Workbook

HEAD = ("工单编号", "标题", "诉求内容", "来电时间", "来电人", "联系电话", "网格编码", "类别")
ROW = ("H-1", "路灯不亮", "村口路灯三天不亮", "2026-02-01 08:30:00", "王某", "19900000001", "", "")


def row(number="H-1", **changed):
    """A sound row; `changed` by the position's name."""
    names = ("number", "title", "text", "when", "name", "phone", "grid", "category")
    values = dict(zip(names, ROW, strict=True)) | {"number": number} | changed
    return tuple(values[name] for name in names)


def workbook(path, rows, *, head=HEAD, above=()):
    book = Workbook()
    sheet = book.active
    for line in (*above, head, *rows):
        sheet.append(line)
    book.save(path)
    return path


def table(path, rows, *, head=HEAD, encoding="utf-8", separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([head, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def without_values(path, target):
    """The workbook as a program writes it that does not reckon formulas (openpyxl is one)."""
    target.write_bytes(path.read_bytes())
    return target


def with_part(path, name, content):
    """The workbook with one more, or another, part."""
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, body in parts.items():
            archive.writestr(each, body)
    return path
