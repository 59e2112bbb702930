"""Erasing what a case says of people: found by number, counted, a reason, done. The words are shown to nobody here."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.forms import clean_text
from lianxin.cases.queries.erasing import Erasure, erasure_of
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.views.case.showing import actor_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.keys.numbers import spoken
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.workflow.engine import Refused

LONGEST = 500


@staff
@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the number that the person gave."""
    _must_be_allowed(request)
    number = request.GET.get("number", "").strip()[:40]
    fault = ""
    if number:
        try:
            found = erasure_of(actor_of(request).town, number)
            return see(reverse("case-erase", args=[found.case.number]))
        except NotSeen:
            fault = _("There is no case of this number. Have it read out once more.")
    context = {**frame(cast(StaffRequest, request), "erase"), "number": number, "fault": fault}
    return render(request, "cases/case/erase_find.html", context, status=404 if fault else 200)


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """What would go; POST with a reason erases it, for good."""
    _must_be_allowed(request)
    actor = actor_of(request)
    try:
        found = erasure_of(actor.town, number)
    except NotSeen:
        raise Http404 from None
    return _erase(request, found) if request.method == "POST" else _show(request, found)


def _must_be_allowed(request: HttpRequest) -> None:
    if not actor_of(request).can("erase"):
        raise PermissionDenied


def _erase(request: HttpRequest, found: Erasure) -> HttpResponse:
    reason = clean_text(request.POST.get("reason", "")[:LONGEST])
    faults = {} if len(reason) >= 2 else {"reason": _("Say who asked, and how they showed that it is theirs.")}
    if not request.POST.get("sure"):
        faults["sure"] = _("Tick this: what is erased cannot be brought back.")
    if faults:
        return _show(request, found, faults, 422)
    try:
        erase_case(found.case, reason, actor=actor_of(request), now=timezone.now())
    except Refused:
        return _show(request, found, {"": _("Somebody has just acted on this case. Look again, then erase.")}, 409)
    messages.success(request, _("Erased. What was done, when and by whom stays on record."))
    return see(reverse("case-erase", args=[found.case.number]))


def _show(
    request: HttpRequest, found: Erasure, faults: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    flow = workflow_by_id(actor_of(request).town, found.case.workflow_id)
    context = {
        **frame(cast(StaffRequest, request), "erase"), "found": found, "number": spoken(found.case.number),
        "kind": said(flow.name), "step": said(flow.steps[found.case.step].name), "data": request.POST,
        "faults": faults or {}, "most": LONGEST,
    }  # fmt: skip
    return render(request, "cases/case/erase.html", context, status=status)
