"""Signing in and out, choosing a post, changing one's password."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.people.actions import change_password
from lianxin.people.actors import Actor
from lianxin.people.middleware import BY_CODE, by_code, owes_password, town_of
from lianxin.people.models import Account, Post
from lianxin.people.queries import posts_of, today
from lianxin.people.views.forms import NewPassword, OwnPassword, SignIn

SEE_OTHER = 303
HOME = "/"  # the town's first page sends everybody to the home of their post


def see(address: str) -> HttpResponse:
    """Go on to a page after a form was taken (303, so that going back does not send it again)."""
    response = redirect(address)
    response.status_code = SEE_OTHER
    return response


def wanted(request: HttpRequest) -> str:
    """Where the person wanted to go, if it is one of our own pages; else ""."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else ""


def held_posts(request: HttpRequest) -> list[Post]:
    """The posts that whoever has signed in holds today."""
    account = request.user
    if by_code(request):
        return []
    return posts_of(account.pk, town_of(request), on=today(timezone.now())) if account.is_authenticated else []


def _after(request: HttpRequest) -> str:
    """After signing in: one's own password before anything else, then the post by those who hold several."""
    if owes_password(request):
        return _with_next(request, "change-password")
    posts = held_posts(request)
    if len(posts) > 1:
        return _with_next(request, "choose-post")
    if posts:
        request.session["post"] = str(posts[0].pk)  # should it end, they are told, not put into another unasked
    return wanted(request) or HOME


def _with_next(request: HttpRequest, name: str) -> str:
    query = urlencode({"next": wanted(request)}) if wanted(request) else ""
    return reverse(name) + (f"?{query}" if query else "")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by name and password; who has signed in already goes on."""
    if request.method != "POST" and request.user.is_authenticated and not by_code(request):
        return see(_after(request))
    form = SignIn(request, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        _end_of_code(request)
        return see(_after(request))
    context = {"form": form, "next": wanted(request)}
    return render(request, "people/sign_in.html", context, status=422 if form.is_bound else 200)


def _end_of_code(request: HttpRequest) -> None:
    """A session that went on from one by a telephone's code is a post's now, and lasts no longer than others."""
    if request.session.pop(BY_CODE, None):
        request.session.set_expiry(None)


def locked_out(request: HttpRequest, _response: Any = None, _credentials: Any = None) -> HttpResponse:
    """Too many wrong passwords from one place for one name: say until when, whatever the next one would be."""
    minutes = round(float(settings.AXES_COOLOFF_TIME) * 60)
    context = {"form": SignIn(request), "next": wanted(request), "locked": minutes}
    response = render(request, "people/sign_in.html", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; by POST alone, so that no link of another site can do it."""
    logout(request)
    messages.success(request, _("You have signed out."))
    return see(reverse("sign-in"))


@login_required
@never_cache
def choose_post(request: HttpRequest) -> HttpResponse:
    """Choose in which post to work: rights, grid and unit follow from it."""
    if owes_password(request):
        return see(_with_next(request, "change-password"))
    posts = held_posts(request)
    if request.method == "POST":
        chosen = next((post for post in posts if str(post.pk) == request.POST.get("post")), None)
        if chosen is not None:
            request.session["post"] = str(chosen.pk)
            request.session.cycle_key()
            return see(wanted(request) or HOME)
    context = {"posts": posts, "next": wanted(request), "current": request.session.get("post")}
    return render(request, "people/choose_post.html", context)


@sensitive_post_parameters()
@login_required
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password, or choose it where another gave one; other sessions end, this one goes on."""
    account = request.user
    assert isinstance(account, Account)  # noqa: S101 - login_required
    first, data = owes_password(request), request.POST if request.method == "POST" else None
    form = OwnPassword(account, data=data) if first else NewPassword(account, data=data)
    if request.method == "POST" and form.is_valid():
        change_password(account, form.cleaned_data["new_password1"], actor=_self(request), now=timezone.now())
        update_session_auth_hash(request, account)
        chosen = _("Your own password is set; the first one no longer works.")
        changed = _("Your password has been changed. Other devices have to sign in again.")
        messages.success(request, chosen if first else changed)
        return see(_after(request))
    context = {"form": form, "first": first, "next": wanted(request)}
    return render(request, "people/password.html", context, status=422 if form.is_bound else 200)


def _self(request: HttpRequest) -> Actor:
    """The person who has signed in, in the post they would act in; even one who holds none here."""
    post_id = request.actor.post_id or next((post.pk for post in held_posts(request)), None)  # type: ignore[attr-defined]
    return Actor(town=town_of(request), account_id=request.user.pk, post_id=post_id)
