"""Times, spans, numbers and masked details in the words a reader expects."""

import math
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

MINUTES_A_DAY = 24 * 60


def is_chinese() -> bool:
    """Whether the reader's language is Chinese, as it is where nobody has said otherwise."""
    return (get_language() or "zh").startswith("zh")


class Named(Protocol):
    """A row with a name in Chinese and perhaps one in English ("" for none): a town, a unit, a category."""

    name: str
    name_en: str


def name_of(row: Named) -> str:
    """What a row is called in the reader's language; by its Chinese name where it has no other."""
    return row.name if is_chinese() or not row.name_en else row.name_en


def _date_words(day: date, today: date) -> str:
    """A date as short as it can be said without doubt."""
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    apart = (day - today).days
    if apart in near:
        return near[apart]
    if is_chinese():
        short = f"{day.month}月{day.day}日"
        return short if day.year == today.year else f"{day.year}年{short}"
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def when(value: datetime | None, now: datetime | None = None) -> str:
    """A moment in the town's time: ``今天 17:30``, ``11月21日 09:05``, ``2025年11月2日 09:05``."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    today = timezone.localtime(now or timezone.now()).date()
    return f"{_date_words(local.date(), today)} {local:%H:%M}"


def day(value: date | datetime | None, now: datetime | None = None) -> str:
    """A day without its hour: ``今天``, ``11月21日``."""
    if value is None:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return _date_words(local, timezone.localtime(now or timezone.now()).date())


def whole_day(value: date | datetime | None) -> str:
    """A day that stands for long, with its year: ``2026年11月21日``, ``21 Nov 2026``."""
    if value is None:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return f"{local.year}年{local.month}月{local.day}日" if is_chinese() else f"{local.day} {local:%b %Y}"


def stamp(value: datetime | None) -> str:
    """The exact moment for tables and print: ``2026-11-21 09:05``."""
    return "" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def span(minutes: float) -> str:
    """A length of time in its two largest units: ``2 天 3 小时``, ``45 分钟``."""
    days, hours, mins = _units(minutes)
    parts = [
        ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else "",
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", mins) % {"n": mins} if mins or not (days or hours) else "",
    ]
    return " ".join(part for part in parts if part)


def _units(minutes: float) -> tuple[int, int, int]:
    """The days, hours and minutes of a length that are said: no minutes beside days."""
    days, rest = divmod(math.floor(abs(minutes)), MINUTES_A_DAY)
    hours, mins = divmod(rest, 60)
    return days, hours, 0 if days else mins


def _minutes(value: timedelta) -> float:
    return value.total_seconds() / 60


def left(due: datetime | None, now: datetime | None = None) -> str:
    """What is left until ``due``: ``还有 2 天 3 小时``, or ``已超 5 小时`` when it is past."""
    if due is None:
        return ""
    minutes = _minutes(due - (now or timezone.now()))
    return _left(span(minutes), late=minutes < 0)


def _left(length: str, *, late: bool) -> str:
    return (gettext("%(span)s late") if late else gettext("%(span)s left")) % {"span": length}


def left_in(language: str, due: datetime, now: datetime | None = None) -> str:
    """What is left in a line of a list: as `left` says it, by the signs of its units where its words are long
    (``18 d 19 h late``). In the active language, which the caller has asked for: a list asks once for all its lines.
    """
    minutes = _minutes(due - (now or timezone.now()))
    return _left_in(math.floor(abs(minutes)), minutes < 0, language)


@lru_cache(maxsize=4096)  # a list says the same few lengths in every row
def _left_in(whole: int, late: bool, _language: str) -> str:
    days, hours, mins = _units(whole)
    parts = [
        gettext("%(n)s d") % {"n": days} if days else "",
        gettext("%(n)s h") % {"n": hours} if hours else "",
        gettext("%(n)s min") % {"n": mins} if mins or not (days or hours) else "",
    ]
    return _left(" ".join(part for part in parts if part), late=late)


def left_short(due: datetime | None, now: datetime | None = None) -> str:
    """What is left in one unit, for a cell: ``还有 2 天``, ``超 5 小时``; it breaks before the number alone."""
    if due is None:
        return ""
    minutes = _minutes(due - (now or timezone.now()))
    size = abs(minutes)
    if size >= MINUTES_A_DAY:
        words = gettext("%(n)s d") % {"n": int(size // MINUTES_A_DAY)}
    elif size >= 60:
        words = gettext("%(n)s h") % {"n": int(size // 60)}
    else:
        words = gettext("%(n)s min") % {"n": int(size)}
    words = words.replace(" ", "\u00a0")
    return (gettext("%(span)s left") if minutes >= 0 else gettext("+%(span)s")) % {"span": words}


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """How long since: ``刚刚``, ``20 分钟前``, then the date."""
    if value is None:
        return ""
    minutes = _minutes((now or timezone.now()) - value)
    if minutes < 1:
        return gettext("just now")
    if minutes < MINUTES_A_DAY:
        return gettext("%(span)s ago") % {"span": span(minutes if minutes < 60 else minutes // 60 * 60)}
    return when(value, now)


def light_of(
    due: datetime | None,
    soon: datetime | None,
    now: datetime | None = None,
    *,
    paused: bool = False,
    ended: bool = False,
) -> str:
    """The light of a case: ``done``, ``paused``, ``late``, ``soon`` or ``ok``."""
    if ended:
        return "done"
    if paused:
        return "paused"
    moment = now or timezone.now()
    if due is not None and moment > due:
        return "late"
    return "soon" if soon is not None and moment >= soon else "ok"


def grouped(value: float | None, digits: int = 0) -> str:
    """A number with its thousands apart: ``2,158``; an en dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(part: float | None, digits: int = 1) -> str:
    """A share (0 to 1) in per cent: ``96.2%``; an en dash for none."""
    return "–" if part is None else f"{part * 100:.{digits}f}%"


def mask_figures(text: str) -> str:
    """A number for others' eyes: ``199****0042``, as long as it is; of a shorter one half is shown at most."""
    shown = 7 if len(text) >= 11 else len(text) // 2
    head = shown // 2
    return text[:head] + "*" * (len(text) - shown) + text[len(text) - shown + head :]


def mask(value: str | None) -> str:
    """A telephone or a name with its middle hidden: ``199****0012``, ``王**``."""
    text = (value or "").strip()
    figures = sum(letter.isdigit() for letter in text)
    if figures >= 7:
        return mask_figures(text)
    return text[:1] + "*" * max(0, min(2, len(text) - 1))
