"""The messages of somebody in a post: a list, a way from each to its case, and all of them read at once."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.queries.messages import message_of, messages_of
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.views.case.showing import actor_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.notices.actions import read_messages
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see


@staff
@never_cache
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """What the reader was told, the newest first."""
    page = messages_of(actor_of(request), now=timezone.now(), after=request.GET.get("after", ""))
    return render(request, "cases/case/messages.html", {**frame(cast(StaffRequest, request), "messages"), "page": page})


@staff
@never_cache
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to a message's case; what the reader was told of that case counts as read."""
    actor = actor_of(request)
    found = message_of(actor, pk) if pk < 2**63 else None
    if found is None or found.case_id is None:
        raise Http404
    read_messages(actor=actor, now=timezone.now(), case_id=found.case_id)
    try:
        return redirect("case", stand(actor, pk=found.case_id).case.number)
    except NotSeen:
        messages.info(request, _("That case has gone on to others; it is no longer yours to see."))
        return redirect("messages")


@staff
@never_cache
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    read_messages(actor=actor_of(request), now=timezone.now())
    return see(reverse("messages"))
