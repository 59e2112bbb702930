"""What a reform of grids comes to: which grids end, in which others, and whose ground changes. Pure, writes nothing.

A rename keeps the code, a change of parent takes a new one, and no code is ever used twice (GB/T 10114): so a grid
that goes on under another code ends, and another begins on its ground. What lies below it goes with it, and since a
code begins with its parent's, takes new codes as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.errors import GEOSException

from lianxin.places.imports import LEVEL_OF_LENGTH
from lianxin.places.misfits import SMALLEST_M2, Misfit, Tile
from lianxin.places.tiling import NONE, Ground, Point, Tiling, ground_within, shape_of, square_metres

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django_stubs_ext import StrOrPromise

LEVELS: Final = ("town", "village", "grid", "micro")
SERIALS: Final = 999
UNFIT: Final = _("These have no border in common that fits: they do not lie side by side.")
LENGTH_OF_LEVEL: Final = {level: length for length, level in LEVEL_OF_LENGTH.items()}


@dataclass(frozen=True, slots=True)
class Merge:
    """Neighbours of one parent become one: the one of the code `keep`, or a new one ("") of this name.

    `code`: that of a new one as the authority gave it; "": the next of the parent's that was never used.
    """

    grids: tuple[str, ...]
    keep: str = ""
    name: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Recode:
    """A grid goes on under another code, below its parent or another one."""

    grid: str
    parent: str = ""
    code: str = ""


Reform = Merge | Recode


@dataclass(frozen=True, slots=True)
class Reformed:
    """What a reform comes to, or what is in its way.

    `ended` says of each code that ends which one follows, `begun` are the new grids with their ground, both from the
    top down; `grounds` are the standing grids whose ground changes.
    """

    ended: dict[str, str] = field(default_factory=dict)
    begun: tuple[Tile, ...] = ()
    grounds: dict[str, Ground] = field(default_factory=dict)
    name: str = ""
    misfit: Misfit | None = None

    @property
    def sound(self) -> bool:
        """Whether it can be done."""
        return self.misfit is None


class _Stop(Exception):
    def __init__(self, code: str, message: StrOrPromise, *grids: str) -> None:
        super().__init__(code)
        self.misfit = Misfit(code, message, grids)


def reformed(tiles: Iterable[Tile], wanted: Reform, *, taken: Iterable[str] = ()) -> Reformed:
    """What a reform of the standing grids comes to. `taken`: the codes of grids that have ended."""
    work = _Work({tile.code: tile for tile in tiles}, set(taken))
    try:
        if isinstance(wanted, Merge):
            work.merge(wanted)
        else:
            work.recode(wanted)
    except _Stop as stop:
        return Reformed(misfit=stop.misfit)
    except GEOSException:
        crossing = _("A boundary of these crosses itself; mend it first.")
        return Reformed(misfit=Misfit("self_crossing", crossing))
    return work.outcome()


class _Work:
    """The grids while a reform is worked out."""

    def __init__(self, tiles: dict[str, Tile], taken: set[str]) -> None:
        self.tiles, self.used = tiles, {*tiles, *taken}
        self.tiling = Tiling({code: tile.ground for code, tile in tiles.items()})
        self.before = dict(self.tiling.grounds)
        self.ended: dict[str, str] = {}
        self.begun: dict[str, Tile] = {}
        self.woven: set[Point] = set()  # the points of ground that changes hands
        self.name = ""

    def outcome(self) -> Reformed:
        """What has been worked out."""
        after = self.tiling.grounds
        changed = {
            code: ground for code, ground in after.items()
            if ground != self.before[code] and code not in self.ended and code not in self.begun
        }  # fmt: skip
        return Reformed(self.ended, tuple(self.begun.values()), changed, self.name)

    def merge(self, wanted: Merge) -> None:
        """Some neighbours become one; raises `_Stop`."""
        chosen = [self._tile(code) for code in dict.fromkeys(wanted.grids)]
        self._may_merge(chosen, wanted)
        first = next((tile for tile in chosen if tile.code == wanted.keep), chosen[0])
        self.name = wanted.name or first.name
        ground = self._joined(chosen)
        if wanted.keep:
            into = wanted.keep
            self.tiling.put(into, ground)
        else:
            code = self._code(first, first.parent, wanted.code)
            into = self._begin(Tile(code, self.name, first.level, first.parent, ground))
        for tile in chosen:
            if tile.code != into:
                self._end(tile, into)

    def recode(self, wanted: Recode) -> None:
        """A grid goes on under another code; raises `_Stop`."""
        tile = self._tile(wanted.grid)
        parent = wanted.parent or tile.parent
        self._may_go_below(tile, parent)
        self.name = tile.name
        if parent != tile.parent and self.tiling.grounds[tile.code]:
            self._hand_ground(tile, parent)
        ground = self.tiling.grounds[tile.code]
        into = self._begin(Tile(self._code(tile, parent, wanted.code), tile.name, tile.level, parent, ground))
        self._end(tile, into)

    def _tile(self, code: str) -> Tile:
        if code not in self.tiles:
            raise _Stop("unknown_grid", _("There is no grid %(code)s.") % {"code": code[:20]})
        if self.tiles[code].level == LEVELS[0]:
            raise _Stop("whole_town", _("The town itself is neither merged nor given another code here."), code)
        return self.tiles[code]

    def _may_merge(self, chosen: Sequence[Tile], wanted: Merge) -> None:
        if len(chosen) < 2:
            raise _Stop("one_alone", _("Choose at least one neighbour to merge with."))
        if len({tile.parent for tile in chosen}) > 1 or (wanted.keep and wanted.keep not in wanted.grids):
            raise _Stop("not_siblings", _("Only grids of one parent are merged."), *wanted.grids)
        if len({bool(self.before[tile.code]) for tile in chosen}) > 1:
            raise _Stop("half_drawn", _("Some of these have a boundary and some have none: draw them first."))

    def _may_go_below(self, tile: Tile, parent: str) -> None:
        above = self.tiles.get(parent)
        if above is None or LEVELS.index(above.level) != LEVELS.index(tile.level) - 1:
            raise _Stop("wrong_parent", _("%(grid)s cannot lie below that grid.") % {"grid": tile.name}, tile.code)

    def _joined(self, chosen: Sequence[Tile]) -> Ground:
        """The ground of neighbours as one, without a point that none of them had."""
        if not self.before[chosen[0].code]:
            return NONE
        for tile in chosen:
            self.tiling.settle_border(tile.code)
        grounds = [self.tiling.grounds[tile.code] for tile in chosen]
        whole = ground_within(shapely.union_all([shape_of(ground) for ground in grounds]))
        most = sum(len(ground) for ground in grounds) - (len(grounds) - 1)
        if len(whole) > most or not _points(whole) <= {point for ground in grounds for point in _points(ground)}:
            raise _Stop("not_beside", UNFIT, *(tile.code for tile in chosen))
        return whole

    def _hand_ground(self, tile: Tile, parent: str) -> None:
        """Take a grid's ground from all that lay above it and give it to all that will, up to what is above both."""
        old, new = self._above(tile.parent), self._above(parent)
        self.tiling.settle_border(tile.code)
        for code in (*old, *new):
            if self.tiling.grounds[code]:
                self.tiling.settle_border(code)
        piece, self.woven = shape_of(self.tiling.grounds[tile.code]), _points(self.tiling.grounds[tile.code])
        for code in [each for each in old if each not in new]:
            self._reground(code, shapely.difference(shape_of(self.tiling.grounds[code]), piece))
        for code in [each for each in new if each not in old]:
            self._reground(code, shapely.union(shape_of(self.tiling.grounds[code]), piece))

    def _reground(self, code: str, shape: shapely.Geometry) -> None:
        before, ground = self.tiling.grounds[code], ground_within(shape)
        said = {"grid": self.tiles[code].name}
        if not before:
            raise _Stop("parent_undrawn", _("%(grid)s has no boundary yet: draw it first.") % said, code)
        if not ground or square_metres(shape_of(ground)) < SMALLEST_M2:
            raise _Stop("vanished", _("%(grid)s would have no ground left: merge it instead.") % said, code)
        if len(ground) > len(before):
            raise _Stop("parts", _("%(grid)s would fall into parts.") % said, code)
        if not _points(ground) <= _points(before) | self.woven:
            raise _Stop("not_beside", UNFIT, code)
        self.tiling.put(code, ground)

    def _above(self, code: str) -> list[str]:
        found = []
        while code in self.tiles:
            found.append(code)
            code = self.tiles[code].parent
        return found

    def _code(self, tile: Tile, parent: str, asked: str) -> str:
        """The code of a grid that takes the place of `tile`: the one asked for, else the parent's next."""
        if not asked:
            return self._next(parent, tile.level)
        fits = asked.isascii() and asked.isdigit() and len(asked) == LENGTH_OF_LEVEL[tile.level]
        if not fits or not asked.startswith(parent):
            message = _("The code must begin with %(parent)s and have %(n)s digits.")
            raise _Stop("bad_code", message % {"parent": parent, "n": LENGTH_OF_LEVEL[tile.level]})
        if asked in self.used:
            message = _("The code %(code)s has been used already; a code is never used again.")
            raise _Stop("used_code", message % {"code": asked})
        return asked

    def _next(self, parent: str, level: str) -> str:
        """The code after the highest that was ever given below a parent."""
        length = LENGTH_OF_LEVEL[level]
        given = [int(code[len(parent) :]) for code in self.used if len(code) == length and code.startswith(parent)]
        serial = max(given, default=0) + 1
        if serial > SERIALS:
            raise _Stop("no_code", _("The parent has no free code for a new grid."), parent)
        return f"{parent}{serial:03d}"

    def _begin(self, tile: Tile) -> str:
        self.begun[tile.code] = tile
        self.used.add(tile.code)
        return tile.code

    def _end(self, tile: Tile, into: str) -> None:
        """A grid ends in another; what lies below it goes on below that one."""
        self.ended[tile.code] = into
        for child in [each for each in self.tiles.values() if each.parent == tile.code]:
            same = f"{into}{child.code[len(tile.code) :]}"
            code = same if same not in self.used else self._next(into, child.level)
            self._begin(Tile(code, child.name, child.level, into, self.tiling.grounds[child.code]))
            self._end(child, code)


def _points(ground: Ground) -> set[Point]:
    return {point for part in ground for ring in part for point in ring}
