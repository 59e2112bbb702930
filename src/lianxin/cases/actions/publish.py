"""Publish a case's request and result (公开), or keep it back: a clerk decides, and each decision leaves an entry."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction as database

from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.ledger.actions import Line, record
from lianxin.notices.actions import forget_watchers
from lianxin.people.actors import Actor

SUBJECT = "publication"


class Unpublishable(Exception):
    """The case may not be published; `code` is stable: not_yours, no_consent, confidential, empty, not_its_photo."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Public:
    """What the public is to read: written or masked anew, never the case's own words. `photos`: ids of the case's."""

    title: str
    text: str
    answer: str = ""
    place: str = ""
    photos: tuple[int, ...] = ()


def publish(case: Case, public: Public, *, actor: Actor, now: datetime) -> Publication:
    """Put a case on the public board; again, to change what stands there. Raises Unpublishable and changes nothing.

    Only what the person who raised it consented to; cases of confidential kinds never (政府信息公开条例 §15: personal
    details are not made public without consent).
    """
    _check(case, public, actor)
    texts = {"title": public.title[:120], "text": public.text, "answer": public.answer, "place": public.place[:120]}
    line = Line(SUBJECT, case.pk, "publish", {"photos": list(public.photos)}, {k: v for k, v in texts.items() if v})
    columns = {**texts, "photos": list(public.photos), "state": Publication.State.PUBLISHED}
    return _decide(case, line, columns, actor=actor, now=now)


def withhold(case: Case, reason: str, *, actor: Actor, now: datetime) -> Publication:
    """Keep a case off the public board, or take it down, for a reason that stays in the history."""
    if not _may(actor):
        raise Unpublishable("not_yours")
    if not reason.strip():
        raise Unpublishable("empty")
    line = Line(SUBJECT, case.pk, "withhold", {}, {"reason": reason.strip()})
    columns = {**asdict(Public("", "")), "photos": [], "state": Publication.State.WITHHELD}
    return _decide(case, line, columns, actor=actor, now=now)


def take_down(case: Case, *, actor: Actor, now: datetime) -> bool:
    """Take a case off the public board because who raised it no longer consents; whether it stood there.

    Nothing is decided thereby: consented to again, it waits for a clerk again.
    """
    rows = Publication.objects.for_system("consent withdrawn", case.town_id).filter(case_id=case.pk)
    held = rows.filter(state=Publication.State.PUBLISHED).first()
    if held is None:
        return False
    with database.atomic():
        record(Line(SUBJECT, case.pk, "consent_withdrawn"), actor=actor, now=now)
        held.delete()
        forget_watchers(case.pk, town_id=case.town_id)
    return True


def _may(actor: Actor) -> bool:
    return actor.can("publish") or actor.role == "system"


def _check(case: Case, public: Public, actor: Actor) -> None:
    if not _may(actor):
        raise Unpublishable("not_yours")
    if case.kind in actor.town.settings.get("confidential", ()):
        raise Unpublishable("confidential")
    if not (public.title.strip() and public.text.strip()):
        raise Unpublishable("empty")
    if not Reporter.objects.for_system("publish", case.town_id).filter(
        case_id=case.pk, first=True, public_consent=True
    ).exists():  # fmt: skip
        raise Unpublishable("no_consent")
    wanted = set(public.photos)
    own = Photo.objects.for_system("publish", case.town_id).filter(case_id=case.pk, id__in=wanted) if wanted else ()
    if len(own) != len(wanted):
        raise Unpublishable("not_its_photo")


def _decide(case: Case, line: Line, columns: dict[str, Any], *, actor: Actor, now: datetime) -> Publication:
    """Write the decision and its entry together. The entry goes first: it locks out a colleague deciding as well."""
    with database.atomic():
        record(line, actor=actor, now=now)
        columns |= {"checked_by": actor.account_id or 0, "at": now}
        rows = Publication.objects.for_system("publish", case.town_id)
        held = rows.filter(case_id=case.pk).first() or Publication(town_id=case.town_id, case_id=case.pk)
        for name, value in columns.items():
            setattr(held, name, value)
        held.save()
    return held
