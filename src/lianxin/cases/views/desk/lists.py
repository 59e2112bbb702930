"""The desk's lists: the inbox by due time, and the search over every case."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.models import Case
from lianxin.cases.pickers import category_name, grid_names
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.inbox import LIGHTS, InboxFilter, duties_of, inbox, place_of, read_filter
from lianxin.cases.queries.saved import parts_in_words
from lianxin.cases.queries.setup import categories
from lianxin.cases.queries.triage import URGENCIES
from lianxin.cases.search import MOST, find
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import channels, choice_name, duty_name
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.places.queries import grid_tree

Row = dict[str, Any]
WAITING = ("collect", "triage")
KEPT = (
    "scope", "step", "phase", "light", "duty", "kind", "category", "grid", "unit", "channel", "urgency", "shared", "q",
)  # fmt: skip


@staff
def desk(request: StaffRequest) -> HttpResponse:
    """The inbox: what waits for me, my unit or the town, by due time."""
    context = waiting(request, timezone.now())
    context |= {**frame(request, "desk"), **controls(request.actor, context["filters"])}
    return render(request, "cases/desk/inbox.html", context)


def waiting(request: StaffRequest, now: datetime) -> Row:
    """The list of the inbox as its address asks for it, with what it is counted and sieved by."""
    actor = request.actor
    filters = replace(read_filter(request.GET, request.actor.town.letters), closed=False)
    page = inbox(actor, filters, now=now, after=request.GET.get("after", ""))
    number = counts(actor, now=now, scope=filters.scope)
    tabs = tabs_of(request, filters, number)
    asked = dict(parts_in_words(actor.town, filters))
    asked.update(("step", each["text"]) for each in tabs["steps"] if each["on"])  # as its chip calls it
    only = [words for name, words in asked.items() if name != "scope"]
    return {
        **tabs,
        "asked": list(asked.values()),
        "only": only,
        "found": found_by(actor, filters, page, now=now) if only else number["total"],
        "cut": cut_short(actor, filters),
        "page": page,
        "rows": dressed(actor, page["rows"], request.GET),
    }


def found_by(actor: Actor, filters: InboxFilter, page: Row, *, now: datetime) -> int:
    """How many rows a filter leaves: those of the page, counted in the database where there are more pages."""
    whole = not (page["next"] or page["previous"])
    return len(page["rows"]) if whole else duties_of(actor, filters, now=now).count()


@staff
def search(request: StaffRequest) -> HttpResponse:
    """Every case the words, the number or the telephone name; a number alone goes straight to its case."""
    actor, now = request.actor, timezone.now()
    filters = replace(read_filter(request.GET, request.actor.town.letters), scope="all", closed=True)
    asked = bool(filters.words or filters.number or filters.phone)
    if filters.number and Case.objects.seen_by(actor).filter(number=filters.number).exists():
        return redirect("case", filters.number)
    page = inbox(actor, filters, now=now, after=request.GET.get("after", "")) if asked else {"rows": []}
    rows = dressed(actor, page["rows"], request.GET)
    context = {**frame(request), **controls(actor, filters), "page": page, "rows": rows, "asked": asked}
    context["cut"] = cut_short(actor, filters)
    return render(request, "cases/desk/search.html", context)


def cut_short(actor: Actor, filters: InboxFilter) -> int:
    """How many texts a search looks at, the newest, where more of the town's hold the words; 0 where it sees all."""
    found = len(find(actor.town_id, filters.words, most=MOST + 1)) if filters.words else 0
    return MOST if found > MOST else 0


def dressed(actor: Actor, rows: list[Row], query: QueryDict) -> list[Row]:
    """The rows with their links and what is said beside them."""
    came = _came(carried(query))
    for row in rows:
        row["href"] = _href(actor, row, came)
        row["duty_name"] = duty_name(row["duty"]) if row["duty"] != "main" else ""
        row["urgent"] = choice_name("urgency", row["urgency"]) if row["urgency"] != "normal" else ""
    return rows


def href_of(actor: Actor, row: Row, query: QueryDict) -> str:
    """Where a row leads: to triage while it waits for that, else to its case. The filter one came with goes along."""
    return _href(actor, row, _came(came_from(query)))


def _came(kept: QueryDict) -> str:
    """The list one came from, in an address: in one piece, for what triage chooses goes by the same names."""
    return urlencode({"list": kept.urlencode()}) if kept else ""


