"""Reporting: one page, which works without a script; afterwards the number, the private link and what happens next."""

from datetime import timedelta
from typing import Any

import segno
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from lianxin.cases.actions import open_case
from lianxin.cases.actions.joining import join_case
from lianxin.cases.allowance import spend_phone
from lianxin.cases.forms import MOST_PHOTOS, keep, read_kept
from lianxin.cases.links import link_code, reporter_by_code
from lianxin.cases.models import Reporter
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.board import public_case
from lianxin.cases.queries.setup import categories, leaves, report_kind
from lianxin.cases.views.public.listing import listed, villages
from lianxin.cases.views.public.mine import mine_of
from lianxin.cases.views.public.pages import TownRequest, by_script, kept, nav, plain_words, private
from lianxin.cases.views.public.progress import progress_of
from lianxin.cases.views.public.report_asked import Answering, answer
from lianxin.cases.views.public.report_form import (
    LONGEST_ADDRESS,
    Question,
    Report,
    place_options,
    place_value,
    plate_of,
    point_told,
    questions,
    read_photos,
    read_report,
    similar_shown,
    site_on,
    told_by_plate,
)
from lianxin.forms.photos import StoredPhoto, path_of
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.keys.tries import spend
from lianxin.people.actors import nobody
from lianxin.people.clients import browser_of, client_of
from lianxin.people.middleware import by_code, signed_in
from lianxin.places.gazetteer import Meaning
from lianxin.places.queries import find_address, grid_tree
from lianxin.ui.receipts import receipted
from lianxin.workflow.engine import Refused

# A carrier may give whole villages one address, so it takes much; one browser there takes as much as a counter needs. A
# script that changes its browser's mark with every report meets the limit of the address, and each telephone its own.
REPORTS, OF_ADDRESS, PER = 120, 1200, timedelta(hours=1)
_PREVIEW = "lianxin.preview"
JOINED = "joined"  # what this browser has joined: {number: reporter}


def _spend_report(request: TownRequest) -> None:
    """Count a report of this browser and of its address; raises TooManyTries."""
    town_id, now = request.town.pk, timezone.now()
    spend(town_id, "report", browser_of(request), most=REPORTS, per=PER, now=now)
    spend(town_id, "report-address", client_of(request), most=OF_ADDRESS, per=PER, now=now)


def _again(request: TownRequest, told: str, status: int) -> HttpResponse:
    """The form with all that was typed, and the photos as far as the disk takes them."""
    filled = _read_again(request)
    filled.faults = {"": told}
    return _form(request, filled, status=status)


def _read_again(request: TownRequest) -> Report:
    for upload in request.FILES.getlist("photos"):
        upload.seek(0)
    try:
        return read_report(request.town, request.POST, request.FILES)
    except OSError:
        return read_report(request.town, request.POST, None)


@require_http_methods(["GET", "POST"])
@kept(_again)
def report(request: TownRequest) -> HttpResponse:
    """The form; POST sends it, or shows it again with what is wrong or has to be asked."""
    if request.method == "GET":
        return _form(request, None)
    town, now = request.town, timezone.now()
    _spend_report(request)
    if number := request.POST.get("join"):
        return _join(request, number, at_form=True)
    filled = read_report(town, request.POST, request.FILES)
    answering = answer(filled, request.POST, filled.category)
    asked = [] if filled.faults else questions(filled, request.POST, now=now)
    if filled.faults or asked or answering.open:
        return _form(request, filled, asked, status=422 if filled.faults else 200)
    return _send(request, filled)


def _send(request: TownRequest, filled: Report) -> HttpResponse:
    town, now = request.town, timezone.now()
    channel = "wechat" if "MicroMessenger" in request.headers.get("User-Agent", "") else "web"
    once = filled.once(request.POST.get("idempotency_key", ""))
    try:
        spend_phone(town.pk, filled.phone, once, now=now)
        done = open_case(filled.draft(report_kind(town), channel), actor=nobody(town), now=now, once=once)
    except KeyUsedOtherwise:
        filled.faults[""] = _("This form was sent already. If you have something else to report, press “Send” again.")
        return _form(request, filled, status=409, fresh=True)
    return _sent(request, done.case.number, done.reporter_id)


def _sent(request: TownRequest, number: str, reporter_id: int | None) -> HttpResponse:
    where = reverse("report-sent", kwargs={"number": number, "code": link_code(reporter_id or 0)})
    return receipted(request, HttpResponseRedirect(where, status=303))


