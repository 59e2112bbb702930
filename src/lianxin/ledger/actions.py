"""The one way to write history."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.rows import changes_of
from lianxin.ledger.chain import FIRST, entry_digest, merkle_root, moment, new_text_key, seal_mac, text_digest
from lianxin.ledger.models import Entry, Head, Seal, Text

AT_ONCE = 200  # chains written together


@dataclass(frozen=True, slots=True)
class Line:
    """What an entry is to say: the subject, the act, what became true, and the texts people wrote.

    `about` names the texts that are of somebody else than the subject, as one of a case's reporters: they are erased
    with that one.
    """

    subject_kind: str
    subject_id: int
    act: str
    data: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    step: str = ""
    counts: str = ""
    late: bool = False
    about: Mapping[str, int] = field(default_factory=dict)


def facts_of(entry: Entry) -> dict[str, Any]:
    """Everything of an entry that its digest covers."""
    return {
        "id": str(entry.pk), "town": str(entry.town_id), "subject": f"{entry.subject_kind}:{entry.subject_id}",
        "seq": entry.seq, "act": entry.act, "source": entry.source, "step": entry.step, "counts": entry.counts,
        "late": entry.late, "account": entry.account_id, "post": entry.post_id, "at": moment(entry.at),
        "data": entry.data,
    }  # fmt: skip


def make_entry(line: Line, *, seq: int, prev: str, actor: Any, now: datetime) -> tuple[Entry, list[Text]]:
    """Make, but do not write, the entry that follows `prev`, and its texts."""
    texts, digests, entry_id = [], {}, new_id()
    for name, body in line.texts.items():
        key = new_text_key()
        digests[name] = text_digest(key, body)
        whose = line.about.get(name, line.subject_id)
        texts.append(Text(town_id=actor.town_id, entry_id=entry_id, subject_id=whose, field=name, body=body, key=key))
    beside = {"texts": digests, "about": dict(line.about)}
    data = {**line.data, **{name: told for name, told in beside.items() if told}}
    entry = Entry(
        id=entry_id, town_id=actor.town_id, subject_kind=line.subject_kind, subject_id=line.subject_id, seq=seq,
        act=line.act, source=line.source, step=line.step, counts=line.counts, late=line.late,
        account_id=actor.account_id, post_id=actor.post_id, at=now, data=data, prev=prev,
    )  # fmt: skip
    entry.digest = entry_digest(prev, facts_of(entry))
    return entry, texts


def record(line: Line, *, actor: Any, now: datetime) -> Entry:
    """Append an entry to a chain that the ledger keeps the head of; call it in the transaction of the change."""
    if not connection.in_atomic_block:
        raise RuntimeError("history is written in the same transaction as the change")
    head = _lock_head(line, actor.town_id)
    entry, texts = make_entry(line, seq=head.seq + 1, prev=head.digest, actor=actor, now=now)
    entry.save(force_insert=True)
    Text.objects.bulk_create(texts)
    head.seq, head.digest = entry.seq, entry.digest
    head.save(update_fields=["seq", "digest"])
    return entry


def record_each(lines: Sequence[Line], *, actor: Any, now: datetime) -> None:
    """Append an entry to each of many chains, as `record` does one by one; a few statements for all of them.

    For an import, in the transaction that holds the rows it is about. Raises ValueError for a subject said twice.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("history is written in the same transaction as the change")
    if len({(line.subject_kind, line.subject_id) for line in lines}) < len(lines):
        raise ValueError("a subject is said twice")
    for start in range(0, len(lines), AT_ONCE):
        _record_some(lines[start : start + AT_ONCE], actor=actor, now=now)


