"""The rules of dispatch for who sets up the town: the list, one rule, where something would go."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.routing import KIND, Rule, RuleRefused, add_rule, change_rule, check_rule, end_rule, rule_of
from lianxin.cases.forms import Wrong, parse_moment
from lianxin.cases.models import Route
from lianxin.cases.pickers import category_by, grid_by, grid_name
from lianxin.cases.queries.setup import categories, routes
from lianxin.cases.rerouting import reroute
from lianxin.cases.routes import why
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import StaleRow, before_entry, past_of, stamp_of
from lianxin.people.middleware import staff
from lianxin.people.queries import units
from lianxin.places.queries import find_address, grid_tree
from lianxin.town.homes.routing.showing import (
    COLUMNS,
    category_options,
    ended_rows,
    grid_options,
    holder_words,
    hours_names,
    past_rows,
    rule_words,
    rules_by_group,
    shift_rows,
    target_options,
    trace,
)
from lianxin.town.homes.workflows.pages import must_configure
from lianxin.ui import words

LONGEST_WHY = 200
Row = dict[str, Any]


@dataclass(slots=True)
class Editing:
    """A rule being worked on. `route`: the one that stands; `seen`: its stamp when the form was opened."""

    data: dict[str, str] = field(default_factory=dict)
    route: Route | None = None
    seen: str = ""
    rule: Rule | None = None
    faults: dict[str, str] = field(default_factory=dict)

    def mark(self, ending: bool) -> str:
        """Of what is to be done: only what was looked at is saved."""
        told = "end" if ending else repr(sorted(asdict(self.rule or Rule()).items()))
        return hashlib.sha256(f"{told}:{self.seen}".encode()).hexdigest()[:24]


@staff
@never_cache
@require_safe
def route_list(request: StaffRequest) -> HttpResponse:
    """Every rule, by the groups of categories; and those that were ended."""
    must_configure(request)
    town, asked = request.town, request.GET.get("q", "").strip()[:40]
    context = {
        **frame(request, "setup"), "groups": rules_by_group(town, words=asked), "asked": asked,
        "count": len(routes(town)), "ended": ended_rows(town),
    }  # fmt: skip
    return render(request, "town/routes.html", context)


@staff
@never_cache
@require_safe
def route_why(request: StaffRequest) -> HttpResponse:
    """Where something would go: category, place and moment lead to a holder, rule by rule."""
    must_configure(request)
    town, data, faults = request.town, request.GET, dict[str, str]()
    category = category_by(town, data.get("category", "")) if data.get("category") else None
    grid, place = _place(town, data, faults)
    at = _moment(data.get("at", ""), faults)
    asked = "category" in data and not faults
    found = why(town, category_id=category, grid_id=grid, now=at) if asked else None
    context = {
        **frame(request, "setup"), "data": {**data.dict(), "at": words.stamp(at).replace(" ", "T")}, "faults": faults,
        "of_category": [row for row in category_options(town) if category_by(town, row["value"])],
        "of_grid": grid_options(town), "found": found, "place": place,
        "holder": holder_words(town, found.holder) if found else "", "trace": trace(town, found) if found else None,
    }  # fmt: skip
    return render(request, "town/route_why.html", context, status=422 if faults else 200)


def _place(town: Town, data: Mapping[str, str], faults: dict[str, str]) -> tuple[int | None, str]:
    """The grid that is named, or in which the words of an address lie; and that in words."""
    if data.get("grid"):
        grid = grid_by(town, data["grid"])
        return grid, grid_name(town, grid)
    address = data.get("address", "").strip()[:120]
    if not address:
        return None, ""
    meant = find_address(town, address)
    if meant.sure is None:
        names = "、".join(f"{each.name}（{grid_name(town, each.grid_id)}）" for each in meant.places)
        faults["address"] = (
            _("Several places fit: %(names)s. Choose the grid.") % {"names": names} if meant.places
            else _("The town's list of places has nothing like it. Choose the grid.")
        )  # fmt: skip
        return None, ""
    return meant.sure.grid_id, f"{meant.sure.name} · {grid_name(town, meant.sure.grid_id)}"


def _moment(text: str, faults: dict[str, str]) -> datetime:
    if not text.strip():
        return timezone.now()
    try:
        return parse_moment(text)
    except Wrong as wrong:
        faults["at"] = str(wrong)
        return timezone.now()


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def route_new(request: StaffRequest) -> HttpResponse:
    """A rule that is not there yet; from the list of those ended, one that was."""
    must_configure(request)
    if request.method != "POST":
        back = read_number(request.GET.get("back", "")) or 0
        rows = Entry.objects.for_system("rules: again", request.town).filter(subject_kind=KIND, act="drop")
        entry = rows.filter(pk=back).first()
        begun = Rule(**{name: entry.data["was"][name] for name in COLUMNS}) if entry else Rule()
        return _page(request, Editing(_as_form(begun)))
    return _answer(request, _read(request, None))


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def route_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One rule: its form, what became of it, and the way back to what it said before."""
    must_configure(request)
    route = Route.objects.for_system("rules: one", request.town).filter(pk=pk).first()
    if route is None:
        raise Http404
    if request.method != "POST":
        return _page(request, Editing(_as_form(_begun(request, route)), route, stamp_of(route)))
    return _answer(request, _read(request, route))


def _begun(request: StaffRequest, route: Route) -> Rule:
    """What stands in the form: the rule, or what it said before an entry of its history (`back`)."""
    back = request.GET.get("back", "")
    if not (back.isascii() and back.isdigit() and len(back) < 9):
        return rule_of(route)
    stood = before_entry(route, past_of(request.town, KIND, route.pk), int(back))
    return Rule(**{name: stood[name] for name in COLUMNS})


