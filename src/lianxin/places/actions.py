"""Writing places: grids from an import or redrawn, and what follows them. Each change bumps the town's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from shapely.geometry import shape

from lianxin.keys.cache import bump
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, claim
from lianxin.keys.relations import AnotherTown
from lianxin.keys.rows import Changes, changes_of, insert
from lianxin.ledger.actions import Line, record, record_each
from lianxin.ledger.rows import change_row
from lianxin.places.boundaries import digest_of, sheet_of, standing, tried, version_of
from lianxin.places.locate import Locator
from lianxin.places.misfits import middle_of
from lianxin.places.models import AddressName, FormerBoundary, Grid
from lianxin.places.reform.docks import split
from lianxin.places.sites.actions import follow_ground, grounds_of
from lianxin.places.tiling import boundary_of, same_ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.places.imports import GridRow
    from lianxin.places.redraw import Change, Redrawn
    from lianxin.places.steps import Step

AT_ONCE = 200  # rows in a statement
ON_BORDER_M = 1.0  # a name so near its grid's border stays with it
WRITTEN = ("parent_id", "level", "name", "path", "boundary", "lon", "lat", "area_m2", "households", "population")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: ids by code of all its grids, and how many were new, changed and as before."""

    ids: dict[str, int]
    added: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an import would do: codes and names of the grids to be added and changed, how many stay as they are.

    `left`: standing grids that the rows do not name; an import leaves them alone.
    """

    added: list[str]
    changed: list[str]
    same: int
    left: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A grid as it shall stand, what its columns were, and which of them differ."""

    grid: Grid
    is_new: bool
    before: dict[str, Any]
    differs: list[str]


@dataclass(frozen=True, slots=True)
class Ready:
    """An import that has been reckoned against the town's settings of a `version`: what each row makes of its grid,
    what writes the standing ones, and of those whose ground is another the digests before and after, the level and
    the new ground, by id.
    """

    version: int
    settled: Sequence[Settled]
    changes: Changes
    digests: Mapping[int, tuple[str, str]]
    grounds: Mapping[int, tuple[str, Any]]


class NotSound(Exception):
    """Steps that cannot be done, or do nothing: `redrawn` says what is wrong."""

    def __init__(self, redrawn: Redrawn) -> None:
        super().__init__(", ".join(misfit.code for misfit in redrawn.misfits) or "nothing")
        self.redrawn = redrawn


class StaleBoundaries(Exception):
    """The boundaries have changed since they were read."""


@dataclass(frozen=True, slots=True)
class Reshaped:
    """Boundaries that were redrawn together: the change they are kept under, the ids of the grids by code.

    `notes` are what is not wrong but worth saying. `repeated`: an earlier write under the same key did it.
    """

    change: int
    ids: dict[str, int]
    notes: list[str]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """Why boundaries are replaced: one change, by whom, how, for which reason."""

    change: int
    how: str
    actor: Any
    now: datetime
    reason: str = ""


