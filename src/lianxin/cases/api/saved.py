"""The saved views of the post that asks: listed, kept, changed, dropped."""

from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.saved import LONGEST, ViewRefused, change_view, drop_view, save_view, start_with
from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example, examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, guarded
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.shapes import Line, Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.models import SavedView
from lianxin.cases.queries.saved import asked_in_words, filter_of, saved_views
from lianxin.cases.views.saved.pages import refusal
from lianxin.keys.ids import read_number
from lianxin.people.actors import Actor

router = Router()
cases_tag = _("Staff: cases")
staff = StaffRouter(cases_tag, "cases", router)
of_desk = examples_in(Path(__file__).with_name("desk.yaml"))


class ViewShape(Schema):
    """A filter of the inbox under a name; `query` is what follows `/desk/?`."""

    id: str
    name: str
    query: str
    words: str
    mine: bool
    shared: bool
    first: bool
    by: str


class Views(Schema):
    """The views a post may open, by name."""

    rows: list[ViewShape]


@router.get(
    "/views",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="listViews",
    **Described(
        _("List the saved views"),
        _(
            "The filters of the inbox that the post keeps, and those its unit shares. A view holds what is asked for, "
            "not what is found. Scope: cases:read."
        ),
        scope="cases:read",
        gives=Views,
        example=example("views"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def list_views(request: HttpRequest) -> HttpResponse:
    """One's own views and those of one's unit."""
    actor = actor_of(request)
    return respond({"rows": [_told(actor, row) for row in saved_views(actor)]})


class ViewBody(Taken):
    """A filter under a name."""

    name: Annotated[Line, StringConstraints(max_length=LONGEST)]
    query: Annotated[str, StringConstraints(max_length=400)] = Field(description=_("What follows `/desk/?`."))
    shared: bool = Field(False, description=_("true: one's unit has it too."))
    first: bool = Field(False, description=_("true: one's inbox opens with it."))


class ChangedView(Taken):
    """What is to change: the fields that are named."""

    name: Annotated[Line, StringConstraints(max_length=LONGEST)] = ""
    shared: bool = Field(False, description=_("true: one's unit has it too."))
    first: bool = Field(False, description=_("true: one's inbox opens with it."))


@staff.write(
    "POST",
    "/views",
    "saveView",
    Described(
        _("Keep a filter as a view"),
        _("For oneself or shared by one's unit. It holds no telephone and no number of a case. Scope: cases:write."),
        gives=ViewShape,
        status=201,
        example=of_desk("view"),
        body=(ViewBody, of_desk("view_body")),
    ),
)
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep a view."""
    actor, body, now = actor_of(request), body_of(request, ViewBody), timezone.now()

    def make() -> int:
        pk = save_view(body.name, filter_of(body.query), shared=body.shared, actor=actor, now=now).pk
        if body.first:
            start_with(pk, actor=actor)
        return pk

    try:
        made = make_once(request, "view", body.model_dump(mode="json"), make, now=now)
    except ViewRefused as refused:
        raise _refused(refused) from refused
    return done_response(_one(actor, made.pk), repeated=made.repeated)


@staff.write(
    "PATCH",
    "/views/{view}",
    "changeView",
    Described(
        _("Change a view"),
        _("Its name, whether one's unit has it, whether one's inbox opens with it. Scope: cases:write."),
        gives=ViewShape,
        example=of_desk("view"),
        body=(ChangedView, of_desk("view_change")),
    ),
)
def rewrite_view(request: HttpRequest, view: str) -> HttpResponse:
    """Change a view."""
    actor, body = actor_of(request), body_of(request, ChangedView)
    held, given = _one(actor, _id(view)), body.model_fields_set
    name = body.name if "name" in given else held["name"]
    try:
        change_view(_id(view), name, shared=body.shared if "shared" in given else held["shared"], actor=actor)
    except ViewRefused as refused:
        raise _refused(refused) from refused
    if "first" in given and body.first != held["first"]:
        start_with(_id(view) if body.first else None, actor=actor)
    return respond(_one(actor, _id(view)))


@staff.write(
    "DELETE",
    "/views/{view}",
    "dropView",
    Described(
        _("Drop a view"),
        _("Inboxes that opened with it open plain again. Answers with what it was. Scope: cases:write."),
        gives=ViewShape,
        example=of_desk("view"),
    ),
)
def forget_view(request: HttpRequest, view: str) -> HttpResponse:
    """Drop a view."""
    actor = actor_of(request)
    told = _one(actor, _id(view))
    drop_view(_id(view), actor=actor)
    return respond(told)


def _id(named: str) -> int:
    return read_number(named) or 0


def _one(actor: Actor, pk: int) -> dict[str, Any]:
    """A view as the list tells it; read from the database, for what is remembered may be a moment old."""
    if not SavedView.objects.seen_by(actor).filter(pk=pk).exists():
        raise Problem("not_found")
    row = next((each for each in saved_views(actor) if each["id"] == pk), None)
    if row is None:
        raise Problem("not_found")
    return _told(actor, row)


def _told(actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "id": str(row["id"]), "words": asked_in_words(actor.town, filter_of(row["query"]))}


def _refused(refused: ViewRefused) -> Problem:
    return Problem("invalid", {"query" if refused.code in {"plain", "personal"} else "name": refusal(refused)})
