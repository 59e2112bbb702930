"""The town's first page: its figures, each of which opens to the cases it counts."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.pickers import category_name, unit_name
from lianxin.cases.queries.figures import DAYS, Period, Slice, figures, made_of, period_of, periods, read_slice
from lianxin.cases.queries.listing import listed
from lianxin.cases.queries.setup import categories, kinds, report_kind
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.queries import units
from lianxin.places.queries import ended_grids, grid_tree
from lianxin.town.homes.rows import dress, with_handlers
from lianxin.town.homes.scope import as_of, kind_words, of_them, paper, scope
from lianxin.ui import words
from lianxin.workflow.definition import PHASE_NAMES

EVERY = "every"


@staff
@never_cache
@require_safe
def town_page(request: StaffRequest) -> HttpResponse:
    """A period's figures beside those of this moment, by village and by unit, month by month."""
    actor, now = request.actor, timezone.now()
    kind = _kind(actor.town, request.GET.get("kind", ""))
    period = period_of(actor.town, request.GET.get("period", ""), now=now)
    found = figures(actor, period, now=now, kind=kind)
    context = {
        **frame(request, "town-page"),
        "f": found, "period": period_words(period), "periods": _periods(actor.town, period, kind, now),
        "kinds": _kinds(actor.town, kind, period.key), "phases": phase_names(), "unit_name": unit_name,
        "counted": counted(), "whole": actor.sees == "town", **_scopes(actor, kind, period, now),
    }  # fmt: skip
    return render(request, "town/town.html", context)


@staff
@never_cache
@require_safe
def town_cases(request: StaffRequest) -> HttpResponse:
    """The cases behind a figure: the same filter, and as many rows."""
    actor, now = request.actor, timezone.now()
    wanted = read_slice(request.GET)
    page = listed(actor, wanted, now=now, after=request.GET.get("after", ""))
    context = {
        **frame(request, "town-page"),
        "page": page, "rows": with_handlers(actor.town, dress(page["rows"])), "wanted": wanted,
        "said": slice_words(actor, wanted, now), "made": made_of(actor, wanted, now=now), "facts": fact_names(),
        "rates": rate_names(), "paper": _paper(actor, wanted, page, now),
    }  # fmt: skip
    return render(request, "town/cases.html", context)


def _scopes(actor: Actor, kind: str, period: Period, now: datetime) -> dict[str, Any]:
    """The scope of this moment's figures and of the period's, in words; and what stands above them on paper."""
    of_now, of_period = scope(actor, kind, as_of(now)), scope(actor, kind, period_words(period))
    return {
        "of_now": of_now, "of_period": of_period, "of_kind": scope(actor, kind, _name(period)),
        "paper": paper(_("Town figures"), None, [of_period], now),
    }  # fmt: skip


def _paper(actor: Actor, wanted: Slice, page: dict[str, Any], now: datetime) -> dict[str, Any]:
    parts = slice_words(actor, wanted, now)
    what = _fact(wanted)
    scopes = [] if wanted.period else [as_of(now)]
    if not wanted.kind:
        scopes.insert(0, kind_words(actor.town, ""))
    rest = [part for part in parts if part != what]
    return paper(what, page["count"], [*rest, *scopes, of_them(len(page["rows"]), page["count"])], now)


def _kind(town: Town, asked: str) -> str:
    if asked == EVERY:
        return ""
    return asked if asked in {flow.key for flow in kinds(town)} else report_kind(town)


def _kinds(town: Town, kind: str, period: str) -> list[dict[str, Any]]:
    rows = [(flow.key, said(flow.name)) for flow in kinds(town)]
    rows.sort(key=lambda row: row[0] != report_kind(town))
    return [
        {"text": text, "href": f"?period={period}&kind={key}", "on": key == (kind or EVERY)}
        for key, text in [*rows, (EVERY, _("All kinds"))]
    ]


def _periods(town: Town, period: Period, kind: str, now: Any) -> list[dict[str, Any]]:
    rows = [period_of(town, key, now=now) for key in periods(town, now=now)]
    return [
        {"text": _name(each), "href": f"?period={each.key}&kind={kind or EVERY}", "on": each.key == period.key}
        for each in rows
    ]