@transaction.atomic
def redraw(
    town: Town,
    steps: Sequence[Step],
    *,
    of: str,
    version: str,
    reason: str,
    once: OnceKey | None = None,
    actor: Any,
    now: datetime,
) -> Reshaped:
    """Redraw boundaries, all steps or none. Cases stay with the grid they were placed in, but where one is split.

    `of` is the code of the grid whose sheet was shown, `version` that of the sheet. Every boundary that is replaced is
    kept, and the ledger gets an entry for every grid, with the digests of both and the reason.
    Raises `StaleBoundaries`, `NotSound`, KeyError for a grid that does not stand, ValueError without a reason,
    `AnotherTown` when the actor acts elsewhere.
    """
    _must_act_in(town, actor)
    if not reason.strip():
        raise ValueError("boundaries are redrawn for a reason")
    cause = Cause(new_id(), FormerBoundary.How.REDRAWN, actor, now, reason.strip())
    if (earlier := claim(once, town_id=town.pk, result=cause.change, now=now)) is not None:
        return Reshaped(earlier, {}, [], repeated=True)
    rows = standing(town, lock=True)
    if version_of(town, sheet_of(rows, of)) != version:
        raise StaleBoundaries(version)
    redrawn = tried(town, rows, steps)
    if not redrawn.sound or not redrawn.changes:
        raise NotSound(redrawn)
    codes = {code for change in redrawn.changes for code in (change.tile.code, change.tile.parent)}
    grids = {grid.code: grid for grid in Grid.objects.for_system("redraw", town).filter(valid_to=None, code__in=codes)}
    for change in redrawn.changes:
        grid = grids.get(change.tile.code) or _new_grid(town, change, grids[change.tile.parent], now)
        grids[grid.code] = grid
        _reshape(grid, change, cause)
    bump(town)
    ids = {change.tile.code: grids[change.tile.code].pk for change in redrawn.changes}
    follow_ground(town, ids.values(), actor=actor, now=now)
    _names_follow(town, list(ids.values()), cause)
    _split(town, redrawn, ids, grids, cause)
    return Reshaped(cause.change, ids, [str(misfit.message) for misfit in redrawn.misfits])


def _split(town: Town, redrawn: Redrawn, ids: dict[str, int], grids: dict[str, Grid], cause: Cause) -> None:
    """Let follow what was docked to the grids that new ones were cut from."""
    made: dict[str, list[int]] = {}
    takes: set[tuple[str, int]] = set()
    for change in redrawn.changes:
        if change.is_new:
            made.setdefault(change.origin, []).append(ids[change.tile.code])
            takes |= {(key, int(pk)) for key, _colon, pk in (each.partition(":") for each in change.takes)}
    for origin, new in made.items():
        split(town, grids[origin].pk, new, frozenset(takes), actor=cause.actor, now=cause.now)


def _names_follow(
    town: Town, grid_ids: Sequence[int], cause: Cause, grounds: Mapping[int, tuple[str, Any]] | None = None
) -> None:
    """Give the gazetteer's names to the grid of the same level that has their points now.

    An address would else be found in the grid the place has left. Names of whole villages and grids stay, and those on
    a border.
    """
    held = grounds if grounds is not None else grounds_of(town, grid_ids)
    by_level = {
        level: Locator((pk, ground) for pk, (of, ground) in held.items() if of == level)
        for level in {level for level, _ground in held.values()}
    }
    names = AddressName.objects.for_system("names follow", town).filter(grid_id__in=grid_ids)
    whole = (AddressName.Kind.VILLAGE, AddressName.Kind.ALIAS)
    for name in names.exclude(kind__in=whole).order_by("id"):
        if name.point is None:
            continue
        lon, lat = name.point
        if by_level[held[name.grid_id][0]].find(lon, lat) == name.grid_id:
            continue
        near = [pk for pk, _far in by_level[held[name.grid_id][0]].near(lon, lat, ON_BORDER_M)]
        if near and name.grid_id not in near:
            others = AddressName.objects.for_system("names follow", town)
            twins = others.filter(name=name.name, kind=name.kind, grid_id=near[0])
            if not twins.exists():
                change_row(name, "name", {"grid_id": near[0]}, actor=cause.actor, now=cause.now, act="follow")


def _new_grid(town: Town, change: Change, parent: Grid, now: datetime) -> Grid:
    tile = change.tile
    grid = Grid(town=town, parent_id=parent.pk, level=tile.level, code=tile.code, name=tile.name)
    grid.path, grid.valid_from = f"{parent.path}{grid.pk}/", timezone.localtime(now).date()
    grid.save(force_insert=True)
    return grid


def _reshape(grid: Grid, change: Change, cause: Cause) -> None:
    was = grid.boundary
    grid.boundary, grid.area_m2 = boundary_of(change.after), change.area_after
    grid.lon, grid.lat = middle_of(change.after)
    grid.save(update_fields=["boundary", "area_m2", "lon", "lat"])
    keep_former(grid, was, change.area_before, cause)
    data = {"code": grid.code, "new": change.is_new, **told_of(was, grid, cause)}
    if change.is_new:
        data |= {"name": grid.name, "from": [change.origin]}
    record(Line("grid", grid.pk, "redraw", data, {"reason": cause.reason}), actor=cause.actor, now=cause.now)


