"""Tables as files: CSV and Excel that run no formulas, JSON lines, GeoJSON; whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any, Final

from django.utils import timezone

from lianxin.town.exports.safety import for_excel, harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from openpyxl import Workbook

FORMATS: Final = ("xlsx", "csv", "geojson", "jsonl")
WIDEST: Final = 40  # characters

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in a record, its title in a table; `decimals` of one that holds numbers alone."""

    name: str
    title: str
    width: int = 14
    decimals: int | None = None


@contextmanager
def replacing(path: Path, **how: Any) -> Iterator[IO[Any]]:
    """A file that takes its place when it is whole; readable by its owner alone, as it may hold personal details."""
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), **how) as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write(path: Path, form: str, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write records in one of FORMATS and return how many there were.

    A record's `geometry` goes into GeoJSON alone; times are in the town's zone, with it in JSON, without it in tables.
    """
    writers = {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl, "geojson": _geojson}
    return writers[form](path, columns, rows)


def _csv(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    done = 0
    with replacing(path, mode="w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.title for column in columns])
        for row in rows:
            writer.writerow([harmless(_flat(row.get(column.name))) for column in columns])
            done += 1
    return done


def _xlsx(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    def lines() -> Iterator[list[Any]]:
        for row in rows:
            yield [row.get(column.name) for column in columns]

    book = new_book()
    done = add_sheet(book, "数据", columns, lines())
    save(book, path)
    return done


def new_book() -> Workbook:
    """An empty workbook to write; the library is read when the first one is asked for, not by every process."""
    from openpyxl import Workbook

    return Workbook(write_only=True)


def add_sheet(book: Workbook, name: str, columns: Sequence[Column], lines: Iterable[Sequence[Any]]) -> int:
    """Add a sheet with bold titles that stay in sight; returns how many lines there were."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for at, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = min(column.width, WIDEST)
    sheet.append([_bold(sheet, column.title) for column in columns])
    done = 0
    for line in lines:
        sheet.append([for_excel(_flat(value)) for value in line])
        done += 1
    return done


def save(book: Workbook, path: Path) -> None:
    """Write a workbook, whole or not at all."""
    with replacing(path, mode="wb") as file:
        book.save(file)


def _bold(sheet: Any, title: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=title)
    cell.font = Font(bold=True)
    return cell


def _jsonl(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    done = 0
    with replacing(path, mode="w", encoding="utf-8") as file:
        for row in rows:
            file.write(_json({column.name: row.get(column.name) for column in columns}) + "\n")
            done += 1
    return done


def _geojson(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    done = 0
    with replacing(path, mode="w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "datum": "wgs84", "features": [')
        for row in rows:
            words = {column.name: row.get(column.name) for column in columns}
            feature = {"type": "Feature", "properties": words, "geometry": row.get("geometry")}
            file.write((",\n" if done else "\n") + _json(feature))
            done += 1
        file.write("\n]}\n")
    return done


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=_said)


def _said(value: Any) -> str:
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return local.isoformat() if isinstance(local, datetime | date) else str(value)


def _flat(value: Any) -> Any:
    """A value as a cell shows it. Ids are text: a spreadsheet program keeps fifteen digits of a number."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_said)
    return value
