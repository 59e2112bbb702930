"""Party groups and centre households out, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianxin.ledger.rows import plain
from lianxin.people.centres import masked
from lianxin.people.models import CentreHousehold
from lianxin.town.exports.writing import Column
from lianxin.town.imports.party import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

WIDTHS = {"number": 22, "grid": 20, "name": 24, "leader": 20, "phone": 16, "address": 30}


def columns_of(key: str) -> tuple[Column, ...]:
    """The columns of `groups` or `centres`."""
    _register, titles = TABLES[key]
    numbers = {"members": 0}
    return tuple(Column(name, words[0], WIDTHS.get(name, 10), numbers.get(name)) for name, words in titles.items())


def party_rows(key: str, town: Town, *, personal: bool = False) -> Iterator[Row]:
    """The rows of a register, by grid; a household's own details masked unless `personal`.

    The last column is empty: a row goes where it says 是.
    """
    register, titles = TABLES[key]
    fields = {each.file: each for each in register.fields}
    for row in register.rows(town):
        stands = plain(row)
        told = {name: fields[name].dump(town, stands[fields[name].column]) for name in titles if name in fields}
        if isinstance(row, CentreHousehold) and personal:
            told |= {name: getattr(row, name) for name in masked(row)}
        yield {"number": str(row.pk), **told, "gone": ""}
