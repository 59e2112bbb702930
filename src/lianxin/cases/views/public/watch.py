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
from lianxin.cases.views.public.pages import TownRequest, feeds_of, nav, plain_words, private, too_many
from lianxin.keys.tries import TooManyTries, spend
from lianxin.notices.actions import Wish, confirm, follow, stop, subscription_by_code
from lianxin.notices.ways import LONGEST, WAYS
from lianxin.people.actors import nobody
from lianxin.people.clients import client_of

ASKED, PER = 20, timedelta(hours=1)  # wishes from one place
TYPED = ("email", "sms")  # ways whose address somebody types; WeChat knows its readers by itself


@require_http_methods(["GET", "POST"])
def watch(request: TownRequest) -> HttpResponse:
    """Follow an area: where its page and its feed are; POST asks for a letter a week."""
    wanted = read_filter(request, request.POST if request.method == "POST" else request.GET)
    town, query = request.town, kept_query(wanted)
    context = {
        "nav": nav("board"), "wanted": wanted, "places": places(town, wanted.grid), "groups": groups(town),
        "feeds": feeds_of(request, _("Follow your village"), "board-feed", query=query),
        "page": reverse("board") + query,
    }  # fmt: skip
    return wished(request, "cases/public/watch.html", context, grid_id=wanted.grid, category_id=wanted.category)


def ways() -> list[tuple[str, str]]:
    """The ways offered here whose address is typed, with what they are called."""
    names = {"email": _("E-mail"), "sms": _("Text message")}
    return [(key, names[key]) for key in TYPED if WAYS[key].offered()]


def wished(request: TownRequest, page: str, context: dict[str, Any], **about: int | None) -> HttpResponse:
    """The page with its form; POST asks the address in it to confirm. Nothing tells whether an address is known.

    What is wrong is said on the page, and how long to wait: what was typed stays.
    """

    def show(fault: str = "", status: int = 200) -> HttpResponse:
        return render(request, page, {**context, "ways": ways(), "fault": fault, "data": request.POST}, status=status)

    if request.method != "POST":
        return show()
    try:
        fault = ask_of(request, request.POST.get("way", "email"), request.POST.get("address", ""), about)
    except TooManyTries as many:
        return too_many(many, request.town, lambda told: show(told, 429))
    if fault:
        return show(fault, 422)
    if "reporter_id" in about:  # the way back is by a private link, which stands in no other address
        return render(request, "cases/public/watch_asked.html", {"nav": nav(), "back": context["back"]})
    return HttpResponseRedirect(reverse("watch-asked"), status=303)


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
def watch_request(request: TownRequest, number: str, code: str) -> HttpResponse:
    """Be told of one's own request; reached from its private page."""
    reporter = reporter_by_code(request.town, number, code)
    if reporter is None:
        raise Http404
    context = {"nav": nav(), "back": private_path(reporter, reporter.case.number)}
    return wished(request, "cases/public/watch_request.html", context, reporter_id=reporter.pk)


@require_http_methods(["GET", "POST"])
def watch_item(request: TownRequest, number: str) -> HttpResponse:
    """Be told of a request of others that stands on the public board."""
    row = board_item(request.town, number)
    if row is None:
        raise Http404
    context = {
        "nav": nav("board"), "back": reverse("board-item", args=[row["number"]]), "row": row,
        "feeds": feeds_of(request, row["title"], "board-item-feed", row["number"]),
    }  # fmt: skip
    return wished(request, "cases/public/watch_item.html", context, case_id=row["case_id"])


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
