"""What the inbox needs of saved views: the strip above its filter, and the view it opens with."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from lianxin.cases.queries.followups import due_follow_ups
from lianxin.cases.queries.inbox import read_filter
from lianxin.cases.queries.saved import query_of, saved_views
from lianxin.cases.views.frame import StaffRequest, address
from lianxin.people.middleware import staff

View = Callable[..., HttpResponse]


def with_views(view: View) -> View:
    """Let an inbox open with the view its reader chose, and give its page `request.saved`."""

    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = cast(StaffRequest, request)
        saved = strip_of(asked)
        if not request.GET and request.method in ("GET", "HEAD") and saved["first"]:
            return redirect(f"{reverse('desk')}?{saved['first']}")
        request.saved = saved  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    wrapped.__name__, wrapped.__doc__ = view.__name__, view.__doc__
    return staff(wrapped)


def strip_of(request: StaffRequest) -> dict[str, Any]:
    """The saved views as chips, the name of the one that is `on`, the query of the one the inbox opens with, and what
    of the filter could be kept.
    """
    query, rows, desk = query_of(read_filter(request.GET)), saved_views(request.actor), address("desk")
    chips = [
        {
            "text": row["name"], "href": f"{desk}?{row['query']}", "on": row["query"] == query,
            "off_href": f"{desk}?scope=mine",
        }
        for row in rows
    ]  # fmt: skip
    known = next((chip["text"] for chip in chips if chip["on"]), "")
    return {
        "chips": chips,
        "on": known,
        "first": next((row["query"] for row in rows if row["first"]), ""),
        "keep": urlencode({"query": query}) if query and not known else "",
        "asked_for": query,
        "map": address("case-map"),
        "follow_ups": due_follow_ups(request.actor, now=timezone.now()),
    }
