"""Cells that a spreadsheet program takes as text, whatever people have written into them."""

from __future__ import annotations

from typing import Any, Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL: Final = 32_767  # characters of a cell in Excel


def harmless(value: Any) -> Any:
    """A cell's value; a text that would be run as a formula gets an apostrophe before it. Numbers stay numbers.

    So does one that looks as if it had been given one already, or `as_written` would take its own away.
    """
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip("'").startswith(FORMULA_STARTS) else value


def as_written(value: str) -> str:
    """The text that `harmless` was given."""
    return value[1:] if value.startswith("'") and value.lstrip("'").startswith(FORMULA_STARTS) else value


def for_excel(value: Any) -> Any:
    """`harmless`, without the control characters that a workbook cannot hold, cut to what a cell holds."""
    value = harmless(value)
    if not isinstance(value, str):
        return value
    text = "".join(char for char in value if char in "\t\n\r" or (char >= " " and not "\ud800" <= char <= "\udfff"))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
