"""The page of saved views, with how many duties each holds; keeping, changing and dropping them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.actions.saved import LONGEST, MOST, ViewRefused, change_view, drop_view, save_view, start_with
from lianxin.cases.models import SavedView
from lianxin.cases.queries.saved import asked_in_words, count_of, filter_of, query_of, saved_views
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.people.middleware import staff
from lianxin.people.queries import units


@staff
@never_cache
@require_safe
def view_list(request: StaffRequest) -> HttpResponse:
    """The views one may open: what each asks for, how many duties it holds now, and their forms."""
    return shown(request, query=request.GET.get("query", ""))


@staff
@never_cache
@require_POST
def view_save(request: StaffRequest) -> HttpResponse:
    """Keep the filter of the inbox one came from under a name."""
    data, actor = request.POST, request.actor
    try:
        asked = filter_of(data.get("query", ""))
        view = save_view(data.get("name", ""), asked, shared="shared" in data, actor=actor, now=timezone.now())
    except ViewRefused as refused:
        return shown(request, query=data.get("query", ""), fault=refusal(refused), status=422)
    if "first" in data:
        start_with(view.pk, actor=actor)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
    return see_other(f"{reverse('desk')}?{view.query}")


@staff
@never_cache
@require_POST
def view_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Rename or share a view, drop it, or let one's inbox open with it (`do`: change, drop, first, plain)."""
    try:
        change(request, pk)
    except SavedView.DoesNotExist:
        raise Http404 from None
    except ViewRefused as refused:
        return shown(request, at=pk, fault=refusal(refused), status=422)
    return see_other(reverse("saved-views"))


def change(request: StaffRequest, pk: int) -> None:
    """Do what the form asks of a view, and say so."""
    data, actor, do = request.POST, request.actor, request.POST.get("do", "")
    if do == "drop":
        drop_view(pk, actor=actor)
        messages.success(request, _("The view is gone."))
    elif do in ("first", "plain"):
        start_with(pk if do == "first" else None, actor=actor)
        messages.success(request, _("Your inbox opens with it.") if do == "first" else _("Your inbox opens plain."))
    else:
        view = change_view(pk, data.get("name", ""), shared="shared" in data, actor=actor)
        messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})


def refusal(refused: ViewRefused) -> str:
    """Why a view was not kept, and what to do."""
    return {
        "no_name": _("Give the view a name."),
        "long_name": _("At most %(most)s characters.") % {"most": LONGEST},
        "taken": _("You have a view of this name already. Choose another name."),
        "plain": _("This is the inbox as it opens. Choose a filter first."),
        "personal": _("A telephone or case number is not kept in a view. Take it out of the words."),
        "full": _("There are %(most)s views already. Drop one that is no longer used.") % {"most": MOST},
    }[refused.code]


def shown(request: StaffRequest, *, query: str = "", at: int = 0, fault: str = "", status: int = 200) -> HttpResponse:
    """The page. `query`: a filter to be kept; `at`: the view whose form came back with a fault."""
    actor, now = request.actor, timezone.now()
    rows: list[dict[str, Any]] = saved_views(actor)
    for row in rows:
        row["href"] = f"{reverse('desk')}?{row['query']}"
        row["asked"] = asked_in_words(actor.town, filter_of(row["query"]))
        row["count"] = count_of(actor, row["query"], now=now)
        row["fault"] = fault if row["id"] == at else ""
    wanted = filter_of(query)
    unit = units(actor.town).get(actor.unit_id or 0)
    new = {"query": query_of(wanted), "asked": asked_in_words(actor.town, wanted), "fault": "" if at else fault}
    context = {**frame(request, "desk"), "rows": rows, "new": new, "unit": unit, "longest": LONGEST}
    return render(request, "cases/saved/list.html", context, status=status)
