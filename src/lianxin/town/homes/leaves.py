"""Entering and ending a leave, on the page of a post."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianxin.cases.actions.handing import NotHanded
from lianxin.cases.actions.leaving import LONGEST, LeaveAsked, end_leave, set_leave
from lianxin.cases.pickers import holder_by
from lianxin.cases.views.frame import StaffRequest
from lianxin.people.middleware import staff
from lianxin.people.models import Leave
from lianxin.people.queries import today
from lianxin.people.views.signing import see
from lianxin.town.homes.people import found, post_page
from lianxin.town.registers.fields import Wrong
from lianxin.town.registers.times import day_of


@staff
@require_POST
def staff_away(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter a leave of a post; by its holder, or by who manages people."""
    post, faults = found(request, pk), dict[str, str]()
    asked = _asked(request, faults)
    if asked is None:
        return post_page(request, post, faults=faults)
    try:
        set_leave(post, asked, actor=request.actor, now=timezone.now())
    except NotHanded as refused:
        return post_page(request, post, faults=not_entered(refused.code))
    messages.success(request, _entered(asked))
    return see(reverse("staff-post", args=[pk]))


@staff
@require_POST
def staff_back(request: StaffRequest, pk: int, leave: int) -> HttpResponse:
    """End a leave: from today the work comes to the post itself again."""
    post = found(request, pk)
    row = Leave.objects.for_system("end a leave", post.town_id).filter(pk=leave, post=post).first()
    if row is None:
        raise Http404
    try:
        end_leave(row, actor=request.actor, now=timezone.now())
    except NotHanded as refused:
        return post_page(request, post, faults=not_entered(refused.code))
    messages.success(request, _("The leave has ended."))
    return see(reverse("staff-post", args=[pk]))


def _asked(request: StaffRequest, faults: dict[str, str]) -> LeaveAsked | None:
    data, days = request.POST, dict[str, date]()
    for name in ("first", "last"):
        try:
            days[name] = day_of(data.get(name, ""))
        except Wrong as wrong:
            faults[name] = wrong.said
    to = holder_by(request.actor.town, data.get("stand_in", ""))
    if to is None:
        faults["stand_in"] = _("Choose who stands in.")
    if faults or to is None:
        return None
    note = data.get("note", "").replace("\x00", "").strip()[:200]
    return LeaveAsked(days["first"], days["last"], to, note, bool(data.get("hand")))


def _entered(asked: LeaveAsked) -> str:
    """That it is done; and when the open work goes, which is not done in the same breath."""
    if not asked.hand:
        return _("The leave is entered.")
    if asked.first <= today(timezone.now()):
        return _("The leave is entered. What is open goes to who stands in within a minute.")
    return _("The leave is entered. On its first day, what is open goes to who stands in.")


def not_entered(code: str) -> dict[str, str]:
    """Why a leave is not entered or ended, beside the field it is about ("": beside none)."""
    most = LONGEST.days + 1  # the first day and the last one among them
    told = {
        "bad_day": ("last", _("Not before the first day or today; a leave has %(n)s days at most.") % {"n": most}),
        "to_itself": ("stand_in", _("Choose somebody else: this is the post that is away.")),
        "bad_holder": ("stand_in", _("This person is no more in that unit.")),
        "overlaps": ("first", _("There is a leave in these days already.")),
        "ended": ("", _("This has ended already.")),
    }
    name, sentence = told.get(code, ("", _("This is not yours to do.")))
    return {name: sentence}
