"""A file brought in the page: received, looked at, taken in once, and gone again.

Looking writes nothing of the town's. Taking in looks once more, at the town as it is by then, and writes all or
nothing. Both run as a job where the file is large. A file is kept for an hour at most, and not once it is taken in.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.actions.erasing import clean_pages
from lianxin.jobs.queue import enqueue
from lianxin.keys.cache import forget
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, claim
from lianxin.town.imports.faults import RowFault, Unreadable, write_faults
from lianxin.town.imports.sorts import SORTS, Options
from lianxin.town.imports.taken import note_taken
from lianxin.town.models import Upload

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lianxin.people.actors import Actor
    from lianxin.town.imports.sorts import Looked

MOST_BYTES: Final = 50_000_000
LONG_BYTES: Final = 300_000  # what takes longer to read than a page may take to come
LONG_ROWS: Final = 300  # what takes longer to write
KEPT: Final = timedelta(hours=1)
DONE_KEPT: Final = timedelta(days=1)  # what it did, without the file and its faults
SHOWN: Final = 100  # faults and names that the page shows; the list has them all
MOST_FAULTS: Final = 20_000
ROUNDS: Final = 3  # looks at a town that somebody goes on changing meanwhile

State = Upload.State


class TooBig(Exception):
    """The file is larger than MOST_BYTES."""


class Changed(Exception):
    """What the person looked at is not what would be written now: the town has changed. The new look is kept."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was sent: `once` is the key of the form without its digest, which comes of the file too."""

    what: str
    name: str
    chunks: Iterable[bytes]
    options: Options
    key: str = ""


def receive(brought: Brought, *, actor: Actor, now: datetime) -> Upload:
    """Keep a file and look at it, at once or as a job. Raises TooBig, PermissionDenied, KeyUsedOtherwise, KeyError.

    The same form sent twice is one upload.
    """
    _must(actor, brought.what)
    upload = Upload(
        town=actor.town, account_id=actor.account_id or 0, post_id=actor.post_id or 0, what=brought.what,
        name=_plain_name(brought.name), options=asdict(brought.options), made_at=now, expires_at=now + KEPT,
    )  # fmt: skip
    try:
        upload.size, upload.digest = _keep(brought.chunks, path_of(upload))
        earlier = _enter(upload, brought, actor=actor, now=now)
    except BaseException:
        _forget_file(upload)
        raise
    if earlier is not None:
        _forget_file(upload)
        return earlier
    if upload.size <= LONG_BYTES:
        look_at(upload, now=now)
    return upload


def _enter(upload: Upload, brought: Brought, *, actor: Actor, now: datetime) -> Upload | None:
    """Write the row; or, where the form came before, the upload it made then."""
    body = hashlib.sha256(f"{upload.what} {upload.digest} {upload.options}".encode()).hexdigest()
    once = OnceKey(f"upload:{actor.account_id}", brought.key, body) if brought.key else None
    with transaction.atomic():
        before = claim(once, town_id=actor.town_id, result=upload.pk, now=now)
        earlier = Upload.objects.seen_by(actor).filter(pk=before).first() if before is not None else None
        if earlier is None:
            upload.save(force_insert=True)
            if upload.size > LONG_BYTES:
                enqueue("uploads.look", town_id=actor.town_id, run_at=now, upload=upload.pk)
    return earlier


def _must(actor: Actor, what: str) -> None:
    if not actor.can(SORTS[what].permission):
        raise PermissionDenied


# ---- looking ---------------------------------------------------------------------------------------


def look_at(upload: Upload, *, now: datetime) -> None:
    """Read a file for the first time and keep what it would do, or why it cannot be read."""
    _keep_look(upload, _look(upload, now))


def _look(upload: Upload, now: datetime) -> Looked | Unreadable:
    path = path_of(upload)
    if not path.exists():
        return Unreadable("文件已不在，请重新上传。", "The file is gone: send it again.")
    try:
        return SORTS[upload.what].look(path, upload.town, Options(**upload.options), now)
    except Unreadable as bad:
        return bad


def _keep_look(upload: Upload, looked: Looked | Unreadable, *, again: bool = False) -> None:
    """Keep what was found; `again`: it is not what the person saw before."""
    if isinstance(looked, Unreadable):
        upload.state, upload.found = State.UNREADABLE, {"unreadable": [looked.zh, looked.en]}
        _forget_file(upload)
    else:
        upload.state, upload.found = State.LOOKED, {**_told(looked), "again": again}
        write_faults(faults_path(upload), looked.faults[:MOST_FAULTS])
    rows = Upload.objects.for_system("look", upload.town_id).filter(pk=upload.pk)
    rows.exclude(state=State.DONE).update(state=upload.state, found=upload.found)


def _told(looked: Looked) -> dict[str, Any]:
    """What is kept of a look, to be shown: of the faults those first that refuse a row."""
    first = sorted(looked.faults, key=lambda fault: not fault.grave)[:SHOWN]
    return {
        "counts": {"rows": len(looked.rows), **looked.counts}, "grave": looked.grave, "refused": looked.refused,
        "faults": len(looked.faults), "first": [_as_list(fault) for fault in first],
        "added": list(looked.added[:SHOWN]), "changed": list(looked.changed[:SHOWN]), "gone": list(looked.gone[:SHOWN]),
    }  # fmt: skip


