"""The page of a record's history, and the way back: one address for every sort."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.town.homes.records.showing import history
from lianxin.town.registers.records import RECORDS, Record
from lianxin.town.registers.register import NotKept, go_back, row_or_gone


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_page(request: StaffRequest, key: str, pk: int) -> HttpResponse:
    """The history of one record; POST puts back what was before one entry of it."""
    record, row = _found(request, key, pk)
    if request.method != "POST":
        return _page(request, record, row)
    if not record.keeps(request.actor, row):
        raise PermissionDenied
    try:
        done = go_back(record, row, seq_of(request), actor=request.actor, now=timezone.now())
    except NotKept as refused:
        return _page(request, record, row, next(iter(refused.faults.values())))
    follows = record.follows(record.of(request.actor.town, pk)) if done else ""
    told = _("It is again as it was before.") if done else _("Nothing was changed.")
    messages.success(request, f"{told} {follows}".strip())
    return see(record.home(request.actor.town, row) or reverse("record", args=[key, pk]))


def seq_of(request: StaffRequest) -> int:
    """Which entry of a history was pressed; 0, which is none, for anything but a number."""
    seq = request.POST.get("seq", "")
    return int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 9 else 0


def _found(request: StaffRequest, key: str, pk: int) -> tuple[Record, Any]:
    record = RECORDS.get(key)
    row = row_or_gone(record, request.actor.town, pk) if record else None
    if record is None or row is None:
        raise Http404
    if not record.sees(request.actor, row):
        raise PermissionDenied
    return record, row


def _page(request: StaffRequest, record: Record, row: Any, fault: str = "") -> HttpResponse:
    town = request.actor.town
    context = {
        **frame(request, "grids" if record.may == "configure" else "staff-directory"),
        "record": record, "title": record.title(town, row), "about": record.about(town, row), "fault": fault,
        "home": record.home(town, row), "history": history(request.actor, record, [row]),
    }  # fmt: skip
    return render(request, "town/record.html", context, status=422 if fault else 200)
