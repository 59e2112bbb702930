"""The eight lines of service (条线) docked to grids: who serves each, said for a village at once or for one grid.

What a grid says itself goes first, then what is said of the grids above it, then the town's units of that line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.keys.cache import bump, cached
from lianxin.ledger.rows import add_row, change_row, drop_row
from lianxin.people.directory import held
from lianxin.people.models import LineService, Post, Unit
from lianxin.people.queries import today, units
from lianxin.places.queries import ancestor_ids, grid_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

KIND: Final = "line_service"


@dataclass(frozen=True, slots=True)
class Server:
    """Who serves: a whole unit, or the holder of a post in it."""

    unit_id: int | None = None
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """Who serves a grid in a line. `post`: the holder's name and title, for the staff; None where the unit serves.

    `said_at`: the grid that says so; None where only the units' own lines do.
    """

    line: str
    unit: Unit | None
    post: Mapping[str, Any] | None
    said_at: int | None


class NotDocked(Exception):
    """Nobody is docked so; `code`: not_there, no_server."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def said_of(town: Town) -> Mapping[tuple[int, str], Server]:
    """What is said of each grid and line, by grid and line."""

    def build() -> Mapping[tuple[int, str], Server]:
        rows = LineService.objects.for_system("lines of service", town)
        return {(grid, line): Server(unit, post) for grid, line, unit, post in rows.values_list(
            "grid_id", "line", "unit_id", "post_id")}  # fmt: skip

    return cached(town, "people.lines", build)


def lines_of(town: Town, grid_id: int, *, now: datetime) -> list[Served]:
    """Who serves a grid in each of the eight lines, in their order; a line nobody serves is told as such.

    A post that has ended serves no more: its unit does.
    """
    chain, said = list(reversed(ancestor_ids(town, grid_id))), said_of(town)
    found = {}
    for line in LineService.Line.values:
        found[line] = next(((pk, said[pk, line]) for pk in chain if (pk, line) in said), None)
    wanted = [server.post_id for _at, server in filter(None, found.values()) if server.post_id]
    posts = _posts(town, wanted, now) if wanted else {}
    return [_served(town, line, found[line], posts) for line in LineService.Line.values]


def _posts(town: Town, wanted: Sequence[int], now: datetime) -> dict[int, dict[str, Any]]:
    rows = Post.objects.for_system("lines of service", town).filter(id__in=wanted).select_related("account")
    on = set(rows.filter(held(today(now))).values_list("id", flat=True))
    return {
        row.pk: {
            "id": row.pk, "unit_id": row.unit_id, "name": row.account.name, "title": row.title,
            "phone": row.account.phone, "held": row.pk in on,
        }
        for row in rows
    }  # fmt: skip


def _served(town: Town, line: str, found: tuple[int, Server] | None, posts: Mapping[int, dict[str, Any]]) -> Served:
    known = units(town)
    if found is None:
        of_line = [unit for unit in known.values() if unit.line == line and unit.grid_id is None and unit.active]
        return Served(line, min(of_line, key=lambda unit: unit.pk, default=None), None, None)
    at, server = found
    post = posts.get(server.post_id or 0)
    unit = known.get(server.unit_id or (post["unit_id"] if post else 0) or 0)
    return Served(line, unit, post if post and post["held"] else None, at)


def dock_lines(grid_id: int, wanted: Mapping[str, Server | None], *, actor: Actor, now: datetime, why: str = "") -> int:
    """Say who serves a grid in some lines; None: what is said above it counts again. Returns how many changed.

    Raises NotDocked for a grid, a line, a unit or a post that is none; PermissionDenied.
    """
    town = _may(actor, grid_id, wanted, now)
    changed = 0
    with transaction.atomic():
        rows = LineService.objects.for_system("lines of service", town).select_for_update().filter(grid_id=grid_id)
        standing = {row.line: row for row in rows}
        for line, server in wanted.items():
            row = standing.get(line)
            if server is None:
                if row is not None:
                    drop_row(row, KIND, actor=actor, now=now, why=why)
                    changed += 1
                continue
            facts = {"unit_id": server.unit_id, "post_id": server.post_id}
            if row is None:
                made = LineService(town=town, grid_id=grid_id, line=line, **facts)
                add_row(made, KIND, actor=actor, now=now, why=why)
                changed += 1
            else:
                changed += bool(change_row(row, KIND, facts, actor=actor, now=now, why=why))
        if changed:
            bump(town)
    return changed


def _may(actor: Actor, grid_id: int, wanted: Mapping[str, Server | None], now: datetime) -> Town:
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    if grid_id not in grid_tree(actor.town) or set(wanted) - set(LineService.Line.values):
        raise NotDocked("not_there")
    must_serve(actor.town, [server for server in wanted.values() if server is not None], now)
    return actor.town


def must_serve(town: Town, servers: Sequence[Server], now: datetime) -> None:
    """Whether each is a unit of the town or a post that is held today; raises NotDocked."""
    posts = _posts(town, [server.post_id for server in servers if server.post_id], now)
    for server in servers:
        unit_there = server.unit_id is not None and server.unit_id in units(town) and server.post_id is None
        post = posts.get(server.post_id or 0)
        post_there = server.unit_id is None and post is not None and post["held"]
        if not unit_there and not post_there:
            raise NotDocked("no_server")
