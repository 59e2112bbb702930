"""A year's holidays and make-up days from one text: looked at first, entered whole."""

import hashlib
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.people.middleware import staff
from lianxin.people.queries import today
from lianxin.people.views.signing import see
from lianxin.town.homes.rows import Row
from lianxin.town.registers.holidays import MOST, Looked, look, take
from lianxin.town.registers.known import CALENDAR
from lianxin.town.registers.register import NotKept
from lianxin.town.registers.times import weekdays


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def holidays(request: StaffRequest) -> HttpResponse:
    """The text of a year: `look` shows the days it names, `take` enters them."""
    actor, data = request.actor, request.POST
    if not actor.can(CALENDAR.may):
        raise PermissionDenied
    year = _year(actor.town, data.get("year", ""))
    if request.method != "POST":
        return _page(request, year, None)
    looked = look(actor.town, data.get("text", ""), year)
    if looked.faults or data.get("do") != "take" or data.get("checked") != _mark(looked):
        return _page(request, year, looked)
    try:
        take(actor.town, looked, complete=year if data.get("whole") else None, actor=actor, now=timezone.now())
    except NotKept as refused:
        return _page(request, year, replace(looked, faults=tuple(refused.faults.values())))
    n = len(looked.days)
    messages.success(request, ngettext("%(n)s day was entered.", "%(n)s days were entered.", n) % {"n": n})
    return see(reverse("setup-register", args=[CALENDAR.key]))


def _year(town: Town, text: str) -> int:
    """The year asked for; else the first that the table does not cover to its end."""
    asked = read_number(text)
    if asked is not None and 2000 <= asked < 2200:
        return asked
    until = str(town.settings.get("calendar_until") or "")[:4]
    return int(until) + 1 if until.isdigit() else today(timezone.now()).year


def _page(request: StaffRequest, year: int, looked: Looked | None) -> HttpResponse:
    faults = looked.faults if looked else ()
    context = {
        **frame(request, "setup"), "register": CALENDAR, "year": year, "most": MOST, "looked": looked, "faults": faults,
        "text": request.POST.get("text", ""), "whole": request.POST.get("whole", "") if looked else "1",
        "days": _days(looked) if looked else [], "checked": _mark(looked) if looked else "",
        "again": bool(looked and request.POST.get("do") == "take"),
    }  # fmt: skip
    return render(request, "town/setup_holidays.html", context, status=422 if faults else 200)


def _mark(looked: Looked) -> str:
    """Of the days a text names: only those that were looked at are entered."""
    return hashlib.sha256(repr(looked.days).encode()).hexdigest()[:24]


def _days(looked: Looked) -> list[Row]:
    names = weekdays()
    what = {True: _("make-up day"), False: _("rest day")}
    return [
        {"day": each.day.isoformat(), "weekday": names[each.day.weekday()], "what": what[each.works], "name": each.name}
        for each in looked.days
    ]
