"""Residents sign in by a code sent to their telephone: the number, the code, and out again. No password, no script."""

import logging
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.actions.adopting import adopt_requests
from lianxin.cases.views.public.pages import TownRequest, nav, plain_words, private, too_many
from lianxin.keys.ids import read_number
from lianxin.keys.tries import TooManyTries, spend
from lianxin.notices.ways import WAYS, Letter
from lianxin.people.actors import nobody
from lianxin.people.cipher import blind
from lianxin.people.clients import client_of
from lianxin.people.masking import mask_phone
from lianxin.people.middleware import BY_CODE, signed_in
from lianxin.people.models import PhoneCode
from lianxin.people.residents import (
    FIGURES,
    LASTS,
    SIGNED_IN,
    NotTheirs,
    WrongCode,
    account_by_phone,
    forget_trail,
    make_code,
    prove_phone,
    redeem_code,
)
from lianxin.ui import words

ASKED = "code_of"  # the row of the code this browser asked for
PER_MINUTE, PER_HOUR, PER_CLIENT = 1, 5, 30  # codes to one telephone; codes asked for from one place in an hour
GUESSES = 60  # codes typed from one place in an hour
log = logging.getLogger("lianxin.residents")


def offered() -> bool:
    """Whether residents can sign in: there is a way to send them a code."""
    return WAYS["sms"].offered()


@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
@private
def ask(request: TownRequest) -> HttpResponse:
    """The telephone; POST sends a code to it."""
    _must_be_offered()
    if request.method == "GET":
        return _asking(request)
    phone = WAYS["sms"].tidy(plain_words(request.POST.get("phone", ""), 40))
    if len(phone) != 11 or not phone.startswith("1"):
        return _asking(request, _("Enter an 11-digit mobile number: the code is sent there."), 422)
    try:
        _spend(request, phone)
    except TooManyTries as many:
        return too_many(many, request.town, lambda told: _asking(request, told, 429))
    return _sent(request, phone)


def _spend(request: TownRequest, phone: str) -> None:
    """One telephone gets a code a minute and five an hour; one place asks thirty times an hour."""
    town_id, now, whose = request.town.pk, timezone.now(), blind("code-asked", phone)
    spend(town_id, "code-client", client_of(request), most=PER_CLIENT, per=timedelta(hours=1), now=now)
    spend(town_id, "code-minute", whose, most=PER_MINUTE, per=timedelta(minutes=1), now=now)
    spend(town_id, "code-hour", whose, most=PER_HOUR, per=timedelta(hours=1), now=now)


def _sent(request: TownRequest, phone: str) -> HttpResponse:
    held, figures = make_code(phone, now=timezone.now())
    minutes = round(LASTS.total_seconds() / 60)
    told = _("%(town)s: your code is %(code)s, good for %(n)s minutes. Nobody from the town will ask you for it.")
    short = told % {"town": words.name_of(request.town), "code": figures, "n": minutes}
    values = {"code": figures, "minutes": str(minutes)}
    try:
        WAYS["sms"].send(phone, Letter("", short, short, "", "code", values))
    except Exception:  # whatever a provider raises: the resident must not meet it as a page that broke
        log.exception("a code could not be sent")
        held.delete()
        return _asking(request, _("The text message could not be sent just now. Try again in a few minutes."), 503)
    request.session[ASKED] = str(held.pk)
    return HttpResponseRedirect(reverse("mine-code"), status=303)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@private
def code(request: TownRequest) -> HttpResponse:
    """The code; the right one signs in, and brings the requests made with this telephone together."""
    _must_be_offered()
    asked = read_number(str(request.session.get(ASKED, "")))
    if asked is None:
        return HttpResponseRedirect(reverse("mine-sign-in"), status=303)
    if request.method == "GET":
        return _coding(request, asked)
    now = timezone.now()
    try:
        spend(request.town.pk, "code-guess", client_of(request), most=GUESSES, per=timedelta(hours=1), now=now)
        _enter(request, redeem_code(asked, request.POST.get("code", ""), now=now))
    except TooManyTries as many:
        return too_many(many, request.town, lambda told: _coding(request, asked, told, 429))
    except WrongCode as wrong:
        return _coding(request, asked, _in_words(wrong), 422)
    except NotTheirs as refused:
        return _coding(request, asked, _not_theirs(refused), 409)
    return HttpResponseRedirect(reverse("mine"), status=303)


def _enter(request: TownRequest, phone: str) -> None:
    """Sign in by the telephone; whoever is signed in as staff keeps that session, and the telephone is put to it."""
    now, actor, account = timezone.now(), nobody(request.town), signed_in(request)
    if account is not None and not request.session.get(BY_CODE):
        prove_phone(account, phone, actor=actor, now=now)
    else:
        account = account_by_phone(phone, actor=actor, now=now)
        login(request, account, backend="lianxin.people.backends.AccountBackend")
        forget_trail(account)
        request.session[BY_CODE] = True
        request.session.set_expiry(int(SIGNED_IN.total_seconds()))
    request.session.pop(ASKED, None)
    adopt_requests(account, request.town, now=now)


def _in_words(wrong: WrongCode) -> str:
    if wrong.code == "gone":
        return _("This code is no longer valid. Ask for a new one.")
    told = ngettext("This is not the code. %(n)s try left.", "This is not the code. %(n)s tries left.", wrong.left)
    return told % {"n": wrong.left}


def _not_theirs(refused: NotTheirs) -> str:
    if refused.code == "taken":
        return _("This telephone belongs to another account. Sign out here first, then sign in with it.")
    return _("This account has been closed. Call us if you think that is a mistake.")


@require_POST
def leave(request: TownRequest) -> HttpResponse:
    """End the session on this device."""
    logout(request)
    messages.success(request, _("You have signed out. Your requests can still be opened by their links."))
    return HttpResponseRedirect(reverse("home"), status=303)


def _must_be_offered() -> None:
    if not offered():
        raise Http404


def _asking(request: TownRequest, fault: str = "", status: int = 200) -> HttpResponse:
    context = {"nav": nav("find"), "fault": fault, "phone": request.POST.get("phone", "")[:40]}
    return render(request, "cases/public/sign_in.html", context, status=status)


def _coding(request: TownRequest, asked: int, fault: str = "", status: int = 200) -> HttpResponse:
    held = PhoneCode.objects.filter(pk=asked).first()
    context = {"nav": nav("find"), "fault": fault, "to": mask_phone(held.phone) if held else "", "figures": FIGURES}
    return render(request, "cases/public/code.html", context, status=status)
