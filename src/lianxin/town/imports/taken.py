"""Files that were taken in: each leaves an entry of its own beside those of its rows, by which it is found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import prefetch_related_objects

from lianxin.ledger.actions import Line, record
from lianxin.ledger.models import Entry
from lianxin.people.models import Account
from lianxin.town.imports.sorts import SORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor
    from lianxin.town.models import Upload

KIND: Final = "import"
ACT: Final = "import"
BACK: Final = "restore"
DID: Final = ("added", "changed", "gone", "accounts")  # what a file may have done, by the names of its entry
A_PAGE: Final = 30
AT_ONCE: Final = 200  # entries whose texts are read together


def note_taken(pk: int, told: Mapping[str, Any], name: str, *, actor: Actor, now: datetime) -> None:
    """Say that a file was taken in, in the transaction of its rows and with their `actor` and `now`.

    `told`: what it held, its digest and size, what was done; `name`: what the file was called. One that did nothing
    leaves nothing.
    """
    if any(told.get(name) for name in DID):
        record(Line(KIND, pk, ACT, dict(told), {"name": name}), actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was taken in: its entry, what it held, what it was called, who took it, and the times it was taken
    back since, the oldest first.
    """

    entry: Entry
    what: str
    name: str
    who: str
    backs: tuple[Entry, ...] = ()


def taken_files(actor: Actor, *, before: int = 0) -> list[TakenFile]:
    """The files that were taken in of what the actor may bring, the newest first; `before`: those before an entry."""
    rows = _entries(actor).order_by("-at", "-id")
    if before:
        rows = rows.filter(pk__lt=before)
    return _read(actor.town, list(rows[:A_PAGE]))


def taken_file(actor: Actor, pk: int) -> TakenFile | None:
    """One of them by the id of its entry; None for none."""
    return next(iter(_read(actor.town, list(_entries(actor).filter(pk=pk)[:1]))), None)


def entry_of(upload: Upload) -> Entry | None:
    """The entry of a file that was taken in on the page; None for one that was not."""
    rows = Entry.objects.for_system("files taken in", upload.town_id).filter(subject_kind=KIND, subject_id=upload.pk)
    return rows.filter(act=ACT).first()


def _entries(actor: Actor) -> Any:
    mine = [sort.key for sort in SORTS.values() if actor.can(sort.permission)]
    rows = Entry.objects.for_system("files taken in", actor.town).filter(subject_kind=KIND, act=ACT)
    return rows.filter(data__what__in=mine)


def _read(town: Town, entries: Sequence[Entry]) -> list[TakenFile]:
    rows = Entry.objects.for_system("files taken in: taken back", town).filter(subject_kind=KIND, act=BACK)
    backs: dict[int, list[Entry]] = {}
    for back in rows.filter(subject_id__in=[each.subject_id for each in entries]).order_by("seq"):
        backs.setdefault(back.subject_id, []).append(back)
    people = Account.objects.in_bulk([each.account_id for each in entries if each.account_id])
    names = {each.pk: next((text.body for text in each.texts.all() if text.field == "name"), "") for each in entries}
    return [
        TakenFile(
            each, each.data["what"], names[each.pk], getattr(people.get(each.account_id or 0), "name", ""),
            tuple(backs.get(each.subject_id, ())),
        )
        for each in entries
    ]  # fmt: skip


def rows_of(town: Town, entry: Entry) -> Iterator[Entry]:
    """The entries of the rows a file brought: written by the same hand in the same moment, before its own."""
    rows = Entry.objects.for_system("rows of a file taken in", town).filter(at=entry.at, id__lt=entry.pk)
    same = rows.filter(account_id=entry.account_id, post_id=entry.post_id).exclude(subject_kind=KIND)
    found = list(same.order_by("id"))
    for at in range(0, len(found), AT_ONCE):  # a statement for all of thousands is more than SQLite takes
        prefetch_related_objects(found[at : at + AT_ONCE], "texts")
    yield from found
