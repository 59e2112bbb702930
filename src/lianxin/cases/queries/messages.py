"""What somebody in a post was told (消息): the newest first, in words, and how many of them are unread."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.queries.setup import kinds
from lianxin.cases.roles import holds
from lianxin.cases.words import act_name, duty_name
from lianxin.keys.cache import cached
from lianxin.keys.ids import read_number
from lianxin.keys.prepared import Prepared
from lianxin.notices.models import Message
from lianxin.people.actors import Actor

Row = dict[str, Any]
MOST = 30
COUNTED = 100  # beyond that a number tells nobody anything


def unread(actor: Actor) -> int:
    """How many messages wait for the actor, at most COUNTED; one statement."""
    if not actor.is_staff:
        return 0

    def build(post: int, unit: int) -> QuerySet[Message, Any]:
        rows: Any = Message.objects.seen_by(Actor(actor.town, post_id=post, unit_id=unit)).filter(read_at=None)
        return rows.order_by().values_list("id")[:COUNTED]  # type: ignore[no-any-return]

    asked = cached(actor.town, "messages.unread", lambda: Prepared(build, post=int, unit=int))
    return len(asked.rows(post=actor.post_id, unit=actor.unit_id))


def message_of(actor: Actor, pk: int) -> Message | None:
    """One message, if it is the actor's."""
    return Message.objects.seen_by(actor).filter(pk=pk).first()


def messages_of(actor: Actor, *, now: datetime, after: str = "", most: int = MOST) -> Row:
    """A page of the actor's messages: rows, and `next`, the place to go on from.

    Each row: id, at, unread, said (what happened), turn (what is asked of the reader, as long as it is still open; ""
    when nothing), unit (told to the whole unit), case (the row of its case, None when it is no longer the actor's to
    see).
    """
    found = _newest(actor, read_number(after), most + 1)
    shown = found[:most]
    cases = _cases(actor, [each.case_id for each in shown if each.case_id], now)
    asked = _asked(actor, [each.case_id for each in shown if each.case_id and each.duty])
    names = {flow.key: flow for flow in kinds(actor.town)}
    rows = [_row(each, cases.get(each.case_id or 0), names, asked) for each in shown]
    return {"rows": rows, "next": str(shown[-1].pk) if len(found) > most else ""}


def _newest(actor: Actor, place: int | None, most: int) -> list[Message]:
    """The post's own and the unit's, each by its own index, then put together: an OR would walk the whole table."""
    seen = Message.objects.seen_by(actor)
    if place is not None:
        seen = seen.filter(pk__lt=place)
    own, shared = Q(post_id=actor.post_id), Q(unit_id=actor.unit_id, post_id=None)
    rows = [row for each in (own, shared) for row in seen.filter(each).order_by("-id")[:most]]
    return sorted(rows, key=lambda row: -row.pk)[:most]


def _cases(actor: Actor, ids: list[int], now: datetime) -> dict[int, Row]:
    """The cases of some messages that the actor may still see, as rows of an inbox."""
    held = Case.objects.seen_by(actor).filter(id__in=ids)
    return {row["id"]: row for row in rows_of(actor, held, now=now, most=len(ids))} if ids else {}


def _asked(actor: Actor, ids: list[int]) -> set[tuple[int, str]]:
    """What the actor owes now in some cases: the case and the duty. While the resident is to answer, nobody does."""
    if not ids:
        return set()
    rows = Duty.objects.for_system("messages: duties of the reader", actor.town).filter(case_id__in=ids, done_at=None)
    return {(duty.case_id, duty.what) for duty in rows.exclude(who="reporter") if holds(actor, duty)}


def _row(message: Message, case: Row | None, flows: dict[str, Any], asked: set[tuple[int, str]]) -> Row:
    flow = flows.get(case["kind"]) if case else None
    return {
        "id": message.pk,
        "at": message.at,
        "unread": message.read_at is None,
        "unit": message.post_id is None,
        "said": act_name(flow, message.act) if flow is not None else "",
        "turn": _turn(message.duty) if (message.case_id, message.duty) in asked else "",
        "case": case,
    }


def _turn(duty: str) -> str:
    if not duty:
        return ""
    return _("Your turn") if duty == "main" else duty_name(duty)
