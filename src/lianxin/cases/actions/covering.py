"""Cover parts of a photo for the public, or take the cover away; each leaves an entry."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.actions.publish import SUBJECT
from lianxin.cases.models import Case, Photo
from lianxin.forms.covering import Area, cover_photo, enter_cover, listed, uncover_photo
from lianxin.forms.models import Cover, File
from lianxin.forms.photos import path_of
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor


def cover_case_photo(case: Case, photo: Photo, areas: Sequence[Area], *, actor: Actor, now: datetime) -> None:
    """Make the public copy of a photo; from then on the public sees it in place of the photo.

    The entry keeps the digests of the photo, of the copy and of its small picture. Raises PermissionDenied, and
    FileNotFoundError when the photo was erased.
    """
    _check(actor)
    digest = photo.file.digest
    copy = cover_photo(digest, areas, town=actor.town)
    told = {"photo": photo.pk, "digest": digest, "areas": listed(areas), "copy": copy.digest, "thumb": copy.thumb}
    with transaction.atomic():
        record(Line(SUBJECT, case.pk, "cover", told), actor=actor, now=now)
        before = uncover_photo(digest, town_id=case.town_id)
        enter_cover(digest, copy, areas, town_id=case.town_id, now=now)
        drop_unused(before, town_id=case.town_id)


def uncover_case_photo(case: Case, photo: Photo, *, actor: Actor, now: datetime) -> None:
    """Take the cover away. Raises PermissionDenied."""
    _check(actor)
    with transaction.atomic():
        told = {"photo": photo.pk, "digest": photo.file.digest}
        record(Line(SUBJECT, case.pk, "uncover", told), actor=actor, now=now)
        drop_unused(uncover_photo(photo.file.digest, town_id=case.town_id), town_id=case.town_id)


def drop_unused(files: Sequence[File], *, town_id: int) -> None:
    """Delete files that neither a case nor a cover uses: rows now, the disk after the commit."""
    ids = [file.pk for file in files]
    used = set(Photo.objects.for_system("files", town_id).filter(file_id__in=ids).values_list("file_id", flat=True))
    used |= set(Cover.objects.for_system("files", town_id).filter(file_id__in=ids).values_list("file_id", flat=True))
    free = {file.pk: file for file in files if file.pk not in used}
    for file in free.values():
        file.delete()
    digests = [file.digest for file in free.values()]
    transaction.on_commit(lambda: _delete(town_id, digests))


def _delete(town_id: int, digests: Sequence[str]) -> None:
    for digest in digests:
        for thumb in (False, True):
            path_of(town_id, digest, thumb=thumb).unlink(missing_ok=True)


def _check(actor: Actor) -> None:
    if not actor.can("publish"):
        raise PermissionDenied