def _as_form(rule: Rule) -> dict[str, str]:
    to = f"unit:{rule.unit_id}" if rule.unit_id else f"level:{rule.level}" if rule.level else ""
    return {"category": str(rule.category_id or ""), "grid": str(rule.grid_id or ""), "hours": rule.hours, "to": to}


def _read(request: StaffRequest, route: Route | None) -> Editing:
    town, data = request.town, request.POST
    given = {name: data.get(name, "") for name in ("category", "grid", "hours", "to")}
    made = Editing(given, route, data.get("seen", ""))
    made.data["why"] = " ".join(data.get("why", "").replace("\x00", "").split())
    category = next((pk for pk in categories(town) if str(pk) == made.data["category"]), None)
    grid = next((pk for pk in grid_tree(town) if str(pk) == made.data["grid"]), None)
    for name, pk in (("category", category), ("grid", grid)):
        if made.data[name] and pk is None:
            made.faults[name] = _("Choose one of those listed.")
    if made.data["hours"] not in Route.Hours.values:
        made.faults["hours"] = _("Choose one of those listed.")
    sort, _colon, to = made.data["to"].partition(":")
    unit = next((pk for pk in units(town) if sort == "unit" and str(pk) == to), None)
    level = to if sort == "level" and to in (Route.Level.GRID, Route.Level.VILLAGE) else ""
    if unit is None and not level:
        made.faults["to"] = _("Choose where it goes.")
    if not made.faults:
        made.rule = Rule(category, grid, made.data["hours"], unit, level)
        _check(town, made)
    return made


def _check(town: Town, made: Editing) -> None:
    try:
        check_rule(town, made.rule or Rule(), but=made.route.pk if made.route else None)
    except RuleRefused as refused:
        _refuse(town, made, refused)


def _refuse(town: Town, made: Editing, refused: RuleRefused) -> None:
    other = rule_words(town, rule_of(refused.other)) if refused.other else ""
    made.faults["category"] = _("There is a rule for the same category, grid and hours: %(rule)s. Change that one.") % {
        "rule": other
    }


def _answer(request: StaffRequest, made: Editing) -> HttpResponse:
    """Save or end where that was asked and looked at; else show what it would have done."""
    do = request.POST.get("do", "look")
    ending = made.route is not None and do in ("look_end", "end")
    if ending:
        made.faults.clear()
    looked = request.POST.get("checked", "") == made.mark(ending)
    if do in ("save", "end") and not made.faults and looked:
        if not made.data["why"]:
            made.faults["why"] = _("Say in a sentence why.")
        elif len(made.data["why"]) > LONGEST_WHY:
            made.faults["why"] = _("At most %(n)s characters.") % {"n": LONGEST_WHY}
        else:
            return _write(request, made, ending)
    return _page(request, made, look=not made.faults or "why" in made.faults, ending=ending)


def _write(request: StaffRequest, made: Editing, ending: bool) -> HttpResponse:
    signed: dict[str, Any] = {"why": made.data["why"], "actor": request.actor, "now": timezone.now()}
    rule = made.rule or Rule()
    try:
        if made.route is None:
            add_rule(rule, **signed)
            done = _("Entered: %(rule)s")
        elif ending:
            rule = rule_of(made.route)
            end_rule(made.route, seen=made.seen, **signed)
            done = _("Ended: %(rule)s")
        else:
            change_rule(made.route, rule, seen=made.seen, **signed)
            done = _("Saved: %(rule)s")
    except RuleRefused as refused:
        _refuse(request.town, made, refused)
        return _page(request, made)
    except StaleRow as stale:
        told = _("Somebody has changed this rule meanwhile; it now says: %(rule)s. Look, then save again.")
        made.faults[""] = told % {"rule": rule_words(request.town, rule_of(stale.row))}
        made.seen = stamp_of(stale.row)
        return _page(request, made, status=409)
    messages.success(request, done % {"rule": rule_words(request.town, rule)})
    return see_other(reverse("routes"))


def _page(
    request: StaffRequest, made: Editing, *, look: bool = False, ending: bool = False, status: int = 0
) -> HttpResponse:
    town, route = request.town, made.route
    context = {
        **frame(request, "setup"), "made": made, "faults": made.faults, "data": made.data, "ending": ending,
        "head": rule_words(town, rule_of(route)) if route else _("Add a rule"), "longest_why": LONGEST_WHY,
        "of_category": _with(category_options(town), made.data["category"]),
        "of_grid": _with(grid_options(town), made.data["grid"]),
        "of_target": _with(target_options(town), made.data["to"]),
        "of_hours": [{"value": key, "text": text} for key, text in hours_names().items()],
        "past": past_rows(town, route.pk) if route else [], "looked": _looked(request, made, ending) if look else None,
    }  # fmt: skip
    return render(request, "town/route.html", context, status=status or (422 if made.faults else 200))


def _with(options: list[Row], value: str) -> list[Row]:
    """The options, and the one that stands though it is no longer in use: else a form would silently drop it."""
    if value and not any(row["value"] == value for row in options):
        options.append({"value": value, "text": _("One that is no longer in use")})
    return options


def _looked(request: StaffRequest, made: Editing, ending: bool) -> Row:
    """What the rule, had it stood so, would have done to the cases of the last month."""
    town, standing = request.town, list(routes(request.town))
    pk = made.route.pk if made.route else None
    after = [each for each in standing if each.pk != pk]
    if not ending:
        after.append((made.rule or Rule()).as_route(town, pk or 1 << 62))
    mark = made.mark(ending)
    found = reroute(town, standing, after, now=timezone.now(), seed=mark[:16])
    return {"mark": mark, "found": found, "shifts": shift_rows(request.actor, found)}
