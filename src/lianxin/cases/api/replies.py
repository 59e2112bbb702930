"""Reply texts by program: those of one's unit and of the town, those that fit a case, and their past."""

from pathlib import Path
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.replies import (
    LONGEST,
    LONGEST_NAME,
    ReplyFacts,
    ReplyFaults,
    add_reply,
    change_reply,
    end_reply,
    put_reply_back,
)
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.pasts import BackBody, PastShape, past_told
from lianxin.cases.api.problems import Problem, stale_problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Ref, Taken, Text, Word
from lianxin.cases.api.telling import category_ref
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.models import ReplyText
from lianxin.cases.queries.replies import KIND, kept_by, may_keep, replies_for, reply_changes, reply_in
from lianxin.cases.queries.setup import categories
from lianxin.cases.queries.standing import stand
from lianxin.cases.replies import VARIABLES
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.keys.numbers import tidy
from lianxin.ledger.rows import StaleRow, past_of, stamp_of
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.workflow.definition import PHASES

example = examples_in(Path(__file__).with_name("desk.yaml"))
staff = StaffRouter(_("Staff: cases"), "cases")
Phase = Literal[("", *PHASES)]  # type: ignore[valid-type]  # PHASES says once which there are


class ReplyBody(Taken):
    """A text. Between braces stand variables: {number}, {due}, {unit} …; `variables` of the list names them all."""

    name: Annotated[Line, StringConstraints(max_length=LONGEST_NAME)] = ""
    body: Annotated[Text, StringConstraints(max_length=LONGEST)] = ""
    field: Literal["answer", "reason", "note"] = Field("answer", description=_("What it is offered for."))
    category: Word = Field("", description=_("Key or id, of a group too; empty: any."))
    phase: Phase = Field("", description=_("The official step it is offered at; empty: any."))
    whose: Literal["unit", "town"] = Field("unit", description=_("town: needs a post that may set up the town."))
    why: Annotated[Line, StringConstraints(max_length=200)] = Field("", description=_("Stands in the history."))


class ChangedReply(ReplyBody):
    """What is to change: the fields that are named. `active` false: it is offered no more."""

    active: bool = True
    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=_("`seen` of what was read."))


class RepliesFilter(Taken):
    """Which texts."""

    ended: bool = Field(False, description=_("true: those that are offered no more."))


class ReplyShape(Schema):
    """A text; `may`: the post may change it; `seen` goes with a change."""

    id: str
    name: str
    body: str
    field: str
    category: Ref | None
    phase: str
    whose: str
    active: bool
    may: bool
    seen: str


class ReplyList(Schema):
    """Texts by name, and the variables they may hold."""

    rows: list[ReplyShape]
    variables: list[str]


class FittingShape(Schema):
    """A text with the variables of a case filled in."""

    id: str
    name: str
    field: str
    text: str


class FittingList(Schema):
    """The texts that fit a case where it stands, the most particular first."""

    rows: list[FittingShape]


@staff.read(
    "/replies",
    "listReplies",
    Described(
        _("List the reply texts"),
        _("The texts of the town and of one's unit. Scope: cases:read."),
        gives=ReplyList,
        query=RepliesFilter,
        example=example("replies"),
    ),
)
def list_replies(request: HttpRequest) -> HttpResponse:
    """The texts one may use."""
    actor, asked = actor_of(request), query_of(request, RepliesFilter)
    rows = [_told(actor, row) for row in kept_by(actor, ended=asked.ended)]
    return respond({"rows": rows, "variables": [f"{{{key}}}" for key in VARIABLES]})


@staff.write(
    "POST",
    "/replies",
    "addReply",
    Described(
        _("Keep a reply text"),
        _("A text of one's unit, or of the town. It is offered where it fits. Scope: cases:write."),
        gives=ReplyShape,
        status=201,
        example=example("reply"),
        body=(ReplyBody, example("reply_body")),
    ),
)
def keep_reply(request: HttpRequest) -> HttpResponse:
    """Keep a text."""
    actor, body, now = actor_of(request), body_of(request, ReplyBody), timezone.now()
    facts = _facts(actor, body, ReplyFacts("", "", unit_id=actor.unit_id))
    try:
        made = make_once(
            request,
            "reply",
            body.model_dump(mode="json"),
            lambda: add_reply(facts, why=body.why, actor=actor, now=now).pk,
            now=now,
        )
    except ReplyFaults as wrong:
        raise Problem("invalid", wrong.faults) from wrong
    return done_response(_told(actor, _row(actor, str(made.pk))), repeated=made.repeated)


