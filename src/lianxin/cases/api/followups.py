"""Days to look at a case again, by program: one's unit's list, a day set, a day done."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.followups import LONGEST, BadDay, follow_up, follow_up_done
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.models import Case, FollowUp
from lianxin.cases.queries.followups import follow_up_list
from lianxin.cases.queries.standing import stand
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import tidy
from lianxin.people.actors import Actor

example = examples_in(Path(__file__).with_name("desk.yaml"))
staff = StaffRouter(_("Staff: cases"), "cases")


class FollowUpBody(Taken):
    """A day from today on, within a year."""

    on: date
    note: Annotated[Line, StringConstraints(max_length=LONGEST)] = ""


class FollowUpsFilter(Taken):
    """Which days."""

    coming: bool = Field(False, description=_("true: those after today; else today's and those before."))


class FollowUpShape(Schema):
    """A day to look at a case again; the number is null where the case is no longer one's own to see."""

    id: str
    number: str | None
    on: date
    note: str
    by: str
    done: bool


class FollowUpList(Schema):
    """The unit's days, the soonest first."""

    rows: list[FollowUpShape]


@staff.read(
    "/follow-ups",
    "listFollowUps",
    Described(
        _("List what is to be looked at again"),
        _("What one's unit wants to look at again, for today and before, or to come. Scope: cases:read."),
        gives=FollowUpList,
        query=FollowUpsFilter,
        example=example("follow_ups"),
    ),
)
def list_follow_ups(request: HttpRequest) -> HttpResponse:
    """The unit's days."""
    asked = query_of(request, FollowUpsFilter)
    found = follow_up_list(actor_of(request), now=timezone.now(), coming=asked.coming)
    rows = [
        {
            "id": str(row["id"]), "number": row["case"]["number"] if row["case"] else None, "on": row["on"],
            "note": row["note"], "by": row["by"], "done": False,
        }
        for row in found
    ]  # fmt: skip
    return respond({"rows": rows})


@staff.write(
    "POST",
    "/cases/{number}/follow-ups",
    "setFollowUp",
    Described(
        _("Set a day to look at a case again"),
        _("The case stands in one's unit's list that day. Scope: cases:write."),
        gives=FollowUpShape,
        status=201,
        example=example("follow_up"),
        body=(FollowUpBody, example("follow_up_body")),
    ),
)
def set_follow_up(request: HttpRequest, number: str) -> HttpResponse:
    """Set a day."""
    actor, body, now = actor_of(request), body_of(request, FollowUpBody), timezone.now()
    case = stand(actor, number=tidy(number)).case

    def make() -> int:
        return follow_up(case, body.on, body.note, actor=actor, now=now).pk

    try:
        made = make_once(request, f"follow-up:{case.pk}", body.model_dump(mode="json"), make, now=now)
    except BadDay as bad:
        raise Problem("invalid", {"on": gettext("A day from today on, within a year.")}) from bad
    return done_response(_told(actor, made.pk), repeated=made.repeated)


@staff.write(
    "POST",
    "/follow-ups/{follow_up}/done",
    "endFollowUp",
    Described(
        _("Say that it has been looked at"),
        _("Of one's own unit's; a second time it does nothing more. Scope: cases:write."),
        gives=FollowUpShape,
        status=201,
        example=example("follow_up_done"),
    ),
)
def end_follow_up(request: HttpRequest, follow_up: str) -> HttpResponse:
    """It has been looked at."""
    actor, now = actor_of(request), timezone.now()
    pk = read_number(follow_up) or 0
    try:
        made = make_once(
            request, "follow-up-done", {"id": pk}, lambda: follow_up_done(pk, actor=actor, now=now).pk, now=now
        )
    except FollowUp.DoesNotExist as none:
        raise Problem("not_found") from none
    return done_response(_told(actor, made.pk), repeated=made.repeated)


def _told(actor: Actor, pk: int) -> dict[str, Any]:
    row = FollowUp.objects.seen_by(actor).select_related("post__account").get(pk=pk)
    number = Case.objects.seen_by(actor).filter(pk=row.case_id).values_list("number", flat=True).first()
    done = row.done_at is not None
    return {
        "id": str(row.pk), "number": number, "on": row.on, "note": row.note, "by": row.post.account.name, "done": done
    }  # fmt: skip
