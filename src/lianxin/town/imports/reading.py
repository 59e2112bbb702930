"""A table read row by row: where its columns stand, what the file calls them, and every fault of it.

What each sort of row means is said by the reader of its own; how one is read, noted and left out is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lianxin.cases.pickers import grid_name
from lianxin.places.datum import BadPoint, Datum, to_wgs84
from lianxin.places.sites.queries import Misplaced, ground_of
from lianxin.town.imports.cells import Wrong, read_row, text_of
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.tables import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from lianxin.keys.models import Town
    from lianxin.town.imports.tables import Cells, Table

Columns = dict[str, int]
Titles = Mapping[str, tuple[str, ...]]


def columns_of(table: Table, titles: Titles) -> Columns:
    """Where the columns stand that the table has, by what they hold."""
    return {target: at for target, words in titles.items() if (at := column_of(table, words)) is not None}


def needed(columns: Columns, titles: Titles, required: Iterable[str], hint: tuple[str, str]) -> None:
    """Raise Unreadable, with a hint in both languages, where a needed column lacks."""
    if lacking := "、".join(titles[target][0] for target in required if target not in columns):
        raise Unreadable(f"表里缺少列：{lacking}。{hint[0]}", f"The table lacks the columns {lacking}. {hint[1]}")


class Reading:
    """Reads the rows of one table. `columns` says where what stands; `names`, what the file, or else the template,
    calls each column.
    """

    def __init__(self, table: Table, columns: Columns, titles: Titles) -> None:
        self.columns = columns
        self.names = {target: words[0] for target, words in titles.items()}
        self.names |= {target: table.names[at] for target, at in columns.items()}
        self.faults: list[RowFault] = []

    def fault(self, row: int, target: str, wrong: Wrong) -> None:
        """Note what is wrong with a cell."""
        self.faults.append(RowFault(row, self.names[target], wrong.code, wrong.said))

    def cells(
        self, row: int, cells: Cells, readers: Mapping[str, Callable[[Any], Any]], required: Collection[str]
    ) -> tuple[dict[str, Any], bool]:
        """What the cells of a row say, and whether all of them could be meant; what could not is noted."""
        got, wrong = read_row(readers, self.columns, cells, required=required)
        for target, each in wrong.items():
            self.fault(row, target, each)
        return got, not wrong


class PlacedReading(Reading):
    """Reads rows that lie somewhere: at a point, in a grid that is named, or both."""

    def __init__(self, table: Table, columns: Columns, titles: Titles, town: Town, datum: Datum) -> None:
        super().__init__(table, columns, titles)
        self.town, self._datum = town, datum

    def point(self, row: int, got: Mapping[str, Any]) -> tuple[float, float] | None:
        """The point in WGS-84; None where none is said, or what is said is noted as wrong."""
        lon, lat = got.get("lon") or "", got.get("lat") or ""
        if not (lon or lat):
            return None
        try:
            return to_wgs84(lon, lat, self._datum)
        except BadPoint:
            self.fault(row, "lon", Wrong("bad_place", value=f"{lon}, {lat}"))
            return None

    def ground(self, row: int, point: tuple[float, float] | None, named: int | None) -> int | None:
        """The grid, from the point and as named; None, and why it cannot be is noted, where there is none."""
        try:
            return ground_of(self.town, point, named)
        except Misplaced as wrong:
            target, value = ("grid", grid_name(self.town, wrong.grid)) if wrong.code != "outside" else ("lon", "")
            self.fault(row, target, Wrong(f"site_{wrong.code}", value=value))
            return None


def coordinate(cell: Any) -> str:
    """A coordinate as it is written; what it means is asked when both are there. Raises Wrong."""
    return text_of(cell).strip()


class Row(Protocol):
    """What a row was made into: it knows where in the file it stood."""

    @property
    def row(self) -> int:
        """The number of the row, as a spreadsheet program shows it."""


Read = TypeVar("Read", bound=Row)


def parted(rows: Iterable[Read], faults: Iterable[RowFault]) -> tuple[list[Read], list[RowFault]]:
    """The rows without a fault, and the faults in the order of the file."""
    told = sorted(faults, key=lambda fault: fault.row)
    bad = {fault.row for fault in told}
    return [row for row in rows if row.row not in bad], told
