"""The day at a glance, whether it comes by e-mail, and the links of its letters: confirm the address, end it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.daily import section_names
from lianxin.cases.queries.daily import SECTIONS, day_of
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.views.public.pages import TownRequest, private, too_many
from lianxin.jobs.queue import enqueue
from lianxin.keys.tries import TooManyTries, spend
from lianxin.notices.daily import DEFAULT, HOURS, DailyWish, daily_by_code, daily_letter_of, stop_daily, want_daily
from lianxin.notices.models import DailyLetter
from lianxin.notices.ways import WAYS
from lianxin.people.actors import nobody
from lianxin.people.cipher import blind
from lianxin.people.mailboxes import account_by_token, mask_email, prove_email, set_email
from lianxin.people.middleware import staff
from lianxin.people.models import Account

ASKED, PER = 3, timedelta(days=1)  # letters that ask one account to confirm: nobody's box is filled by others


@staff
@never_cache
@require_safe
def today_page(request: StaffRequest) -> HttpResponse:
    """What came, what is due, late, sent back, to be looked at again; and the unit's figures."""
    day = day_of(request.actor, now=timezone.now())
    names = section_names(day)
    sections = [{"key": what, "name": names[what], **day["sections"][what]} for what in SECTIONS]
    context = {**frame(request, "today"), "day": day, "sections": sections, "mail": WAYS["email"].offered()}
    return render(request, "cases/daily/today.html", context)


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: StaffRequest) -> HttpResponse:
    """Address and hour; POST keeps them, or ends the letters."""
    account = Account.objects.get(pk=request.actor.account_id or 0)
    if request.method != "POST":
        return _form(request, account)
    if request.POST.get("do") == "stop":
        return _end(request, account)
    try:
        return _keep(request, account)
    except TooManyTries as many:
        return too_many(many, request.town, lambda told: _form(request, account, told, 429))


def _form(request: StaffRequest, account: Account, fault: str = "", status: int = 422) -> HttpResponse:
    held = daily_letter_of(request.actor)
    hours = [(str(hour), f"{hour}:00") for hour in HOURS]
    context: dict[str, Any] = {
        **frame(request, "today"), "held": held, "account": account, "masked": mask_email(account.email),
        "hours": hours, "hour": request.POST.get("hour") or str(held.hour if held else DEFAULT), "fault": fault,
        "email": request.POST.get("email", account.email), "offered": WAYS["email"].offered(),
    }  # fmt: skip
    return render(request, "cases/daily/letter.html", context, status=status if fault else 200)


def _keep(request: StaffRequest, account: Account) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    email, hour = WAYS["email"].tidy(request.POST.get("email", "")), request.POST.get("hour", "")
    if not email or not WAYS["email"].offered():
        return _form(request, account, _("This is not an e-mail address."))
    if hour not in {str(each) for each in HOURS}:
        return _form(request, account, _("Choose one of those listed."))
    asks = account.email != email or account.email_proven_at is None
    if asks:
        spend(actor.town_id, "staff-email", blind("account", str(account.pk)), most=ASKED, per=PER, now=now)
    site = f"{request.scheme}://{request.get_host()}"
    wish = DailyWish(int(hour), get_language() or "zh-hans", site)
    with transaction.atomic():
        set_email(account, email, actor=actor, now=now)
        want_daily(wish, actor=actor, now=now, told_on=_seen_to(daily_letter_of(actor), wish.hour, now))
        if asks:
            told = {"account": account.pk, "site": site, "language": wish.language}
            enqueue("cases.email_asking", town_id=actor.town_id, run_at=now, **told)
    kept = _("A letter has gone to the address: press its link, then the overviews come.") if asks else _("Saved.")
    messages.success(request, kept)
    return see_other(reverse("daily-letter"))


def _seen_to(held: DailyLetter | None, hour: int, now: datetime) -> date | None:
    """Today, where its letter has gone already or its hour is past; else the next letter is today's."""
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    gone = held is not None and held.told_on == here.date()
    return here.date() if gone or here.hour >= hour else None


def _end(request: StaffRequest, account: Account) -> HttpResponse:
    """No more letters to this post; and, if asked for, the address is deleted."""
    if (held := daily_letter_of(request.actor)) is not None:
        stop_daily(held)
    if request.POST.get("forget"):
        set_email(account, "", actor=request.actor, now=timezone.now())
    messages.success(request, _("No more overviews by e-mail."))
    return see_other(reverse("daily-letter"))


@csrf_exempt  # no other site knows the token in the address; and a page without referrer posts with Origin null
@require_http_methods(["GET", "HEAD", "POST"])
@private
def confirm(request: TownRequest, token: str) -> HttpResponse:
    """The link of the asking letter: a press confirms, or says that it is not theirs; opening it does neither.

    Programs for mail open links before people do, and post to end a letter by themselves: that is the second.
    """
    account, now = account_by_token(token), timezone.now()
    done = account is not None and account.email_proven_at is not None
    refused = account is not None and request.method == "POST" and request.POST.get("do") != "confirm"
    if account is not None and refused:
        set_email(account, "", actor=nobody(request.town), now=now)
    elif account is not None and request.method == "POST":
        prove_email(account, actor=nobody(request.town), now=now)
        done = True
    context = {"found": account is not None, "done": done, "refused": refused, "what": "confirm"}
    return _closed(render(request, "cases/daily/link.html", context, status=200 if account is not None else 404))


@csrf_exempt  # programs for mail post here by themselves (RFC 8058); no other site knows the code
@require_http_methods(["GET", "HEAD", "POST"])
@private
def stop(request: TownRequest, pk: int, code: str) -> HttpResponse:
    """The link of an overview that ends them: one press."""
    held = daily_by_code(request.town, pk, code) if pk < 2**63 else None
    if held is not None and request.method == "POST":
        stop_daily(held)
    context = {"found": held is not None, "done": held is not None and request.method == "POST", "what": "stop"}
    return _closed(render(request, "cases/daily/link.html", context, status=200 if held is not None else 404))


def _closed(response: HttpResponse) -> HttpResponse:
    """The address holds a secret: no other site learns it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
