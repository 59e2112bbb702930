"""The two doors: `open_case` and `transition`. Every change to a case goes through them.

Order of a transition: plan unlocked → begin → claim the key → write the columns where the version is still the one
seen (this locks and compares in one statement; 0 rows: refuse as stale) → kind.check → effects on other cases →
entry, texts, duties, photos, job → kind.after → commit.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.dispatch import Signal

from lianxin.cases.actions.effects import Move, carry_out
from lianxin.cases.actions.reminding import not_again
from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows, standing_after
from lianxin.cases.columns import PLACE, apply, place_of, plain_columns
from lianxin.cases.kinds import kind_of
from lianxin.cases.messages import REMIND
from lianxin.cases.models import Case, Duty, Reporter
from lianxin.cases.queries.setup import categories, latest_version, limits_of, workflow_by_id, workflow_of
from lianxin.cases.queries.standing import stand
from lianxin.cases.roles import roles_of
from lianxin.cases.search import index
from lianxin.cases.values import Done, Draft, Holder, Standing
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.numbers import next_number
from lianxin.keys.once import OnceKey, claim, found
from lianxin.keys.rows import insert
from lianxin.ledger.chain import FIRST
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.cipher import phone_blinds
from lianxin.people.queries import clock_of, desk_of
from lianxin.places.queries import grid_at
from lianxin.workflow.definition import FIELDS
from lianxin.workflow.engine import CaseState, Plan, Refused, Start, by_hours, plan, start

transitioned = Signal()  # sent after commit with `entry`; only wakes the worker, nothing is lost if nobody hears it


def open_case(draft: Draft, *, actor: Actor, now: datetime, once: OnceKey | None = None) -> Done:
    """Raise a case (提交): number it, place it on the grid, put it on the first step of its kind's workflow.

    Acknowledged means durable: when this returns, the case, its history and its photos are on the disk. The same
    key again returns the case it made. A place outside every grid is taken all the same.
    """
    town = actor.town
    version = latest_version(town, draft.kind)
    begun = start(workflow_of(version), now=now, clock=clock_of(town), limits=limits_of(town, draft.category_id))
    case = _new_case(draft, begun, actor=actor, now=now)
    case.workflow_id = version.pk
    sheet = Sheet(case, actor, now, "open", photos=draft.photos, moment="before", quiet=draft.quiet)
    for duty in begun.opens:
        holder = draft.holder or Holder(desk_of(town, draft.state.get("stand_in") or duty.who))
        opened = sheet.open_duty(duty.what, duty.who, holder, duty.due, case.step)
        case.unit_id, case.post_id = opened.unit_id, opened.post_id
        _date(case, begun, opened, town)
    sheet.texts = {"title": case.title, "text": draft.text, PLACE: place_of(case)}
    reporter = _new_reporter(draft, case, actor, now)
    sheet.come_with(reporter)
    entry, texts = entry_of(sheet, plain_columns(case))
    with database.atomic():
        if (earlier := claim(once, town_id=town.pk, result=case.pk, now=now)) is not None:
            return _again(actor, earlier)
        insert([case])
        insert([reporter])
        save_rows(sheet, entry, texts)
        index(case.pk, town.pk, " ".join((case.title, draft.text, case.address)))
    announce(entry)
    return Done(standing_after(sheet, ()), entry, reporter.pk)


def _date(case: Case, begun: Start, opened: Duty, town: Town) -> None:
    """The first limit runs by the hours of the unit that the case is raised with."""
    limit = next(duty.limit for duty in begun.opens if duty.what == opened.what)
    clock = clock_of(town, opened.unit_id)
    if limit is None or clock is clock_of(town):
        return
    state, due = by_hours(begun.state, limit, clock)
    case.state = {**case.state, **state.to_json()}
    case.due_at = opened.due_at = due.at
    opened.soon_at = due.soon_at


def _again(actor: Actor, case_id: int) -> Done:
    case = Case.objects.for_system("replay", actor.town_id).get(pk=case_id)
    duties = Duty.objects.for_system("replay", actor.town_id).filter(case_id=case_id, done_at=None)
    first = Reporter.objects.for_system("replay", actor.town_id).filter(case_id=case_id, first=True).first()
    return Done(Standing(case, tuple(duties)), None, first.pk if first else None)


def _new_case(draft: Draft, begun: Start, *, actor: Actor, now: datetime) -> Case:
    town = actor.town
    grid_id = draft.grid_id
    if grid_id is None and draft.lon is not None and draft.lat is not None:
        grid_id = grid_at(town, draft.lon, draft.lat)
    category = categories(town).get(draft.category_id or 0)
    return Case(
        id=new_id(), town_id=town.pk, number=next_number(town), kind=draft.kind, step=begun.state.step, head=FIRST,
        title=draft.title[:120], category_id=draft.category_id, grid_id=grid_id, channel=draft.channel,
        urgency=draft.urgency or (category.urgency if category else "normal"), lon=draft.lon, lat=draft.lat,
        address=draft.address[:200], happened_at=draft.happened_at, recorded_at=now, due_at=begun.state.due_at,
        state={**begun.state.to_json(), **draft.state}, parent_id=draft.parent_id, answers=dict(draft.answers),
    )  # fmt: skip


def _new_reporter(draft: Draft, case: Case, actor: Actor, now: datetime) -> Reporter:
    contact = draft.contact
    return Reporter(
        id=new_id(), town_id=case.town_id, case_id=case.pk, name=contact.name, phone=contact.phone,
        public_consent=contact.public_consent, at=now, **phone_blinds(contact.phone),
        account_id=None if actor.is_staff else actor.account_id,
    )  # fmt: skip


def transition(
    seen: Standing | int,
    act: str,
    *,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any] | None = None,
    once: OnceKey | None = None,
    quiet: bool = False,
    before: bool = False,
) -> Done:
    """Make one transition (流转), or raise Refused and change nothing.

    `seen` is the case as the caller saw it (or its id): if it has moved on since, the act is refused as stale.
    `given` holds the fields of the transition: texts, datetimes, Holder for `holder`, unit ids for `units`, ids for
    category, grid and case, StoredPhoto for `photos`. `before`: photos of an act that leaves the case at its step show
    the place as it was found.
    """
    filled = {key: value for key, value in (given or {}).items() if value not in (None, "", [], ())}
    standing = stand(actor, pk=seen) if isinstance(seen, int) else seen
    try:
        return _transition(standing, act, actor=actor, now=now, given=filled, once=once, quiet=quiet, before=before)
    except Refused:  # a repeat finds the case moved on by itself
        if (earlier := found(once, town_id=actor.town_id)) is not None:
            return _again(actor, earlier)
        raise


def _transition(
    standing: Standing,
    act: str,
    *,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    once: OnceKey | None,
    quiet: bool,
    before: bool,
) -> Done:
    case = standing.case
    decided = decide(standing, act, actor=actor, now=now, given=given)
    if act == REMIND:
        not_again(case, actor=actor, now=now)
    seen_version = case.version
    sheet = _sheet(standing, decided, actor=actor, now=now, given=given)
    sheet.quiet = quiet
    if before and decided.transition.to is None:
        sheet.moment = "before"
    move = Move(standing, decided, sheet, actor, now, given)
    carry_out(move)
    changed = apply(case, move.columns())
    entry, texts = entry_of(sheet, changed)
    kind = kind_of(case.kind)
    with database.atomic():
        if (earlier := claim(once, town_id=case.town_id, result=case.pk, now=now)) is not None:
            return _again(actor, earlier)
        save_changes(case, seen_version, changed)
        kind.check(case, decided.transition, given)
        for write in move.later:
            write(entry)
        save_rows(sheet, entry, texts)
        kind.after(case, decided.transition, given)
    announce(entry)
    return Done(standing_after(sheet, standing.duties), entry)


def decide(standing: Standing, act: str, *, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Plan:
    """Ask the engine what an act would do to a case; raises Refused."""
    case, town = standing.case, actor.town
    category_id = given.get("category", case.category_id)
    return plan(
        workflow_by_id(town, case.workflow_id),
        state_of(standing),
        act,
        roles=roles_of(actor, case, standing.duties),
        given=given,
        now=now,
        clock=clock_of(town, case.unit_id),
        limits=limits_of(town, category_id),
    )


def state_of(standing: Standing) -> CaseState:
    """A case's state as the engine wants it."""
    case = standing.case
    return CaseState.from_json(case.step, case.due_at, [duty.what for duty in standing.duties], case.state)


