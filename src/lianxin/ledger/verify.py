"""Replay the ledger and name the first thing of every subject that does not hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db.models import Exists, OuterRef

from lianxin.keys.models import Town
from lianxin.ledger.actions import facts_of, seal_facts
from lianxin.ledger.chain import FIRST, entry_digest, merkle_root, seal_mac, text_digest
from lianxin.ledger.models import Entry, Head, Seal, Text

CHUNK = 500
HEX = frozenset("0123456789abcdef")
MISSHAPEN = (LookupError, TypeError, ValueError, AttributeError, InvalidTag)  # what tampered JSON or ciphers raise


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that does not hold: which subject, which entry of it (0: the whole), what, and in what way."""

    subject: str
    seq: int
    what: str
    detail: str = ""

    def __str__(self) -> str:
        place = f" entry {self.seq}" if self.seq else ""
        return f"{self.subject}{place}: {self.what}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Replay:
    """What an app checks about its own subjects beside the chain itself.

    `heads` gives (seq, digest) of the subjects whose rows keep them, None where the ledger does; `holds` compares rows
    with replayed entries; `missing` names rows of the app whose chain is not there at all.
    """

    kind: str
    heads: Callable[[Town, Sequence[int]], Mapping[int, tuple[int, str]]] | None
    holds: Callable[[Town, Mapping[int, Sequence[Entry]], Mapping[int, Sequence[Text]]], Iterator[Broken]]
    missing: Callable[[Town], Iterator[Broken]]


_replays: dict[str, Replay] = {}


def register(replay: Replay) -> None:
    """Add an app's check of its own kind of subject."""
    _replays[replay.kind] = replay


def verify(town: Town, *, progress: Callable[[int], Any] = lambda done: None) -> Iterator[Broken]:
    """Everything of a town that does not hold: chains, texts, rows, files, seals."""
    done = 0
    for chains in _chains(town):
        by_kind: dict[str, dict[int, list[Entry]]] = {}
        for (kind, subject), entries in chains.items():
            by_kind.setdefault(kind, {})[subject] = entries
        for kind, subjects in by_kind.items():
            yield from _check_subjects(town, kind, subjects)
        done += len(chains)
        progress(done)
    for replay in _replays.values():
        yield from _missing(replay, town)
    yield from _lost_chains(town)
    yield from _check_seals(town)


def unsealed(town: Town) -> int:
    """How many entries of a town no seal covers yet: of these alone, a chain made anew with its row goes unseen."""
    return Entry.objects.for_system("verify", town).filter(seal_id=None).count()


def _chains(town: Town) -> Iterator[dict[tuple[str, int], list[Entry]]]:
    """All chains of a town, whole, some hundreds at a time."""
    rows = Entry.objects.for_system("verify", town).order_by("subject_kind", "subject_id", "seq", "id")
    held: dict[tuple[str, int], list[Entry]] = {}
    for entry in rows.iterator(chunk_size=2000):
        key = (entry.subject_kind, entry.subject_id)
        if key not in held and len(held) >= CHUNK:
            yield held
            held = {}
        held.setdefault(key, []).append(entry)
    if held:
        yield held


def _check_subjects(town: Town, kind: str, subjects: dict[int, list[Entry]]) -> Iterator[Broken]:
    texts: dict[int, list[Text]] = {}
    for text in Text.objects.for_system("verify", town).filter(
        entry_id__in=[entry.pk for entries in subjects.values() for entry in entries]
    ):
        texts.setdefault(text.entry_id, []).append(text)
    yield from _wiped(town, kind, [text for rows in texts.values() for text in rows if text.erased_at])
    replay = _replays.get(kind)
    of_rows = replay.heads if replay else None
    heads = of_rows(town, list(subjects)) if of_rows else _own_heads(town, kind, list(subjects))
    sound = {}
    for subject, entries in subjects.items():
        found = list(_check_chain(f"{kind}:{subject}", entries, heads.get(subject), texts))
        yield from found
        if not found:  # what a broken chain tells is nothing to compare rows with
            sound[subject] = entries
    if replay:
        yield from _compared(replay, town, sound, texts)


