"""A leave (请假): somebody else stands in for some days, and what is open may go to them too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from lianxin.cases.actions.handing import LENT, Leaving, NotHanded, hand_over, works_there
from lianxin.cases.values import Holder
from lianxin.jobs.queue import enqueue
from lianxin.keys.cache import bump
from lianxin.ledger.rows import add_row, change_row
from lianxin.people.models import Leave, Post
from lianxin.people.queries import today

if TYPE_CHECKING:
    from datetime import date

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """From which day to which, and who stands in: a unit as a whole, or a post in it.

    `hand`: what is open on the first day goes to them as well.
    """

    first: date
    last: date
    to: Holder
    note: str = ""
    hand: bool = True


def may_set_leave(actor: Actor, post: Post) -> bool:
    """Who manages people, and each person for their own post."""
    return post.town_id == actor.town_id and (actor.can("manage_people") or actor.post_id == post.pk)


def set_leave(post: Post, asked: LeaveAsked, *, actor: Actor, now: datetime) -> Leave:
    """Enter a leave; on its first day the open work goes to who stands in, if it is to. Raises NotHanded.

    Codes: not_yours, ended, bad_day (backwards, past, or over a year), overlaps, to_itself, bad_holder.
    """
    if not may_set_leave(actor, post):
        raise NotHanded("not_yours")
    must_stand(post, asked, now=now)
    made = Leave(
        town=actor.town, post=post, first=asked.first, last=asked.last, stand_in_id=asked.to.post_id, note=asked.note,
        hand=asked.hand,
    )  # fmt: skip
    with transaction.atomic():
        add_row(made, "leave", actor=actor, now=now)
        bump(actor.town)
        hand_when_it_begins(made, now=now)
    return made


def hand_when_it_begins(leave: Leave, *, now: datetime) -> None:
    """Have the worker hand what is open to who stands in, on the first day of a leave or at once, if it is to."""
    if leave.hand and leave.last >= today(now):
        first = datetime.combine(leave.first, time(), ZoneInfo(settings.TIME_ZONE))
        enqueue("cases.leave", town_id=leave.town_id, run_at=max(first, now), leave_id=leave.pk)


def must_stand(post: Post, asked: LeaveAsked, *, now: datetime, but: int = 0) -> None:
    """Whether a leave can be; raises NotHanded as `set_leave` does. `but`: the one that is to be as is asked."""
    if post.ends is not None and post.ends < asked.first:
        raise NotHanded("ended")
    if asked.last < asked.first or asked.last < today(now) or asked.last - asked.first > LONGEST:
        raise NotHanded("bad_day")
    if asked.to.post_id == post.pk:
        raise NotHanded("to_itself")
    own = asked.to.post_id is None and asked.to.unit_id == post.unit_id
    if not own and (asked.to.post_id is None or not works_there(post.town, asked.to, now)):
        raise NotHanded("bad_holder")
    rows = Leave.objects.for_system("leave", post.town_id).filter(post=post).exclude(pk=but)
    if rows.filter(first__lte=asked.last, last__gte=asked.first).exists():
        raise NotHanded("overlaps")


def end_leave(leave: Leave, *, actor: Actor, now: datetime) -> None:
    """End a leave that is on with yesterday, or take one that is to come off the calendar. Raises NotHanded."""
    if not may_set_leave(actor, leave.post):
        raise NotHanded("not_yours")
    gone = today(now) - timedelta(days=1)
    if leave.last <= gone:
        raise NotHanded("ended")
    with transaction.atomic():
        facts = {"first": min(leave.first, gone), "last": gone}
        change_row(leave, "leave", facts, actor=actor, now=now, act="end")
        bump(actor.town)


def begin_leave(town: Town, leave_id: int, *, actor: Actor, now: datetime) -> int:
    """On the first day of a leave: hand what is open with the post to who stands in. Returns how many duties."""
    rows = Leave.objects.for_system("leave begins", town).select_related("post__unit", "stand_in")
    leave = rows.filter(pk=leave_id).first()
    if leave is None or not leave.hand or not leave.first <= today(now) <= leave.last:
        return 0
    to = Holder(leave.stand_in.unit_id, leave.stand_in_id) if leave.stand_in else Holder(leave.post.unit_id)
    with transaction.atomic():
        return hand_over(leave.post, Leaving(leave.first, to, leave.note or "—", LENT), actor=actor, now=now)
