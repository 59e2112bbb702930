"""The sites of the town for its staff: the list, one site's page, plates to print."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.pickers import CHOSEN, grid_name
from lianxin.cases.queries.around import METRES, MOST, around
from lianxin.cases.queries.check_ins import check_ins_at
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.places.models import Site
from lianxin.places.queries import Node, grid_tree, ids_of
from lianxin.places.sites.queries import (
    WHOLE,
    SiteFilter,
    count_sites,
    place_of,
    read_filter,
    site_by_code,
    site_counts,
    sites,
)
from lianxin.town.homes.plates import qr_of, served_by
from lianxin.town.homes.records.showing import MOST as MOST_CHANGES
from lianxin.town.homes.records.showing import history
from lianxin.town.homes.rows import dress
from lianxin.town.registers.records import SITES

SHEETS = 30
Row = dict[str, Any]


@staff
@never_cache
@require_safe
def site_list(request: StaffRequest) -> HttpResponse:
    """Every site, village by village; found by words, kind and place."""
    town = request.actor.town
    wanted = read_filter(town, request.GET)
    page, controls = sites(town, wanted, after=request.GET.get("after", "")), _controls(town, wanted)
    shown = next(each["count"] for each in controls["kinds"] if each["value"] == wanted.kind)
    context = {
        **frame(request, "grids"), **controls, "wanted": wanted, "groups": _grouped(town, page["rows"]),
        "page": page, "count": count_sites(town, wanted) if wanted.words or wanted.ended else shown,
        "may_change": request.actor.can("configure"),
    }  # fmt: skip
    return render(request, "town/sites.html", context)


def kind_names() -> dict[str, str]:
    """What the kinds are called."""
    return {value: str(label) for value, label in Site.Kind.choices}


def _controls(town: Town, wanted: SiteFilter) -> Row:
    """What narrows the list: kinds with how many there are, villages and grids."""
    here = site_counts(town).get(wanted.grid or WHOLE, {})
    kinds: list[Row] = [{"value": "", "text": _("All"), "count": sum(here.values())}]
    kinds += [{"value": key, "text": text, "count": here.get(key, 0)} for key, text in kind_names().items()]
    places = [node for node in in_order(town) if node.level in CHOSEN]
    of_grid: list[Row] = [{"value": "", "text": _("The whole town")}]
    of_grid += [{"value": node.id, "text": grid_name(town, node.id)} for node in places]
    return {"kinds": kinds, "of_grid": of_grid}


def in_order(town: Town) -> list[Node]:
    """Villages each with its grids below it."""
    tree = grid_tree(town)
    return sorted(tree.values(), key=lambda node: [tree[pk].code for pk in ids_of(node.path) if pk in tree])


def _grouped(town: Town, rows: list[Row]) -> list[Row]:
    """The rows of a page under the names of their villages."""
    names, groups = kind_names(), list[Row]()
    for row in rows:
        village = village_of(town, row["grid_id"])
        if not groups or groups[-1]["village"] != village:
            groups.append({"village": village, "rows": []})
        told = {"kind_name": names[row["kind"]], "grid": grid_name(town, row["grid_id"])}
        groups[-1]["rows"].append({**row, **told, "href": reverse("site", args=[row["code"]])})
    return groups


def village_of(town: Town, grid_id: int) -> Node | None:
    """The village a grid lies in, itself if it is one; None for a grid that has ended."""
    tree = grid_tree(town)
    node = tree.get(grid_id)
    found = (tree[pk] for pk in ids_of(node.path) if pk in tree and tree[pk].level == "village") if node else iter(())
    return next(found, None)


def site_of(town: Town, code: str) -> Site:
    """The site of a code, ended or not; 404 for any other."""
    site = site_by_code(town, code)
    if site is None:
        raise Http404
    return site


@staff
@never_cache
@require_safe
def site_page(request: StaffRequest, code: str) -> HttpResponse:
    """One site: what and where it is, who serves it, what is open about it."""
    return show_site(request, site_of(request.actor.town, code))


def show_site(request: StaffRequest, site: Site, *, faults: Mapping[str, str] | None = None) -> HttpResponse:
    """The page of a site; with faults, what was wrong with ending it."""
    actor = request.actor
    context = {
        **frame(request, "grids"), **about_site(actor.town, site), **near_site(actor, site),
        "may_change": actor.can("configure") and site.valid_to is None, "faults": faults or {}, "data": request.POST,
        "history": history(actor, SITES, [site])[:MOST_CHANGES],
    }  # fmt: skip
    return render(request, "town/site.html", context, status=422 if faults else 200)


def about_site(town: Town, site: Site) -> Row:
    """What anybody may know of a site: what it is, where, in which grid, who serves that, whom to call."""
    node = place_of(town, site)
    served: Row = {"above": [], "people": [], "phones": []}
    if node is not None:
        served = served_by(town, node, timezone.now())
    pin = (site.lon, site.lat) if site.lon is not None and site.lat is not None else None
    return {**served, "site": site, "kind": kind_names()[site.kind], "node": node, "pin": pin}


def near_site(actor: Actor, site: Site) -> Row:
    """What staff may see about a site: the open cases near it, and who checked in there lately."""
    now = timezone.now()
    rows: list[Row] = []
    if site.lon is not None and site.lat is not None:
        rows = dress(around(actor, site.lon, site.lat, now=now))
    for row in rows:
        row["grid"] = _("%(n)s m") % {"n": max(10, round(row["metres"], -1))}
    return {"rows": rows, "metres": METRES, "most": MOST, "there": check_ins_at(actor, site, now=now)}


@staff
@never_cache
@require_safe
def site_plate(request: StaffRequest, code: str) -> HttpResponse:
    """The plate of one standing site to print."""
    town = request.actor.town
    site = site_of(town, code)
    if site.valid_to is not None:
        raise Http404
    return _sheets(request, [site], [(site.name, reverse("site", args=[code]))], "")


@staff
@never_cache
@require_safe
def site_plates(request: StaffRequest) -> HttpResponse:
    """The plates of what the list shows, a sheet each, so many at a time."""
    town = request.actor.town
    wanted = replace(read_filter(town, request.GET), ended=False)
    page = sites(town, wanted, after=request.GET.get("after", ""), most=SHEETS)
    rows = Site.objects.for_system("plates", town).filter(id__in=[row["id"] for row in page["rows"]])
    by_id = {site.pk: site for site in rows}
    named = [(grid_name(town, wanted.grid), reverse("grid", args=[wanted.grid]))] if wanted.grid else []
    return _sheets(request, [by_id[row["id"]] for row in page["rows"]], named, page["next"])


def _sheets(request: StaffRequest, found: list[Site], named: list[tuple[str, str]], after: str) -> HttpResponse:
    town = request.actor.town
    sheets = [{**about_site(town, site), "qr": qr_of(request, site.code)} for site in found]
    context = {**frame(request, "grids"), "sheets": sheets, "named": named, "after": after}
    return render(request, "town/site_plates.html", context)
