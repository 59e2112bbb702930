"""Every request knows its town and who acts in it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from lianxin.keys.cache import towns
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, actor_of, nobody
from lianxin.people.ended import Ended, PostEnded, ended_post
from lianxin.people.models import Account
from lianxin.people.queries import posts_of, today
from lianxin.ui.typed import sent, typed

Responder = Callable[[HttpRequest], HttpResponse]
BY_CODE = "by_code"


def town_of(request: HttpRequest) -> Town:
    """The town of a request: by host name, else by the `town` parameter (its letters), else the only one.

    Where towns share a host the parameter is remembered for the pages that follow, and a private link or a report of
    the API is looked for in the town whose letters its number begins with.
    """
    host = request.get_host().rpartition(":")[0] or request.get_host()
    known = towns()
    for town in known:
        if town.host and town.host == host:
            return town
    asked, kept = request.GET.get("town", ""), request.session.get("town", "")
    wanted = asked or _letters_in(request.path) or kept
    for town in known:
        if town.letters == wanted.upper():
            if len(known) > 1 and town.letters != kept and (asked or not kept) and not request.path.startswith("/api/"):
                request.session["town"] = town.letters
            return town
    if len(known) == 1:
        return known[0]
    raise Http404("no town by this name")


def _letters_in(path: str) -> str:
    """The letters of the number in a private link: `/r/…`, a contractor's `/w/…`, and `/api/v1/reports/…`."""
    found = re.match(r"/(?:r|w|api/v1/reports)/([A-Za-z]{1,4})[0-9]{8}(?:/|$)", path)
    return found[1] if found else ""


def _town(request: HttpRequest) -> Town:
    """The town itself, not the promise of it that `request.town` is: those who ask it a hundred times pay for that."""
    held: Town | None = getattr(request, "_town", None)
    if held is None:
        held = request._town = town_of(request)  # type: ignore[attr-defined]  # noqa: SLF001 - our own
    return held


def by_code(request: HttpRequest) -> bool:
    """Whether the session was opened by a telephone's code: enough for one's own requests, never for a post."""
    return bool(request.session.get(BY_CODE))


def owes_password(request: HttpRequest) -> bool:
    """Whether who has signed in did so by a password that was given: until they choose their own, they are nobody."""
    account = request.user
    return isinstance(account, Account) and account.password_given_at is not None and not by_code(request)


def signed_in(request: HttpRequest) -> Account | None:
    """Who has signed in, with a code or as staff; None for the public, and until a first password is replaced."""
    account = request.user
    return account if isinstance(account, Account) and not owes_password(request) else None


def _actor(request: HttpRequest) -> Actor:
    town = _town(request)
    account = signed_in(request)
    if account is None or by_code(request):
        return nobody(town)
    posts = posts_of(account.pk, town, on=today(timezone.now()))
    chosen = request.session.get("post", "")
    held = next((post for post in posts if str(post.pk) == chosen), None)
    if held is None and not _chosen_ended(account, town, chosen):
        held = next(iter(posts), None)
    return actor_of(held, town) if held else nobody(town)


def _chosen_ended(account: Account, town: Town, chosen: str) -> Ended | None:
    """The post somebody chose to act in here, where it has ended since: they are asked, not put into another one."""
    if not chosen:
        return None
    return ended_post(account.pk, town, on=today(timezone.now()), pk=int(chosen))


def ended_of(request: HttpRequest) -> Ended | None:
    """The post that has ended of whoever signed in as staff and acts in none now; None for everybody else."""
    account = signed_in(request)
    if account is None or by_code(request) or _actor(request).is_staff:
        return None
    town = _town(request)
    chosen = _chosen_ended(account, town, request.session.get("post", ""))
    return chosen or ended_post(account.pk, town, on=today(timezone.now()))


class ActorMiddleware:
    """Sets `request.town` and `request.actor`, each read when first asked for."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.town = SimpleLazyObject(lambda: _town(request))  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _page_of(request: HttpRequest) -> str:
    """Where to go on after signing in: the page that was asked for, or the one whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    return urlunsplit(("", "", page.path, page.query, "")) if page.netloc == request.get_host() else "/"


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to sign in. A form that comes when the session has run out is answered with what was written in it.

    The words stand in that one answer, for whoever sent them, and nowhere else: neither the page to sign in nor the
    server keeps them, for the next to sign in here may be somebody else.
    """
    from django.contrib.auth.views import redirect_to_login

    to_sign_in = redirect_to_login(_page_of(request))
    if request.method in ("GET", "HEAD"):
        return to_sign_in
    lost = typed(request)
    context = {"lost": lost, "photos": bool(sent(request)) and bool(request.FILES), "sign_in": to_sign_in["Location"]}
    response = render(request, "people/signed_out.html", context, status=401)
    response["Cache-Control"] = "private, no-store"
    return response


def staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only people in a post in; others are asked to sign in, to choose a password, or told it is not theirs."""

    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from django.contrib.auth.views import redirect_to_login

        if not request.user.is_authenticated or by_code(request):
            return _ask_to_sign_in(request)
        if owes_password(request):
            return redirect_to_login(_page_of(request), reverse("change-password"))
        request.town, request.actor = _town(request), _actor(request)  # type: ignore[attr-defined]
        if not request.actor.is_staff:  # type: ignore[attr-defined]
            ended = ended_of(request)
            raise PostEnded(ended) if ended else PermissionDenied
        return view(request, *args, **kwargs)

    wrapped.__name__, wrapped.__doc__ = view.__name__, view.__doc__
    return wrapped


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page may show: the town, None where the address names none, who acts, and who has to choose first."""
    return {
        "town": SimpleLazyObject(lambda: _town_if_any(request)),
        "actor": getattr(request, "actor", None),
        "owes_password": lambda: hasattr(request, "user") and owes_password(request),
        "post_ended": lambda: _ended_if_any(request),
    }


def _ended_if_any(request: HttpRequest) -> Ended | None:
    try:
        return ended_of(request) if hasattr(request, "user") and hasattr(request, "town") else None
    except Http404:  # no town by this address
        return None


def _town_if_any(request: HttpRequest) -> Town | None:
    try:
        return _town(request) if hasattr(request, "town") else None
    except Http404:
        return None
