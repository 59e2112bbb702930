"""A resident's own: all requests in one list; their name, telephone and consent put right; all of it taken along or
erased. By the account, for all of them; by the private link of one, for that one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.adopting import adopt_requests
from lianxin.cases.actions.details import change_details
from lianxin.cases.actions.erasing import erase_all
from lianxin.cases.forms import Wrong, clean_text
from lianxin.cases.links import reporter_by_code
from lianxin.cases.models import Reporter
from lianxin.cases.queries.own import erased_with, follows_from, own_requests
from lianxin.cases.values import Details
from lianxin.cases.views.public.mine import brief_of, private_path
from lianxin.cases.views.public.pages import TownRequest, nav, private
from lianxin.cases.views.public.report_form import LONGEST_NAME, not_dialled
from lianxin.cases.views.public.signing import offered
from lianxin.people.actors import nobody
from lianxin.people.masking import mask_phone, tidy_phone
from lianxin.people.middleware import BY_CODE, by_code, signed_in
from lianxin.people.models import Account
from lianxin.people.residents import rename_account

Page = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody has shown to be theirs. `way`: account or link; `base`: the address its pages begin with."""

    reporters: list[Reporter]
    way: str
    base: str
    account: Account | None = None


@require_safe
@private
def mine(request: TownRequest) -> HttpResponse:
    """All requests of whoever has signed in, the newest first."""
    account = signed_in(request)
    if account is None:
        return HttpResponseRedirect(reverse("mine-sign-in" if offered() else "find"))
    now = timezone.now()
    rows = [brief_of(request.town, each, now=now) for each in own_requests(account, request.town, now=now)]
    context = {
        "nav": nav("find"), "rows": rows, "phone": mask_phone(account.phone) if account.proven else "",
        "kept": "" if by_code(request) else kept_words(),
    }  # fmt: skip
    return render(request, "cases/public/own.html", context)


def by_account(page: Page) -> Page:
    """A page over all requests of whoever has signed in."""

    @wraps(page)
    @private
    def wrapped(request: TownRequest) -> HttpResponseBase:
        account = signed_in(request)
        if account is None:
            return HttpResponseRedirect(reverse("mine-sign-in" if offered() else "find"), status=303)
        found = own_requests(account, request.town, now=timezone.now())
        return page(request, Own(found, "account", reverse("mine"), account))

    return wrapped


def by_link(page: Page) -> Page:
    """The same page over the one request of a private link. No other site knows the code in the address."""

    @wraps(page)
    @private
    def wrapped(request: TownRequest, number: str, code: str) -> HttpResponseBase:
        found = reporter_by_code(request.town, number, code)
        if found is None:
            raise Http404
        return page(request, Own([found], "link", private_path(found, found.case.number)))

    return csrf_exempt(wrapped)


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: TownRequest, own: Own) -> HttpResponse:
    """Name, telephone, consent; POST shows what follows from a change, and with `sure` makes it."""
    if not own.reporters:
        return HttpResponseRedirect(own.base, status=303)
    if request.method != "POST":
        return _details(request, own, held_of(own))
    wanted, faults = _wanted(request)
    if faults or request.POST.get("do") == "change":
        return _details(request, own, wanted, faults, 422 if faults else 200)
    if not request.POST.get("sure"):
        return _preview(request, own, wanted)
    changed = put_right(request, own, wanted)
    messages.success(request, _("Your details have been saved.") if changed else _("Nothing was changed."))
    return HttpResponseRedirect(own.base, status=303)


def put_right(request: TownRequest, own: Own, wanted: Details) -> list[str]:
    """Change the details of all that is theirs; the names of what changed in any."""
    now = timezone.now()
    if own.account is not None:  # what was known by the telephone alone must stay theirs without it
        adopt_requests(own.account, request.town, now=now)
    changed = change_details(own.reporters, wanted, own.way, now=now)
    if own.account is not None and own.account.name != wanted.name and request.session.get(BY_CODE):
        rename_account(own.account, wanted.name, actor=nobody(request.town), now=now)
    return changed


def erase_theirs(request: TownRequest, own: Own) -> int:
    """Erase all that is theirs, and sign them out; how many requests are left because somebody acts on them now."""
    left = erase_all(own.reporters, own.account, own.way, actor=nobody(request.town), now=timezone.now())
    if not left and request.session.get(BY_CODE):
        logout(request)
    return left


