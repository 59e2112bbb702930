"""Boundaries of grids: read with their version and history, and redrawn by steps, with a dry run."""

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
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, guarded, key_of
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.shapes import Line, Taken, Word
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.once import OnceKey, digest_of
from lianxin.places.actions import NotSound, StaleBoundaries, redraw
from lianxin.places.boundaries import Standing, formers, reshaped_by, sheet_of, standing, tried, version_of
from lianxin.places.misfits import Misfit
from lianxin.places.redraw import Redrawn
from lianxin.places.steps import MOST_POINTS, MOST_STEPS, BadSteps, Step, read_steps
from lianxin.places.tiling import boundary_of

router = Router()
staff_tag = _("Staff: the town's set-up")
Spot = Annotated[list[float], Field(min_length=2, max_length=2)]
Spots = Annotated[list[Spot], Field(max_length=MOST_POINTS)]


class FateShape(Taken):
    """What becomes of a piece that was cut: it stays, goes to a grid of the same parent, or becomes a new one."""

    to: Literal["stay", "grid", "new"]
    grid: Word = Field("", description=_("Code of the grid it goes to."))
    name: Annotated[Line, StringConstraints(max_length=60)] = Field("", description=_("Name of the new grid."))
    takes: Annotated[list[Word], Field(max_length=MOST_STEPS)] = Field(
        default_factory=list,
        description=_("new: what goes with it from the old one, as posts:7; cases follow the ground."),
    )


class StepShape(Taken):
    """One step; places are [longitude, latitude]."""

    do: Literal["move", "add", "drop", "cut", "draw"]
    start: Spot | None = Field(None, alias="from", description=_("move: the point."))
    to: Spot | None = Field(None, description=_("move: where it goes."))
    at: Spot | None = Field(None, description=_("add, drop: the point."))
    grid: Word = Field("", description=_("cut, draw: the code of the grid."))
    line: Spots | None = Field(None, description=_("cut: from border to border."))
    ring: Spots | None = Field(None, description=_("draw: the corners; what is not free is left out."))
    left: FateShape | None = Field(None, description=_("cut: the piece left of the line."))
    right: FateShape | None = Field(None, description=_("cut: the piece right of the line."))


class Redrawing(Taken):
    """Steps to be done together, or to be tried."""

    steps: Annotated[list[StepShape], Field(min_length=1, max_length=MOST_STEPS)]
    version: Word = Field(description=_("`version` of the boundary that was read."))
    reason: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class Reshaping(Schema):
    """A grid whose boundary changes; `boundary` is the new one, GeoJSON in WGS-84. `new`: it had none before."""

    code: str
    name: str
    new: bool
    area_before: float
    area_after: float
    boundary: dict[str, Any] | None


class Redone(Schema):
    """What steps came to, or would come to; `change` is empty for a dry run. `notes` forbid nothing."""

    change: str
    version: str
    changes: list[Reshaping]
    notes: list[str]


class FormerShape(Schema):
    """A boundary the grid had; None where it had none."""

    boundary: dict[str, Any] | None
    area: float
    since: date | datetime
    until: datetime
    how: str
    reason: str
    change: str


class Boundary(Schema):
    """The boundary of a grid, what names it exactly, and what stood before, the newest first."""

    code: str
    name: str
    boundary: dict[str, Any] | None
    area: float
    version: str
    former: list[FormerShape]


