"""What a town lacks before requests can go round, or will lack soon: a sentence each, and where to mend it."""

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.setup import kinds, leaves, routes
from lianxin.cases.views.frame import address
from lianxin.keys.models import Town
from lianxin.people.models import CalendarDay, Post, Unit
from lianxin.people.passwords import without_password
from lianxin.people.queries import today, units
from lianxin.places.names import known_names
from lianxin.places.queries import grid_tree
from lianxin.town.registers.holidays import worked_in_error
from lianxin.town.registers.known import table_ends
from lianxin.ui import words

NAMED = 3  # units named in a sentence; the others are counted


def missing_in(town: Town, *, now: datetime) -> list[dict[str, str]]:
    """What is still to be done: `text` and `href`, in the order in which a town is set up."""
    found = [*_nothing_there(town), *_people(town, now), *_calendar(town, now)]
    return [{"text": text, "href": href} for text, href in found]


def _nothing_there(town: Town) -> Iterator[tuple[str, str]]:
    if not any(node.level == "grid" for node in grid_tree(town).values()):
        yield _("There are no grids yet: requests cannot be placed."), reverse("setup-import") + "?what=grids"
    elif not known_names(town):
        told = _("No road, compound or landmark is entered: an address in words finds hardly more than its village.")
        yield told, reverse("setup-import") + "?what=names"
    if not leaves(town):
        yield _("There are no categories in use."), reverse("setup-register", args=["categories"])
    if not kinds(town):
        yield _("There is no workflow: nothing can be raised."), address("workflows")
    if not routes(town):
        yield _("There are no rules of dispatch: everything goes to the desk."), address("routes")


def _people(town: Town, now: datetime) -> Iterator[tuple[str, str]]:
    idle = _nobody_in(town)
    if idle:
        names = pgettext("list", ", ").join(unit_name(unit) for unit in idle[:NAMED])
        told = _("Units that take turns and have nobody in post: %(units)s.")
        yield told % {"units": names + ("…" if len(idle) > NAMED else "")}, address("staff-directory")
    n = without_password(town, now=now).order_by().values("account_id").distinct().count()
    if n:
        told = ngettext("%(n)s person cannot sign in yet: give out first passwords.", "%(n)s people cannot sign in yet: give out first passwords.", n)  # fmt: skip # noqa: E501
        yield told % {"n": n}, reverse("staff-passwords")


def _nobody_in(town: Town) -> list[Unit]:
    """Units whose turn it is in some step and that have nobody who could take it."""
    rows = Post.objects.for_system("set-up", town).filter(ends=None, account__is_active=True)
    manned = set(rows.values_list("unit_id", flat=True))
    return [unit for unit in units(town).values() if unit.active and unit.desk_of and unit.pk not in manned]


def _calendar(town: Town, now: datetime) -> Iterator[tuple[str, str]]:
    if (ends := table_ends(town, now=now)) is not None:
        told = _("The holiday table ends on %(day)s: limits past it are provisional.")
        yield told % {"day": words.whole_day(ends)}, reverse("setup-holidays")
    empty = _empty_years(town, today(now))
    for year in empty:
        told = _("No holiday of %(year)s is entered: limits would count them as working days.")
        yield told % {"year": year}, reverse("setup-holidays")
    if not empty and (wrong := worked_in_error(town, today(now))):
        told = ngettext(
            "%(n)s published rest day is not entered and counts as worked (%(day)s): paste the notice again.",
            "%(n)s published rest days are not entered and count as worked (from %(day)s): paste the notice again.",
            len(wrong),
        )
        yield told % {"n": len(wrong), "day": words.whole_day(wrong[0])}, reverse("setup-holidays")


def _empty_years(town: Town, day: date) -> list[int]:
    """Years, from this one on, that are said to be complete and have no day."""
    known = str(town.settings.get("calendar_until") or "")[:4]
    years = range(day.year, int(known) + 1) if known.isdigit() else range(0)
    rows = CalendarDay.objects.for_system("set-up", town).filter(day__gte=date(day.year, 1, 1))
    held = {each.year for each in rows.values_list("day", flat=True)}
    return [year for year in years if year not in held]
