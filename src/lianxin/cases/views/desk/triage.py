"""Triage in one screen: the request, the proposal and why, one key to confirm; then the next one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions.triage import JUDGED, Way, dispatching, follow, ways
from lianxin.cases.fields import fields_for
from lianxin.cases.forms import FormFaults, parse_given
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.queries.triage import alike, judgement
from lianxin.cases.values import Done, Standing
from lianxin.cases.views.case.attempt import lost_words
from lianxin.cases.views.desk.lists import WAITING, came_from, href_of, next_waiting, triaged_by
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.views.keys import TRIAGE
from lianxin.cases.views.parts import HELD, in_part, part_of
from lianxin.cases.views.replies.inserting import INSERT, inserted
from lianxin.cases.words import refusal, said, used_otherwise
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import spoken, tidy
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.queries import roles, units
from lianxin.ui import words
from lianxin.workflow.engine import Refused

Row = dict[str, Any]
STALE = 409


def standing_of(actor: Actor, number: str) -> Standing:
    """The case of a number, or the same 404 for one that is not there and one that is not this actor's."""
    try:
        return stand(actor, number=tidy(number))
    except NotSeen as error:
        raise Http404 from error


@staff
@in_part
def triage(request: StaffRequest, number: str) -> HttpResponse:
    """Show a waiting case with the proposal; a POST does what was decided and opens the next one."""
    actor, now = request.actor, timezone.now()
    standing = standing_of(actor, number)
    if "skip" in request.GET:
        return onward(request, number, now)
    if INSERT in request.POST:
        return shown(request, standing, inserted(request.POST, standing, actor), now=now)
    if request.method != "POST" or request.POST.get("do") == "look":
        return shown(request, standing, request.POST or request.GET, now=now)
    try:
        act_on(request, standing, now=now)
    except FormFaults as faults:
        return shown(request, standing, request.POST, now=now, faults=faults.faults, status=422)
    except (Refused, KeyUsedOtherwise) as refused:
        fresh, told = standing_of(actor, number), {"": sentence(actor, standing, refused)}
        return shown(request, fresh, request.POST, now=now, faults=told, status=STALE)
    return onward(request, standing.case.number, now)


def act_on(request: StaffRequest, standing: Standing, *, now: datetime) -> None:
    """Do what was decided; raises FormFaults or Refused, and changes nothing then."""
    actor, data = request.actor, request.POST
    act, key, seen = data.get("act", ""), data.get("idempotency_key", "")[:100], data.get("version", "")
    once = OnceKey(f"triage:{actor.post_id}", key, digest_of({"case": standing.case.pk, "act": act})) if key else None
    way = ways(actor, standing).get(act)
    given = read_way(way, request, standing) if way is not None else {}
    version = read_number(seen)
    done = follow(
        standing, act, actor=actor, now=now, given=given, seen=-1 if version is None else version, once=once
    )  # fmt: skip
    if way is not None and not done.repeated:
        messages.success(request, done_words(actor, done, way))


def read_way(way: Way, request: StaffRequest, standing: Standing) -> Row:
    """What the form gives for every act of a way, all faults at once."""
    given: Row = {}
    faults: dict[str, str] = {}
    for each in way:
        wanted = {*each.needs, *each.takes}
        wanted &= wanted if each is way[-1] else set(JUDGED)
        mine = {name: request.POST.getlist(name) for name in wanted}
        try:
            given |= parse_given(each, mine, request.FILES, actor=request.actor, case=standing.case)
        except FormFaults as wrong:
            faults |= wrong.faults
    if faults:
        raise FormFaults(faults)
    return given


def done_words(actor: Actor, done: Done, way: Way) -> str:
    """What was done and what follows, in a line that can be read at a glance."""
    names = _(", ").join(said(each.name) for each in way)
    unit = units(actor.town).get(done.case.unit_id or 0)
    told = {"number": spoken(done.case.number), "acts": names}
    if done.case.closed_at is not None or unit is None or done.case.due_at is None:
        return _("%(number)s: %(acts)s. Done.") % told
    told |= {"unit": unit_name(unit), "due": words.when(done.case.due_at)}
    return _("%(number)s: %(acts)s. Now with %(unit)s, until %(due)s.") % told


