"""Following an area or a request: a page, a feed, letters. An address counts once its owner has confirmed it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.letters import subject_of
from lianxin.cases.links import reporter_by_code
from lianxin.cases.queries.board import board_item, groups, places
from lianxin.cases.views.public.board import kept_query, read_filter
from lianxin.cases.views.public.mine import private_path
from lianxin.cases.views.public.pages import TownRequest, counted, feeds_of, nav, plain_words, private
from lianxin.keys.tries import spend
from lianxin.notices.actions import Wish, confirm, follow, stop, subscription_by_code
from lianxin.notices.ways import LONGEST, WAYS
from lianxin.people.actors import nobody
from lianxin.people.clients import client_of

ASKED, PER = 20, timedelta(hours=1)  # wishes from one place
TYPED = ("email", "sms")  # ways whose address somebody types; WeChat knows its readers by itself


@require_http_methods(["GET", "POST"])
@counted
def watch(request: TownRequest) -> HttpResponse:
    """Follow an area: where its page and its feed are; POST asks for a letter a week."""
    wanted, fault = read_filter(request, request.POST if request.method == "POST" else request.GET), ""
    if request.method == "POST":
        fault = ask(request, grid_id=wanted.grid, category_id=wanted.category)
        if not fault:
            return HttpResponseRedirect(reverse("watch-asked"), status=303)
    town, query = request.town, kept_query(wanted)
    context = {
        "nav": nav("board"), "wanted": wanted, "places": places(town, wanted.grid), "groups": groups(town),
        "feeds": feeds_of(request, _("Follow your village"), "board-feed", query=query),
        "page": reverse("board") + query,
        "ways": ways(), "fault": fault, "data": request.POST,
    }  # fmt: skip
    return render(request, "cases/public/watch.html", context, status=422 if fault else 200)


def ways() -> list[tuple[str, str]]:
    """The ways offered here whose address is typed, with what they are called."""
    names = {"email": _("E-mail"), "sms": _("Text message")}
    return [(key, names[key]) for key in TYPED if WAYS[key].offered()]


def ask(request: TownRequest, **about: int | None) -> str:
    """Ask the address in a form to confirm; what is wrong with the form, or "". Nothing tells whether it is known."""
    return ask_of(request, request.POST.get("way", "email"), request.POST.get("address", ""), about)


def ask_of(request: TownRequest, way: str, typed: str, about: Mapping[str, int | None]) -> str:
    """The same for a page and for a program; raises TooManyTries."""
    if way not in {key for key, _name in ways()}:
        return _("Choose one of those listed.")
    address = WAYS[way].tidy(plain_words(typed, LONGEST + 1))
    if not address:
        return _("This does not look like an e-mail address. Please check it.")
    town, now = request.town, timezone.now()
    spend(town.pk, "watch", client_of(request), most=ASKED, per=PER, now=now)
    wish = Wish(way, address, get_language() or "zh-hans", request.build_absolute_uri("/").rstrip("/"), **about)
    follow(wish, actor=nobody(town), now=now)
    return ""


@require_safe
def watch_asked(request: TownRequest) -> HttpResponse:
    """What happens next; the same for every address."""
    return render(request, "cases/public/watch_asked.html", {"nav": nav("board"), "back": reverse("board")})


@csrf_exempt  # as the page of the private link itself: no other site knows the code
@require_http_methods(["GET", "POST"])
@private
@counted
def watch_request(request: TownRequest, number: str, code: str) -> HttpResponse:
    """Be told of one's own request; reached from its private page."""
    reporter = reporter_by_code(request.town, number, code)
    if reporter is None:
        raise Http404
    back, fault = private_path(reporter, reporter.case.number), ""
    if request.method == "POST":
        fault = ask(request, reporter_id=reporter.pk)
        if not fault:
            return render(request, "cases/public/watch_asked.html", {"nav": nav(), "back": back})
    context = {"nav": nav(), "ways": ways(), "fault": fault, "data": request.POST, "back": back}
    return render(request, "cases/public/watch_request.html", context, status=422 if fault else 200)


@require_http_methods(["GET", "POST"])
@counted
def watch_item(request: TownRequest, number: str) -> HttpResponse:
    """Be told of a request of others that stands on the public board."""
    row = board_item(request.town, number)
    if row is None:
        raise Http404
    fault, back = "", reverse("board-item", args=[row["number"]])
    if request.method == "POST":
        fault = ask(request, case_id=row["case_id"])
        if not fault:
            return HttpResponseRedirect(reverse("watch-asked"), status=303)
    feeds = feeds_of(request, row["title"], "board-item-feed", row["number"])
    context = {
        "nav": nav("board"), "ways": ways(), "fault": fault, "data": request.POST, "back": back, "row": row,
        "feeds": feeds,
    }  # fmt: skip
    return render(request, "cases/public/watch_item.html", context, status=422 if fault else 200)


@csrf_exempt  # programs for mail post here by themselves (RFC 8058); no other site knows the code
@require_http_methods(["GET", "POST"])
@private
def watch_one(request: TownRequest, pk: int, code: str) -> HttpResponse:
    """The link of a letter: confirm, or end it. Opening it does neither, for programs open links before people do."""
    held = subscription_by_code(request.town, pk, code) if pk < 2**63 else None
    if held is None:
        return render(request, "cases/public/watch_one.html", {"nav": nav(), "held": None}, status=404)
    what, done = subject_of(request.town, held), ""
    if request.method == "POST" and request.POST.get("do") == "confirm":
        confirm(held, now=timezone.now())
        done = "confirmed"
    elif request.method == "POST":
        stop(held)
        done = "stopped"
    context: dict[str, Any] = {"nav": nav(), "held": held, "what": what, "done": done}
    return render(request, "cases/public/watch_one.html", context)
