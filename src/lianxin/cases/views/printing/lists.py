"""The list of an inbox and the register (台账) of a period as PDF: what was filtered, as far as one may see it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.queries.inbox import SCOPES, InboxFilter, cases_of, inbox, read_filter
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.queries.saved import asked_in_words, parts_in_words, query_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.printing.paper import NoFace, paper
from lianxin.cases.views.printing.slips import no_face, printed_by
from lianxin.cases.words import channel_name
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.ui import words

EVERY = "all"  # the scope of a register that names none
MOST = 1000  # rows on paper: forty pages; who needs more wants the table
TABLE_MOST = 20_000  # rows of a table: a year of a town's; what is cut is said
Row = dict[str, Any]


@staff
@never_cache
@require_safe
def print_page(request: StaffRequest) -> HttpResponse:
    """What may be printed of a filter: the list as it stands, the register of a period."""
    return print_asked(request, request.GET)


def print_asked(request: StaffRequest, data: QueryDict, faults: Mapping[str, str] | None = None) -> HttpResponse:
    """The page on which what is to be printed is chosen, with what was typed; `faults`: what is wrong with the days."""
    town, filters, today = request.actor.town, read_filter(data, request.actor.town.letters), timezone.localdate()
    narrowed = {name: told for name, told in parts_in_words(town, filters).items() if name != "scope"}
    context = {
        **frame(request, "desk"), "asked": asked_in_words(town, filters), "query": query_of(filters),
        "hidden": [(name, value) for name, value in QueryDict(query_of(filters)).items() if name != "scope"],
        "narrowed": " · ".join(narrowed.values()), "scope": _register_scope(data) if faults else EVERY,
        "scopes": [(scope, parts_in_words(town, InboxFilter(scope))["scope"]) for scope in reversed(SCOPES)],
        "first": data.get("from") or f"{today.replace(day=1)}", "last": data.get("to") or f"{today}",
        "most": MOST, "table_most": TABLE_MOST, "faults": faults or {},
    }  # fmt: skip
    return render(request, "cases/print/lists.html", context, status=422 if faults else 200)


@staff
@never_cache
@require_safe
def list_pdf(request: StaffRequest) -> HttpResponse:
    """The inbox of a filter: open duties by due time."""
    actor, now = request.actor, timezone.now()
    filters = replace(read_filter(request.GET, request.actor.town.letters), closed=False)
    rows = open_rows(actor, filters, now)
    lines = [
        [str(at), row["number"], row["title"], row["category"], row["grid"], row["step_name"], _who(row), _due(row)]
        for at, row in enumerate(rows[:MOST], start=1)
    ]
    heads = [
        pgettext("column", "No."), _("Number"), pgettext("column", "Matter"), _("Category"), pgettext("column", "Grid"),
        _("State"), pgettext("column", "With"), _("Due"),
    ]  # fmt: skip
    table = {"heads": heads, "rows": lines, "widths": ["a", "a", "2", "a", "a", "a", "", "a"]}
    return printed(request, table, _("List of what waits"), asked_in_words(actor.town, filters), len(rows) > MOST)


@staff
@never_cache
@require_safe
def register_pdf(request: StaffRequest) -> HttpResponse:
    """Every case recorded in a period, closed ones too, in the order in which they were taken down."""
    actor = request.actor
    try:
        first, last = period(request.GET)
    except BadPeriod as bad:
        return print_asked(request, request.GET, bad.faults)
    filters, rows = register(actor, request.GET, timezone.now(), most=MOST + 1)
    lines = [
        [
            str(at), row["number"], words.stamp(row["recorded_at"]), channel_name(row["channel"]), row["title"],
            row["category"], row["grid"], row["unit"], words.stamp(row["due_at"]), words.stamp(row["closed_at"]),
            row["step_name"],
        ]
        for at, row in enumerate(rows[:MOST], start=1)
    ]  # fmt: skip
    table = {"heads": register_heads(), "rows": lines, "widths": ["a", "a", "a", "a", "2", "a", "a", "", "a", "a", "a"]}
    said = f"{first:%Y-%m-%d} – {last:%Y-%m-%d} · {asked_in_words(actor.town, filters)}"
    return printed(request, table, _("Register of cases"), said, len(rows) > MOST)


def register(actor: Actor, data: QueryDict, now: datetime, *, most: int) -> tuple[InboxFilter, list[Row]]:
    """The cases recorded in the period asked for, the first so many of a filter, as far as the actor may see them.

    All of them where no scope is named: a register is not the inbox. Raises BadPeriod.
    """
    narrowed = read_filter(data, actor.town.letters)
    filters, (first, last) = replace(narrowed, scope=_register_scope(data), closed=True), period(data)
    asked = cases_of(actor, filters, now=now).filter(recorded_at__gte=_start(first), recorded_at__lt=_start(last, 1))
    return filters, rows_of(actor, asked.order_by("recorded_at", "id"), now=now, most=most)


def register_heads() -> list[str]:
    """What stands over the columns of the register, on paper and in a table."""
    return [
        pgettext("column", "No."), _("Number"), _("Recorded"), _("Came by"), pgettext("column", "Matter"),
        _("Category"), pgettext("column", "Grid"), pgettext("column", "With"), _("Due"), _("Ended"), _("State"),
    ]  # fmt: skip


def open_rows(actor: Actor, filters: InboxFilter, now: datetime) -> list[Row]:
    """The rows of an inbox, page after page, one more than are printed at the most."""
    found: list[Row] = []
    after = ""
    while len(found) <= MOST:
        page = inbox(actor, filters, now=now, after=after, most=200)
        found += page["rows"]
        if not (after := page["next"]):
            break
    return found


def printed(request: StaffRequest, table: Row, heading: str, asked: str, cut: bool) -> HttpResponse:
    """The table as PDF, or the page that says why there is none."""
    actor, count = request.actor, len(table["rows"])
    data = {
        **table, "title": heading, "heading": heading, "town": words.name_of(actor.town), "asked": asked,
        "lang": "zh" if words.is_chinese() else "en",
        "count": _("%(n)s cases") % {"n": count}, "foot": printed_by(actor, timezone.now()),
        "cut": _("Only the first %(n)s are printed. Narrow the filter.") % {"n": MOST} if cut else "",
    }  # fmt: skip
    try:
        return paper("table", data, "list")
    except NoFace:
        return no_face(request)


class BadPeriod(ValueError):
    """The days of a period cannot be; `faults`: a sentence for each field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


def period(data: QueryDict) -> tuple[date, date]:
    """The days asked for, the first before the last; one that is not named is of this month. Raises BadPeriod."""
    faults: dict[str, str] = {}
    today = timezone.localdate()
    first = _day(data, "from", today.replace(day=1), faults)
    last = _day(data, "to", today, faults)
    if faults:
        raise BadPeriod(faults)
    return (first, last) if first <= last else (last, first)


def _day(data: QueryDict, name: str, usual: date, faults: dict[str, str]) -> date:
    text = data.get(name, "").strip()
    if not text:
        return usual
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        faults[name] = _("There is no such day: %(day)s.") % {"day": text[:20]}
    return found or usual


def _register_scope(data: QueryDict) -> str:
    """Whose cases a register holds: all that its reader sees, unless it says otherwise."""
    asked = data.get("scope", "")
    return asked if asked in SCOPES else EVERY


def _start(day: date, later: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=later), time()))


def _who(row: Row) -> str:
    return " ".join(part for part in (row["unit"], row["person"]) if part)


def _due(row: Row) -> str:
    return f"{words.stamp(row['due_at'])}{' ' + _('late') if row['late'] else ''}"
