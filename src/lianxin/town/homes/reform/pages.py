"""Changing a grid: its name and numbers at once, a merger or another code after a look at what would follow."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of, found
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.places.boundaries import standing
from lianxin.places.models import Grid
from lianxin.places.queries import Node, ancestor_ids, grid_tree
from lianxin.places.reform.actions import NotReformed, StaleReform, describe, reform
from lianxin.places.reform.queries import Preview, became_of, grids_by_code, previewed, stamp_of
from lianxin.town.homes.grids import neighbours
from lianxin.town.homes.reform.form import (
    MOST_REASON,
    FactsForm,
    ReformForm,
    line,
    parents,
    read_facts,
    read_reform,
)


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grid_change(request: StaffRequest, pk: int) -> HttpResponse:
    """What may be changed about a grid. A POST gives it another name or other numbers; its code stays."""
    node = _may_change(request, pk)
    shown = {name: str(getattr(node, name)) for name in ("name", "households", "population")}
    form = FactsForm(shown)
    if request.method == "POST":
        form = read_facts(request.POST)
        if not form.faults and _described(request, node, form):
            return see(reverse("grid", args=[pk]))
    town = request.actor.town
    context = {
        **frame(request, "grids"), "node": node, "above": _above(town, node), "data": form.data, "faults": form.faults,
        "beside": [each for each in neighbours(request.actor, node) if each.parent_id == node.parent_id],
        "siblings": [each for each in _siblings(town, node) if each.lon is None], "parents": parents(town, node),
        "smallest": all(grid_tree(town)[child].lon is None for child in node.children), "most_reason": MOST_REASON,
    }  # fmt: skip
    return render(request, "town/grid_change.html", context, status=422 if form.faults else 200)


def _may_change(request: StaffRequest, pk: int) -> Node:
    """The standing grid, for who sets up the town. The town itself has no other code and no neighbour here."""
    if not request.actor.can("configure"):
        raise PermissionDenied
    node = grid_tree(request.actor.town).get(pk)
    if node is None:
        raise Http404
    return node


def _above(town: Town, node: Node) -> list[Node]:
    tree = grid_tree(town)
    return [tree[each] for each in ancestor_ids(town, node.id)[:-1]]


def _siblings(town: Town, node: Node) -> list[Node]:
    tree = grid_tree(town)
    above = tree.get(node.parent_id or 0)
    return [tree[pk] for pk in above.children if pk != node.id] if above else []


def _described(request: StaffRequest, node: Node, form: FactsForm) -> bool:
    grid = Grid.objects.for_system("describe a grid", request.actor.town).filter(pk=node.id, valid_to=None).first()
    if grid is None:
        raise Http404
    changed = describe(grid, form.facts, reason=form.data["reason"], actor=request.actor, now=timezone.now())
    messages.success(request, _("Changed.") if changed else _("Nothing was changed: it said so already."))
    return True


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grid_reform(request: StaffRequest, pk: int) -> HttpResponse:
    """What a merger or another code would bring, with all that follows; a POST with its stamp carries it out."""
    if request.method == "POST" and _done_before(request):
        return see(reverse("grid", args=[pk]))  # pressed twice: the page of a grid that has ended leads on
    node = _may_change(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    form = read_reform(node, asked)
    preview = previewed(request.actor.town, standing(request.actor.town), form.wanted) if form.wanted else None
    if preview is None or form.faults:
        return _preview_page(request, node, form, None)
    if preview.outcome.misfit is not None:
        form.faults[""] = str(preview.outcome.misfit.message)
    elif request.method == "POST" and (done := _reformed(request, node, form)):
        return see(done)
    return _preview_page(request, node, form, preview)


def _once(request: StaffRequest) -> OnceKey | None:
    """The key of this press, for exactly what was sent."""
    key = request.POST.get("idempotency_key", "").strip()[:100]
    meant = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    meant["of"] = [request.path]
    return OnceKey(f"reform:{request.actor.account_id}", key, digest_of(meant)) if key else None


def _done_before(request: StaffRequest) -> bool:
    try:
        return request.actor.can("configure") and found(_once(request), town_id=request.actor.town_id) is not None
    except KeyUsedOtherwise:
        return False


def _reformed(request: StaffRequest, node: Node, form: ReformForm) -> str:
    """Carry it out and say where to go on; "" with the faults noted."""
    actor, reason = request.actor, line(request.POST.get("reason", ""))
    if not 0 < len(reason) <= MOST_REASON:
        form.faults["reason"] = _("Say why, in %(n)s characters at most: it stays with the history.") % {
            "n": MOST_REASON
        }
    if form.faults or form.wanted is None:
        return ""
    seen, once = request.POST.get("seen", ""), _once(request)
    try:
        done = reform(actor.town, form.wanted, seen=seen, reason=reason, once=once, actor=actor, now=timezone.now())
    except StaleReform:
        form.faults["seen"] = _("What would follow has changed since you looked. This is how it is now.")
        return ""
    except NotReformed as refused:
        form.faults[""] = str(refused.misfit.message)
        return ""
    except KeyUsedOtherwise:
        form.faults[""] = _("This form was sent already. Begin again from the page of the grid.")
        return ""
    messages.success(request, _said(done.became, done.followed))
    return reverse("grid", args=[grids_by_code(actor.town)[became_of(actor.town, node.code)][0]])


def _said(became: Mapping[str, str], followed: Mapping[str, int]) -> str:
    n = len(became)
    told = ngettext("%(n)s grid has ended.", "%(n)s grids have ended.", n) % {"n": n}
    cases = followed.get("cases", 0)
    if cases:
        told += " " + ngettext("%(n)s open case followed.", "%(n)s open cases followed.", cases) % {"n": cases}
    return told


def _preview_page(request: StaffRequest, node: Node, form: ReformForm, preview: Preview | None) -> HttpResponse:
    town, sound = request.actor.town, preview is not None and preview.outcome.sound
    context = {
        **frame(request, "grids"), "node": node, "above": _above(town, node), "form": form, "faults": form.faults,
        "told": preview.told() if preview and sound else [], "grounds": preview.grounds() if preview and sound else [],
        "seen": stamp_of(preview) if preview and sound else "", "most_reason": MOST_REASON,
        "reason": request.POST.get("reason", ""), "name": preview.outcome.name if preview else "",
        "key": request.POST.get("idempotency_key"),
    }  # fmt: skip
    status = 409 if "seen" in form.faults else 422 if form.faults else 200
    return render(request, "town/grid_reform.html", context, status=status)
