"""The ledger by program, for whoever may audit: entries in words with their digests, and the check of the whole."""

from datetime import datetime
from pathlib import Path

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
from lianxin.cases.api.reading import query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken, Word
from lianxin.cases.api.writing import done_response, respond
from lianxin.town.auditing.checks import ask_check, last_check, under_way
from lianxin.town.auditing.reading import entries, note_reading, read_place, read_wanted
from lianxin.town.auditing.telling import tell

example = examples_in(Path(__file__).with_name("ledger.yaml"))
staff = StaffRouter(_("Staff: auditing"), "setup")


class LedgerFilter(Taken):
    """Which entries: all are told where nothing is asked for."""

    kind: Word = Field("", description=_("Of what: case, grid, unit, account, export…"))
    subject: Word = Field("", description=_("The number of the chain, or of a case as people know it."))
    who: Word = Field("", description=_("An account or a name of the town; `system`: nobody in person."))
    act: Word = Field(
        "", description=_("What was done, by its key; of some kinds alone with the kind before it: site.end.")
    )
    since: Word = Field("", description=_("The first day, as 2026-03-01."))
    until: Word = Field("", description=_("The last day, as 2026-03-31."))
    after: Word = Field("", description=_("`next` of the page before."))


class FieldTold(Schema):
    """What a field was and became, in words."""

    label: str
    was: str
    became: str


class TextTold(Schema):
    """A text beside an entry. `state`: shown, withheld (it is somebody's own words), erased."""

    label: str
    state: str
    body: str


class EntryShape(Schema):
    """An entry. `masked`: of a confidential case; `seal`: the number of the seal over it, null until it is sealed."""

    id: str
    seq: int
    kind: str
    kind_name: str
    subject: str
    title: str
    masked: bool
    at: datetime
    who: str
    act: str
    act_name: str
    fields: list[FieldTold]
    texts: list[TextTold]
    digest: str
    prev: str
    seal: int | None
    late: bool


class EntryPage(Schema):
    """Entries, the newest first."""

    rows: list[EntryShape]
    next: str


class BrokenShape(Schema):
    """What does not hold: of which subject, which entry of it (0: the whole)."""

    subject: str
    entry: int
    what: str
    detail: str


class CheckShape(Schema):
    """The outcome of a check of the whole ledger."""

    at: datetime
    entries: int
    chains: int
    seals: int
    seconds: int
    broken: int
    found: list[BrokenShape]


class ChecksShape(Schema):
    """Whether a check is under way, and the outcome of the last one; null where there was none."""

    under_way: bool
    last: CheckShape | None


@staff.read(
    "/ledger",
    "listLedger",
    Described(
        _("Read the ledger"),
        _(
            "Who did what, when, to what, the newest first, fifty a page; texts that people wrote are told as being "
            "there, confidential cases as such. Reading is an entry itself. Needs the right to audit. "
            "Scope: setup:read."
        ),
        gives=EntryPage,
        query=LedgerFilter,
        example=example("ledger"),
    ),
    may="audit",
)
def list_ledger(request: HttpRequest) -> HttpResponse:
    """A page of entries."""
    actor, asked = actor_of(request), query_of(request, LedgerFilter)
    wanted, faults = read_wanted(actor, asked.model_dump())
    if asked.after and read_place(asked.after) is None:
        faults["after"] = gettext("This cannot be read.")
    if faults:
        raise Problem("invalid", faults)
    page, following = entries(actor, wanted, after=asked.after)
    names = ("label", "was", "became")
    rows = [
        {**{name: row[name] for name in EntryShape.model_fields if name != "fields"},
         "fields": [dict(zip(names, each, strict=True)) for each in row["fields"]]}
        for row in tell(actor, page)
    ]  # fmt: skip
    note_reading(actor, wanted, after=asked.after, now=timezone.now())
    return respond({"rows": rows, "next": following})


@staff.read(
    "/ledger/checks",
    "readLedgerCheck",
    Described(
        _("Read whether the ledger holds"),
        _("The outcome of the last check of the whole, and whether one is under way. Scope: setup:read."),
        gives=ChecksShape,
        example=example("checks"),
    ),
    may="audit",
)
def read_check(request: HttpRequest) -> HttpResponse:
    """The last check."""
    town = actor_of(request).town
    last = last_check(town)
    told = last and {
        **{name: getattr(last, name) for name in ("at", "entries", "chains", "seals", "seconds", "broken")},
        "found": [dict(zip(("subject", "entry", "what", "detail"), each, strict=True)) for each in last.found],
    }
    return respond({"under_way": under_way(town), "last": told})


@staff.write(
    "POST",
    "/ledger/checks",
    "checkLedger",
    Described(
        _("Check the whole ledger"),
        _("The worker replays it; one check at a time. Read the outcome by a GET. Scope: setup:write."),
        gives=ChecksShape,
        status=201,
        example=example("checks"),
    ),
    may="audit",
)
def check(request: HttpRequest) -> HttpResponse:
    """Have it checked."""
    actor, now = actor_of(request), timezone.now()
    made = make_once(request, "ledger-check", {}, lambda: int(ask_check(actor=actor, now=now)), now=now)
    return done_response({"under_way": under_way(actor.town), "last": None}, repeated=made.repeated)
