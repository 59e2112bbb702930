"""No such page, and one that is not for this post: staff are told so among their work, others in plain words.

Whether a thing is not there or not theirs to see is answered alike; what was asked for is not repeated.
"""

from typing import cast

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.public.pages import nav
from lianxin.people.ended import PostEnded
from lianxin.people.middleware import signed_in
from lianxin.people.queries import posts_of, today
from lianxin.ui.typed import typed


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """404: in the staff's layout for staff."""
    return _page(request, "404.html", "town/not_found.html", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: in the staff's layout for staff; whoever was of the staff until now is told that, and since when."""
    if isinstance(exception, PostEnded):
        context = {"nav": nav(), "ended": exception.ended, "lost": typed(request)}
        return _kept_by_nobody(render(request, "town/post_ended.html", context, status=403))
    return _page(request, "403.html", "town/forbidden.html", 403)


def _page(request: HttpRequest, plain: str, for_staff: str, status: int) -> HttpResponse:
    try:
        if _is_staff(request):
            asked = cast("StaffRequest", request)
            context = {**frame(asked), "home": reverse("home"), "posts": len(_posts(asked)), "lost": typed(request)}
            return _kept_by_nobody(render(request, for_staff, context, status=status))
    except (DatabaseError, Http404):  # no town by this address, or no answer: the plain page needs neither
        pass
    return render(request, plain, {"nav": nav()}, status=status)


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """What holds somebody's words is kept by no cache."""
    response["Cache-Control"] = "private, no-store"
    return response


def _is_staff(request: HttpRequest) -> bool:
    return hasattr(request, "actor") and bool(cast("StaffRequest", request).actor.is_staff)


def _posts(request: StaffRequest) -> list[object]:
    account = signed_in(request)
    return [*posts_of(account.pk, request.town, on=today(timezone.now()))] if account else []
