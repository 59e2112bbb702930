"""Reading single cells: text, times, counts, choices, whatever type a spreadsheet program gave them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from django.utils import timezone

from lianxin.town.exports.safety import as_written
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.tables import NO_VALUE, Cells

ERROR_VALUES: Final = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"})
EARLIEST: Final = date(1949, 10, 1)
_SAFE_DIGITS: Final = 10**15  # a spreadsheet program keeps fifteen digits of a number
_FRACTION: Final = re.compile(r"(\d+)\.0+")


class Wrong(Exception):
    """A cell that cannot be meant: a code of `faults.SENTENCES` and what it is about."""

    def __init__(self, code: str, **said: Any) -> None:
        super().__init__(code)
        self.code, self.said = code, said


def read_row(
    readers: Mapping[str, Callable[[Any], Any]], places: Mapping[str, int], cells: Cells, *, required: Collection[str]
) -> tuple[dict[str, Any], dict[str, Wrong]]:
    """What each reader makes of its cell of a row, and of those that cannot be meant what is wrong, by target."""
    got: dict[str, Any] = {}
    wrong: dict[str, Wrong] = {}
    for target, at in places.items():
        try:
            got[target] = readers[target](cells[at])
            if target in required and not got[target]:
                raise Wrong("missing")
        except Wrong as fault:
            wrong[target] = fault
    return got, wrong


def text_of(cell: Any) -> str:
    """The text of any cell as a person sees it; a whole number without its point. Raises Wrong."""
    if cell is NO_VALUE:
        raise Wrong("no_value")
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= _SAFE_DIGITS:
        raise Wrong("rounded")
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    text = as_written(str(cell).strip(" \n"))
    if text in ERROR_VALUES:
        raise Wrong("error_value", value=text)
    return text


def line_of(most: int) -> Callable[[Any], str]:
    """A reader of one tidy line of at most so many characters. It raises Wrong."""

    def read(cell: Any) -> str:
        text = clean_line(text_of(cell))
        if len(text) > most:
            raise Wrong("too_long", most=most)
        return text

    return read


def moment_of(cell: Any, formats: tuple[str, ...], *, now: datetime) -> datetime:
    """A time in the town's zone, from a date cell or from text by one of the formats; a past one. Raises Wrong."""
    moment = cell if isinstance(cell, datetime) else _midnight(cell) if isinstance(cell, date) else None
    if moment is None:
        text = " ".join(text_of(cell).split())
        moment = next((found for each in formats if (found := _parsed(text, each)) is not None), None)
        if moment is None:
            raise Wrong("bad_date", value=text)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if moment.date() < EARLIEST:
        raise Wrong("too_early", value=moment.date())
    if moment > now:
        raise Wrong("future", value=timezone.localtime(moment).replace(tzinfo=None))
    return moment


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is the town's, added by the caller
    except ValueError:
        return None


def count_of(cell: Any) -> int | None:
    """A whole number of 0 or more; None for an empty cell. Raises Wrong."""
    text = text_of(cell).replace(",", "").replace("，", "").strip()
    if not text:
        return None
    whole = _FRACTION.fullmatch(text)
    text = whole[1] if whole else text
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Wrong("bad_number", value=text)
    return int(text)


def choice_of(cell: Any, choices: Mapping[str, Any]) -> Any:
    """What one of the given words stands for; None for an empty cell. Raises Wrong."""
    text = text_of(cell).strip()
    if not text:
        return None
    if text.lower() not in choices:
        raise Wrong("bad_choice", value=text, known="、".join(choices))
    return choices[text.lower()]
