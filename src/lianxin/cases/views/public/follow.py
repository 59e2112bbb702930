"""Following a case: by the private link, or by number and the last four digits of the telephone that was left."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions import transition
from lianxin.cases.forms import FormFaults, keep, parse_given, read_kept
from lianxin.cases.links import reporter_by_code, reporter_by_phone
from lianxin.cases.models import Reporter
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.views.public.following import Following, following, offered, page_of, photo_digest
from lianxin.cases.views.public.mine import brief_of, mine_of, private_path
from lianxin.cases.views.public.pages import TownRequest, by_script, kept, mine_kept, nav, plain_words, private
from lianxin.cases.views.public.report import photo_file, read_photos
from lianxin.cases.views.public.signing import offered as offered_by_phone
from lianxin.cases.views.public.watch import ways
from lianxin.cases.words import refusal, used_otherwise
from lianxin.forms.photos import StoredPhoto
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import tidy
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.keys.tries import spend
from lianxin.people.clients import client_of
from lianxin.ui.receipts import receipted
from lianxin.workflow.definition import Transition
from lianxin.workflow.engine import Refused

OPENED = "followed"
ACTS, PER = 120, timedelta(hours=1)  # acts of one address: a whole village may share one
MOST_MINE = 20


def _typed(request: TownRequest) -> tuple[str, str]:
    """The number, which an address may name too, and the digits."""
    number = request.POST.get("number", "") or request.GET.get("number", "")
    return plain_words(number, 40), plain_words(request.POST.get("digits", ""), 8)


def _asking(request: TownRequest, told: str = "", status: int = 200, field: str = "") -> HttpResponse:
    """The form with what was typed; `told` is what is wrong, `field` the field it is about, "" for none of them."""
    number, digits = _typed(request)
    context = {
        "nav": nav("find"), "number": number, "digits": digits,
        "faults": [{"field": field, "text": told}] if told else [], "mine": mine_kept(request, MOST_MINE),
        "by_phone": offered_by_phone(),
    }  # fmt: skip
    return render(request, "cases/public/find.html", context, status=status)


@require_http_methods(["GET", "POST"])
@private
@kept(_asking)
def find(request: TownRequest) -> HttpResponse:
    """Number and last four digits; the answer does not tell a wrong number from wrong digits."""
    if request.method != "POST":
        return _asking(request)
    number, digits = _typed(request)
    asked = tidy(number, request.town.letters)
    found = reporter_by_phone(request.town, asked or number, digits, client=client_of(request), now=timezone.now())
    if found is not None:
        opened = request.session.get(OPENED, {})
        request.session[OPENED] = {**opened, asked: str(found.pk)}
        return HttpResponseRedirect(reverse("follow", kwargs={"number": asked}), status=303)
    told = _(
        "Number and digits do not match. Check both: after five wrong ones in a quarter of an hour you have to wait."
    )
    return _asking(request, told, 422, "f-number")


def _again(request: TownRequest, told: str, status: int, number: str, code: str = "") -> HttpResponse:
    """The page with all that was typed, and the photos as far as the disk takes them."""
    reporter = reporter_by_code(request.town, number, code) if code else _opened(request, number)
    if reporter is None:
        raise Http404
    return _show(request, following(request.town, reporter), {"": told}, _photos_again(request), status)


def _photos_again(request: TownRequest) -> list[StoredPhoto]:
    for upload in request.FILES.getlist("photos"):
        upload.seek(0)
    try:
        return read_photos(request.town, request.POST, request.FILES, {})
    except OSError:
        return read_kept(request.POST, town_id=request.town.pk)


def _opened(request: TownRequest, number: str) -> Reporter | None:
    """The reporter whose number and digits this browser has shown."""
    opened = read_number(str(request.session.get(OPENED, {}).get(tidy(number), "")))
    rows = Reporter.objects.for_system("follow", request.town).filter(case__number=tidy(number))
    return rows.filter(pk=opened or 0).first()


@require_http_methods(["GET", "POST"])
@private
@kept(_again)
def follow(request: TownRequest, number: str) -> HttpResponse:
    """The page of a case whose number and digits this browser has shown; else the form that asks for them."""
    reporter = _opened(request, number)
    if reporter is None:
        return redirect(f"{reverse('find')}?number={tidy(number)}")
    return _page(request, reporter)


@csrf_exempt  # no other site knows the code in the address; and a page without referrer posts with Origin null
@require_http_methods(["GET", "POST"])
@private
@kept(_again)
def follow_private(request: TownRequest, number: str, code: str) -> HttpResponse:
    """The page of a private link."""
    reporter = reporter_by_code(request.town, number, code)
    if reporter is None:
        raise Http404
    return _page(request, reporter)


@require_safe
@private
def follow_brief(request: TownRequest, number: str, code: str) -> HttpResponse:
    """Part of a page: one of a resident's requests on the first page, as it stands now."""
    reporter = reporter_by_code(request.town, number, code)
    if reporter is None:
        raise Http404
    return render(request, "cases/public/brief.html", brief_of(request.town, reporter, now=timezone.now()))


