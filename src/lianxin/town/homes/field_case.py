"""One case on the phone: what, where, whom to call, what to do; the whole story is on the case's own page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.actions.doors import state_of
from lianxin.cases.queries.page import acts_ahead
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.roles import holds, roles_of
from lianxin.cases.values import Done, Standing
from lianxin.cases.views.case.attempt import Attempt, attempt_of, perform
from lianxin.cases.views.case.pages import told_of
from lianxin.cases.views.case.showing import about, seen
from lianxin.cases.views.frame import StaffRequest
from lianxin.cases.words import act_name, done_sentence
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see, wanted
from lianxin.town.homes.field_day import KEEP, of_day, owner, undisturbed
from lianxin.ui.receipts import receipted
from lianxin.workflow.engine import available

LAST = 3  # entries of the history shown without a tap


@staff
@require_safe
def field_case(request: StaffRequest, number: str) -> HttpResponse:
    """A case in short, with the forms of what the worker may do."""
    standing = seen(request, number)
    if KEEP not in request.headers:
        told_of(request, standing.case)
    return show(request, standing)


@staff
@never_cache
@require_POST
def field_act(request: StaffRequest, number: str) -> HttpResponse:
    """Make a transition from the phone; the answer names what was received, so that the phone may forget it."""
    if others(request):
        return HttpResponse(status=409, headers={"X-Lianxin-Other": "1"})
    standing = seen(request, number)
    attempt = attempt_of(request)
    late = "late" in request.POST
    done = (_late if late else perform)(request, standing, attempt, request.actor)
    if done is None:
        return show(request, seen(request, number), attempt)
    _say(request, done)
    told_of(request, done.case)
    return receipted(request, see(wanted(request) or _where(request.actor, done)))


def others(request: StaffRequest) -> bool:
    """Whether a letter on this phone was written by somebody else than who is signed in now: not theirs to send."""
    return request.POST.get("of", "") not in ("", owner(request.actor))


def _late(request: StaffRequest, standing: Standing, attempt: Attempt, actor: Actor) -> Done | None:
    """What was written without a net comes after the case has gone on: it is taken as a note beside it."""
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    act = note_act(actor, standing, with_photos=bool(request.FILES.getlist("photos")))
    if act is None:
        attempt.sentence = _(
            "The case is no longer in your hands, and no note of yours is taken. Tell whoever has it now."
        )
        return None
    made = act_name(flow, attempt.act)
    head = _("Written without a net, came late: %(act)s.") % {"act": made}
    words = [head, *(text for _name, text in attempt.texts())]
    attempt.data = {"note": "\n".join(words)}
    attempt.act, attempt.seen = act, standing.case.version
    return perform(request, standing, attempt, actor)


def _say(request: StaffRequest, done: Done) -> None:
    """Tell what was done, unless this was a repeat that was told before."""
    if done.entry is None:
        return
    flow = workflow_by_id(request.actor.town, done.case.workflow_id)
    made = flow.transition(done.entry.source, done.entry.act)
    if made is not None:
        messages.success(request, done_sentence(flow, made, done.case.step, done.case.due_at))


def _where(actor: Actor, done: Done) -> str:
    """On with the case while something in it is one's own to do; else back to the rest of the day."""
    mine = any(holds(actor, duty) for duty in done.standing.duties)
    return reverse("field-case", args=[done.case.number]) if mine else reverse("field")


def note_act(actor: Actor, standing: Standing, *, with_photos: bool) -> str | None:
    """What lets somebody leave a note, and photos where there are any, beside a case as it stands; None if nothing."""
    flow, case = workflow_by_id(actor.town, standing.case.workflow_id), standing.case
    found = available(flow, state_of(standing), roles=roles_of(actor, case, standing.duties))
    beside = [each for each in found if each.to is None and each.needs == ("note",) and not each.effects]
    beside.sort(key=lambda each: "photos" not in each.takes)
    return next((each.act for each in beside if "photos" in each.takes or not with_photos), None)


def show(request: StaffRequest, standing: Standing, attempt: Attempt | None = None) -> HttpResponse:
    """Render the case in short; never kept by a cache unless its worker keeps the day on this phone."""
    context = about(request, standing, attempt=attempt)
    actor = request.actor
    context |= {"last": LAST, **_ahead(actor, standing, context["acts"]), **of_day(request, actor)}
    context["may_check_in"] = actor.can("register") and not context["page"]["ended"]
    response = render(request, "town/field_case.html", context, status=attempt.status if attempt else 200)
    response["Cache-Control"] = "private, no-store"
    return undisturbed(request, response)


def _ahead(actor: Actor, standing: Standing, acts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What follows the case's main act where that is a single press: the forms a phone keeps for a cellar."""
    plain = next((act for act in acts if act["primary"] and not act["needs"]), None)
    offered = {act["act"] for act in acts}
    found = acts_ahead(actor, standing, plain["act"], timezone.now()) if plain else []
    found = [act for act in found if act["act"] not in offered]
    return {"ahead": found, "ahead_of": plain["act"] if found and plain else ""}
