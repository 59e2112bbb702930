"""The registers of the ground: service points, and what people call places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianxin.cases.pickers import grid_name
from lianxin.keys.cache import cached
from lianxin.places.models import AddressName, Grid, ServicePoint
from lianxin.places.names import known_names
from lianxin.places.points import service_points
from lianxin.places.queries import ancestor_ids, grid_at, grid_tree
from lianxin.places.sites.queries import Misplaced, ground_of
from lianxin.town.registers.contacts import Phone
from lianxin.town.registers.fields import Choice, Field, Key, Option, Point, Words, Yes
from lianxin.town.registers.register import Faults, Register
from lianxin.town.registers.times import Week

if TYPE_CHECKING:
    from lianxin.keys.models import Town


def grids_to_choose(town: Town) -> Iterable[Option]:
    """Every grid of the tree in the order of the codes."""

    def build() -> list[Option]:
        nodes = sorted(grid_tree(town).values(), key=lambda node: node.code)
        return [(node.id, node.code, grid_name(town, node.id)) for node in nodes]

    return cached(town, f"grids to choose {get_language()}", build)


def _grid() -> Choice:
    """In which grid something with a point of its own lies."""
    return Choice(
        column="grid_id", label=lambda: _("In the grid"), options=grids_to_choose, none=None,
        empty=lambda: _("by its point"), hint=lambda: _("Not chosen: the grid in which the point lies."),
    )  # fmt: skip


# --- service points ---------------------------------------------------------------------------------------------------


def point_kinds(_town: Town) -> Iterator[Option]:
    """The kinds of service point in words."""
    return ((kind.value, kind.value, str(kind.label)) for kind in ServicePoint.Kind)


def _point_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    faults: Faults = {}
    every = service_points(town)
    if row is None and any(each.key == facts["key"] for each in every if facts["key"]):
        faults["key"] = _("Another service point is called so.")
    return faults | _lies(town, facts)


def _by_point(town: Town, stands: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The grid of what was given with a point and without one; what stands in a grid that holds the point stays."""
    if given.get("grid_id") is not None or not {"point", "grid_id"} & set(given):
        return {}
    point = given.get("point", stands.get("point"))
    held = stands.get("grid_id") if "grid_id" not in given else None
    if not point or (held is not None and not _lies(town, {"point": point, "grid_id": held})):
        return {}
    return {"grid_id": grid_at(town, *point)}


def _lies(town: Town, facts: Mapping[str, Any]) -> Faults:
    """Whether what is kept lies in a grid, and its point, if any, in that grid, below it or at its border."""
    point, named = facts.get("point"), facts.get("grid_id")
    if not point:
        return {} if named is not None else {"grid_id": _("Choose the grid, or say by a point where it is.")}
    inside = grid_at(town, *point)
    if inside and named in ancestor_ids(town, inside):
        return {}
    try:
        ground_of(town, tuple(point), named)
    except Misplaced:
        if not inside:
            return {"point": _("This point lies in no grid of the town.")}
        told = {"grid": grid_name(town, inside), "named": grid_name(town, named)}
        return {"point": _("The point lies in %(grid)s, the grid that is chosen is %(named)s.") % told}
    return {}


POINTS = Register(
    key="points", kind="service_point", model=ServicePoint,
    name=lambda: _("Service points"), one=lambda: _("service point"),
    lede=lambda: _("Where residents are served, when, and with what; shown to everybody."),
    fields=(
        Field(column="name", label=lambda: _("Its name"), required=True, most=60),
        Key(column="key", label=lambda: _("Key"), hint=lambda: _("For files and programs. Empty: one is given.")),
        Choice(column="kind", label=lambda: _("What sort it is"), options=point_kinds, required=True),
        _grid(),
        Field(column="address", label=lambda: _("Where it is, in words"), most=120),
        Point(column="point", label=lambda: _("Its point"),
              hint=lambda: _("Point on the map, or write longitude and latitude (GPS, Tianditu).")),
        Phone(column="phone", label=lambda: _("Telephone of the unit")),
        Words(column="services", label=lambda: _("What is done there"), most=40),
        Week(column="hours", label=lambda: _("Opening hours")),
        Yes(column="active", label=lambda: _("In use")),
    ),
    title=lambda _town, row: row.name,
    about=lambda town, row: " · ".join(filter(None, (row.get_kind_display(), grid_name(town, row.grid_id), row.phone))),
    rows=service_points,
    off=lambda row: not row.active,
    check=_point_check,
    fills=_by_point,
)  # fmt: skip

# --- names of places --------------------------------------------------------------------------------------------------


def _name_kinds(_town: Town) -> Iterator[Option]:
    return ((kind.value, kind.value, str(kind.label)) for kind in AddressName.Kind)


def _name_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    if facts["grid_id"] is None:
        return _lies(town, facts)
    node = grid_tree(town).get(facts["grid_id"])
    if node is None:
        return {"grid_id": _("This grid has ended.")}
    if facts.get("point") is None and node.lon is None:
        return {"point": _("The grid has no boundary yet: say where the place is.")}
    twin = known_names(town).get((facts["name"], facts["kind"], facts["grid_id"]))
    if twin is not None and (row is None or twin.pk != row.pk):
        return {"name": _("This name is entered for the grid already.")}
    return _lies(town, facts)


def _names(town: Town) -> Iterable[AddressName]:
    return known_names(town).values()


def village_of(town: Town, grid_id: int) -> str:
    """Under which what stands in a grid is listed: the name of its village, the town's for what lies in none."""
    tree = grid_tree(town)
    chain = [tree[pk] for pk in ancestor_ids(town, grid_id) if pk in tree]
    village = next((node for node in chain if node.level == Grid.Level.VILLAGE), None)
    return grid_name(town, village.id if village is not None else grid_id)


NAMES = Register(
    key="names", kind="name", model=AddressName,
    name=lambda: _("Names of places"), one=lambda: _("name of a place"),
    lede=lambda: _("Roads, compounds, landmarks and what people call them: addresses in words are found by these."),
    fields=(
        Field(column="name", label=lambda: _("Its name"), required=True, most=60),
        Choice(column="kind", label=lambda: _("What sort it is"), options=_name_kinds, required=True),
        _grid(),
        Point(column="point", label=lambda: _("Its point"),
              hint=lambda: _("Point on the map, or write longitude and latitude. Empty: the middle of the grid.")),
    ),
    title=lambda _town, row: row.name,
    about=lambda town, row: f"{row.get_kind_display()} · {grid_name(town, row.grid_id)}",
    rows=_names,
    group=lambda town, row: village_of(town, row.grid_id),
    check=_name_check,
    fills=_by_point,
    by="",
    drops=True,
    sort="names",
)  # fmt: skip
