"""Who serves each grid in the eight lines out, as an import takes it in: what each grid says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianxin.people.lines import Server, said_of
from lianxin.people.models import LineService
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from lianxin.town.exports.writing import Column
from lianxin.town.imports.holders import holders_of
from lianxin.town.imports.rows import units_by_word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("grid", "网格编码", 20), Column("name", "网格名称", 20),
    *(Column(line, line, 18) for line in LineService.Line.values),
)  # fmt: skip


def line_rows(town: Town, *, now: datetime) -> Iterator[Row]:
    """Every grid down to the small ones, and the micro-grids that say something; empty where the grid above counts."""
    said, words = said_of(town), _words(town, now)
    speaking = {grid for grid, _line in said}
    for node in sorted(grid_tree(town).values(), key=lambda node: (len(node.code), node.code)):
        if node.level == Grid.Level.MICRO and node.id not in speaking:
            continue
        servers = {line: said.get((node.id, line)) for line in LineService.Line.values}
        told = {line: words.get(server, "") for line, server in servers.items() if server is not None}
        yield {"grid": node.code, "name": node.name, **told}


def _words(town: Town, now: datetime) -> dict[Server, str]:
    """How a cell names each who is said to serve; whoever serves no more is left out, so that it stays as it is."""
    by_word, names = units_by_word(town, serving=True), dict[int, str]()
    for word, unit in by_word.items():
        if unit is None:
            continue
        names[unit.pk] = word if word == unit.name else names.get(unit.pk, word)
    words = {Server(unit_id=pk): name for pk, name in names.items()}
    for account, posts in holders_of(town, now).items():
        alone = len({post.unit_id for post in posts}) == 1 and account not in by_word
        for post in posts:
            if alone:
                words[Server(post_id=post.id)] = account
            elif post.unit_id in names:
                words[Server(post_id=post.id)] = f"{account}/{names[post.unit_id]}"
    return words
