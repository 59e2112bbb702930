"""The columns of a case as its history knows them.

An entry holds what each changed column became, so that replaying the entries gives the row. Title and address may
name people: the entry holds only their digests, like other texts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lianxin.cases.models import Case
from lianxin.ledger.chain import moment

PLAIN = (
    "number", "kind", "workflow_id", "step", "category_id", "grid_id", "unit_id", "post_id", "urgency", "channel",
    "lon", "lat", "happened_at", "recorded_at", "due_at", "closed_at", "state", "parent_id", "answers",
)  # fmt: skip
TEXTS = ("title", "address")


def sealed(value: Any) -> Any:
    """A column's value as it stands in an entry."""
    return moment(value) if isinstance(value, datetime) else value


def plain_columns(case: Case) -> dict[str, Any]:
    """Every plain column of a case as its entries would hold it."""
    return {name: sealed(getattr(case, name)) for name in PLAIN}


def apply(case: Case, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set the columns; return what really changed, as an entry holds it."""
    changed = {}
    for name, value in changes.items():
        if getattr(case, name) != value:
            setattr(case, name, value)
            changed[name] = sealed(value)
    return changed