def _href(actor: Actor, row: Row, came: str) -> str:
    if not triaged_by(actor, row):
        return _address("case", row["number"])
    at = f"at={place_of(row)}" if row["duty_id"] is not None else ""  # digits, letters and a dot: nothing to quote
    return f"{_address('desk-triage', row['number'])}?{'&'.join(part for part in (came, at) if part)}"


@lru_cache(maxsize=4096)  # a page has fifty, and the next one mostly the same
def _address(name: str, number: str) -> str:
    return reverse(name, args=[number])


def triaged_by(actor: Actor, row: Row) -> bool:
    """Whether a row is triage's to do and the actor's to triage."""
    mine = actor.can("triage") and row["duty"] == "main" and row["phase"] in WAITING
    return mine and row["closed_at"] is None


def carried(query: QueryDict) -> QueryDict:
    """What of a query string belongs to the filter of a list."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if value := query.get(name):
            kept[name] = str(value)
    return kept


def came_from(query: QueryDict) -> QueryDict:
    """The filter of the list one came from, out of the query string of a page of triage."""
    return carried(QueryDict(query.get("list", "")))


def next_waiting(actor: Actor, query: QueryDict, now: datetime, *, but: str) -> Row | None:
    """The next row of the list to triage after the place one stood at, else the first; never the one just done."""
    filters = replace(read_filter(came_from(query), actor.town.letters), closed=False)
    for after in dict.fromkeys((query.get("at", ""), "")):
        rows: list[Row] = inbox(actor, filters, now=now, after=after, most=20)["rows"]
        for row in rows:
            if row["number"] != but and triaged_by(actor, row):
                return row
    return None


def tabs_of(request: StaffRequest, filters: InboxFilter, number: Row) -> Row:
    """Scopes, states and lights as links with their counts; one that is on is taken off by pressing it again."""
    query = carried(request.GET).dict()

    def link(**changes: str) -> str:
        return "?" + urlencode({name: value for name, value in {**query, **changes}.items() if value})

    scopes = {"mine": _("Mine"), "unit": _("My unit"), "all": _("All I see")}
    lights = {"late": _("Late"), "soon": _("Due soon"), "ok": _("In time"), "paused": _("Clock stopped")}
    return {
        "filters": filters,
        "total": number["total"],
        "scopes": [
            {"text": text, "href": link(scope=key, step="", light=""), "on": key == filters.scope,
             "count": number["total"] if key == filters.scope else None}
            for key, text in scopes.items()
        ],
        "steps": [
            {"text": each["name"], "count": each["count"], "on": _is_on(each, filters),
             "href": link(**_of_step(each)), "off_href": link(**dict.fromkeys(_of_step(each), ""))}
            for each in number["steps"]
        ],
        "lights": [
            {"text": lights[key], "count": number["lights"][key], "on": key == filters.light,
             "href": link(light=key), "off_href": link(light="")}
            for key in LIGHTS if number["lights"][key] or key == filters.light
        ],
        "more": [{"text": _("Several people wait"), "on": filters.shared, "href": link(shared="1"),
                  "off_href": link(shared="")}],
    }  # fmt: skip


def _of_step(step: Row) -> dict[str, str]:
    """What asks for a step: its key, and its kind where another kind calls a step of that key otherwise."""
    return {"step": step["key"], **({"kind": step["kind"]} if step["kind"] else {})}


def _is_on(step: Row, filters: InboxFilter) -> bool:
    return bool(step["key"] == filters.step and (not filters.kind or step["kind"] in ("", filters.kind)))


def controls(actor: Actor, filters: InboxFilter) -> Row:
    """The filters one picks from a list."""
    town = actor.town
    groups = [row for row in categories(town).values() if row.parent_id is None and row.active]
    names = grid_names(town)
    villages = [node for node in grid_tree(town).values() if node.level in ("village", "grid")]
    every = [{"value": "", "text": _("All")}]
    known = {words: key for key, words in reversed(channels().items())}  # one key for each wording
    return {
        "filters": filters,
        "of_category": every + [{"value": row.pk, "text": category_name(row)} for row in groups],
        "of_grid": every + [{"value": node.id, "text": names[node.id]} for node in villages],
        "of_channel": every + [{"value": key, "text": words} for words, key in reversed(known.items())],
        "of_urgency": every + [{"value": key, "text": choice_name("urgency", key)} for key in URGENCIES],
    }
