"""The steps by which boundaries are redrawn, as they come from a page or a program (JSON)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from lianxin.places.datum import BadPoint, checked
from lianxin.places.imports import LONGEST_NAME
from lianxin.places.tiling import Point, degrees, point_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django_stubs_ext import StrOrPromise

MOST_STEPS: Final = 500
TAKEN: Final = re.compile(r"[a-z_]{1,20}:[0-9]{1,19}")
MOST_POINTS: Final = 2_000  # of a line or ring drawn by hand


class BadSteps(ValueError):
    """The steps cannot be read: `at` is the number of the first that cannot (1 is the first, 0 the list itself)."""

    def __init__(self, at: int, message: StrOrPromise) -> None:
        super().__init__(at)
        self.at, self.message = at, message

    def __str__(self) -> str:
        """The sentence, in the language of whoever reads it."""
        return str(self.message)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a piece that was cut off: it stays, goes to the grid `grid`, or becomes one named `name`.

    `takes`: what is docked to the old grid and goes with the new one, as "posts:7"; cases follow their ground.
    """

    grid: str = ""
    name: str = ""
    takes: tuple[str, ...] = ()

    @property
    def stays(self) -> bool:
        """Whether the piece stays where it was."""
        return not self.grid and not self.name


@dataclass(frozen=True, slots=True)
class Move:
    """A point goes elsewhere, and every border that has it."""

    point: Point
    to: Point


@dataclass(frozen=True, slots=True)
class Add:
    """A border gets a point where it passes."""

    point: Point


@dataclass(frozen=True, slots=True)
class Drop:
    """A point that nothing needs is taken out."""

    point: Point


@dataclass(frozen=True, slots=True)
class Cut:
    """A line from border to border cuts a grid; `left` and `right` of the line as it was drawn."""

    grid: str
    line: tuple[Point, ...]
    left: Fate
    right: Fate


@dataclass(frozen=True, slots=True)
class Draw:
    """A grid without a boundary gets one."""

    grid: str
    ring: tuple[Point, ...]


Step = Move | Add | Drop | Cut | Draw


def read_steps(raw: object) -> list[Step]:
    """The steps in a list, or in its JSON text. Raises `BadSteps`, never anything else."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw or "[]")
        except (ValueError, RecursionError):
            raise BadSteps(0, _("The steps cannot be read.")) from None
    if not isinstance(raw, list) or len(raw) > MOST_STEPS:
        raise BadSteps(0, _("Steps are a list of %(most)s at most.") % {"most": MOST_STEPS})
    return [_read(at, each) for at, each in enumerate(raw, start=1)]


def _read(at: int, raw: object) -> Step:
    read = READERS.get(str(raw.get("do"))) if isinstance(raw, dict) else None
    if read is None or not isinstance(raw, dict):
        raise BadSteps(at, _("Step %(n)s is none of move, add, drop, cut, draw.") % {"n": at})
    try:
        return read(raw)
    except BadPoint as bad:
        raise BadSteps(at, bad.message) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadSteps(at, _("Step %(n)s lacks something, or has it in another form.") % {"n": at}) from None


def _point(raw: Any) -> Point:
    lon, lat = raw
    return point_of(*checked(lon, lat))


def _points(raw: Any) -> tuple[Point, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_POINTS:
        raise TypeError
    return tuple(_point(each) for each in raw)


def _code(raw: Any) -> str:
    if not isinstance(raw, str) or not raw:
        raise TypeError
    return raw


def _fate(raw: Any) -> Fate:
    to = raw["to"]
    if to == "stay":
        return Fate()
    if to == "grid":
        return Fate(grid=_code(raw["grid"]))
    name = " ".join(_code(raw["name"]).split())
    if to != "new" or not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError
    return Fate(name=name, takes=_takes(raw.get("takes", [])))


def _takes(raw: Any) -> tuple[str, ...]:
    """Names of docked rows: a word, a colon, a number."""
    if not isinstance(raw, list) or len(raw) > MOST_STEPS or not all(isinstance(each, str) for each in raw):
        raise TypeError
    if any(not TAKEN.fullmatch(each) for each in raw):
        raise ValueError
    return tuple(raw)


READERS: Final[Mapping[str, Callable[[dict[str, Any]], Step]]] = {
    "move": lambda raw: Move(_point(raw["from"]), _point(raw["to"])),
    "add": lambda raw: Add(_point(raw["at"])),
    "drop": lambda raw: Drop(_point(raw["at"])),
    "cut": lambda raw: Cut(_code(raw["grid"]), _points(raw["line"]), _fate(raw["left"]), _fate(raw["right"])),
    "draw": lambda raw: Draw(_code(raw["grid"]), _points(raw["ring"])),
}


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps as they are read."""
    return [_written(step) for step in steps]


def _written(step: Step) -> dict[str, Any]:
    match step:
        case Move():
            return {"do": "move", "from": degrees(step.point), "to": degrees(step.to)}
        case Add():
            return {"do": "add", "at": degrees(step.point)}
        case Drop():
            return {"do": "drop", "at": degrees(step.point)}
        case Cut():
            line = [degrees(point) for point in step.line]
            fates = {"left": _fate_written(step.left), "right": _fate_written(step.right)}
            return {"do": "cut", "grid": step.grid, "line": line, **fates}
        case Draw():
            return {"do": "draw", "grid": step.grid, "ring": [degrees(point) for point in step.ring]}


def _fate_written(fate: Fate) -> dict[str, Any]:
    if fate.stays:
        return {"to": "stay"}
    if fate.grid:
        return {"to": "grid", "grid": fate.grid}
    return {"to": "new", "name": fate.name, **({"takes": list(fate.takes)} if fate.takes else {})}
