"""What a grid was, and what it became: its history, and the page of one that has ended."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.acts import act_word
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.people.middleware import staff
from lianxin.people.models import Post
from lianxin.places.models import Grid
from lianxin.places.queries import Ended, ended_grids, grid_tree
from lianxin.places.reform.queries import Event, grids_by_code, past_of, was_before
from lianxin.ui import words

Row = dict[str, Any]


@staff
@never_cache
@require_safe
def grid_past(request: StaffRequest, pk: int) -> HttpResponse:
    """What a grid was and what it became: every change the ledger knows, the newest first, links both ways."""
    town = request.actor.town
    grid = grid_tree(town).get(pk) or ended_grids(town).get(pk)
    if grid is None:
        raise Http404
    context = {
        **frame(request, "grids"), "grid": grid, "ended": isinstance(grid, Ended),
        "rows": _told(town, past_of(town, pk)), "before": _links(town, was_before(town, grid.code)),
        "since": _since(town, pk),
        "became": _links(town, grid.became) if isinstance(grid, Ended) else [],
    }  # fmt: skip
    return render(request, "town/grid_past.html", context)


def _since(town: Town, pk: int) -> Any:
    return Grid.objects.for_system("history of a grid", town).values_list("valid_from", flat=True).get(pk=pk)


def _links(town: Town, codes: Any) -> list[Row]:
    known = grids_by_code(town)
    found = [(code, known[code]) for code in codes if code in known]
    return [{"id": pk, "code": code, "name": name, "stands": stands} for code, (pk, name, stands) in found]


def _told(town: Town, past: list[Event]) -> list[Row]:
    """The events in words."""
    posts = Post.objects.for_system("names under a history", town).filter(pk__in={each.post_id for each in past})
    people = {pk: f"{name} {title}".strip() for pk, name, title in posts.values_list("pk", "account__name", "title")}
    now = timezone.now()
    return [
        {
            "what": act_word("grid", each.act), "act": each.act, "at": words.when(each.at, now), "exact": each.at,
            "why": each.reason, "who": people.get(each.post_id or 0, ""),
            "from": _links(town, each.data.get("from", ())), "became": _links(town, each.data.get("became", ())),
            "changed": [
                (text, each.data[f"{key}_was"], each.data[key]) for key, text in _facts() if f"{key}_was" in each.data
            ],
        }
        for each in past
    ]  # fmt: skip


def _facts() -> list[tuple[str, str]]:
    return [("name", pgettext("grid", "Name")), ("households", _("Households")), ("population", _("Residents"))]


def show_ended(request: StaffRequest, ended: Ended) -> HttpResponse:
    """The page of a grid that has ended: since when, why, and what it became."""
    town = request.actor.town
    end = next((each for each in past_of(town, ended.id) if each.act == "end"), None)
    context = {
        **frame(request, "grids"), "grid": ended, "became": _links(town, ended.became),
        "why": end.reason if end else "", "more": f"{reverse('town-cases')}?village={ended.id}",
    }  # fmt: skip
    return render(request, "town/grid_ended.html", context)
