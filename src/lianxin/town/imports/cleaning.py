"""Tidying what another system kept: stray whitespace and invisible characters go, what people said stays."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_TITLE: Final = 120
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_SPACES = re.compile(r"[^\S\n]+")  # NBSP, tabs and full-width spaces among them
_BLANK_LINES = re.compile(r"\n{3,}")
_JOINER = "\u200d"  # holds some emoji together
_CUTS = "。！？；，、.!?;, "
_FAR_BACK: Final = 40  # characters of a title given up to end it at a word


def clean_text(text: str) -> str:
    """A text with its paragraphs: no space at the ends of lines, one space for several, one blank line for several."""
    lines = _BREAKS.sub("\n", text).split("\n")
    plain = "\n".join(_SPACES.sub(" ", _visible(line)).strip() for line in lines)
    return _BLANK_LINES.sub("\n\n", plain).strip()


def clean_line(text: str) -> str:
    """A text as one line."""
    return " ".join(clean_text(text).split())


def shorten(title: str, most: int = LONGEST_TITLE) -> str:
    """A title of at most so many characters, cut where a word or clause ends, with … at its end."""
    if len(title) <= most:
        return title
    room = title[: most - 1]
    cut = max(room.rfind(char) for char in _CUTS)
    return room[: cut + 1 if cut >= most - _FAR_BACK else most - 1].rstrip(_CUTS) + "…"


def _visible(line: str) -> str:
    return "".join(char for char in line if char in f"\t{_JOINER}" or unicodedata.category(char) not in _HIDDEN)


_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs"})  # control, formatting (zero-width, direction), lone surrogates
