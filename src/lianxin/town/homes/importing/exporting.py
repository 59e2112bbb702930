"""Taking tables out: grids and what stands on them, people, as an import takes them in. Each leaves an entry."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.views.frame import StaffRequest, address, frame
from lianxin.keys.once import OnceKey, claim
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.town.exports.categories import COLUMNS as OF_CATEGORIES
from lianxin.town.exports.categories import category_rows
from lianxin.town.exports.grids import COLUMNS as OF_GRIDS
from lianxin.town.exports.grids import grid_rows, grid_table
from lianxin.town.exports.lines import COLUMNS as OF_LINES
from lianxin.town.exports.lines import line_rows
from lianxin.town.exports.micros import COLUMNS as OF_MICROS
from lianxin.town.exports.micros import micro_rows
from lianxin.town.exports.names import COLUMNS as OF_NAMES
from lianxin.town.exports.names import name_rows
from lianxin.town.exports.party import columns_of, party_rows
from lianxin.town.exports.people import COLUMNS as OF_PEOPLE
from lianxin.town.exports.people import people_rows, write_template
from lianxin.town.exports.setup import write_setup
from lianxin.town.exports.sites import COLUMNS as OF_SITES
from lianxin.town.exports.sites import site_rows
from lianxin.town.exports.writing import write
from lianxin.town.imports.cleaning import clean_line

LONGEST_REASON = 200
FORMS = {"yaml": "YAML", "geojson": "GeoJSON", "shp": "Shapefile", "xlsx": "Excel", "csv": "CSV"}
ENDINGS = {"shp": "zip"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which table somebody takes out, in which form; telephone numbers in full for a reason."""

    what: str
    form: str
    personal: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A table that can be taken out: who may, in which forms, and what writes it."""

    permission: str
    forms: tuple[str, ...]
    write: Callable[[Path, Wanted, Actor, datetime], int]


def _grids(path: Path, wanted: Wanted, actor: Actor, _now: datetime) -> int:
    if wanted.form == "shp":
        from lianxin.town.exports.shapefiles import write_shapefile

        return write_shapefile(path, OF_GRIDS, grid_rows(actor.town))
    if wanted.form == "geojson":
        return write(path, "geojson", OF_GRIDS, grid_rows(actor.town))
    return write(path, wanted.form, *grid_table(actor.town))


def _people(path: Path, wanted: Wanted, actor: Actor, now: datetime) -> int:
    return write(path, wanted.form, OF_PEOPLE, people_rows(actor, now=now, personal=wanted.personal))


def _template(path: Path, _wanted: Wanted, actor: Actor, _now: datetime) -> int:
    write_template(path, actor.town)
    return 0


def _sites(path: Path, wanted: Wanted, actor: Actor, _now: datetime) -> int:
    return write(path, wanted.form, OF_SITES, site_rows(actor.town))


def _micros(path: Path, wanted: Wanted, actor: Actor, _now: datetime) -> int:
    return write(path, wanted.form, OF_MICROS, micro_rows(actor.town, personal=False))


def _lines(path: Path, wanted: Wanted, actor: Actor, now: datetime) -> int:
    return write(path, wanted.form, OF_LINES, line_rows(actor.town, now=now))


def _names(path: Path, wanted: Wanted, actor: Actor, _now: datetime) -> int:
    return write(path, wanted.form, OF_NAMES, name_rows(actor.town))


def _categories(path: Path, wanted: Wanted, actor: Actor, _now: datetime) -> int:
    return write(path, wanted.form, OF_CATEGORIES, category_rows(actor.town))


def _setup(path: Path, _wanted: Wanted, actor: Actor, _now: datetime) -> int:
    return write_setup(path, actor.town)


def _register(path: Path, wanted: Wanted, actor: Actor, _now: datetime) -> int:
    return write(path, wanted.form, columns_of(wanted.what), party_rows(wanted.what, actor.town))


OFFERS = {
    "setup": Offer("configure", ("yaml",), _setup),
    "grids": Offer("configure", ("geojson", "shp", "xlsx", "csv"), _grids),
    "sites": Offer("configure", ("xlsx", "csv", "geojson"), _sites),
    "micros": Offer("configure", ("xlsx", "csv"), _micros),
    "lines": Offer("configure", ("xlsx", "csv"), _lines),
    "names": Offer("configure", ("xlsx", "csv"), _names),
    "groups": Offer("configure", ("xlsx", "csv"), _register),
    "centres": Offer("configure", ("xlsx", "csv"), _register),
    "categories": Offer("configure", ("xlsx", "csv"), _categories),
    "people": Offer("manage_people", ("xlsx", "csv"), _people),
    "people-template": Offer("manage_people", ("xlsx",), _template),
}


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def export(request: StaffRequest) -> HttpResponse:
    """The tables somebody may take out; POST is answered with the file."""
    allowed = {key: offer for key, offer in OFFERS.items() if request.actor.can(offer.permission)}
    if not allowed:
        raise PermissionDenied
    faults: dict[str, str] = {}
    if request.method == "POST":
        wanted = _wanted(request, allowed, faults)
        if not faults:
            return take_out(wanted, actor=request.actor, now=timezone.now())
    context = {
        **frame(request, "setup"), "offers": _offers(allowed), "faults": faults, "data": request.POST,
        "setup_url": address("setup"),
    }  # fmt: skip
    return render(request, "town/export.html", context, status=422 if faults else 200)


def _wanted(request: StaffRequest, allowed: dict[str, Offer], faults: dict[str, str]) -> Wanted:
    """What was asked for; a table that is not theirs is refused, and an unknown one there is none of."""
    what, form = request.POST.get("what", ""), request.POST.get("form", "")
    if what not in OFFERS or form not in OFFERS[what].forms:
        raise Http404
    if what not in allowed:
        raise PermissionDenied
    personal = what == "people" and bool(request.POST.get("personal"))
    reason = clean_line(request.POST.get("reason", ""))
    if personal and not 0 < len(reason) <= LONGEST_REASON:
        faults["reason"] = _("Say what the telephone numbers are for; it stays in the history.")
    return Wanted(what, form, personal, reason if personal else "")


def take_out(wanted: Wanted, *, actor: Actor, now: datetime, once: OnceKey | None = None) -> HttpResponse:
    """The table as a file to be kept, with an entry that says who took it; sent again under its key, no second one.

    Raises PermissionDenied, KeyUsedOtherwise.
    """
    offer = OFFERS[wanted.what]
    if not actor.can(offer.permission):
        raise PermissionDenied
    with tempfile.TemporaryDirectory() as folder:
        name = f"{actor.town.letters}-{wanted.what}-{timezone.localtime(now):%Y-%m-%d}"
        path = Path(folder) / f"{name}.{ENDINGS.get(wanted.form, wanted.form)}"
        done = offer.write(path, wanted, actor, now)
        body = path.read_bytes()
    data = {"what": wanted.what, "format": wanted.form, "rows": done, "personal": wanted.personal}
    if wanted.what != "people-template":  # which holds nothing of anybody
        with transaction.atomic():
            texts = {"reason": wanted.reason} if wanted.reason else {}
            if claim(once, town_id=actor.town_id, result=actor.town_id, now=now) is None:
                record(Line("export", actor.town_id, "export", data, texts), actor=actor, now=now)
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type="application/octet-stream", headers=headers)


def _offers(allowed: dict[str, Offer]) -> list[dict[str, Any]]:
    words = {
        "setup": (
            pgettext("import", "The whole set-up"),
            _("Units, roles, categories, rules, questions, texts, own workflows in one file; another town takes it."),
        ),
        "grids": (pgettext("import", "Grids"), _("With their boundaries, WGS-84. The Shapefile comes as a zip.")),
        "sites": (pgettext("import", "Sites"), _("Those that stand, with their points, WGS-84.")),
        "micros": (
            pgettext("import", "Micro-grids"),
            _("With who speaks for each. Neighbours' telephone numbers are masked."),
        ),
        "lines": (
            pgettext("import", "Lines of service"),
            _("What each grid says itself; empty where the grid above it counts."),
        ),
        "names": (
            pgettext("import", "Names of places"),
            _("Each with its grid and point, WGS-84. Brought in again, a row with 是 under 删除 is taken away."),
        ),
        "groups": (
            pgettext("import", "Party groups"),
            _("With who leads each. Brought in again, a row with 是 under 删除 is taken away."),
        ),
        "centres": (
            pgettext("import", "Centre households"),
            _("Name, telephone and address masked: brought in again, what is masked stays as it is."),
        ),
        "categories": (
            pgettext("import", "Categories"),
            _("Groups and leaves with codes, limits, words. Brought in again, what the town has stays unless ticked."),
        ),
        "people": (pgettext("import", "People and posts"), _("The posts held today. Telephone numbers are masked.")),
        "people-template": (_("An empty table for people"), _("With the town's units, roles and grids beside it.")),
    }
    return [
        {
            "key": key, "text": words[key][0], "about": words[key][1],
            "forms": [{"value": form, "text": FORMS[form]} for form in offer.forms],
        }
        for key, offer in allowed.items()
    ]  # fmt: skip
