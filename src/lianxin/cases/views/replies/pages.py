"""The page on which reply texts are kept: one's unit's and, for who sets the town up, the town's; with their past."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.actions.replies import (
    LONGEST,
    LONGEST_NAME,
    ReplyFacts,
    ReplyFaults,
    add_reply,
    change_reply,
    end_reply,
    put_reply_back,
)
from lianxin.cases.acts import act_word
from lianxin.cases.models import ReplyText
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.replies import KIND, kept_by, may_keep, reply_changes, told, variables
from lianxin.cases.queries.setup import categories
from lianxin.cases.views.frame import StaffRequest, address, frame, see_other
from lianxin.cases.words import said
from lianxin.ledger.rows import StaleRow, stamp_of
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.models import Account
from lianxin.workflow.definition import FIELDS, PHASE_NAMES, PHASES

Row = dict[str, Any]
LONGEST_WHY = 200


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: StaffRequest) -> HttpResponse:
    """The texts there are, and a form for a new one."""
    if request.method != "POST":
        return listed(request)
    try:
        add_reply(facts_of(request), why=reason(request), actor=request.actor, now=timezone.now())
    except ReplyFaults as wrong:
        return listed(request, faults=wrong.faults, status=422)
    messages.success(request, _("Kept. It is offered from now on where it fits."))
    return see_other(reverse("replies"))


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """One text: its form and its past; `do` ends it or takes it up again."""
    row = own(request.actor, pk)
    if request.method != "POST":
        return one(request, row)
    try:
        done = change(request, row)
    except ReplyFaults as wrong:
        return one(request, row, faults=wrong.faults, status=422)
    except StaleRow:
        stale = _("Somebody has changed this text meanwhile: see its history. What you wrote is still in the form.")
        return one(request, own(request.actor, pk), faults={"": stale}, status=409)
    messages.success(request, done)
    return see_other(reverse("reply", args=[pk]))


@staff
@require_POST
def reply_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Bring a text to what it was before one entry of its history."""
    row, seq = own(request.actor, pk), request.POST.get("seq", "")
    number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 9 else 0
    try:
        put_reply_back(pk, number, actor=request.actor, now=timezone.now())
    except ReplyFaults as wrong:
        return one(request, row, faults={"": " ".join(wrong.faults.values())}, status=422)
    messages.success(request, _("The text is again as it was before."))
    return see_other(reverse("reply", args=[pk]))


def change(request: StaffRequest, row: ReplyText) -> str:
    """Do what the form asks, and say so."""
    actor, now, do, why = request.actor, timezone.now(), request.POST.get("do", ""), reason(request)
    if do in ("end", "again"):
        end_reply(row.pk, active=do == "again", why=why, actor=actor, now=now)
        return _("It is offered no more.") if do == "end" else _("It is offered again.")
    change_reply(row.pk, facts_of(request), seen=request.POST.get("seen", ""), why=why, actor=actor, now=now)
    return _("Kept. It is offered from now on where it fits.")


def reason(request: StaffRequest) -> str:
    """Why, as the form says."""
    return " ".join(request.POST.get("why", "").replace("\x00", "").split())[:LONGEST_WHY]


def own(actor: Actor, pk: int) -> ReplyText:
    """A text of the town or of the reader's unit; 404 for others'."""
    row = ReplyText.objects.for_system("reply texts: asked below", actor.town).filter(pk=pk).first()
    if row is None or row.unit_id not in (None, actor.unit_id):
        raise Http404
    return row


def facts_of(request: StaffRequest) -> ReplyFacts:
    """What the form says; what is picked from lists and is none counts as not picked."""
    data, actor = request.POST, request.actor
    category, field, phase = data.get("category", ""), data.get("field", ""), data.get("phase", "")
    known = {str(pk): pk for pk in categories(actor.town)}
    return ReplyFacts(
        name=" ".join(data.get("name", "").replace("\x00", "").split()),
        body=data.get("body", "").replace("\x00", "").replace("\r\n", "\n"),
        field=field if field in ReplyText.Field.values else ReplyText.Field.ANSWER.value,
        category_id=known.get(category),
        phase=phase if phase in PHASES else "",
        unit_id=None if data.get("whose") == "town" else actor.unit_id,
    )