def _name(period: Period) -> str:
    if period.key == "recorded":
        return _("The recorded year")
    return _("Twelve months to today") if period.key == "rolling" else _("Year %(year)s") % {"year": period.key}


def period_words(period: Period) -> str:
    """A period's name with its first and last day."""
    first, last = timezone.localtime(period.start), timezone.localtime(period.end)
    days = {"first": words.whole_day(first), "last": words.whole_day(last - timedelta(seconds=1))}
    if period.key == "recorded":  # begins a moment after midnight's last minute
        days["first"] = words.whole_day(first + timedelta(hours=1))
    return _("%(name)s, %(first)s to %(last)s") % {"name": _name(period), **days}


def phase_names() -> dict[str, str]:
    """The six official steps."""
    return {phase: said(name) for phase, name in PHASE_NAMES.items()}


def counted() -> list[tuple[str, str]]:
    """How the rates of a period are counted (`queries.figures`), for whoever asks beside the figures."""
    closing = _(
        "Closed by the end of the period, of those taken in during it. Closed is every case that has come to an end: "
        "settled, refused with its ground, merged, or withdrawn by the resident. "
        "None of them is taken out of the count."
    )
    on_time = _("Closed without any step from collecting to handling past its limit, of those closed.")
    satisfied = _(
        "The upper three of five ratings, where nothing had to be done anew, of those rated by whoever raised it."
    )
    return [(_("Closing rate"), closing), (_("On-time rate"), on_time), (_("Satisfaction rate"), satisfied)]


def fact_names() -> dict[str, str]:
    """What each figure counts, in a word."""
    return {
        "": _("Taken in"), "closed": _("Closed"), "unclosed": _("Not closed"), "on_time": _("Closed on time"),
        "overdue": _("Closed late"), "rated": _("Rated"), "satisfied": _("Satisfied"),
        "unsatisfied": _("Not satisfied, or done anew"), "returned": _("Sent back"),
        "reopened": _("Reopened"), "open": _("Open now"), "late": _("Late now"), "paused": _("Clock stopped"),
        "today": _("Taken in today"), "closed_today": _("Closed today"),
    }  # fmt: skip


def _fact(wanted: Slice) -> str:
    """What a slice counts, in a word; of another day than today without the word today."""
    if wanted.day and wanted.what in DAYS:
        return {"today": _("Taken in"), "closed_today": pgettext("day", "Closed that day")}[wanted.what]
    return fact_names()["open" if wanted.phase and not wanted.what else wanted.what]


def rate_names() -> dict[str, str]:
    """What the rates are called."""
    return {"closed": _("Closing rate"), "on_time": _("On-time rate"), "satisfied": _("Satisfaction rate")}


def slice_words(actor: Actor, wanted: Slice, now: Any) -> list[str]:
    """A slice in words, part by part."""
    town = actor.town
    flows = {flow.key: said(flow.name) for flow in kinds(town)}
    parts = [
        period_words(period_of(town, wanted.period, now=now)) if wanted.period else "",
        flows.get(wanted.kind, ""), _place(town, wanted.village), _unit(town, wanted.unit, _("Handled by %(unit)s")),
        _unit(town, wanted.holder, _("With %(unit)s")), _category(town, wanted.category), wanted.month, wanted.day,
        phase_names().get(wanted.phase, ""), _fact(wanted),
    ]  # fmt: skip
    return [part for part in parts if part]


def _place(town: Town, pk: int | None) -> str:
    node = grid_tree(town).get(pk or 0) or ended_grids(town).get(pk or 0)
    return "" if pk is None else node.name if node else _("No village")


def _category(town: Town, pk: int | None) -> str:
    found = categories(town).get(pk or 0)
    return "" if pk is None else category_name(found) if found else _("Not sorted yet")


def _unit(town: Town, pk: int | None, sentence: str) -> str:
    unit = units(town).get(pk or 0)
    return "" if pk is None else sentence % {"unit": unit_name(unit) if unit else _("nobody yet")}
