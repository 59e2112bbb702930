"""The service points of a town, and when they are open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.places.models import ServicePoint


def service_points(town: Town) -> Sequence[ServicePoint]:
    """Every service point of a town, those out of use last."""
    rows = ServicePoint.objects.for_system("settings", town)
    return cached(town, "service points", lambda: list(rows.order_by("-active", "grid__code", "name", "id")))


def hours_of(point: ServicePoint, town: Town) -> dict[str, Any]:
    """The hours of a point by weekday: its own, else the town's."""
    return dict(point.hours if point.hours is not None else town.settings.get("hours", {}))


def open_at(point: ServicePoint, town: Town, *, now: datetime, rest: bool) -> bool:
    """Whether a point is open at a moment; `rest`: it is a public holiday, when none with the town's hours is."""
    if rest and point.hours is None:
        return False
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    at = f"{local:%H:%M}"
    return any(opens <= at < shuts for opens, shuts in hours_of(point, town).get(str(local.weekday()), []))
