"""Tables as they come: Excel workbooks and CSV files, read row by row, guarded against what a file may do.

A workbook is a zip archive of XML that somebody else made: its unpacked size, its rows and its columns are bounded
before they are read.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final

from lianxin.town.imports.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Sequence
    from pathlib import Path

MOST_BYTES: Final = 200_000_000  # of the file
MOST_UNPACKED: Final = 1_000_000_000  # of all parts of a workbook
MOST_RATIO: Final = 200  # unpacked to packed; texts come to about 10
MOST_ROWS: Final = 500_000
MOST_COLUMNS: Final = 300
LONGEST_CELL: Final = 4_000_000  # characters read of a cell at all; each column has its own, far smaller limit
HEADER_WITHIN: Final = 10  # a title or a remark may stand above the row of column names
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCODINGS: Final = ("utf-8", "gb18030")
_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA = re.compile(rb"<f[ />]")

Cells = tuple[Any, ...]


class NoValue:
    """A formula whose value the file does not hold."""

    def __repr__(self) -> str:
        return "NoValue()"


NO_VALUE: Final = NoValue()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a row of column names: `rows()` reads it from the start, each row with its number in the sheet."""

    names: tuple[str, ...]
    header_row: int
    _read: Callable[[], Generator[tuple[int, Cells]]]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """The rows below the header that hold anything, each as wide as the header."""
        width = len(self.names)
        with closing(self._read()) as rows:
            for number, cells in rows:
                if number > self.header_row and any(_filled(cell) for cell in cells[:width]):
                    yield number, (*cells[:width], *(None,) * (width - len(cells)))


def open_table(path: Path, *, wanted: Collection[str]) -> Table:
    """Find the table in a file: the first ten rows are looked through for the one that names the `wanted` columns.

    Excel (.xlsx, the first sheet) and CSV (UTF-8, UTF-16 with a mark, GB 18030; any usual separator). Raises
    Unreadable.
    """
    wishes = {_plain(name) for name in wanted}
    read = _reader(path, wishes)
    with closing(read()) as rows:
        head = list(islice(rows, HEADER_WITHIN))
    if not any(_filled(cell) for _, cells in head for cell in cells):
        raise Unreadable(f"{path.name} 是空的。", f"{path.name} is empty.")
    number, cells = max(head, key=lambda row: len({_plain(cell) for cell in row[1]} & wishes))
    if not {_plain(cell) for cell in cells} & wishes:
        chinese, english = ("、".join(part[:8]) for part in _by_language(wanted))
        raise Unreadable(
            f"{path.name} 的前 {HEADER_WITHIN} 行里没有列名（需要{chinese}）。",
            f"The first {HEADER_WITHIN} rows of {path.name} hold no column names (wanted: {english}).",
        )
    names = tuple("" if cell is None else str(cell).strip() for cell in cells)
    return Table(_trimmed(names), number, read)


def _by_language(titles: Collection[str]) -> tuple[list[str], list[str]]:
    """Titles of columns in Chinese, and in English; all of them where there are none in one."""
    every = list(dict.fromkeys(titles))
    english = [title for title in every if title.isascii()]
    return [title for title in every if not title.isascii()] or every, english or every


def column_of(table: Table, titles: Sequence[str]) -> int | None:
    """Where a column stands that goes by one of these titles; the first title that is there wins."""
    places = {_plain(name): at for at, name in reversed(list(enumerate(table.names)))}
    return next((places[_plain(title)] for title in titles if _plain(title) in places), None)


def _plain(name: Any) -> str:
    """A column's name without the spaces, line breaks and star that forms put into it."""
    return "".join(str(name or "").split()).strip("*＊").lower()


