"""Micro-grids of a small grid: listed with who speaks for them, added, changed, ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.directory import serving
from lianxin.people.masking import tidy_phone
from lianxin.people.middleware import staff
from lianxin.people.representatives import (
    MicroFacts,
    NoMicro,
    add_micro,
    end_micro,
    represent,
    representatives,
    spoken_for,
    usual,
)
from lianxin.people.views.signing import see
from lianxin.places.models import Grid
from lianxin.places.queries import Node, ancestor_ids, grid_tree, ids_of
from lianxin.town.homes.records.showing import history
from lianxin.town.homes.reform.form import LARGEST, MOST_REASON, line
from lianxin.town.homes.rows import Row
from lianxin.town.registers.records import REPRESENTATIVES

LONGEST = {"name": 60, "person": 60, "title": 40, "doors": 200, "why": 200}
FIELDS = ("name", "households", "population", "post", "person", "phone", "title", "doors", "why")


@dataclass(slots=True)
class MicroForm:
    """What the form of a micro-grid says, and what is wrong with it, by field."""

    data: dict[str, str] = field(default_factory=dict)
    facts: MicroFacts | None = None
    faults: dict[str, str] = field(default_factory=dict)


def read_micro(data: Mapping[str, str], *, named: bool = True) -> MicroForm:
    """Read the form, all faults at once. `named`: the micro-grid is new and needs a name."""
    form = MicroForm({name: line(data.get(name, "")) for name in FIELDS})
    said, faults = form.data, form.faults
    for name, most in LONGEST.items():
        if len(said[name]) > most or not said[name].isprintable():
            faults[name] = _("At most %(n)s characters.") % {"n": most}
    if named and not said["name"]:
        faults["name"] = _("Write a name of 60 characters at most.")
    numbers = {}
    for name in ("households", "population"):
        number = read_number(said[name] or "0", LARGEST)
        if number is None:
            faults[name] = _("Write a number.")
        else:
            numbers[name] = number
    phone = tidy_phone(said["phone"]) if said["phone"] else ""
    if said["phone"] and not phone:
        faults["phone"] = _("This is no telephone number.")
    post = read_number(said["post"])
    if not faults:
        form.facts = MicroFacts(
            said["name"], **numbers, post_id=post, person=said["person"], phone=phone or "", title=said["title"],
            doors=said["doors"],
        )  # fmt: skip
    return form


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grid_micro(request: StaffRequest, pk: int) -> HttpResponse:
    """The micro-grids of a small grid; a POST begins one more."""
    actor = request.actor
    node = _node(actor.town, pk, Grid.Level.GRID)
    form = MicroForm({"title": _("Head of the micro-grid")})
    if request.method == "POST":
        _must_configure(request)
        form = read_micro(request.POST)
        if form.facts is not None:
            try:
                add_micro(pk, form.facts, actor=actor, now=timezone.now(), why=form.data["why"])
            except NoMicro as refused:
                form.faults |= told(refused)
            else:
                messages.success(request, _("Entered."))
                return see(reverse("grid-micro", args=[pk]))
    return _list(request, node, form)


def _list(request: StaffRequest, node: Node, form: MicroForm) -> HttpResponse:
    town = request.actor.town
    village, city = usual(town)
    context = {
        **frame(request, "grids"), "node": node, "above": _above(town, node), "rows": rows_of(town, node),
        "data": form.data, "faults": form.faults, "of_post": of_post(town, node), "village": village, "city": city,
        "may_change": request.actor.can("configure"),
    }  # fmt: skip
    return render(request, "town/grid_micro.html", context, status=422 if form.faults else 200)


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def micro_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Who speaks for a micro-grid, and its doors."""
    _must_configure(request)
    town = request.actor.town
    node = _node(town, pk, Grid.Level.MICRO)
    form = MicroForm(as_form(town, node))
    if request.method == "POST":
        form = read_micro(request.POST, named=False)
        if form.facts is not None and _represented(request, node, form, form.facts):
            return see(reverse("grid", args=[pk]))
    context = {
        **frame(request, "grids"), "node": node, "above": _above(town, node), "data": form.data,
        "faults": form.faults, "of_post": of_post(town, node), "most_reason": MOST_REASON,
        "history": history(request.actor, REPRESENTATIVES, REPRESENTATIVES.rows(town).filter(grid_id=node.id)),
    }  # fmt: skip
    return render(request, "town/micro_change.html", context, status=422 if form.faults else 200)


