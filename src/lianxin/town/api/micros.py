"""Micro-grids by program: listed with who speaks for them, begun, changed, ended."""

from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of
from lianxin.cases.api.setup import actor_of, staff_tag
from lianxin.cases.api.shapes import Line, Taken, Word
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.models import Town
from lianxin.people.representatives import MicroFacts, NoMicro, add_micro, end_micro, represent, representatives
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from lianxin.town.homes.reform.form import LARGEST, MOST_REASON
from lianxin.town.homes.reform.micro import LONGEST, as_form, read_micro, told

example = examples_in(Path(__file__).with_name("people.yaml"))
staff = StaffRouter(staff_tag, "setup")


class SpeakerBody(Taken):
    """Who speaks for a micro-grid: a post, or a neighbour by name. `doors`: the houses, in words."""

    post: Annotated[Word, StringConstraints(pattern=r"^\d{0,18}$")] = Field(
        "", description=_("The id of a post that speaks for it; else a person.")
    )
    person: Annotated[Line, StringConstraints(max_length=LONGEST["person"])] = ""
    phone: Word = ""
    title: Annotated[Line, StringConstraints(max_length=LONGEST["title"])] = ""
    doors: Annotated[Line, StringConstraints(max_length=LONGEST["doors"])] = ""
    why: Annotated[Line, StringConstraints(max_length=LONGEST["why"])] = Field(
        "", description=_("Stands in the history.")
    )


class MicroBody(SpeakerBody):
    """A new micro-grid."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST["name"])]
    households: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    population: Annotated[int, Field(ge=0, le=LARGEST)] = 0


class MicroEnd(Taken):
    """Why it ends."""

    reason: Annotated[Line, StringConstraints(max_length=MOST_REASON)] = ""


class SpeakerFull(Schema):
    """Who speaks for a micro-grid; the post is null where it is a neighbour."""

    name: str
    phone: str
    title: str
    doors: str
    post: str | None


class MicroShape(Schema):
    """A micro-grid below a small grid."""

    id: str
    code: str
    name: str
    households: int
    population: int
    speaker: SpeakerFull | None


class Micros(Schema):
    """The standing micro-grids of a small grid, in order of code."""

    rows: list[MicroShape]


@staff.read(
    "/grids/{code}/micro",
    "listMicroGrids",
    Described(
        _("List the micro-grids of a grid"),
        _("Those of a small grid, each with who speaks for it. Scope: setup:read."),
        gives=Micros,
        example=example("micros"),
    ),
)
def list_micros(request: HttpRequest, code: str) -> HttpResponse:
    """The micro-grids of a small grid."""
    town = actor_of(request).town
    rows = _standing(town).filter(parent=_grid(town, code, Grid.Level.GRID), level=Grid.Level.MICRO).order_by("code")
    return respond({"rows": _told(town, list(rows))})


@staff.write(
    "POST",
    "/grids/{code}/micro",
    "beginMicroGrid",
    Described(
        _("Begin a micro-grid"),
        _("Below a small grid, under the next code. Scope: setup:write."),
        gives=MicroShape,
        status=201,
        example=example("micro"),
        body=(MicroBody, example("micro_new")),
    ),
    may="configure",
)
def begin_micro(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a micro-grid."""
    actor, body, now = actor_of(request), body_of(request, MicroBody), timezone.now()
    above = _grid(actor.town, code, Grid.Level.GRID)
    facts = _facts({name: str(value) for name, value in body.model_dump().items()})

    def make() -> int:
        try:
            return add_micro(above.pk, facts, actor=actor, now=now, why=body.why).pk
        except NoMicro as refused:
            raise Problem("invalid", told(refused)) from refused

    made = make_once(request, f"micro:{above.pk}", body.model_dump(), make, now=now)
    row = Grid.objects.for_system("api: micro-grids", actor.town).get(pk=made.pk)
    return done_response(_told(actor.town, [row])[0], repeated=made.repeated)


@staff.write(
    "PATCH",
    "/grids/{code}/representative",
    "changeRepresentative",
    Described(
        _("Say who speaks for a micro-grid"),
        _(
            "What is named changes, the rest stays. The history keeps name and number as texts that can be erased, the "
            "number encrypted. Scope: setup:write."
        ),
        gives=MicroShape,
        example=example("micro"),
        body=(SpeakerBody, example("speaker")),
    ),
    may="configure",
)
def change_representative(request: HttpRequest, code: str) -> HttpResponse:
    """Say who speaks for it."""
    actor, body = actor_of(request), body_of(request, SpeakerBody)
    grid = _grid(actor.town, code, Grid.Level.MICRO)
    stood = as_form(actor.town, grid_tree(actor.town)[grid.pk])
    facts = _facts(stood | body.model_dump(exclude_unset=True), named=False)
    try:
        represent(grid, facts, actor=actor, now=timezone.now(), why=body.why)
    except NoMicro as refused:
        raise Problem("invalid", told(refused)) from refused
    return respond(_told(actor.town, [grid])[0])


@staff.write(
    "POST",
    "/grids/{code}/end",
    "endMicroGrid",
    Described(
        _("End a micro-grid"),
        _("What is docked to it goes to its small grid; the code is never used again. Scope: setup:write."),
        gives=MicroShape,
        status=201,
        example=example("micro_ended"),
        body=(MicroEnd, example("micro_end")),
    ),
    may="configure",
)
def end_grid(request: HttpRequest, code: str) -> HttpResponse:
    """End a micro-grid."""
    actor, body, now = actor_of(request), body_of(request, MicroEnd), timezone.now()
    held = Grid.objects.for_system("api: micro-grids", actor.town).filter(code=code, level=Grid.Level.MICRO).first()
    if held is None:
        raise Problem("not_found")

    def make() -> int:
        try:
            end_micro(held, body.reason, actor=actor, now=now)
        except NoMicro as refused:
            raise Problem("not_found") from refused
        return held.pk

    made = make_once(request, f"micro-end:{held.pk}", body.model_dump(), make, now=now)
    return done_response(_told(actor.town, [held])[0], repeated=made.repeated)


def _facts(said: dict[str, str], *, named: bool = True) -> MicroFacts:
    form = read_micro(said, named=named)
    if form.facts is None:
        raise Problem("invalid", form.faults)
    return form.facts


def _standing(town: Town) -> Any:
    return Grid.objects.for_system("api: micro-grids", town).filter(valid_to=None)


def _grid(town: Town, code: str, level: str) -> Grid:
    found: Grid | None = _standing(town).filter(code=code, level=level).first()
    if found is None:
        raise Problem("not_found")
    return found


def _told(town: Town, rows: list[Grid]) -> list[dict[str, Any]]:
    people = representatives(town, [row.pk for row in rows]) if rows else {}
    facts = ("code", "name", "households", "population")
    return [
        {"id": str(row.pk), **{name: getattr(row, name) for name in facts}, "speaker": _speaker(people.get(row.pk))}
        for row in rows
    ]


def _speaker(row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    post = str(row["post_id"]) if row["post_id"] else None
    return {**{name: row[name] for name in ("name", "phone", "title", "doors")}, "post": post}
