"""Photos of a case against its history: the rows, and what lies on the disk for each of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from lianxin.cases.models import Case, Photo
from lianxin.forms.models import Cover, File
from lianxin.forms.photos import faults_of, misfit, orphans
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import CHUNK, Broken

SWEPT: Final = timedelta(days=2)  # what a write that never committed left is swept away once a day


def photos_hold(town: Town, case: Case, entries: Sequence[Entry], rows: Sequence[Photo]) -> Iterator[Broken]:
    """Each photo that came with an entry is there as it came, at its moment, but for those that were erased."""
    told = sorted(
        (entry.pk, kept["moment"], entry.at, digest)
        for entry in entries
        if (kept := entry.data.get("photos"))
        for digest in kept["digests"]
    )
    gone = {digest for entry in entries if entry.act == "erase_photos" for digest in entry.data["given"]["digests"]}
    kept_now = sorted((photo.entry_id, photo.moment, photo.at, photo.file.digest) for photo in rows)
    if kept_now != [each for each in told if each[3] not in gone]:
        yield Broken(f"case:{case.number}", 0, "its photos disagree with its history")
    for digest in sorted({digest for *_, digest in told} - gone):
        for fault in faults_of(town.pk, digest, _thumb(entries, digest)):
            yield Broken(f"case:{case.number}", 0, fault, digest[:12])


def _thumb(entries: Sequence[Entry], digest: str) -> str:
    """The digest that was kept of a photo's small picture as it first came; "" by entries that kept none."""
    for entry in entries:
        kept = entry.data.get("photos", {})
        for each, thumb in zip(kept.get("digests", ()), kept.get("thumbs", ()), strict=False):
            if each == digest and thumb:
                return str(thumb)
    return ""


def files_hold(town: Town) -> Iterator[Broken]:
    """No row and no file is there that no case and no cover knows, and each row says of its file what is so."""
    swept_until = datetime.now(UTC) - SWEPT  # by the clock that dates files
    of_cases = Photo.objects.for_system("verify", town).values("file_id")
    of_covers = Cover.objects.for_system("verify", town).values("file_id")
    rows = File.objects.for_system("verify", town)
    for file in rows.exclude(id__in=of_cases).exclude(id__in=of_covers):
        yield Broken(f"file:{file.digest[:12]}", 0, "a photo that belongs to nothing")
    for file in rows.iterator(chunk_size=CHUNK):
        if misfit(file):
            yield Broken(f"file:{file.digest[:12]}", 0, "its size is not that of the photo")
    for path in orphans(town.pk, older_than=swept_until):
        yield Broken(f"file:{path.name[:12]}", 0, "a file that nobody sent lies among the photos", path.name)
