"""What is docked to grids, and follows when a grid ends in another or is split.

Every table that names a grid is registered here, by the app that has it: as a dock, or as a record of the past that
stays. A house test finds a table that is neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.utils.translation import gettext_lazy as _
from shapely.geometry import shape

from lianxin.ledger.rows import change_row, drop_row
from lianxin.places.locate import Locator
from lianxin.places.models import AddressName, FormerBoundary, Grid, ServicePoint, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

    from lianxin.keys.models import Town


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is docked to a grid. `name`: what a list shows; "" where rows are only counted.

    A row with a point (WGS-84) follows its ground where a grid is split. Not `told`: it follows, but is not counted
    before those who may not know of it.
    """

    id: int
    grid_id: int
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Signed:
    """Who lets rows follow, when, and in which town."""

    town: Town
    actor: Any
    now: datetime


Moves = dict[int, int]  # where a row goes: the id of the grid by that of the row


@dataclass(frozen=True, slots=True)
class Dock:
    """A table that is docked to grids: `held` finds the rows of some grids, `move` lets rows follow, with entries.

    `share`, for what is asked of a whole ground: where a grid is split, the rows of the one count for both.
    `by_ground`: a split moves them already, by `redraw`. `chosen`: where a grid is split, somebody says which rows go.
    """

    key: str
    model: type[Any]
    label: StrOrPromise
    held: Callable[[Town, Sequence[int]], list[Held]]
    move: Callable[[Signed, Moves], None]
    share: Callable[[Signed, Moves], None] | None = None
    by_ground: bool = False
    chosen: bool = False


_docks: dict[str, Dock] = {}
_stays: set[type[Any]] = {Grid}


def dock(made: Dock) -> None:
    """Register a table that follows."""
    _docks[made.key] = made


def stays(model: type[Any]) -> None:
    """Register a table whose rows stay with the grid as it was: records of the past."""
    _stays.add(model)


def docks() -> list[Dock]:
    """Every table that follows, in the order in which they are told."""
    return sorted(_docks.values(), key=lambda each: ORDER.index(each.key) if each.key in ORDER else len(ORDER))


def known() -> set[type[Any]]:
    """Every table that says what becomes of its rows."""
    return {each.model for each in _docks.values()} | _stays


ORDER: Final = ("cases", "posts", "party_groups", "centres", "units", "routes", "sites", "names")


@dataclass(frozen=True, slots=True)
class Following:
    """The rows of one dock that follow: `moves` of all, `told` the names of those that may be told, by the grid."""

    dock: Dock
    moves: Moves
    told: dict[int, list[str]] = field(default_factory=dict)


def following(
    town: Town, heirs: Mapping[int, int], place: Callable[[Held], int | None] = lambda _row: None
) -> list[Following]:
    """What follows when grids end: `heirs` says of each which one it became. Nothing is written.

    `place`: where a row goes by its own point; None: where its grid's heir says.
    """
    found = []
    for each in docks():
        moves, told = dict[int, int](), dict[int, list[str]]()
        for row in each.held(town, list(heirs)):
            moves[row.id] = place(row) or heirs[row.grid_id]
            if row.told:
                told.setdefault(moves[row.id], []).append(row.name)
        found.append(Following(each, moves, told))
    return found


def follow(found: Sequence[Following], *, town: Town, actor: Any, now: datetime) -> dict[str, int]:
    """Let rows follow, in the transaction of the reform; how many of each dock, as far as that may be told."""
    if not connection.in_atomic_block:
        raise RuntimeError("what is docked to grids follows in the transaction of the reform")
    for each in found:
        each.dock.move(Signed(town, actor, now), each.moves)
    return {each.dock.key: sum(map(len, each.told.values())) for each in found if each.told}


Chosen = frozenset[tuple[str, int]]


def split(town: Town, origin: int, made: Sequence[int], chosen: Chosen, *, actor: Any, now: datetime) -> dict[str, int]:
    """Let follow what lies on the ground of new grids that were cut from one, in the transaction of the cut.

    Rows with a point follow the ground; of the others those that are `chosen` go to the first new grid; what counts
    for the whole of the old ground counts for both.
    """
    ground = Locator(
        (pk, shape(boundary))
        for pk, boundary in Grid.objects.for_system("split", town)
        .filter(id__in=[origin, *made])
        .exclude(boundary=None)
        .values_list("id", "boundary")
    )
    signed, counts = Signed(town, actor, now), {}
    for each in docks():
        if each.by_ground:
            continue
        rows = each.held(town, [origin])
        if each.share is not None:
            for pk in made:
                each.share(signed, {row.id: pk for row in rows})
            continue
        moves = {row.id: to for row in rows if (to := _place_of(each, row, ground, made[0], chosen)) != origin}
        each.move(signed, moves)
        if moves:
            counts[each.key] = len(moves)
    return counts


def _place_of(each: Dock, row: Held, ground: Locator, first: int, chosen: Chosen) -> int:
    if each.chosen:
        return first if (each.key, row.id) in chosen else row.grid_id
    if row.lon is None or row.lat is None:
        return row.grid_id
    found = ground.find(row.lon, row.lat)
    return found if found is not None else row.grid_id


def _held_sites(town: Town, grids: Sequence[int]) -> list[Held]:
    rows = Site.objects.for_system("docked", town).filter(grid_id__in=grids, valid_to=None).order_by("code")
    return [Held(*row) for row in rows.values_list("id", "grid_id", "name", "lon", "lat")]


def _move_sites(signed: Signed, moves: Moves) -> None:
    from lianxin.places.sites.actions import place_sites

    place_sites(signed.town, moves, actor=signed.actor, now=signed.now)


def _held_names(town: Town, grids: Sequence[int]) -> list[Held]:
    rows = AddressName.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("name", "id")
    told = rows.values_list("id", "grid_id", "name", "point")
    return [Held(pk, grid, name, *(point or (None, None))) for pk, grid, name, point in told]


def _move_names(signed: Signed, moves: Moves) -> None:
    """A name that its new grid has already is said once."""
    rows = AddressName.objects.for_system("follow", signed.town)
    for name in list(rows.filter(id__in=list(moves)).order_by("id")):
        twin = rows.filter(name=name.name, kind=name.kind, grid_id=moves[name.pk])
        if twin.exists():
            drop_row(name, "name", actor=signed.actor, now=signed.now)
        else:
            facts = {"grid_id": moves[name.pk]}
            change_row(name, "name", facts, actor=signed.actor, now=signed.now, act="follow")


def _held_points(town: Town, grids: Sequence[int]) -> list[Held]:
    rows = ServicePoint.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("id")
    told = rows.values_list("id", "grid_id", "name", "point")
    return [Held(pk, grid, name, *(point or (None, None))) for pk, grid, name, point in told]


def _move_points(signed: Signed, moves: Moves) -> None:
    for row in ServicePoint.objects.for_system("follow", signed.town).filter(id__in=list(moves)).order_by("id"):
        facts = {"grid_id": moves[row.pk]}
        change_row(row, "service_point", facts, actor=signed.actor, now=signed.now, act="follow")


dock(Dock("sites", Site, _("Sites"), _held_sites, _move_sites, by_ground=True))
dock(Dock("names", AddressName, _("Names of places"), _held_names, _move_names, by_ground=True))
dock(Dock("service_points", ServicePoint, _("Service points"), _held_points, _move_points))
stays(FormerBoundary)
