"""A resident's report, read from its form: everything that is wrong at once, and what must be asked before sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lianxin.cases.forms import MOST_PHOTOS, Wrong, bytes_of, clean_text, photo_fault, read_kept
from lianxin.cases.pickers import category_by, grid_name
from lianxin.cases.queries.asking import ASKED
from lianxin.cases.queries.board import shown_to_public
from lianxin.cases.suggest import READ, similar_open
from lianxin.cases.values import Contact, Draft, title_of
from lianxin.cases.views.public.listing import listed, place_listed, words_of
from lianxin.forms.photos import PhotoRefused, StoredPhoto, path_of, store
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, digest_of
from lianxin.people.masking import mobile_off, tidy_phone
from lianxin.places.datum import BadPoint, to_wgs84
from lianxin.places.gazetteer import Candidate, Name
from lianxin.places.models import Site
from lianxin.places.queries import Node, find_address, grid_at, grid_tree, locator
from lianxin.places.sites.queries import place_of, site_by_code

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_KEY = 40, 200, 120
BORDER = 20.0  # metres from a border within which we ask rather than guess
UNSURE = "unsure"


@dataclass(slots=True)
class Report:
    """What came with a report. `faults`: a sentence for each field that is wrong."""

    town: Town
    text: str = ""
    title: str = ""
    category: int | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    grid: int | None = None
    where: dict[str, str] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    consent: bool = False
    photos: list[StoredPhoto] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def contact(self) -> Contact:
        """Who reports, as far as they say."""
        return Contact(self.name, self.phone, self.consent)

    def draft(self, kind: str, channel: str) -> Draft:
        """The case to be opened."""
        return Draft(
            kind=kind, title=self.title or title_of(self.text), text=self.text, channel=channel,
            category_id=self.category, lon=self.lon, lat=self.lat, grid_id=self.grid, address=self.address,
            contact=self.contact, photos=self.photos,
            answers={**({"place": self.where} if self.where else {}), **({ASKED: self.asked} if self.asked else {})},
        )  # fmt: skip

    def once(self, key: str, scope: str = "report", **more: Any) -> OnceKey | None:
        """The key under which this report has one effect; its digest covers the photos as they are kept."""
        if not key.strip():
            return None
        meant = {
            "text": self.text, "title": self.title, "category": self.category, "address": self.address, "lon": self.lon,
            "lat": self.lat, "grid": self.grid, "name": self.name, "phone": self.phone, "consent": self.consent,
            "photos": sorted(photo.digest for photo in self.photos), "asked": self.asked, **more,
        }  # fmt: skip
        return OnceKey(scope, key.strip()[:LONGEST_KEY], digest_of(meant))


@dataclass(frozen=True, slots=True)
class Question:
    """Something to settle before a report goes out. `what`: place, grid or similar."""

    what: str
    options: Sequence[Mapping[str, Any]]


def read_report(town: Town, data: QueryDict, files: Any) -> Report:
    """Read the form. Photos are kept on the disk first, so that none is lost to another field's fault."""
    report = Report(town, consent=bool(data.get("consent")))
    report.photos = read_photos(town, data, files, report.faults)
    for name, most in (("title", 120), ("address", LONGEST_ADDRESS), ("name", LONGEST_NAME)):
        setattr(report, name, " ".join(_text(report, data, name, most).split()))
    report.text = _text(report, data, "text", 0)
    if not report.text and "text" not in report.faults:
        report.faults["text"] = _("Say in a few words what the matter is.")
    _read_category(report, data)
    _read_point(report, data)
    phone = _text(report, data, "phone", 30)
    report.phone = tidy_phone(phone)
    if phone and not report.phone:
        report.faults["phone"] = not_dialled(phone)
    return report


def not_dialled(phone: str) -> str:
    """What is wrong with a number that cannot be one."""
    off = mobile_off(phone)
    if off < 0:
        return _("A mobile number has 11 digits: %(n)s too few.") % {"n": -off}
    if off > 0:
        return _("A mobile number has 11 digits: %(n)s too many.") % {"n": off}
    return _("This is not a phone number: enter 11 digits, or leave it empty.")


def _text(report: Report, data: QueryDict, name: str, most: int) -> str:
    try:
        text = clean_text(data.get(name, ""))
    except Wrong as wrong:
        report.faults[name] = str(wrong)
        return ""
    if most and len(text) > most:
        report.faults[name] = _("At most %(n)s characters.") % {"n": most}
        return ""
    return text


