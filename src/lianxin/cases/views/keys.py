"""Keys of the acts on a page: by what an act asks for, then in the page's order; no act is known by name."""

from collections.abc import Iterable
from typing import Any, Final

Row = dict[str, Any]

MAIN: Final = "a"  # what carries the case on, wherever that is
TRIAGE: Final = {"clause": "x", "answer": "d", "units": "h", "contacted": "t"}  # beside the keys of triage's own fields
ASKED: Final = {
    **TRIAGE, "urgency": "e", "holder": "g", "case": "m", "demand": "y", "until": "l", "note": "i", "reason": "o",
}  # fmt: skip
# What the list beside the case does not use (j k / ? * f r s u v b n q z, and digits for the places of work), nor the
# page itself (p shows a telephone number, z takes back).
SPARE: Final = "cwyiolgmedhtx"


def keyed(acts: Iterable[Row]) -> list[Row]:
    """Rows of acts with `hotkey`, each its own; empty where the letters do not reach."""
    rows = [{**act, "hotkey": MAIN if act["primary"] else ""} for act in acts]
    taken = {MAIN}
    for row in rows:
        letter = next((ASKED[need] for need in ASKED if need in row["needs"]), "")
        if not row["hotkey"] and letter not in taken:
            row["hotkey"] = letter
            taken.add(letter)
    for row in rows:
        row["hotkey"] = row["hotkey"] or next((letter for letter in SPARE if letter not in taken), "")
        taken.add(row["hotkey"])
    return rows
