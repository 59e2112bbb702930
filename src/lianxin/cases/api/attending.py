"""What somebody at work does beside moving cases: looks at a telephone number, checks in, reads messages."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from lianxin.cases.actions.checking_in import check_in, read_told
from lianxin.cases.actions.looking import reveal_contact
from lianxin.cases.api.counting import slowed_down
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Id, Line, Ref, Taken, Word
from lianxin.cases.api.telling import grid_ref
from lianxin.cases.api.writing import done_response, picked, respond
from lianxin.cases.models import Case, CheckIn, Reporter
from lianxin.cases.pickers import grid_by
from lianxin.cases.queries.messages import messages_of
from lianxin.cases.queries.standing import stand
from lianxin.keys.numbers import tidy
from lianxin.notices.actions import read_messages
from lianxin.people.actors import Actor
from lianxin.places.models import Site
from lianxin.places.sites.queries import site_by_code

example = examples_in(Path(__file__).with_name("desk.yaml"))
staff = StaffRouter(_("Staff: cases"), "cases")


class Look(Taken):
    """Whose details, by the id the case lists, and why."""

    reporter: Id
    reason: Annotated[Line, StringConstraints(min_length=2, max_length=500)]


class ContactShape(Schema):
    """Somebody's name and whole telephone number."""

    reporter: str
    name: str
    phone: str


class Press(Taken):
    """Where somebody is: at the place of a case, at a site, or in a grid; one of the three. WGS-84."""

    case: Word = Field("", description=_("The number of a case."))
    site: Word = Field("", description=_("The code of a site, as on its plate."))
    grid: Word = Field("", description=_("The code of a grid, or its id."))
    lon: float | None = None
    lat: float | None = None
    accuracy: Annotated[float, Field(ge=0, le=100_000)] | None = Field(None, description=_("The doubt, in metres."))
    at: AwareDatetime | None = Field(None, description=_("When it was pressed, within the last day; now, if left out."))


class CheckInShape(Schema):
    """A check-in. `placed`: whether a place came with it."""

    id: str
    case: str | None
    site: str | None
    grid: Ref | None
    at: datetime
    recorded_at: datetime
    placed: bool


class MessagesFilter(Taken):
    """Which page."""

    after: Word = Field("", description=_("`next` of the page before."))
    town: Word = ""


class MessageShape(Schema):
    """Something the post was told. `turn`: what is still asked of it; `unit`: told to the whole unit.

    The number is null where the case is no longer one's own to see.
    """

    id: str
    at: datetime
    unread: bool
    unit: bool
    said: str
    turn: str
    number: str | None


class MessagePage(Schema):
    """Messages, the newest first."""

    rows: list[MessageShape]
    next: str


class Read(Schema):
    """Messages that are still unread, of the newest thirty."""

    unread: int


@staff.write(
    "POST",
    "/cases/{number}/contact",
    "lookAtContact",
    Described(
        _("Look at a reporter's telephone number"),
        _(
            "Name and number of one person, for a reason; each look stays in that person's history, and sixty an hour "
            "are the most. Needs a post that may. Scope: cases:write."
        ),
        gives=ContactShape,
        status=201,
        example=example("contact"),
        body=(Look, example("look")),
        fails=("slow_down",),
    ),
)
def look_at_contact(request: HttpRequest, number: str) -> HttpResponse:
    """Look at somebody's details."""
    actor, body, now = actor_of(request), body_of(request, Look), timezone.now()
    standing = stand(actor, number=tidy(number))

    def look() -> int:
        with slowed_down(actor.town):
            return reveal_contact(standing, int(body.reporter), body.reason, actor=actor, now=now).reporter_id

    if not actor.can("reveal_contact"):  # a key from when the post still might opens nothing either
        raise Problem("may_not")
    try:
        made = make_once(request, f"look:{standing.case.pk}", body.model_dump(), look, now=now)
        row = Reporter.objects.for_system("reveal", actor.town).get(pk=made.pk, case_id=standing.case.pk)
    except Reporter.DoesNotExist as none:
        raise Problem("not_found") from none
    return done_response({"reporter": str(row.pk), "name": row.name, "phone": row.phone}, repeated=made.repeated)