def keep_former(grid: Grid, boundary: dict[str, Any] | None, area_m2: float, cause: Cause) -> None:
    """Keep the boundary a grid had until now."""
    _former(grid, boundary, area_m2, cause).save(force_insert=True)


def _former(grid: Grid, boundary: dict[str, Any] | None, area_m2: float, cause: Cause) -> FormerBoundary:
    return FormerBoundary(
        town_id=grid.town_id, grid=grid, boundary=boundary, area_m2=area_m2, until=cause.now, how=cause.how,
        reason=cause.reason, change=cause.change, account_id=cause.actor.account_id, post_id=cause.actor.post_id,
    )  # fmt: skip


def told_of(was: dict[str, Any] | None, grid: Grid, cause: Cause) -> dict[str, str]:
    """What the ledger keeps of a boundary that was replaced: digests, not its every point."""
    return {"was": digest_of(was), "now": digest_of(grid.boundary), "change": str(cause.change)}


def ready_grids(town: Town, rows: Sequence[GridRow], *, now: datetime) -> Ready:
    """Reckon an import against the town as it is now: all that can be done before anybody has to wait. Writes nothing.

    Raises KeyError when a parent is neither among the rows nor in the town.
    """
    version = Town.objects.values_list("config_version", flat=True).get(pk=town.pk)
    held = Grid.objects.for_system("import", town).filter(valid_to=None)
    return reckoned(version, list(_settled(town, held, rows, now)))


def reckoned(version: int, settled: Sequence[Settled]) -> Ready:
    """All that can be made before grids are written as they shall stand."""
    altered = [each.grid for each in settled if each.differs and not each.is_new]
    moved = {each.grid.pk: each for each in settled if "boundary" in each.differs}
    return Ready(
        version, settled, changes_of(altered, WRITTEN),
        {pk: (digest_of(each.before["boundary"]), digest_of(each.grid.boundary)) for pk, each in moved.items()},
        {pk: (each.grid.level, shape(each.grid.boundary)) for pk, each in moved.items() if each.grid.boundary},
    )  # fmt: skip


def import_grids(
    town: Town, rows: Sequence[GridRow], *, actor: Any, now: datetime, ready: Ready | None = None
) -> Imported:
    """Write the rows of `read_grids`, all or none: new codes are added, known ones changed, nothing is removed.

    A boundary that is replaced is kept; what a row does not say stays. Importing the same rows again changes nothing.
    The ledger gets one entry for every grid added or changed. `ready`: what was reckoned before; reckoned anew where
    the town's settings have changed since.
    Raises KeyError when a parent is neither among the rows nor in the town (read and check first), `AnotherTown` when
    the actor acts elsewhere.
    """
    _must_act_in(town, actor)
    made = ready if ready is not None else ready_grids(town, rows, now=now)
    with transaction.atomic():
        if Town.objects.select_for_update().get(pk=town.pk).config_version != made.version:
            made = ready_grids(town, rows, now=now)
        return write_grids(town, made, Cause(new_id(), FormerBoundary.How.IMPORTED, actor, now))


