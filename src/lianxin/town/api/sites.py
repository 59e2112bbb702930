"""Sites by program: entered, changed, ended. They are listed by `listSites`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from pydantic import Field, StringConstraints

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, key_of, query_of
from lianxin.cases.api.setup import actor_of, site_told
from lianxin.cases.api.shapes import Datum, Line, Taken, Word
from lianxin.cases.api.staff_shapes import SiteShape
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, digest_of, found
from lianxin.places.models import Site
from lianxin.places.sites.actions import NotTaken, SiteFacts, add_site, change_site, end_site
from lianxin.town.homes.sites.writing import LONGEST, as_form, read_form, told

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: keeping the set-up"), "setup")


class SiteBody(Taken):
    """A site: where it is by its point, or at least by its grid."""

    kind: Literal["", "compound", "enterprise", "venue"] = ""
    name: Annotated[Line, StringConstraints(max_length=LONGEST["name"])] = ""
    address: Annotated[Line, StringConstraints(max_length=LONGEST["address"])] = ""
    grid: Word = Field("", description=_("Code or id; not needed beside a point."))
    lon: float | None = None
    lat: float | None = None
    datum: Datum = "wgs84"
    why: Annotated[Line, StringConstraints(max_length=LONGEST["why"])] = Field(
        "", description=_("Stands in the history.")
    )


class NewSite(SiteBody):
    """A new site. An enterprise may have its credit code; the others are given one."""

    code: Word = Field("", description=_("The unified social credit code of an enterprise."))


class SiteEnd(Taken):
    """Why it ends."""

    reason: Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST["reason"])]


@staff.write(
    "POST",
    "/setup/sites",
    "addSite",
    Described(
        _("Enter a site"),
        _("A compound, an enterprise or a public place; its plate leads to it by its code. Scope: setup:write."),
        gives=SiteShape,
        status=201,
        example=example("site"),
        body=(NewSite, example("site_new")),
    ),
    may="configure",
)
def enter_site(request: HttpRequest) -> HttpResponse:
    """Enter a site."""
    actor, key, now = actor_of(request), key_of(request), timezone.now()
    body = body_of(request, NewSite)
    facts = _facts(actor.town, _as_form(body) | {"code": body.code})
    once = OnceKey(f"post:{actor.post_id}:site", key, digest_of(body.model_dump(mode="json")))
    repeated = found(once, town_id=actor.town_id) is not None
    try:
        made = add_site(facts, actor=actor, now=now, once=once, why=body.why)
    except NotTaken as refused:
        raise Problem("invalid", told(refused)) from refused
    return done_response(_told(actor.town, made), repeated=repeated)


@staff.write(
    "PATCH",
    "/setup/sites/{site}",
    "changeSite",
    Described(
        _("Change a site"),
        _("What is named changes, the rest and the code stay. Scope: setup:write."),
        gives=SiteShape,
        example=example("site"),
        body=(SiteBody, example("site_change")),
    ),
    may="configure",
)
def rewrite_site(request: HttpRequest, site: str) -> HttpResponse:
    """Change a site."""
    actor, body = actor_of(request), body_of(request, SiteBody)
    held = _site(actor.town, site)
    stood = as_form(actor.town, held)
    facts = _facts(actor.town, stood | {k: v for k, v in _as_form(body).items() if k in _given(body)})
    try:
        change_site(held, facts, actor=actor, now=timezone.now(), why=body.why)
    except NotTaken as refused:
        raise Problem("invalid", told(refused)) from refused
    return respond(_told(actor.town, _site(actor.town, site)))


@staff.write(
    "DELETE",
    "/setup/sites/{site}",
    "endSite",
    Described(
        _("End a site"),
        _("Today, for a reason that stays in the history; what hangs on it stays too. Scope: setup:write."),
        gives=SiteShape,
        example=example("site"),
        query=SiteEnd,
        fails=("invalid", "refused"),
    ),
    may="configure",
)
def drop_site(request: HttpRequest, site: str) -> HttpResponse:
    """End a site."""
    actor, asked = actor_of(request), query_of(request, SiteEnd)
    held = _site(actor.town, site)
    try:
        end_site(held, asked.reason, actor=actor, now=timezone.now())
    except NotTaken as refused:
        raise Problem("refused", sentence=next(iter(told(refused).values()))) from refused
    return respond(_told(actor.town, _site(actor.town, site)))


def _as_form(body: SiteBody) -> dict[str, str]:
    """What was sent, as the form of the page says it."""
    point = f"{body.lon}, {body.lat}" if body.lon is not None or body.lat is not None else ""
    same = {"kind": body.kind, "name": body.name, "address": body.address, "grid": body.grid}
    return {**same, "point": point.replace("None", ""), "datum": body.datum}


def _given(body: SiteBody) -> set[str]:
    """The fields of the form that were named; a point moves the grid with it."""
    named = body.model_fields_set & {"kind", "name", "address", "grid"}
    return {*named, "point", "datum"} if body.model_fields_set & {"lon", "lat"} else set(named)


def _facts(town: Town, data: dict[str, str]) -> SiteFacts:
    form = read_form(town, data)
    if form.facts is None:
        raise Problem("invalid", form.faults)
    return form.facts


def _site(town: Town, code: str) -> Site:
    site = Site.objects.for_system("api: a site", town).filter(code=code).first()
    if site is None:
        raise Problem("not_found")
    return site


def _told(town: Town, site: Site) -> dict[str, Any]:
    names = ("id", "code", "kind", "name", "address", "lon", "lat", "valid_from", "valid_to", "grid_id")
    return site_told(town, {name: getattr(site, name) for name in names})
