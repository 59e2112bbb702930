"""Cases on a map: cells with how many lie in them, counted by the database; a cell of one is the case itself.

Never more than MOST marks are told, however many cases there are: where a window would hold more, its cells grow.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    BigIntegerField,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
)  # fmt: skip

from lianxin.cases.models import Case
from lianxin.cases.queries.inbox import LIGHTS, InboxFilter, cases_of, read_filter
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.places.queries import ancestor_ids

MOST = 480
EACH = 50  # cases of one spot told one by one
CELL = 64  # pixels: as wide as a finger needs
TILE = 256  # pixels: what the whole world takes at zoom 0
DEEPEST = 19
FAR = 13  # to this zoom a map holds so much of a town that walking all rows is quicker than the index of places
WIDEST = 14  # zoom of the cells when no window is told
SHIFT = 180.0  # degrees, to where no coordinate is negative: databases cut negative numbers differently
ROWS = 2**26  # cells of one column: more than there are at the deepest zoom
STATES = ("open", *LIGHTS, "closed", "all")
AGES = (3, 7, 30)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """What of the world a map shows, in degrees, and how near (zoom as web maps count it)."""

    west: float
    south: float
    east: float
    north: float
    zoom: int

    def cell(self) -> tuple[float, float]:
        """Width and height of a cell in degrees: CELL pixels square, doubled until there are at most MOST."""
        width = 360 / 2**self.zoom * CELL / TILE
        height = width * math.cos(math.radians(round((self.south + self.north) / 2)))
        while self._holds(width, height) > MOST:
            width, height = width * 2, height * 2
        return width, height

    def _holds(self, width: float, height: float) -> int:
        """How many cells of this size it touches at the most."""
        across, down = (self.east - self.west) / width, (self.north - self.south) / height
        return (math.ceil(across) + 1) * (math.ceil(down) + 1)


def read_window(data: Mapping[str, Any]) -> Window | None:
    """The window a map asks for; None for what is none."""
    try:
        west, south, east, north, zoom = (float(data[name]) for name in ("west", "south", "east", "north", "zoom"))
    except (KeyError, ValueError):
        return None
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85 and 0 <= zoom <= 30):
        return None
    return Window(west, south, east, north, min(DEEPEST, int(zoom)))


class Whole(Func):
    """The whole part of a number that is not negative, as the database cuts it."""

    template = "CAST(%(expressions)s AS INTEGER)"
    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL rounds where it casts."""
        return super().as_sql(compiler, connection, template="CAST(FLOOR(%(expressions)s) AS BIGINT)", **context)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row stands on the map: the columns of its place, and to how many decimals it is told (None: exactly).

    Where places are told roughly they are also filtered and counted roughly: else a small window would find them out.
    """

    lon: str = "lon"
    lat: str = "lat"
    decimals: int | None = None

    def told(self, column: str) -> Any:
        """The coordinate that is told."""
        if self.decimals is None:
            return F(column)
        fine = Value(10.0**self.decimals)
        whole = Whole(ExpressionWrapper((F(column) + Value(SHIFT)) * fine + Value(0.5), FloatField()))
        return ExpressionWrapper(whole / fine - Value(SHIFT), FloatField())

    def placed(self, rows: Any, window: Window | None) -> Any:
        """The rows that have a place (in the window), with the place that is told as `x` and `y`."""
        rows = rows.filter(**{f"{self.lon}__isnull": False, f"{self.lat}__isnull": False})
        if window is not None and self.decimals is None and window.zoom > FAR:
            rows = rows.filter(**{f"{self.lat}__range": (window.south, window.north)})
            return self._told(rows.filter(**{f"{self.lon}__range": (window.west, window.east)}))
        rows = self._told(rows)
        if window is None:
            return rows
        # As a sum, so that no index is walked: from afar, looking up each row by it takes longer than reading them all.
        seen = {axis: ExpressionWrapper(F(axis) + Value(0.0), FloatField()) for axis in ("x", "y")}
        rows = rows.alias(east_of=seen["x"], north_of=seen["y"])
        return rows.filter(east_of__range=(window.west, window.east), north_of__range=(window.south, window.north))

    def _told(self, rows: Any) -> Any:
        return rows.annotate(x=self.told(self.lon), y=self.told(self.lat))


def cells(rows: Any, spot: Spot, window: Window | None, late: Q | None = None) -> list[Row]:
    """The cells of a window, the fullest first: n, late, one (an id of theirs), lon, lat (their middle), and the box
    `west south east north` they lie in. One statement; the caller has scoped the rows.
    """
    seen = window or Window(0, 30, 0, 30, WIDEST)
    width, height = seen.cell()
    column = Whole(ExpressionWrapper((F("x") + Value(SHIFT)) * Value(1 / width), FloatField()))
    line = Whole(ExpressionWrapper((F("y") + Value(SHIFT)) * Value(1 / height), FloatField()))
    key = ExpressionWrapper(column * Value(ROWS) + line, BigIntegerField())
    counted = spot.placed(rows.order_by(), window).annotate(cell=key).values("cell")
    late_n = Value(0) if late is None else Count("id", filter=late)
    counted = counted.annotate(
        n=Count("id"), late_n=late_n, one=Min("id"), mid_x=Avg("x"), mid_y=Avg("y"),
        west=Min("x"), east=Max("x"), south=Min("y"), north=Max("y"),
    ).order_by("-n", "one")  # fmt: skip
    boxes = ("n", "late", "one", "lon", "lat", "west", "south", "east", "north")
    columns = ("n", "late_n", "one", "mid_x", "mid_y", "west", "south", "east", "north")
    return [dict(zip(boxes, row, strict=True)) for row in counted.values_list(*columns)[:MOST]]


@dataclass(frozen=True, slots=True)
class MapFilter:
    """What a staff map shows: the inbox's filter, the state (STATES), and at least so many days old."""

    cases: InboxFilter
    state: str = "open"
    age: int = 0