def write_grids(town: Town, ready: Ready, cause: Cause) -> Imported:
    """Write what was reckoned, in a transaction: grids, the boundaries they had, entries, and what follows ground."""
    begun = [each.grid for each in ready.settled if each.is_new]
    altered = [each for each in ready.settled if each.differs and not each.is_new]
    moved = [each for each in altered if "boundary" in each.differs]
    Grid.objects.bulk_create(begun, batch_size=AT_ONCE)  # parents first
    ready.changes.write()
    for at in range(0, len(moved), AT_ONCE):
        insert([
            _former(each.grid, each.before["boundary"], each.before["area_m2"], cause)
            for each in moved[at : at + AT_ONCE]
        ])  # fmt: skip
    lines = [_line(each, ready.digests, cause) for each in ready.settled if each.is_new or each.differs]
    record_each(lines, actor=cause.actor, now=cause.now)
    if begun or altered:
        bump(town)
    if altered and ready.grounds:
        follow_ground(town, list(ready.grounds), actor=cause.actor, now=cause.now, grounds=ready.grounds)
        _names_follow(town, list(ready.grounds), cause, ready.grounds)
    ids = {each.grid.code: each.grid.pk for each in ready.settled}
    return Imported(ids, len(begun), len(altered), len(ready.settled) - len(begun) - len(altered))


def foresee_grids(town: Town, ready: Ready) -> Foreseen:
    """What `import_grids` would do with what was reckoned; writes nothing."""
    held = Grid.objects.for_system("import", town).filter(valid_to=None)
    done = ready.settled
    named = {each.grid.code for each in done}
    return Foreseen(
        [f"{each.grid.code} {each.grid.name}" for each in done if each.is_new],
        [f"{each.grid.code} {each.grid.name}" for each in done if each.differs and not each.is_new],
        sum(not each.is_new and not each.differs for each in done),
        sum(code not in named for code in held.values_list("code", flat=True)),
    )


def _settled(town: Town, held: Iterable[Grid], rows: Sequence[GridRow], now: datetime) -> Iterator[Settled]:
    """The grids of the rows as they shall stand, parents first, not yet written."""
    standing = {grid.code: grid for grid in held}
    paths = {code: (grid.pk, grid.path) for code, grid in standing.items()}
    for row in sorted(rows, key=lambda row: (len(row.code), row.code)):
        grid = standing.get(row.code)
        is_new = grid is None
        if grid is None:
            grid = Grid(town=town, code=row.code, valid_from=timezone.localtime(now).date())
        before = {name: getattr(grid, name) for name in WRITTEN}
        _fill(grid, row, *(paths[row.parent] if row.parent else (None, "/")))
        paths[row.code] = (grid.pk, grid.path)
        yield Settled(grid, is_new, before, [name for name in WRITTEN if getattr(grid, name) != before[name]])


def _must_act_in(town: Town, actor: Any) -> None:
    """The ledger writes under the actor's town: it must be the one that changes."""
    if actor.town_id != town.pk:
        raise AnotherTown(f"an actor of town {actor.town_id} cannot change the places of town {town.pk}")


def _fill(grid: Grid, row: GridRow, parent_id: int | None, above: str) -> None:
    grid.parent_id = parent_id
    grid.path = f"{above}{grid.pk}/"
    grid.level, grid.name = row.level, row.name
    if row.households is not None:
        grid.households = row.households
    if row.population is not None:
        grid.population = row.population
    if row.boundary is None or (grid.area_m2 and same_ground(grid.boundary, row.boundary)):
        return  # the same ground may be written otherwise: a ring from another point on, or the other way round
    grid.boundary, grid.lon, grid.lat, grid.area_m2 = row.boundary, row.lon, row.lat, row.area_m2


def _line(each: Settled, digests: Mapping[int, tuple[str, str]], cause: Cause) -> Line:
    """What the ledger keeps: the code, what changed and what it was, not the boundary's every point."""
    grid, told = each.grid, dict[str, Any]()
    for name in WRITTEN if each.is_new else each.differs:
        if name != "boundary":
            told |= {name: getattr(grid, name)} if each.is_new else {
                f"{name}_was": each.before[name], name: getattr(grid, name)
            }  # fmt: skip
    if grid.pk in digests:
        was, now = digests[grid.pk]
        told |= {"was": was, "now": now, "change": str(cause.change)}
    data = {"code": grid.code, "new": each.is_new, "changed": list(each.differs), **told}
    texts = {"reason": cause.reason} if cause.reason else {}
    return Line("grid", grid.pk, "import" if cause.how == FormerBoundary.How.IMPORTED else "restore", data, texts)
