"""Files that were taken in, by program: what each did, what taking it back would do row by row, and doing it."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken, Text, Word
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.ids import read_number
from lianxin.ledger.rows import Going, reason_of
from lianxin.people.actors import Actor
from lianxin.town.homes.importing.pages import sorts_of
from lianxin.town.imports.back import StaleBack, look_back, reason_fault, take_back, told_steps
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.taken import A_PAGE, TakenFile, taken_file, taken_files

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: files in and out"), "setup")
SHOWN = 100  # rows of one sort that are told


class BackShape(Schema):
    """When a file was taken back, and why."""

    at: datetime
    reason: str


class ImportedShape(Schema):
    """A file that was taken in: what it held, what it did, by whom, and when it was taken back, if it was."""

    id: str
    what: str
    name: str
    at: datetime
    who: str
    counts: dict[str, int]
    backs: list[BackShape]


class ImportedList(Schema):
    """Files that were taken in, the newest first; `next` is handed back as `before`."""

    rows: list[ImportedShape]
    next: str


class StepField(Schema):
    """A field as it stands, and as it would be again; telephones are starred."""

    label: str
    stands: str
    was: str


class StepShape(Schema):
    """What taking back comes to for one row: `docked` tells where what is docked to a grid goes, `why` why it stays."""

    going: Literal["back", "gone", "ends", "again", "same", "stays"]
    title: str
    fields: list[StepField]
    docked: str
    why: str


class ImportedDetail(ImportedShape):
    """What taking it back would do: `going` counts the rows by what would become of them, `steps` tells the first
    hundred of each. `seen` goes with the taking back.
    """

    going: dict[str, int]
    steps: list[StepShape]
    seen: str


class ImportedFilter(Taken):
    """Which page."""

    before: Word = Field("", description=_("`next` of the page before."))


class TakeBackBody(Taken):
    """`seen` as it was read; why stays with the history."""

    seen: Word
    reason: Text


@staff.read(
    "/setup/imported",
    "listImported",
    Described(
        _("List files that were taken in"),
        _("What each did, by whom, and whether it was taken back. Of what one may bring. Scope: setup:read."),
        gives=ImportedList,
        example=example("imported_list"),
        query=ImportedFilter,
        fails=("may_not",),
    ),
)
def list_imported(request: HttpRequest) -> HttpResponse:
    """The files that were taken in."""
    rows = taken_files(_may(request), before=read_number(query_of(request, ImportedFilter).before) or 0)
    more = str(rows[-1].entry.pk) if len(rows) == A_PAGE else ""
    return respond({"rows": [_told(row) for row in rows], "next": more})


@staff.read(
    "/setup/imported/{imported}",
    "readImported",
    Described(
        _("Read what taking a file back would do"),
        _(
            "Row by row: which would be again what they were, be taken away, end or come again, and which stay, with "
            "the reason. Nothing is written. Scope: setup:read."
        ),
        gives=ImportedDetail,
        example=example("imported"),
        fails=("may_not",),
    ),
)
def read_imported(request: HttpRequest, imported: str) -> HttpResponse:
    """What taking it back would do."""
    return respond(_detail(_may(request), _found(request, imported)))


@staff.write(
    "POST",
    "/setup/imported/{imported}/back",
    "takeBackImported",
    Described(
        _("Take a file back"),
        _(
            "All that can go back, at once: what stays was told with its reason. Where anything has happened since it "
            "was read, or nothing is left to be taken back, it is stale. Scope: setup:write."
        ),
        gives=ImportedDetail,
        status=201,
        example=example("imported_back"),
        body=(TakeBackBody, example("take_back")),
        fails=("stale",),
    ),
)
def take_imported_back(request: HttpRequest, imported: str) -> HttpResponse:
    """Take it back."""
    actor, now, body = _may(request), timezone.now(), body_of(request, TakeBackBody)
    found, reason = _found(request, imported), clean_line(body.reason)
    if wrong := reason_fault(reason):
        raise Problem("invalid", {"reason": wrong})

    def make() -> int:
        take_back(found, seen=body.seen, reason=reason, actor=actor, now=now)
        return found.entry.pk

    meant = {"imported": found.entry.pk, **body.model_dump(mode="json")}
    try:
        made = make_once(request, "import-back", meant, make, now=now)
    except StaleBack as stale:
        raise Problem("stale", sentence=gettext("Something has happened since it was read. Read it again.")) from stale
    return done_response(_detail(actor, _found(request, imported)), repeated=made.repeated)


def _may(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not sorts_of(actor):
        raise Problem("may_not")
    return actor


def _found(request: HttpRequest, named: str) -> TakenFile:
    found = taken_file(_may(request), read_number(named) or 0)
    if found is None:
        raise Problem("not_found")
    return found


def _told(row: TakenFile) -> dict[str, Any]:
    counts = {name: n for name, n in row.entry.data.items() if isinstance(n, int) and name != "size"}
    backs = [{"at": each.at, "reason": reason_of(each)} for each in row.backs]
    return {
        "id": str(row.entry.pk), "what": row.what, "name": row.name, "at": row.entry.at, "who": row.who,
        "counts": counts, "backs": backs,
    }  # fmt: skip


def _detail(actor: Actor, row: TakenFile) -> dict[str, Any]:
    back = look_back(actor, row, now=timezone.now())
    steps = [
        {"going": going.value, "title": step.title, "docked": step.docked, "why": step.why,
         "fields": [{"label": label, "stands": stands, "was": was} for label, stands, was in step.fields]}
        for going in Going for step in told_steps(back, going, most=SHOWN)
    ]  # fmt: skip
    return {**_told(row), "going": {g.value: n for g, n in back.counts.items()}, "steps": steps, "seen": back.stamp}
