"""Records by program: the history of posts, leaves, people, sites, lines and representatives, and the way back."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.pasts import BackBody, PastShape, past_told
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken, Word
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.ledger.rows import plain, stamp_of
from lianxin.town.api.rows import GoneShape, gone_told, kept, named_told, values_told
from lianxin.town.registers.records import RECORDS, Record
from lianxin.town.registers.register import changes, go_back, may_keep, row_or_gone

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: keeping the set-up"), "setup")
A_PAGE = 200


class RecordsFilter(Taken):
    """Which page."""

    after: Word = Field("", description=_("`next` of the page before."))


class RecordShape(Schema):
    """A record as it stands: `values` by field, telephones starred; `seen` goes with the way back."""

    id: str
    title: str
    about: str
    seen: str
    values: dict[str, Any]


class RecordList(Schema):
    """A page of records; `next` is handed back as `after`. `gone`: those taken away last, where the sort lets them."""

    rows: list[RecordShape]
    gone: list[GoneShape]
    next: str


class RecordBack(RecordShape):
    """The record as it stands now, and the names of the fields that changed."""

    changed: list[str]


@staff.read(
    "/records/{key}",
    "listRecords",
    Described(
        _("List records"),
        _(
            "posts, leaves, people, sites, lines or representatives, by id, for those who keep them or audit: what "
            "each sort is changed by stands elsewhere, here are its history and the way back. Scope: setup:read."
        ),
        gives=RecordList,
        example=example("records"),
        query=RecordsFilter,
        fails=("may_not",),
    ),
)
def list_records(request: HttpRequest, key: str) -> HttpResponse:
    """A page of records of a sort."""
    record, actor = _record(key), actor_of(request)
    if not may_keep(actor, record.may) and not actor.can("audit"):
        raise Problem("may_not")
    asked = query_of(request, RecordsFilter)
    rows = list(record.rows(actor.town).filter(pk__gt=read_number(asked.after) or 0).order_by("pk")[: A_PAGE + 1])
    more = str(rows[A_PAGE - 1].pk) if len(rows) > A_PAGE else ""
    told = [_told(record, actor.town, row) for row in rows[:A_PAGE]]
    return respond({"rows": told, "gone": gone_told(record, actor.town), "next": more})


@staff.read(
    "/records/{key}/{row}/past",
    "listRecordPast",
    Described(
        _("Read the history of a record"),
        _(
            "Who changed what, when and why: what each field was and became; telephones are starred. For those who "
            "keep it, for its own person, for auditors. Scope: setup:read."
        ),
        gives=PastShape,
        example=example("record_past"),
        fails=("may_not",),
    ),
)
def list_past(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """What was done to a record."""
    record, held = _found(request, key, row)
    return respond({"rows": past_told(changes(record, actor_of(request).town, held))})


@staff.write(
    "POST",
    "/records/{key}/{row}/back",
    "putBackRecord",
    Described(
        _("Put a record back"),
        _(
            "The record is again what it was before an entry of its history, where it still can be; one that was taken "
            "away comes back. Scope: setup:write."
        ),
        gives=RecordBack,
        status=201,
        example=example("record_back"),
        body=(BackBody, example("setup_back")),
        fails=("stale",),
    ),
)
def put_record_back(request: HttpRequest, key: str, row: str) -> HttpResponse:
    """The way back."""
    actor, now = actor_of(request), timezone.now()
    record, held = _found(request, key, row)
    if not record.keeps(actor, held):
        raise Problem("may_not")
    body, done = body_of(request, BackBody), list[str]()

    def make() -> int:
        done.extend(go_back(record, held, body.seq, actor=actor, now=now, seen=body.seen))
        pk: int = held.pk
        return pk

    meant = {"record": key, "row": row, **body.model_dump(mode="json")}
    made = kept(record, actor.town, lambda: make_once(request, "record-back", meant, make, now=now))
    told = {**_told(record, actor.town, record.of(actor.town, made.pk)), "changed": named_told(record, done)}
    return done_response(told, repeated=made.repeated)


def _record(key: str) -> Record:
    record = RECORDS.get(key)
    if record is None:
        raise Problem("not_found")
    return record


def _found(request: HttpRequest, key: str, named: str) -> tuple[Record, Any]:
    """A record the actor may read the history of, as it was where it has been taken away."""
    record, actor = _record(key), actor_of(request)
    row = row_or_gone(record, actor.town, read_number(named) or 0)
    if row is None:
        raise Problem("not_found")
    if not record.sees(actor, row):
        raise Problem("may_not")
    return record, row


def _told(record: Record, town: Town, row: Any) -> dict[str, Any]:
    return {
        "id": str(row.pk), "title": record.title(town, row), "about": record.about(town, row), "seen": stamp_of(row),
        "values": values_told(town, record.fields, plain(row)),
    }  # fmt: skip
