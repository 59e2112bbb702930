"""The register of cases (台账) of a period taken out as a table that runs no formula; each leaves an entry."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lianxin.cases.views.frame import StaffRequest, see_other
from lianxin.cases.views.printing.lists import TABLE_MOST, BadPeriod, period, print_asked, register, register_heads
from lianxin.cases.words import channel_name
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.town.exports.writing import Column, write

WIDTHS = {
    "at": 6, "number": 14, "recorded_at": 20, "channel": 12, "title": 40, "category": 16, "grid": 18, "unit": 20,
    "due_at": 20, "closed_at": 20, "step_name": 14,
}  # fmt: skip


@staff
@never_cache
@require_POST
def register_out(request: StaffRequest) -> HttpResponse:
    """The register that the form asks for: on paper at an address of its own, else the table as a file to be kept."""
    form = request.POST.get("form", "")
    if form == "pdf":
        asked = request.POST.copy()
        for name in ("form", "csrfmiddlewaretoken"):
            asked.pop(name, None)
        return see_other(f"{reverse('desk-print-register')}?{asked.urlencode()}")
    if form not in ("xlsx", "csv"):
        raise Http404
    try:
        return take_register(form, request.POST, actor=request.actor, now=timezone.now())
    except BadPeriod as bad:
        return print_asked(request, request.POST, bad.faults)


def take_register(form: str, asked: QueryDict, *, actor: Actor, now: datetime) -> HttpResponse:
    """The register as Excel or CSV: what its paper says, with an entry that says who took it out and how many rows."""
    first, last = period(asked)
    _filters, rows = register(actor, asked, now, most=TABLE_MOST + 1)
    columns = [Column(name, head, WIDTHS[name]) for name, head in zip(WIDTHS, register_heads(), strict=True)]
    lines: list[dict[str, Any]] = [
        {**row, "at": at, "channel": channel_name(row["channel"])} for at, row in enumerate(rows[:TABLE_MOST], start=1)
    ]
    if len(rows) > TABLE_MOST:
        lines.append({"title": _("Only the first %(n)s are listed. Narrow the filter.") % {"n": TABLE_MOST}})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{actor.town.letters}-register-{first}-{last}.{form}"
        write(path, form, columns, lines)
        body = path.read_bytes()
    told = {"what": "register", "format": form, "rows": len(rows[:TABLE_MOST]), "from": f"{first}", "to": f"{last}"}
    with transaction.atomic():  # not what was filtered by: it may be a telephone
        record(Line("export", actor.town_id, "export", {**told, "personal": False}), actor=actor, now=now)
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type="application/octet-stream", headers=headers)
