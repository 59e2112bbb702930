"""Links for contractors: read, made, renewed, ended by programs of the staff."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.worklinks import MadeLink, end_link, make_link, renew_link
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, key_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Phone, Taken, Text
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.forms import FormFaults, Wrong
from lianxin.cases.linking import LONGEST, read_link, read_until
from lianxin.cases.models import WorkLink
from lianxin.cases.queries.standing import stand
from lianxin.cases.queries.worklinks import link_in, link_row, links_of, may_link
from lianxin.cases.values import Standing
from lianxin.keys.numbers import tidy
from lianxin.keys.once import OnceKey, digest_of
from lianxin.people.actors import Actor

example = examples_in(Path(__file__).with_name("worklinks.yaml"))
staff = StaffRouter(_("Staff: cases"), "cases")


class LinkBody(Taken):
    """Who may work on the case, what they read, what they may do, until when."""

    company: Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST["company"])]
    contact: Annotated[Line, StringConstraints(max_length=LONGEST["contact"])] = ""
    phone: Phone = ""
    title: Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST["title"])] = Field(
        description=_("What it is, without personal details: the contractor reads this, not the case's own words.")
    )
    task: Annotated[Text, StringConstraints(max_length=LONGEST["task"])] = ""
    place: Annotated[Line, StringConstraints(max_length=LONGEST["place"])] = ""
    spot: bool = Field(True, description=_("Whether a map shows the point of the case."))
    may: list[Literal["record", "finish"]] = Field([], description=_("Beside reading; “finish” is a note."))
    photos: list[str] = Field([], max_length=50, description=_("Ids of photos of the case that they see."))
    until: date | None = Field(None, description=_("The last day, thirty days at most; the case's due if left out."))


class RenewBody(Taken):
    """Until when the new secret opens the case."""

    until: date


class LinkShape(Schema):
    """A link. `url` with its secret stands in the answer that made it and nowhere else."""

    id: str
    company: str
    contact: str
    phone: str
    state: Literal["live", "finished", "over"]
    may: list[str]
    at: datetime
    until: datetime
    opened_at: datetime | None
    ended_at: datetime | None
    mine: bool
    url: str


class LinkList(Schema):
    """The links of a case, the newest first."""

    rows: list[LinkShape]


@staff.read(
    "/cases/{number}/links",
    "listLinks",
    Described(
        _("List the links of contractors"),
        _("Who may work on a case without an account, until when, and when they last opened it. Scope: cases:read."),
        gives=LinkList,
        example=example("links"),
    ),
)
def list_links(request: HttpRequest, number: str) -> HttpResponse:
    """The links of one case."""
    actor = actor_of(request)
    case = stand(actor, number=tidy(number)).case
    rows = links_of(actor, case, now=timezone.now())
    return respond({"rows": [{**row, "id": str(row["id"]), "url": ""} for row in rows]})


@staff.write(
    "POST",
    "/cases/{number}/links",
    "makeLink",
    Described(
        _("Make a link for a contractor"),
        _(
            "For the unit that has the case, while it is handled. The link is told this once: of its secret only a "
            "digest is kept, and a repeat is answered without it. Scope: cases:write."
        ),
        gives=LinkShape,
        status=201,
        example=example("link"),
        body=(LinkBody, example("link_body")),
    ),
)
def make(request: HttpRequest, number: str) -> HttpResponse:
    """Make a link."""
    actor, now = actor_of(request), timezone.now()
    standing, body = _mine(request, number), body_of(request, LinkBody)
    told = {name: value for name, value in body.model_dump(mode="json").items() if value not in (None, "")}
    try:
        facts = read_link(told, standing.case, now=now)
    except FormFaults as wrong:
        raise Problem("invalid", wrong.faults) from wrong
    once = _once(request, actor, "make", {"case": standing.case.pk, **told})
    return _answer(request, standing, make_link(standing, facts, actor=actor, now=now, once=once), actor)


@staff.write(
    "POST",
    "/cases/{number}/links/{link}/renew",
    "renewLink",
    Described(
        _("Renew a contractor's link"),
        _("Another secret, until another day; the one that was given opens nothing any more. Scope: cases:write."),
        gives=LinkShape,
        status=201,
        example=example("link"),
        body=(RenewBody, example("link_renewal")),
    ),
)
def renew(request: HttpRequest, number: str, link: int) -> HttpResponse:
    """Renew a link of one's own unit."""
    actor, now = actor_of(request), timezone.now()
    standing = _mine(request, number)
    held, body = _own(actor, standing, link), body_of(request, RenewBody)
    try:
        until = read_until(body.until.isoformat(), now=now)
    except Wrong as wrong:
        raise Problem("invalid", {"until": str(wrong)}) from wrong
    once = _once(request, actor, "renew", {"link": held.pk, "until": body.until.isoformat()})
    made = renew_link(held, standing, until, actor=actor, now=now, once=once)
    return _answer(request, standing, made, actor)


@staff.write(
    "POST",
    "/cases/{number}/links/{link}/end",
    "endLink",
    Described(
        _("End a contractor's link"),
        _("From now on it opens nothing. Scope: cases:write."),
        gives=LinkShape,
        status=201,
        example={**example("links")["rows"][0], "state": "over", "ended_at": "2026-03-03T01:00:00Z"},
    ),
)
def end(request: HttpRequest, number: str, link: int) -> HttpResponse:
    """End a link of one's own unit; a repeat finds it ended."""
    actor, now = actor_of(request), timezone.now()
    key_of(request)
    standing = stand(actor, number=tidy(number))
    held = _own(actor, standing, link)
    repeated = bool(held.ended)
    end_link(held, actor=actor, now=now)
    return done_response(_shape(actor, _own(actor, standing, link), standing), repeated=repeated)


def _mine(request: HttpRequest, number: str) -> Standing:
    """The case, if the post may make links to it."""
    actor = actor_of(request)
    standing = stand(actor, number=tidy(number))
    if not may_link(actor, standing):
        raise Problem("may_not")
    return standing


def _own(actor: Actor, standing: Standing, pk: int) -> WorkLink:
    held = link_in(actor, standing.case, pk)
    if held is None:
        raise Problem("not_found")
    return held


def _once(request: HttpRequest, actor: Actor, what: str, meant: dict[str, Any]) -> OnceKey:
    return OnceKey(f"post:{actor.post_id}:link-{what}", key_of(request), digest_of(meant))


def _answer(request: HttpRequest, standing: Standing, made: MadeLink, actor: Actor) -> HttpResponse:
    path = reverse("work", args=[standing.case.number, made.code]) if made.code else ""
    told = {**_shape(actor, made.link, standing), "url": request.build_absolute_uri(path) if path else ""}
    return done_response(told, repeated=not made.code)


def _shape(actor: Actor, link: WorkLink, standing: Standing) -> dict[str, Any]:
    row = link_row(actor, link, standing.case, now=timezone.now())
    return {**row, "id": str(link.pk), "url": ""}
