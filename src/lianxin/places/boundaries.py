"""Reading boundaries to redraw them: the sheet an editor is shown, its version, and what stood before.

Where the grids lie is no secret; whoever acts in a town may read their history. Steps are tried here without writing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lianxin.keys.ids import read_number
from lianxin.places.models import FormerBoundary, Grid
from lianxin.places.redraw import Redrawn, Tile, redraw
from lianxin.places.tiling import Ground, box_of, ground_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lianxin.keys.models import Town
    from lianxin.places.steps import Step


@dataclass(frozen=True, slots=True)
class Standing:
    """A standing grid with its boundary as stored; `parent` is a code, empty at the top."""

    id: int
    code: str
    name: str
    level: str
    parent: str
    boundary: dict[str, Any] | None
    area: float
    ground: Ground

    @property
    def tile(self) -> Tile:
        """The grid as it is redrawn."""
        return Tile(self.code, self.name, self.level, self.parent, self.ground)


@dataclass(frozen=True, slots=True)
class Former:
    """A boundary a grid had: from when until when, its area and the area after it, and who replaced it with which."""

    id: int
    boundary: dict[str, Any] | None
    area_before: float
    area_after: float
    since: date | datetime
    until: datetime
    how: str
    reason: str
    change: int
    account_id: int | None
    post_id: int | None


def standing(town: Town, *, lock: bool = False) -> list[Standing]:
    """The standing grids in order of code. `lock`: nobody else redraws until the transaction ends."""
    rows = Grid.objects.for_system("boundaries", town).filter(valid_to=None).order_by("code")
    if lock:
        rows = rows.select_for_update()
    found = list(rows.values_list("id", "code", "name", "level", "parent_id", "boundary", "area_m2"))
    codes = {pk: code for pk, code, *_rest in found}
    return [
        Standing(pk, code, name, level, codes.get(parent, ""), boundary, area, ground_of(boundary))
        for pk, code, name, level, parent, boundary, area in found
    ]


def sheet_of(rows: Sequence[Standing], code: str) -> list[Standing]:
    """What an editor of a grid is shown: the grids whose box meets that of its parent, or its own at the top.

    Every border through a point of its boundary is among them. A grid no parent of which has a boundary sees all.
    """
    by_code = {row.code: row for row in rows}
    above = by_code.get(by_code[code].parent, by_code[code])
    if not above.ground:
        return list(rows)
    west, south, east, north = box_of(above.ground)
    boxes = ((row, box_of(row.ground)) for row in rows)
    return [
        row
        for row, box in boxes
        if row.code == code or (box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south)
    ]


def digest_of(boundary: dict[str, Any] | None) -> str:
    """The digest by which the ledger tells a boundary; empty for none."""
    plain = json.dumps(boundary, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest() if boundary else ""


def version_of(town: Town, sheet: Sequence[Standing]) -> str:
    """Names exactly these boundaries: the last change of the town's, and a digest of the sheet."""
    digest = hashlib.sha256("".join(f"{row.code}:{digest_of(row.boundary)};" for row in sheet).encode())
    return f"{_formers(town).order_by('-id').values_list('id', flat=True).first() or 0}.{digest.hexdigest()[:20]}"


def changed_since(town: Town, version: str) -> list[FormerBoundary]:
    """What was replaced since a version was read, the newest first; nothing for one that cannot be read."""
    last = read_number(version.partition(".")[0])
    if last is None:
        return []
    return list(_formers(town).filter(id__gt=last).order_by("-id").select_related("grid")[:50])


def tried(town: Town, rows: Sequence[Standing], steps: Sequence[Step]) -> Redrawn:
    """What steps would come to. Writes nothing."""
    ended = Grid.objects.for_system("codes are never used again", town).exclude(valid_to=None)
    return redraw([row.tile for row in rows], steps, taken=ended.values_list("code", flat=True))


def formers(town: Town, pk: int) -> list[Former]:
    """The boundaries a grid had, the newest first."""
    grid = Grid.objects.for_system("history of a boundary", town).get(pk=pk)
    rows = list(_formers(town).filter(grid_id=pk).order_by("-id"))
    after = [grid.area_m2, *(row.area_m2 for row in rows)]
    since = [*(row.until for row in rows[1:]), grid.valid_from]
    return [
        Former(
            row.pk, row.boundary, row.area_m2, after[at], since[at], row.until, row.how, row.reason, row.change,
            row.account_id, row.post_id,
        )
        for at, row in enumerate(rows)
    ]  # fmt: skip


def changed_together(town: Town, changes: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Of each change the grids: (id, name), in order of code."""
    found: dict[int, list[tuple[int, str]]] = {change: [] for change in changes}
    rows = _formers(town).filter(change__in=list(found)).order_by("grid__code")
    for change, pk, name in rows.values_list("change", "grid_id", "grid__name"):
        found[change].append((pk, name))
    return found


def reshaped_by(town: Town, change: int) -> list[dict[str, Any]]:
    """The grids of a change in order of code, as that change left them."""
    rows = list(_formers(town).filter(change=change).order_by("grid__code").select_related("grid"))
    found = []
    for row in rows:
        later = _formers(town).filter(grid_id=row.grid_id, id__gt=row.pk).order_by("id").first()
        now = later or row.grid
        found.append(
            {
                "code": row.grid.code, "name": row.grid.name, "new": row.boundary is None, "area_before": row.area_m2,
                "area_after": now.area_m2, "boundary": now.boundary,
            }
        )  # fmt: skip
    return found


def _formers(town: Town) -> Any:
    return FormerBoundary.objects.for_system("history of boundaries", town)