def listed(request: StaffRequest, *, faults: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    """The list, with the form of a new text as it was typed."""
    actor = request.actor
    context = {
        **around(request),
        **choices(actor),
        "rows": [line_of(actor, row) for row in kept_by(actor)],
        "ended": [line_of(actor, row) for row in kept_by(actor, ended=True)],
        "typed": request.POST or {"field": "answer", "whose": "town" if actor.can("configure") else "unit"},
        "faults": faults or {},
    }
    return render(request, "cases/replies/list.html", context, status=status)


def one(
    request: StaffRequest, row: ReplyText, *, faults: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """A text's own page."""
    actor = request.actor
    stands = {
        "name": row.name, "body": row.body, "field": row.field, "phase": row.phase,
        "category": str(row.category_id or ""), "whose": "town" if row.unit_id is None else "unit",
    }  # fmt: skip
    context = {
        **around(request),
        **choices(actor),
        "row": line_of(actor, row),
        "may": may_keep(actor, row.unit_id),
        "seen": request.POST.get("seen") if status == 422 and "seen" in request.POST else stamp_of(row),
        "typed": request.POST if faults and "seen" in request.POST else stands,
        "faults": faults or {},
        "history": past(actor, row),
    }
    return render(request, "cases/replies/one.html", context, status=status)


def around(request: StaffRequest) -> Row:
    """The page's frame and its way back: for who sets the town up, the set-up; for others, their inbox."""
    if request.actor.can("configure") and (setup := address("setup")):
        return {**frame(request, "setup"), "way": (_("Set-up"), setup)}
    return {**frame(request, "desk"), "way": (_("Inbox"), f"{reverse('desk')}?scope=mine")}


def choices(actor: Actor) -> Row:
    """What may be picked in the form."""
    of_category = [
        {"value": str(row.pk), "text": category_name(row, whole=True, town=actor.town)}
        for row in categories(actor.town).values() if row.active
    ]  # fmt: skip
    of_town = [{"value": "town", "text": _("The whole town")}] if actor.can("configure") else []
    return {
        "of_field": [{"value": key, "text": said(FIELDS[key].name)} for key in ReplyText.Field.values],
        "of_category": [{"value": "", "text": _("Every category")}, *of_category],
        "of_phase": [{"value": "", "text": _("Every step")}]
        + [{"value": key, "text": said(PHASE_NAMES[key])} for key in PHASES],
        "of_whose": [{"value": "unit", "text": _("My unit")}, *of_town],
        "variables": variables(),
        "longest": LONGEST,
        "longest_name": LONGEST_NAME,
    }


def line_of(actor: Actor, row: ReplyText) -> Row:
    """A text as the list tells it."""
    where = [told(actor.town, column, getattr(row, column)) for column in ("field", "category_id", "phase")]
    return {
        "id": row.pk, "name": row.name, "body": row.body, "where": " · ".join(where), "active": row.active,
        "whose": told(actor.town, "unit_id", row.unit_id), "may": may_keep(actor, row.unit_id),
    }  # fmt: skip


def past(actor: Actor, row: ReplyText) -> list[Row]:
    """What was done to a text, the newest first: who, when, why, what each field was and became."""
    rows = reply_changes(actor.town, row)
    people = Account.objects.in_bulk([each.entry.account_id for each in rows if each.entry.account_id])
    return [
        {
            "act": act_word(KIND, each.entry.act), "at": each.entry.at, "fields": each.fields,
            "who": getattr(people.get(each.entry.account_id or 0), "name", "") or _("The system"), "why": each.why,
            "seq": each.entry.seq if each.entry.data.get("was") else 0,
        }
        for each in rows
    ]  # fmt: skip
