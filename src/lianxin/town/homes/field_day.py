"""The day on the phone: whose it is, what of it a phone may keep, until when, and the worker that shows it again.

Only what is one's own to do, in short, is kept, where its worker has asked for it on this very phone; see the decision
“The day of a worker on the phone”.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.models import Photo
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.views.frame import StaffRequest
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind
from lianxin.people.middleware import staff
from lianxin.ui.assets import worker_script

KEEP = "X-Lianxin-Keep"
LONGEST = timedelta(hours=12)
MOST, MOST_PHOTOS = 60, 200


def owner(actor: Actor) -> str:
    """Whose day and whose letters: says nothing to others, the same for the same person in the same post."""
    return blind("day", f"{actor.account_id}:{actor.post_id}")


def until(now: datetime) -> datetime:
    """Until when a day kept now may be looked at: twelve hours, at the latest the end of the day."""
    here = timezone.localtime(now)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(now + LONGEST, midnight)


def of_day(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What every page of the field says of the day: whose it is, and when it was kept if it is being kept."""
    return {"of": owner(actor), "kept_at": timezone.now() if KEEP in request.headers else None}


def undisturbed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page fetched to be kept has been read by nobody: what was to be told is told on the next one."""
    if KEEP in request.headers and isinstance(storage := get_messages(request), BaseStorage):
        storage.used = False
    return response


@staff
@never_cache
@require_safe
def field_day(request: StaffRequest) -> HttpResponse:
    """What a phone is to keep: addresses of pages, each with what it shows now, and of small photos."""
    actor, now = request.actor, timezone.now()
    rows = inbox(actor, InboxFilter(scope="mine"), now=now, most=MOST)["rows"]
    cases = {reverse("field-case", args=[row["number"]]): str(row["version"]) for row in rows}
    state = ".".join(cases.values())
    pages = {reverse("field"): state, reverse("field-near"): state, **cases}
    if actor.can("register"):
        pages[reverse("field-raise")] = str(actor.town.config_version)
    told = {"of": owner(actor), "until": round(until(now).timestamp() * 1000), "pages": pages}
    return JsonResponse({**told, "files": _photos(actor, {row["id"]: row["number"] for row in rows})})


def _photos(actor: Actor, numbers: dict[int, str]) -> list[str]:
    rows = Photo.objects.for_system("day: of cases in view", actor.town).filter(case_id__in=list(numbers))
    found = rows.order_by("-id").values_list("case_id", "id")[:MOST_PHOTOS]
    return [f"{reverse('case-photo', args=[numbers[case], pk])}?size=small" for case, pk in found]


@require_safe
def field_offline(request: HttpRequest) -> HttpResponse:
    """What is shown where there is neither a net nor a kept page: nobody's name, nobody's words."""
    return render(request, "town/field_offline.html")


@require_safe
def field_worker(_request: HttpRequest) -> HttpResponse:
    """The service worker of the field's pages. It serves these alone; asked for anew each time."""
    source = worker_script(reverse("field-offline"), "field")
    if source is None:
        raise Http404
    return HttpResponse(
        source, content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
    )  # fmt: skip
