"""Joining a case somebody else has raised ("我也遇到"): one more who waits for its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction as database

from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows
from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.values import Contact
from lianxin.forms.photos import StoredPhoto
from lianxin.keys.ids import new_id
from lianxin.keys.once import OnceKey, claim, found
from lianxin.people.actors import Actor
from lianxin.people.cipher import phone_blinds
from lianxin.workflow.engine import Refused

ROUNDS: Final = 3  # a case that is being handled may move between our look and our write


@dataclass(frozen=True, slots=True)
class Joined:
    """The new reporter of a case; `repeated`: an earlier write under the same key is answered with."""

    reporter_id: int
    number: str
    repeated: bool = False


def join_case(
    case_id: int, contact: Contact, *, actor: Actor, now: datetime, note: str = "",
    photos: Sequence[StoredPhoto] = (), once: OnceKey | None = None,
) -> Joined:  # fmt: skip
    """Join an open case as one more reporter; its history says so, without naming anybody.

    Whether the actor may know of the case is the caller's to decide. Raises NotSeen for a case that is not there,
    Refused (`not_from_here`) for one that has ended. A new reporter each time: joining must not open the page of
    somebody whose telephone number one happens to know.
    """
    if (earlier := found(once, town_id=actor.town_id)) is not None:
        return _again(actor, earlier)
    for left in reversed(range(ROUNDS)):
        case = Case.objects.for_system("join", actor.town_id).filter(pk=case_id).first()
        if case is None:
            raise NotSeen
        if case.closed_at is not None:
            raise Refused("not_from_here", act="join", step=case.step)
        reporter = _reporter(case, contact, actor, now)
        texts = {"note": note} if note else {}
        sheet = Sheet(
            case, actor, now, "join", texts=texts, photos=photos, moment="before", source=case.step, quiet=True
        )
        sheet.come_with(reporter)
        try:
            return _write(sheet, reporter, once)
        except Refused:
            if not left:
                raise
    raise AssertionError("the last round returns or raises")


def _write(sheet: Sheet, reporter: Reporter, once: OnceKey | None) -> Joined:
    case, seen = sheet.case, sheet.case.version
    entry, texts = entry_of(sheet, {})
    with database.atomic():
        if (earlier := claim(once, town_id=case.town_id, result=reporter.pk, now=sheet.now)) is not None:
            return _again(sheet.actor, earlier)
        save_changes(case, seen, {})
        reporter.save(force_insert=True)
        save_rows(sheet, entry, texts)
    return Joined(reporter.pk, case.number)


def _again(actor: Actor, reporter_id: int) -> Joined:
    number = Reporter.objects.for_system("replay", actor.town_id).values_list("case__number", flat=True)
    return Joined(reporter_id, number.get(pk=reporter_id), repeated=True)


def _reporter(case: Case, contact: Contact, actor: Actor, now: datetime) -> Reporter:
    return Reporter(
        id=new_id(), town_id=case.town_id, case_id=case.pk, name=contact.name, phone=contact.phone,
        public_consent=contact.public_consent, at=now, first=False, **phone_blinds(contact.phone),
        account_id=None if actor.is_staff else actor.account_id,
    )  # fmt: skip
