"""What the form of a boundary says: the steps gathered so far, and what its table asks for beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import shapely
from django.utils.translation import gettext as _

from lianxin.keys.models import Town
from lianxin.places.boundaries import Standing, changed_since, sheet_of, standing, tried, version_of
from lianxin.places.datum import BadPoint, checked
from lianxin.places.models import FormerBoundary
from lianxin.places.redraw import Redrawn
from lianxin.places.steps import TAKEN, Add, BadSteps, Cut, Draw, Drop, Fate, Move, Step, read_steps
from lianxin.places.tiling import Ground, Point, Ring, point_of

MOST_REASON = 200
MOST_ROWS = 5000


@dataclass
class Editing:
    """A boundary at work: the grids as they stand, the version that was shown, the steps, the reason, the faults.

    `since`: what others changed after the version was shown.
    """

    town: Town
    code: str
    rows: list[Standing]
    version: str = ""
    steps: list[Step] = field(default_factory=list)
    reason: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    since: list[FormerBoundary] = field(default_factory=list)
    stale: bool = False

    @property
    def grid(self) -> Standing:
        """The grid whose boundary it is."""
        return next(row for row in self.rows if row.code == self.code)

    @cached_property
    def sheet(self) -> list[Standing]:
        """What the editor is shown."""
        return sheet_of(self.rows, self.code)

    @cached_property
    def outcome(self) -> Redrawn:
        """What the steps come to."""
        return tried(self.town, self.rows, self.steps)

    @property
    def ground(self) -> Ground:
        """The ground of the grid after the steps."""
        after = (change.after for change in self.outcome.changes if change.tile.code == self.code)
        return next(after, self.grid.ground)

    @property
    def siblings(self) -> list[Standing]:
        """The grids to which a piece that is cut off may go."""
        own = self.grid
        return [row for row in self.rows if row.parent == own.parent and row.code != own.code and row.ground]

    @property
    def is_smallest(self) -> bool:
        """Whether the grid may be cut: none below it has ground."""
        return not any(row.parent == self.code and row.ground for row in self.rows)


def begun(town: Town, pk: int) -> Editing | None:
    """A fresh sheet of a grid; None when no such grid stands."""
    rows = standing(town)
    code = next((row.code for row in rows if row.id == pk), "")
    if not code:
        return None
    editing = Editing(town, code, rows)
    editing.version = version_of(town, editing.sheet)
    return editing


def filled(editing: Editing, data: Mapping[str, str]) -> None:
    """Read the form into a fresh sheet. What cannot be read is a fault; an older version is told by `stale`."""
    seen, editing.reason = data.get("version", ""), " ".join(data.get("reason", "").split())
    if seen != editing.version:
        editing.stale, editing.since = True, changed_since(editing.town, seen)
    try:
        editing.steps = read_steps(data.get("steps", ""))
    except BadSteps as bad:
        editing.faults["steps"] = str(bad)
        return
    if data.get("act") == "undo":
        editing.steps = editing.steps[:-1]
        return
    fresh = list(_of_table(editing, data))
    if fresh and not editing.faults:
        editing.steps = [*editing.steps, *fresh]
        vars(editing).pop("outcome", None)


def take_along(editing: Editing, goes: Sequence[str]) -> None:
    """Say of each grid that is cut off what goes with it: "code dock:id", as the page has it ticked."""
    wanted: dict[str, list[str]] = {}
    for code, _blank, row in (each.partition(" ") for each in goes):
        if TAKEN.fullmatch(row):
            wanted.setdefault(code, []).append(row)
    made = {change.step: change.tile.code for change in editing.outcome.changes if change.is_new}
    editing.steps = [
        _taking(step, tuple(wanted.get(made[at], ()))) if isinstance(step, Cut) and at in made else step
        for at, step in enumerate(editing.steps, start=1)
    ]
    vars(editing).pop("outcome", None)


def _taking(step: Cut, takes: tuple[str, ...]) -> Cut:
    left, right = (replace(fate, takes=takes) if fate.name else fate for fate in (step.left, step.right))
    return replace(step, left=left, right=right)


def _of_table(editing: Editing, data: Mapping[str, str]) -> Iterator[Step]:
    """The steps the table asks for: points moved and dropped, one added, a cut from point to point, a ring."""
    for at in range(MOST_ROWS):
        was = _held(data.get(f"was-{at}", ""))
        if was is None:
            break
        to = _place(editing, data, f"lon-{at}", f"lat-{at}", f"point-{at}")
        if data.get(f"drop-{at}"):
            yield Drop(was)
        elif to is not None and to != was:
            yield Move(was, to)
    yield from _added(editing, data)
    yield from _cut(editing, data)
    yield from _drawn(editing, data)


def _held(text: str) -> Point | None:
    """A point as the form hands it back: two whole numbers."""
    parts = text.split(",")
    if len(parts) != 2 or not all(part.lstrip("-").isdecimal() and part.isascii() and len(part) < 12 for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def _place(editing: Editing, data: Mapping[str, str], lon: str, lat: str, name: str) -> Point | None:
    if not data.get(lon, "").strip() and not data.get(lat, "").strip():
        return None
    try:
        return point_of(*checked(data.get(lon, ""), data.get(lat, "")))
    except BadPoint as bad:
        editing.faults[name] = str(bad)
        return None


def _added(editing: Editing, data: Mapping[str, str]) -> Iterator[Step]:
    """A new point after one that stands: put on the edge, then moved to its place."""
    after, to = _held(data.get("add-after", "")), _place(editing, data, "add-lon", "add-lat", "add")
    ring = _ring_with(editing.ground, after)
    if after is None or to is None or not ring:
        return
    following = ring[(ring.index(after) + 1) % len(ring)]
    middle = (after[0] + following[0]) // 2, (after[1] + following[1]) // 2
    yield Add(middle)
    yield Move(middle, to)


def _cut(editing: Editing, data: Mapping[str, str]) -> Iterator[Step]:
    """A straight cut between two points; the piece that goes has the points between them, or the others."""
    start, end = _held(data.get("cut-from", "")), _held(data.get("cut-to", ""))
    if start is None or end is None:
        return
    ring, goes = _ring_with(editing.ground, start), data.get("cut-goes", "")
    name = " ".join(data.get("cut-name", "").split())
    if not ring or not goes or (goes == "new" and not 0 < len(name) <= 60):
        editing.faults["cut"] = _("Say where the piece goes; a new grid needs a name of 60 characters at most.")
        return
    fate = Fate(name=name) if goes == "new" else Fate(grid=goes)
    # The points from start to end lie right of the straight line where the ring runs against the clock.
    ahead_is_right = bool(shapely.is_ccw(shapely.LinearRing(ring)))
    right = (data.get("cut-piece") != "others") == ahead_is_right
    yield Cut(editing.code, (start, end), Fate() if right else fate, fate if right else Fate())


def _drawn(editing: Editing, data: Mapping[str, str]) -> Iterator[Step]:
    """A ring of points, a line each: longitude and latitude."""
    lines = [line.replace(",", " ").replace("\uff0c", " ").split() for line in data.get("ring", "").splitlines()]
    points = []
    for at, parts in enumerate((each for each in lines if each), start=1):
        try:
            points.append(point_of(*checked(*parts)))
        except (BadPoint, TypeError):
            editing.faults["ring"] = _("Line %(n)s is no longitude and latitude.") % {"n": at}
            return
    if points:
        yield Draw(editing.code, tuple(points))


def _ring_with(ground: Ground, point: Point | None) -> Ring:
    return next((ring for part in ground for ring in part if point in ring), ())