def _filled(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _trimmed(names: tuple[str, ...]) -> tuple[str, ...]:
    width = max(at for at, name in enumerate(names, start=1) if name)
    return names[:width]


def _reader(path: Path, wishes: set[str]) -> Callable[[], Generator[tuple[int, Cells]]]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise Unreadable(f"{path} 不能读取：{error.strerror}。", f"{path} cannot be read: {error.strerror}.") from error
    if not size:
        raise Unreadable(f"{path.name} 是空的。", f"{path.name} is empty.")
    if size > MOST_BYTES:
        raise _too_big(path)
    if head == _OLE:
        raise _old_or_locked(path)
    if head.startswith(b"PK") or path.suffix.lower() in {".xlsx", ".zip"}:
        formulas = _check_workbook(path)
        return lambda: _bounded(path, _workbook_rows(path, formulas=formulas))
    encoding = _encoding(path)
    separator = _separator(path, encoding, wishes)
    return lambda: _bounded(path, _csv_rows(path, encoding, separator))


def _bounded(path: Path, rows: Generator[Cells]) -> Generator[tuple[int, Cells]]:
    full = filled = 0  # one cell far below makes a sheet long, not full
    with closing(rows):
        for number, cells in enumerate(rows, start=1):
            full += bool(cells)
            filled += any(_filled(cell) for cell in cells)
            if full > MOST_ROWS:
                raise _too_big(path) if filled * 2 > full else _mostly_empty(path)
            if len(cells) > MOST_COLUMNS and any(_filled(cell) for cell in cells[MOST_COLUMNS:]):
                raise Unreadable(
                    f"{path.name} 超过 {MOST_COLUMNS} 列。", f"{path.name} has more than {MOST_COLUMNS} columns."
                )
            yield number, cells[:MOST_COLUMNS]


def _too_big(path: Path) -> Unreadable:
    return Unreadable(
        f"{path.name} 太大（最多 {MOST_BYTES // 1_000_000} MB、{MOST_ROWS:,} 行）：请分成几个文件。",
        f"{path.name} is too big (at most {MOST_BYTES // 1_000_000} MB and {MOST_ROWS:,} rows): split it.",
    )


def _mostly_empty(path: Path) -> Unreadable:
    return Unreadable(
        f"{path.name} 超过 {MOST_ROWS:,} 行，而且多是空行：请删去空行再导入。",
        f"{path.name} has more than {MOST_ROWS:,} rows, most of them empty: delete the empty rows.",
    )


def _old_or_locked(path: Path) -> Unreadable:
    """Both the binary .xls and a workbook under a password begin with the same eight bytes."""
    with path.open("rb") as file:
        locked = "EncryptedPackage".encode("utf-16-le") in file.read()
    if locked:
        return Unreadable(
            f"{path.name} 设有密码：请先去掉密码再导入。", f"{path.name} is under a password: save it without one."
        )
    return Unreadable(
        f"{path.name} 是旧的 .xls 格式：请另存为 .xlsx 再导入。", f"{path.name} is an old .xls file: save it as .xlsx."
    )


# ---- workbooks -------------------------------------------------------------------------------------


def _check_workbook(path: Path) -> bool:
    """Refuse what is no sound workbook; tell whether it holds formulas."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise _no_workbook(path)
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MOST_UNPACKED or any(_swollen(part) for part in parts):
                raise Unreadable(
                    f"{path.name} 解开后异常地大，未导入。", f"{path.name} unpacks to an absurd size; refused."
                )
            looked = {part.filename: _look(archive, part.filename, path) for part in parts}  # every part is looked at
            return any(looked.values())
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise _no_workbook(path) from error


def _swollen(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 10_000_000 and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def _look(archive: zipfile.ZipFile, name: str, path: Path) -> bool:
    """Whether a sheet holds formulas; no part may bring definitions of its own (entities that grow)."""
    sheet = _PART.fullmatch(name) is not None
    found, tail = False, b""
    with archive.open(name) as part:
        head = part.read(4096)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise _no_workbook(path)
        chunk = head
        while sheet and chunk and not found:
            found = _FORMULA.search(tail + chunk) is not None
            tail, chunk = chunk[-2:], part.read(1 << 20)
    return found


def _no_workbook(path: Path) -> Unreadable:
    return Unreadable(f"{path.name} 不是完好的 Excel 工作簿。", f"{path.name} is no sound Excel workbook.")


@contextmanager
def _sheet(path: Path, *, values: bool) -> Iterator[Any]:
    from openpyxl import load_workbook  # read when a workbook comes, not by every process
    from openpyxl.utils.exceptions import InvalidFileException

    # The file is ours to close: a workbook left half read keeps its own open until the rubbish is collected.
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=values)
        except (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
            raise _no_workbook(path) from error
        try:
            if not book.worksheets:
                raise _no_workbook(path)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # the size written in the file is often wrong
            yield sheet
        finally:
            book.close()


def _workbook_rows(path: Path, *, formulas: bool) -> Generator[Cells]:
    with _sheet(path, values=True) as sheet:
        rows = _parsed(path, sheet)
        if not formulas:
            yield from rows
            return
        with _sheet(path, values=False) as written:
            for cells, sources in zip(rows, _parsed(path, written), strict=True):
                yield tuple(
                    NO_VALUE if cell is None and _is_formula(source) else cell
                    for cell, source in zip(cells, sources, strict=True)
                )


def _is_formula(source: Any) -> bool:
    return source is not None and (not isinstance(source, str) or source.startswith("="))


def _parsed(path: Path, sheet: Any) -> Iterator[Cells]:
    """The rows of a sheet; a part that breaks off in the middle is told as such."""
    try:
        yield from sheet.iter_rows(values_only=True)
    except (SyntaxError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError, OverflowError) as error:
        raise _no_workbook(path) from error


# ---- CSV -------------------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in head:
            raise Unreadable(f"{path.name} 既不是 Excel 也不是 CSV。", f"{path.name} is neither Excel nor CSV.")
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        for encoding in _ENCODINGS:
            file.seek(0)
            if _decodes(file, encoding):
                return encoding
    raise Unreadable(
        f"{path.name} 的文字编码认不出来：请另存为“CSV UTF-8”。",
        f"The encoding of {path.name} is unknown: save it as CSV UTF-8.",
    )


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(path: Path, encoding: str, wishes: set[str]) -> str:
    """The separator by which the first lines name the most of the columns wished for."""
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        lines = [line for line in islice(iter(lambda: file.readline(100_000), ""), HEADER_WITHIN) if line.strip()]

    def named(char: str) -> int:
        return max((len({_plain(cell) for cell in row} & wishes) for row in _split(lines, char)), default=0)

    return max(",\t;|，", key=named)


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return []


def _csv_rows(path: Path, encoding: str, separator: str) -> Generator[Cells]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        try:
            for row in reader:
                yield tuple(cell or None for cell in row)
        except (csv.Error, UnicodeError) as error:
            raise Unreadable(
                f"{path.name} 第 {reader.line_num} 行读不出来：{error}。",
                f"Line {reader.line_num} of {path.name} cannot be read: {error}.",
            ) from error
