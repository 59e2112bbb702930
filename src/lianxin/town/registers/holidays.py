"""A year's holidays from a text: the State Council's notice as it stands, or a line for each holiday."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianxin.people.models import CalendarDay
from lianxin.people.queries import clock_of, units
from lianxin.town.registers.known import CALENDAR
from lianxin.town.registers.register import Reading, enter
from lianxin.town.registers.town import change_town
from lianxin.ui import words
from lianxin.workflow.clock_china import chinese_calendar_days

if TYPE_CHECKING:
    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

LONGEST: Final = 31  # days of one holiday; more is a slip of the pen
MOST: Final = 5000  # characters of a notice
_ASIDE = re.compile(r"[（(][^（）()]*[）)]")  # weekdays and days of the old calendar
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})日?")
_NUMBER = re.compile(r"^\s*[一二三四五六七八九十\d]{1,3}\s*[、.．]\s*(?=\D)")
_DAY = r"(?:(?P<y{n}>\d{{4}})年)?(?:(?P<m{n}>\d{{1,2}})月)?(?P<d{n}>\d{{1,2}})日"
_SPAN = re.compile(_DAY.format(n=1) + r"(?:\s*(?:至|到|[-–—~～])\s*" + _DAY.format(n=2) + r")?")
_BESIDE = re.compile(r"放假|调休|上班|make-up|[，,。；;、\s]|共\d+天", re.IGNORECASE)
_END = re.compile(r"[。；;]")


@dataclass(frozen=True, slots=True)
class Found:
    """A day a text names: a rest day, or one on which people work though the week says they rest."""

    day: date
    works: bool
    name: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a text would do: the days that are new, how many stand already, what is wrong by line."""

    days: tuple[Found, ...]
    known: int
    faults: tuple[str, ...]


def look(town: Town, text: str, year: int) -> Looked:
    """Read a text of holidays and say what it would add to the calendar; nothing is written.

    A day without a year is of `year`. Every day is kept, those too that the town's week leaves free anyway: a unit
    may have hours of its own.
    """
    found: dict[date, Found] = {}
    faults: list[str] = []
    for number, line in enumerate(text[:MOST].splitlines(), start=1):
        try:
            for each in _line(line, year):
                if found.setdefault(each.day, each).works != each.works:
                    raise ValueError(_("%(day)s is both a rest day and worked.") % {"day": words.whole_day(each.day)})
        except ValueError as wrong:
            faults.append(_("Line %(n)s: %(why)s") % {"n": number, "why": wrong})
    kept = CalendarDay.objects.for_system("holidays", town).filter(day__in=list(found))
    known = set(kept.values_list("day", flat=True))
    fresh = sorted((each for each in found.values() if each.day not in known), key=lambda each: each.day)
    if not found and not faults:
        faults.append(_("No day was found: write them as in the example."))
    return Looked(tuple(fresh), len(known), tuple(faults))


def take(town: Town, looked: Looked, *, complete: int | None, actor: Actor, now: datetime) -> None:
    """Enter the days of a text, and, for a year named as `complete`, that the table goes to its end; all or none.

    Raises NotKept.
    """
    makeup = town.settings.get("makeup") or []
    with transaction.atomic():
        for each in looked.days:
            facts: Mapping[str, Any] = {"day": each.day, "hours": makeup if each.works else [], "name": each.name}
            enter(CALENDAR, Reading(facts=dict(facts)), actor=actor, now=now)
        until = f"{complete}-12-31"
        if complete and until > (town.settings.get("calendar_until") or ""):
            change_town(town, {"calendar_until": until}, actor=actor, now=now)


def worked_in_error(town: Town, since: date) -> list[date]:
    """Rest days of the published notices, from `since` to the end of its year, that are not in the town's table and
    on which the town or a unit is reckoned to work; in order.
    """
    published, _until = chinese_calendar_days([since.year])
    held = CalendarDay.objects.for_system("holidays", town).filter(day__year=since.year)
    missing = {day for day, hours in published.items() if not hours and day >= since}
    missing -= set(held.values_list("day", flat=True))
    clocks = {clock_of(town), *(clock_of(town, unit.pk) for unit in units(town).values() if unit.active)}
    return sorted(day for day in missing if any(clock.spans(day) for clock in clocks))


def _line(line: str, year: int) -> Iterator[Found]:
    """The days of one line; a heading without a day has none. Raises ValueError with a sentence."""
    plain = _ISO.sub(r"\1年\2月\3日", _ASIDE.sub("", line))
    name = _named(plain)
    for part in _END.split(plain):
        spans = list(_SPAN.finditer(part))
        if not spans:
            continue
        works = "上班" in part or "make-up" in part.lower()
        if works and "放假" in part:
            raise ValueError(_("holidays and make-up days are to be two sentences, with a full stop between."))
        month: int | None = None
        for span in spans:
            first, month = _day(span, "1", year, month)
            last, month = _day(span, "2", first.year, month) if span["d2"] else (first, month)
            yield from _between(first, last, works, name)


def _named(line: str) -> str:
    """What a line calls its holiday: what stands before the colon, else what is left beside the days."""
    head, colon, _rest = _NUMBER.sub("", line).replace(":", "：").partition("：")
    if colon and not _SPAN.search(head):
        return head.strip()[:40]
    return _BESIDE.sub("", _SPAN.sub("", line))[:40]


def _day(span: re.Match[str], n: str, year: int, month: int | None) -> tuple[date, int]:
    """A day of a span, whose month may have been said by the day before."""
    at = int(span[f"m{n}"]) if span[f"m{n}"] else month
    if at is None:
        raise ValueError(_("the month is missing."))
    try:
        return date(int(span[f"y{n}"] or year), at, int(span[f"d{n}"])), at
    except ValueError:
        raise ValueError(_("there is no such day: %(day)s.") % {"day": span[0]}) from None


def _between(first: date, last: date, works: bool, name: str) -> Iterator[Found]:
    if not 0 <= (last - first).days < LONGEST:
        told = {"first": words.whole_day(first), "last": words.whole_day(last)}
        raise ValueError(_("%(first)s to %(last)s is no holiday: mind the order and the months.") % told)
    for n in range((last - first).days + 1):
        yield Found(first + timedelta(days=n), works, name)
