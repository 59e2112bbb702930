"""The micro-grids of the invented town, who speaks for each, and who serves its ground in the eight lines.

Drawn by dice of their own, so that nothing else of the town falls otherwise because of them.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lianxin.people.docking import LineRow, import_lines
from lianxin.people.lines import Server
from lianxin.people.micros import MicroRow, import_micros
from lianxin.people.representatives import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lianxin.people.actors import Actor
    from lianxin.town.demo.geography import Geography, GridArea
    from lianxin.town.demo.names import People
    from lianxin.town.demo.setting import Setting
    from lianxin.town.demo.staff import Staff

FIGURES: Final = "〇一二三四五六七八九"
HELPERS: Final = ("兼职", "义务")  # who of the grid's people speaks for neighbours as well


Planned = tuple[str, MicroRow, str]


def make_micros(seed: int, ground: Geography, staff: Staff, people: People) -> tuple[Planned, ...]:
    """The micro-grids on paper: the key of the small grid, what is said of each, the helper who speaks for it, if any.

    A helper of the grid speaks for the first ones, a neighbour for each of the rest. The same seed, ground and staff
    give the same ones. Households and residents of a small grid are shared out whole.
    """
    rng = random.Random(f"{seed} micro-grids")  # noqa: S311 - draws a town, guards nothing
    seat = ground.villages[0].key
    shares = {grid.key: _shares(rng, grid, city=grid.village_key == seat) for grid in ground.grids}
    helpers = {key: [p.key for p in staff.of_grid.get(key, ()) if p.kind in HELPERS] for key in shares}
    count = sum(max(0, len(each) - len(helpers[key])) for key, each in shares.items())
    neighbours = iter(people.beside(rng, count))
    found: list[Planned] = []
    for grid in ground.grids:
        door = 1
        for at, (households, population) in enumerate(shares[grid.key]):
            helper = helpers[grid.key][at] if at < len(helpers[grid.key]) else ""
            name, phone = ("", "") if helper else next(neighbours)
            doors = _doors(at, door, households, city=grid.village_key == seat)
            door += households
            title = "楼栋长" if grid.village_key == seat else "微网格长"
            row = MicroRow(
                len(found), 0, f"{figures(at + 1)}号微网格", households=households, population=population,
                person=name or None, phone=phone or None, title=title, doors=doors,
            )  # fmt: skip
            found.append((grid.key, row, helper))
    return tuple(found)


def _shares(rng: random.Random, grid: GridArea, *, city: bool) -> list[tuple[int, int]]:
    """Households and residents of each micro-grid of a small grid: about the usual number, none without any."""
    count = max(1, min(grid.households, round(grid.households / USUAL[city])))
    weights = [rng.uniform(0.8, 1.2) for _each in range(count)]
    households = [1 + each for each in _shared(grid.households - count, weights)]
    return list(zip(households, _shared(grid.population, [float(each) for each in households]), strict=True))


def _shared(whole: int, weights: list[float]) -> list[int]:
    """A whole number shared out by weight, nothing left over."""
    total, given, parts, weight = sum(weights), 0, [], 0.0
    for each in weights:
        weight += each
        parts.append(round(whole * weight / total) - given)
        given += parts[-1]
    return parts


def _doors(at: int, first: int, count: int, *, city: bool) -> str:
    if city:
        return f"{at // 3 + 1}号楼{at % 3 + 1}单元"
    return f"{first} 至 {first + count - 1} 号" if count > 1 else f"{first} 号"


def figures(number: int) -> str:
    """A number below a hundred as Chinese writes it: 三, 十, 十二, 二十三."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{FIGURES[tens]}十"
    return f"{head}{FIGURES[ones] if ones or not tens else ''}"


def settle_micros(
    plans: tuple[Planned, ...], ground: Geography, staff: Staff, setting: Setting, *, actor: Actor, now: datetime
) -> None:
    """Begin the micro-grids as of `now`, and dock those who serve their ground in some of the lines."""
    rows = [
        replace(row, parent_id=setting.grids[key], post_id=setting.posts[helper][0].pk if helper else None)
        for key, row, helper in plans
    ]
    import_micros(rows, actor=actor, now=now)
    import_lines(list(_lines(ground, staff, setting)), actor=actor, now=now)


def _lines(ground: Geography, staff: Staff, setting: Setting) -> Iterator[LineRow]:
    """The party line of a village is its committee's; petitions of its grids go to their own chiefs."""
    committees = {unit.village_key: setting.units[unit.key] for unit in staff.units if unit.village_key}
    for village in ground.villages:
        yield LineRow(0, setting.grids[village.key], {"党建": Server(unit_id=committees[village.key])})
    for grid in ground.grids:
        chief = next((p.key for p in staff.of_grid.get(grid.key, ()) if p.title == "网格长"), "")
        if chief:
            yield LineRow(0, setting.grids[grid.key], {"信访": Server(post_id=setting.posts[chief][0].pk)})
