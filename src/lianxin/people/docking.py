"""Who serves many grids in the eight lines, from a file: what it would do, and doing it, all or none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.ledger.actions import Line, record_each
from lianxin.ledger.rows import added, altered, changed_by
from lianxin.people.lines import KIND, NotDocked, Server, must_serve, said_of
from lianxin.people.models import LineService
from lianxin.places.queries import grid_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor


@dataclass(frozen=True, slots=True)
class LineRow:
    """What a row of a file says of one grid: who serves it by line. A line it does not name stays as it is."""

    row: int
    grid_id: int
    servers: Mapping[str, Server]


def foresee_lines(town: Town, rows: Sequence[LineRow]) -> tuple[list[str], list[str], int]:
    """What `import_lines` would dock anew and otherwise with these rows now, in words, and how much stands so.

    Writes nothing.
    """
    said, tree, names = said_of(town), grid_tree(town), dict(LineService.Line.choices)
    added, changed, same = [], [], 0
    for row in rows:
        for line, server in row.servers.items():
            stands, word = said.get((row.grid_id, line)), f"{tree[row.grid_id].name} · {names[line]}"
            if stands is None:
                added.append(word)
            elif stands != server:
                changed.append(word)
            else:
                same += 1
    return added, changed, same


@transaction.atomic
def import_lines(rows: Sequence[LineRow], *, actor: Actor, now: datetime) -> dict[str, int]:
    """Dock who serves to grids by line, all or none; the same rows again change nothing.

    Returns how many lines of grids were `added`, `changed`, and the `same`; each of the first two leaves an entry.
    Raises NotDocked for a grid, a unit or a post that is none, PermissionDenied.
    """
    town, tree = actor.town, grid_tree(actor.town)
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    if any(row.grid_id not in tree for row in rows):
        raise NotDocked("not_there")
    must_serve(town, [server for row in rows for server in row.servers.values()], now)
    held = LineService.objects.for_system("lines of service", town).select_for_update()
    standing = {(row.grid_id, row.line): row for row in held.order_by("id")}
    done, begun, lines = Counter(added=0, changed=0, same=0), list[LineService](), list[Line]()
    for row in rows:
        for line, server in row.servers.items():
            stands = standing.get((row.grid_id, line))
            if stands is None:
                made = LineService(
                    town=town, grid_id=row.grid_id, line=line, unit_id=server.unit_id, post_id=server.post_id
                )
                begun.append(made)
                lines.append(added(made, KIND))
                done["added"] += 1
            else:
                done["changed" if _changed(stands, server, lines) else "same"] += 1
    LineService.objects.bulk_create(begun, batch_size=200)
    record_each(lines, actor=actor, now=now)
    if lines:
        bump(town)
    return dict(done)


def _changed(row: LineService, server: Server, lines: list[Line]) -> bool:
    line = altered(row, KIND, {"unit_id": server.unit_id, "post_id": server.post_id})
    if line is None:
        return False
    row.save(update_fields=changed_by(line))
    lines.append(line)
    return True