@router.get(
    "/grids/{code}/boundary",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="readBoundary",
    **Described(
        _("Read a boundary"),
        _("The boundary of a grid, its `version`, and those it had before, the newest first. Scope: setup:read."),
        scope="setup:read",
        gives=Boundary,
        example=example("boundary"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def read_boundary(request: HttpRequest, code: str) -> HttpResponse:
    """A boundary with its history."""
    town = actor_of(request).town
    rows = standing(town)
    grid = _grid(rows, code)
    former = formers(town, grid.id)
    told = [
        {
            "boundary": each.boundary, "area": each.area_before, "since": each.since, "until": each.until,
            "how": each.how, "reason": each.reason, "change": str(each.change),
        }
        for each in former
    ]  # fmt: skip
    version = version_of(town, sheet_of(rows, code))
    facts = {"code": code, "name": grid.name, "boundary": grid.boundary, "area": grid.area, "version": version}
    return respond({**facts, "former": told})


@router.post(
    "/grids/{code}/boundary",
    auth=allowed("setup:write"),
    tags=[staff_tag],
    operation_id="redrawBoundary",
    **Described(
        _("Redraw boundaries"),
        _(
            "Steps on the points that grids share, so that they go on tiling their parent: all are done or none. A "
            "point that is moved moves in every boundary that has it. Cases stay with the grid they were placed in, "
            "but for those on the ground of a new grid that is cut from it. "
            "With dry_run nothing is written. Whoever saved first wins: read again when it is stale. Needs a post "
            "that may set up the town. Scope: setup:write."
        ),
        scope="setup:write",
        gives=Redone,
        status=201,
        example=example("redone"),
        body=(Redrawing, example("redrawing")),
        keyed=True,
        fails=(*SIGNED_IN, "csrf", "may_not", "bad_json", "unsupported_media", "too_large", "invalid", "stale"),
    ).options,
)
@guarded
def redraw_boundary(request: HttpRequest, code: str) -> HttpResponse:
    """Redraw boundaries, or try to."""
    actor, key = actor_of(request), key_of(request)
    if not actor.can("configure"):
        raise Problem("may_not")
    body = body_of(request, Redrawing)
    steps, rows = _steps(body), standing(actor.town)
    _grid(rows, code)
    if body.dry_run:
        return respond(_dry(actor.town, rows, code, steps, body.version))
    meant = {"code": code, **body.model_dump(mode="json", by_alias=True)}
    once = OnceKey(f"post:{actor.post_id}:redraw", key, digest_of(meant))
    try:
        done = redraw(
            actor.town, steps, of=code, version=body.version, reason=body.reason, once=once, actor=actor,
            now=timezone.now(),
        )  # fmt: skip
    except StaleBoundaries as stale:
        raise _stale() from stale
    except NotSound as wrong:
        raise _unsound(wrong.redrawn) from wrong
    told = {
        "change": str(done.change), "version": version_of(actor.town, sheet_of(standing(actor.town), code)),
        "changes": reshaped_by(actor.town, done.change), "notes": done.notes,
    }  # fmt: skip
    return done_response(told, repeated=done.repeated)


def _grid(rows: list[Standing], code: str) -> Standing:
    found = next((row for row in rows if row.code == code), None)
    if found is None:
        raise Problem("not_found")
    return found


def _steps(body: Redrawing) -> list[Step]:
    try:
        return read_steps([step.model_dump(by_alias=True, exclude_none=True) for step in body.steps])
    except BadSteps as bad:
        raise Problem("invalid", {f"steps.{bad.at}": str(bad)}) from bad


def _dry(town: Any, rows: list[Standing], code: str, steps: list[Step], version: str) -> dict[str, Any]:
    """What the steps would come to; a dry run on boundaries that have changed is stale as well."""
    if version_of(town, sheet_of(rows, code)) != version:
        raise _stale()
    redrawn = tried(town, rows, steps)
    if not redrawn.sound:
        raise _unsound(redrawn)
    changes = [
        {
            "code": each.tile.code, "name": each.tile.name, "new": not each.before, "area_before": each.area_before,
            "area_after": each.area_after, "boundary": boundary_of(each.after),
        }
        for each in redrawn.changes
    ]  # fmt: skip
    notes = [str(misfit.message) for misfit in redrawn.misfits]
    return {"change": "", "version": version, "changes": changes, "notes": notes}


def _stale() -> Problem:
    return Problem("stale", sentence=gettext("The boundaries have been changed since this version. Read them again."))


def _unsound(redrawn: Redrawn) -> Problem:
    """What is wrong, by the step or the grid, each with its place."""
    faults: dict[str, str] = {}
    for misfit in redrawn.misfits:
        name = f"steps.{misfit.step}" if misfit.step else f"grids.{'.'.join(misfit.grids)}"
        faults.setdefault(name, _with_place(misfit))
    return Problem("invalid", faults or {"steps": gettext("These steps change nothing.")})


def _with_place(misfit: Misfit) -> str:
    where = misfit.where
    return f"{misfit.message} ({where[0]:.6f}, {where[1]:.6f})" if where else str(misfit.message)
