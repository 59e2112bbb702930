"""What has happened meanwhile: an open desk asks every quarter of a minute, and mostly nothing has."""

from datetime import datetime
from hashlib import sha256

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from lianxin.cases.queries.standing import newest
from lianxin.cases.views.desk.lists import waiting
from lianxin.cases.views.frame import StaffRequest
from lianxin.people.middleware import staff


@staff
def pulse(request: StaffRequest) -> HttpResponse:
    """The list as it stands now (`list`); 304 while it is the one the asker has."""
    now = timezone.now()
    tag = tag_of(request, now)
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        listed = waiting(request, now) if "list" in request.GET else {}
        response = render(request, "cases/desk/pulse.html", {"listed": bool(listed), **listed})
    response.headers["ETag"], response.headers["Cache-Control"] = tag, "private, no-store"
    return response


def tag_of(request: StaffRequest, now: datetime) -> str:
    """Names what an answer says. Costs one statement: every act of the town leaves an entry, and words about time
    change by the minute; an entry that is committed after a younger one is found with the next minute.
    """
    minute, asked = int(now.timestamp()) // 60, request.GET.urlencode()
    told = (newest(request.actor), minute, request.actor.post_id, get_language(), asked)
    return f'"{sha256(repr(told).encode()).hexdigest()[:24]}"'
