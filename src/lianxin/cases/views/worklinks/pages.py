"""Making, renewing and ending links for contractors. A link is shown in the answer to the form that made it, once."""

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from markupsafe import Markup

from lianxin.cases.actions.worklinks import MadeLink, end_link, make_link, renew_link
from lianxin.cases.forms import FormFaults
from lianxin.cases.linking import LONGEST, begun, default_day, last_day, read_link, read_until
from lianxin.cases.models import WorkLink
from lianxin.cases.queries.worklinks import FINISH, RECORD, link_in, links_of, may_link
from lianxin.cases.values import Standing
from lianxin.cases.views.case.showing import moment_names, seen
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.words import used_otherwise
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.people.middleware import staff
from lianxin.people.queries import today


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: StaffRequest, number: str) -> HttpResponse:
    """The links of a case, and the form of a new one."""
    standing = seen(request, number)
    if not may_link(request.actor, standing):
        raise PermissionDenied
    return _make(request, standing) if request.method == "POST" else _show(request, standing)


def _make(request: StaffRequest, standing: Standing) -> HttpResponse:
    now = timezone.now()
    try:
        facts = read_link(request.POST, standing.case, now=now)
        made = make_link(standing, facts, actor=request.actor, now=now, once=_once(request, standing, "make"))
    except FormFaults as wrong:
        return _show(request, standing, wrong.faults, 422)
    except KeyUsedOtherwise:
        return _show(request, standing, {"": used_otherwise()}, 409)
    return _made(request, standing, made)


def _show(
    request: StaffRequest, standing: Standing, faults: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    data: dict[str, Any] = begun(actor, standing.case, now=now)
    offered = data.pop("offered")
    if request.method == "POST":
        data = {name: request.POST.get(name, "") for name in (*LONGEST, "phone", "until", "spot")}
        data |= {name: request.POST.getlist(name) for name in ("may", "photos")}
    context = {
        **frame(request, "desk"), "number": standing.case.number, "title": standing.case.title, "data": data,
        "faults": faults or {}, "offered": offered, "moments": moment_names(), "first": today(now).isoformat(),
        "last": last_day(now=now).isoformat(), "longest": LONGEST, "links": links_of(actor, standing.case, now=now),
        "key": request.POST.get("idempotency_key"),
        "of_may": [(RECORD, _("Add a work record with photos")), (FINISH, _("Say that the work is done"))],
    }  # fmt: skip
    return render(request, "cases/worklinks/form.html", context, status=status)


def _made(request: StaffRequest, standing: Standing, made: MadeLink) -> HttpResponse:
    """The link in words and as a code to scan; of a form sent twice, that it was shown before."""
    number = standing.case.number
    if not made.code:
        messages.warning(request, _("This link was made before and cannot be shown again. Renew it if you need it."))
        return see_other(reverse("case-links", args=[number]))
    address = request.build_absolute_uri(reverse("work", args=[number, made.code]))
    context = {
        **frame(request, "desk"), "number": number, "link": made.link, "address": address,
        "qr": Markup(segno.make(address, error="m").svg_inline(border=1, omitsize=True)),  # noqa: S704 - made here
    }  # fmt: skip
    return render(request, "cases/worklinks/made.html", context, status=201)


@staff
@never_cache
@require_POST
def renew(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """A new secret for a link: until its day where that is still to come, else as long as a new one."""
    standing, now = seen(request, number), timezone.now()
    link = _own(request, standing, pk)
    day = max(default_day(standing.case, now=now), min(today(link.until), last_day(now=now)))
    until, once = read_until(day.isoformat(), now=now), _once(request, standing, f"renew:{pk}")
    return _made(request, standing, renew_link(link, standing, until, actor=request.actor, now=now, once=once))


@staff
@never_cache
@require_POST
def end(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """End a link."""
    standing = seen(request, number)
    end_link(_own(request, standing, pk), actor=request.actor, now=timezone.now())
    messages.success(request, _("The link opens nothing any more."))
    return see_other(reverse("case", args=[standing.case.number]) + "#links")


def _own(request: StaffRequest, standing: Standing, pk: int) -> WorkLink:
    link = link_in(request.actor, standing.case, pk)
    if link is None:
        raise Http404
    return link


def _once(request: StaffRequest, standing: Standing, what: str) -> OnceKey | None:
    """One key, one link: what was typed is what was meant."""
    key = request.POST.get("idempotency_key", "").strip()[:120]
    typed = {name: values for name, values in request.POST.lists() if name not in {"csrfmiddlewaretoken", "next"}}
    scope = f"work-link:{request.actor.post_id}:{what}"
    return OnceKey(scope[:80], key, digest_of({"case": str(standing.case.pk), **typed})) if key else None
