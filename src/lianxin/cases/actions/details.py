"""A resident corrects or takes back what they left of themselves: name, telephone, consent to publication."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction as database

from lianxin.cases.actions.publish import take_down
from lianxin.cases.cards import CARD, card_of
from lianxin.cases.models import Reporter
from lianxin.cases.values import Details
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import system
from lianxin.people.cipher import phone_blinds


def change_details(reporters: Iterable[Reporter], wanted: Details, way: str, *, now: datetime) -> list[str]:
    """Put the details of one's own requests right (个人信息保护法 §46); returns the names of what changed in any.

    `way`: how they showed that it is theirs, "link" or "account". The entry in the person's own chain says what was
    changed, never from what to what: of that it keeps a digest. Consent that is withdrawn takes the request off the
    public board at once (§15).
    """
    changed: set[str] = set()
    for reporter in reporters:
        with database.atomic():
            changed |= set(_change(reporter, wanted, way, now=now))
    return sorted(changed)


def _change(reporter: Reporter, wanted: Details, way: str, *, now: datetime) -> list[str]:
    rows = Reporter.objects.for_system("their own details", reporter.town_id).filter(pk=reporter.pk)
    held, actor = rows.select_for_update().get(), system(reporter.town)
    consent = wanted.consent if held.first else held.public_consent
    columns = {"name": wanted.name, "phone": wanted.phone, "public_consent": consent}
    changed = [name for name, value in columns.items() if getattr(held, name) != value]
    if not changed:
        return []
    for name, value in columns.items():
        setattr(held, name, value)
    data, card = {"changed": changed, "way": way}, {CARD: card_of(held)}
    record(Line("person", held.pk, "change_details", data, card), actor=actor, now=now)
    rows.update(**columns, **phone_blinds(wanted.phone))
    if "public_consent" in changed and not consent:
        take_down(reporter.case, actor=actor, now=now)
    return changed