@staff.write(
    "PATCH",
    "/replies/{reply}",
    "changeReply",
    Described(
        _("Change a reply text"),
        _("What is named changes, the rest stays. What was filled in before stays as it was. Scope: cases:write."),
        gives=ReplyShape,
        example=example("reply"),
        body=(ChangedReply, example("reply_change")),
        fails=("stale",),
    ),
)
def rewrite_reply(request: HttpRequest, reply: str) -> HttpResponse:
    """Change a text, end it, or take it up again."""
    actor, body, now = actor_of(request), body_of(request, ChangedReply), timezone.now()
    row = _row(actor, reply)
    stood = ReplyFacts(row.name, row.body, row.field, row.category_id, row.phase, row.unit_id)
    try:
        with transaction.atomic():
            change_reply(row.pk, _facts(actor, body, stood), seen=body.seen, why=body.why, actor=actor, now=now)
            if "active" in body.model_fields_set and body.active != row.active:
                end_reply(row.pk, active=body.active, why=body.why, actor=actor, now=now)
    except ReplyFaults as wrong:
        raise Problem("invalid", wrong.faults) from wrong
    except StaleRow as stale:
        raise _stale(actor.town, row.pk) from stale
    return respond(_told(actor, _row(actor, reply)))


@staff.read(
    "/replies/{reply}/past",
    "listReplyPast",
    Described(
        _("Read the history of a reply text"),
        _("Who wrote, changed and ended it, when and why: what each field was and became. Scope: cases:read."),
        gives=PastShape,
        example=example("reply_past"),
    ),
)
def list_reply_past(request: HttpRequest, reply: str) -> HttpResponse:
    """What was done to a text."""
    actor = actor_of(request)
    return respond({"rows": past_told(reply_changes(actor.town, _row(actor, reply)))})


@staff.write(
    "POST",
    "/replies/{reply}/back",
    "putReplyBack",
    Described(
        _("Put a reply text back"),
        _("The text is again, whole, what it was before an entry of its history. Scope: cases:write."),
        gives=ReplyShape,
        status=201,
        example=example("reply"),
        body=(BackBody, example("reply_back")),
        fails=("stale",),
    ),
)
def write_reply_back(request: HttpRequest, reply: str) -> HttpResponse:
    """The way back."""
    actor, body, now = actor_of(request), body_of(request, BackBody), timezone.now()
    pk = _row(actor, reply).pk

    def make() -> int:
        put_reply_back(pk, body.seq, seen=body.seen, actor=actor, now=now)
        return pk

    try:
        made = make_once(request, "reply-back", {"reply": str(pk), **body.model_dump(mode="json")}, make, now=now)
    except ReplyFaults as wrong:
        raise Problem("invalid", {name or "seq": said for name, said in wrong.faults.items()}) from wrong
    except StaleRow as stale:
        raise _stale(actor.town, pk) from stale
    return done_response(_told(actor, _row(actor, reply)), repeated=made.repeated)


@staff.read(
    "/cases/{number}/replies",
    "listFittingReplies",
    Described(
        _("List the reply texts that fit a case"),
        _("With the case's own number, place, date filled in, as the page offers them. Scope: cases:read."),
        gives=FittingList,
        example=example("fitting"),
    ),
)
def list_fitting(request: HttpRequest, number: str) -> HttpResponse:
    """The texts for a case."""
    actor, now = actor_of(request), timezone.now()
    case = stand(actor, number=tidy(number)).case
    rows = [
        {"id": str(row.pk), "name": row.name, "field": row.field, "text": reply_in(actor, case, row, now=now)}
        for row in replies_for(actor, case)
    ]
    return respond({"rows": rows})


def _facts(actor: Actor, body: ReplyBody, stood: ReplyFacts) -> ReplyFacts:
    """What is meant: what was named, and for the rest what stood."""
    given = body.model_fields_set
    told = {
        name: getattr(body, name) if name in given else getattr(stood, name)
        for name in ("name", "body", "field", "phase")
    }
    category = stood.category_id
    if "category" in given:
        found = (row.pk for row in categories(actor.town).values() if body.category in (row.key, str(row.pk)))
        category = next(found, None) if body.category else None
        if body.category and category is None:
            raise Problem("invalid", {"category": gettext("There is none such in this town.")})
    unit = stood.unit_id
    if "whose" in given:
        unit = None if body.whose == "town" else actor.unit_id
    return ReplyFacts(**told, category_id=category, unit_id=unit)


def _row(actor: Actor, named: str) -> ReplyText:
    pk = read_number(named) or 0
    row = ReplyText.objects.for_system("reply texts: asked below", actor.town).filter(pk=pk).first()
    if row is None or row.unit_id not in (None, actor.unit_id):
        raise Problem("not_found")
    return row


def _told(actor: Actor, row: ReplyText) -> dict[str, Any]:
    return {
        "id": str(row.pk), "name": row.name, "body": row.body, "field": row.field,
        "category": category_ref(actor.town, row.category_id), "phase": row.phase,
        "whose": "town" if row.unit_id is None else "unit", "active": row.active, "may": may_keep(actor, row.unit_id),
        "seen": stamp_of(row),
    }  # fmt: skip


def _names(town: Town, posts: set[int]) -> dict[int, str]:
    rows = Post.objects.for_system("names", town).filter(id__in=posts)
    return dict(rows.values_list("id", "account__name"))


def _stale(town: Town, pk: int) -> Problem:
    entries = past_of(town, KIND, pk)
    if not entries:
        return stale_problem("", None)
    return stale_problem(_names(town, {entries[-1].post_id or 0}).get(entries[-1].post_id or 0, ""), entries[-1].at)
