"""Handing work over when a person leaves (交接): no open duty stays with a post that has ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.db.models import Q

from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows
from lianxin.cases.columns import apply
from lianxin.cases.models import Case, Duty
from lianxin.cases.roles import MAIN
from lianxin.cases.values import Holder
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.actions import record
from lianxin.ledger.rows import altered
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.people.queries import today
from lianxin.workflow.clock import Due

HANDED, LENT = "hand_over_work", "stand_in_work"  # for good; for as long as the holder is away


class NotHanded(Exception):
    """Nothing was handed over; `code`: not_yours, no_reason, bad_day, ended, to_itself, bad_holder."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Leaving:
    """A person leaves a post: the first day off, who takes the open work on (a unit, or a post in it), and why."""

    off: date
    to: Holder
    reason: str
    act: str = HANDED


def work_of(post: Post) -> Any:
    """The open duties of a post, whoever may see their cases: what there is to hand over."""
    duties = Duty.objects.for_system("hand over", post.town_id).filter(post_id=post.pk, done_at=None)
    return duties.order_by("case_id", "id")


def leave_post(post: Post, leaving: Leaving, *, actor: Actor, now: datetime) -> int:
    """End a post and hand its open duties on, in one transaction; returns how many duties. Raises NotHanded.

    From the day off the post gives no access and is given no work, so no duty can come to it afterwards. Each case
    gets an entry of its own that says from whom to whom; due times stay. Open cases the post had handled and that are
    now with their reporter or the supervisors come to the new holder if they are to be done again.
    """
    _check(post, leaving, actor, now)
    with database.atomic():
        locked = Post.objects.for_system("hand over", post.town_id).select_for_update().get(pk=post.pk)
        moved = hand_over(locked, leaving, actor=actor, now=now)
        post.ends = leaving.off - timedelta(days=1)
        line = altered(locked, "post", {"ends": post.ends}, act="leave", why=leaving.reason.strip())
        assert line is not None  # noqa: S101 - the last day is before today, and was not before
        locked.save(update_fields=["ends"])
        handed = {**line.data, "duties": moved, "to": _plain(leaving.to)}
        record(replace(line, data=handed), actor=actor, now=now)
        bump(actor.town)
    return moved


def _check(post: Post, leaving: Leaving, actor: Actor, now: datetime) -> None:
    if post.town_id != actor.town_id or not actor.can("manage_people"):
        raise NotHanded("not_yours")
    if not leaving.reason.strip():
        raise NotHanded("no_reason")
    if post.ends is not None and post.ends < today(now):
        raise NotHanded("ended")
    if leaving.off > today(now) or (post.starts is not None and leaving.off < post.starts):
        raise NotHanded("bad_day")
    if leaving.to.post_id == post.pk:
        raise NotHanded("to_itself")
    if leaving.to.post_id is not None and not works_there(actor.town, leaving.to, now):
        raise NotHanded("bad_holder")


def works_there(town: Town, holder: Holder, now: datetime) -> bool:
    """Whether the holder's post is one of its unit, and of somebody who still works there."""
    rows = Post.objects.for_system("hand over", town).filter(pk=holder.post_id or 0, unit_id=holder.unit_id)
    return rows.filter(Q(ends=None) | Q(ends__gte=today(now)), account__is_active=True).exists()


def hand_over(post: Post, leaving: Leaving, *, actor: Actor, now: datetime) -> int:
    """Hand the open duties of a post on, each case with an entry of its own; call it in a transaction."""
    by_case: dict[int, list[Duty]] = {}
    for duty in work_of(post):
        by_case.setdefault(duty.case_id, []).append(duty)
    later = Case.objects.for_system("hand over", post.town_id).filter(closed_at=None, state__handler__post=post.pk)
    wanted = set(by_case) | set(later.values_list("id", flat=True))
    cases = Case.objects.for_system("hand over", post.town_id).filter(id__in=wanted).order_by("id")
    for case in cases:
        _move(case, by_case.get(case.pk, ()), post, leaving, actor=actor, now=now)
    return sum(len(duties) for duties in by_case.values())


def _move(
    case: Case, duties: Sequence[Duty], post: Post, leaving: Leaving, *, actor: Actor, now: datetime
) -> None:
    """One case: shut what the post holds, open the same for who follows, with the same due time."""
    seen, to = case.version, leaving.to
    sheet = Sheet(
        case, actor, now, leaving.act, texts={"reason": leaving.reason.strip()}, source=case.step,
        given={"holder": _plain(to), "from": {"unit": post.unit_id, "post": post.pk}},
    )  # fmt: skip
    for duty in duties:
        sheet.shuts.append(duty)
        due = Due(duty.due_at, duty.soon_at or duty.due_at, False) if duty.due_at else None
        after = sheet.open_duty(duty.what, duty.who, to, due, duty.step)
        after.opened_at, after.swept = duty.opened_at, duty.swept
    changed = apply(case, _columns(case, sheet, post, to))
    entry, texts = entry_of(sheet, changed)
    save_changes(case, seen, changed)
    save_rows(sheet, entry, texts)


def _columns(case: Case, sheet: Sheet, post: Post, to: Holder) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for duty in sheet.opens:
        if duty.what == MAIN:
            columns |= {"unit_id": duty.unit_id, "post_id": duty.post_id}
    if (case.state.get("handler") or {}).get("post") == post.pk:
        columns["state"] = {**case.state, "handler": _plain(to)}
    return columns


def _plain(holder: Holder) -> dict[str, int | None]:
    return {"unit": holder.unit_id, "post": holder.post_id}
