"""Erase what a case says of people, for good: words, names, telephone numbers, photos, search tokens, publication.

What was done, when and by whom stays, and the chain still checks: it holds digests under keys that go with the words.
The exact place goes too (point, address, what was answered); the grid stays, for the town's figures count it.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db import transaction as database

from lianxin.cases.actions.covering import drop_unused
from lianxin.cases.actions.effects import note_on
from lianxin.cases.checks import ERASED
from lianxin.cases.columns import placed
from lianxin.cases.models import Case, CheckIn, Photo, Publication, Reporter
from lianxin.cases.queries.erasing import with_appeals
from lianxin.cases.search import unindex
from lianxin.forms.covering import uncover_photo
from lianxin.ledger.actions import erase_texts
from lianxin.ledger.models import Text
from lianxin.notices.actions import forget_followers
from lianxin.people.actors import Actor

_TABLES = (
    "ledger_text", "cases_case", "cases_reporter", "cases_publication", "cases_search", "cases_photo", "cases_checkin",
    "forms_file", "forms_cover", "notices_subscription",
)  # fmt: skip


def erase_case(case: Case, reason: str, *, actor: Actor, now: datetime) -> int:
    """Erase the personal words of a case and of its appeals (个人信息保护法 §47); returns how many texts went.

    Who has the permission `erase` decides, apart from those who handle cases. `reason` stays in the history: it names
    nobody. Raises PermissionDenied, ValueError without a reason, and Refused("stale") when somebody acts meanwhile.
    """
    if actor.role != "system" and not actor.can("erase"):
        raise PermissionDenied
    if not reason.strip():
        raise ValueError("say why the case is erased")
    with database.atomic():
        gone = sum(_erase(each, reason, actor=actor, now=now) for each in with_appeals(case))
        database.on_commit(_clean_pages)
    return gone


def _erase(case: Case, reason: str, *, actor: Actor, now: datetime) -> int:
    town_id = case.town_id
    _erase_photos(case, actor=actor, now=now)
    Case.objects.for_system("erase", town_id).filter(pk=case.pk).update(title=ERASED, **placed(""))
    unindex(case.pk, town_id)
    for there in CheckIn.objects.for_system("erase", town_id).filter(case_id=case.pk):
        there.delete()
    for public in Publication.objects.for_system("erase", town_id).filter(case_id=case.pk):
        public.delete()
    reporters = Reporter.objects.for_system("erase", town_id).filter(case_id=case.pk)
    people = list(reporters.values_list("id", flat=True))
    reporters.update(name="", phone="", phone_blind="", phone_tail="", public_consent=False, account_id=None)
    forget_followers(people, town_id=town_id)
    gone = erase_texts("case", case.pk, reason=reason, actor=actor, now=now)
    for kind, pk in (("publication", case.pk), *(("person", pk) for pk in people)):
        texts = Text.objects.for_system("erase", town_id).filter(subject_id=pk, entry__subject_kind=kind)
        if texts.filter(erased_at=None).exists():
            gone += erase_texts(kind, pk, reason=reason, actor=actor, now=now)
    return gone


def _erase_photos(case: Case, *, actor: Actor, now: datetime) -> None:
    """Delete the photos' rows, and their files once nothing else uses them; the entry names their digests."""
    photos = Photo.objects.for_system("erase", case.town_id).filter(case_id=case.pk)
    rows = list(photos.select_related("file"))
    if not rows:
        return
    note_on(case, "erase_photos", {"digests": [row.file.digest for row in rows]}, actor=actor, now=now)
    for row in rows:
        row.delete()
    files = {row.file_id: row.file for row in rows}
    covers = [file for each in files.values() for file in uncover_photo(each.digest, town_id=case.town_id)]
    drop_unused([*files.values(), *covers], town_id=case.town_id)


def _clean_pages() -> None:
    """Take the deleted words out of the database's files too, not only out of its tables."""
    if connection.in_atomic_block:  # inside a larger transaction neither can be done
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # secure_delete is on: freed pages are zeroed
        else:
            cursor.execute(f"VACUUM {', '.join(_TABLES)}")
