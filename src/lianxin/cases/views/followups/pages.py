"""The list of what one's unit wants to look at again, setting a day on a case's page, and pressing that it is done."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.actions.followups import BadDay, follow_up, follow_up_done
from lianxin.cases.forms import Wrong, clean_text
from lianxin.cases.models import FollowUp
from lianxin.cases.queries.followups import follow_up_list
from lianxin.cases.views.case.showing import seen, show_page
from lianxin.cases.views.desk.lists import dressed
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.views.parts import in_part
from lianxin.people.middleware import staff
from lianxin.people.queries import today
from lianxin.people.views.signing import wanted


@staff
@never_cache
@require_safe
def follow_ups(request: StaffRequest) -> HttpResponse:
    """What is for today and before, and what is still to come."""
    actor, now = request.actor, timezone.now()
    due, coming = follow_up_list(actor, now=now), follow_up_list(actor, now=now, coming=True)
    for row in (*due, *coming):
        if row["case"] is not None:
            dressed(actor, [row["case"]], request.GET)
    return render(request, "cases/followups/list.html", {**frame(request, "desk"), "due": due, "coming": coming})


@staff
@never_cache
@require_POST
@in_part
def follow(request: StaffRequest, number: str) -> HttpResponse:
    """Set a day for a case one sees: one of the usual spans, or the day typed."""
    standing, now = seen(request, number), timezone.now()
    data = request.POST
    try:
        note = clean_text(data.get("note", ""))
        follow_up(standing.case, day_of(data.get("in", ""), data.get("on", "")), note, actor=request.actor, now=now)
    except (BadDay, Wrong):
        told = _("Choose a day from today on, within a year. Your note: %(note)s")
        told %= {"note": data.get("note", "")[:200]}
        return show_page(request, standing, told=told, status=422)
    messages.success(request, _("Set. It stands in your unit's list that day."))
    return see_other(wanted(request) or reverse("case", args=[standing.case.number]))


def day_of(span: str, typed: str) -> date | None:
    """The day of a span in days from today, or as it was typed."""
    if span.isascii() and span.isdigit() and len(span) < 4:
        return today(timezone.now()) + timedelta(days=int(span))
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


@staff
@never_cache
@require_POST
@in_part
def done(request: StaffRequest, pk: int) -> HttpResponse:
    """It has been looked at."""
    try:
        follow_up_done(pk, actor=request.actor, now=timezone.now())
    except FollowUp.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Done."))
    return see_other(wanted(request) or reverse("follow-ups"))