def _compared(
    replay: Replay, town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> list[Broken]:
    """What an app finds; a subject of which something is not even of the right shape is named by itself."""
    try:
        return list(replay.holds(town, subjects, texts))
    except MISSHAPEN:
        if len(subjects) == 1:
            return [Broken(f"{replay.kind}:{next(iter(subjects))}", 0, "its history or its row cannot be read")]
    return [
        each for subject in subjects for each in _compared(replay, town, {subject: subjects[subject]}, texts)
    ]  # fmt: skip


def _missing(replay: Replay, town: Town) -> list[Broken]:
    try:
        return list(replay.missing(town))
    except MISSHAPEN:
        return [Broken(replay.kind, 0, "rows of this kind, or their histories, cannot be read")]


def _wiped(town: Town, kind: str, erased: Sequence[Text]) -> Iterator[Broken]:
    """Texts marked as erased that no erasure in the history tells of."""
    subjects = {text.subject_id for text in erased}
    rows = Entry.objects.for_system("verify", town).filter(subject_kind="erasure", subject_id__in=subjects)
    told = {(entry.subject_id, entry.at) for entry in rows if entry.data.get("of") == kind}
    for text in erased:
        if (text.subject_id, text.erased_at) not in told:
            yield Broken(
                f"{kind}:{text.subject_id}", 0, "a text was erased without an erasure in its history", text.field
            )


def _own_heads(town: Town, kind: str, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = Head.objects.for_system("verify", town).filter(subject_kind=kind, subject_id__in=ids)
    return {row.subject_id: (row.seq, row.digest) for row in rows}


def _check_chain(
    name: str, entries: Sequence[Entry], head: tuple[int, str] | None, texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    """The first entry that does not follow, then the head."""
    prev = FIRST
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected:
            yield Broken(name, expected, "an entry is missing")
            return
        sound = isinstance(entry.data, dict) and entry.prev == prev
        if not sound or entry_digest(prev, facts_of(entry)) != entry.digest:
            yield Broken(name, entry.seq, "altered or out of order", entry.act)
            return
        if (fault := _text_fault(entry, texts.get(entry.pk, ()))) is not None:
            yield Broken(name, entry.seq, "a text does not match its entry", fault)
            return
        prev = entry.digest
    if head is None:
        yield Broken(name, 0, "has entries but no row")
    elif head != (len(entries), prev):
        yield Broken(name, head[0], "the chain does not end where its row says", "entries cut off or added")


def _text_fault(entry: Entry, texts: Sequence[Text]) -> str | None:
    known: Mapping[str, str] = entry.data.get("texts", {})
    rows = {text.field: text for text in texts}
    about: Mapping[str, int] = entry.data.get("about", {})
    if set(rows) != set(known):
        return ", ".join(sorted(set(rows) ^ set(known)))
    for field, digest in known.items():
        row = rows[field]
        if row.subject_id != about.get(field, entry.subject_id):
            return field
        if row.erased_at is not None:
            if row.body or row.key:
                return field
        elif not _is_hex(row.key) or text_digest(row.key, row.body) != digest:
            return field
    return None


def _is_hex(text: str) -> bool:
    return len(text) > 1 and len(text) % 2 == 0 and not set(text) - HEX


def _lost_chains(town: Town) -> Iterator[Broken]:
    """Heads whose whole chain has been taken away."""
    entries = Entry.objects.for_system("verify", town)
    chain = entries.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
    for head in Head.objects.for_system("verify", town).filter(~Exists(chain), seq__gt=0):
        yield Broken(f"{head.subject_kind}:{head.subject_id}", 0, "its whole chain is missing")


def _check_seals(town: Town) -> Iterator[Broken]:
    """Every seal follows the one before, is made with the key, covers its entries, and is as published."""
    prev, seals = FIRST, list(Seal.objects.for_system("verify", town).order_by("number"))
    for expected, made in enumerate(seals, start=1):
        name = f"seal:{made.number}"
        if made.number != expected or made.prev != prev:
            yield Broken(f"seal:{expected}", 0, "missing or out of order")
            return
        if seal_mac(settings.LIANXIN_SEAL_KEY, seal_facts(made)) != made.mac:
            yield Broken(name, 0, "not made with the town's key")
        yield from _check_covered(town, made)
        prev = made.mac
    yield from _check_published(town, seals)


def _check_covered(town: Town, made: Seal) -> Iterator[Broken]:
    rows = Entry.objects.for_system("verify", town).filter(seal_id=made.pk).order_by("id")
    digests = list(rows.values_list("digest", flat=True))
    if len(digests) != made.count:
        yield Broken(
            f"seal:{made.number}", 0, "entries it sealed are missing or added", f"{len(digests)} of {made.count}"
        )
    elif not all(map(_is_hex, digests)) or merkle_root(digests) != made.root:
        yield Broken(f"seal:{made.number}", 0, "an entry it sealed was changed")


def _check_published(town: Town, seals: Sequence[Seal]) -> Iterator[Broken]:
    path = Path(settings.LIANXIN_SEAL_LOG)
    if not path.exists():
        if seals:
            yield Broken("seals", 0, "the published list of seals is missing", path.name)
        return
    told = {f"{town.pk} {seal.number} {seal.count} {seal.mac}" for seal in seals}
    for line in path.read_text("ascii", errors="replace").splitlines():
        if not line.startswith(f"{town.pk} ") or line in told:
            continue
        if any(each.startswith(line) for each in told):
            continue  # the power went while it was written
        number = line.split()[1]
        yield Broken(f"seal:{number}", 0, "published, but no longer in the database as it was")
        return