def read_map_filter(data: Mapping[str, Any]) -> MapFilter:
    """The filter a query string asks for: as the inbox reads it, over all one sees unless a scope is named."""
    asked = read_filter(data)
    state = str(data.get("state") or asked.light)
    age = str(data.get("age") or "")
    cases = replace(asked, scope=asked.scope if data.get("scope") else "all", light="", closed=True)
    return MapFilter(
        cases, state if state in STATES else "open", int(age) if age in {str(each) for each in AGES} else 0
    )


def mapped_cases(actor: Actor, wanted: MapFilter, *, now: datetime) -> QuerySet[Case]:
    """The cases a staff map shows, as far as the actor sees them."""
    light = wanted.state if wanted.state in LIGHTS else ""
    rows = cases_of(actor, replace(wanted.cases, light=light), now=now)
    if wanted.state in ("open", *LIGHTS):
        rows = rows.filter(closed_at=None)
    elif wanted.state == "closed":
        rows = rows.filter(closed_at__isnull=False)
    return rows.filter(recorded_at__lte=now - timedelta(days=wanted.age)) if wanted.age else rows


def late_now(now: datetime, prefix: str = "") -> Q:
    """Open, past its due time, its clock running."""
    open_late = Q(**{f"{prefix}closed_at": None}) & Q(**{f"{prefix}due_at__lt": now})
    return open_late & Q(**{f"{prefix}state__paused_at": None})


def by_grid(town: Town, rows: Any, *, now: datetime) -> dict[int, tuple[int, int]]:
    """How many of the rows lie in each grid with all below it, and how many of these are late; 0: outside every grid.

    One statement.
    """
    found: dict[int, tuple[int, int]] = {}
    counted = rows.order_by().values_list("grid_id").annotate(n=Count("id"), late_n=Count("id", filter=late_now(now)))
    for grid, n, late in counted:
        for pk in ancestor_ids(town, grid) if grid is not None else [0]:
            before = found.get(pk, (0, 0))
            found[pk] = (before[0] + n, before[1] + late)
    return found