def held_of(own: Own) -> Details:
    """What stands there now; of several requests what the newest with a name and a telephone says."""
    name = next((each.name for each in own.reporters if each.name), "")
    phone = next((each.phone for each in own.reporters if each.phone), "")
    return Details(name, phone, any(each.public_consent for each in own.reporters if each.first))


def _wanted(request: TownRequest) -> tuple[Details, dict[str, str]]:
    faults, typed = {}, {"name": "", "phone": ""}
    for field in typed:
        try:
            typed[field] = " ".join(clean_text(request.POST.get(field, "")).split())
        except Wrong as wrong:
            faults[field], typed[field] = str(wrong), request.POST.get(field, "")
    if len(typed["name"]) > LONGEST_NAME:
        faults["name"] = _("At most %(n)s characters.") % {"n": LONGEST_NAME}
    if typed["phone"] and not tidy_phone(typed["phone"]):
        faults["phone"] = not_dialled(typed["phone"])
    phone = typed["phone"] if "phone" in faults else tidy_phone(typed["phone"])
    return Details(typed["name"], phone, bool(request.POST.get("consent"))), faults


def _details(
    request: TownRequest, own: Own, held: Details, faults: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "nav": nav("find"), "own": own, "held": held, "faults": faults or {}, "most_name": LONGEST_NAME,
        "first": any(each.first for each in own.reporters), "count": len(own.reporters),
        "erasable": erasable(request, own),
    }  # fmt: skip
    return render(request, "cases/public/details.html", context, status=status)


def _preview(request: TownRequest, own: Own, wanted: Details) -> HttpResponse:
    codes = follows_from(own.reporters, wanted)
    told = [text for code in codes if (text := follows_words(code, by_link=own.way == "link"))]
    context = {
        "nav": nav("find"), "own": own, "wanted": wanted, "told": told, "count": len(own.reporters),
        "nothing": codes == ["nothing"],
    }  # fmt: skip
    return render(request, "cases/public/details_sure.html", context)


def follows_words(code: str, *, by_link: bool) -> str:
    """What a change of details brings with it, in a sentence."""
    only = _("Nobody can call you back or ask. It no longer opens by its number and last four digits: keep its link.")
    return {
        "nothing": _("Nothing changes: this is what stands there now."),
        "name_gone": _("Your name is deleted. Who handles it no longer knows what to call you."),
        "name_new": _("Who handles it sees the new name; the old one is kept nowhere."),
        "phone_gone": only if by_link else _("Nobody can call you back or ask. They stay in this list."),
        "phone_new": _("They call the new number. Following by number and last four digits takes the new digits."),
        "consent_given": _("A clerk may publish it once names, numbers and whatever else is personal are taken out."),
        "consent_gone": _("It is not published, or no longer."),
        "published_goes": _(
            "It stands on the public board now and is taken down at once. Copies others made stay theirs."
        ),
    }[code]


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: TownRequest, own: Own) -> HttpResponse:
    """What erasing takes and what stays; POST with `sure` erases it, for good."""
    if not erasable(request, own):
        return render(request, "cases/public/staff_kept.html", {"nav": nav(), "kept": kept_words()}, status=403)
    if request.method != "POST":
        return _erase_page(request, own)
    if not request.POST.get("sure"):
        return _erase_page(request, own, _("Tick this: what is erased cannot be brought back."), 422)
    if left := erase_theirs(request, own):
        return _erase_page(request, own, busy_words(left), 409)
    return render(request, "cases/public/erased.html", {"nav": nav()})


def erasable(request: HttpRequest, own: Own) -> bool:
    """Whether it may be erased here: by a private link, or by who signed in with a telephone; not by a password."""
    return own.way == "link" or by_code(request)


def kept_words() -> str:
    """Why an account with a password is not erased here: it is, or was, of the staff."""
    return _(
        "You signed in with a password, as staff. Your name, account and posts stay, now and after you have left: the "
        "history of each case must say who did what. What can be erased of your own requests, erase after signing in "
        "with your telephone. About the rest ask your town's security administrator."
    )


def busy_words(left: int) -> str:
    """Why some are left."""
    told = ngettext(
        "Somebody is acting on one request just now: it has not been erased. Press again.",
        "Somebody is acting on %(n)s requests just now: they have not been erased. Press again.", left,
    )  # fmt: skip
    return told % {"n": left}


def _erase_page(request: TownRequest, own: Own, fault: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"nav": nav("find"), "own": own, "fault": fault, **erased_with(own.reporters)}
    return render(request, "cases/public/erase_own.html", context, status=status)
