"""What the command palette offers: places of work and saved views; for what is typed, cases.

What the page itself offers (the acts of the case in view, the look, the language) the palette reads from the page.
"""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.queries.inbox import inbox, read_filter
from lianxin.cases.queries.saved import saved_views
from lianxin.cases.views.frame import StaffRequest, address, places
from lianxin.keys.numbers import spoken
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.ui.words import is_chinese

MOST = 7  # cases: what one takes in at a glance
Row = dict[str, Any]


@staff
@never_cache
@require_safe
def palette(request: StaffRequest) -> HttpResponse:
    """JSON: without `q` the words of the palette and what does not change while one types; with it, cases."""
    words = request.GET.get("q", "").strip()
    if words:
        found = cases(request.actor, words)
        return _told({"groups": [found] if found["items"] else []})
    return _told({"say": say(), "groups": [going(request.actor), views(request.actor)]})


def _told(what: Row) -> HttpResponse:
    return JsonResponse(what, json_dumps_params={"ensure_ascii": False})


def say() -> dict[str, str]:
    """What the palette itself says, in the reader's language."""
    return {
        "title": _("Go to or do"),
        "field": _("Place, view, case number, act or words"),
        "found": _("{n} to choose from"),
        "search": _("Search all cases for “{words}”"),
        "acts": _("On this page"),
        "mine": _("My menu"),
        "close": _("Close"),
        "failed": _("Cases could not be asked for; what else there is stands here."),
    }


def going(actor: Actor) -> Row:
    """The places of work, each findable by its name in the other language too."""
    other = "en" if is_chinese() else "zh-hans"
    here = _places(actor)
    with override(other):
        there = {href: text for text, href in _places(actor)}
    items = [{"text": text, "href": href, "also": there.get(href, "")} for text, href in here]
    return {"name": _("Places of work"), "items": items}


def _places(actor: Actor) -> list[tuple[str, str]]:
    beside = [("messages", _("Messages")), ("saved-views", _("Saved views")), ("desk-search", _("Search"))]
    beside += [("case-map", _("Map of cases")), ("follow-ups", _("Look again")), ("replies", _("Reply texts"))]
    named = [(name, text) for name, text, _icon in places(actor)] + beside
    return [(text, href) for name, text in named if (href := address(name))]


def views(actor: Actor) -> Row:
    """The saved views."""
    shared = _("Shared by the unit")
    items = [
        {"text": row["name"], "href": f"{reverse('desk')}?{row['query']}", "hint": shared if row["shared"] else ""}
        for row in saved_views(actor)
    ]
    return {"name": _("Saved views"), "items": items}


def cases(actor: Actor, words: str) -> Row:
    """The cases that a number, a telephone or words name, as far as the actor sees them, the newest first."""
    filters = read_filter({"q": words, "scope": "all", "closed": "1"}, actor.town.letters)
    found = inbox(actor, filters, now=timezone.now(), most=MOST)["rows"]
    items = [
        {
            "text": row["title"], "href": reverse("case", args=[row["number"]]),
            "hint": " · ".join(part for part in (spoken(row["number"]), row["step_name"], row["grid"]) if part),
        }
        for row in found
    ]  # fmt: skip
    return {"name": _("Cases"), "items": items}
