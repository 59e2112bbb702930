"""Grids that change over time: what one is, was and became, who serves it; and mergers and other codes, tried first."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, guarded, key_of
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.shapes import Line, Ref, Taken, Word
from lianxin.cases.api.telling import unit_ref
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.pickers import unit_by
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, digest_of
from lianxin.people.lines import NotDocked, Server, dock_lines, lines_of
from lianxin.people.models import LineService
from lianxin.people.representatives import representatives
from lianxin.places.boundaries import standing
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from lianxin.places.reform.actions import NotReformed, StaleReform, describe, reform
from lianxin.places.reform.plan import Merge, Recode, Reform
from lianxin.places.reform.queries import Preview, became_of, past_of, previewed, stamp_of, was_before

router = Router()
staff_tag = _("Staff: the town's set-up")
staff = StaffRouter(staff_tag, "setup", router)
LARGEST = 99_999_999


class LineShape(Schema):
    """Who serves a grid in one of the eight lines; no unit where nobody does. `own`: said of this very grid."""

    line: str
    unit: Ref | None
    own: bool


class SpeakerShape(Schema):
    """Who speaks for a micro-grid, called what, for which doors."""

    name: str
    title: str
    doors: str


class EventShape(Schema):
    """Something that happened to a grid: begin, take_over, rename, describe, redraw, import, end."""

    act: str
    at: datetime
    reason: str
    was: list[str]
    became: list[str]


class GridPast(Schema):
    """A grid, standing or ended. `stands_as`: the code of the standing grid it leads to, its own while it stands."""

    code: str
    name: str
    level: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    was: list[str]
    became: list[str]
    stands_as: str
    households: int
    population: int
    lines: list[LineShape]
    speaker: SpeakerShape | None
    past: list[EventShape]


class Reforming(Taken):
    """A merger of neighbours (`with` their codes), or another code for a grid, perhaps below another parent."""

    do: Literal["merge", "recode"]
    others: Annotated[list[Word], Field(max_length=50)] = Field(
        default_factory=list, alias="with", description=_("merge: the codes of the neighbours.")
    )
    keep: Word = Field("", description=_("merge: the code that stays; left empty, a new one is given."))
    name: Annotated[Line, StringConstraints(max_length=60)] = Field("", description=_("merge: the name afterwards."))
    parent: Word = Field("", description=_("recode: the code of the parent, if it is another."))
    code: Word = Field("", description=_("The new code, if the authority gave it; left empty, the next free one."))
    seen: Word = Field("", description=_("`seen` of the dry run; not needed for one."))
    reason: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class DockedShape(Schema):
    """How many rows of a sort follow: cases, posts, sites, routes…"""

    what: str
    n: int


class EndedShape(Schema):
    """A grid that ends, the code of the one it becomes, and what follows."""

    code: str
    became: str
    docked: list[DockedShape]


class ReformDone(Schema):
    """What a reform would do, or did; `change` is empty for a dry run. `seen` names exactly this."""

    change: str
    seen: str
    ended: list[EndedShape]


@router.get(
    "/grids/{code}",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="readGrid",
    **Described(
        _("Read a grid"),
        _(
            "A grid, standing or ended: what it was and became, who serves it in each line, who speaks for it if it is "
            "a micro-grid, and its history, the newest first. Scope: setup:read."
        ),
        scope="setup:read",
        gives=GridPast,
        example=example("grid_past"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def read_grid(request: HttpRequest, code: str) -> HttpResponse:
    """A grid with its history."""
    return respond(_grid_told(actor_of(request).town, code))


def _grid_told(town: Town, code: str) -> dict[str, Any]:
    grid = Grid.objects.for_system("api: a grid", town).select_related("parent").filter(code=code).first()
    if grid is None:
        raise Problem("not_found")
    facts = ("code", "name", "level", "valid_from", "valid_to", "became", "households", "population")
    return {
        **{name: getattr(grid, name) for name in facts}, "parent": grid.parent.code if grid.parent else None,
        "was": was_before(town, code), "stands_as": became_of(town, code), "lines": _lines(town, grid.pk),
        "speaker": _speaker(town, grid.pk), "past": _past(town, grid.pk),
    }  # fmt: skip


def _lines(town: Town, pk: int) -> list[dict[str, Any]]:
    served = lines_of(town, pk, now=timezone.now())
    return [
        {"line": each.line, "unit": unit_ref(town, each.unit.pk if each.unit else None), "own": each.said_at == pk}
        for each in served
    ]


def _speaker(town: Town, pk: int) -> dict[str, Any] | None:
    row = representatives(town, [pk]).get(pk)
    return {name: row[name] for name in ("name", "title", "doors")} if row else None


def _past(town: Town, pk: int) -> list[dict[str, Any]]:
    return [
        {
            "act": each.act, "at": each.at, "reason": each.reason, "was": list(each.data.get("from", ())),
            "became": list(each.data.get("became", ())),
        }
        for each in past_of(town, pk)
    ]  # fmt: skip


@router.post(
    "/grids/{code}/reform",
    auth=allowed("setup:write"),
    tags=[staff_tag],
    operation_id="reformGrid",
    **Described(
        _("Merge a grid, or give it another code"),
        _(
            "The grids that end become others under codes that nobody ever had; open cases, posts, sites and whatever "
            "else is docked to them follow, closed cases stay. Ask with dry_run first: its `seen` goes with the real "
            "request, which is stale when anything has changed since. Splitting is a cut of the boundary. Needs a post "
            "that may set up the town. Scope: setup:write."
        ),
        scope="setup:write",
        gives=ReformDone,
        status=201,
        example=example("reform_done"),
        body=(Reforming, example("reforming")),
        keyed=True,
        fails=(*SIGNED_IN, "csrf", "may_not", "bad_json", "unsupported_media", "too_large", "invalid", "stale"),
    ).options,
)
@guarded
def reform_grid(request: HttpRequest, code: str) -> HttpResponse:
    """Reform a grid, or look at what would follow."""
    actor, key = actor_of(request), key_of(request)
    if not actor.can("configure"):
        raise Problem("may_not")
    body = body_of(request, Reforming)
    wanted, rows = _wanted(code, body), standing(actor.town)
    once = OnceKey(f"post:{actor.post_id}:reform", key, digest_of({"code": code, **body.model_dump(mode="json")}))
    preview = previewed(actor.town, rows, wanted)
    if body.dry_run:
        return respond({"change": "", **_told(preview)})
    told = _told(preview) if preview.outcome.sound else {"seen": "", "ended": []}
    try:
        done = reform(
            actor.town, wanted, seen=body.seen, reason=body.reason, once=once, actor=actor, now=timezone.now()
        )
    except StaleReform as stale:
        raise Problem(
            "stale", sentence=gettext("What would follow has changed since. Ask with dry_run again.")
        ) from stale
    except NotReformed as refused:
        raise Problem("invalid", {"do": str(refused.misfit.message)}) from refused
    if done.repeated:
        told = {"seen": body.seen, "ended": []}
    return done_response({"change": str(done.change), **told}, repeated=done.repeated)


def _wanted(code: str, body: Reforming) -> Reform:
    if body.do == "merge":
        return Merge((code, *body.others), body.keep, body.name, body.code)
    return Recode(code, body.parent, body.code)


def _told(preview: Preview) -> dict[str, Any]:
    if preview.outcome.misfit is not None:
        raise Problem("invalid", {"do": str(preview.outcome.misfit.message)})
    ended = [
        {
            "code": each["code"], "became": each["to"]["code"],
            "docked": [{"what": row["key"], "n": row["n"]} for row in each["docked"]],
        }
        for each in preview.told()
    ]  # fmt: skip
    return {"seen": stamp_of(preview), "ended": ended}


class GridFacts(Taken):
    """What is said of a grid that keeps its code: the fields that are named change."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=60)] = ""
    households: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    population: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    reason: Annotated[Line, StringConstraints(max_length=200)] = ""


