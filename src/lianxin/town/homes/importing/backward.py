"""Files that were taken in: the list of them, and taking one back after a look at what that would do."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.views.frame import StaffRequest, address, frame
from lianxin.keys.ids import read_number
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.ledger.rows import Going, reason_of
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.town.homes.importing.pages import sorts_of
from lianxin.town.homes.importing.words import sort_names
from lianxin.town.imports.back import (
    LONGEST_REASON,
    TAKEN_BACK,
    Backward,
    StaleBack,
    look_back,
    reason_fault,
    take_back,
    told_steps,
)
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.taken import A_PAGE, TakenFile, taken_file, taken_files

Row = dict[str, Any]
SHOWN: Final = 100  # rows of one sort that the page names
ORDER: Final = (Going.STAYS, Going.BACK, Going.AGAIN, Going.GONE, Going.ENDS, Going.SAME)


def going_names() -> dict[Going, str]:
    """What would become of rows, in words."""
    return {
        Going.STAYS: _("Cannot go back"), Going.BACK: _("Will be as before"), Going.AGAIN: _("Will be there again"),
        Going.GONE: _("Will be taken away"), Going.ENDS: _("Will end"), Going.SAME: _("Is as before already"),
    }  # fmt: skip


@staff
@never_cache
@require_safe
def imports_taken(request: StaffRequest) -> HttpResponse:
    """The files that were taken in, the newest first, and which of them were taken back."""
    if not sorts_of(request.actor):
        raise PermissionDenied
    before = read_number(request.GET.get("before", "")) or 0
    rows, names = taken_files(request.actor, before=before), sort_names()
    context = {
        **frame(request, "setup"), "setup_url": address("setup"), "rows": [_row(each, names) for each in rows],
        "older": f"?before={rows[-1].entry.pk}" if len(rows) == A_PAGE else "", "newer": "?" if before else "",
    }  # fmt: skip
    return render(request, "town/imports_taken.html", context)


def _row(each: TakenFile, names: dict[str, Row]) -> Row:
    data = each.entry.data
    return {
        "taken": each, "what": names[each.what]["text"], "at": each.entry.at, "who": each.who,
        "href": reverse("setup-import-back", args=[each.entry.pk]), "back": bool(each.backs),
        "counts": [(text, data[name]) for name, text in counts_names().items() if data.get(name)],
    }  # fmt: skip


def counts_names() -> dict[str, str]:
    """What a file did, in words, by the names of its entry."""
    return {
        "added": pgettext("import", "Added"), "changed": pgettext("import", "Changed"),
        "gone": pgettext("import", "Taken away"),
    }  # fmt: skip


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_back(request: StaffRequest, pk: int) -> HttpResponse:
    """What taking a file back would do, row by row; a POST with the stamp of what was shown does it."""
    actor, now = request.actor, timezone.now()
    if not sorts_of(actor):
        raise PermissionDenied
    found = taken_file(actor, pk) if pk < 2**63 else None
    if found is None:
        raise Http404
    faults: dict[str, str] = {}
    if request.method == "POST" and _done(request, found, faults):
        return see(reverse("setup-import-back", args=[pk]))
    context = {
        **frame(request, "setup"), **_shown(look_back(actor, found, now=now), found), "faults": faults,
        "reason": request.POST.get("reason", ""), "key": request.POST.get("idempotency_key"),
    }  # fmt: skip
    status = 409 if "seen" in faults else 422 if faults else 200
    return render(request, "town/import_back.html", context, status=status)


def _shown(back: Backward, found: TakenFile) -> Row:
    names = going_names()
    lists = [
        {"going": going, "text": names[going], "n": back.counts[going], "first": SHOWN if n > SHOWN else 0,
         "rows": told_steps(back, going, most=SHOWN), "open": going is Going.STAYS}
        for going in ORDER if going is not Going.SAME and (n := back.counts[going])
    ]  # fmt: skip
    return {
        **_row(found, sort_names()), "setup_url": address("setup"), "lists": lists, "moves": back.moves,
        "stats": [(names[going], back.counts[going]) for going in ORDER if back.counts[going]], "seen": back.stamp,
        "known": found.what in TAKEN_BACK, "most_reason": LONGEST_REASON,
        "backs": [{"at": each.at, "why": reason_of(each)} for each in found.backs],
    }  # fmt: skip


def _done(request: StaffRequest, found: TakenFile, faults: dict[str, str]) -> bool:
    """Take the file back; False with the faults noted."""
    reason, seen = clean_line(request.POST.get("reason", "")), request.POST.get("seen", "")
    if wrong := reason_fault(reason):
        faults["reason"] = wrong
        return False
    actor, key = request.actor, request.POST.get("idempotency_key", "").strip()[:100]
    meant = digest_of({"of": found.entry.pk, "seen": seen, "reason": reason})
    once = OnceKey(f"import-back:{actor.account_id}", key, meant) if key else None
    try:
        counts = take_back(found, seen=seen, reason=reason, once=once, actor=actor, now=timezone.now())
    except StaleBack:
        faults["seen"] = _("Something has happened since you looked. This is how it is now.")
        return False
    except KeyUsedOtherwise:
        faults[""] = _("This form was sent already. Look again before you send it.")
        return False
    n = sum(counts[going] for going in (Going.BACK, Going.AGAIN, Going.GONE, Going.ENDS))
    said = ngettext("Taken back: %(n)s row.", "Taken back: %(n)s rows.", n)
    messages.success(request, said % {"n": n} if n else _("It was taken back already."))
    return True
