"""Tidying what another system kept: stray whitespace and invisible characters go, what people said stays."""

from __future__ import annotations

import re
from typing import Final

LONGEST_TITLE: Final = 120
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_SPACES = re.compile(r"[^\S\n]+")  # NBSP, tabs and full-width spaces among them
_BLANK_LINES = re.compile(r"\n{3,}")
# Control and formatting characters: zero-width ones, marks of direction, lone surrogates. The joiner U+200D and the
# tags of flags stay, since emoji are made of them; tabs are spaces here.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_CUTS = "。！？；，、.!?;, "
_FAR_BACK: Final = 40  # characters of a title given up to end it at a word


def clean_text(text: str) -> str:
    """A text with its paragraphs: no space at the ends of lines, one space for several, one blank line for several."""
    lines = _BREAKS.sub("\n", text).split("\n")
    plain = "\n".join(_SPACES.sub(" ", _HIDDEN.sub("", line)).strip() for line in lines)
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
