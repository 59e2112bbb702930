"""Who takes what comes to somebody who is away, or to a unit outside its hours."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone

from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.people.models import Leave, Post, Turn
from lianxin.people.queries import today

LONGEST_CHAIN = 3  # who stands in may be away too; whoever asks further asks in a circle


class Away(NamedTuple):
    """A leave that is on or to come: of which post and unit, who stands in, from when to when."""

    post_id: int
    stand_in: int | None
    stand_in_unit: int | None
    first: date
    last: date


class OnDuty(NamedTuple):
    """A turn on the roster that is on or to come."""

    unit_id: int
    post_id: int
    starts: datetime
    ends: datetime


def leaves(town: Town) -> Sequence[Away]:
    """The leaves of a town that have not ended."""

    def build() -> list[Away]:
        rows = Leave.objects.for_system("stand in", town).filter(last__gte=today(timezone.now()))
        found = rows.filter(post__ends=None).order_by("first", "id")
        return [Away(*each) for each in found.values_list("post_id", "stand_in", "stand_in__unit", "first", "last")]

    return cached(town, "who is away", build)


def turns(town: Town) -> Sequence[OnDuty]:
    """The turns of a town's roster that have not ended, the earliest first."""

    def build() -> list[OnDuty]:
        rows = Turn.objects.for_system("stand in", town).filter(ends__gt=timezone.now(), post__account__is_active=True)
        found = rows.filter(post__ends=None).order_by("starts", "id")
        return [OnDuty(*each) for each in found.values_list("post__unit", "post_id", "starts", "ends")]

    return cached(town, "turns", build)


def away(town: Town, post_id: int, *, now: datetime) -> Away | None:
    """The leave a post is on at a moment."""
    day = today(now)
    return next((each for each in leaves(town) if each.post_id == post_id and each.first <= day <= each.last), None)


def on_duty(town: Town, unit_id: int, *, now: datetime) -> int | None:
    """The post whose turn it is in a unit at a moment, and who is not away; the one that came on last."""
    found = [each for each in turns(town) if each.unit_id == unit_id and each.starts <= now < each.ends]
    present = [each.post_id for each in found if away(town, each.post_id, now=now) is None]
    return present[-1] if present else None


def who_takes(town: Town, unit_id: int, post_id: int | None, *, now: datetime) -> tuple[int, int | None]:
    """The unit and post to which comes what was meant for these: who stands in, or whose turn it is."""
    for _each in range(LONGEST_CHAIN):
        if post_id is None or (leave := away(town, post_id, now=now)) is None:
            break
        unit_id, post_id = leave.stand_in_unit or unit_id, leave.stand_in
    else:
        if post_id is not None and away(town, post_id, now=now) is not None:
            post_id = None
    if post_id is None:
        post_id = on_duty(town, unit_id, now=now)
    return unit_id, post_id


def leaves_of(post: Post, *, now: datetime) -> list[Leave]:
    """The leaves of a post that are on or to come."""
    rows = Leave.objects.for_system("leaves of a post", post.town_id).filter(post=post, last__gte=today(now))
    return list(rows.select_related("stand_in__account").order_by("first", "id"))
