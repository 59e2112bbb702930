"""The registers of the set-up: one group of operations for all of them, told from the registers' own fields."""

from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.pasts import SEEN, BackBody, PastShape, past_told
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Taken, Word
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.ledger.rows import plain, stamp_of
from lianxin.town.api.rows import (
    FieldShape,
    GoneShape,
    field_told,
    gone_told,
    kept,
    named_told,
    values_told,
)
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import (
    Register,
    change,
    changes,
    enter,
    go_back,
    read_file,
    row_or_gone,
    take_away,
)

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: keeping the set-up"), "setup")
Why = Annotated[Line, StringConstraints(max_length=200)]


def _by_register(schema: dict[str, Any]) -> None:
    """What `values` may hold, one alternative for each register, from its own fields."""
    schema["anyOf"] = [
        {
            "type": "object", "title": key, "additionalProperties": False,
            "properties": {each.file: {**each.shape(), "description": each.label()} for each in register.fields},
        }
        for key, register in REGISTERS.items()
    ]  # fmt: skip


class NewRow(Taken):
    """A row to be entered: its fields by name, as `listRegisters` tells them."""

    values: dict[str, Any] = Field(
        description=_("By the names of the register's fields; see listRegisters."), json_schema_extra=_by_register
    )
    why: Why = Field("", description=_("Stands in the history."))


class ChangedRow(NewRow):
    """What is to change: the fields that are named; the others stay."""

    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=SEEN)


class DropFilter(Taken):
    """What was seen of the row that goes, and why it goes."""

    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=SEEN)
    why: Why = Field("", description=_("Stands in the history."))


class RegisterShape(Schema):
    """A register, and what its rows hold. `may`: the right it takes."""

    key: str
    name: str
    about: str
    may: str
    drops: bool
    fields: list[FieldShape]


class RegisterList(Schema):
    """The registers the post may keep."""

    rows: list[RegisterShape]


class RowShape(Schema):
    """A row. `key` names it in addresses, as `id` does; `off`: out of use; `seen` goes with whatever is done to it."""

    id: str
    key: str
    title: str
    group: str
    off: bool
    seen: str
    values: dict[str, Any]


class RowList(Schema):
    """All rows of a register; `gone`: those taken away last, where it lets rows go."""

    rows: list[RowShape]
    gone: list[GoneShape]


class ChangedShape(RowShape):
    """The row as it stands now, and the names of the fields that changed."""

    changed: list[str]


@staff.read(
    "/setup/registers",
    "listRegisters",
    Described(
        _("List the registers"),
        _(
            "The registers the post may keep, and their fields: what each is called, what is sent, what may be chosen. "
            "Scope: setup:read."
        ),
        gives=RegisterList,
        example=example("registers"),
    ),
)
def list_registers(request: HttpRequest) -> HttpResponse:
    """The registers with their fields."""
    actor = actor_of(request)
    kept = [each for each in REGISTERS.values() if actor.can(each.may)]
    return respond({"rows": [_register_told(actor.town, each) for each in kept]})


def _register_told(town: Town, register: Register) -> dict[str, Any]:
    facts = {"key": register.key, "name": register.name(), "about": register.lede(), "may": register.may}
    return {**facts, "drops": register.drops, "fields": [field_told(town, each) for each in register.fields]}


@staff.read(
    "/setup/{key}",
    "listSetupRows",
    Described(
        _("List the rows of a register"),
        _("All rows, with their values by the names of the fields. Scope: setup:read."),
        gives=RowList,
        example=example("setup_rows"),
        fails=("may_not",),
    ),
)
def list_rows(request: HttpRequest, key: str) -> HttpResponse:
    """The rows of a register."""
    held, town = _register(request, key), actor_of(request).town
    return respond({"rows": [_told(held, town, row) for row in held.rows(town)], "gone": gone_told(held, town)})


@staff.write(
    "POST",
    "/setup/{key}",
    "addSetupRow",
    Described(
        _("Enter a row"),
        _(
            "A row of a register. What is wrong is told by field. Needs a post that may set up the town; for roles, "
            "one that keeps accounts. Scope: setup:write."
        ),
        gives=RowShape,
        status=201,
        example=example("setup_row"),
        body=(NewRow, example("setup_new")),
    ),
)
def add_row(request: HttpRequest, key: str) -> HttpResponse:
    """Enter a row."""
    held, actor, now = _register(request, key), actor_of(request), timezone.now()
    body = body_of(request, NewRow)

    def make() -> int:
        reading = read_file(held, actor.town, body.values)
        pk: int = enter(held, reading, actor=actor, now=now, why=body.why).pk
        return pk

    meant = {"register": key, **body.model_dump(mode="json")}
    made = kept(held, actor.town, lambda: make_once(request, "setup-row", meant, make, now=now))
    return done_response(_told(held, actor.town, _row(request, held, str(made.pk))), repeated=made.repeated)


