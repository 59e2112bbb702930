"""Two cases beside each other: what each says, where they differ, which words both use."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.suggest import metres_between
from lianxin.ui import words

Row = dict[str, Any]
Parts = list[tuple[str, bool]]
LONGEST = 800  # characters compared; what is longer is shown as it is
SHORTEST = 2  # one character in common says nothing


def compared_facts(this: Row, other: Row) -> list[Row]:
    """The facts of two cases (`case_page`), line by line: label, this, other, and whether they differ."""
    pairs = (
        (_("State"), lambda page: page["step_name"]),
        (_("Category"), lambda page: page["category"]),
        (_("In grid"), lambda page: page["grid"]),
        (_("Place"), lambda page: page["address"]),
        (_("Urgency"), lambda page: page["urgency"]),
        (_("Came by"), lambda page: page["channel"]),
        (_("Recorded"), lambda page: words.when(page["recorded_at"])),
        (_("Raised by"), lambda page: _(", ").join(_people(page))),
    )
    rows = [{"label": label, "this": value(this), "other": value(other)} for label, value in pairs]
    return [{**row, "differs": row["this"] != row["other"]} for row in rows if row["this"] or row["other"]]


def _people(page: Row) -> Iterator[str]:
    """Who raised a case, masked as everywhere."""
    for person in page["people"]:
        if said := " ".join(part for part in (person["name"], person["phone"]) if part):
            yield said


def apart(this: Row, other: Row) -> int | None:
    """Metres between the places of two cases; None where one of them names none."""
    places = (this["lon"], this["lat"], other["lon"], other["lat"])
    return None if None in places else round(metres_between(*places))


def common_words(this: str, other: str) -> tuple[Parts, Parts]:
    """Both texts in parts, with whether the other says the same there."""
    if max(len(this), len(other)) > LONGEST:
        return [(this, False)], [(other, False)]
    blocks = [block for block in SequenceMatcher(None, this, other, autojunk=False).get_matching_blocks() if block.size]
    kept = [block for block in blocks if block.size >= SHORTEST]
    here, there = [(block.a, block.size) for block in kept], [(block.b, block.size) for block in kept]
    return _parts(this, here), _parts(other, there)


def _parts(text: str, same: list[tuple[int, int]]) -> Parts:
    parts: Parts = []
    at = 0
    for start, size in same:
        parts += [(text[at:start], False), (text[start : start + size], True)]
        at = start + size
    return [(part, shared) for part, shared in [*parts, (text[at:], False)] if part]
