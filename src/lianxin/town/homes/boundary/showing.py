"""What the pages of a boundary show: points, changes, faults, cases on ground that changes hands, shapes to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.models import Case
from lianxin.keys.models import Town
from lianxin.people.models import Post
from lianxin.places.boundaries import Former, Standing, changed_together, formers
from lianxin.places.plane import Plane
from lianxin.places.redraw import Change, Misfit
from lianxin.places.reform.docks import docks
from lianxin.places.tiling import PER_DEGREE, Ground, Point, Tiling, degrees, ground_of, shape_of
from lianxin.town.homes.boundary.form import Editing
from lianxin.town.homes.rows import Row
from lianxin.ui import words

WIDTH, WIDE = 240, 640  # of a small drawing and a large one
EDGE = 26  # room for a number beside the outermost points
MOST_NUMBERS = 60  # that can be read beside a boundary


def flat(ground: Ground) -> list[list[list[int]]]:
    """The ground as plain numbers for a script: parts, rings, x y x y… in ten-millionths of a degree."""
    return [[[number for point in ring for number in point] for ring in part] for part in ground]


def sheet_told(editing: Editing) -> Row:
    """The sheet for a script."""
    grids = [
        {"code": row.code, "name": row.name, "level": row.level, "parent": row.parent, "parts": flat(row.ground)}
        for row in editing.sheet
    ]
    return {"version": editing.version, "code": editing.code, "grids": grids}


def outcome_told(editing: Editing) -> Row:
    """What the steps come to, for a script: the grounds that change, and the places of what is wrong."""
    outcome = editing.outcome
    return {
        "ok": outcome.sound and not editing.faults,
        "version": editing.version,
        "ground": {change.tile.code: flat(change.after) for change in outcome.changes},
        "new": [
            {"code": each.tile.code, "name": each.tile.name, "level": each.tile.level, "parent": each.tile.parent}
            for each in outcome.changes
            if each.is_new
        ],
        "faults": [
            {"at": each.place, "step": each.step, "grave": each.grave, "words": str(each.message)}
            for each in outcome.misfits
        ],
    }


def points(editing: Editing) -> list[Row]:
    """The points of the grid's boundary, as its table shows them; `needed`: other borders end there."""
    after = {change.tile.code: change.after for change in editing.outcome.changes}
    tiling = Tiling({**{row.code: row.ground for row in editing.sheet}, **after})
    rows: list[Row] = []
    for part in editing.ground:
        for ring in part:
            for point in ring:
                lon, lat = degrees(point)
                row = {"at": len(rows), "n": len(rows) + 1, "key": f"{point[0]},{point[1]}"}
                rows.append({**row, "lon": f"{lon:.7f}", "lat": f"{lat:.7f}", "needed": len(tiling.beside(point)) > 2})
    return rows


def changes(editing: Editing) -> list[Row]:
    """The grids that would change, with their areas in square metres."""
    ids = {row.code: row.id for row in editing.rows}
    return [
        {
            "code": each.tile.code, "name": each.tile.name, "is_new": each.is_new, "id": ids.get(each.tile.code),
            "before": each.area_before, "after": each.area_after, "more": each.area_after - each.area_before,
        }
        for each in editing.outcome.changes
    ]  # fmt: skip


def faults(editing: Editing) -> list[Row]:
    """What is wrong, in words, with the place."""
    return [_fault(each) for each in editing.outcome.misfits]


def _fault(misfit: Misfit) -> Row:
    where = misfit.where
    return {
        "words": misfit.message, "step": misfit.step, "grave": misfit.grave,
        "where": f"{where[0]:.6f}, {where[1]:.6f}" if where else "",
    }  # fmt: skip


def cases_moved(town: Town, rows: Sequence[Standing], made: Sequence[Change]) -> list[Row]:
    """How many open cases lie on ground that their grid would lose: by grid, with the way to their list.

    They stay with their grid, but for those on the ground of a new one that is cut from it (`goes`).

    A count alone, which keeps who sets up the grids from moving ground without knowing; no word of any case.
    Confidential ones are not counted.
    """
    lost = {each.tile.code: each for each in made if each.before}
    held = {row.id: lost[row.code] for row in rows if row.code in lost}
    wanted = Case.objects.for_system("boundaries: how many, no word of them", town)
    wanted = wanted.filter(closed_at=None, grid_id__in=list(held), lon__isnull=False, lat__isnull=False)
    wanted = wanted.exclude(kind__in=town.settings.get("confidential", ()))
    cut = {(each.origin, shape_of(each.after)) for each in made if each.is_new and _sound(each)}
    found: dict[tuple[int, bool], int] = {}
    shapes = {pk: (shape_of(each.before), shape_of(each.after)) for pk, each in held.items() if _sound(each)}
    for pk, lon, lat in wanted.values_list("grid_id", "lon", "lat"):
        if pk in shapes and lon is not None and lat is not None:
            here = lon * PER_DEGREE, lat * PER_DEGREE
            before, after = (shapely.intersects_xy(each, *here) for each in shapes[pk])
            goes = any(of == held[pk].tile.code and shapely.intersects_xy(ground, *here) for of, ground in cut)
            found[pk, goes] = found.get((pk, goes), 0) + bool(before and not after)
    href = reverse("town-cases")
    return [
        {
            "name": held[pk].tile.name, "code": held[pk].tile.code, "n": n, "goes": goes,
            "href": f"{href}?what=open&village={pk}",
        }
        for (pk, goes), n in found.items()
        if n
    ]  # fmt: skip