def sentence(actor: Actor, standing: Standing, refused: Exception) -> str:
    """Why it was refused, and what to do."""
    if not isinstance(refused, Refused):
        return used_otherwise()
    names = {key: role.name for key, role in roles(actor.town).items()}
    return refusal(refused, workflow_by_id(actor.town, standing.case.workflow_id), names)


def onward(request: StaffRequest, number: str, now: datetime) -> HttpResponse:
    """To the next waiting case of the list one came from; back to the inbox when there is none."""
    row = held_ahead(request, but=number) or next_waiting(request.actor, request.GET, now, but=number)
    if row is not None:
        return see_other(href_of(request.actor, row, request.GET))
    messages.info(request, _("Nothing more is waiting for triage in this list."))
    return see_other(f"{reverse('desk')}?{came_from(request.GET).urlencode()}")


def held_ahead(request: StaffRequest, *, but: str) -> Row | None:
    """The row of the case a pane has fetched ahead, if it still waits: to look for the next one in the list costs more
    than the act itself.
    """
    held = tidy(request.headers.get(HELD, ""))
    try:
        standing = stand(request.actor, number=held) if held and held != but else None
    except NotSeen:
        standing = None
    main = standing.main if standing else None
    if standing is None or main is None:
        return None
    case, flow = standing.case, workflow_by_id(request.actor.town, standing.case.workflow_id)
    row = {
        "number": case.number, "due_at": main.due_at, "duty_id": main.pk, "duty": main.what,
        "phase": flow.phase_of(case.step), "closed_at": case.closed_at, "urgency": case.urgency,
    }  # fmt: skip
    return row if triaged_by(request.actor, row) else None


def shown(
    request: StaffRequest, standing: Standing, chosen: Mapping[str, Any], *, now: datetime,
    faults: Mapping[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page of a case that waits for triage, with what was chosen or typed so far."""
    actor, case = request.actor, standing.case
    page = case_page(actor, standing, now)
    every = ways(actor, standing)
    main = dispatching(standing, actor, every)
    judged = judgement(actor, case, page["text"], chosen, now=now)
    typed = chosen if request.method == "POST" else {}
    context = {
        **({"waiting": 0} if part_of(request) else around(request, now)),
        "case": page,
        "j": judged,
        "main": {"act": main, "name": _(" and ").join(said(each.name) for each in every[main])} if main else None,
        "boxes": boxes_of(actor, standing, {act: way for act, way in every.items() if act != main}, now),
        "merge": next((act for act, way in every.items() if way[-1].effect("merge")), ""),
        "alike": alike(actor, case, page["text"], now=now),
        "faults": faults or {},
        "since": since(page["timeline"], request.POST.get("version", "")) if status == STALE else [],
        "typed": typed,
        "lost": lost_words(typed.get("act", ""), typed, every),
        "back": came_from(request.GET).urlencode(),
    }
    return render(request, "cases/desk/triage.html", context, status=status)


def around(request: StaffRequest, now: datetime) -> Row:
    """The frame of the whole page, with how many wait; beside a pane the list says that already."""
    number = counts(request.actor, now=now)
    waiting = sum(step["count"] for step in number["steps"] if step["phase"] in WAITING)
    return {**frame(request, "desk"), "waiting": waiting}


def since(timeline: list[Row], seen: str) -> list[Row]:
    """What has been done to a case since the version somebody had before them."""
    version = read_number(seen)
    return [entry for entry in timeline if version is not None and entry["seq"] > version][-5:]


def boxes_of(actor: Actor, standing: Standing, others: Mapping[str, Way], now: datetime) -> list[Row]:
    """Every other act as a form, those with a key of their own first; merging has a page of its own."""
    found = [box_of(actor, standing, way, now) for way in others.values() if way[-1].effect("merge") is None]
    return sorted(found, key=lambda box: (not box["key"], box["photos"]))


def box_of(actor: Actor, standing: Standing, way: Way, now: datetime) -> Row:
    """Another act as a form in a fold."""
    last = way[-1]
    fields = [each for each in fields_for(last, actor, standing.case, now=now) if each["name"] not in JUDGED]
    taken = {name for each in way for name in (*each.needs, *each.takes)}
    return {
        "act": last.act,
        "name": said(last.name),
        "fields": fields,
        "judged": [name for name in JUDGED if name in taken],
        "key": next((key for need, key in TRIAGE.items() if need in last.needs), ""),
        "danger": "clause" in last.needs,
        "photos": any(each["control"] == "photos" for each in fields),
    }
