"""Carrying out a reform of grids, whole or not at all: what ends, what begins, and all that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from lianxin.keys.cache import bump
from lianxin.keys.ids import new_id
from lianxin.keys.once import OnceKey, claim
from lianxin.keys.relations import AnotherTown
from lianxin.ledger.actions import Line, record
from lianxin.places.actions import Cause, keep_former, told_of
from lianxin.places.boundaries import standing
from lianxin.places.imports import LONGEST_NAME
from lianxin.places.misfits import middle_of
from lianxin.places.models import FormerBoundary, Grid
from lianxin.places.reform.docks import follow, following
from lianxin.places.reform.plan import SERIALS, Reform, Reformed
from lianxin.places.reform.queries import previewed, stamp_of
from lianxin.places.tiling import Ground, boundary_of, shape_of, square_metres

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.places.misfits import Misfit, Tile

FACTS: Final = ("name", "households", "population")


class NotReformed(Exception):
    """A reform that cannot be done; `misfit` says why."""

    def __init__(self, misfit: Misfit) -> None:
        super().__init__(misfit.code)
        self.misfit = misfit


class StaleReform(Exception):
    """What was shown is no longer what would be done."""


@dataclass(frozen=True, slots=True)
class Done:
    """A reform that was carried out: the change it is kept under, which grid each became, how much followed."""

    change: int
    became: Mapping[str, str] = field(default_factory=dict)
    followed: Mapping[str, int] = field(default_factory=dict)
    repeated: bool = False


@transaction.atomic
def reform(
    town: Town, wanted: Reform, *, seen: str, reason: str, once: OnceKey | None = None, actor: Any, now: datetime
) -> Done:
    """End grids in others, with all that is docked to them. Closed cases stay with the grid they were closed in.

    `seen` is the stamp of the preview that was shown. Every grid that ends, begins or changes gets an entry.
    Raises `StaleReform`, `NotReformed`, ValueError without a reason, `AnotherTown` when the actor acts elsewhere.
    """
    if actor.town_id != town.pk:
        raise AnotherTown(f"an actor of town {actor.town_id} cannot change the places of town {town.pk}")
    if not reason.strip():
        raise ValueError("grids are reformed for a reason")
    cause = Cause(new_id(), FormerBoundary.How.REDRAWN, actor, now, reason.strip())
    if (earlier := claim(once, town_id=town.pk, result=cause.change, now=now)) is not None:
        return Done(earlier, repeated=True)
    preview = previewed(town, standing(town, lock=True), wanted)
    if preview.outcome.misfit is not None:
        raise NotReformed(preview.outcome.misfit)
    if stamp_of(preview) != seen:
        raise StaleReform(seen)
    grids = {grid.code: grid for grid in Grid.objects.for_system("reform", town).filter(valid_to=None)}
    _begin(town, preview.outcome, grids, cause)
    _reground(preview.outcome, grids, cause)
    end_grids(town, preview.outcome.ended, grids, cause)
    followed = follow(preview.following(grids), town=town, actor=actor, now=now)
    bump(town)
    return Done(cause.change, dict(preview.outcome.ended), followed)


def _begin(town: Town, outcome: Reformed, grids: dict[str, Grid], cause: Cause) -> None:
    """The new grids, parents first: each takes over what is told of those it follows."""
    for tile in outcome.begun:
        before = [grids[code] for code, into in outcome.ended.items() if into == tile.code]
        parent = grids[tile.parent]
        grid = Grid(town=town, parent_id=parent.pk, level=tile.level, code=tile.code, name=tile.name)
        grid.path, grid.valid_from = f"{parent.path}{grid.pk}/", timezone.localtime(cause.now).date()
        _sum_up(grid, before)
        _draw(grid, tile.ground)
        grid.save(force_insert=True)
        grids[tile.code] = grid
        _tell_begun(grid, tile, before, cause)


def _tell_begun(grid: Grid, tile: Tile, before: list[Grid], cause: Cause) -> None:
    data: dict[str, Any] = {
        "code": grid.code, "name": grid.name, "level": grid.level, "parent": tile.parent,
        "from": [each.code for each in before], "change": str(cause.change),
    }  # fmt: skip
    if tile.ground:
        keep_former(grid, None, 0.0, cause)
        data |= told_of(None, grid, cause)
    record(Line("grid", grid.pk, "begin", data, {"reason": cause.reason}), actor=cause.actor, now=cause.now)


def _reground(outcome: Reformed, grids: Mapping[str, Grid], cause: Cause) -> None:
    """The standing grids that take grounds over or lose some, and those that others end in."""
    survivors = {into for into in outcome.ended.values() if into not in {tile.code for tile in outcome.begun}}
    for code in sorted(survivors | set(outcome.grounds)):
        grid, was = grids[code], grids[code].boundary
        before = [grids[each] for each, into in outcome.ended.items() if into == code]
        data: dict[str, Any] = {"code": code, "from": [each.code for each in before], "change": str(cause.change)}
        if code in survivors:
            _sum_up(grid, [grid, *before])
            if outcome.name and outcome.name != grid.name:
                data |= {"name_was": grid.name, "name": outcome.name}
                grid.name = outcome.name
        if code in outcome.grounds:
            area = grid.area_m2
            _draw(grid, outcome.grounds[code])
            keep_former(grid, was, area, cause)
            data |= told_of(was, grid, cause)
        grid.save(update_fields=["name", "households", "population", "boundary", "area_m2", "lon", "lat"])
        act = "take_over" if code in survivors else "redraw"
        record(Line("grid", grid.pk, act, data, {"reason": cause.reason}), actor=cause.actor, now=cause.now)


def _sum_up(grid: Grid, before: list[Grid]) -> None:
    grid.households = sum(each.households for each in before)
    grid.population = sum(each.population for each in before)


def _draw(grid: Grid, ground: Ground) -> None:
    if ground:
        grid.boundary, grid.area_m2 = boundary_of(ground), round(square_metres(shape_of(ground)), 1)
        grid.lon, grid.lat = middle_of(ground)


def end_grids(town: Town, ended: Mapping[str, str], grids: Mapping[str, Grid], cause: Cause) -> None:
    """End grids, each in the one it became ("": in none), in a transaction: `ended` by code, from the top down.

    Each hangs below what it became from then on, with all that had ended in it.
    """
    for code, into in reversed(list(ended.items())):
        grid, heir = grids[code], grids.get(into)
        if heir is not None:
            rows = Grid.objects.for_system("ended before", town).exclude(valid_to=None)
            for past in rows.filter(path__startswith=grid.path):
                rows.filter(pk=past.pk).update(path=f"{heir.path}{past.pk}/")  # flat: a path has room for six at most
            grid.path = f"{heir.path}{grid.pk}/"
        grid.valid_to, grid.became = timezone.localtime(cause.now).date(), [into] if into else []
        grid.save(update_fields=["path", "valid_to", "became"])
        data = {
            "code": code, "valid_to": grid.valid_to.isoformat(), "became": grid.became, "change": str(cause.change)
        }  # fmt: skip
        texts = {"reason": cause.reason} if cause.reason else {}
        record(Line("grid", grid.pk, "end", data, texts), actor=cause.actor, now=cause.now)


@transaction.atomic
def describe(grid: Grid, facts: Mapping[str, Any], *, reason: str, actor: Any, now: datetime) -> list[str]:
    """Give a standing grid another name, or other numbers of households and residents; its code stays.

    Returns the names of what changed. Raises ValueError for a name that is none or too long, `AnotherTown`.
    """
    if actor.town_id != grid.town_id:
        raise AnotherTown(f"an actor of town {actor.town_id} cannot change the places of town {grid.town_id}")
    if not 0 < len(str(facts.get("name", grid.name))) <= LONGEST_NAME:
        raise ValueError("a grid has a name")
    held = Grid.objects.for_system("describe", grid.town_id).select_for_update().get(pk=grid.pk, valid_to=None)
    changed = [name for name in FACTS if name in facts and getattr(held, name) != facts[name]]
    if not changed:
        return []
    data: dict[str, Any] = {"code": held.code}
    for name in changed:
        data |= {f"{name}_was": getattr(held, name), name: facts[name]}
        setattr(held, name, facts[name])
    held.save(update_fields=changed)
    act = "rename" if "name" in changed else "describe"
    record(Line("grid", held.pk, act, data, {"reason": reason} if reason else {}), actor=actor, now=now)
    bump(actor.town)
    return changed


def new_code(town: Town, parent: str) -> str:
    """The code after the highest that was ever given directly below a parent; "" when all 999 have been."""
    rows = Grid.objects.for_system("codes are never used again", town).filter(code__startswith=parent)
    given = [int(code[-3:]) for code in rows.values_list("code", flat=True) if len(code) == len(parent) + 3]
    serial = max(given, default=0) + 1
    return f"{parent}{serial:03d}" if serial <= SERIALS else ""


def end_below(grid: Grid, reason: str, *, actor: Any, now: datetime) -> None:
    """End a grid without ground of its own in its parent, with all that is docked to it; in a transaction."""
    town = actor.town
    cause = Cause(new_id(), FormerBoundary.How.REDRAWN, actor, now, reason.strip())
    parent = Grid.objects.for_system("end", town).get(pk=grid.parent_id or 0)
    end_grids(town, {grid.code: parent.code}, {grid.code: grid, parent.code: parent}, cause)
    follow(following(town, {grid.pk: parent.pk}), town=town, actor=actor, now=now)
