"""What a clerk needs to know to send a case on: suggestions, the route and its reasons, likely duplicates."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.cells import cells_of
from lianxin.cases.models import Case, Route
from lianxin.cases.pickers import category_by, category_name, grid_by, grid_name, options_of, unit_name
from lianxin.cases.queries.clockface import limit_words
from lianxin.cases.queries.setup import categories, limits_of, routes, workflow_by_id
from lianxin.cases.routes import Proposal, why
from lianxin.cases.suggest import similar_open, suggest_categories
from lianxin.cases.words import step_name
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.places.gazetteer import Candidate, Meaning
from lianxin.places.queries import find_address
from lianxin.workflow.definition import FIELDS

Row = dict[str, Any]
URGENCIES = ("normal", "urgent", "emergency")
KEYS = "ywil"  # of the places to choose from: letters that nothing else on the page of triage uses
SPARED = ("category", "grid", "hours")  # rules that do not fit are only counted


def judgement(actor: Actor, case: Case, text: str, chosen: Mapping[str, Any], *, now: datetime) -> Row:
    """Category, grid, urgency and holder to be confirmed: what was chosen, else what the case says, else the guess.

    With the options of each, the suggestions, and why the route leads where it does.
    """
    town = actor.town
    guesses = suggest_categories(town, f"{case.title}\n{text}")
    guess = guesses[0][0].pk if guesses else None
    meant = Meaning() if case.grid_id else where_said(town, case, text)
    guessed_grid = meant.sure.grid_id if meant.sure and "grid" not in chosen else None
    seen = copy(case)  # judged in memory only
    seen.category_id = category_by(town, chosen.get("category")) or case.category_id or guess
    seen.grid_id = grid_by(town, chosen.get("grid")) or case.grid_id or guessed_grid
    seen.urgency = _urgency(town, case, seen.category_id, str(chosen.get("urgency") or ""))
    proposal = why(town, category_id=seen.category_id, grid_id=seen.grid_id, now=now)
    fields = {key: options_of(FIELDS[key], actor, seen, now=now) for key in ("category", "grid", "urgency", "holder")}
    return {
        "category": seen.category_id,
        "grid": seen.grid_id,
        "urgency": seen.urgency,
        "holder": str(chosen.get("holder") or fields["holder"][1]),
        "proposed": fields["holder"][1],
        "options": {key: options for key, (options, _likely) in fields.items()},
        "guesses": [(each.pk, category_name(each), each.pk == seen.category_id) for each, _score in guesses],
        "guessed": guess is not None and guess == seen.category_id != case.category_id and not chosen.get("category"),
        "said_at": meant.sure.name if meant.sure and meant.sure.grid_id == seen.grid_id else "",
        "places": [] if meant.sure else _choices(town, meant.places, seen.grid_id),
        "limits": {name: limit_words(limit) for name, limit in limits_of(town, seen.category_id).items()},
        "why": reasons(town, proposal),
    }


def where_said(town: Town, case: Case, text: str) -> Meaning:
    """Where the words say a case without a grid lies: those of its address, else, or where they leave it open and the
    rest of what was written does not, all of them.
    """
    of_address = find_address(town, case.address)
    of_all = Meaning() if of_address.sure else find_address(town, f"{case.address}\n{case.title}\n{text}")
    return of_all if of_all.sure or not of_address.places else of_address


def _choices(town: Town, places: Iterable[Candidate], chosen: int | None) -> list[Row]:
    """The places the words may mean, to be chosen by one key or click; of those in one grid the first."""
    by_grid: dict[int, Candidate] = {}
    for each in places:
        by_grid.setdefault(each.grid_id, each)
    keys = iter(KEYS)
    return [
        {"grid": pk, "name": each.name, "where": grid_name(town, pk), "key": next(keys, ""), "on": pk == chosen}
        for pk, each in by_grid.items()
    ]


def _urgency(town: Town, case: Case, category_id: int | None, chosen: str) -> str:
    """The clerk's word, else the more pressing of what the case and a newly found category say."""
    if chosen in URGENCIES:
        return chosen
    category = categories(town).get(category_id or 0)
    said = category.urgency if category is not None and category_id != case.category_id else ""
    return max(case.urgency, said, key=lambda word: URGENCIES.index(word) if word in URGENCIES else -1)


def reasons(town: Town, proposal: Proposal) -> Row:
    """Why a case goes where it goes, rule by rule: those that fit (`rules`), how many do not and why (`spared`)."""
    by_id = {route.pk: route for route in routes(town)}
    spared = dict.fromkeys(SPARED, 0)
    rules = []
    for reason in proposal.reasons:
        if reason.verdict in spared:
            spared[reason.verdict] += 1
        elif reason.route_id in by_id:
            rule = rule_words(town, by_id[reason.route_id])
            rules.append({**rule, "verdict": reason.verdict, "words": verdict_words(reason.verdict)})
    return {"rules": rules, "spared": spared, "fallback": proposal.fallback}


def rule_words(town: Town, route: Route) -> Row:
    """A rule of dispatch in words: what it speaks of, and where it leads."""
    category = categories(town).get(route.category_id or 0)
    of = [category_name(category)] if category else [_("every category")]
    of += [grid_name(town, route.grid_id)] if route.grid_id else []
    hours = {Route.Hours.WORK: _("in working hours"), Route.Hours.OFF: _("out of hours")}.get(Route.Hours(route.hours))
    of += [hours] if hours else []
    unit = units(town).get(route.unit_id or 0)
    levels = {Route.Level.GRID: _("whoever works the grid"), Route.Level.VILLAGE: _("the village's committee")}
    return {"of": _(", ").join(of), "to": unit_name(unit) if unit else levels.get(Route.Level(route.level), "")}


def verdict_words(verdict: str) -> str:
    """What became of a rule that fits."""
    return {
        "taken": _("taken"),
        "nobody": _("fits, but nobody is there to take it"),
        "weaker": _("fits too, but is less specific"),
    }.get(verdict, verdict)


def alike(actor: Actor, case: Case, text: str, *, now: datetime) -> list[Row]:
    """Open cases that may be the same matter, as far as the actor may see them, the likeliest first.

    None that belongs to another (an appeal): nothing can be merged into it.
    """
    found = similar_open(
        actor.town, text=f"{case.title} {text} {case.address}", lon=case.lon, lat=case.lat, exclude=case.pk, now=now
    )
    seen = set(Case.objects.seen_by(actor).filter(id__in=[each.case.pk for each in found]).values_list("id", flat=True))
    return [
        {**brief(actor, each.case), "score": each.score, "metres": each.metres}
        for each in found
        if each.case.pk in seen and each.case.parent_id is None and each.case.pk != case.parent_id
    ]


def brief(actor: Actor, case: Case) -> Row:
    """A case in a line."""
    unit = units(actor.town).get(case.unit_id or 0)
    flow = workflow_by_id(actor.town, case.workflow_id)
    return {
        "id": case.pk,
        "number": case.number,
        "spoken": spoken(case.number),
        "title": case.title,
        "address": case.address,
        "grid": grid_name(actor.town, case.grid_id),
        "step_name": step_name(flow, case.step),
        "cells": cells_of(flow, case.step, case.state, None),
        "unit": unit_name(unit) if unit else "",
        "recorded_at": case.recorded_at,
        "closed": case.closed_at is not None,
        "lon": case.lon,
        "lat": case.lat,
    }