@require_safe
def report_offline(request: TownRequest) -> HttpResponse:
    """The empty form that a phone keeps to be opened without a net: nobody's token, nobody's words."""
    return _form(request, None, offline=True)


def _form(
    request: TownRequest, filled: Report | None, asked: list[Question] | None = None, *, status: int = 200,
    fresh: bool = False, offline: bool = False,
) -> HttpResponse:  # fmt: skip
    town = request.town
    photos = _photos_on_page(request, filled)
    code = "" if offline else (request.POST or request.GET).get("plate", "")
    context = {
        "nav": nav("report"), "data": request.POST or _known(request, code, offline=offline), "offline": offline,
        "faults": filled.faults if filled else {},
        "asked": {each.what: each.options for each in asked or ()},
        "answering": answer(filled, request.POST, filled.category) if filled else Answering(),
        "villages": villages(town), "groups": _groups(town, request.POST.get("category")),
        "kept": keep(photos, town_id=town.pk), "photos": [_preview(town, each) for each in photos],
        "key": None if fresh else request.POST.get("idempotency_key"), "most_photos": MOST_PHOTOS,
        "already": [*request.POST.getlist("asked"), *(each.what for each in asked or () if each.what != "similar")],
        "shown": _shown(request, asked or ()),
        "plate": plate_of(town, code) or site_on(town, code),
    }  # fmt: skip
    response = render(request, "cases/public/report.html", context, status=status)
    if not offline and signed_in(request) is not None:  # it may hold their number
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _known(request: TownRequest, code: str, *, offline: bool) -> dict[str, str]:
    """What an empty form knows already: the place of a plate, and whoever has signed in by telephone."""
    account = None if offline else signed_in(request)
    known = {"name": account.name, "phone": account.phone} if account is not None and by_code(request) else {}
    return {**told_by_plate(request.town, code), **known}


def _photos_on_page(request: TownRequest, filled: Report | None) -> list[StoredPhoto]:
    """Photos the page must carry: by script it holds those just sent itself, and would send them twice."""
    if filled is None:
        return []
    before = {photo.digest for photo in read_kept(request.POST, town_id=request.town.pk)}
    return [photo for photo in filled.photos if not by_script(request) or photo.digest in before]


def _shown(request: TownRequest, asked: Any) -> str:
    numbers = [row["number"] for each in asked if each.what == "similar" for row in each.options]
    return ",".join([*request.POST.getlist("shown"), *numbers])[:400]


def _groups(town: Town, chosen: str | None) -> list[dict[str, Any]]:
    """The categories by group, as chips that unfold."""
    every, found = categories(town), dict[int, dict[str, Any]]()
    for leaf in leaves(town):
        above = every.get(leaf.parent_id or 0, leaf)
        group = found.setdefault(above.pk, {"name": category_name(above), "leaves": [], "open": False})
        group["leaves"].append({"value": str(leaf.pk), "text": category_name(leaf)})
        group["open"] = group["open"] or str(leaf.pk) == chosen
    return list(found.values())


def _preview(town: Town, photo: StoredPhoto) -> dict[str, str]:
    token = signing.dumps([town.pk, photo.digest], salt=_PREVIEW)
    return {"src": reverse("report-photo", args=[token]), "digest": photo.digest}


@require_safe
def report_photo(_request: TownRequest, token: str) -> HttpResponse:
    """A photo of a form not yet sent, to whoever holds the form, for a day."""
    try:
        town_id, digest = signing.loads(token, salt=_PREVIEW, max_age=86400)
    except signing.BadSignature as error:
        raise Http404 from error
    return photo_file(town_id, digest, thumb=True)


def photo_file(town_id: int, digest: str, *, thumb: bool = False) -> HttpResponse:
    """A kept photo as an answer that only its reader keeps."""
    path = path_of(town_id, digest, thumb=thumb)
    if not path.exists():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="image/jpeg")  # a few hundred kilobytes at most
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def report_places(request: TownRequest) -> HttpResponse:
    """Part of a page: the places that the words of an address may mean, or where a point lies, while one writes.

    POST though nothing is changed: what a resident types must not stand in an address, and so in no server's log.
    """
    town, data = request.town, request.POST
    address = plain_words(data.get("address", ""), LONGEST_ADDRESS)
    groups = listed(town, data.get("village", "")) if request.GET.get("list") else []
    meant = Meaning() if data.get("lon") or data.get("village") else find_address(town, address)
    context = {
        "listed": groups, "options": place_options(town, meant.places),
        "chosen": data.get("place") or (place_value(meant.sure) if meant.sure else ""),
        "found": point_told(town, data) if data.get("lon") else None,
    }  # fmt: skip
    return render(request, "cases/public/places.html", context)