@require_safe
@private
def follow_photo(request: TownRequest, number: str, code: str, photo: str) -> HttpResponse:
    """A photo on a reporter's page."""
    reporter = reporter_by_code(request.town, number, code)
    digest = photo_digest(request.town, reporter, int(photo)) if reporter else None
    if digest is None:
        raise Http404
    return photo_file(request.town.pk, digest, thumb="small" in request.GET)


def _page(request: TownRequest, reporter: Reporter) -> HttpResponse:
    try:
        seen = following(request.town, reporter)
    except NotSeen as error:
        raise Http404 from error
    if request.method == "POST":
        return _act(request, seen)
    return _show(request, seen)


def _show(
    request: TownRequest, seen: Following, faults: dict[str, str] | None = None,
    kept: list[StoredPhoto] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    if by_script(request):
        kept = read_kept(request.POST, town_id=seen.town.pk)
    link = request.build_absolute_uri(private_path(seen.reporter, seen.case.number))
    page = page_of(seen, now=timezone.now())
    context = {
        "nav": nav(), "page": page, "link": link, "faults": faults or {},
        "data": request.POST, "tried": request.POST.get("act", ""), "kept": keep(kept or [], town_id=seen.town.pk),
        "kept_count": len(kept or []), "key": request.POST.get("idempotency_key"),
        "watch": "" if page["progress"]["ended"] or not ways() else f"{link}watch/",
        "mine": mine_of(seen.town, seen.case, seen.reporter) if _by_link(request) else None,
    }  # fmt: skip
    return render(request, "cases/public/follow.html", context, status=status)


def _by_link(request: TownRequest) -> bool:
    """Whether the page was opened by its private link, and not by number and digits, perhaps on another's phone."""
    return "code" in (request.resolver_match.kwargs if request.resolver_match else {})


def _act(request: TownRequest, seen: Following) -> HttpResponse:
    """Make the transition that was asked for; what was written stays on the page when it is refused."""
    now, asked = timezone.now(), _meant(request.POST)
    spend(request.town.pk, "follow-act", client_of(request), most=ACTS, per=PER, now=now)
    found = next((each for each in offered(seen, now=now) if each.act == asked), None)
    if found is None:
        messages.warning(request, _("This can no longer be done: the request has moved on. See where it stands now."))
        return HttpResponseRedirect(request.path, status=303)
    try:
        given = parse_given(found, _without_empty(request.POST, found), request.FILES, actor=seen.actor, case=seen.case)
        _check(request, seen, found, given)
        transition(seen.standing, found.act, actor=seen.actor, now=now, given=given, once=_once(request, seen, given))
    except FormFaults as wrong:
        return _show(request, seen, _in_plain_words(request.POST, wrong.faults), wrong.kept, 422)
    except Refused as refused:
        return _show(request, seen, {"": refusal(refused, seen.flow)}, given.get("photos"), 409)
    except KeyUsedOtherwise:
        return _show(request, seen, {"": used_otherwise()}, given.get("photos"), 409)
    messages.success(request, _("Thank you. It has been added to your request."))
    return receipted(request, HttpResponseRedirect(request.path, status=303))


def _meant(data: Any) -> str:
    """The act that was asked for: a rating says by itself whether the matter is settled."""
    act = str(data.get("act", ""))
    if act != "rate":
        return act
    rating = data.get("rating", "")
    return "dissatisfied" if rating in {"1", "2"} else "satisfied"


def _in_plain_words(data: Any, faults: dict[str, str]) -> dict[str, str]:
    """A rating's words may be left out, unless it is a bad one: say so, rather than that a reason is missing."""
    if data.get("act") == "rate" and "rating" in faults:
        faults = {**faults, "rating": _("Choose one of the five, from very satisfied to not at all.")}
    if data.get("act") == "rate" and "reason" in faults and not data.get("words", "").strip():
        return {**faults, "reason": _("Say what is still wrong, so that it can be handled again.")}
    return faults


def _without_empty(data: Any, found: Transition) -> Any:
    """The rating's one form has fields for both answers: the words go where the act has a place for them."""
    fields = data.copy()
    if data.get("act") == "rate":
        words = fields.pop("words", [""])[0]
        fields["reason" if "reason" in found.needs else "note"] = words
    return fields


def _check(request: TownRequest, seen: Following, found: Transition, given: dict[str, Any]) -> None:
    """An act that moves the case needs the page it was seen on; one that adds nothing at all is a slip."""
    if found.to is not None and str(request.POST.get("version", "")) != str(seen.case.version):
        raise Refused("stale", seen=request.POST.get("version", ""))
    if found.act == "add" and not given:
        raise FormFaults({"note": _("Write something or choose a photo.")})


def _once(request: TownRequest, seen: Following, given: dict[str, Any]) -> OnceKey | None:
    key = request.POST.get("idempotency_key", "").strip()[:120]
    meant = {name: value for name, value in given.items() if name != "photos"}
    meant["photos"] = sorted(photo.digest for photo in given.get("photos", ()))
    scope = f"follow:{seen.reporter.pk}:{_meant(request.POST)}"
    return OnceKey(scope[:80], key, digest_of(meant)) if key else None
