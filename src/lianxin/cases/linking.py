"""The form of a contractor's link, for pages and programs alike: what it begins with, and what came back."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from lianxin.cases.actions.worklinks import FARTHEST, LinkFacts
from lianxin.cases.forms import FormFaults, Wrong, clean_text, values_of
from lianxin.cases.models import Case, Photo, Publication
from lianxin.cases.pickers import grid_name
from lianxin.cases.queries.publishing import proposal
from lianxin.cases.queries.worklinks import FINISH, RECORD
from lianxin.keys.ids import read_number
from lianxin.people.actors import Actor
from lianxin.people.masking import mask_text, tidy_phone
from lianxin.people.queries import today
from lianxin.ui import words

LONGEST = {"company": 60, "contact": 40, "title": 120, "task": 2000, "place": 120}
DEFAULT = timedelta(days=7)  # where the case has no due time, or it has passed


def begun(actor: Actor, case: Case, *, now: datetime) -> dict[str, Any]:
    """What a new link's form holds: words masked by rule, to be read by a person; all may be done, and the
    photos are those that the public sees.
    """
    offered = proposal(actor, case)
    public = Publication.objects.for_system("of a case just seen", case.town_id).filter(case_id=case.pk).first()
    place = " ".join(part for part in (grid_name(actor.town, case.grid_id), mask_text(case.address)) if part)
    return {
        "title": offered["title"], "task": offered["text"], "place": place[: LONGEST["place"]], "spot": "1",
        "may": [RECORD, FINISH], "until": default_day(case, now=now).isoformat(), "offered": offered["photos"],
        "photos": public.photos if public else [],
    }  # fmt: skip


def default_day(case: Case, *, now: datetime) -> date:
    """The day a link lasts to unless somebody says otherwise: the case's due, at most thirty days."""
    wanted = case.due_at if case.due_at is not None and case.due_at > now else now + DEFAULT
    return min(today(wanted), last_day(now=now))


def last_day(*, now: datetime) -> date:
    """The farthest day a link may last to."""
    return today(now + FARTHEST - timedelta(days=1))


def read_until(text: str, *, now: datetime) -> datetime:
    """The end of a day from today on, within thirty; raises Wrong."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if not today(now) <= day <= last_day(now=now):
        told = _("Choose a day from today to %(last)s.") % {"last": words.whole_day(last_day(now=now))}
        raise Wrong(told)
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(settings.TIME_ZONE))


def read_link(data: Mapping[str, Any], case: Case, *, now: datetime) -> LinkFacts:
    """What a form or a JSON body says of a link; every fault at once, by field, as FormFaults."""
    faults: dict[str, str] = {}
    texts = {name: _text(data, name, faults) for name in LONGEST}
    for name, told in (("company", _("Who is it? Write the company.")), ("title", _("Say in a few words what it is."))):
        if not texts[name]:
            faults.setdefault(name, told)
    phone = tidy_phone(_first(data, "phone"))
    if _first(data, "phone") and not phone:
        faults["phone"] = _("This is not a telephone number.")
    may = [value for value in map(str, values_of(data, "may")) if value]
    if set(may) - {RECORD, FINISH}:
        faults["may"] = _("Choose one of those listed.")
    photos = _photos(data, case, faults)
    until = now
    try:
        until = read_until(_first(data, "until") or default_day(case, now=now).isoformat(), now=now)
    except Wrong as wrong:
        faults["until"] = str(wrong)
    if faults:
        raise FormFaults(faults)
    spot = _first(data, "spot") in {"1", "True", "true"}
    return LinkFacts(**texts, phone=phone, until=until, spot=spot, may=tuple(dict.fromkeys(may)), photos=photos)


def _first(data: Mapping[str, Any], name: str) -> str:
    values = values_of(data, name)
    return str(values[0]).strip() if values and values[0] is not None else ""


def _text(data: Mapping[str, Any], name: str, faults: dict[str, str]) -> str:
    try:
        text = clean_text(_first(data, name))
    except Wrong as wrong:
        faults[name] = str(wrong)
        return ""
    if len(text) > LONGEST[name]:
        faults[name] = _("At most %(n)s characters.") % {"n": LONGEST[name]}
    return text if name == "task" else " ".join(text.split())


def _photos(data: Mapping[str, Any], case: Case, faults: dict[str, str]) -> tuple[int, ...]:
    """The chosen photos, which must be the case's own."""
    wanted = [str(value) for value in values_of(data, "photos")]
    ids = {pk for text in wanted if (pk := read_number(text)) is not None}
    rows = Photo.objects.for_system("of a case just seen", case.town_id).filter(case_id=case.pk)
    found = set(rows.filter(id__in=ids).values_list("id", flat=True))
    if len(found) != len(set(wanted)):
        faults["photos"] = _("Choose among the photos of this case.")
    return tuple(sorted(found))
