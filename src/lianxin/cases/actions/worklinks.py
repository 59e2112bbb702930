"""Links by which a contractor works on one case: made, renewed, ended, opened; and what comes through them."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction as database
from django.db.models import Q

from lianxin.cases.actions.doors import announce
from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows
from lianxin.cases.cards import SAYS, says_of
from lianxin.cases.models import Case, WorkLink
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.worklinks import ACTS, FINISH, answer_for, digest_of_link, may_link, state_of_link
from lianxin.cases.traces import Traces
from lianxin.cases.values import Standing
from lianxin.forms.photos import StoredPhoto
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, claim
from lianxin.ledger.actions import Line, erase_texts, record
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor, system
from lianxin.people.cipher import blind
from lianxin.workflow.engine import Refused

SUBJECT: Final = "work_link"
FARTHEST: Final = timedelta(days=30)
KEPT: Final = timedelta(days=90)  # who the contractor was, after the case was closed or the link is over
SAME_LOOK: Final = timedelta(minutes=10)  # within which opening a link again is the same look
ROUNDS: Final = 3  # a case that is being handled may move between our look and our write
AT_ONCE: Final = 1000
_ERASED: Final = "link"  # why the digest of what a link said goes: the words have
_FORGOTTEN: Final = {"company": "", "contact": "", "phone": "", "title": "", "task": "", "place": "", "photos": []}


class LinkOver(Exception):
    """The link opens nothing any more, or lets nobody do this."""


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a link says and lets do. `photos`: ids of the case's; `may`: of "record" and "finish"."""

    company: str
    until: datetime
    title: str
    task: str = ""
    contact: str = ""
    phone: str = ""
    place: str = ""
    spot: bool = True
    may: tuple[str, ...] = ()
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link with its secret, which is told this once; "" where an earlier write is answered with."""

    link: WorkLink
    code: str = ""


def new_secret() -> str:
    """A fresh secret: 26 characters of A–Z and 2–7, 130 random bits."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26]


def make_link(
    standing: Standing, facts: LinkFacts, *, actor: Actor, now: datetime, once: OnceKey | None = None
) -> MadeLink:
    """Let a contractor see and, where `may` says so, add to one case. Raises PermissionDenied.

    The link's own history keeps who made it, until when and for what; of who the contractor is and what they read,
    which stands in the row, a digest.
    """
    if actor.unit_id is None or actor.post_id is None or not may_link(actor, standing):
        raise PermissionDenied
    case, code = standing.case, new_secret()
    link = WorkLink(
        id=new_id(), town_id=case.town_id, case_id=case.pk, unit_id=actor.unit_id, post_id=actor.post_id, at=now,
        digest=digest_of_link(code), company=facts.company, contact=facts.contact, phone=facts.phone,
        title=facts.title, task=facts.task, place=facts.place, spot=facts.spot, may=list(facts.may),
        photos=list(facts.photos), until=min(facts.until, now + FARTHEST),
    )  # fmt: skip
    with database.atomic():
        if (earlier := claim(once, town_id=case.town_id, result=link.pk, now=now)) is not None:
            rows = WorkLink.objects.for_system("replay", case.town_id)
            return MadeLink(rows.get(pk=earlier))
        link.save(force_insert=True)
        record(Line(SUBJECT, link.pk, "make", _told(link, case), {SAYS: says_of(link)}), actor=actor, now=now)
    return MadeLink(link, code)


def _told(link: WorkLink, case: Case) -> dict[str, Any]:
    return {
        "case": str(case.pk), "unit": link.unit_id, "until": link.until.isoformat(), "may": link.may,
        "photos": [str(pk) for pk in link.photos], "digest": link.digest,
        "spot": link.spot,
    }  # fmt: skip


def renew_link(
    link: WorkLink, standing: Standing, until: datetime, *, actor: Actor, now: datetime, once: OnceKey | None = None
) -> MadeLink:
    """A new secret until another day; the old one opens nothing from now on. Raises PermissionDenied."""
    if not may_link(actor, standing) or link.unit_id != actor.unit_id or link.ended == WorkLink.Ended.ERASED:
        raise PermissionDenied
    code = new_secret()
    with database.atomic():
        if claim(once, town_id=link.town_id, result=link.pk, now=now) is not None:
            return MadeLink(link)
        link.digest, link.until = digest_of_link(code), min(until, now + FARTHEST)
        link.ended, link.ended_at, link.at = "", None, now
        link.save(update_fields=["digest", "until", "ended", "ended_at", "at"])
        record(Line(SUBJECT, link.pk, "renew", _told(link, standing.case)), actor=actor, now=now)
    return MadeLink(link, code)


def end_link(link: WorkLink, *, actor: Actor, now: datetime) -> None:
    """End a link of one's own unit; pressed twice, once. Raises PermissionDenied."""
    if not actor.is_staff or link.unit_id != actor.unit_id:
        raise PermissionDenied
    with database.atomic():
        _end([link], WorkLink.Ended.REVOKED, actor=actor, now=now)


def _end(links: Sequence[WorkLink], why: str, *, actor: Actor, now: datetime) -> None:
    for link in links:
        rows = WorkLink.objects.for_system("end", link.town_id).filter(pk=link.pk, ended="")
        if rows.update(ended=why, ended_at=now):
            record(Line(SUBJECT, link.pk, "end", {"case": str(link.case_id), "why": why}), actor=actor, now=now)


