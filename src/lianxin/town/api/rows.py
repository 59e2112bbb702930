"""Rows of a register as programs read them: fields, values, and what is wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from ninja import Schema

from lianxin.cases.api.problems import Problem, stale_problem
from lianxin.keys.models import Town
from lianxin.ledger.rows import StaleRow, past_of, stamp_of
from lianxin.people.models import Account
from lianxin.town.registers.fields import Choice, Several
from lianxin.town.registers.fields import Field as RowField
from lianxin.town.registers.register import Kept, NotKept, gone

T = TypeVar("T")
MOST_OPTIONS = 100


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


class GoneShape(Schema):
    """A row that was taken away: who took it, and when. `seq` brings it back (putBackSetupRow)."""

    id: str
    title: str
    at: datetime
    by: str
    seq: int
    seen: str


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


def gone_told(register: Kept, town: Town) -> list[dict[str, Any]]:
    """The rows taken away last, as a program reads them."""
    rows = gone(register, town)
    people = Account.objects.in_bulk([each.entry.account_id for each in rows if each.entry.account_id])
    return [
        {
            "id": str(each.row.pk), "title": register.title(town, each.row), "at": each.entry.at, "seq": each.entry.seq,
            "seen": stamp_of(each.row), "by": getattr(people.get(each.entry.account_id or 0), "name", ""),
        }
        for each in rows
    ]  # fmt: skip


def named_told(register: Kept, columns: list[str]) -> list[str]:
    """Columns by the names of their fields."""
    return [held.file if (held := register.named(name)) else name for name in columns]


def kept(register: Kept, town: Town, write: Callable[[], T]) -> T:
    """Write, or say by field why not, or who was quicker."""
    try:
        return write()
    except NotKept as refused:
        raise kept_problem(register.named, refused) from refused
    except StaleRow as stale:
        raise stale_row_problem(town, register.kind, stale.row.pk) from stale
