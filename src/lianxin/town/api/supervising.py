"""Supervision by program: the sample for return calls is drawn, and can be drawn again by anybody."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from lianxin.cases.actions.sampling import LARGEST, NotDrawn, draw_sample
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken
from lianxin.cases.api.writing import done_response
from lianxin.cases.models import Case
from lianxin.cases.queries.watch import SAMPLE
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.town.homes.supervise import may_oversee, not_drawn

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: cases"), "cases")


class SampleBody(Taken):
    """How many cases to draw."""

    size: Annotated[int, Field(ge=1, le=LARGEST)]


class SampleShape(Schema):
    """What was drawn, by which seed, of how many; `population`: SHA-256 of the ids that could have been, in order.

    In the order of SHA-256 of "seed:id" the first are the sample.
    """

    id: str
    at: datetime
    seed: str
    size: int
    of: int
    population: str
    numbers: list[str]


@staff.write(
    "POST",
    "/samples",
    "drawSample",
    Described(
        _("Draw a sample for return calls"),
        _("Of the cases answered and not yet closed, by a seed that stays on record. Scope: cases:write."),
        gives=SampleShape,
        status=201,
        example=example("sample"),
        body=(SampleBody, example("sample_body")),
        fails=("refused",),
    ),
)
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a sample."""
    actor, now = actor_of(request), timezone.now()
    if not may_oversee(actor):
        raise Problem("may_not")
    body = body_of(request, SampleBody)

    def make() -> int:
        try:
            draw_sample(body.size, actor=actor, now=now)
        except NotDrawn as refused:
            if refused.code == "not_yours":
                raise Problem("may_not") from refused
            raise Problem("refused", sentence=not_drawn(refused)) from refused
        drawn = _draws(actor).order_by("-seq").values_list("id", flat=True).first()  # ours: its chain is locked
        return drawn or 0

    made = make_once(request, "sample", body.model_dump(), make, now=now)
    return done_response(_told(actor, made.pk), repeated=made.repeated)


def _draws(actor: Actor) -> Any:
    rows = Entry.objects.for_system("sample", actor.town)
    return rows.filter(subject_kind=SAMPLE, subject_id=actor.town_id, act="draw")


def _told(actor: Actor, pk: int) -> dict[str, Any]:
    row = _draws(actor).get(pk=pk)
    cases = Case.objects.seen_by(actor).filter(id__in=row.data["drawn"])
    known = dict(cases.values_list("id", "number"))
    numbers = [known[each] for each in row.data["drawn"] if each in known]
    facts = {name: row.data[name] for name in ("seed", "size", "of", "population")}
    return {**facts, "id": str(row.pk), "at": row.at, "numbers": numbers}
