"""A centre household: masked; its own details for a reason, once, on record; erased on request."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.actions.erasing import clean_pages
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.tries import TooManyTries
from lianxin.people.actors import Actor
from lianxin.people.centres import erase_centre, masked, may_look, reveal_centre
from lianxin.people.looking import NoReason
from lianxin.people.middleware import staff
from lianxin.people.models import CentreHousehold
from lianxin.people.views.signing import see
from lianxin.places.queries import ancestor_ids, grid_tree
from lianxin.town.registers.party import CENTRES
from lianxin.town.registers.register import row_or_gone


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def centre(request: StaffRequest, pk: int) -> HttpResponse:
    """A household for those who may read or erase its details; POST `do`: look or erase."""
    actor = request.actor
    row, stands = _found(actor, pk)
    if not (actor.can("erase") or (stands and may_look(actor, row))):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, row)
    reason, now = request.POST.get("reason", "").replace("\x00", ""), timezone.now()
    try:
        if request.POST.get("do") != "erase" and stands:
            return _page(request, row, shown=reveal_centre(row, reason, actor=request.actor, now=now))
        erase(row.pk, reason, request=request)
    except NoReason:
        return _page(request, row, fault=_("Say why; it stays in the history."), status=422)
    except TooManyTries:
        told = _("You have looked at the details of many people this hour. Wait a while.")
        return _page(request, row, fault=told, status=429)
    messages.success(request, _("Erased: the household, and what the history said of it."))
    return see(reverse("grid", args=[row.grid_id]))


def _found(actor: Actor, pk: int) -> tuple[CentreHousehold, bool]:
    """A household, and whether it stands: one that was let go can still be erased. Raises Http404."""
    row = row_or_gone(CENTRES, actor.town, pk) if pk < 2**63 else None
    if row is None:
        raise Http404
    return row, CENTRES.of(actor.town, pk) is not None


def erase(pk: int, reason: str, *, request: StaffRequest) -> None:
    """Erase a household, and take the words out of the database's files too. Raises what `erase_centre` does."""
    with transaction.atomic():
        erase_centre(pk, reason, actor=request.actor, now=timezone.now())
        transaction.on_commit(clean_pages)


def _page(
    request: StaffRequest, row: CentreHousehold, *, shown: dict[str, str] | None = None, fault: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    tree, actor = grid_tree(actor_town := request.actor.town), request.actor
    stands = CENTRES.of(actor_town, row.pk) is not None
    context = {
        **frame(request, "grids"), "row": row, "own": shown or masked(row), "shown": shown is not None, "fault": fault,
        "above": [tree[each] for each in ancestor_ids(actor_town, row.grid_id) if each in tree],
        "may_look": stands and may_look(actor, row), "may_erase": actor.can("erase"), "stands": stands,
        "may_keep": stands and actor.can("configure"),
        "reason": request.POST.get("reason", "") if fault else "", "did": request.POST.get("do", ""),
    }  # fmt: skip
    return render(request, "town/centre.html", context, status=status)
