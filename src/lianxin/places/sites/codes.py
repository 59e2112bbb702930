"""Codes of sites: the unified social credit code of GB 32100-2015, and those a town gives itself."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z, which are misread
LENGTH: Final = 18
SERIALS: Final = 999
_OWN = re.compile(r"[0-9]{9,18}-[0-9]{3}")


def tidy_code(text: str) -> str:
    """A code as it is kept: full-width figures made narrow, capitals, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def check_character(head: str) -> str:
    """The eighteenth character that belongs to the first seventeen of a credit code.

    GB 32100-2015, 4.6: each character's place in the alphabet times 3 to the power of its position, modulo 31. Raises
    ValueError for anything but seventeen characters of its alphabet.
    """
    if len(head) != LENGTH - 1:
        raise ValueError("seventeen characters come before the check character")
    total = sum(LETTERS.index(char) * pow(3, at, 31) for at, char in enumerate(head))
    return LETTERS[-total % 31]


def is_credit_code(code: str) -> bool:
    """Whether a tidy code can be a unified social credit code (统一社会信用代码).

    Eighteen characters of the alphabet, the third to the eighth the figures of a division (GB/T 2260), the last one
    right. Who registered it may be a letter: co-operatives of villages begin with N.
    """
    if len(code) != LENGTH or any(char not in LETTERS for char in code) or not code[2:8].isdigit():
        return False
    return check_character(code[:-1]) == code[-1]


def is_own_code(code: str) -> bool:
    """Whether a code has the form a town gives itself: a grid's code, a dash, three figures."""
    return _OWN.fullmatch(code) is not None


def own_code(grid_code: str, serial: int) -> str:
    """The code of the so-many-th site entered in a grid. Raises ValueError beyond 999."""
    if not 1 <= serial <= SERIALS:
        raise ValueError(f"a grid gives codes to {SERIALS} sites")
    return f"{grid_code}-{serial:03d}"


def serial_of(code: str) -> int:
    """The serial in a code of `own_code`; 0 in any other."""
    return int(code.rpartition("-")[2]) if is_own_code(code) else 0


def serials_of(codes: Iterable[str]) -> dict[str, int]:
    """The highest serial that was ever given in each grid, by the grid's code."""
    found: dict[str, int] = {}
    for code in codes:
        if serial := serial_of(code):
            grid = code.rpartition("-")[0]
            found[grid] = max(found.get(grid, 0), serial)
    return found
