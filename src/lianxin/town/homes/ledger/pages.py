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

from lianxin.cases.queries.setup import kinds
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.town.auditing.checks import ask_check, last_check, under_way
from lianxin.town.auditing.reading import NAMES, Wanted, entries, note_reading, read_wanted
from lianxin.town.auditing.telling import tell
from lianxin.town.auditing.words import act_names, broken_words, kind_names

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
        "asked": {name: request.GET.get(name, "")[:60] for name in NAMES}, "filtered": wanted != Wanted(),
        "of_kind": list(kind_names().items()), "of_act": _acts(actor.town), "last": last_check(actor.town),
    }  # fmt: skip
    return render(request, "town/ledger.html", context, status=422 if faults else 200)


def _acts(town: Town) -> list[tuple[str, str]]:
    """What may have been done: the ledger's own acts, then those of the workflows, each once."""
    found = act_names()
    for flow in kinds(town):
        for each in flow.transitions:
            found.setdefault(each.act, said(each.name))
    return sorted(found.items(), key=lambda pair: pair[1])


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
