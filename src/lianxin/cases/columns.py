"""The columns of a case as its history knows them.

An entry holds what each changed column became, so that replaying the entries gives the row. The title and the exact
place (point, address, what else was answered) may tell of people: they are texts beside the first entry, which holds
only their digests, so that they can be erased and the chain still checks. The grid stays: the town's figures need it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lianxin.cases.models import Case, Duty
from lianxin.ledger.chain import moment

PLAIN = (
    "number", "kind", "workflow_id", "step", "category_id", "grid_id", "unit_id", "post_id", "urgency", "channel",
    "happened_at", "recorded_at", "due_at", "closed_at", "state", "parent_id",
)  # fmt: skip
TITLE, PLACE = "title", "place"  # fields of the texts beside the first entry
PLACED = ("address", "answers", "lat", "lon")
DUTY = ("who", "step", "opened_at", "due_at", "soon_at")  # of a duty that is opened
ERASED = "（已删除）"  # the title of a case whose words were erased


def sealed(value: Any) -> Any:
    """A column's value as it stands in an entry."""
    return moment(value) if isinstance(value, datetime) else value


def plain_columns(case: Case) -> dict[str, Any]:
    """Every plain column of a case as its entries would hold it."""
    return {name: sealed(getattr(case, name)) for name in PLAIN}


def duty_columns(duty: Duty) -> dict[str, Any]:
    """What the entry that opens a duty says of it, beside whose it is."""
    return {name: sealed(getattr(duty, name)) for name in DUTY}


def place_of(case: Case) -> str:
    """The columns of a case's place as the text that its first entry is about."""
    told = {name: getattr(case, name) for name in PLACED}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def placed(text: str) -> dict[str, Any]:
    """The columns that `place_of` wrote down; those of an erased place, for an empty text."""
    told: dict[str, Any] = json.loads(text) if text else {"address": "", "answers": {}, "lat": None, "lon": None}
    return told


def apply(case: Case, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set the columns; return what really changed, as an entry holds it."""
    changed = {}
    for name, value in changes.items():
        if getattr(case, name) != value:
            setattr(case, name, value)
            changed[name] = sealed(value)
    return changed
