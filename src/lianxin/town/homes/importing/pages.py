"""Bringing a file in: choose it, look at what it would do and every fault, take it in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases.views.frame import StaffRequest, address, frame
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.places.datum import Datum
from lianxin.town.homes.importing.words import as_shown, counts_of, lists_of, sort_names
from lianxin.town.imports.sorts import SORTS, Options, Sort
from lianxin.town.imports.taken import entry_of
from lianxin.town.imports.uploads import (
    MOST_BYTES,
    Brought,
    Changed,
    TooBig,
    ask_for,
    drop,
    faults_path,
    receive,
)
from lianxin.town.models import Upload

Row = dict[str, Any]
WAIT_SECONDS = 2  # after which a page that waits for the worker looks again
State = Upload.State


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def import_start(request: StaffRequest) -> HttpResponse:
    """Choose what and the file; POST sends it and leads to what it would do."""
    allowed = sorts_of(request.actor)
    if not allowed:
        raise PermissionDenied
    faults: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        upload, status = _received(request, faults)
        if upload is not None:
            return see(reverse("setup-import-look", args=[upload.pk]))
    return render(request, "town/import.html", _start(request, allowed, faults), status=status)


def sorts_of(actor: Actor) -> list[Sort]:
    """What an actor may bring in."""
    return [sort for sort in SORTS.values() if actor.can(sort.permission)]


def _received(request: StaffRequest, faults: dict[str, str]) -> tuple[Upload | None, int]:
    """The file that was sent, kept; or what is wrong, and the status that says so."""
    data, file = request.POST, request.FILES.get("file")
    sort = SORTS.get(data.get("what", ""))
    if sort is None:
        faults["what"] = _("Choose what the file holds.")
    if file is None:
        faults["file"] = _("Choose the file.")
    if sort is None or file is None:
        return None, 422
    datum = data.get("datum", "") if sort.has_datum and data.get("datum", "") in {"", *Datum} else ""
    options = Options(datum, bool(data.get("overwrite")), get_language() or settings.LANGUAGE_CODE)
    key = data.get("idempotency_key", "").strip()[:100]
    brought = Brought(sort.key, str(file.name or ""), file.chunks(), options, key)
    try:
        return receive(brought, actor=request.actor, now=timezone.now()), 303
    except TooBig:
        most = MOST_BYTES // 1_000_000
        faults["file"] = _("The file is larger than %(most)s MB: split it.") % {"most": most}
        return None, 413
    except KeyUsedOtherwise:
        faults[""] = _("This form was sent already with another file. Choose the file once more.")
        return None, 409


def _start(request: StaffRequest, allowed: list[Sort], faults: dict[str, str]) -> Row:
    actor, names = request.actor, sort_names()
    rows = Upload.objects.seen_by(actor).filter(expires_at__gt=timezone.now()).order_by("-id")[:10]
    endings = sorted({ending for sort in allowed for ending in sort.endings})
    return {
        **frame(request, "setup"), "faults": faults, "accept": ",".join(endings),
        "data": request.POST or request.GET, "has_datum": any(sort.has_datum for sort in allowed),
        "has_trees": any(sort.key == "categories" for sort in allowed),
        "of_what": [{"value": sort.key, **names[sort.key]} for sort in allowed], "of_datum": datums(),
        "setup_url": address("setup"), "uploads": [as_shown(upload) for upload in rows],
        "most": MOST_BYTES // 1_000_000,
    }  # fmt: skip


def datums() -> list[Row]:
    """What the datums are called by those who take points from a map."""
    named = {Datum.WGS84: _("GPS, Tianditu"), Datum.GCJ02: _("AMap, Tencent"), Datum.BD09: _("Baidu")}
    return [{"value": "", "text": _("As the file says")}, *({"value": str(k), "text": v} for k, v in named.items())]


@staff
@never_cache
@require_safe
def import_look(request: StaffRequest, pk: int) -> HttpResponse:
    """What a file would do, and every fault by row; once it is taken in, what it did."""
    return _shown(request, _found(request, pk))


@staff
@never_cache
@require_safe
def import_faults(request: StaffRequest, pk: int) -> HttpResponse:
    """Every fault of a file as a table."""
    path = faults_path(_found(request, pk))
    if not path.is_file():
        raise Http404
    name = _("faults") + ".csv"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")  # type: ignore[return-value]


@staff
@never_cache
@require_POST
def import_take(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a looked-at file in. Where the town has changed meanwhile, the page shows what it would do now."""
    upload = _found(request, pk)
    try:
        ask_for(upload, actor=request.actor, now=timezone.now())
    except Changed:
        return _shown(request, _found(request, pk), status=409)
    return see(reverse("setup-import-look", args=[pk]))


@staff
@never_cache
@require_POST
def import_drop(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget a file that is not to be taken in."""
    drop(_found(request, pk))
    messages.success(request, _("The file is forgotten; nothing was changed."))
    return see(reverse("setup-import"))


def _found(request: StaffRequest, pk: int) -> Upload:
    if not sorts_of(request.actor):
        raise PermissionDenied
    rows = Upload.objects.seen_by(request.actor).filter(pk=pk, expires_at__gt=timezone.now())
    upload = rows.select_related("town").first() if pk < 2**63 else None
    if upload is None:
        raise Http404
    return upload


def _shown(request: StaffRequest, upload: Upload, *, status: int = 200) -> HttpResponse:
    waits = upload.state in {State.WAITING, State.TAKING}
    context = {
        **frame(request, "setup"), **as_shown(upload), "counts": counts_of(upload), "lists": lists_of(upload),
        "back": _way_back(upload),
    }  # fmt: skip
    response = render(request, "town/import_look.html", {**context, "waits": waits}, status=status)
    if waits:
        response["Refresh"] = str(WAIT_SECONDS)
    return response


def _way_back(upload: Upload) -> str:
    """Where a file that was taken in is taken back; "" for one that was not, or did nothing."""
    entry = entry_of(upload) if upload.state == State.DONE else None
    return reverse("setup-import-back", args=[entry.pk]) if entry is not None else ""
