"""Fields of dates, hours and weeks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.town.registers.fields import PARTS, Field, Widget, Wrong

if TYPE_CHECKING:
    from django.http import QueryDict

    from lianxin.keys.models import Town

SPAN = re.compile(r"(\d{1,2}(?::\d{2})?)\s*[-–—~至到]\s*(\d{1,2}(?::\d{2})?)")


def day_of(text: str) -> date:
    """A date in ISO 8601; raises Wrong, which tells a day that does not exist from none at all."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        written = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip())
        none = _("There is no such day: %(day)s.") % {"day": text.strip()}
        raise Wrong(none if written else _("Set a date.")) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Field):
    """A date."""

    def shape(self) -> dict[str, Any]:
        """ISO 8601."""
        return {"type": ["string", "null"], "format": "date"}

    def load(self, town: Town, raw: Any) -> Any:
        """The date in ISO 8601 as the row's column takes it."""
        return raw if isinstance(raw, date) else day_of(str(raw))

    def dump(self, town: Town, value: Any) -> Any:
        """ISO 8601."""
        return str(value)

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A date field."""
        shown = typed.get(self.column, "") if typed is not None else value or ""
        return [self.widget(type="date", value=str(shown), short=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Field):
    """A date and time by the town's clock."""

    def shape(self) -> dict[str, Any]:
        """ISO 8601 with its zone."""
        return {"type": "string", "format": "date-time"}

    def load(self, town: Town, raw: Any) -> Any:
        """The moment, aware."""
        try:
            moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
        except ValueError:
            raise Wrong(_("Set a date and a time.")) from None
        if not 2000 <= moment.year < 2200:  # beyond, another zone's date may be none at all
            raise Wrong(_("Set a date and a time."))
        moment = moment.replace(second=0, microsecond=0)  # as it is shown
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))

    def dump(self, town: Town, value: Any) -> Any:
        """ISO 8601 by the town's clock, to the minute, with its zone."""
        return _by_the_clock(value).isoformat(timespec="minutes")

    def said(self, town: Town, value: Any) -> str:
        """The date and the time."""
        return _local(value).replace("T", " ")

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A field of date and time."""
        shown = typed.get(self.column, "") if typed is not None else _local(value)
        return [self.widget(type="datetime-local", value=shown, short=True)]


def _by_the_clock(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def _local(value: Any) -> str:
    return f"{_by_the_clock(value):%Y-%m-%dT%H:%M}" if value else ""


def spans_of(text: str) -> list[list[str]]:
    """Opening hours as a person writes them (08:30-12:00 14:00-17:30); empty: shut. Raises Wrong."""
    found = SPAN.findall(text.replace("：", ":"))
    rest = SPAN.sub("", text.replace("：", ":"))
    if PARTS.sub("", rest).strip():
        raise Wrong(_("Write hours as 08:30-12:00 14:00-17:30."))
    try:
        spans = [[_clock_time(each) for each in pair] for pair in found]
    except ValueError:
        raise Wrong(_("Write hours as 08:30-12:00 14:00-17:30.")) from None
    edges = [edge for span in spans for edge in span]
    if any(opens >= shuts for opens, shuts in spans) or edges != sorted(edges):
        raise Wrong(_("The hours overlap, or close before they open."))
    return [[each.isoformat("minutes") for each in span] for span in spans]


def _clock_time(text: str) -> time:
    """8:30, 08:30, or 12 for noon; raises ValueError."""
    hour, _colon, minute = text.partition(":")
    return time(int(hour), int(minute or 0))


def _written(raw: Any) -> str:
    """Opening hours of a form, a file or a program as one line; pairs as the column holds them are taken too."""
    if isinstance(raw, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in raw):
        return hours_said(raw)
    return str(raw or "")


def hours_said(spans: Iterable[Sequence[str]]) -> str:
    """Opening hours as a person writes them."""
    return " ".join(f"{opens}-{shuts}" for opens, shuts in spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Field):
    """The hours of one day; none is a day of rest."""

    def shape(self) -> dict[str, Any]:
        """As people write them."""
        return {"type": "string", "examples": ["08:30-12:00 14:00-17:30"]}

    def load(self, town: Town, raw: Any) -> Any:
        """Spans as the clock reads them."""
        return spans_of(_written(raw))

    def dump(self, town: Town, value: Any) -> Any:
        """As people write them."""
        return hours_said(value or [])

    def said(self, town: Town, value: Any) -> str:
        """As a person writes them."""
        return hours_said(value or []) or _("rest day")

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A line of text."""
        shown = typed.get(self.column, "") if typed is not None else hours_said(value or [])
        return [self.widget(type="text", value=shown, placeholder=_("rest day"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week(Field):
    """The hours of each weekday (Monday "0"; in files 1, as ISO 8601 counts); None where the town's own hold."""

    own: bool = True  # whether it may be left to the town

    def shape(self) -> dict[str, Any]:
        """Hours by the number of the weekday; null where the town's own hold."""
        days = {str(day): Hours.shape(self) for day in range(1, 8)}  # type: ignore[arg-type]
        return {"type": ["object", "null"], "properties": days, "additionalProperties": False}

    def take(self, data: QueryDict) -> Any:
        """Seven lines; nothing where the town's own hours are to hold."""
        if self.own and not data.get(f"{self.column}_own"):
            return None
        return {str(day + 1): data.get(f"{self.column}_{day}", "") for day in range(7)}

    def load(self, town: Town, raw: Any) -> Any:
        """Spans by weekday."""
        if raw is None and self.own:
            return None
        if not isinstance(raw, Mapping):
            raise Wrong(_("Write hours as 08:30-12:00 14:00-17:30."))
        given, week = {str(day): spans for day, spans in raw.items()}, {}
        for day, name in enumerate(weekdays()):
            spans = given.get(str(day + 1)) or ""
            try:
                week[str(day)] = spans_of(_written(spans))
            except Wrong as wrong:
                raise Wrong(_("%(day)s: %(why)s") % {"day": name, "why": wrong.said}) from None
        if not any(week.values()):
            raise Wrong(_("A week without a working hour would let no limit run out."))
        return week

    def dump(self, town: Town, value: Any) -> Any:
        """As people write hours, by the weekday's number; days of rest are left out."""
        return None if value is None else {int(day) + 1: hours_said(spans) for day, spans in value.items() if spans}

    def said(self, town: Town, value: Any) -> str:
        """Each day that is worked."""
        if value is None:
            return _("the town's hours")
        told = [f"{weekdays()[int(day)]} {hours_said(spans)}" for day, spans in value.items() if spans]
        return pgettext("list", ", ").join(told)

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A tick for hours of one's own, and a line for each day."""
        shown = self.take(typed) if typed is not None else self.dump(town, value)
        week = shown if shown is not None else self.dump(town, town.settings.get("hours", {}))
        given, made = {str(day): text for day, text in (week or {}).items()}, []
        if self.own:
            ticked = self.widget(type="checkbox", name=f"{self.column}_own", value=shown is not None, hint="")
            made.append({**ticked, "label": _("Hours of its own"), "over": self.label(), "required": False})
        for day, name in enumerate(weekdays()):
            text = given.get(str(day + 1), "")
            about = {"name": f"{self.column}_{day}", "label": name, "value": text, "placeholder": _("rest day")}
            wrong = typed is not None and not _sound(text)
            made.append(self.widget(hint="", **about) | {"type": "line", "wrong": wrong})
        if not self.own:
            made[0]["over"] = self.label()
        made[0]["under"] = self.hint() if self.hint else ""
        return made


def _sound(text: str) -> bool:
    """Whether a line of hours can be read."""
    try:
        spans_of(text)
    except Wrong:
        return False
    return True


def weekdays() -> list[str]:
    """Monday first."""
    return [
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
    ]  # fmt: skip
