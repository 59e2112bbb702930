"""Before anything is public, a clerk reads it: the masked proposal beside the original, to publish or to keep back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.actions.publish import Public, Unpublishable, publish, withhold
from lianxin.cases.forms import Wrong, clean_text
from lianxin.cases.models import Case, Publication
from lianxin.cases.queries.publishing import proposal, queue
from lianxin.cases.views.desk.triage import standing_of
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import spoken
from lianxin.people.masking import mask_text
from lianxin.people.middleware import staff

Row = dict[str, Any]
FIELDS = ("title", "text", "answer", "place")
LONGEST = {"title": 120, "place": 120}


@staff
def publish_queue(request: StaffRequest) -> HttpResponse:
    """Answered cases whose reporter consented and about which nobody has decided, the longest waiting first."""
    if not request.actor.can("publish"):
        raise PermissionDenied
    page = queue(request.actor, after=request.GET.get("after", ""))
    return render(request, "cases/desk/publish.html", {**frame(request, "desk-publish"), "page": page})


@staff
def publish_one(request: StaffRequest, number: str) -> HttpResponse:
    """One case to decide about; a POST decides and opens the next."""
    if not request.actor.can("publish"):
        raise PermissionDenied
    case, now = standing_of(request.actor, number).case, timezone.now()
    if request.method != "POST":
        return shown(request, case)
    faults = decide(request, case, now=now)
    return shown(request, case, faults=faults, status=422) if faults else onward(request, case)


def decide(request: StaffRequest, case: Case, *, now: datetime) -> dict[str, str]:
    """Publish or withhold; what is wrong with the form, by field."""
    actor, data = request.actor, request.POST
    try:
        if data.get("do") == "withhold":
            withhold(case, clean_text(data.get("reason", "")), actor=actor, now=now)
            messages.success(request, _("%(number)s is kept back.") % {"number": spoken(case.number)})
            return {}
        public, faults = read_public(request)
        if not faults:
            publish(case, public, actor=actor, now=now)
            messages.success(request, _("%(number)s is public now.") % {"number": spoken(case.number)})
        return faults
    except (Wrong, Unpublishable) as refused:
        field = "reason" if data.get("do") == "withhold" else ""
        return {field: why_not(refused.code) if isinstance(refused, Unpublishable) else str(refused)}


def read_public(request: StaffRequest) -> tuple[Public, dict[str, str]]:
    """What the form says is to be public, and what is wrong with it."""
    data = request.POST
    photos = tuple(pk for each in data.getlist("photos") if (pk := read_number(each)) is not None)
    return public_of(data, photos, sure=bool(data.get("sure")))


def public_of(data: Mapping[str, str], photos: tuple[int, ...], *, sure: bool) -> tuple[Public, dict[str, str]]:
    """What is to be public, and what is wrong with it. A number left in a text must be confirmed: `sure`."""
    faults: dict[str, str] = {}
    said: dict[str, str] = {}
    for name in FIELDS:
        try:
            said[name] = clean_text(data.get(name, ""))
        except Wrong as wrong:
            faults[name], said[name] = str(wrong), ""
        if len(said[name]) > LONGEST.get(name, 4000):
            faults[name] = _("At most %(n)s characters.") % {"n": LONGEST[name]}
        elif mask_text(said[name]) != said[name] and not sure:
            faults[name] = _("There still is a number or an address of a person here. Take it out, or confirm below.")
        elif not said[name] and name in ("title", "text"):
            faults[name] = _("This cannot be empty.")
    return Public(**said, photos=photos), faults


def why_not(code: str) -> str:
    """Why a case may not be made public, and what to do."""
    return {
        "no_consent": _("The person who raised it did not consent, so it cannot be made public."),
        "confidential": _("Cases of this kind are confidential."),
        "empty": _("Write something here."),
        "not_its_photo": _("One of the photos is not this case's. Open the page again."),
    }.get(code, _("This is not yours to decide."))


def finding_names() -> dict[str, str]:
    """What the personal details that rules find are called."""
    return {
        "name": pgettext("personal detail", "name"), "phone": _("telephone"), "id_card": _("identity card"),
        "account": _("card or account"), "plate": _("number plate"), "mail": _("e-mail"),
        "chat": _("chat name"), "door": _("house or room number"),
    }  # fmt: skip


def next_after(request: StaffRequest, case: Case) -> str:
    """The number of the next case that waits, after this one or else from the beginning; "" when there is none."""
    for after in (f"a.{case.pk}", ""):
        for row in queue(request.actor, after=after, most=2)["rows"]:
            if row["id"] != case.pk:
                return str(row["number"])
    return ""


def onward(request: StaffRequest, case: Case) -> HttpResponse:
    """To the next case that waits; back to the queue when it is empty."""
    number = next_after(request, case)
    return see_other(reverse("desk-publish-one", args=[number]) if number else reverse("desk-publish"))


def shown(
    request: StaffRequest, case: Case, *, faults: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page of one case: the original beside what would be public, as typed so far or as stands already."""
    offered = proposal(request.actor, case)
    held = Publication.objects.for_system("desk: of a case just seen", case.town_id).filter(case_id=case.pk).first()
    values: Row = {name: offered[name] for name in FIELDS} | {"photos": [], "reason": "", "sure": ""}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in (*FIELDS, "reason", "sure")}
        values["photos"] = request.POST.getlist("photos")
    elif held is not None and held.state == Publication.State.PUBLISHED:
        values |= {name: getattr(held, name) for name in FIELDS} | {"photos": [str(pk) for pk in held.photos]}
    kinds, marked = finding_names(), {what for parts in offered["original"].values() for _part, what in parts}
    context = {
        **frame(request, "desk-publish"),
        "kinds": kinds,
        "told_of": [name for what, name in kinds.items() if what in marked],
        "more": next_after(request, case),
        "case": case,
        "number": spoken(case.number),
        "offered": offered,
        "held": held,
        "values": values,
        "faults": faults or {},
    }
    return render(request, "cases/desk/publish_one.html", context, status=status)