def end_links_after(town: Town, entry: Entry) -> None:
    """End the links of a case that an entry has taken out of their unit's hands, or closed; for good.

    Told by the entry, not by the case as it is now: a case that came back at once has been away all the same.
    """
    told: Mapping[str, Any] = entry.data.get("set", {})
    if "unit_id" not in told and not told.get("closed_at"):
        return
    rows = WorkLink.objects.for_system("the case has moved", town).filter(case_id=entry.subject_id, ended="")
    links = list(rows.filter(at__lt=entry.at))
    if not links:
        return
    if told.get("closed_at"):
        _end(links, WorkLink.Ended.CLOSED, actor=system(town), now=entry.at)
        return
    case = Case.objects.for_system("the case has moved", town).get(pk=entry.subject_id)
    flow = workflow_by_id(town, case.workflow_id)
    there = answer_for(flow, entry.step, told["unit_id"], told.get("state", case.state))
    gone = [link for link in links if link.unit_id not in there]
    _end(gone, WorkLink.Ended.LEFT, actor=system(town), now=entry.at)


def link_opened(link: WorkLink, *, actor: Actor, now: datetime) -> None:
    """Note that a contractor has opened a link; again within ten minutes is the same look."""
    before = Q(opened_at=None) | Q(opened_at__lt=now - SAME_LOOK)
    with database.atomic():
        rows = WorkLink.objects.for_system("opened", link.town_id).filter(before, pk=link.pk)
        if rows.update(opened_at=now):
            record(Line(SUBJECT, link.pk, "open", {"case": str(link.case_id)}), actor=actor, now=now)


def work_done(
    link: WorkLink, act: str, words: str, photos: Sequence[StoredPhoto], *, actor: Actor, now: datetime,
    once: OnceKey | None = None,
) -> bool:  # fmt: skip
    """What a contractor tells: a record of work, or ("finish") that they are done, which moves nothing.

    An entry of the case, from this link; who has the case is told. False for a repeat. Raises LinkOver, and Refused
    when others act on the case all the while.
    """
    if act not in link.may:
        raise LinkOver
    for left in reversed(range(ROUNDS)):
        case = Case.objects.for_system("a contractor's record", link.town_id).get(pk=link.case_id)
        if state_of_link(link, case, now=now) != "live":
            raise LinkOver
        sheet = Sheet(
            case, actor, now, ACTS[act], given={"link": link.pk}, texts={"note": words} if words else {},
            photos=photos, moment="after" if act == FINISH else "during", source=case.step,
        )  # fmt: skip
        try:
            return _write(sheet, once)
        except Refused:
            if not left:
                raise
    raise AssertionError("the last round returns or raises")


def _write(sheet: Sheet, once: OnceKey | None) -> bool:
    case, seen = sheet.case, sheet.case.version
    entry, texts = entry_of(sheet, {})
    with database.atomic():
        if claim(once, town_id=case.town_id, result=entry.pk, now=sheet.now) is not None:
            return False
        save_changes(case, seen, {})
        save_rows(sheet, entry, texts)
    announce(entry)
    return True


def erase_links(case: Case, traces: Traces | None, *, actor: Actor, now: datetime) -> None:
    """What links say goes with the personal words of their case: all of it, or (`traces`) what tells of one person."""
    for link in WorkLink.objects.for_system("erase", case.town_id).filter(case_id=case.pk):
        rows = WorkLink.objects.for_system("erase", case.town_id).filter(pk=link.pk)
        if traces is None:
            _forget(link, actor=actor, now=now)
        elif any(traces.found(text) for text in (link.title, link.task, link.place)):
            rows.update(**{name: traces.without(getattr(link, name)) for name in ("title", "task", "place")})
            erase_texts(SUBJECT, link.pk, reason=_ERASED, actor=actor, now=now)
            told = {SAYS: says_of(rows.get())}
            record(Line(SUBJECT, link.pk, "retell", {"case": str(case.pk)}, told), actor=actor, now=now)


def _forget(link: WorkLink, *, actor: Actor, now: datetime) -> None:
    """End a link, and forget what it said, with the digest of it; in a transaction."""
    _end([link], WorkLink.Ended.ERASED, actor=actor, now=now)
    mine = WorkLink.objects.for_system("forget contractors", link.town_id).filter(pk=link.pk)
    mine.update(**_FORGOTTEN, ended=WorkLink.Ended.ERASED)
    erase_texts(SUBJECT, link.pk, reason=_ERASED, actor=actor, now=now)


def forget_links(town: Town, *, now: datetime) -> int:
    """Forget who the contractors were and what they read, so many days after the end; returns how many links.

    That is after the case was closed, or, where it is open still, after the link's own last day.
    """
    before = now - KEPT
    closed = Case.objects.for_system("forget contractors", town).filter(closed_at__lt=before).values("id")
    rows = WorkLink.objects.for_system("forget contractors", town).exclude(ended=WorkLink.Ended.ERASED)
    old = list(rows.filter(Q(case_id__in=closed) | Q(until__lt=before))[:AT_ONCE])
    for link in old:
        with database.atomic():
            _forget(link, actor=system(town), now=now)
    return len(old)


def who_of(link: WorkLink) -> str:
    """A link as somebody who tries is counted by: never readable."""
    return blind("work-link-tries", str(link.pk))
