"""The day at a glance (每日一览): what came, what is due, late, sent back or to be looked at again, for one post."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.followups import due_follow_ups
from lianxin.cases.queries.inbox import InboxFilter, duties_of
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.undone import still_stands
from lianxin.cases.words import step_name
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.queries import clock_of, today
from lianxin.ui.words import light_of

Row = dict[str, Any]
READ: Final = 1000  # open duties of one post that are looked at
SHOWN: Final = 20  # rows of a section
FARTHEST: Final = 15  # days to the working day before, or after: longer holidays there are none
SENT_BACK: Final = ("returned", "reopened")  # what an entry counts as
SECTIONS: Final = ("late", "today", "tomorrow", "returned", "came")


def works_on(actor: Actor, day: date) -> bool:
    """Whether a day is a working day where the actor works."""
    return bool(clock_of(actor.town, actor.unit_id).spans(day))


def _next(actor: Actor, day: date, step: int) -> date:
    days = (day + timedelta(days=step * each) for each in range(1, FARTHEST))
    return next((each for each in days if works_on(actor, each)), day + timedelta(days=step))


def day_of(actor: Actor, *, now: datetime) -> Row:
    """The actor's day: `waiting` (open duties in all), `again` (days to look again), `sections` (what: number, rows),
    `unit` (figures of the unit), `since` and `next`, the working days before and after; a few statements.

    What came and what came back is since the working day before; due “tomorrow” is by the next working day. What waits
    for the resident is nobody's. `rows` are at most twenty of each: id,
    number, spoken, title, step_name, confidential, due_at, light.
    """
    here = today(now)
    since, following = _next(actor, here, -1), _next(actor, here, 1)
    mine = duties_of(actor, InboxFilter("mine"), now=now).exclude(who="reporter").order_by("due_at", "id")
    duties: list[Row] = list(mine.values("case_id", "opened_at", "due_at", "soon_at", "paused")[:READ])  # type: ignore[arg-type]
    ids = _sorted_out(duties, now=now, since=since, following=following)
    ids["returned"] = _sent_back(actor, {duty["case_id"] for duty in duties}, since)
    cases = _cases(actor, {pk for each in ids.values() for pk in each[:SHOWN]})
    due = {duty["case_id"]: _light(duty, now) for duty in reversed(duties)}
    sections = {}
    for what in SECTIONS:
        rows = [{**cases[pk], **due[pk]} for pk in ids[what][:SHOWN] if pk in cases]
        sections[what] = {"number": len(ids[what]), "rows": rows}
    told = counts(actor, now=now, scope="unit")
    return {
        "waiting": len(duties), "again": due_follow_ups(actor, now=now), "sections": sections, "since": since,
        "next": following, "day": here, "unit": {"total": told["total"], **told["lights"]},
    }  # fmt: skip


def _light(duty: Row, now: datetime) -> Row:
    due, soon = duty["due_at"], duty["soon_at"]
    return {"due_at": due, "light": light_of(due, soon, now, paused=duty["paused"], ended=False)}


def is_empty(day: Row) -> bool:
    """Whether there is nothing to tell: nothing waits, and nothing is to be looked at again."""
    return not (day["waiting"] or day["again"])


def _sorted_out(duties: Sequence[Row], *, now: datetime, since: date, following: date) -> dict[str, list[int]]:
    """The cases of some duties by what they ask of today, each once in a section."""
    found: dict[str, dict[int, None]] = {what: {} for what in SECTIONS}
    here = today(now)
    for duty in duties:
        due, case = duty["due_at"], duty["case_id"]
        if since <= today(duty["opened_at"]) < here:
            found["came"][case] = None
        if due is None or duty["paused"]:
            continue
        if due < now:
            found["late"][case] = None
        elif today(due) == here:
            found["today"][case] = None
        elif today(due) <= following:
            found["tomorrow"][case] = None
    return {what: list(rows) for what, rows in found.items()}


def _sent_back(actor: Actor, ids: set[int], since: date) -> list[int]:
    """Of some open cases those that were returned or reopened lately, and that was not taken back."""
    begins = datetime.combine(since, time(0), ZoneInfo(settings.TIME_ZONE))
    rows = Entry.objects.for_system("the reader's own cases", actor.town).filter(still_stands(actor.town))
    found = rows.filter(subject_kind="case", counts__in=SENT_BACK, at__gte=begins).order_by("at")
    return [pk for pk in dict.fromkeys(found.values_list("subject_id", flat=True)) if pk in ids]


def _cases(actor: Actor, ids: Iterable[int]) -> dict[int, Row]:
    columns = ("id", "number", "title", "workflow_id", "step", "kind")
    secret = actor.town.settings.get("confidential", ())
    found = {}
    for row in Case.objects.seen_by(actor).filter(id__in=list(ids)).values(*columns):
        flow = workflow_by_id(actor.town, row["workflow_id"])
        found[row["id"]] = {
            **row, "spoken": spoken(row["number"]), "step_name": step_name(flow, row["step"]),
            "confidential": flow.confidential or row["kind"] in secret,
        }  # fmt: skip
    return found


def names_in(actor: Actor, day: Row) -> list[str]:
    """The names of those who raised the cases of a day's rows: to be starred where a title has them."""
    ids = {row["id"] for section in day["sections"].values() for row in section["rows"]}
    rows = Reporter.objects.for_system("masking titles", actor.town).filter(case_id__in=ids)
    return [row.name for row in rows.only("id", "town_id", "name") if row.name]
