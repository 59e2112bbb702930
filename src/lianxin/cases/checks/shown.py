"""What the public may see, against its history: published texts, and the covered copies of photos."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from lianxin.cases.actions.publish import SUBJECT
from lianxin.cases.models import Case, Photo, Publication
from lianxin.forms.models import Cover
from lianxin.forms.photos import faults_of
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import Broken, Replay, register

PUBLISH, WITHHOLD = "publish", "withhold"
DECIDED = (PUBLISH, WITHHOLD, "consent_withdrawn")
WORDS = ("title", "text", "answer", "place")


def _publications(
    town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    """What stands on the public board is what was decided last."""
    rows = {row.case_id: row for row in Publication.objects.for_system("verify", town).filter(case_id__in=subjects)}
    numbers = dict(Case.objects.for_system("verify", town).filter(id__in=subjects).values_list("id", "number"))
    for pk, entries in subjects.items():
        decided = [entry for entry in entries if entry.act in DECIDED]
        told = _told(decided[-1], texts.get(decided[-1].pk, ())) if decided else None
        row = rows.get(pk)
        name = f"publication:{numbers.get(pk, pk)}"
        if row is not None and told is None:
            yield Broken(name, 0, "it stands although nobody decided so, or it was taken down")
        elif row is None and told is not None:
            yield Broken(name, decided[-1].seq, "what was decided is not there")
        elif row is not None and told is not None:
            differs = [column for column, value in told.items() if getattr(row, column) != value]
            if differs:
                yield Broken(name, decided[-1].seq, "it is not what was decided", ", ".join(differs))


def _told(entry: Entry, texts: Sequence[Text]) -> dict[str, Any] | None:
    """The row as a decision leaves it; None for none, or once its words were erased."""
    if entry.act not in (PUBLISH, WITHHOLD) or any(text.erased_at for text in texts):
        return None
    said = {text.field: text.body for text in texts if entry.act == PUBLISH}
    state = Publication.State.PUBLISHED if entry.act == PUBLISH else Publication.State.WITHHELD
    return {
        **{name: said.get(name, "") for name in WORDS}, "photos": entry.data.get("photos", []), "state": state,
        "checked_by": entry.account_id or 0, "at": entry.at,
    }  # fmt: skip


def _undecided(town: Town) -> Iterator[Broken]:
    """Rows without any history, and the covers, of which one may stand for the photos of several cases."""
    known = Entry.objects.for_system("verify", town).filter(subject_kind=SUBJECT).values("subject_id")
    for row in Publication.objects.for_system("verify", town).exclude(case_id__in=known).select_related("case"):
        yield Broken(f"publication:{row.case.number}", 0, "it stands although nobody decided so, or it was taken down")
    yield from _covers(town)


def _covers(town: Town) -> Iterator[Broken]:
    told = _covered(town)
    rows = {row.digest: row for row in Cover.objects.for_system("verify", town).select_related("file")}
    for digest, row in rows.items():
        if digest not in told:
            yield Broken(f"cover:{digest[:12]}", 0, "a cover that nobody made, or that was taken away")
            continue
        entry = told[digest]
        now = {"copy": row.file.digest, "areas": row.areas}
        kept = {name: value for name, value in entry.data.items() if name in now and "copy" in entry.data}
        if row.at != entry.at or kept != {name: now[name] for name in kept}:
            yield Broken(f"cover:{digest[:12]}", 0, "the cover is not the one that was made")
        for fault in faults_of(town.pk, kept.get("copy", row.file.digest), entry.data.get("thumb", "")):
            yield Broken(f"cover:{digest[:12]}", 0, fault, "covered")
    for digest in told.keys() - rows.keys():
        yield Broken(f"cover:{digest[:12]}", 0, "a cover was taken away behind the history")


def _covered(town: Town) -> dict[str, Entry]:
    """By the digest of each photo that is covered, the entry that covered it last; erased photos lose their covers."""
    of_covers = Q(subject_kind=SUBJECT, act__in=("cover", "uncover")) | Q(subject_kind="case", act="erase_photos")
    entries = list(Entry.objects.for_system("verify", town).filter(of_covers).order_by("id"))
    older = {entry.data["photo"] for entry in entries if "photo" in entry.data and "digest" not in entry.data}
    photos = Photo.objects.for_system("verify", town).filter(id__in=older).values_list("id", "file__digest")
    digests, told = dict(photos), dict[str, Entry]()
    for entry in entries:
        given = entry.data.get("given")
        of_one = [entry.data.get("digest", digests.get(entry.data.get("photo", 0), ""))]
        for digest in given["digests"] if given else of_one:
            told.pop(digest, None)
            if digest and entry.act == "cover":
                told[digest] = entry
    return told


register(Replay(SUBJECT, None, _publications, _undecided))
