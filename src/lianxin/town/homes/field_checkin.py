"""Checking in from the phone: at a case's place, a site, or in a grid. Pressed without a net it comes later, once."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lianxin.cases.actions.checking_in import check_in, read_told
from lianxin.cases.views.case.showing import seen
from lianxin.cases.views.frame import StaffRequest
from lianxin.keys.ids import read_number
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see, wanted
from lianxin.places.models import Site
from lianxin.places.queries import grid_tree
from lianxin.places.sites.queries import site_by_code
from lianxin.town.homes.field_case import others
from lianxin.ui import words
from lianxin.ui.receipts import receipted

MEANT = ("case", "grid", "lon", "lat", "accuracy", "at")


@staff
@never_cache
@require_POST
def field_check_in(request: StaffRequest) -> HttpResponse:
    """Keep the check-in; whoever does not see the case is told there is none."""
    if others(request):
        return HttpResponse(status=409, headers={"X-Lianxin-Other": "1"})
    data, now = request.POST, timezone.now()
    where: dict[str, Any]
    if number := data.get("case", ""):
        case = seen(request, number).case
        where, back = {"case": case}, reverse("field-case", args=[case.number])
    elif code := data.get("site", ""):
        where, back = {"site": _site(request, code)}, reverse("field-site", args=[code])
    else:
        grid_id = _grid(request)
        where, back = {"grid_id": grid_id}, reverse("grid", args=[grid_id])
    _keep(request, where, now)
    return receipted(request, see(wanted(request) or back))


def _keep(request: StaffRequest, where: dict[str, Any], now: datetime) -> None:
    actor, told = request.actor, read_told(request.POST)
    try:
        made = check_in(told, actor=actor, now=now, once=_once(request), **where)
    except KeyUsedOtherwise:
        made = check_in(told, actor=actor, now=now, **where)
    if made is not None:
        said = _("Checked in, %(at)s.") if made.place else _("Checked in, %(at)s; the phone told no place.")
        messages.success(request, said % {"at": words.when(made.at)})


def _grid(request: StaffRequest) -> int:
    pk = read_number(request.POST.get("grid", ""))
    if pk is None or pk not in grid_tree(request.actor.town):
        raise Http404
    return pk


def _site(request: StaffRequest, code: str) -> Site:
    site = site_by_code(request.actor.town, code)
    if site is None or site.valid_to is not None:
        raise Http404
    return site


def _once(request: StaffRequest) -> OnceKey | None:
    key = request.POST.get("idempotency_key", "").strip()[:100]
    named = (*MEANT, "site") if "site" in request.POST else MEANT  # a press from before there were sites means the same
    meant: dict[str, Any] = {name: request.POST.get(name, "") for name in named}
    return OnceKey(f"check-in:{request.actor.account_id}", key, digest_of(meant)) if key else None