def _read_category(report: Report, data: QueryDict) -> None:
    wanted = data.get("category", "").strip()
    report.category = category_by(report.town, wanted) if wanted else None
    if wanted and report.category is None:
        report.faults["category"] = _("Choose one of those listed.")


def _read_point(report: Report, data: QueryDict) -> None:
    """A point from GPS or the map, in the datum it names; else the place chosen among what the words may mean."""
    lon, lat = data.get("lon", "").strip(), data.get("lat", "").strip()
    if lon or lat:
        try:
            report.lon, report.lat = to_wgs84(lon, lat, data.get("datum", "").strip() or "wgs84")
        except BadPoint as bad:
            report.faults["place"] = str(bad)
            return
        told = {name: data.get(name, "").strip()[:12] for name in ("source", "accuracy", "datum")}
        report.where = {name: value for name, value in told.items() if value.isascii() and value.isalnum()}
    site = site_on(report.town, data.get("plate", ""))
    if site is not None and _as_on_plate(report, site):
        _take_site(report, site)
    elif report.lon is not None:
        _choose_grid(report, data.get("grid", ""))
    else:
        _read_words(report, data)


def _read_words(report: Report, data: QueryDict) -> None:
    """The place from a list, or from what the address may mean, or from the plate of a grid."""
    chosen = data.get("place", "")
    if data.get("village") and (listed_one := place_listed(report.town, chosen)):
        _take_listed(report, listed_one)
        return
    meant = find_address(report.town, report.address)
    known = next((each for each in meant.places if place_value(each) == chosen), None)
    if known is None and chosen != UNSURE:
        known = meant.sure
    if known is not None:
        report.lon, report.lat, report.grid = known.lon, known.lat, known.grid_id
        report.where = {"source": "address"}
    elif (plate := plate_of(report.town, data.get("plate", ""))) is not None:
        report.grid, report.where = plate.id, {"source": "plate"}


def plate_of(town: Town, code: str) -> Node | None:
    """The grid on whose plate somebody reports, by its code; None for none such."""
    found = (node for node in grid_tree(town).values() if node.code == code and node.level != "town")
    return next(found, None) if code else None


def site_on(town: Town, code: str) -> Site | None:
    """The site on whose plate somebody reports, by its code; None for none such, or one that has ended."""
    site = site_by_code(town, code)
    return site if site is not None and site.valid_to is None else None


def told_by_plate(town: Town, code: str) -> dict[str, str]:
    """What a form holds already for who comes from the plate of a site: its address, its point."""
    site = site_on(town, code)
    if site is None:
        return {}
    point = {"lon": str(site.lon), "lat": str(site.lat), "source": "plate"} if site.lon is not None else {}
    return {"address": _address_of(site), **point}


def _address_of(site: Site) -> str:
    """Where a site is in words, its name among them."""
    return site.address if site.name in site.address else f"{site.address}{site.name}"


def _as_on_plate(report: Report, site: Site) -> bool:
    """Whether the place is still the one the form held when it was opened: nobody moved the pin or wrote another."""
    if report.lon is None:
        return report.address in {"", _address_of(site)}
    return (report.lon, report.lat) == (site.lon, site.lat)


def _take_site(report: Report, site: Site) -> None:
    """The site's own grid, whichever side of a border its point lies on; the point as it is known."""
    node = place_of(report.town, site)
    report.grid, report.where = node.id if node else None, {"source": "plate", "site": site.code}
    report.lon, report.lat = site.lon, site.lat


def _take_listed(report: Report, place: Name) -> None:
    """A place from the list; the words beside it say the door. A whole grid has no point: none is made up."""
    report.grid, report.where = place.grid_id, {"source": "list"}
    if place.name:
        report.lon, report.lat = place.lon, place.lat
    report.address = " ".join(part for part in (words_of(report.town, place), report.address) if part)[:LONGEST_ADDRESS]


def _choose_grid(report: Report, chosen: str) -> None:
    """A grid may only be chosen where the point lies on its border."""
    near = near_grids(report)
    report.grid = next((pk for pk in near if str(pk) == chosen), None) if len(near) > 1 else None


