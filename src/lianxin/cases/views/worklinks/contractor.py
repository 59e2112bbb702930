"""The page a contractor opens by a link: what is to be done, where, until when; and what they tell."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.worklinks import LinkOver, link_opened, who_of, work_done
from lianxin.cases.forms import Wrong, clean_text, keep, read_kept
from lianxin.cases.models import WorkLink
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.worklinks import FINISH, RECORD, link_by_code, link_photo, state_of_link, work_page
from lianxin.cases.views.public.pages import TownRequest, by_script, kept, private
from lianxin.cases.views.public.report import photo_file
from lianxin.cases.views.public.report_form import read_photos
from lianxin.cases.words import used_otherwise
from lianxin.forms.photos import StoredPhoto
from lianxin.keys.ids import LARGEST
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.keys.tries import spend
from lianxin.people.actors import contractor
from lianxin.people.queries import units
from lianxin.ui import words
from lianxin.ui.receipts import receipted
from lianxin.workflow.engine import Refused

TOLD, PER = 40, timedelta(hours=1)  # of one link
WORDS = 2000


@dataclass(slots=True)
class Filled:
    """What a contractor has sent: the act, the words, the photos, and what is wrong with them."""

    act: str
    words: str
    photos: list[StoredPhoto]
    faults: dict[str, str]


def _again(request: TownRequest, told: str, status: int, number: str, code: str) -> HttpResponse:
    """The page with all that was typed, and the photos as far as the disk takes them."""
    link = _link(request, number, code)
    for upload in request.FILES.getlist("photos"):
        upload.seek(0)
    try:
        photos = read_photos(request.town, request.POST, request.FILES, {})
    except OSError:
        photos = read_kept(request.POST, town_id=request.town.pk)
    return _show(request, link, Filled("", "", photos, {"": told}), status)


@csrf_exempt  # no other site knows the code in the address; and a page without referrer posts with Origin null
@require_http_methods(["GET", "HEAD", "POST"])
@private
@kept(_again)
def work(request: TownRequest, number: str, code: str) -> HttpResponse:
    """What is to be done; POST adds a record, or says that the work is done."""
    link, now = _link(request, number, code), timezone.now()
    state = state_of_link(link, link.case, now=now)
    if state == "finished":
        written = request.POST.get("words", "")[:WORDS]
        return render(request, "cases/worklinks/over.html", {"finished": True, "written": written})
    if state != "live":
        return _over(request, link)
    link_opened(link, actor=contractor(request.town, link_id=link.pk), now=now)
    return _tell(request, link) if request.method == "POST" else _show(request, link)


def _link(request: TownRequest, number: str, code: str) -> WorkLink:
    link = link_by_code(request.town, number, code)
    if link is None:
        raise Http404
    return link


def _over(request: TownRequest, link: WorkLink) -> HttpResponse:
    """Gone, in one sentence, with whom to ask; what was just written comes back, to be told otherwise."""
    unit, written = units(request.town).get(link.unit_id), request.POST.get("words", "")[:WORDS]
    context = {"finished": False, "unit": unit_name(unit) if unit else words.name_of(request.town), "written": written}
    return render(request, "cases/worklinks/over.html", context, status=410)


def _show(request: TownRequest, link: WorkLink, filled: Filled | None = None, status: int = 200) -> HttpResponse:
    held = filled.photos if filled else []
    if by_script(request):  # the script holds those just chosen itself
        held = read_kept(request.POST, town_id=link.town_id)
    context = {
        "page": work_page(request.town, link), "src": reverse("work", kwargs=_address(request)) + "photos/",
        "data": request.POST, "faults": filled.faults if filled else {}, "kept": keep(held, town_id=link.town_id),
        "kept_count": len(held), "key": request.POST.get("idempotency_key"), "words": WORDS,
    }  # fmt: skip
    return render(request, "cases/worklinks/work.html", context, status=status)


def _address(request: TownRequest) -> dict[str, Any]:
    found = request.resolver_match.kwargs if request.resolver_match else {}
    return {name: found[name] for name in ("number", "code")}


def _tell(request: TownRequest, link: WorkLink) -> HttpResponse:
    """Take what was sent; what cannot be taken comes back with what is wrong."""
    now = timezone.now()
    spend(link.town_id, "work-link", who_of(link), most=TOLD, per=PER, now=now)
    filled = _read(request, link)
    if filled.faults:
        return _show(request, link, filled, 422)
    actor, once = contractor(request.town, link_id=link.pk), _once(request, link, filled)
    try:
        work_done(link, filled.act, filled.words, filled.photos, actor=actor, now=now, once=once)
    except LinkOver:
        return _over(request, link)
    except (Refused, KeyUsedOtherwise) as error:
        busy = _("Others are working on this just now. Please send it again: nothing is lost.")
        filled.faults = {"": busy if isinstance(error, Refused) else used_otherwise()}
        return _show(request, link, filled, 409)
    messages.success(request, _("Thank you. Who handles this has been told."))
    return receipted(request, HttpResponseRedirect(request.path, status=303))


def _read(request: TownRequest, link: WorkLink) -> Filled:
    faults: dict[str, str] = {}
    act = FINISH if request.POST.get("act") == FINISH and FINISH in link.may else RECORD
    photos = read_photos(request.town, request.POST, request.FILES, faults)
    text = ""
    try:
        text = clean_text(request.POST.get("words", ""))
    except Wrong as wrong:
        faults["words"] = str(wrong)
    if len(text) > WORDS:
        faults["words"] = _("At most %(n)s characters.") % {"n": WORDS}
    if act == RECORD and not (text or photos or faults):
        faults["words"] = _("Write what was done, or add a photo.")
    return Filled(act, text, photos, faults)


def _once(request: TownRequest, link: WorkLink, filled: Filled) -> OnceKey | None:
    key = request.POST.get("idempotency_key", "").strip()[:120]
    meant = {"act": filled.act, "words": filled.words, "photos": sorted(photo.digest for photo in filled.photos)}
    return OnceKey(f"work:{link.pk}", key, digest_of(meant)) if key else None


@require_safe
@private
def work_photo(request: TownRequest, number: str, code: str, photo: str) -> HttpResponse:
    """A photo chosen for the contractor, or one of their own."""
    link = _link(request, number, code)
    live = state_of_link(link, link.case, now=timezone.now()) == "live"
    digest = link_photo(request.town, link, int(photo)) if live and int(photo) <= LARGEST else None
    if digest is None:
        raise Http404
    return photo_file(request.town.pk, digest, thumb="small" in request.GET)