@staff.read(
    "/setup/{key}/{row}",
    "readSetupRow",
    Described(
        _("Read a row"),
        _("A row of a register, by its key or id. Scope: setup:read."),
        gives=RowShape,
        example=example("setup_row"),
        fails=("may_not",),
    ),
)
def read_row(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """One row."""
    held = _register(request, key)
    return respond(_told(held, actor_of(request).town, _row(request, held, row)))


@staff.write(
    "PATCH",
    "/setup/{key}/{row}",
    "changeSetupRow",
    Described(
        _("Change a row"),
        _(
            "What is named changes, the rest stays; the history keeps what was and what became. Sent with the `seen` "
            "that was read: where somebody was quicker, it is stale and says who and when. Scope: setup:write."
        ),
        gives=ChangedShape,
        example=example("setup_changed"),
        body=(ChangedRow, example("setup_change")),
        fails=("stale",),
    ),
)
def change_row(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """Change a row."""
    held, actor, now = _register(request, key), actor_of(request), timezone.now()
    body, found = body_of(request, ChangedRow), _row(request, held, row)
    reading = read_file(held, actor.town, body.values, found)
    done = kept(
        held,
        actor.town,
        lambda: change(held, found, reading, actor=actor, now=now, seen=body.seen, why=body.why),
    )
    return _changed(request, held, found.pk, done)


@staff.write(
    "DELETE",
    "/setup/{key}/{row}",
    "dropSetupRow",
    Described(
        _("Take a row away"),
        _(
            "Of registers that let rows go (`drops`): days of the calendar, turns of the roster. The others are put "
            "out of use. Answers with the row as it was. Scope: setup:write."
        ),
        gives=RowShape,
        example=example("setup_row"),
        query=DropFilter,
        fails=("stale", "refused", "invalid"),
    ),
)
def drop_row(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """Take a row away."""
    held, actor, now = _register(request, key), actor_of(request), timezone.now()
    asked, found = query_of(request, DropFilter), _row(request, held, row)
    if not held.drops:
        raise Problem("refused", sentence=gettext("Rows of this register stay; put the row out of use."))
    told = _told(held, actor.town, found)
    kept(held, actor.town, lambda: take_away(held, found, actor=actor, now=now, seen=asked.seen, why=asked.why))
    return respond(told)


@staff.read(
    "/setup/{key}/{row}/past",
    "listSetupPast",
    Described(
        _("Read the history of a row"),
        _("Who changed what, when and why: what each field was and became. Scope: setup:read."),
        gives=PastShape,
        example=example("setup_past"),
        fails=("may_not",),
    ),
)
def list_past(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """What was done to a row."""
    held, town = _register(request, key), actor_of(request).town
    return respond({"rows": past_told(changes(held, town, _row(request, held, row)))})


@staff.write(
    "POST",
    "/setup/{key}/{row}/back",
    "putBackSetupRow",
    Described(
        _("Put a row back"),
        _(
            "The row is again what it was before an entry of its history; a row that was taken away, named by its id, "
            "comes back. Scope: setup:write."
        ),
        gives=ChangedShape,
        status=201,
        example=example("setup_changed"),
        body=(BackBody, example("setup_back")),
        fails=("stale",),
    ),
)
def put_row_back(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """The way back."""
    held, actor, now = _register(request, key), actor_of(request), timezone.now()
    body, pk = body_of(request, BackBody), _id_of(request, held, row)
    found = row_or_gone(held, actor.town, pk)
    if found is None:
        raise Problem("not_found")
    done: list[str] = []

    def make() -> int:
        done.extend(go_back(held, found, body.seq, actor=actor, now=now, seen=body.seen))
        return pk

    meant = {"register": key, "row": str(pk), **body.model_dump(mode="json")}
    made = kept(held, actor.town, lambda: make_once(request, "setup-back", meant, make, now=now))
    return _changed(request, held, made.pk, done, status=201, repeated=made.repeated)


def _register(request: HttpRequest, key: str) -> Register:
    register = REGISTERS.get(key)
    if register is None:
        raise Problem("not_found")
    if not actor_of(request).can(register.may):
        raise Problem("may_not")
    return register


def _row(request: HttpRequest, register: Register, named: str) -> Any:
    """A row by what files call it or by its id, read anew: what a process remembers is not to be changed."""
    row = register.of(actor_of(request).town, _id_of(request, register, named))
    if row is None:
        raise Problem("not_found")
    return row


def _id_of(request: HttpRequest, register: Register, named: str) -> int:
    rows = register.rows(actor_of(request).town) if register.by else ()
    pk: int | None = next((row.pk for row in rows if str(plain(row)[register.by]) == named), read_number(named))
    if pk is None:
        raise Problem("not_found")
    return pk


def _told(register: Register, town: Town, row: Any) -> dict[str, Any]:
    stands = plain(row)
    return {
        "id": str(row.pk), "key": str(stands[register.by]) if register.by else "", "title": register.title(town, row),
        "group": register.group(town, row), "off": register.off(row), "seen": stamp_of(row),
        "values": values_told(town, register.fields, stands),
    }  # fmt: skip


def _changed(request: HttpRequest, register: Register, pk: int, done: list[str], **more: Any) -> HttpResponse:
    town = actor_of(request).town
    told = {**_told(register, town, _row(request, register, str(pk))), "changed": named_told(register, done)}
    headers = {"Idempotency-Replayed": "true"} if more.get("repeated") else None
    return respond(told, status=200 if headers else more.get("status", 200), headers=headers)
