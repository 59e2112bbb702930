"""What `verify` asks of grids: each stands, ends and is called as the history says, and so do boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lianxin.ledger.verify import Broken, Replay, register
from lianxin.places.boundaries import digest_of
from lianxin.places.models import FormerBoundary, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.ledger.models import Entry

LIFE: Final = ("name", "valid_to", "became")
PLACE: Final = ("code", "level", "parent_id", "path")
OF_GROUND: Final = ("lon", "lat", "area_m2", "households", "population")
PLAIN_ACTS: Final = frozenset({"import", "restore", "rename", "describe", "end"})  # they tell each column they change


def _grids(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    grids = Grid.objects.for_system("verify", town).in_bulk(list(subjects))
    gone = {pk for pk, entries in subjects.items() if entries[-1].act == "drop"}
    for pk in gone & set(grids):
        yield Broken(_named(pk, subjects[pk]), subjects[pk][-1].seq, "stands although it was taken away")
    left = {pk: entries for pk, entries in subjects.items() if pk not in gone}
    yield from _boundaries(town, left, grids)
    for pk, entries in left.items():
        if pk in grids:
            yield from _life(grids[pk], entries)


def _life(grid: Grid, entries: Sequence[Entry]) -> Iterator[Broken]:
    """Whether a grid stands or has ended, is called, lies and counts as was told last."""
    told: dict[str, object] = {"valid_to": None, "became": []}
    for entry in entries:
        if entry.act not in PLAIN_ACTS:  # it gives the grid other ground and other numbers without telling them
            told = {name: value for name, value in told.items() if name not in OF_GROUND}
        told |= {name: entry.data[name] for name in (*LIFE, *PLACE, *OF_GROUND) if name in entry.data}
    if grid.valid_to is not None:
        told.pop("path", None)  # what has ended hangs below what it became
    now = {name: getattr(grid, name) for name in (*LIFE, *PLACE, *OF_GROUND)}
    now |= {"valid_to": grid.valid_to.isoformat() if grid.valid_to else None}
    for name, value in told.items():
        if now[name] != value:
            yield Broken(_named(grid.pk, entries), entries[-1].seq, "the row is not what was last told", name)


def _boundaries(
    town: Town, subjects: Mapping[int, Sequence[Entry]], grids: Mapping[int, Grid]
) -> Iterator[Broken]:
    rows = FormerBoundary.objects.for_system("verify", town).filter(grid_id__in=list(subjects))
    kept = {(row.grid_id, str(row.change)): row for row in rows}
    for pk, entries in subjects.items():
        drawn = [entry for entry in entries if "now" in entry.data]
        grid = grids.get(pk)
        if drawn and (grid is None or digest_of(grid.boundary) != drawn[-1].data["now"]):
            yield Broken(_named(pk, entries), drawn[-1].seq, "its boundary is not the one that was drawn")
        for entry in drawn:
            former = kept.pop((pk, entry.data["change"]), None)
            if entry.data["was"] and (former is None or digest_of(former.boundary) != entry.data["was"]):
                yield Broken(_named(pk, entries), entry.seq, "the boundary it had before was changed or taken away")
    for pk, change in kept:
        yield Broken(_named(pk, subjects[pk]), 0, "a former boundary that nobody replaced", change)


def _named(pk: int, entries: Sequence[Entry]) -> str:
    return f"grid:{entries[0].data.get('code', pk)}"


def _none(_town: Town) -> Iterator[Broken]:
    """Grids may be older than the history: a town is set up by tests and by hand."""
    yield from ()


register(Replay("grid", None, _grids, _none))
