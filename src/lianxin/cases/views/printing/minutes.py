"""The minutes of a conference as a page to be printed and signed."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.queries.minutes import minutes_of
from lianxin.cases.views.case.showing import actor_of, seen
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.printing.slips import printed_by
from lianxin.keys.numbers import spoken
from lianxin.people.middleware import staff


@staff
@never_cache
@require_safe
def minutes(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """The minutes of one conference of a case; 404 where there are none."""
    standing, actor = seen(request, number), actor_of(request)
    told = minutes_of(actor, standing, seq)
    if told is None:
        raise Http404
    context = {
        **frame(cast(StaffRequest, request)), "m": told, "case": standing.case, "spoken": spoken(standing.case.number),
        "foot": printed_by(actor, timezone.now()),
    }  # fmt: skip
    return render(request, "cases/print/minutes.html", context)
