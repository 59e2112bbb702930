"""The grids: the tree with who serves each, the map, and one grid's page."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from shapely import STRtree
from shapely.geometry import shape

from lianxin.cases.models import Case
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.cache import cached
from lianxin.people.actors import Actor
from lianxin.people.centres import may_look_in
from lianxin.people.directory import party, party_of, serving, strength
from lianxin.people.masking import mask_name
from lianxin.people.middleware import staff
from lianxin.people.queries import units
from lianxin.people.representatives import representatives
from lianxin.places.models import Grid
from lianxin.places.queries import Node, ancestor_ids, ended_grids, grid_tree, subtree_ids
from lianxin.town.homes.reform.lines import told_lines
from lianxin.town.homes.reform.micro import rows_of as rows_of_micros
from lianxin.town.homes.reform.past import show_ended
from lianxin.town.homes.rows import Row, dress
from lianxin.town.registers.party import CENTRES
from lianxin.town.registers.register import gone

MOST_GONE = 200  # households that were let go last, among which a grid's are looked for
TOUCH = 1e-7  # degrees, a centimetre: what lies no farther apart shares a border


@staff
@never_cache
@require_safe
def grids(request: StaffRequest) -> HttpResponse:
    """The town's tree: villages and their small grids, with people, households and open cases."""
    actor, now = request.actor, timezone.now()
    tree = grid_tree(actor.town)
    rows = {node.id: _row(node) for node in tree.values()}
    people, groups, open_now = strength(actor.town, now=now), party(actor.town), _open(actor, now)
    chiefs = serving(actor.town, [node.id for node in tree.values()], now=now)
    for pk, row in rows.items():
        row |= {"people": people.get(pk), "party": groups.get(pk), "cases": open_now.get(pk, (0, 0))}
        row["chiefs"] = [each for each in chiefs.get(pk, ()) if each["role_key"] == "grid_chief"]
        row["children"] = [rows[child] for child in row["node"].children]
    roots = [rows[node.id] for node in tree.values() if node.parent_id not in tree]
    counted = {level: sum(node.level == level for node in tree.values()) for level in ("village", "grid")}
    context = {**frame(request, "grids"), "roots": roots, "counted": counted, "total": _total(rows, roots)}
    context["may_import"] = actor.can("configure")
    return render(request, "town/grids.html", context)


def _row(node: Node) -> Row:
    return {"node": node, "href": reverse("grid", args=[node.id])}


def _total(rows: dict[int, Row], roots: list[Row]) -> Row:
    """What the whole town has: households and people are those of its small grids, which micro-grids count again."""
    leaf = [row["node"] for row in rows.values() if row["node"].level == "grid"]
    first = roots[0] if roots else {"people": None, "party": None, "cases": (0, 0)}
    return {
        **first, "households": sum(node.households for node in leaf), "population": sum(n.population for n in leaf)
    }  # fmt: skip


def _open(actor: Actor, now: Any) -> dict[int, tuple[int, int]]:
    """Open and late cases of each grid, those below it counted in, as far as the actor sees them. One statement."""
    rows: Any = Case.objects.seen_by(actor).filter(closed_at=None, grid__isnull=False).order_by()
    late = Count("id", filter=Q(due_at__lt=now, state__paused_at=None))
    found: dict[int, tuple[int, int]] = {}
    for grid, n, n_late in rows.values_list("grid_id").annotate(n=Count("id"), late=late):
        for pk in ancestor_ids(actor.town, grid):
            before = found.get(pk, (0, 0))
            found[pk] = (before[0] + n, before[1] + n_late)
    return found


@staff
@never_cache
@require_safe
def boundaries(request: StaffRequest) -> HttpResponse:
    """Boundaries for the staff's map: each leads to its grid, and says whether a case in it is late."""
    actor, now = request.actor, timezone.now()
    open_now = _open(actor, now)
    wanted = Grid.objects.for_system("staff map", actor.town).filter(valid_to=None, level__in=["village", "grid"])
    features = []
    for pk, name, level, boundary in wanted.exclude(boundary=None).order_by("level", "code").values_list(
        "id", "name", "level", "boundary"
    ):
        n, late = open_now.get(pk, (0, 0))
        told = {"name": name, "level": level, "text": _("%(n)s open") % {"n": n}}
        told |= {"href": reverse("grid", args=[pk]), "state": "late" if late and level == "grid" else ""}
        features.append({"type": "Feature", "geometry": boundary, "properties": told})
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type="application/geo+json")


