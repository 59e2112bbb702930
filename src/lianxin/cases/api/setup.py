"""How the town is set up: categories, grids and kinds for anybody; units, routes and oneself for the staff."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router

from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.public import town_of
from lianxin.cases.api.reading import guarded, query_of
from lianxin.cases.api.shapes import Grids, Groups, Kinds
from lianxin.cases.api.staff_shapes import Me, Routes, SitePage, SitesFilter, Units, Why, WhyFilter
from lianxin.cases.api.telling import category_ref, grid_ref, unit_ref
from lianxin.cases.api.writing import picked, respond
from lianxin.cases.pickers import category_by, category_name, grid_by, unit_name
from lianxin.cases.queries.asking import asking_of
from lianxin.cases.queries.setup import categories, kinds, routes
from lianxin.cases.rerouting import verdict_words
from lianxin.cases.routes import Reason, why
from lianxin.cases.words import said
from lianxin.forms.questions import Question
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.people.queries import roles, units
from lianxin.places.queries import find_address, grid_tree
from lianxin.places.sites.queries import SiteFilter, read_after, sites
from lianxin.workflow.definition import Workflow

router = Router()
town_tag, staff_tag = _("The town, for anybody"), _("Staff: the town's set-up")
SIGNED_IN = (
    "sign_in", "token_unknown", "token_expired", "token_revoked", "post_ended", "own_password_first", "post_over",
    "not_staff", "scope_missing",
)  # fmt: skip


@router.get(
    "/categories",
    tags=[town_tag],
    operation_id="listCategories",
    **Described(
        _("List the categories"),
        _(
            "Groups and the categories in them, with their limits and the questions they ask. A category may be named "
            "by key or id."
        ),
        gives=Groups,
        example=example("categories"),
    ).options,
)
@guarded
def list_categories(request: HttpRequest) -> HttpResponse:
    """All categories that take cases, by group."""
    town = town_of(request)
    every = [row for row in categories(town).values() if row.active]
    found = []
    for group in (row for row in every if row.parent_id is None):
        leaves = [_leaf(town, leaf) for leaf in every if leaf.parent_id == group.pk]
        found.append({**_named(group), "children": leaves})
    return respond({"rows": found})


def _leaf(town: Town, row: Any) -> dict[str, Any]:
    facts = {"urgency": row.urgency, "limits": dict(row.limits)}
    return {**_named(row), **facts, "questions": _questions(town, row.pk)}


def _questions(town: Town, category_id: int) -> list[dict[str, Any]]:
    asking = asking_of(town, category_id)
    return [_question(each) for each in asking.sheet.questions] if asking else []


def _question(each: Question) -> dict[str, Any]:
    options = [
        {"value": value, "name": said(name), "advice": said(each.stops[value]) if value in each.stops else ""}
        for value, name in each.options
    ]
    return {
        "key": each.key, "ask": said(each.ask), "hint": said(each.hint), "type": each.type, "required": each.required,
        "options": options, "when": {key: list(values) for key, values in each.when.items()}, "least": each.least,
        "most": each.most,
    }  # fmt: skip


def _named(row: Any) -> dict[str, Any]:
    return {"id": str(row.pk), "key": row.key, "name": category_name(row)}


@router.get(
    "/grids",
    tags=[town_tag],
    operation_id="listGrids",
    **Described(
        _("List the grids"),
        _("The tree of grids, parents before children. Boundaries are at /grids.geojson."),
        gives=Grids,
        example=example("grids"),
    ).options,
)
@guarded
def list_grids(request: HttpRequest) -> HttpResponse:
    """The tree of standing grids."""
    rows = [
        {
            "id": str(node.id), "code": node.code, "name": node.name, "level": node.level, "lon": node.lon,
            "lat": node.lat, "parent": str(node.parent_id) if node.parent_id else None,
            "children": [str(pk) for pk in node.children],
        }
        for node in grid_tree(town_of(request)).values()
    ]  # fmt: skip
    return respond({"rows": rows})


@router.get(
    "/kinds",
    tags=[town_tag],
    operation_id="listKinds",
    **Described(
        _("List the kinds of case"),
        _("Each kind with the steps and acts of its latest workflow: who has how long, and what may follow."),
        gives=Kinds,
        example=example("kinds"),
    ).options,
)
@guarded
def list_kinds(request: HttpRequest) -> HttpResponse:
    """All kinds by their latest workflow."""
    return respond({"rows": [_kind(flow) for flow in kinds(town_of(request))]})


def _kind(flow: Workflow) -> dict[str, Any]:
    steps = [
        {
            "key": step.key, "name": said(step.name), "phase": step.phase, "who": step.who, "end": step.end,
            "within": str(step.within) if step.within else "", "outcome": step.outcome,
        }
        for step in flow.steps.values()
    ]  # fmt: skip
    acts = [
        {
            "act": each.act, "name": said(each.name), "sources": sorted(each.sources), "to": each.to,
            "by": list(each.by), "needs": list(each.needs), "takes": list(each.takes),
        }
        for each in flow.transitions
    ]  # fmt: skip
    facts = {"key": flow.key, "name": said(flow.name), "version": flow.version, "start": flow.start}
    return {**facts, "confidential": flow.confidential, "steps": steps, "acts": acts}


@router.get(
    "/units",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="listUnits",
    **Described(
        _("List the units"),
        _("The units that answer for cases. A holder is named `unit:<id or key>`. Scope: setup:read."),
        scope="setup:read",
        gives=Units,
        example=example("units"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def list_units(request: HttpRequest) -> HttpResponse:
    """All units."""
    rows = [
        {
            "id": str(unit.pk), "key": unit.key, "name": unit_name(unit), "line": unit.line,
            "grid": str(unit.grid_id) if unit.grid_id else None,
        }
        for unit in units(actor_of(request).town).values()
    ]  # fmt: skip
    return respond({"rows": rows})


@router.get(
    "/sites",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="listSites",
    **Described(
        _("List the sites"),
        _(
            "Compounds, enterprises and public places that have a plate, by the codes of their grids. Paging is by "
            "key: hand `next` back as `after`. The page behind a plate is /g/<code>/. Scope: setup:read."
        ),
        scope="setup:read",
        gives=SitePage,
        query=SitesFilter,
        example=example("sites"),
        fails=(*SIGNED_IN, "invalid"),
    ).options,
)
@guarded
def list_sites(request: HttpRequest) -> HttpResponse:
    """A page of the sites."""
    town, asked = actor_of(request).town, query_of(request, SitesFilter)
    faults: dict[str, str] = {}
    grid = picked("grid", asked.grid, grid_by(town, asked.grid), faults)
    if asked.after and read_after(asked.after) is None:
        faults["after"] = gettext("This cannot be read.")
    if faults:
        raise Problem("invalid", faults)
    wanted = SiteFilter(asked.kind, grid, asked.words, asked.ended)
    found = sites(town, wanted, after=asked.after, most=asked.most)
    return respond({"rows": [site_told(town, row) for row in found["rows"]], "next": found["next"]})


def site_told(town: Town, row: Any) -> dict[str, Any]:
    """A site by the columns of its row."""
    same = ("code", "kind", "name", "address", "lon", "lat", "valid_from", "valid_to")
    return {"id": str(row["id"]), **{name: row[name] for name in same}, "grid": grid_ref(town, row["grid_id"])}


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, once the credentials have been read."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


@router.get(
    "/routes",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="listRoutes",
    **Described(
        _("List the routes"),
        _("The rules of dispatch: category × grid × hours lead to a unit or to the level that serves the place."),
        scope="setup:read",
        gives=Routes,
        example=example("routes"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def list_routes(request: HttpRequest) -> HttpResponse:
    """All rules of dispatch."""
    town = actor_of(request).town
    rows = [
        {
            "id": str(route.pk), "category": category_ref(town, route.category_id),
            "grid": grid_ref(town, route.grid_id), "hours": route.hours, "unit": unit_ref(town, route.unit_id),
            "level": route.level,
        }
        for route in routes(town)
    ]  # fmt: skip
    return respond({"rows": rows})


@router.get(
    "/routes/why",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="explainRoute",
    **Described(
        _("Explain a route"),
        _(
            "Where a case of a category and a grid would go at a moment, and of every rule why it was taken or not. An "
            "address stands for its grid where its words are sure of one; else the places they may mean are told."
        ),
        scope="setup:read",
        gives=Why,
        query=WhyFilter,
        example=example("why"),
        fails=(*SIGNED_IN, "invalid"),
    ).options,
)
@guarded
def explain_route(request: HttpRequest) -> HttpResponse:
    """Where a case would go, and why."""
    town, asked = actor_of(request).town, query_of(request, WhyFilter)
    faults: dict[str, str] = {}
    category = picked("category", asked.category, category_by(town, asked.category), faults)
    grid = picked("grid", asked.grid, grid_by(town, asked.grid), faults)
    if faults:
        raise Problem("invalid", faults)
    meant = find_address(town, asked.address if grid is None else "")
    grid = grid or (meant.sure.grid_id if meant.sure else None)
    found = why(town, category_id=category, grid_id=grid, now=asked.at or timezone.now())
    return respond(
        {
            "grid": grid_ref(town, grid), "unsure": bool(meant.places) and meant.sure is None,
            "places": [{"name": each.name, "kind": each.kind, "grid": grid_ref(town, each.grid_id)}
                       for each in meant.places],
            "unit": unit_ref(town, found.holder.unit_id),
            "post": str(found.holder.post_id) if found.holder.post_id else None,
            "route": str(found.route_id) if found.route_id else None,
            "fallback": found.fallback,
            "reasons": [_reason(each) for each in found.reasons],
        }
    )  # fmt: skip


def _reason(reason: Reason) -> dict[str, str]:
    words = verdict_words()[reason.verdict]
    return {"route": str(reason.route_id), "verdict": reason.verdict, "words": words}


@router.get(
    "/me",
    auth=allowed("setup:read"),
    tags=[staff_tag],
    operation_id="readMe",
    **Described(
        _("Who am I"),
        _("The post that acts, its role and what it may do; with a token also the token's scopes."),
        scope="setup:read",
        gives=Me,
        example=example("me"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def read_me(request: HttpRequest) -> HttpResponse:
    """Who acts."""
    actor = actor_of(request)
    town: Town = actor.town
    own = Post.objects.for_system("api: one's own post", town).filter(pk=actor.post_id or 0)
    post = own.values_list("title", flat=True).get()
    role = roles(town)[actor.role]
    return respond(
        {
            "town": {"id": str(town.pk), "key": town.letters, "name": town.name}, "name": actor.name,
            "role": {"id": str(role.pk), "key": role.key, "name": said(role.name)}, "post": post,
            "unit": unit_ref(town, actor.unit_id), "sees": actor.sees, "may": sorted(actor.may),
            "scopes": sorted(actor.scopes) if actor.scopes is not None else None,
        }
    )  # fmt: skip
