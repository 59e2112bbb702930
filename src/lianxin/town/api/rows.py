"""Rows of a register as programs read them: fields, values, histories, and what is wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _
from ninja import Schema

from lianxin.cases.api.operations import stale_problem
from lianxin.cases.api.problems import Problem
from lianxin.keys.models import Town
from lianxin.ledger.rows import past_of
from lianxin.people.models import Account
from lianxin.town.registers.fields import Choice, Several
from lianxin.town.registers.fields import Field as RowField
from lianxin.town.registers.register import Change, NotKept

MOST_OPTIONS = 100
SEEN = _("`seen` of what was read: whoever saved first wins, the other reads again.")


class OptionShape(Schema):
    """What may be chosen: what is sent, and what a person reads."""

    value: str
    text: str


class FieldShape(Schema):
    """A field. `takes`: what is sent, as JSON Schema; `fixed`: kept once entered; `options`: where not many."""

    name: str
    label: str
    hint: str
    required: bool
    fixed: bool
    takes: dict[str, Any]
    options: list[OptionShape]


class FieldChange(Schema):
    """What a field was and became, in words."""

    label: str
    was: str
    became: str


class ChangeShape(Schema):
    """An entry of the history. `back`: the row can be put back to before it."""

    seq: int
    act: str
    at: datetime
    by: str
    why: str
    back: bool
    fields: list[FieldChange]


class PastShape(Schema):
    """The history, the newest first."""

    rows: list[ChangeShape]


def field_told(town: Town, each: RowField) -> dict[str, Any]:
    """A field as a program needs it."""
    options = list(each.options(town)) if isinstance(each, Choice | Several) else []
    shown = options if len(options) <= MOST_OPTIONS else []
    return {
        "name": each.file, "label": each.label(), "hint": each.hint() if each.hint else "", "required": each.required,
        "fixed": each.fixed, "takes": each.shape(),
        "options": [{"value": str(named), "text": words} for _held, named, words in shown],
    }  # fmt: skip


def values_told(town: Town, fields: tuple[RowField, ...], stands: dict[str, Any]) -> dict[str, Any]:
    """Values by the names of their fields, as a file says them; null for none."""
    held = ((each, stands[each.column]) for each in fields)
    return {each.file: None if value is None else each.dump(town, value) for each, value in held}


def kept_problem(named: Callable[[str], RowField | None], refused: NotKept) -> Problem:
    """What is wrong, by the field's name in `values`."""
    faults = {}
    for column, words in refused.faults.items():
        held = named(column)
        faults[f"values.{held.file if held else column}" if column else "values"] = words
    return Problem("invalid", faults)


def stale_row_problem(town: Town, kind: str, pk: int) -> Problem:
    """Who was quicker, and when."""
    past = past_of(town, kind, pk)
    if not past:
        return stale_problem("", None)
    names = Account.objects.filter(pk=past[-1].account_id or 0).values_list("name", flat=True)
    return stale_problem(names.first() or "", past[-1].at)


def past_told(told: list[Change]) -> list[dict[str, Any]]:
    """A history as a program reads it."""
    people = Account.objects.in_bulk([each.entry.account_id for each in told if each.entry.account_id])
    return [
        {
            "seq": each.entry.seq, "act": each.entry.act, "at": each.entry.at, "why": each.why,
            "by": getattr(people.get(each.entry.account_id or 0), "name", ""),
            "back": bool(each.entry.data.get("was")) and each.entry.act != "drop",
            "fields": [{"label": label, "was": was, "became": became} for label, was, became in each.fields],
        }
        for each in told
    ]  # fmt: skip
