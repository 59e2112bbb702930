"""One photo, and what of it nobody shall see: drawn with a finger or a mouse, or chosen cell by cell."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions.covering import cover_case_photo, uncover_case_photo
from lianxin.cases.models import Case, Photo
from lianxin.cases.views.desk.triage import standing_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.public.report import photo_file
from lianxin.forms.covering import MOST_AREAS, WHOLE, Area, cover_of, read_area
from lianxin.keys.ids import LARGEST
from lianxin.keys.numbers import spoken
from lianxin.people.middleware import staff

COLUMNS, ROWS = 8, 6


@staff
def cover(request: StaffRequest, number: str, photo: int) -> HttpResponse:
    """The photo under a grid; POST covers what was chosen or drawn, or takes the cover away."""
    case, row = _photo(request, number, photo)
    if request.method != "POST":
        return _shown(request, case, row)
    areas = read_areas(request)
    if request.POST.get("do") == "uncover":
        uncover_case_photo(case, row, actor=request.actor, now=timezone.now())
        messages.success(request, _("The cover is taken away."))
    elif not areas:
        return _shown(request, case, row, fault=_("Choose or draw at least one place to cover."), status=422)
    else:
        cover_case_photo(case, row, areas, actor=request.actor, now=timezone.now())
        messages.success(request, _("Covered. The public sees this copy alone."))
    return HttpResponseRedirect(request.path, status=303)


@staff
def covered(request: StaffRequest, number: str, photo: int) -> HttpResponse:
    """The public copy, as the clerk checks it."""
    _case, row = _photo(request, number, photo)
    held = cover_of(request.town, row.file.digest)
    if held is None:
        raise Http404
    return photo_file(request.town.pk, held.file.digest)


def _photo(request: StaffRequest, number: str, pk: int) -> tuple[Case, Photo]:
    """A case one may publish, and a photo of it."""
    if not request.actor.can("publish"):
        raise PermissionDenied
    case = standing_of(request.actor, number).case
    rows = Photo.objects.for_system("cover a photo of a case just seen", case.town_id).select_related("file")
    row = rows.filter(pk=pk, case_id=case.pk).first() if pk <= LARGEST else None
    if row is None:
        raise Http404
    return case, row


def read_areas(request: StaffRequest) -> list[Area]:
    """Drawn rectangles, and cells by their place; what is neither counts as none."""
    found = [area for text in request.POST.getlist("area") if (area := read_area(text))]
    known = {str(place): place for place in range(COLUMNS * ROWS)}
    found += [_cell(known[text]) for text in request.POST.getlist("cell") if text in known]
    return list(dict.fromkeys(found))[:MOST_AREAS]


def _cell(place: int) -> Area:
    row, column = divmod(place, COLUMNS)
    left, right = column * WHOLE // COLUMNS, (column + 1) * WHOLE // COLUMNS
    top, low = row * WHOLE // ROWS, (row + 1) * WHOLE // ROWS
    return left, top, right - left, low - top


def _shown(request: StaffRequest, case: Case, row: Photo, *, fault: str = "", status: int = 200) -> HttpResponse:
    held = cover_of(request.town, row.file.digest)
    places = [(place, *divmod(place, COLUMNS)) for place in range(COLUMNS * ROWS)]
    cells = [{"value": place, "row": down + 1, "column": along + 1} for place, down, along in places]
    context: dict[str, Any] = {
        **frame(request, "desk-publish"), "number": spoken(case.number), "cells": cells, "fault": fault,
        "photo": reverse("case-photo", args=[case.number, row.pk]),
        "back": reverse("desk-publish-one", args=[case.number]),
        "copy": f"{reverse('desk-covered', args=[case.number, row.pk])}?{held.at.timestamp():.0f}" if held else "",
        "wide": row.file.width, "high": row.file.height,
    }  # fmt: skip
    return render(request, "cases/covering/page.html", context, status=status)
