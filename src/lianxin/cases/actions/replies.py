"""Keeping reply texts: written, changed, ended, taken up again, put back; each change with before and after."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lianxin.cases.models import ReplyText
from lianxin.cases.queries.replies import KIND, may_keep, variables
from lianxin.cases.replies import unknown_in
from lianxin.keys.cache import bump
from lianxin.ledger.rows import add_row, before_entry, change_row, past_of
from lianxin.people.actors import Actor

LONGEST_NAME, LONGEST = 40, 2000


class ReplyFaults(ValueError):
    """What is wrong with a text, a sentence for each field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(str(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """A reply text as somebody wants it; `unit_id` None: the whole town's."""

    name: str
    body: str
    field: str = "answer"
    category_id: int | None = None
    phase: str = ""
    unit_id: int | None = None


def add_reply(facts: ReplyFacts, *, why: str = "", actor: Actor, now: datetime) -> ReplyText:
    """Keep a new text; `why` stands in the history. Raises ReplyFaults, PermissionDenied."""
    _check(facts, actor)
    row = ReplyText(town=actor.town, **_columns(facts))
    add_row(row, KIND, actor=actor, now=now, why=why)
    bump(actor.town)
    return row


def change_reply(
    pk: int, facts: ReplyFacts, *, seen: str = "", why: str = "", actor: Actor, now: datetime
) -> list[str]:
    """Change a text; returns the columns that did change. Raises ReplyText.DoesNotExist, ReplyFaults, StaleRow."""
    row = _own(pk, actor)
    _check(facts, actor)
    changed = change_row(row, KIND, _columns(facts), actor=actor, now=now, seen=seen, why=why)
    bump(actor.town)
    return changed


def end_reply(pk: int, *, active: bool, why: str = "", actor: Actor, now: datetime) -> None:
    """Offer a text no more, or (`active`) again. Raises ReplyText.DoesNotExist, PermissionDenied."""
    row = _own(pk, actor)
    change_row(row, KIND, {"active": active}, actor=actor, now=now, act="end" if not active else "again", why=why)
    bump(actor.town)


def put_reply_back(pk: int, seq: int, *, seen: str = "", actor: Actor, now: datetime) -> list[str]:
    """Bring a text, whole, to what it was before an entry of its history; returns the columns that did change.

    Raises ReplyText.DoesNotExist, ReplyFaults where that cannot stand any more, StaleRow, PermissionDenied.
    """
    row = _own(pk, actor)
    past = past_of(actor.town, KIND, row.pk)
    if not any(entry.seq == seq and entry.data.get("was") for entry in past):
        raise ReplyFaults({"": _("There is no such change in its history.")})
    stood = before_entry(row, past, seq)
    facts = ReplyFacts(**{each.name: stood[each.name] for each in fields(ReplyFacts)})
    _check(facts, actor)
    columns = {**_columns(facts), "active": stood["active"]}
    changed = change_row(row, KIND, columns, actor=actor, now=now, seen=seen, act="restore")
    bump(actor.town)
    return changed


def _own(pk: int, actor: Actor) -> ReplyText:
    row = ReplyText.objects.for_system("reply texts: asked below", actor.town).get(pk=pk)
    if not may_keep(actor, row.unit_id):
        raise PermissionDenied
    return row


def _check(facts: ReplyFacts, actor: Actor) -> None:
    if not may_keep(actor, facts.unit_id):
        raise PermissionDenied
    if faults := reply_faults(facts):
        raise ReplyFaults(faults)


def reply_faults(facts: ReplyFacts) -> dict[str, str]:
    """What is wrong with a text, by field."""
    faults = {}
    if not facts.name.strip():
        faults["name"] = _("Give the text a name.")
    elif len(facts.name) > LONGEST_NAME:
        faults["name"] = _("At most %(n)s characters.") % {"n": LONGEST_NAME}
    if not facts.body.strip():
        faults["body"] = _("Write the text.")
    elif len(facts.body) > LONGEST:
        faults["body"] = _("At most %(n)s characters.") % {"n": LONGEST}
    elif unknown := unknown_in(facts.body):
        told = {"names": " ".join(unknown), "known": " ".join(variables())}
        faults["body"] = _("These are no variables: %(names)s. There are: %(known)s") % told
    return faults


def _columns(facts: ReplyFacts) -> dict[str, object]:
    return {
        "name": facts.name.strip(), "body": facts.body.strip(), "field": facts.field, "category_id": facts.category_id,
        "phase": facts.phase, "unit_id": facts.unit_id,
    }  # fmt: skip
