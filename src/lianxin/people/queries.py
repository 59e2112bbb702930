"""Reads of posts and calendars."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from lianxin.keys.cache import briefly, cached
from lianxin.keys.models import Town
from lianxin.keys.scope import EVERY_TOWN
from lianxin.people.models import CalendarDay, Post, Role, Unit
from lianxin.workflow.clock import OFFICE, Clock, Hours

HoursData = list[list[str]]  # [["08:30", "12:00"], …]


def posts_of(account_id: int, town: Town, *, on: date) -> list[Post]:
    """The posts an account holds in a town on a day, the longest held first; asked for at most once a second."""

    def build() -> list[Post]:
        rows = Post.objects.for_system("sign-in", town).select_related("role", "grid", "account", "unit")
        held = rows.filter(account_id=account_id, account__is_active=True)
        begun = held.filter(Q(starts=None) | Q(starts__lte=on))
        return list(begun.filter(Q(ends=None) | Q(ends__gte=on)).order_by("id"))

    return briefly(town, f"posts:{account_id}:{on}", build)


def _in_order(model: Any, town: Town) -> Any:
    """The rows of a town as they were entered; PostgreSQL gives them in any order unless it is asked."""
    return model.objects.for_system("settings", town).order_by("id")


def works_elsewhere(account_id: int, town: Town) -> bool:
    """Whether somebody has or had a post in another town too: their account is no single town's to change."""
    posts = Post.objects.for_system("whose account", EVERY_TOWN).exclude(town_id=town.pk)
    return posts.filter(account_id=account_id).exists()


def units(town: Town) -> Mapping[int, Unit]:
    """All units of a town by id."""
    return cached(town, "units", lambda: {row.pk: row for row in _in_order(Unit, town)})


def unit_by_key(town: Town, key: str) -> Unit | None:
    """A unit by its key."""
    return next((unit for unit in units(town).values() if unit.key == key), None)


def desk_of(town: Town, role: str) -> int:
    """The unit whose turn it is when a step falls to a role and nobody is named; the town's first desk else."""
    found = [unit.pk for unit in units(town).values() if unit.active and role in unit.desk_of]
    if found:
        return min(found)
    desks = [unit.pk for unit in units(town).values() if unit.active and "clerk" in unit.desk_of]
    return min(desks or list(units(town)))


def roles(town: Town) -> Mapping[str, Role]:
    """All roles of a town by key."""
    return cached(town, "roles", lambda: {row.key: row for row in _in_order(Role, town)})


def hours_from(data: HoursData) -> Hours:
    """Hours as the clock wants them."""
    return tuple((time.fromisoformat(opens), time.fromisoformat(shuts)) for opens, shuts in data)


def clock_of(town: Town, unit_id: int | None = None) -> Clock:
    """The working clock of a unit, or of the town where the unit has no hours of its own."""
    unit = units(town).get(unit_id) if unit_id else None
    if unit is None or unit.hours is None:
        return cached(town, "clock", lambda: _clock(town, town.settings.get("hours")))
    return cached(town, f"clock:{unit.pk}", lambda: _clock(town, unit.hours))


def _clock(town: Town, week: dict[str, HoursData] | None) -> Clock:
    rows = CalendarDay.objects.for_system("settings", town)
    days = {row.day: hours_from(row.hours) for row in rows}
    known = town.settings.get("calendar_until")
    hours = {int(day): hours_from(data) for day, data in week.items()} if week else dict.fromkeys(range(5), OFFICE)
    return Clock(week=hours, days=days, known_until=date.fromisoformat(known) if known else None)


def today(now: datetime) -> date:
    """The town's date."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
