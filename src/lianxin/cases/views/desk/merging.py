"""Two cases side by side: merge one into the other, or take a merged one out again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions.triage import ways
from lianxin.cases.forms import FormFaults
from lianxin.cases.models import Case
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.queries.triage import alike, brief
from lianxin.cases.values import Standing
from lianxin.cases.views.case.attempt import lost_words
from lianxin.cases.views.desk.comparing import apart, common_words, compared_facts
from lianxin.cases.views.desk.triage import act_on, onward, sentence, standing_of
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.views.parts import in_part, part_of
from lianxin.keys.numbers import tidy
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.people.middleware import staff
from lianxin.workflow.engine import Refused

Row = dict[str, Any]


@staff
@in_part
def merge(request: StaffRequest, number: str) -> HttpResponse:
    """Pick the case this one is the same as, look at both, and merge; its own merged cases below."""
    now, standing = timezone.now(), standing_of(request.actor, number)
    if request.method != "POST":
        return compared(request, standing)
    try:
        act_on(request, standing, now=now)
    except FormFaults as wrong:
        return compared(request, standing, faults=wrong.faults, status=422)
    except (Refused, KeyUsedOtherwise) as refused:
        fresh = standing_of(request.actor, number)
        return compared(request, fresh, faults={"": sentence(request.actor, fresh, refused)}, status=409)
    return onward(request, standing.case.number, now)


def compared(
    request: StaffRequest, standing: Standing, *, faults: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page: this case, the other one if one is named, suggestions, and what was merged into this one."""
    actor, now, case = request.actor, timezone.now(), standing.case
    wanted = request.POST.get("case") or request.GET.get("with", "")
    other = other_page(request, wanted, case)
    page = case_page(actor, standing, now)
    every = ways(actor, standing)
    act = next((act for act, way in every.items() if way[-1].effect("merge")), "")
    children = Case.objects.seen_by(actor).filter(parent_id=case.pk).order_by("id")[:100]
    told = dict(faults or {})
    if wanted and other is None and not told:
        told["case"] = _("There is no other case of this number that you can see.")
    context = {
        **({} if part_of(request) else frame(request, "desk")),
        **(beside_each_other(page, other) if other else {}),
        "case": page,
        "other": other,
        "came": came(request),
        "act": act,
        "lost": lost_words(request.POST.get("act", ""), request.POST, (act,) if other else ()),
        "alike": [] if other else alike(actor, case, page["text"], now=now),
        "children": [child_of(request, row) for row in children],
        "faults": told,
        "wanted": wanted[:40],
        "typed": request.POST,
    }
    return render(request, "cases/desk/merge.html", context, status=status)


def came(request: StaffRequest) -> str:
    """From which list one came, and from where in it, to go on there."""
    return urlencode({name: value for name in ("list", "at") if (value := request.GET.get(name))})


def beside_each_other(page: Row, other: Row) -> Row:
    """What two cases say, line by line, and how far apart they lie."""
    this_text, other_text = common_words(page["text"] or page["title"], other["text"] or other["title"])
    return {
        "facts": compared_facts(page, other),
        "metres": apart(page, other),
        "texts": (this_text, other_text),
    }


def other_page(request: StaffRequest, wanted: str, case: Case) -> Row | None:
    """The case of a number typed or picked; None when there is none but this one."""
    number = tidy(wanted, case.town.letters)
    try:
        other = stand(request.actor, number=number) if number and number != case.number else None
    except NotSeen:
        return None
    return case_page(request.actor, other, timezone.now()) if other is not None else None


def child_of(request: StaffRequest, child: Case) -> Row:
    """A merged case in a line, with the act (`split`) that takes it out again, if the actor may do it."""
    every = ways(request.actor, Standing(child, ()))
    act = next((act for act, way in every.items() if way[-1].effect("split")), "")
    return {**brief(request.actor, child), "version": child.version, "split": act}


@staff
def split(request: StaffRequest, number: str) -> HttpResponse:
    """Take a merged case out again; it stands in triage once more, and opens there."""
    now, standing = timezone.now(), standing_of(request.actor, number)
    parent = standing.case.parent
    back = reverse("desk-merge", args=[parent.number if parent else standing.case.number])
    if request.method != "POST":
        return see_other(back)
    try:
        act_on(request, standing, now=now)
    except FormFaults as wrong:
        return not_split(request, " ".join(wrong.faults.values()), back)
    except (Refused, KeyUsedOtherwise) as refused:
        return not_split(request, sentence(request.actor, standing, refused), back)
    return see_other(reverse("desk-triage", args=[standing.case.number]))


def not_split(request: StaffRequest, why: str, back: str) -> HttpResponse:
    """Back to where it was asked for, with the fault, and with the reason that was written."""
    reason = request.POST.get("reason", "").strip()
    written = _(" What you wrote: %(text)s") % {"text": reason} if reason else ""
    messages.error(request, f"{why}{written}")
    return see_other(back)
