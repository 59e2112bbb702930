"""The work slip (工单) of a case, for the way. The resident's telephone only for a reason, which stays on record."""

import io
from datetime import datetime
from typing import Any, cast

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.looking import Revealed, reveal_contact
from lianxin.cases.forms import clean_text
from lianxin.cases.models import Reporter
from lianxin.cases.queries.page import case_page
from lianxin.cases.values import Standing
from lianxin.cases.views.case.showing import actor_of, look_reasons, seen
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.printing.paper import NoFace, faces, paper
from lianxin.keys.tries import TooManyTries
from lianxin.people.actors import Actor
from lianxin.people.looking import NoReason
from lianxin.people.middleware import staff
from lianxin.ui import words

HISTORY = 8  # the latest entries: the slip is for the way, the whole stands on the page
Row = dict[str, Any]


@staff
@never_cache
@require_safe
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """How to print the slip: with the telephone masked, or for a reason with the whole number."""
    return asked(request, seen(request, number))


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slip_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The slip as PDF. A POST gives a reason and prints the name and the telephone; that look stays on record."""
    standing, now = seen(request, number), timezone.now()
    try:
        faces()  # before a look is put on record for a slip that cannot be printed
        revealed = reveal(request, standing, now) if request.method == "POST" else None
    except Reporter.DoesNotExist:
        raise Http404 from None
    except NoReason:
        return asked(request, standing, fault=_("Say why you need the telephone number."), status=422)
    except TooManyTries:
        told = _("You have looked at the details of many people this hour. Wait a while.")
        return asked(request, standing, fault=told, status=429)
    except NoFace:
        return no_face(request)
    page = case_page(actor_of(request), standing, now)
    address = request.build_absolute_uri(reverse("case", args=[page["number"]]))
    return paper("slip", slip_data(actor_of(request), page, revealed, address, now), page["number"])


def reveal(request: HttpRequest, standing: Standing, now: datetime) -> Revealed:
    """Who raised the case first, readable; raises what `reveal_contact` does."""
    actor, data = actor_of(request), request.POST
    rows = Reporter.objects.for_system("slip", actor.town).filter(case_id=standing.case.pk, first=True)
    pk = rows.values_list("id", flat=True).first()
    reason = look_reasons().get(data.get("reason", "")) or clean_text(data.get("words", "")[:500])
    return reveal_contact(standing, pk or 0, reason, actor=actor, now=now)


def asked(request: HttpRequest, standing: Standing, *, fault: str = "", status: int = 200) -> HttpResponse:
    """The page that asks how to print."""
    actor = actor_of(request)
    page = case_page(actor, standing, timezone.now())
    person = next((each for each in page["people"] if each["first"]), None)
    context = {
        **frame(cast(StaffRequest, request)), "page": page, "person": person, "reasons": look_reasons(), "fault": fault,
    }  # fmt: skip
    return render(request, "cases/print/slip.html", context, status=status)


def no_face(request: HttpRequest) -> HttpResponse:
    """No Chinese PDF can be made here: what to do about it, and meanwhile."""
    return render(request, "cases/print/noface.html", frame(cast(StaffRequest, request)), status=503)


def slip_data(actor: Actor, page: Row, revealed: Revealed | None, address: str, now: datetime) -> Row:
    """What stands on the slip."""
    qr = io.BytesIO()
    segno.make(address, error="m").save(qr, kind="svg", border=1, xmldecl=False)
    return {
        "title": f"{_('Work slip')} {page['spoken']}", "heading": _("Work slip"), "town": words.name_of(actor.town),
        "lang": "zh" if words.is_chinese() else "en", "number": page["spoken"],
        "subject": page["title"], "text": page["text"], "step": page["step_name"], "facts": _facts(page),
        "asked": page["asked"], "cells": [cell["state"] for cell in page["cells"]],
        "qr": qr.getvalue().decode(), "address": address,
        "scan": _("Scan to open the case"), "revealed": revealed is not None, "person": _person(page, revealed),
        "history": _history(page), "foot": printed_by(actor, now),
        "labels": {
            "text": _("What was said"), "asked": _("What was asked and answered"),
            "person": _("Resident"), "history": _("So far"), "done": _("Done about it"),
            "keep": _("Holds personal details: keep it to yourself, destroy it when the case is settled."),
            "lines": [_("Handled by"), _("Date"), _("Resident's signature")],
        },
    }  # fmt: skip


def printed_by(actor: Actor, now: datetime) -> str:
    """The foot of a paper: who printed it, and when."""
    return _("Printed by %(name)s, %(at)s") % {"name": actor.name, "at": words.stamp(now)}


def _facts(page: Row) -> list[tuple[str, str]]:
    holder = page["holder"] or {"unit": "", "name": ""}
    return [
        (_("Category"), page["category"] or page["kind"]), (_("Urgency"), page["urgency"]),
        (_("Recorded"), words.stamp(page["recorded_at"])), (_("Due"), words.stamp(page["due_at"])),
        (_("Has it now"), f"{holder['unit']} {holder['name']}".strip()), (_("Came by"), page["channel"]),
        (_("Grid of the place"), page["grid"]), (_("Address"), page["address"]),
    ]  # fmt: skip


def _person(page: Row, revealed: Revealed | None) -> str:
    """Name and telephone of who raised it: whole where they were just revealed, else masked as on the page."""
    if revealed is not None:
        return f"{revealed.name or _('No name given')}  {revealed.phone or _('No telephone number was left.')}"
    first = next((each for each in page["people"] if each["first"]), None)
    return f"{first['name']}  {first['phone']}".strip() if first else _("No name given")


def _history(page: Row) -> list[Row]:
    return [
        {
            "at": words.stamp(entry["at"]), "act": entry["name"],
            "words": " ".join(filter(None, (entry["by"], entry["unit"], *_told(entry)))),
        }
        for entry in page["timeline"][-HISTORY:]
    ]  # fmt: skip


def _told(entry: Row) -> list[str]:
    """What was written with an entry, cut to a line or two; the text of the case stands above already."""
    return [text["body"][:120] for text in entry["texts"] if text["field"] != "text"]
