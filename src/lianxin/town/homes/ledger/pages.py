"""The ledger for its auditor: entries in words, filtered, page after page; and the check of the whole of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.town.auditing.asked import acts_to_ask, chosen, kinds_to_ask
from lianxin.town.auditing.checks import ask_check, last_check, under_way
from lianxin.town.auditing.reading import LONGEST, NAMES, Wanted, entries, note_reading, read_wanted
from lianxin.town.auditing.telling import tell
from lianxin.town.auditing.words import broken_words, kind_names

WAIT_SECONDS = 3


@staff
@never_cache
@require_safe
def ledger(request: StaffRequest) -> HttpResponse:
    """The town's entries, the newest first; reading them is an entry itself."""
    actor = request.actor
    if not actor.can("audit"):
        raise PermissionDenied
    wanted, faults = read_wanted(actor, request.GET)
    after = request.GET.get("after", "")[:60]
    page, following = entries(actor, wanted, after=after) if not faults else ([], "")
    rows = tell(actor, page)
    if not faults:
        note_reading(actor, wanted, after=after, now=timezone.now())
    context = {
        **frame(request, "ledger"), "rows": rows, "next": following, "faults": faults, "after": after,
        "asked": {name: request.GET.get(name, "")[:LONGEST] for name in NAMES}, "filtered": wanted != Wanted(),
        "last": last_check(actor.town), **_to_ask(actor.town, request.GET.get("act", "")[:LONGEST]),
    }  # fmt: skip
    return render(request, "town/ledger.html", context, status=422 if faults else 200)


def _to_ask(town: Town, act: str) -> dict[str, Any]:
    """The two lists to choose from, and what is chosen in that of acts."""
    acts = acts_to_ask(town)
    return {"of_kind": kinds_to_ask(), "of_act": acts, "act": chosen(acts, act)}


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ledger_check(request: StaffRequest) -> HttpResponse:
    """The last check of the whole ledger; POST has it checked again, by the worker."""
    actor = request.actor
    if not actor.can("audit"):
        raise PermissionDenied
    if request.method == "POST":
        if not ask_check(actor=actor, now=timezone.now()):
            messages.info(request, _("It is being checked already."))
        return see(reverse("ledger-check"))
    waits = under_way(actor.town)
    context = {**frame(request, "ledger"), "waits": waits, **_outcome(actor.town)}
    response = render(request, "town/ledger_check.html", context)
    if waits:
        response["Refresh"] = str(WAIT_SECONDS)
    return response


def _outcome(town: Town) -> dict[str, Any]:
    """The last check, and what did not hold in words."""
    last, words, names = last_check(town), broken_words(), kind_names()
    rows = [
        {
            "kind": names.get(kind, kind), "subject": pk if pk.isdigit() and kind in names else subject, "seq": seq,
            "what": words.get(what, what), "detail": detail,
            "chain": f"{reverse('ledger')}?kind={kind}&subject={pk}" if pk.isdigit() and kind in names else "",
        }
        for subject, seq, what, detail in (last.found if last else ())
        for kind, _colon, pk in [subject.partition(":")]
    ]  # fmt: skip
    return {"last": last, "rows": rows}