def _sheet(standing: Standing, decided: Plan, *, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Sheet:
    sheet = Sheet(
        standing.case, actor, now, decided.transition.act, source=decided.source, counts=decided.transition.counts,
        late=decided.late, photos=given.get("photos", ()), moment=_moment_of_photos(decided, standing, actor),
    )  # fmt: skip
    if actor.reporter_id is not None:  # several reporters may follow one case: each sees their own words alone
        sheet.given["reporter"] = actor.reporter_id
    for key, value in given.items():
        if FIELDS[key].type == "text":
            sheet.texts[key] = str(value)
        elif key != "photos":
            sheet.given[key] = _plain(value)
    return sheet


def _moment_of_photos(decided: Plan, standing: Standing, actor: Actor) -> str:
    """Photos that come with the result show the place after; those of the reporter show it before."""
    if actor.reporter_of is not None:
        return "before"
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    source, target = flow.phase_of(decided.source), flow.phase_of(decided.state.step)
    return "after" if source == "handle" and target != "handle" else "during"


def _plain(value: Any) -> Any:
    if isinstance(value, Holder):
        return {"unit": value.unit_id, "post": value.post_id}
    return value.isoformat() if isinstance(value, datetime) else value


def announce(entry: Entry) -> None:
    """Wake the worker once the entry is committed."""
    database.on_commit(lambda: transitioned.send(sender=Case, entry=entry))

