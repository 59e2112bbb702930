"""Reading reforms: what one would do, before it is done; and what a grid was, and what it became.

Where grids lie, and lay, is no secret to whoever acts in a town.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lianxin.ledger.models import Entry, Text
from lianxin.places.boundaries import digest_of
from lianxin.places.models import Grid
from lianxin.places.queries import ended_grids, grid_tree
from lianxin.places.reform.docks import Following, following
from lianxin.places.reform.plan import Reform, Reformed, reformed
from lianxin.places.tiling import boundary_of, shape_of, square_metres

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.places.boundaries import Standing

MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reform would do: the grids, and what is docked to those that end."""

    town: Town
    rows: tuple[Standing, ...]
    outcome: Reformed

    @property
    def names(self) -> dict[str, str]:
        """The names of the grids concerned, as they would be, by code."""
        return {**{row.code: row.name for row in self.rows}, **{tile.code: tile.name for tile in self.outcome.begun}}

    def docked(self) -> list[Following]:
        """What would follow; where it goes is told by the id of the grid it leaves, since none has begun yet."""
        return following(self.town, {pk: pk for pk in self._ids()})

    def following(self, grids: Mapping[str, Grid]) -> list[Following]:
        """What follows, once the new grids are there."""
        heirs = {pk: grids[self.outcome.ended[code]].pk for pk, code in self._ids().items()}
        return following(self.town, heirs)

    def _ids(self) -> dict[int, str]:
        return {row.id: row.code for row in self.rows if row.code in self.outcome.ended}

    def told(self) -> list[dict[str, Any]]:
        """What follows from which grid to which, in words and numbers: rows of `from`, `to` and `docked`."""
        docked = self.docked()
        found = []
        for row in sorted((row for row in self.rows if row.code in self.outcome.ended), key=lambda row: row.code):
            into = self.outcome.ended[row.code]
            held = [
                {"key": each.dock.key, "label": each.dock.label, "n": len(names), "names": _named(names)}
                for each in docked
                if (names := each.told.get(row.id))
            ]
            to = {"code": into, "name": self.names[into]}
            found.append({"id": row.id, "code": row.code, "name": row.name, "to": to, "docked": held})
        return found

    def grounds(self) -> list[dict[str, Any]]:
        """The grids whose ground changes, or that begin: code, name, area before and after, whether it is new."""
        areas = {row.code: row.area for row in self.rows}
        begun = {tile.code: tile.ground for tile in self.outcome.begun}
        return [
            {
                "code": code, "name": self.names[code], "new": code in begun, "before": areas.get(code, 0.0),
                "after": round(square_metres(shape_of(ground)), 1) if ground else 0.0,
            }
            for code, ground in sorted({**self.outcome.grounds, **begun}.items())
        ]  # fmt: skip


def _named(names: Sequence[str]) -> list[str]:
    return [name for name in names if name][:MOST_NAMES]


def previewed(town: Town, rows: Sequence[Standing], wanted: Reform) -> Preview:
    """What a reform would do to the standing grids. Writes nothing."""
    ended = Grid.objects.for_system("codes are never used again", town).exclude(valid_to=None)
    outcome = reformed([row.tile for row in rows], wanted, taken=ended.values_list("code", flat=True))
    return Preview(town, tuple(rows), outcome)


def stamp_of(preview: Preview) -> str:
    """Names exactly what a preview showed: the grids, their grounds and names, and how much follows from where."""
    outcome, names = preview.outcome, preview.names
    grounds = {**outcome.grounds, **{tile.code: tile.ground for tile in outcome.begun}}
    told = {
        "ended": [(code, into, names[code], names[into]) for code, into in sorted(outcome.ended.items())],
        "name": outcome.name,
        "grounds": [(code, digest_of(boundary_of(ground))) for code, ground in sorted(grounds.items())],
        "docked": [(each.dock.key, sorted(each.moves.items())) for each in preview.docked()],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a grid: which act, when, by which post, why, and what the ledger keeps of it."""

    act: str
    at: datetime
    post_id: int | None
    reason: str
    data: Mapping[str, Any]


def past_of(town: Town, pk: int) -> list[Event]:
    """Everything the ledger knows of a grid, the newest first."""
    entries = list(Entry.objects.for_system("history of a grid", town).filter(subject_kind="grid", subject_id=pk))
    texts = Text.objects.for_system("history of a grid", town).filter(entry_id__in=[each.pk for each in entries])
    reasons = {text.entry_id: text.body for text in texts.filter(field="reason")}
    made = [Event(each.act, each.at, each.post_id, reasons.get(each.pk, ""), each.data) for each in entries]
    return list(reversed(made))


def grids_by_code(town: Town) -> dict[str, tuple[int, str, bool]]:
    """The id, the name and whether it stands, of every grid the town has or had, by code."""
    ended = {each.code: (each.id, each.name, False) for each in ended_grids(town).values()}
    return {**ended, **{node.code: (node.id, node.name, True) for node in grid_tree(town).values()}}


def became_of(town: Town, code: str) -> str:
    """The code of the standing grid that a code leads to, through all that its grid became; "" for none."""
    standing = {node.code for node in grid_tree(town).values()}
    ended = {each.code: each for each in ended_grids(town).values()}
    while code in ended and ended[code].became:
        code = ended[code].became[0]
    return code if code in standing else ""


def was_before(town: Town, code: str) -> list[str]:
    """The codes of the grids that became this one, directly."""
    return [each.code for each in ended_grids(town).values() if code in each.became]