def follows(editing: Editing) -> list[Row]:
    """Of each new grid that is cut off what may go with it: posts, party groups… by name, and whether it is ticked."""
    ids = {row.code: (row.id, row.name) for row in editing.rows}
    found: list[Row] = []
    for each in (change for change in editing.outcome.changes if change.is_new and change.origin in ids):
        pk, name = ids[each.origin]
        rows = [
            {"value": f"{each.tile.code} {dock.key}:{held.id}", "text": held.name, "hint": dock.label,
             "on": f"{dock.key}:{held.id}" in each.takes}
            for dock in docks() if dock.chosen
            for held in dock.held(editing.town, [pk])
        ]  # fmt: skip
        found.append({"code": each.tile.code, "name": each.tile.name, "from": name, "rows": rows})
    return found


def _sound(change: Change) -> bool:
    return bool(shape_of(change.after).is_valid)


def history(town: Town, pk: int) -> list[Row]:
    """The former boundaries of a grid, the newest first, with who replaced each and what changed with it."""
    rows = formers(town, pk)
    together = changed_together(town, [row.change for row in rows])
    names = _names(town, rows)
    hows = {"imported": _("by an import"), "restored": _("put back"), "redrawn": _("redrawn")}
    return [
        {
            "former": row, "since": words.whole_day(row.since), "until": words.whole_day(row.until),
            "who": names.get(row.post_id or 0, ""), "more": row.area_after - row.area_before,
            "others": [{"id": other, "name": name} for other, name in together[row.change] if other != pk],
            "how": hows[row.how],
        }
        for row in rows
    ]  # fmt: skip


def _names(town: Town, rows: Sequence[Former]) -> dict[int, str]:
    posts = Post.objects.for_system("names under a history", town).filter(pk__in={row.post_id for row in rows})
    return {pk: f"{name} {title}".strip() for pk, name, title in posts.values_list("pk", "account__name", "title")}


def drawing(former: dict[str, Any] | None, present: dict[str, Any] | None) -> Row | None:
    """The paths of a small picture: the present boundary, and the former one over it; None without either."""
    grounds = [ground_of(former), ground_of(present)]
    if not any(grounds):
        return None
    paper = Paper.over([ground for ground in grounds if ground], WIDTH)
    paths = {"former": paper.path(grounds[0]), "present": paper.path(grounds[1])}
    return {**paths, "width": paper.width, "height": paper.height}


def picture(editing: Editing) -> Row | None:
    """A picture for who has no script: the boundary as the steps leave it, its points numbered as in the table."""
    ground = editing.ground
    if not ground:
        return None
    paper = Paper.over([ground], WIDE)
    spots = [paper.at(point) for part in ground for ring in part for point in ring]
    every = max(1, len(spots) // MOST_NUMBERS)
    dots = [{"x": x, "y": y, "n": n if n % every == 0 or n == 1 else ""} for n, (x, y) in enumerate(spots, start=1)]
    return {"path": paper.path(ground), "dots": dots, "width": paper.width, "height": paper.height}


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet on which grounds are drawn true to shape, north up."""

    west: float
    north: float
    across: float
    down: float
    width: int
    height: int

    @classmethod
    def over(cls, grounds: Sequence[Ground], size: int) -> "Paper":
        """A sheet that holds the grounds, its longer side so many units long."""
        west, south, east, north = shapely.total_bounds([shape_of(ground) for ground in grounds])
        plane = Plane.at((south + north) / 2 / PER_DEGREE)
        squeeze = plane.per_lon / plane.per_lat
        wide, high = (east - west) * squeeze, north - south
        scale = (size - 2 * EDGE) / max(wide, high, 1)
        return cls(west, north, scale * squeeze, scale, round(2 * EDGE + wide * scale), round(2 * EDGE + high * scale))

    def at(self, point: Point) -> tuple[float, float]:
        """Where a point lies on the sheet."""
        right, down = (point[0] - self.west) * self.across, (self.north - point[1]) * self.down
        return round(EDGE + right, 1), round(EDGE + down, 1)

    def path(self, ground: Ground) -> str:
        """The borders as the path of a drawing."""
        rings = (ring for part in ground for ring in part)
        return "".join("M" + "L".join(f"{x} {y}" for x, y in map(self.at, ring)) + "Z" for ring in rings)
