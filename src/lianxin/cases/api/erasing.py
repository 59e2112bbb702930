"""Erasing a case's personal words by program: counted first, then for good, by who decides it and reads none of it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.queries.erasing import Erasure, erasure_of
from lianxin.workflow.engine import Refused

example = examples_in(Path(__file__).with_name("desk.yaml"))
staff = StaffRouter(_("Staff: erasing"), "cases")


class ErasureBody(Taken):
    """Why, in words that name nobody; and that it is meant."""

    reason: Annotated[Line, StringConstraints(min_length=2, max_length=500)] = Field(
        description=_("Who asked, and how they showed that it is theirs.")
    )
    sure: Literal[True] = Field(description=_("What is erased cannot be brought back."))


class ErasureShape(Schema):
    """How much a case and its appeals hold of people. `waiting`: others who wait for it, and keep what is theirs.

    `succeeded`: another of them speaks for it now. `done`: nothing is left to erase.
    """

    number: str
    cases: int
    texts: int
    people: int
    photos: int
    published: int
    waiting: int
    succeeded: bool
    done: bool


@staff.read(
    "/cases/{number}/erase",
    "countErasing",
    Described(
        _("See what erasing a case takes"),
        _("Counts alone: who decides about erasing reads no case. Scope: cases:read."),
        gives=ErasureShape,
        example=example("erasure"),
    ),
    may="erase",
)
def count_erasing(request: HttpRequest, number: str) -> HttpResponse:
    """What would go."""
    return respond(_told(erasure_of(actor_of(request).town, number)))


@staff.write(
    "POST",
    "/cases/{number}/erase",
    "eraseCase",
    Described(
        _("Erase what a case says of people"),
        _(
            "For good (个人信息保护法 §47). What was done, when and by whom stays; where others wait for the case, "
            "only what tells of who raised it goes. Scope: cases:write."
        ),
        gives=ErasureShape,
        status=201,
        example=example("erased"),
        body=(ErasureBody, example("erasing")),
        fails=("stale",),
    ),
    may="erase",
)
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """Erase it."""
    actor, body, now = actor_of(request), body_of(request, ErasureBody), timezone.now()
    case = erasure_of(actor.town, number).case

    def make() -> int:
        try:
            erase_case(case, body.reason, actor=actor, now=now)
        except Refused as refused:
            told = gettext("Somebody has just acted on this case. Look again, then erase.")
            raise Problem("stale", sentence=told) from refused
        return case.pk

    made = make_once(request, f"erase:{case.pk}", body.model_dump(), make, now=now)
    return done_response(_told(erasure_of(actor.town, number)), repeated=made.repeated)


def _told(found: Erasure) -> dict[str, Any]:
    names = ("texts", "people", "photos", "published", "waiting", "succeeded", "done")
    return {"number": found.case.number, "cases": len(found.cases), **{name: getattr(found, name) for name in names}}
