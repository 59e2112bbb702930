"""Register a call or a visit while it is being spoken: one page, sent by Ctrl+Enter."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions import open_case
from lianxin.cases.actions.joining import join_case
from lianxin.cases.forms import MOST_PHOTOS, keep
from lianxin.cases.models import Case
from lianxin.cases.pickers import category_name, grid_by, options_of
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.queries.setup import kinds, report_kind
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.queries.triage import URGENCIES, brief
from lianxin.cases.suggest import similar_open, suggest_categories
from lianxin.cases.values import Done, Draft
from lianxin.cases.views.desk.lists import dressed
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.views.public.report_asked import answer
from lianxin.cases.views.public.report_form import Report, place_options, place_value, read_report
from lianxin.cases.words import channel_name, said, used_otherwise
from lianxin.keys.numbers import spoken
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.places.queries import find_address
from lianxin.workflow.definition import FIELDS
from lianxin.workflow.engine import Refused

Row = dict[str, Any]
CHANNELS = ("phone", "walk-in", "12345")


@staff
def register(request: StaffRequest) -> HttpResponse:
    """The page; a POST opens the case (or joins an open one), unless it only asks to look things up."""
    actor, now = request.actor, timezone.now()
    if not actor.can("register"):
        raise PermissionDenied
    filled = read_report(request.town, request.POST, request.FILES)
    answer(filled, request.POST, asks_as(filled), needed=False)
    if request.method != "POST" or request.POST.get("do") == "look" or filled.faults:
        return shown(request, filled, now=now)
    try:
        return see_other(save(request, filled, now=now))
    except KeyUsedOtherwise:
        filled.faults[""] = used_otherwise()
    except (NotSeen, Refused):
        filled.faults[""] = _("The case to join has ended meanwhile. Register this call as one of its own.")
    return shown(request, filled, now=now, status=409)


def asks_as(filled: Report) -> int | None:
    """The category whose questions are asked: the one chosen, else the guess that the case would get."""
    if filled.category is not None or not filled.text:
        return filled.category
    guesses = suggest_categories(filled.town, filled.text, most=1)
    return guesses[0][0].pk if guesses else None


def save(request: StaffRequest, filled: Report, *, now: datetime) -> str:
    """Open the case, or join the one chosen; the address to go on at."""
    actor, data = request.actor, request.POST
    scope, key = f"register:{actor.post_id}", data.get("idempotency_key", "")
    if data.get("join"):
        return joined(request, filled, now=now)
    draft = draft_of(actor, filled, data)
    once = filled.once(
        key, scope, channel=draft.channel, urgency=draft.urgency, category_used=draft.category_id, kind=draft.kind
    )
    done = open_case(draft, actor=actor, now=now, once=once)
    messages.success(request, _("Registered. Read the number out: %(number)s") % {"number": spoken(done.case.number)})
    return after(actor, done, data.get("do", ""))


def after(actor: Actor, done: Done, do: str) -> str:
    """Straight to triage where that was asked and is the actor's to do, else ready for the next call."""
    if do == "triage":
        return reverse("desk-triage" if actor.can("triage") else "case", args=[done.case.number])
    return reverse("desk-register")


def draft_of(actor: Actor, filled: Report, data: QueryDict) -> Draft:
    """The case as the clerk has it before them: what was left open is filled by the guess that was shown."""
    channel = data.get("channel", "")
    kind = data.get("kind", "")
    known = {each["value"] for each in kinds_to_open(actor)}
    draft = filled.draft(
        kind if kind in known else report_kind(actor.town), channel if channel in CHANNELS else CHANNELS[0]
    )
    urgency = data.get("urgency", "")
    return replace(
        draft,
        category_id=asks_as(filled),
        urgency=urgency if urgency in URGENCIES else "",
        grid_id=draft.grid_id or grid_by(actor.town, data.get("grid", "")),
    )


def kinds_to_open(actor: Actor) -> list[Row]:
    """The kinds of case an actor may open, the residents' own first; of confidential ones those they see afterwards."""
    town, usual = actor.town, report_kind(actor.town)
    found = [flow for flow in kinds(town) if not flow.confidential or flow.key in actor.confidential]
    return [{"value": flow.key, "text": said(flow.name)} for flow in sorted(found, key=lambda flow: flow.key != usual)]


def joined(request: StaffRequest, filled: Report, *, now: datetime) -> str:
    """One more person with the same trouble."""
    actor, wanted = request.actor, request.POST.get("join", "")
    seen = Case.objects.seen_by(actor).filter(number=wanted[:12]).first()
    if seen is None:
        raise NotSeen
    once = filled.once(request.POST.get("idempotency_key", ""), f"join:{actor.post_id}", case=seen.pk)
    done = join_case(seen.pk, filled.contact, actor=actor, now=now, note=filled.text, photos=filled.photos, once=once)
    messages.success(request, _("Joined to %(number)s.") % {"number": spoken(done.number)})
    return reverse("desk-register")


def shown(request: StaffRequest, filled: Report, *, now: datetime, status: int = 0) -> HttpResponse:
    """The page with everything typed, and what it brings to light: earlier cases, places, guesses, the same matter."""
    actor, town, data = request.actor, request.town, request.POST
    faults = filled.faults if request.method == "POST" and data.get("do") != "look" else {}
    guesses = suggest_categories(town, filled.text) if filled.text else []
    meant = find_address(town, filled.address)
    context = {
        **frame(request, "desk-register"),
        "filled": filled,
        "typed": data,
        "kept": keep(filled.photos, town_id=town.pk),
        "most_photos": MOST_PHOTOS,
        "faults": faults,
        "channels": [{"value": key, "text": channel_name(key)} for key in CHANNELS],
        "earlier": earlier(actor, filled.phone, data, now=now),
        "places": place_options(town, meant.places),
        "place": data.get("place") or (place_value(meant.sure) if meant.sure else ""),
        "guesses": [category_name(each, whole=True, town=town) for each, _score in guesses],
        "options": {key: options_of(FIELDS[key], actor, None, now=now)[0] for key in ("category", "grid", "urgency")},
        "alike": same_matter(actor, filled, now=now),
        "kinds": kinds_to_open(actor),
        "answering": answer(filled, data, asks_as(filled), needed=False),
    }
    return render(request, "cases/desk/register.html", context, status=status or (422 if faults else 200))


def earlier(actor: Actor, phone: str, query: QueryDict, *, now: datetime) -> list[Row]:
    """What this telephone has raised before, as far as the actor may see it, the newest first."""
    if not phone:
        return []
    return dressed(actor, inbox(actor, InboxFilter("all", phone=phone, closed=True), now=now, most=5)["rows"], query)


def same_matter(actor: Actor, filled: Report, *, now: datetime) -> list[Row]:
    """Open cases that read like what is being said."""
    if not filled.text:
        return []
    words = f"{filled.text} {filled.address}"
    found = similar_open(actor.town, text=words, lon=filled.lon, lat=filled.lat, now=now)
    seen = Case.objects.seen_by(actor).filter(id__in=[each.case.pk for each in found]).values_list("id", flat=True)
    known = set(seen)
    return [{**brief(actor, each.case), "metres": each.metres} for each in found if each.case.pk in known][:3]
