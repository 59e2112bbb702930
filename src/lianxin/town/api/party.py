"""Party groups and centre households of a grid by program: read masked; one household in full for a reason; erased."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import StringConstraints

from lianxin.cases.actions.erasing import clean_pages
from lianxin.cases.api.counting import slowed_down
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of
from lianxin.cases.api.setup import actor_of, staff_tag
from lianxin.cases.api.shapes import Line, Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.ids import read_number
from lianxin.people.centres import OWN, erase_centre, may_look, reveal_centre
from lianxin.people.directory import party_of
from lianxin.people.looking import NoReason
from lianxin.people.models import CentreHousehold
from lianxin.places.queries import Node, grid_tree, subtree_ids
from lianxin.town.registers.party import CENTRES

example = examples_in(Path(__file__).with_name("people.yaml"))
staff = StaffRouter(staff_tag, "setup")


class Because(Taken):
    """Why; it stands in the history, and names nobody."""

    reason: Annotated[Line, StringConstraints(min_length=2, max_length=200)]


class GroupShape(Schema):
    """A party group: its grid by code, who leads it, how many are in it."""

    id: str
    grid: str
    name: str
    leader: str
    members: int


class CentreShape(Schema):
    """A centre household; name, telephone and address masked."""

    id: str
    grid: str
    name: str
    phone: str
    address: str
    members: int


class PartyShape(Schema):
    """The groups and households of a grid and of the grids below it."""

    groups: list[GroupShape]
    centres: list[CentreShape]


class CentreFull(Schema):
    """A household's own details in full."""

    id: str
    name: str
    phone: str
    address: str


class CentreErased(Schema):
    """How many texts went, of the household and of its history."""

    id: str
    erased: int


@staff.read(
    "/grids/{code}/party",
    "listParty",
    Described(
        _("List the party groups and centre households of a grid"),
        _("Of the grid and of those below it; a household's own details are masked. Scope: setup:read."),
        gives=PartyShape,
        example=example("party"),
    ),
)
def list_party(request: HttpRequest, code: str) -> HttpResponse:
    """The groups and households of a grid."""
    town = actor_of(request).town
    tree = grid_tree(town)
    node = next((each for each in tree.values() if each.code == code), None)
    if node is None:
        raise Problem("not_found")
    found = party_of(town, sorted(subtree_ids(town, node.id)))
    groups = [
        {**_placed(row, tree), "leader": row["leader__account__name"] or "", "members": row["members"]}
        for row in found["groups"]
    ]  # fmt: skip
    own = ("phone", "address", "members")
    centres = [{**_placed(row, tree), **{name: row[name] for name in own}} for row in found["centres"]]
    return respond({"groups": groups, "centres": centres})


def _placed(row: dict[str, Any], tree: Mapping[int, Node]) -> dict[str, Any]:
    return {"id": str(row["id"]), "grid": tree[row["grid_id"]].code, "name": row["name"]}


@staff.write(
    "POST",
    "/centres/{centre}/look",
    "lookAtCentre",
    Described(
        _("Look at a centre household's details"),
        _(
            "Name, telephone and address of one household, for a reason; each look stays in the history, and sixty an "
            "hour are the most. Needs a post that keeps the set-up, or may reveal contacts there. Scope: setup:write."
        ),
        gives=CentreFull,
        status=201,
        example=example("centre"),
        body=(Because, example("because")),
        fails=("slow_down",),
    ),
)
def look_at_centre(request: HttpRequest, centre: str) -> HttpResponse:
    """Look at a household's details."""
    actor, now, row = actor_of(request), timezone.now(), _row(request, centre)
    if not may_look(actor, row):
        raise Problem("may_not")
    body = body_of(request, Because)

    def look() -> int:
        with slowed_down(actor.town):
            reveal_centre(row, body.reason, actor=actor, now=now)
        return row.pk

    made = _said(lambda: make_once(request, f"centre-look:{row.pk}", body.model_dump(), look, now=now))
    told = {"id": str(row.pk), **{name: getattr(row, name) for name in OWN}}
    return done_response(told, repeated=made.repeated)


@staff.write(
    "POST",
    "/centres/{centre}/erase",
    "eraseCentre",
    Described(
        _("Erase a centre household"),
        _("The household goes, and for good what its history says of it. Scope: setup:write."),
        gives=CentreErased,
        status=201,
        example=example("centre_erased"),
        body=(Because, example("because")),
    ),
    may="erase",
)
def erase(request: HttpRequest, centre: str) -> HttpResponse:
    """Erase a household on request."""
    actor, body, now = actor_of(request), body_of(request, Because), timezone.now()
    pk = _id(centre)

    def make() -> int:
        with transaction.atomic():
            gone = erase_centre(pk, body.reason, actor=actor, now=now)
            transaction.on_commit(clean_pages)
        return gone

    made = _said(lambda: make_once(request, f"centre-erase:{pk}", body.model_dump(), make, now=now))
    return done_response({"id": str(pk), "erased": made.pk}, repeated=made.repeated)


def _said(do: Any) -> Any:
    try:
        return do()
    except NoReason as none:
        raise Problem("invalid", {"reason": gettext("Say why; it stays in the history.")}) from none
    except CentreHousehold.DoesNotExist as none:
        raise Problem("not_found") from none


def _row(request: HttpRequest, named: str) -> CentreHousehold:
    row: CentreHousehold | None = CENTRES.of(actor_of(request).town, _id(named))
    if row is None:
        raise Problem("not_found")
    return row


def _id(named: str) -> int:
    pk = read_number(named)
    if pk is None:
        raise Problem("not_found")
    return pk