class LinesBody(Taken):
    """Who serves the grid, and all below it, by line: `unit:<id or key>`, `post:<id>`; empty: as the grid above."""

    lines: dict[Literal[tuple(LineService.Line.values)], Word]  # type: ignore[valid-type]  # said once, by the model
    reason: Annotated[Line, StringConstraints(max_length=200)] = ""


@staff.write(
    "PATCH",
    "/grids/{code}",
    "describeGrid",
    Described(
        _("Name a grid, or count it anew"),
        _("Name, households and residents; the code stays. The history keeps what it was. Scope: setup:write."),
        gives=GridPast,
        example=example("grid_past"),
        body=(GridFacts, example("grid_facts")),
    ),
    may="configure",
)
def describe_grid(request: HttpRequest, code: str) -> HttpResponse:
    """Say something else of a grid."""
    actor, body = actor_of(request), body_of(request, GridFacts)
    facts = {name: getattr(body, name) for name in body.model_fields_set - {"reason"}}
    grid = Grid.objects.for_system("api: a grid", actor.town).filter(code=code, valid_to=None).first()
    if grid is None:
        raise Problem("not_found")
    describe(grid, facts, reason=body.reason, actor=actor, now=timezone.now())
    return respond(_grid_told(actor.town, code))


@staff.write(
    "POST",
    "/grids/{code}/lines",
    "dockLines",
    Described(
        _("Say who serves a grid"),
        _("In the lines that are named; the others stay as they are. It counts for all below. Scope: setup:write."),
        gives=GridPast,
        status=201,
        example=example("grid_past"),
        body=(LinesBody, example("grid_lines")),
    ),
    may="configure",
)
def dock_grid(request: HttpRequest, code: str) -> HttpResponse:
    """Say who serves."""
    actor, body, now = actor_of(request), body_of(request, LinesBody), timezone.now()
    pk = next((node.id for node in grid_tree(actor.town).values() if node.code == code), None)
    if pk is None:
        raise Problem("not_found")
    wanted = {line: _server(actor.town, line, named) for line, named in body.lines.items()}

    def make() -> int:
        return dock_lines(pk, wanted, actor=actor, now=now, why=body.reason)

    try:
        made = make_once(request, f"lines:{pk}", body.model_dump(mode="json"), make, now=now)
    except NotDocked as refused:
        raise Problem("invalid", {"lines": gettext("One of these serves no more, or is none.")}) from refused
    return done_response(_grid_told(actor.town, code), repeated=made.repeated)


def _server(town: Town, line: str, named: str) -> Server | None:
    if not named:
        return None
    sort, _colon, pk = named.partition(":")
    if sort == "post" and (post_id := read_number(pk)) is not None:
        return Server(post_id=post_id)
    unit = unit_by(town, named)
    if unit is None:
        raise Problem("invalid", {f"lines.{line}": gettext("There is none such in this town.")})
    return Server(unit_id=unit)
