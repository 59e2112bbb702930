"""Entering, changing and ending a site, in forms that need no map and no script: for those who set up the town."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.pickers import CHOSEN, grid_by, grid_name
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.places.datum import BadPoint, Datum, to_wgs84
from lianxin.places.models import Site
from lianxin.places.queries import grid_at
from lianxin.places.sites.actions import NotTaken, SiteFacts, add_site, change_site, end_site
from lianxin.places.sites.codes import is_credit_code, tidy_code
from lianxin.places.sites.queries import Misplaced, ground_of
from lianxin.town.homes.sites.pages import in_order, kind_names, show_site, site_of

LONGEST = {"name": 60, "address": 120, "why": 200, "reason": 200}
FIELDS = ("kind", "code", "name", "address", "grid", "point", "datum", "lon", "lat", "source", "why")


@dataclass(slots=True)
class SiteForm:
    """What a form says, and what is wrong with it, by field."""

    data: dict[str, str] = field(default_factory=dict)
    facts: SiteFacts | None = None
    faults: dict[str, str] = field(default_factory=dict)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def site_new(request: StaffRequest) -> HttpResponse:
    """The form for a new site; POST enters it."""
    _must_configure(request)
    form = SiteForm({"kind": request.GET.get("kind", ""), "grid": request.GET.get("grid", ""), "datum": Datum.WGS84})
    if request.method == "POST":
        form = read_form(request.actor.town, request.POST)
        if form.facts is not None and (made := _add(request, form, form.facts)) is not None:
            messages.success(request, _("Entered. Its plate can be printed now."))
            return see(reverse("site", args=[made.code]))
    return _page(request, form, None)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def site_change(request: StaffRequest, code: str) -> HttpResponse:
    """The form for a site that is there; POST changes it. Its code stays as it is."""
    _must_configure(request)
    site = site_of(request.actor.town, code)
    form = SiteForm(as_form(request.actor.town, site))
    if request.method == "POST":
        form = read_form(request.actor.town, request.POST)
        form.data["code"] = site.code
        if form.facts is not None and _change(request, site, form, form.facts):
            return see(reverse("site", args=[code]))
    return _page(request, form, site)


@staff
@never_cache
@require_POST
def site_end(request: StaffRequest, code: str) -> HttpResponse:
    """End a site, with the reason; what hangs on it stays."""
    _must_configure(request)
    site = site_of(request.actor.town, code)
    reason = _line(request.POST.get("reason", ""))
    if not 0 < len(reason) <= LONGEST["reason"]:
        said = _("At most %(n)s characters.") % {"n": LONGEST["reason"]} if reason else _("Say why it ends.")
        return show_site(request, site, faults={"reason": said})
    try:
        end_site(site, reason, actor=request.actor, now=timezone.now())
    except NotTaken:
        return see(reverse("site", args=[code]))  # somebody was quicker; the page says since when
    messages.success(request, _("Ended. Whoever scans its plate is told so and led to its grid."))
    return see(reverse("site", args=[code]))


def _must_configure(request: StaffRequest) -> None:
    if not request.actor.can("configure"):
        raise PermissionDenied


def _add(request: StaffRequest, form: SiteForm, facts: SiteFacts) -> Site | None:
    key = request.POST.get("idempotency_key", "").strip()[:100]
    once = OnceKey(f"site:{request.actor.account_id}", key, digest_of(form.data)) if key else None
    try:
        return add_site(facts, actor=request.actor, now=timezone.now(), once=once, why=form.data["why"])
    except NotTaken as refused:
        form.faults |= told(refused)
    except KeyUsedOtherwise:
        form.faults[""] = _("This form was sent already. To enter another site, begin a new form.")
    return None


def _change(request: StaffRequest, site: Site, form: SiteForm, facts: SiteFacts) -> bool:
    try:
        changed = change_site(site, facts, actor=request.actor, now=timezone.now(), why=form.data["why"])
    except NotTaken as refused:
        form.faults |= told(refused)
        return False
    messages.success(request, _("Changed.") if changed else _("Nothing was changed: it said so already."))
    return True


def told(refused: NotTaken) -> dict[str, str]:
    """Why a site is not taken, beside the field it is about."""
    said = {"code": refused.site}
    sentences = {
        "bad_kind": ("kind", _("Choose what it is.")),
        "no_name": ("name", _("Write the name.")),
        "bad_code": ("code", _("This is no unified social credit code: look at the licence again.")),
        "not_enterprise": ("kind", _("Only an enterprise has a social credit code.")),
        "taken": ("code", _("%(code)s is entered already.") % said),
        "used_up": ("code", _("%(code)s belonged to a site that has ended; a code is never used again.") % said),
        "there": ("name", _("There is one of this name in the grid already: %(code)s.") % said),
        "full": ("grid", _("This grid has given all its 999 codes.")),
        "ended": ("", _("This site has ended meanwhile.")),
    }
    name, sentence = sentences.get(refused.code, ("grid", _("Choose the grid.")))
    return {name: sentence}


def read_form(town: Town, data: Mapping[str, str]) -> SiteForm:
    """Read the form, all faults at once."""
    form = SiteForm({name: _line(data.get(name, "")) for name in FIELDS})
    said, faults = form.data, form.faults
    kind, code = said["kind"], tidy_code(said["code"])
    if kind not in Site.Kind.values:
        faults |= told(NotTaken("bad_kind"))
    for name in ("name", "address", "why"):
        if len(said[name]) > LONGEST[name]:
            faults[name] = _("At most %(n)s characters.") % {"n": LONGEST[name]}
    if not said["name"]:
        faults |= told(NotTaken("no_name"))
    if code and kind == Site.Kind.ENTERPRISE and not is_credit_code(code):
        faults |= told(NotTaken("bad_code"))
    point = _point(form)
    grid = None if "point" in faults else _ground(town, point, form)
    if not faults and grid is not None:
        lon, lat = point or (None, None)
        code = code if kind == Site.Kind.ENTERPRISE else ""
        form.facts = SiteFacts(kind, said["name"], grid, said["address"], lon, lat, code)
    return form


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _point(form: SiteForm) -> tuple[float, float] | None:
    """The point taken on the map, or by the phone, if one was; else the one that was written."""
    said = form.data
    try:
        if said["source"] and said["lon"] and said["lat"]:
            point = to_wgs84(said["lon"], said["lat"], Datum.WGS84)
            said["point"], said["datum"], said["source"] = _written(*point), Datum.WGS84, ""
            return point
        if not said["point"].strip(",， "):
            return None
        lon, *more = said["point"].replace("，", " ").replace(",", " ").split()
        return to_wgs84(lon, " ".join(more), said["datum"] or Datum.WGS84)
    except BadPoint as bad:
        form.faults["point"] = str(bad)
        return None


def _written(lon: float, lat: float) -> str:
    return f"{round(lon, 7)}, {round(lat, 7)}"


def _ground(town: Town, point: tuple[float, float] | None, form: SiteForm) -> int | None:
    named = grid_by(town, form.data["grid"]) if form.data["grid"] else None
    try:
        return ground_of(town, point, named)
    except Misplaced as wrong:
        sentences = {
            "no_place": ("grid", _("Say where it is: a point, or at least the grid.")),
            "outside": ("point", _("This point lies in no grid of the town.")),
            "elsewhere": ("grid", _("The point lies in %(grid)s.") % {"grid": grid_name(town, wrong.grid)}),
        }
        name, sentence = sentences[wrong.code]
        form.faults[name] = sentence
        return None


def as_form(town: Town, site: Site) -> dict[str, str]:
    """What is known of a site. Its grid is named only where the point does not say it: moving one moves the other."""
    pin = (site.lon, site.lat) if site.lon is not None and site.lat is not None else None
    said = pin is not None and grid_at(town, *pin) == site.grid_id
    return {
        "kind": site.kind, "code": site.code, "name": site.name, "address": site.address,
        "grid": "" if said else str(site.grid_id), "point": _written(*pin) if pin else "", "datum": Datum.WGS84,
    }  # fmt: skip


def _page(request: StaffRequest, form: SiteForm, site: Site | None) -> HttpResponse:
    town = request.actor.town
    datums = {Datum.WGS84: _("GPS, Tianditu"), Datum.GCJ02: _("AMap, Tencent"), Datum.BD09: _("Baidu")}
    context = {
        **frame(request, "grids"), "site": site, "data": form.data, "faults": form.faults,
        "key": request.POST.get("idempotency_key"),
        "of_kind": [{"value": key, "text": text} for key, text in kind_names().items()],
        "of_datum": [{"value": str(key), "text": text} for key, text in datums.items()],
        "of_grid": [{"value": str(n.id), "text": grid_name(town, n.id)} for n in in_order(town) if n.level in CHOSEN],
        "pin": _pin(form),
    }  # fmt: skip
    return render(request, "town/site_form.html", context, status=422 if form.faults else 200)


def _pin(form: SiteForm) -> tuple[Any, Any]:
    """Where the map of the form has its pin: at the point that was written, if that is one."""
    try:
        point = _point(SiteForm({**dict.fromkeys(FIELDS, ""), **form.data, "source": ""}))
    except BadPoint:
        point = None
    return point or ("", "")