@staff
@never_cache
@require_safe
def grid(request: StaffRequest, pk: int) -> HttpResponse:
    """One grid: its people, the units that serve it, its party groups, its cases, its neighbours."""
    actor, now = request.actor, timezone.now()
    node = grid_tree(actor.town).get(pk)
    if node is None and pk in ended_grids(actor.town):
        return show_ended(request, ended_grids(actor.town)[pk])
    if node is None:
        raise Http404
    return render(request, "town/grid.html", {**frame(request, "grids"), **_about(actor, node, now)})


def _about(actor: Actor, node: Node, now: datetime) -> dict[str, Any]:
    """What the page of a grid shows."""
    pk, tree = node.id, grid_tree(actor.town)
    branch = sorted(subtree_ids(actor.town, pk))
    cases = Case.objects.seen_by(actor).filter(closed_at=None, grid_id__in=branch)
    people = serving(actor.town, branch, now=now)
    own = people.get(pk, [])
    return {
        "node": node, "above": [tree[each] for each in ancestor_ids(actor.town, pk)[:-1]], "own": own,
        "children": [tree[child] for child in node.children],
        "below": sum(len(rows) for rows in people.values()) - len(own), "party": _party(actor, branch),
        "units": serving_units(actor, pk), "neighbours": neighbours(actor, node), "count": cases.count(),
        "rows": dress(rows_of(actor, cases.order_by("due_at", "id"), now=now, most=20)),
        "more": f"{reverse('town-cases')}?what=open&village={pk}", "lines": told_lines(actor.town, pk),
        "micros": rows_of_micros(actor.town, node),
        "by": representatives(actor.town, [pk]).get(pk) if node.level == "micro" else None,
    }  # fmt: skip


def _party(actor: Actor, branch: list[int]) -> Row:
    """Groups and households; `opens`: the household's own page is there for the reader."""
    found, tree = party_of(actor.town, branch), grid_tree(actor.town)
    for row in found["centres"]:
        row["opens"] = actor.can("erase") or may_look_in(actor, tree[row["grid_id"]].path)
    if actor.can("erase"):  # whoever asks for it after the household was let go has nobody else to turn to
        lost = [each.row for each in gone(CENTRES, actor.town, most=MOST_GONE) if each.row.grid_id in branch]
        found["let_go"] = [{"id": row.pk, "name": mask_name(row.name)} for row in lost]
    return found


def serving_units(actor: Actor, pk: int) -> list[Row]:
    """The units of a grid's own ground, its village's before the town's; the town's by the line they serve in."""
    chain = set(ancestor_ids(actor.town, pk)) | subtree_ids(actor.town, pk)
    rows = [
        {"id": unit.pk, "name": unit_name(unit), "line": unit.line, "phone": unit.phone, "here": unit.grid_id in chain}
        for unit in units(actor.town).values()
        if unit.grid_id is None or unit.grid_id in chain
    ]
    return sorted(rows, key=lambda row: (not row["here"], row["line"] == "", row["line"], row["id"]))


def neighbours(actor: Actor, node: Node) -> list[Node]:
    """The grids of the same level that touch this one."""
    tree = grid_tree(actor.town)
    touching = cached(actor.town, "homes.neighbours", lambda: _touching(actor))
    return sorted((tree[pk] for pk in touching.get(node.id, ()) if pk in tree), key=lambda each: each.code)


def _touching(actor: Actor) -> dict[int, list[int]]:
    """Which standing grids of one level share a border."""
    rows = Grid.objects.for_system("neighbours", actor.town).filter(valid_to=None).exclude(boundary=None)
    levels: dict[str, list[tuple[int, Any]]] = {}
    for level, pk, boundary in rows.values_list("level", "id", "boundary"):
        levels.setdefault(level, []).append((pk, shape(boundary)))
    found: dict[int, list[int]] = {}
    for held in levels.values():
        tree = STRtree([each for _pk, each in held])
        for pk, here in held:
            near = tree.query(here, predicate="dwithin", distance=TOUCH)
            found[pk] = [held[at][0] for at in near if held[at][0] != pk]
    return found

