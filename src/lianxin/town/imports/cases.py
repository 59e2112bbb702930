"""Cases from another system's table, through the door every case comes through, each once however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.queries.setup import kinds
from lianxin.keys.models import Once
from lianxin.keys.once import KeyUsedOtherwise, OnceKey
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import system
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.rows import Entrant, RowReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.town.imports.maps import ColumnMap
    from lianxin.town.imports.tables import Table

BATCH: Final = 200  # rows of one transaction: what a broken-off import may have to do again
PREVIEWED: Final = 5

Progress = Callable[[int], object]


@dataclass(slots=True)
class Looked:
    """What a first reading found: how many rows, the first of them as they would be, and every fault."""

    rows: int = 0
    sound: int = 0
    known: int = 0  # went in earlier
    repeats: int = 0  # stand in the file more than once, word for word
    first: list[Entrant] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def fresh(self) -> int:
        """Rows that would go in now."""
        return self.sound - self.known

    @property
    def refused(self) -> int:
        """Rows with a fault; a row may have several."""
        return len({fault.row for fault in self.faults})


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did: cases added, and rows that were there already."""

    added: int
    same: int


def kind_to_open(town: Town, kind: str) -> str:
    """The kind of case asked for, or the one residents open; raises Unreadable for one the town does not know."""
    known = [flow.key for flow in kinds(town)]
    wanted = kind or town.settings.get("report_kind", "")
    if wanted not in known:
        every = "、".join(known)
        raise Unreadable(f"没有这种事项：{wanted}。现有：{every}。", f"No such kind of case: {wanted}.")
    return str(wanted)


def look(table: Table, plan: ColumnMap, town: Town, *, kind: str, now: datetime, progress: Progress) -> Looked:
    """Read the whole table and write nothing: what would go in, what is there already, what is refused and why."""
    found, reader = Looked(), RowReader(table, plan, town, kind=kind, now=now)
    seen: dict[str, tuple[int, str]] = {}
    sound = _sound(table, reader, found, seen, progress)
    while batch := list(islice(sound, BATCH)):
        _sort(batch, found, _known(town, plan, batch), reader.number_column)
        progress(found.rows)
    return found


def bring(table: Table, plan: ColumnMap, town: Town, *, kind: str, progress: Progress) -> Brought:
    """Open a case for every sound row that is not there yet, in batches of one transaction.

    Broken off and begun again, it goes on where it was; a second run adds nothing. The time limits run from now, the
    time the old system recorded is kept as `happened_at`, nobody is notified.
    """
    begun = timezone.now()
    reader, found = RowReader(table, plan, town, kind=kind, now=begun), Looked()
    sound = _sound(table, reader, found, {}, lambda done: None)
    added = same = 0
    while batch := list(islice(sound, BATCH)):
        known = _known(town, plan, batch)
        fresh = [entrant for entrant in batch if entrant.key not in known]
        same += sum(known.get(entrant.key) == entrant.digest for entrant in batch)
        if fresh:
            added += _open(fresh, plan, town)
        progress(found.rows)
    if added:
        with transaction.atomic():
            record(Line("import", town.pk, "import", {"map": plan.key, "added": added}), actor=system(town), now=begun)
    return Brought(added, same)


def _sound(
    table: Table, reader: RowReader, found: Looked, seen: dict[str, tuple[int, str]], progress: Progress
) -> Iterator[Entrant]:
    """The sound rows, each number once; the others' faults are noted."""
    for row, cells in table.rows():
        found.rows += 1
        if found.rows % 500 == 0:
            progress(found.rows)
        read = reader.read(row, cells)
        if isinstance(read, list):
            found.faults += read
            continue
        first, digest = seen.setdefault(read.key, (row, read.digest))
        if digest != read.digest:
            said = {"value": read.key, "row": first}
            found.faults.append(RowFault(row, reader.number_column, "repeated", said))
        elif first != row:
            found.repeats += 1
        else:
            yield read


def _known(town: Town, plan: ColumnMap, batch: Iterable[Entrant]) -> dict[str, str]:
    """Digests of those that went in earlier, by number."""
    rows = Once.objects.for_system("import", town).filter(scope=plan.scope, key__in=[e.key for e in batch])
    return dict(rows.values_list("key", "digest"))


def _sort(batch: Iterable[Entrant], found: Looked, known: dict[str, str], column: str) -> None:
    for entrant in batch:
        if known.get(entrant.key, entrant.digest) != entrant.digest:
            found.faults.append(RowFault(entrant.row, column, "changed", {"value": entrant.key}))
            continue
        found.sound += 1
        found.known += entrant.key in known
        if len(found.first) < PREVIEWED:
            found.first.append(entrant)


@transaction.atomic
def _open(fresh: Iterable[Entrant], plan: ColumnMap, town: Town) -> int:
    actor: Any = system(town)
    now, added = timezone.now(), 0
    for entrant in fresh:
        once = OnceKey(plan.scope, entrant.key, entrant.digest, forever=True)
        try:
            added += not open_case(entrant.draft, actor=actor, now=now, once=once).repeated
        except KeyUsedOtherwise:  # another import of this map is running and was first
            continue
    return added
