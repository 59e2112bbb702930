"""The history of a row as programs read it, and the way back to before one of its entries."""

from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.acts import act_word
from lianxin.cases.api.shapes import Taken, Word
from lianxin.ledger.rows import Change, can_go_back
from lianxin.people.models import Account

SEEN = _("`seen` of what was read: whoever saved first wins, the other reads again.")


class BackBody(Taken):
    """The entry before which the row stood as it shall stand again: `seq` of its history."""

    seq: Annotated[int, Field(ge=1, le=99_999_999)]
    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=SEEN)


class FieldChange(Schema):
    """What a field was and became, in words."""

    label: str
    was: str
    became: str


class ChangeShape(Schema):
    """An entry of the history; `act_name`: the act in words. `back`: the row can be put back to before it."""

    seq: int
    act: str
    act_name: str
    at: datetime
    by: str
    why: str
    back: bool
    fields: list[FieldChange]


class PastShape(Schema):
    """The history, the newest first."""

    rows: list[ChangeShape]


def past_told(told: list[Change]) -> list[dict[str, Any]]:
    """A history as a program reads it."""
    people = Account.objects.in_bulk([each.entry.account_id for each in told if each.entry.account_id])
    return [
        {
            "seq": each.entry.seq, "act": each.entry.act,
            "act_name": act_word(each.entry.subject_kind, each.entry.act), "at": each.entry.at, "why": each.why,
            "by": getattr(people.get(each.entry.account_id or 0), "name", ""),
            "back": can_go_back(each.entry) and each.entry.act != "drop",
            "fields": [{"label": label, "was": was, "became": became} for label, was, became in each.fields],
        }
        for each in told
    ]  # fmt: skip