@require_POST
def report_similar(request: TownRequest) -> HttpResponse:
    """Part of a page: similar open requests nearby, while one is being written (POST: see `report_places`)."""
    words = request.POST.copy()
    words.pop("category", None)
    filled = read_report(request.town, words, None)
    rows = similar_shown(filled, now=timezone.now()) if len(filled.text) >= 6 else []
    return render(request, "cases/public/similar.html", {"rows": rows})


def _join_again(request: TownRequest, told: str, status: int, number: str) -> HttpResponse:
    return _join_form(request, number, {"": told}, status)


@require_http_methods(["GET", "POST"])
@kept(_join_again)
def join(request: TownRequest, number: str) -> HttpResponse:
    """"I have this too": a small form from the board or the map; POST joins the request."""
    if request.method == "POST":
        _spend_report(request)
        return _join(request, number, at_form=False)
    return _join_form(request, number, {})


def _join_form(request: TownRequest, number: str, faults: dict[str, str], status: int = 200) -> HttpResponse:
    found = public_case(request.town, number)
    if found is None:
        raise Http404
    if not found[1]["open"]:  # an old link, or answered while this page stood open
        return redirect("board-item", number=found[1]["number"]) if found[1]["published"] else redirect("report")
    context = {
        "nav": nav("board"), "case": found[1], "faults": faults, "data": request.POST,
        "key": request.POST.get("idempotency_key"),
    }  # fmt: skip
    return render(request, "cases/public/join.html", context, status=status)


def _join(request: TownRequest, number: str, *, at_form: bool) -> HttpResponse:
    """Join a request that anybody may know of; what was written and photographed goes with it."""
    town, now = request.town, timezone.now()
    filled = read_report(town, request.POST, request.FILES)
    filled.faults.pop("text", None) if not filled.text else None
    found = public_case(town, number)
    if found is None:
        raise Http404
    if filled.faults:
        return _form(request, filled, status=422) if at_form else _join_form(request, number, filled.faults, 422)
    once = filled.once(request.POST.get("idempotency_key", ""), "join", number=number)
    if (mine := request.session.get(JOINED, {}).get(found[0].number)) and not (filled.text or filled.photos):
        return _sent(request, found[0].number, int(mine))  # pressed again: counted once
    try:
        spend_phone(town.pk, filled.phone, once, now=now)
        joined = join_case(
            found[0].pk, filled.contact, actor=nobody(town), now=now, note=filled.text, photos=filled.photos, once=once
        )
    except (Refused, KeyUsedOtherwise):
        filled.faults[""] = _("This request has ended meanwhile. Please send yours as a new one.")
        return _form(request, filled, status=409, fresh=True)
    request.session[JOINED] = {**request.session.get(JOINED, {}), joined.number: str(joined.reporter_id)}
    return _sent(request, joined.number, joined.reporter_id)


@require_safe
@private
def report_sent(request: TownRequest, number: str, code: str) -> HttpResponse:
    """Thank you: the number to read out, the private link with its QR code, who has it and what happens next."""
    reporter = reporter_by_code(request.town, number, code)
    if reporter is None:
        raise Http404
    return render(request, "cases/public/sent.html", _sent_context(request, reporter, code))


def _sent_context(request: TownRequest, reporter: Reporter, code: str) -> dict[str, Any]:
    town, case = request.town, reporter.case
    link = request.build_absolute_uri(reverse("follow-private", kwargs={"number": case.number, "code": code}))
    return {
        "nav": nav(), "number": spoken(case.number), "link": link, "first": reporter.first,
        "qr": Markup(segno.make(link, error="m").svg_inline(border=1, omitsize=True)),  # noqa: S704 - made here
        "mine": mine_of(town, case, reporter),
        "progress": progress_of(town, case, now=timezone.now()), "has_phone": bool(reporter.phone),
        "outside": case.lon is not None and case.grid_id not in grid_tree(town),
    }  # fmt: skip


__all__ = ["join", "photo_file", "read_photos", "report", "report_offline", "report_photo", "report_places",
           "report_sent", "report_similar"]  # fmt: skip
