"""Erase what a case says of people, for good: words, names, telephone numbers, photos, search tokens, publication.

What was done, when and by whom stays, and the chain still checks: it holds digests under keys that go with the words.
The exact place goes too (point, address, what was answered); the grid stays, for the town's figures count it.

A case that others wait for (who joined it, or whose own was merged into it) loses what tells of the one person, and
nothing else: the others keep their words and the town's answer.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from urllib.parse import unquote_plus

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db import transaction as database

from lianxin.cases.actions.covering import drop_unused
from lianxin.cases.actions.doors import transition
from lianxin.cases.actions.effects import note_on
from lianxin.cases.actions.worklinks import erase_links
from lianxin.cases.cards import EMPTY
from lianxin.cases.columns import ERASED, placed
from lianxin.cases.models import Case, CheckIn, FollowUp, Photo, Publication, Reporter, SavedView
from lianxin.cases.queries.erasing import FORGOTTEN, SUCCEEDED, others_waiting, with_appeals
from lianxin.cases.search import unindex
from lianxin.cases.traces import Traces, traces_of
from lianxin.forms.covering import uncover_photo
from lianxin.ledger.actions import Line, erase_texts, record
from lianxin.ledger.models import Entry, Text
from lianxin.notices.actions import forget_addresses, forget_followers, forget_watchers
from lianxin.notices.ways import forget_spooled_to
from lianxin.people.actors import Actor, system
from lianxin.people.actors import reporter as reporter_actor
from lianxin.people.models import Account
from lianxin.people.residents import forget_account
from lianxin.workflow.engine import Refused

_TABLES = (
    "ledger_text", "cases_case", "cases_reporter", "cases_publication", "cases_search", "cases_photo", "cases_checkin",
    "cases_followup", "cases_worklink", "cases_savedview", "forms_file", "forms_cover", "notices_subscription",
    "people_account", "people_phonecode", "people_representative", "people_centrehousehold", "django_session",
    "axes_accesslog", "jobs_job", "town_upload",
)  # fmt: skip
ROUNDS = 3  # somebody may act on the case between our look and our write


def erase_case(case: Case, reason: str, *, actor: Actor, now: datetime) -> int:
    """Erase the personal words of a case and of its appeals (个人信息保护法 §47); returns how many texts went.

    Where others wait for the case, only what tells of who raised it goes: see `erase_own`. Who has the permission
    `erase` decides, apart from those who handle cases. `reason` stays in the history: it names nobody. Raises
    PermissionDenied, ValueError without a reason, and Refused("stale") when somebody acts meanwhile.
    """
    if actor.role != "system" and not actor.can("erase"):
        raise PermissionDenied
    if not reason.strip():
        raise ValueError("say why the case is erased")
    with database.atomic():
        gone = sum(_erase(each, reason, actor=actor, now=now) for each in with_appeals(case))
        database.on_commit(clean_pages)
    return gone


def erase_all(reporters: Iterable[Reporter], account: Account | None, way: str, *, actor: Actor, now: datetime) -> int:
    """Erase all of somebody's own requests, then their account; returns how many are left because others act on them
    just now: the account then stays too, so that they can press again. With the account goes all else they follow.
    """
    own, left = list(reporters), 0
    if account is not None:
        phones = {account.phone, *(each.phone for each in own)}
        forget_addresses([each.pk for each in own], phones, town_id=actor.town_id)
        forget_spooled_to(phones)
    for each in own:
        try:
            erase_own(each, way, now=now)
        except Refused:
            left += 1
    if account is not None and not left:
        with database.atomic():
            forget_account(account, actor=actor, now=now)
            database.on_commit(clean_pages)
    return left


def erase_own(reporter: Reporter, way: str, *, now: datetime) -> None:
    """Erase what one reporter's request says of them, because they ask for it themselves (个人信息保护法 §47).

    `way`: how they showed that it is theirs, "link" or "account"; it stays in the history. A request that nobody else
    waits for is withdrawn first where it still can be. Raises Refused when others act on the case all the while.
    """
    for left in reversed(range(ROUNDS)):
        try:
            with database.atomic():
                _erase_own(reporter, way, now=now)
                database.on_commit(clean_pages)
            return
        except Refused:
            if not left:
                raise


def _erase_own(reporter: Reporter, way: str, *, now: datetime) -> None:
    case, actor = Case.objects.for_system("erase", reporter.town_id).get(pk=reporter.case_id), system(reporter.town)
    if reporter.first and not others_waiting(case, but=reporter.pk):
        _withdraw(case, reporter, actor, now=now)
        for each in with_appeals(case):
            _erase(each, way, actor=actor, now=now)
        return
    _erase_person(case, reporter, way, actor=actor, now=now)
    for appeal in with_appeals(case)[1:] if reporter.first else ():
        _erase(appeal, way, actor=actor, now=now)


def _withdraw(case: Case, reporter: Reporter, actor: Actor, *, now: datetime) -> None:
    """Nobody works on what nobody waits for; where the workflow no longer lets a reporter withdraw, it goes on."""
    own = reporter_actor(actor.town, case_id=case.pk, reporter_id=reporter.pk)
    with suppress(Refused):
        transition(case.pk, "withdraw", actor=own, now=now)


def _erase(case: Case, reason: str, *, actor: Actor, now: datetime) -> int:
    """All of a case; of one that others wait for, what tells of who raised it."""
    town_id = case.town_id
    reporters = Reporter.objects.for_system("erase", town_id).filter(case_id=case.pk)
    first = reporters.filter(first=True).first()
    if first is not None and others_waiting(case, but=first.pk):
        return _erase_person(case, first, reason, actor=actor, now=now)
    case = Case.objects.for_system("erase", town_id).get(pk=case.pk)
    _erase_photos(case, None, actor=actor, now=now)
    _erase_follow_ups(case, None, reason, actor=actor, now=now)
    erase_links(case, None, actor=actor, now=now)
    _erase_public_side(case, reason, actor=actor, now=now)
    people = [_forget_contact(each) for each in reporters]
    gone = erase_texts("case", case.pk, reason=reason, actor=actor, now=now)
    return gone + sum(_forget(pk, reason, actor=actor, now=now) for pk in people)


def _erase_person(case: Case, reporter: Reporter, reason: str, *, actor: Actor, now: datetime) -> int:
    """What a case says of one of its reporters; the others keep theirs, and the answers with stars in place of them."""
    town_id, first = case.town_id, reporter.first
    traces = traces_of(name=reporter.name, phone=reporter.phone, address=case.address if first else "")
    going = _texts_of(case, reporter, traces)
    case = Case.objects.for_system("erase", town_id).get(pk=case.pk)
    _erase_photos(case, _entries_of(case, reporter), actor=actor, now=now)
    _erase_follow_ups(case, traces, reason, actor=actor, now=now)
    erase_links(case, None if first else traces, actor=actor, now=now)
    if first:
        _erase_public_side(case, reason, actor=actor, now=now)
        _succeed(case, reporter, actor=actor, now=now)
    for body in [text.body for text in going if text.field == "answer" and text.body]:
        note_on(case, "retell", {}, actor=actor, now=now, texts={"answer": traces.without(body)})
    _forget_contact(reporter)
    gone = erase_texts("case", case.pk, reason=reason, actor=actor, now=now, only={text.pk for text in going})
    return gone + _forget(reporter.pk, reason, actor=actor, now=now)


def _forget_contact(reporter: Reporter) -> int:
    """Who a reporter is, who follows for them, and where somebody of the staff looks for them by name; their id."""
    town_id, phone = reporter.town_id, reporter.phone
    traces = traces_of(name=reporter.name, phone=phone)
    for view in SavedView.objects.for_system("erase", town_id):
        if traces.found(unquote_plus(view.query)) or traces.found(view.name):
            view.delete()
    Reporter.objects.for_system("erase", town_id).filter(pk=reporter.pk).update(**EMPTY)
    forget_followers([reporter.pk], town_id=town_id)
    database.on_commit(lambda: forget_spooled_to([phone]))
    return reporter.pk


def _texts_of(case: Case, reporter: Reporter, traces: Traces) -> list[Text]:
    """The reporter's own words, and those of the staff that tell of them; never another reporter's."""
    rows = Text.objects.for_system("erase", case.town_id).filter(subject_id=case.pk, entry__subject_kind="case")
    found = []
    for text in rows.filter(erased_at=None).select_related("entry").order_by("entry__seq"):
        whose = text.entry.data.get("given", {}).get("reporter")
        if whose == reporter.pk or (whose is None and traces.found(text.body)):
            found.append(text)
    return found


def _entries_of(case: Case, reporter: Reporter) -> set[int]:
    """The entries that a reporter made."""
    rows = Entry.objects.for_system("erase", case.town_id).filter(subject_kind="case", subject_id=case.pk)
    return {pk for pk, data in rows.values_list("id", "data") if data.get("given", {}).get("reporter") == reporter.pk}


def _succeed(case: Case, reporter: Reporter, *, actor: Actor, now: datetime) -> None:
    """The next who waits speaks for the case: rates its answer, says that it is not solved, appeals."""
    rows = Reporter.objects.for_system("erase", case.town_id)
    heir = rows.filter(case_id=case.pk, id__in=others_waiting(case, but=reporter.pk)).order_by("id").first()
    if heir is None:  # only those wait whose own request was merged into this one
        return
    note_on(case, SUCCEEDED, {"reporter": heir.pk}, actor=actor, now=now)
    rows.filter(pk=reporter.pk).update(first=False)
    rows.filter(pk=heir.pk).update(first=True)


def _erase_public_side(case: Case, reason: str, *, actor: Actor, now: datetime) -> None:
    """What anybody may read or find of a case, and where it lies."""
    town_id = case.town_id
    Case.objects.for_system("erase", town_id).filter(pk=case.pk).update(title=ERASED, **placed(""))
    unindex(case.pk, town_id)
    for there in CheckIn.objects.for_system("erase", town_id).filter(case_id=case.pk):
        there.delete()
    for public in Publication.objects.for_system("erase", town_id).filter(case_id=case.pk):
        public.delete()
    forget_watchers(case.pk, town_id=town_id)
    _erase_beside("publication", case.pk, reason, actor=actor, now=now)


def _erase_follow_ups(case: Case, traces: Traces | None, reason: str, *, actor: Actor, now: datetime) -> None:
    """The notes with which units remind themselves of a case: all, or those that tell of one person."""
    for again in FollowUp.objects.for_system("erase", case.town_id).filter(case_id=case.pk):
        if traces is None or traces.found(again.note):
            _erase_beside("follow_up", again.pk, reason, actor=actor, now=now)
            again.delete()


def _forget(pk: int, reason: str, *, actor: Actor, now: datetime) -> int:
    """What was written about a person in their own chain, such as why somebody looked; the chain says that it went.

    The digests of their details go too, those of the case's own entries among them.
    """
    _erase_beside("case", pk, reason, actor=actor, now=now)
    gone = _erase_beside("person", pk, reason, actor=actor, now=now)
    record(Line("person", pk, FORGOTTEN), actor=actor, now=now)
    return gone


def _erase_beside(kind: str, pk: int, reason: str, *, actor: Actor, now: datetime) -> int:
    texts = Text.objects.for_system("erase", actor.town_id).filter(subject_id=pk, entry__subject_kind=kind)
    there = texts.filter(erased_at=None).exists()
    return erase_texts(kind, pk, reason=reason, actor=actor, now=now) if there else 0


def _erase_photos(case: Case, entries: Collection[int] | None, *, actor: Actor, now: datetime) -> None:
    """Delete the photos of some entries (None: all), and their files once nothing else uses them.

    The entry names their digests: a photo that came twice goes wherever it is in the case.
    """
    photos = Photo.objects.for_system("erase", case.town_id).filter(case_id=case.pk)
    every = list(photos.select_related("file"))
    digests = {row.file.digest for row in every if entries is None or row.entry_id in entries}
    rows = [row for row in every if row.file.digest in digests]
    if not rows:
        return
    note_on(case, "erase_photos", {"digests": [row.file.digest for row in rows]}, actor=actor, now=now)
    for row in rows:
        row.delete()
    files = {row.file_id: row.file for row in rows}
    covers = [file for each in files.values() for file in uncover_photo(each.digest, town_id=case.town_id)]
    drop_unused([*files.values(), *covers], town_id=case.town_id)


def clean_pages() -> None:
    """Take the deleted words out of the database's files too, not only out of its tables."""
    if connection.in_atomic_block:  # inside a larger transaction neither can be done
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # secure_delete is on: freed pages are zeroed
        else:
            cursor.execute(f"VACUUM {', '.join(_TABLES)}")
