"""The clock of a case (时限): the limit of its step, what of it is used, its pauses and its extensions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.cases.models import Case
from lianxin.cases.queries.history import History
from lianxin.cases.queries.setup import limits_of
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.people.queries import clock_of
from lianxin.ui import words
from lianxin.workflow.clock import UNITS, Clock, Limit
from lianxin.workflow.definition import Workflow

Row = dict[str, Any]
MOST_LATE: Final = 500  # working days past a limit that are told one by one: two years


def limit_words(limit: Limit) -> str:
    """A limit as people say it: 3 个工作日."""
    n = limit.amount
    told = {
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", n),
        "hours": ngettext("%(n)s hour", "%(n)s hours", n),
        "working_hours": ngettext("%(n)s working hour", "%(n)s working hours", n),
        "days": ngettext("%(n)s day", "%(n)s days", n),
        "working_days": ngettext("%(n)s working day", "%(n)s working days", n),
    }
    return told[limit.unit] % {"n": n}


def used_words(clock: Clock, limit: Limit | None, entered: datetime, minutes: int, *, working: bool) -> str:
    """What is used of a limit, in what the limit is written in: used up is just when as much is used as it grants.

    `minutes`: of the step's time, since the limit began to count. Working days are told as whole days and what is used
    of the next.
    """
    if limit is None or limit.unit != "working_days":
        return time_words(minutes, working=working)
    start = counts_from(clock, limit, entered)
    moment, days, since = clock.after(start, minutes, working=True)[0], 0, start
    for next_day in range(1, min(limit.amount + MOST_LATE, UNITS[limit.unit])):
        close = clock.due(entered, Limit(next_day, "working_days")).at
        if close > moment:
            break
        days, since = next_day, close
    rest = clock.between(since, moment, working=True)
    if not days and not rest:
        return _("none yet: it counts from the next working day")
    whole = limit_words(Limit(days, "working_days")) if days else ""
    return " ".join(part for part in (whole, time_words(rest, working=True) if rest else "") if part)


def counts_from(clock: Clock, limit: Limit | None, entered: datetime) -> datetime:
    """When a limit begins to count: of working days not on the day the step was entered (民法典第二百零一条)."""
    if limit is None or limit.unit != "working_days":
        return entered
    return datetime.combine(entered.astimezone(clock.zone).date() + timedelta(days=1), time(), clock.zone)


def time_words(minutes: int, *, working: bool) -> str:
    """A length of time; working time in hours, for a working day is not 24 of them."""
    if not working:
        return words.span(minutes)
    hours, rest = divmod(minutes, 60)
    parts = [
        ngettext("%(n)s working hour", "%(n)s working hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest} if rest or not hours else "",
    ]
    return " ".join(part for part in parts if part)


def limit_of(town: Town, flow: Workflow, case: Case) -> Limit | None:
    """The limit of the step a case stands at: its category's of that name, else the workflow's own."""
    step = flow.steps[case.step]
    own = limits_of(town, case.category_id).get(step.limit_name) if step.limit_name else None
    return own or step.within


def clock_panel(town: Town, flow: Workflow, case: Case, history: History, *, now: datetime) -> Row:
    """Limit (words), working, entered_at, used (minutes), due_at, first_due_at, left (minutes while paused),
    pauses [{start, stop, until, by, reason}], extensions [{at, before, after, by, reason}].
    """
    limit, clock = limit_of(town, flow, case), clock_of(town, case.unit_id)
    entered = datetime.fromisoformat(case.state["entered_at"])
    pauses = list(_pauses(flow, history))
    ended = case.due_at is None
    working, left = bool(limit and limit.working), case.state.get("left")
    used = None if ended else _used(clock, case, pauses, entered, now=now)
    counted = 0 if ended else _used(clock, case, pauses, counts_from(clock, limit, entered), now=now)
    return {
        "limit": limit_words(limit) if limit is not None and not ended else "",
        "working": working,
        "entered_at": entered,
        "used": used,
        "used_words": "" if ended else used_words(clock, limit, entered, counted, working=working),
        "due_at": case.due_at,
        "left": left,
        "left_words": "" if left is None else time_words(left, working=bool(case.state.get("working", True))),
        "pauses": pauses,
        "extensions": list(_extensions(flow, history)),
    }


def _used(clock: Clock, case: Case, pauses: list[Row], start: datetime, *, now: datetime) -> int:
    """Minutes of the limit used since `start` in this visit of the step; its pauses do not count."""
    working = bool(case.state.get("working", True))
    used = clock.between(start, max(now, start), working=working)
    for pause in pauses:
        begun, stop = max(pause["start"], start), pause["stop"] or now
        if stop > begun:
            used -= clock.between(begun, stop, working=working)
    return max(0, used)


@dataclass(frozen=True, slots=True)
class _Due:
    before: datetime | None
    after: datetime | None


def _with_due(history: History) -> Iterator[tuple[Entry, _Due]]:
    """Each entry with the due time before and after it."""
    due: datetime | None = None
    for entry in history.entries:
        before, told = due, entry.data.get("set", {})
        if "due_at" in told:
            due = datetime.fromisoformat(told["due_at"]) if told["due_at"] else None
        yield entry, _Due(before, due)


def _by(history: History, entry: Entry) -> str:
    post = history.posts.get(entry.post_id or 0)
    return str(post["name"]) if post is not None else ""


def _has(flow: Workflow, entry: Entry, effect: str) -> bool:
    transition = flow.transition(entry.source, entry.act)
    return transition is not None and transition.effect(effect) is not None


def _pauses(flow: Workflow, history: History) -> Iterator[Row]:
    pause: Row | None = None
    for entry, due in _with_due(history):
        if pause is not None and (_has(flow, entry, "resume") or entry.source != entry.step):
            yield {**pause, "stop": entry.at}
            pause = None
        if _has(flow, entry, "pause"):
            reason = history.text(entry, "reason")
            pause = {"start": entry.at, "stop": None, "until": due.after, "by": _by(history, entry), "reason": reason}
    if pause is not None:
        yield pause


def _extensions(flow: Workflow, history: History) -> Iterator[Row]:
    for entry, due in _with_due(history):
        if _has(flow, entry, "extend"):
            row = {"at": entry.at, "before": due.before, "after": due.after, "by": _by(history, entry)}
            yield {**row, "reason": history.text(entry, "note")}