def _as_list(fault: RowFault) -> dict[str, Any]:
    return {"row": fault.row, "column": fault.column, "reasons": fault.reasons, "grave": fault.grave}


# ---- taking in -------------------------------------------------------------------------------------


def ask_for(upload: Upload, *, actor: Actor, now: datetime) -> Upload:
    """Take a looked-at file in, at once or as a job; again, it does nothing more. Raises Changed, PermissionDenied."""
    _must(actor, upload.what)
    if upload.state == State.TAKING:
        return upload
    if upload.state == State.LOOKED and upload.found["grave"]:
        raise Changed
    if upload.state == State.LOOKED and upload.found["counts"]["rows"] > LONG_ROWS:
        with transaction.atomic():
            rows = Upload.objects.for_system("take in", upload.town_id).filter(pk=upload.pk, state=State.LOOKED)
            if rows.update(state=State.TAKING, expires_at=now + KEPT):
                enqueue("uploads.take", town_id=upload.town_id, run_at=now, upload=upload.pk)
        upload.refresh_from_db()
        return upload
    return take_in(upload, actor=actor, now=now)


def take_in(upload: Upload, *, actor: Actor, now: datetime) -> Upload:
    """Look once more and write, all or nothing, unless it is done already. Raises Changed where it cannot go in now."""
    _must(actor, upload.what)
    for _round in range(ROUNDS):
        if upload.state not in {State.LOOKED, State.TAKING}:
            return upload
        version = Town.objects.get(pk=upload.town_id).config_version
        forget(upload.town)  # what this process remembers may be a second old
        looked = _look(upload, now)
        if isinstance(looked, Unreadable) or looked.grave or not _as_shown(upload, looked):
            _keep_look(upload, looked, again=True)
            raise Changed
        if _write(upload, looked, version, actor=actor, now=now):
            _forget_file(upload)
            return upload
        upload.refresh_from_db()
    raise Changed


def _as_shown(upload: Upload, looked: Looked) -> bool:
    """Whether taking in would do what the person was told."""
    told = _told(looked)
    return all(upload.found.get(name) == told[name] for name in ("counts", "added", "changed"))


@transaction.atomic
def _write(upload: Upload, looked: Looked, version: int, *, actor: Actor, now: datetime) -> bool:
    """Write what was looked at; False where the town has changed since, or somebody else was quicker."""
    town = Town.objects.select_for_update().get(pk=upload.town_id)
    held = Upload.objects.for_system("take in", town).select_for_update().filter(pk=upload.pk).first()
    if held is None:  # forgotten meanwhile
        raise Changed
    if held.state == State.DONE or town.config_version != version:
        return False
    done = SORTS[upload.what].take(looked, Options(**upload.options), actor, now)
    upload.state, upload.found, upload.expires_at = State.DONE, {"done": done}, now + DONE_KEPT
    upload.save(update_fields=["state", "found", "expires_at"])
    told = {"what": upload.what, "file": upload.digest, "size": upload.size, **done}
    note_taken(upload.pk, told, upload.name, actor=actor, now=now)
    return True


# ---- the file itself -------------------------------------------------------------------------------


def _folder(upload: Upload) -> Path:
    return Path(settings.LIANXIN_UPLOADS) / str(upload.town_id) / str(upload.pk)


def path_of(upload: Upload) -> Path:
    """Where the file lies, under the name it came by."""
    return _folder(upload) / "file" / upload.name


def faults_path(upload: Upload) -> Path:
    """Where the list of its faults lies."""
    return _folder(upload) / "faults.csv"


def _plain_name(name: str) -> str:
    """The file's own name, fit for a folder: no path, nothing invisible, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable()).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return (f"{stem[:50]}{dot}{ending[:10]}" if dot and stem else kept[:60]) or "file"


def _keep(chunks: Iterable[bytes], path: Path) -> tuple[int, str]:
    """Write the file for its owner alone; returns its size and digest. Raises TooBig."""
    path.parent.mkdir(parents=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise TooBig
            digest.update(chunk)
            file.write(chunk)
    return size, digest.hexdigest()


def _forget_file(upload: Upload) -> None:
    shutil.rmtree(_folder(upload), ignore_errors=True)


def drop(upload: Upload) -> None:
    """Forget an upload that was not taken in; one that is being taken in stays until it is done."""
    if upload.state != State.TAKING:
        upload.delete()
        _forget_file(upload)


def sweep_uploads(*, now: datetime) -> int:
    """Forget the uploads whose time is over, and folders that no row knows; returns how many rows."""
    gone = 0
    for town in Town.objects.order_by("id"):
        for upload in Upload.objects.for_system("sweep", town).filter(expires_at__lt=now):
            upload.delete()
            _forget_file(upload)
            gone += 1
    for folder in Path(settings.LIANXIN_UPLOADS).glob("*/*"):  # of a process that died between file and row
        if datetime.fromtimestamp(folder.stat().st_mtime, tz=UTC) < now - KEPT:
            rows = Upload.objects.for_system("sweep", int(folder.parent.name))
            if not rows.filter(pk=int(folder.name)).exists():
                shutil.rmtree(folder, ignore_errors=True)
    if gone:
        clean_pages()  # what was found in a file may be of people
    return gone