def _record_some(lines: Sequence[Line], *, actor: Any, now: datetime) -> None:
    town_id, ids = actor.town_id, [line.subject_id for line in lines]
    rows = Head.objects.for_system("lock the chains", town_id)
    kinds = {line.subject_kind for line in lines}
    locked = rows.select_for_update().filter(subject_kind__in=kinds, subject_id__in=ids).order_by("id")
    held = {(head.subject_kind, head.subject_id): head for head in locked}
    begun, entries, texts = [], [], list[Text]()
    for line in lines:
        head = held.get((line.subject_kind, line.subject_id))
        if head is None:
            head = Head(
                town_id=town_id, subject_kind=line.subject_kind, subject_id=line.subject_id, seq=0, digest=FIRST
            )
            begun.append(head)
        entry, said = make_entry(line, seq=head.seq + 1, prev=head.digest, actor=actor, now=now)
        head.seq, head.digest = entry.seq, entry.digest
        entries.append(entry)
        texts += said
    Entry.objects.bulk_create(entries)
    Text.objects.bulk_create(texts)
    Head.objects.bulk_create(begun)
    changes_of(list(held.values()), ["seq", "digest"]).write()


def _lock_head(line: Line, town_id: int) -> Head:
    rows = Head.objects.for_system("lock the chain", town_id).select_for_update()
    where = {"subject_kind": line.subject_kind, "subject_id": line.subject_id}
    head = rows.filter(**where).first()
    if head is None:
        try:
            with transaction.atomic():
                Head(town_id=town_id, seq=0, digest=FIRST, **where).save(force_insert=True)
        except IntegrityError:  # another writer began the chain at the same moment
            pass
        head = rows.get(**where)
    return head


@transaction.atomic
def seal(town: Town, *, now: datetime) -> Seal | None:
    """Seal a town's new entries under the key outside the database; None when there are none.

    The seal is also appended to a file outside the database, so that a database put back to an earlier state shows.
    """
    last = Seal.objects.for_system("seal", town).select_for_update().order_by("-number").first()
    fresh = Entry.objects.for_system("seal", town).filter(seal_id=None).order_by("id").values_list("id", "digest")
    leaves = list(fresh[:50_000])
    if not leaves:
        return None
    made = Seal(
        town=town, number=last.number + 1 if last else 1, count=len(leaves), at=now,
        root=merkle_root([digest for _, digest in leaves]), prev=last.mac if last else FIRST,
    )  # fmt: skip
    made.mac = seal_mac(settings.LIANXIN_SEAL_KEY, seal_facts(made))
    made.save(force_insert=True)
    for start in range(0, len(leaves), 500):
        ids = [pk for pk, _ in leaves[start : start + 500]]
        Entry.objects.for_system("seal", town).filter(id__in=ids).update(seal_id=made.pk)
    transaction.on_commit(lambda: _publish(made))
    return made


def seal_all(town: Town, *, now: datetime) -> None:
    """Seal all that is not sealed yet: for commands that write much and may be run while no worker is."""
    while seal(town, now=now) is not None:
        pass


def seal_facts(made: Seal) -> dict[str, Any]:
    """Everything of a seal that its mac covers."""
    return {
        "id": str(made.pk), "town": str(made.town_id), "number": made.number, "count": made.count,
        "root": made.root, "at": moment(made.at), "prev": made.prev,
    }  # fmt: skip


def _publish(made: Seal) -> None:
    with open(settings.LIANXIN_SEAL_LOG, "a+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - 1, 0))
        whole = file.read(1) in {b"", b"\n"}  # else the power went in the middle of the last line
        line = f"{made.town_id} {made.number} {made.count} {made.mac}\n".encode()
        file.write(line if whole else b"\n" + line)


@transaction.atomic
def erase_texts(
    subject_kind: str, subject_id: int, *, reason: str, actor: Any, now: datetime, only: Collection[int] | None = None
) -> int:
    """Erase texts of a subject, for good; the chain keeps their digests and still checks. Returns how many.

    `only`: the ids of those that go; None: all of them.
    """
    rows = Text.objects.for_system("erase", actor.town_id).filter(
        subject_id=subject_id, entry__subject_kind=subject_kind, erased_at=None
    )
    ids = [pk for pk in rows.values_list("id", flat=True) if only is None or pk in only]
    Text.objects.for_system("erase", actor.town_id).filter(id__in=ids).update(body="", key="", erased_at=now)
    record(
        Line("erasure", subject_id, "erase", {"of": subject_kind, "erased": len(ids), "reason": reason}),
        actor=actor,
        now=now,
    )
    return len(ids)
