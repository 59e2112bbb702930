"""The service points of the town, for everybody: where, when, what for; as a list and on the map."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases.pickers import grid_name
from lianxin.cases.views.public.pages import TownRequest, nav
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.people.models import CalendarDay
from lianxin.people.queries import today
from lianxin.places.models import ServicePoint
from lianxin.places.points import hours_of, open_at, service_points
from lianxin.places.queries import ancestor_ids, grid_tree
from lianxin.town.registers.times import hours_said, weekdays


@require_safe
def points(request: TownRequest) -> HttpResponse:
    """The points in use by village; `?open=1`: those open now."""
    town, only_open = request.town, "open" in request.GET
    rows = [_told(town, point) for point in service_points(town) if point.active]
    shown = sorted((row for row in rows if row["open"] or not only_open), key=lambda row: row["village_id"])
    groups = [
        {"name": next(iter(rows))["village"], "rows": rows}
        for rows in (list(found) for _key, found in groupby(shown, key=lambda row: row["village_id"]))
    ]
    context = {
        "nav": nav(), "groups": groups, "only_open": only_open, "count": len(rows),
        "now_open": sum(row["open"] for row in rows),
        "on_map": any(row["point"] for row in rows),
    }  # fmt: skip
    return render(request, "town/points.html", context)


@require_safe
def point_marks(request: TownRequest) -> JsonResponse:
    """The same on the map, GeoJSON."""
    marks = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": point.point},
            "properties": {"title": point.name, "number": point.get_kind_display(), "state": "done",
                           "href": f"#p{point.pk}"},
        }
        for point in service_points(request.town)
        if point.active and point.point
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "features": marks}, content_type="application/geo+json")


def _told(town: Town, point: ServicePoint) -> dict[str, Any]:
    now = timezone.now()
    chain = [grid_tree(town)[pk] for pk in ancestor_ids(town, point.grid_id)]
    village = next((node for node in chain if node.level == "village"), None)
    return {
        "id": point.pk, "name": point.name, "kind": point.get_kind_display(), "address": point.address,
        "phone": point.phone, "services": point.services, "point": point.point, "week": _week(point, town),
        "open": open_at(point, town, now=now, rest=_is_rest(town)), "grid": grid_name(town, point.grid_id),
        "village": village.name if village else _("Of the town"), "village_id": village.code if village else "",
    }  # fmt: skip


def _is_rest(town: Town) -> bool:
    """Whether today is a public holiday of the town's calendar."""
    day = today(timezone.now())
    rows = CalendarDay.objects.for_system("opening hours", town).filter(day=day, hours=[])
    return cached(town, f"rest day {day}", rows.exists)


def _week(point: ServicePoint, town: Town) -> list[tuple[str, str]]:
    """The hours, days with the same ones together: Monday to Friday 08:30-12:00 14:00-17:30."""
    told = [(name, hours_said(hours_of(point, town).get(str(day), []))) for day, name in enumerate(weekdays())]
    found = []
    for hours, days in groupby(told, key=lambda each: each[1]):
        names = [name for name, _hours in days]
        if hours:
            kept = hours.replace("-", "\u2060-\u2060")  # a line breaks between spans, not within one
            found.append((names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}", kept))
    return found
