"""Who was where: the check-ins of one case, or of one grid, for whoever may see it. None by person: it is no track."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.models import Case, CheckIn
from lianxin.cases.pickers import unit_name
from lianxin.cases.suggest import metres_between
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.places.queries import grid_tree
from lianxin.ui import words

Row = dict[str, Any]
MOST = 50
LATELY = timedelta(days=30)
LATE = timedelta(minutes=10)  # after which it is told that a check-in came later than it was pressed
_COLUMNS = ("at", "recorded_at", "place", "accuracy", "post__account__name", "post__title", "post__unit_id")


def check_ins_of(actor: Actor, case: Case) -> list[Row]:
    """Who was at a case's place, as rows of its history; empty for residents. One statement; the case has been seen."""
    if not actor.is_staff or actor.reporter_of is not None:
        return []
    rows = CheckIn.objects.for_system("check-ins of a case in view", actor.town).filter(case_id=case.pk)
    here = (case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    return [_row(actor.town, row, here) for row in rows.order_by("id").values_list(*_COLUMNS)[:MOST]]


def check_ins_in(actor: Actor, grid_id: int, *, now: datetime) -> list[Row]:
    """Who said they were in a grid lately, the latest first; for staff who answer for it or see the whole town."""
    node = grid_tree(actor.town).get(grid_id)
    answers = node is not None and bool(actor.grid_path) and node.path.startswith(actor.grid_path)
    if not actor.is_staff or not (actor.sees == "town" or answers):
        return []
    rows = CheckIn.objects.for_system("check-ins of a grid", actor.town).filter(case_id=None, grid_id=grid_id)
    found = rows.filter(at__gte=now - LATELY).order_by("-at", "-id").values_list(*_COLUMNS)
    return [_row(actor.town, row, None) for row in found[:MOST]]


def _row(town: Town, row: tuple[Any, ...], here: tuple[float, float] | None) -> Row:
    at, recorded_at, place, accuracy, name, title, unit_id = row
    unit = units(town).get(unit_id)
    parts = [unit_name(unit) if unit else "", title]
    lines = [_where(place, accuracy, here)]
    if recorded_at - at > LATE:
        lines.append(_("Pressed without a net; it came %(at)s.") % {"at": words.when(recorded_at)})
    return {
        "seq": 0, "act": "check_in", "name": _("Checked in on the spot"), "at": at, "by": name,
        "unit": " ".join(part for part in parts if part), "lines": lines, "texts": [], "photos": [], "tone": "",
        "late": False, "moved": False, "then": "", "own": False,
    }  # fmt: skip


def _where(place: str, accuracy: int | None, here: tuple[float, float] | None) -> str:
    """Where that was, in words: how far from the case's place, and how sure; never the point itself."""
    if not place:
        return _("The phone told no place.")
    doubt = _("give or take %(m)s m") % {"m": max(1, accuracy)} if accuracy is not None else _("how sure is not known")
    if here is None:
        return _("The phone told a place, %(doubt)s.") % {"doubt": doubt}
    lon, lat = (float(part) for part in place.split(","))
    far = metres_between(lon, lat, *here)
    told = {"m": round(far, -1) if far >= 10 else 10, "doubt": doubt}
    told["m"] = int(told["m"])
    return _("About %(m)s m from the place of the case, %(doubt)s.") % told