@staff.write(
    "POST",
    "/check-ins",
    "checkIn",
    Described(
        _("Check in"),
        _("Keeps that the post was there at that moment, with the place if one came. No track. Scope: cases:write."),
        gives=CheckInShape,
        status=201,
        example=example("check_in"),
        body=(Press, example("press")),
    ),
    may="register",
)
def press(request: HttpRequest) -> HttpResponse:
    """Check in."""
    actor, body, now = actor_of(request), body_of(request, Press), timezone.now()
    where, said = _where(actor, body), body.model_dump(mode="json")
    told = read_told({name: "" if value is None else value for name, value in said.items()})
    if (body.lon is not None or body.lat is not None) and not told.place:
        raise Problem("invalid", {"lon": gettext("This is no place.")})

    def keep() -> int:
        made = check_in(told, actor=actor, now=now, **where)
        assert made is not None  # noqa: S101 - no key went with it
        return made.pk

    made = make_once(request, "check-in", said, keep, now=now)
    return done_response(_told(actor, made.pk), repeated=made.repeated)


def _where(actor: Actor, body: Press) -> dict[str, Any]:
    if len([each for each in (body.case, body.site, body.grid) if each]) != 1:
        raise Problem("invalid", {"case": gettext("Name a case, a site or a grid: one of the three.")})
    if body.case:
        return {"case": stand(actor, number=tidy(body.case)).case}
    faults: dict[str, str] = {}
    site = site_by_code(actor.town, body.site)
    standing = site if site is not None and site.valid_to is None else None
    picked("site", body.site, standing.pk if standing else None, faults)
    grid = picked("grid", body.grid, grid_by(actor.town, body.grid), faults)
    if faults:
        raise Problem("invalid", faults)
    return {"site": standing} if standing is not None else {"grid_id": grid}


def _told(actor: Actor, pk: int) -> dict[str, Any]:
    row = CheckIn.objects.for_system("api: one's own check-in", actor.town).get(pk=pk, post_id=actor.post_id or 0)
    cases, sites = Case.objects.seen_by(actor), Site.objects.for_system("api: where it was", actor.town)
    return {
        "id": str(row.pk), "case": cases.filter(pk=row.case_id or 0).values_list("number", flat=True).first(),
        "site": sites.filter(pk=row.site_id or 0).values_list("code", flat=True).first(),
        "grid": grid_ref(actor.town, row.grid_id), "at": row.at, "recorded_at": row.recorded_at,
        "placed": bool(row.place),
    }  # fmt: skip


@staff.read(
    "/messages",
    "listMessages",
    Described(
        _("List one's messages"),
        _("What the post and its unit were told, the newest first, thirty a page. Scope: cases:read."),
        gives=MessagePage,
        query=MessagesFilter,
        example=example("messages"),
    ),
)
def list_messages(request: HttpRequest) -> HttpResponse:
    """A page of messages."""
    asked = query_of(request, MessagesFilter)
    page = messages_of(actor_of(request), now=timezone.now(), after=asked.after)
    names = ("at", "unread", "unit", "said", "turn")
    rows = [
        {**{name: row[name] for name in names}, "id": str(row["id"]), "number": row["case"] and row["case"]["number"]}
        for row in page["rows"]
    ]
    return respond({"rows": rows, "next": page["next"]})


@staff.write(
    "POST",
    "/messages/read",
    "readMessages",
    Described(
        _("Mark one's messages as read"),
        _("All of the post's; what was told to the whole unit is read for all of it. Scope: cases:write."),
        gives=Read,
        status=201,
        example=example("read"),
    ),
)
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    actor, now = actor_of(request), timezone.now()
    made = make_once(request, "read-messages", {}, lambda: read_messages(actor=actor, now=now), now=now)
    left = [row for row in messages_of(actor, now=now)["rows"] if row["unread"]]
    return done_response({"unread": len(left)}, repeated=made.repeated)