def _represented(request: StaffRequest, node: Node, form: MicroForm, facts: MicroFacts) -> bool:
    grid = Grid.objects.for_system("micro-grids", request.actor.town).get(pk=node.id)
    try:
        changed = represent(grid, facts, actor=request.actor, now=timezone.now(), why=form.data["why"])
    except NoMicro as refused:
        form.faults |= told(refused)
        return False
    messages.success(request, _("Changed.") if changed else _("Nothing was changed: it said so already."))
    return True


@staff
@never_cache
@require_POST
def micro_end(request: StaffRequest, pk: int) -> HttpResponse:
    """End a micro-grid; what is docked to it goes to its small grid."""
    _must_configure(request)
    town = request.actor.town
    node = _node(town, pk, Grid.Level.MICRO)
    grid = Grid.objects.for_system("micro-grids", town).get(pk=node.id)
    end_micro(grid, line(request.POST.get("reason", ""))[:MOST_REASON], actor=request.actor, now=timezone.now())
    messages.success(request, _("Ended. What was docked to it belongs to the small grid now."))
    return see(reverse("grid-micro", args=[node.parent_id]))


def _must_configure(request: StaffRequest) -> None:
    if not request.actor.can("configure"):
        raise PermissionDenied


def _node(town: Town, pk: int, level: str) -> Node:
    node = grid_tree(town).get(pk)
    if node is None or node.level != level:
        raise Http404
    return node


def _above(town: Town, node: Node) -> list[Node]:
    tree = grid_tree(town)
    return [tree[each] for each in ancestor_ids(town, node.id)[:-1]]


def rows_of(town: Town, node: Node) -> list[Row]:
    """The micro-grids of a small grid in order of code, each with who speaks for it."""
    tree = grid_tree(town)
    below = [tree[pk] for pk in node.children if tree[pk].level == Grid.Level.MICRO]
    people = representatives(town, [each.id for each in below]) if below else {}
    return [{"node": each, "by": people.get(each.id, {})} for each in below]


def speakers(town: Town, grid_id: int | None) -> list[Row]:
    """The micro-grids of a village or small grid, each with who speaks for it; none elsewhere. One statement.

    `of`: the name of the small grid, where there are several.
    """
    tree = grid_tree(town)
    node = tree.get(grid_id or 0)
    if node is None or node.level not in (Grid.Level.VILLAGE, Grid.Level.GRID):
        return []
    several = node.level == Grid.Level.VILLAGE
    small = [tree[pk] for pk in node.children] if several else [node]
    found = [(tree[pk], each.name if several else "") for each in small for pk in each.children]
    people = representatives(town, [each.id for each, _of in found]) if found else {}
    return [{"node": each, "of": of, "by": people.get(each.id, {})} for each, of in found]


def mine(actor: Actor) -> list[Row]:
    """The micro-grids of somebody's own small grid, and those they speak for, each with who does. Two statements."""
    town, tree = actor.town, grid_tree(actor.town)
    own = tree.get(ids_of(actor.grid_path)[-1]) if actor.grid_path else None
    ids = list(own.children) if own is not None and own.level == Grid.Level.GRID else []
    ids += [own.id] if own is not None and own.level == Grid.Level.MICRO else []
    ids += [pk for pk in spoken_for(town, actor.post_id or 0) if pk in tree]
    people = representatives(town, ids) if ids else {}
    return [{"node": tree[pk], "by": people.get(pk, {})} for pk in dict.fromkeys(ids)]


def of_post(town: Town, node: Node) -> list[Row]:
    """The posts that may speak for a micro-grid: those of its grid and of what lies above it, but the town."""
    chain = [pk for pk in ancestor_ids(town, node.id) if grid_tree(town)[pk].level != Grid.Level.TOWN]
    people = serving(town, chain, now=timezone.now())
    rows = [row for pk in reversed(chain) for row in people.get(pk, ())]
    return [{"value": row["id"], "text": f"{row['name']} {row['title']}".strip()} for row in rows]


def as_form(town: Town, node: Node) -> dict[str, str]:
    """What the form of a micro-grid says as it stands: who speaks for it, for which doors."""
    held = representatives(town, [node.id]).get(node.id, {})
    post = held.get("post_id")
    person = {"person": held.get("name", ""), "phone": held.get("phone", "")} if not post else {}
    said = {"post": str(post or ""), "title": held.get("title", ""), "doors": held.get("doors", "")}
    return {**dict.fromkeys(FIELDS, ""), "name": node.name, **said, **person}


def told(refused: NoMicro) -> dict[str, str]:
    """Why a micro-grid is not written, beside the field it is about."""
    sentences = {
        "full": ("name", _("This grid has given all its 999 codes.")),
        "no_post": ("post", _("This post has ended meanwhile. Choose another.")),
    }
    name, sentence = sentences.get(refused.code, ("", _("This grid has ended meanwhile.")))
    return {name: sentence}