def near_grids(report: Report) -> list[int]:
    """The grids within a few steps of a report's point, the nearest first."""
    if report.lon is None or report.lat is None:
        return []
    return [pk for pk, _far in locator(report.town).near(report.lon, report.lat, BORDER)][:4]


def place_value(place: Candidate) -> str:
    """A place the gazetteer knows, as the form names it; it is looked up again, never taken on trust."""
    return f"{place.grid_id}:{place.name}"


def place_options(town: Town, places: Sequence[Candidate]) -> list[dict[str, str]]:
    """Places to choose from, with the grid each lies in, and a way to leave it open; none where there are none."""
    if not places:
        return []
    rows = [{"value": place_value(each), "text": each.name, "hint": grid_name(town, each.grid_id)} for each in places]
    return [*rows, {"value": UNSURE, "text": _("None of these: take my words as they are"), "hint": ""}]


def point_told(town: Town, data: QueryDict) -> dict[str, Any]:
    """Where a point lies, to be confirmed by whoever took it: the grid ("" outside all), and how exact in metres."""
    report = Report(town)
    _read_point(report, data)
    if report.lon is None or report.lat is None:
        return {}
    grid = grid_at(town, report.lon, report.lat)
    far = report.where.get("accuracy", "")
    gps = report.where.get("source") == "gps" and far.isdigit()
    return {"grid": grid_name(town, grid) if grid else "", "metres": max(10, round(int(far), -1)) if gps else 0}


def read_photos(town: Town, data: QueryDict, files: Any, faults: dict[str, str]) -> list[StoredPhoto]:
    """Photos kept from an earlier try, without those taken away, then those that came now; faults name the file."""
    dropped = set(data.getlist("drop"))
    kept = [photo for photo in read_kept(data, town_id=town.pk) if photo.digest not in dropped]
    photos = {photo.digest: photo for photo in kept if path_of(town.pk, photo.digest).exists()}
    wrong: list[str] = []
    for upload in files.getlist("photos") if files else []:
        if not upload.name and not upload.size:
            continue
        try:
            photo = store(bytes_of(upload), town=town)
        except PhotoRefused as refused:
            wrong.append(photo_fault(refused.code, upload.name))
            continue
        photos.setdefault(photo.digest, photo)
    if len(photos) > MOST_PHOTOS:
        wrong.append(_("At most %(n)s photos; the first %(n)s are kept.") % {"n": MOST_PHOTOS})
    if wrong:
        faults["photos"] = " ".join(wrong)
    return list(photos.values())[:MOST_PHOTOS]


def questions(report: Report, data: QueryDict, *, now: datetime) -> list[Question]:
    """What to ask before sending: which place the words mean, whose grid a point on a border is, and whether one of
    the similar open requests is the same. Nothing is asked twice.
    """
    asked, town = set(data.getlist("asked")), report.town
    found = []
    if report.grid is None and report.lon is None and "listed" not in asked and data.get("village"):
        if groups := listed(town, data.get("village", "")):
            found.append(Question("listed", groups))
    elif report.grid is None and report.lon is None and "place" not in asked and not data.get("place"):
        rows = place_options(town, find_address(town, report.address).places)
        found += [Question("place", rows)] if rows else []
    near = near_grids(report)
    settled = report.where.get("source") in {"address", "list"} or "site" in report.where
    if len(near) > 1 and not settled and "grid" not in asked and not data.get("grid"):
        rows = [{"value": str(pk), "text": grid_name(town, pk)} for pk in near]
        found.append(Question("grid", [*rows, {"value": UNSURE, "text": _("I am not sure")}]))
    alike = similar_shown(report, now=now)
    shown = {number for value in data.getlist("shown") for number in value.split(",")}
    if any(row["number"] not in shown for row in alike):
        found.append(Question("similar", alike))
    return found


def similar_shown(report: Report, *, now: datetime) -> list[dict[str, Any]]:
    """Similar open requests nearby, as far as anybody may be told of them."""
    words = " ".join((report.text, report.address))
    found = similar_open(report.town, text=words, lon=report.lon, lat=report.lat, now=now, most=READ)
    told = shown_to_public(report.town, [each.case for each in found])
    rows = [{**told[each.case.pk], "metres": each.metres} for each in found if each.case.pk in told]
    return [row for row in rows if row["open"]][:3]
