"""What has happened meanwhile: an open desk asks every quarter of a minute, and mostly nothing has."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from lianxin.cases.actions.presence import be_at, be_away
from lianxin.cases.queries.presence import acts_since, others_at
from lianxin.cases.queries.standing import NotSeen, newest, stand
from lianxin.cases.values import Standing
from lianxin.cases.views.desk.lists import waiting
from lianxin.cases.views.frame import StaffRequest, own_tally
from lianxin.keys.numbers import tidy
from lianxin.people.middleware import staff

Row = dict[str, Any]


@staff
def pulse(request: StaffRequest) -> HttpResponse:
    """The list as it stands now (`list`), and who else is at the case that is `open`; 304 while all is as it was."""
    now = timezone.now()
    standing = opened(request, now)
    others = others_at(request.actor, standing, now=now) if standing else []
    tag = tag_of(request, now, others)
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        context = {**beside(request, standing, others), **(listed(request, now) if "list" in request.GET else {})}
        response = render(request, "cases/desk/pulse.html", context)
    response.headers["ETag"], response.headers["Cache-Control"] = tag, "private, no-store"
    return response


def listed(request: StaffRequest, now: datetime) -> Row:
    """The list as its address asks for it, and the number beside one's own place of work."""
    return {**waiting(request, now), "tally": own_tally(request.actor, now=now)}


def opened(request: StaffRequest, now: datetime) -> Standing | None:
    """The case the asker has open, as far as they see it; to have one open is said to those who see it too."""
    number = tidy(request.GET.get("open", ""))
    try:
        standing = stand(request.actor, number=number) if number else None
    except NotSeen:
        standing = None
    if standing is not None:
        be_at(standing.case, actor=request.actor, now=now)
    elif "open" in request.GET:
        be_away(actor=request.actor, now=now)
    return standing


def beside(request: StaffRequest, standing: Standing | None, others: list[str]) -> Row:
    """What is told beside an open case: who else has it open, and what has been done since the version one sees."""
    number, seen = request.GET.get("open", "")[:20], request.GET.get("version", "")
    known = seen.isascii() and seen.isdigit() and len(seen) < 10
    since = acts_since(request.actor, standing, int(seen)) if standing and known else []
    lost = bool(number) and standing is None
    return {"open": number, "seen": seen[:10], "lost": lost, "others": others, "since": since}


def tag_of(request: StaffRequest, now: datetime, others: list[str]) -> str:
    """Names what an answer says. Asks one thing of the database: every act of the town leaves an entry, and words about
    time change by the minute; an entry that is committed after a younger one is found with the next minute.
    """
    minute, asked = int(now.timestamp()) // 60, request.GET.urlencode()
    told = (newest(request.actor), minute, request.actor.post_id, get_language(), asked, others)
    return f'"{sha256(repr(told).encode()).hexdigest()[:24]}"'
