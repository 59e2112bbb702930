"""Who was where: the check-ins of a case, a site or a grid, for whoever may see them. None by person: no track."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.models import Case, CheckIn
from lianxin.cases.pickers import unit_name
from lianxin.cases.suggest import metres_between
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.places.models import Site
from lianxin.places.queries import grid_tree
from lianxin.ui import words

Row = dict[str, Any]
MOST = 50
LATELY = timedelta(days=30)
LATE = timedelta(minutes=10)  # after which it is told that a check-in came later than it was pressed
_COLUMNS = ("at", "recorded_at", "place", "accuracy", "post__account__name", "post__title", "post__unit_id")
_OF_GRID = (*_COLUMNS, "site__name")


def check_ins_of(actor: Actor, case: Case) -> list[Row]:
    """Who was at a case's place, as rows of its history; empty for residents. One statement; the case has been seen."""
    if not actor.is_staff or actor.reporter_of is not None:
        return []
    rows = CheckIn.objects.for_system("check-ins of a case in view", actor.town).filter(case_id=case.pk)
    here = (case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    return [_row(actor.town, row, here) for row in rows.order_by("id").values_list(*_COLUMNS)[:MOST]]


def check_ins_in(actor: Actor, grid_id: int, *, now: datetime) -> list[Row]:
    """Who said they were in a grid lately, the latest first; for staff who answer for it or see the whole town."""
    if not _answers(actor, grid_id):
        return []
    rows = CheckIn.objects.for_system("check-ins of a grid", actor.town).filter(case_id=None, grid_id=grid_id)
    found = rows.filter(at__gte=now - LATELY).order_by("-at", "-id").values_list(*_OF_GRID)[:MOST]
    return [_row(actor.town, row[:-1], None, site=row[-1] or "") for row in found]


def check_ins_at(actor: Actor, site: Site, *, now: datetime) -> list[Row]:
    """Who said they were at a site lately, the latest first; for those who may know it of its grid."""
    if not _answers(actor, site.grid_id):
        return []
    rows = CheckIn.objects.for_system("check-ins of a site", actor.town).filter(site_id=site.pk)
    found = rows.filter(at__gte=now - LATELY).order_by("-at", "-id").values_list(*_COLUMNS)[:MOST]
    here = (site.lon, site.lat) if site.lon is not None and site.lat is not None else None
    return [_row(actor.town, row, here, case=False) for row in found]


def _answers(actor: Actor, grid_id: int) -> bool:
    """Whether somebody of the staff answers for a grid, or sees the whole town."""
    node = grid_tree(actor.town).get(grid_id)
    answers = node is not None and bool(actor.grid_path) and node.path.startswith(actor.grid_path)
    return actor.is_staff and (actor.sees == "town" or answers)


def _row(
    town: Town, row: tuple[Any, ...], here: tuple[float, float] | None, *, site: str = "", case: bool = True
) -> Row:  # fmt: skip
    at, recorded_at, place, accuracy, name, title, unit_id = row
    unit = units(town).get(unit_id)
    parts = [unit_name(unit) if unit else "", title]
    lines = [*([_("At %(site)s.") % {"site": site}] if site else []), _where(place, accuracy, here, case=case)]
    if recorded_at - at > LATE:
        lines.append(_("Pressed without a net; it came %(at)s.") % {"at": words.when(recorded_at)})
    return {
        "seq": 0, "act": "check_in", "name": _("Checked in on the spot"), "at": at, "by": name,
        "unit": " ".join(part for part in parts if part), "lines": lines, "texts": [], "photos": [], "tone": "",
        "late": False, "moved": False, "then": "", "own": False,
    }  # fmt: skip


def _where(place: str, accuracy: int | None, here: tuple[float, float] | None, *, case: bool) -> str:
    """Where that was, in words: how far from the case's place or the site's, and how sure; never the point itself."""
    if not place:
        return _("The phone told no place.")
    doubt = _("give or take %(m)s m") % {"m": max(1, accuracy)} if accuracy is not None else _("how sure is not known")
    if here is None:
        return _("The phone told a place, %(doubt)s.") % {"doubt": doubt}
    lon, lat = (float(part) for part in place.split(","))
    far = metres_between(lon, lat, *here)
    told = {"m": round(far, -1) if far >= 10 else 10, "doubt": doubt}
    told["m"] = int(told["m"])
    if not case:
        return _("About %(m)s m from the site as the map has it, %(doubt)s.") % told
    return _("About %(m)s m from the place of the case, %(doubt)s.") % told
