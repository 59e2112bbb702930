"""What all pages of residents and of the public share: where one can go, who is asking, and who may keep a copy."""

import logging
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.allowance import PhoneUsedUp, until, why_wait
from lianxin.keys.models import Town
from lianxin.keys.tries import TooManyTries
from lianxin.people.actors import Actor
from lianxin.ui import words
from lianxin.ui.unsaved import RETRY, cannot_be_saved

View = Callable[..., HttpResponseBase]
Again = Callable[..., HttpResponse]
log = logging.getLogger("lianxin.residents")


class TownRequest(HttpRequest):
    """A request as our middleware hands it to a view."""

    town: Town
    actor: Actor


def nav(on: str = "") -> list[dict[str, Any]]:
    """The places a resident can go to; `on` is the one they are at."""
    doors = (
        ("report", pgettext("resident", "Report")), ("find", pgettext("resident", "Follow")),
        ("board", pgettext("resident", "Board")), ("map", pgettext("resident", "Map")),
    )  # fmt: skip
    return [{"text": text, "href": reverse(name), "on": name == on} for name, text in doors]


def mine_kept(request: TownRequest, most: int) -> int:
    """How many private links this browser says it keeps: room is left for them; which they are it does not say."""
    told = request.COOKIES.get("lx_mine", "")
    return min(int(told), most) if told.isascii() and told.isdigit() and len(told) < 4 else 0


def feeds_of(request: TownRequest, title: str, name: str, *args: str, query: str = "") -> dict[str, str]:
    """The addresses of a page's feed in both forms, and what it is called: `rss`, `atom`, `title`."""
    paths = {form: reverse(name, args=[*args, form]) + query for form in ("rss", "atom")}
    return {"title": title, **{form: request.build_absolute_uri(path) for form, path in paths.items()}}


def by_script(request: TownRequest) -> bool:
    """Whether a form was sent by our script, which keeps the chosen photos on the page itself."""
    return "X-Lianxin-Send" in request.headers


def private(view: View) -> View:
    """A page only its reporter should see: no other site learns its address, no cache or search engine keeps it."""

    @wraps(view)
    def wrapped(request: TownRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer" if kwargs.get("code") else "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return wrapped


def counted(view: View) -> View:
    """Answer somebody who tries too often with a page that says when to come again."""

    @wraps(view)
    def wrapped(request: TownRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except TooManyTries as many:
            response = render(request, "429.html", {"nav": nav(), **_wait(many)}, status=429)
            response.headers["Retry-After"] = str(many.retry_after)
            return response

    return wrapped


def kept(again: Again) -> Callable[[View], View]:
    """A form that comes back, with all that was typed, when it was sent too often or cannot be saved just now.

    `again(request, sentence, status, **of_the_address)` shows it.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def wrapped(request: TownRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except TooManyTries as many:
                return too_many(many, request.town, lambda told: again(request, told, 429, **kwargs))
            except (OperationalError, OSError) as error:
                if request.method != "POST" or not cannot_be_saved(error):
                    raise
                log.exception("%s could not be saved", request.path)
                told = _("It could not be saved just now. All you wrote is still here: send it again in half a minute.")
                response = again(request, told, 503, **kwargs)
                response.headers["Retry-After"] = str(RETRY)
                return response

        return wrapped

    return wrap


def too_many(many: TooManyTries, town: Town, page: Callable[[str], HttpResponse]) -> HttpResponse:
    """A form again, with what was typed and a sentence that says until when to wait: nothing that was typed is lost."""
    if isinstance(many, PhoneUsedUp):
        told = why_wait(many, town) + _(" All you wrote is still here.")
    else:
        told = _("Too many tries for now. Please wait %(wait)s (until %(until)s), then send it again: nothing is lost.")
        told %= _wait(many)
    response = page(told)
    response.headers["Retry-After"] = str(many.retry_after)
    return response


def _wait(many: TooManyTries) -> dict[str, str]:
    return {"wait": words.span(ceil(many.retry_after / 60)), "until": until(many)}


def plain_words(text: str, most: int) -> str:
    """Words from an address bar: no control characters (a database may refuse them), not too many."""
    return "".join(char if char.isprintable() else " " for char in text)[:most].strip()
