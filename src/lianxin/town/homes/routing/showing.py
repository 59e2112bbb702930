"""A rule of dispatch in words: what it is for, where it leads, what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.actions.routing import KIND, Rule, rule_of
from lianxin.cases.acts import act_word
from lianxin.cases.models import Route
from lianxin.cases.pickers import category_name, grid_name, line_of, unit_name
from lianxin.cases.queries.setup import below, categories, routes
from lianxin.cases.rerouting import Rerouted, verdict_words
from lianxin.cases.routes import Proposal
from lianxin.cases.values import Holder
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.rows import past_of
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.people.queries import units
from lianxin.places.queries import grid_tree
from lianxin.town.homes.workflows.showing import case_links

Row = dict[str, Any]
COLUMNS = ("category_id", "grid_id", "hours", "unit_id", "level")


def hours_names() -> dict[str, str]:
    """When a rule holds."""
    return {"any": _("at any hour"), "work": pgettext("rule", "in working hours"), "off": _("outside working hours")}


def level_names() -> dict[str, str]:
    """To whom a rule leads that names no unit."""
    return {"grid": _("Whoever serves the grid"), "village": _("The village's or community's committee")}


def rule_row(town: Town, rule: Rule) -> Row:
    """The parts of a rule in words."""
    category = categories(town).get(rule.category_id or 0)
    unit = units(town).get(rule.unit_id or 0)
    return {
        "category": category_name(category) if category else _("Any category") if rule.category_id is None else "?",
        "grid": grid_name(town, rule.grid_id) or "?" if rule.grid_id else _("the whole town"),
        "hours": hours_names()[rule.hours],
        "to": unit_name(unit) if unit else level_names().get(rule.level, "?"),
    }  # fmt: skip


def rule_words(town: Town, rule: Rule) -> str:
    """A rule in one line."""
    row = rule_row(town, rule)
    told = [row["category"], row["grid"] if rule.grid_id else "", row["hours"] if rule.hours != "any" else ""]
    return f"{' · '.join(part for part in told if part)} → {row['to']}"


def rules_by_group(town: Town, *, words: str = "", unit: int | None = None) -> list[Row]:
    """The rules under the groups of their categories, narrow before wide; those for any category last."""
    every, found = categories(town), dict[int, Row]()
    for route in sorted(routes(town), key=lambda route: _place(town, route)):
        row = {"pk": route.pk, **rule_row(town, rule_of(route))}
        if unit is not None and route.unit_id != unit:
            continue
        if words and not any(words in row[name] for name in ("category", "grid", "to")):
            continue
        own = every.get(route.category_id or 0)
        group = every.get(own.parent_id or 0, own) if own else None
        held = found.setdefault(group.pk if group else 0, {"name": category_name(group) if group else "", "rows": []})
        held["rows"].append(row)
    return list(found.values())


def _place(town: Town, route: Route) -> tuple[int, int, int, int, int]:
    own = categories(town).get(route.category_id or 0)
    group = categories(town).get(own.parent_id or 0, own) if own else None
    depth = grid_tree(town)[route.grid_id].path.count("/") if route.grid_id in grid_tree(town) else 0
    return (
        group.order if group else 1 << 15, int(own is not None and own.parent_id is None), own.order if own else 0,
        -depth, route.pk,
    )  # fmt: skip


def category_options(town: Town) -> list[Row]:
    """Groups and the categories in them, each by its group."""
    every = below(town, None)
    groups = {row.parent_id for row in every}
    found: list[Row] = []
    for row in every:
        name = category_name(row, whole=True, town=town)
        text = _("All of %(group)s") % {"group": name} if row.pk in groups else name
        found.append({"value": str(row.pk), "text": text})
    return found


def grid_options(town: Town) -> list[Row]:
    """Villages and grids."""
    nodes = sorted(grid_tree(town).values(), key=lambda node: node.code)
    return [{"value": str(node.id), "text": grid_name(town, node.id)} for node in nodes if node.level != "town"]


def target_options(town: Town) -> list[Row]:
    """Where a rule may lead: a level, or a unit."""
    levels = [{"value": f"level:{key}", "text": text} for key, text in level_names().items()]
    known = sorted((unit for unit in units(town).values() if unit.active), key=line_of)
    return [*levels, *({"value": f"unit:{unit.pk}", "text": unit_name(unit)} for unit in known)]


def holder_words(town: Town, holder: Holder) -> str:
    """A holder by name: the unit, and who in it."""
    return next(iter(holders_in_words(town, [holder]).values()))


def holders_in_words(town: Town, holders: Iterable[Holder]) -> Mapping[Holder, str]:
    """Holders by name; one statement."""
    every = list(holders)
    posts = Post.objects.for_system("rules of dispatch: names", town)
    posts = posts.filter(id__in=[each.post_id for each in every if each.post_id])
    names = dict(posts.values_list("id", "account__name"))
    found = {}
    for each in every:
        unit = units(town).get(each.unit_id)
        who = names.get(each.post_id or 0, "")
        found[each] = " · ".join(part for part in (unit_name(unit) if unit else "", who) if part)
    return found


def trace(town: Town, found: Proposal) -> dict[str, list[Row]]:
    """Rule by rule why it was taken or not: those for the category `near`, the others `far`."""
    rules, words = {route.pk: route for route in routes(town)}, verdict_words()
    told: dict[str, list[Row]] = {"near": [], "far": []}
    for reason in found.reasons:
        row = {"pk": reason.route_id, "rule": rule_words(town, rule_of(rules[reason.route_id])),
               "verdict": words[reason.verdict], "taken": reason.verdict == "taken"}  # fmt: skip
        told["far" if reason.verdict == "category" else "near"].append(row)
    return told


def shift_rows(actor: Actor, found: Rerouted) -> list[Row]:
    """Who would have had less and who more, with some of the cases."""
    names = holders_in_words(actor.town, {holder for each in found.shifts for holder in (each.was, each.now)})
    return [
        {"was": names[each.was], "now": names[each.now], "count": each.count, "cases": case_links(actor, each.numbers)}
        for each in found.shifts
    ]


def past_rows(town: Town, pk: int) -> list[Row]:
    """What was done to a rule, the newest first, each with what it said before and afterwards."""
    entries = past_of(town, KIND, pk)
    names, why = _signed(town, entries)
    rows = []
    for entry in reversed(entries):
        was, new = entry.data.get("was", {}), entry.data.get("now", {})
        parts = [name for name in COLUMNS if name in was or name in new]
        if "unit_id" in parts or "level" in parts:  # one or the other: told as one
            parts = [name for name in parts if name not in ("unit_id", "level")] + ["to"]
        rows.append(
            {
                "seq": entry.seq, "act": act_word(KIND, entry.act), "at": entry.at,
                "who": names.get(entry.post_id or 0, _("The system")), "why": why.get(entry.pk, ""),
                "changes": [_change(town, name, was, new) for name in parts], "first": entry.act == "add",
            }
        )  # fmt: skip
    return rows


def _change(town: Town, part: str, was: Mapping[str, Any], new: Mapping[str, Any]) -> Row:
    names = {"category_id": "category", "grid_id": "grid", "hours": "hours", "to": "to"}
    key = names[part]
    labels = {"category": _("Category"), "grid": _("Village or grid"), "hours": _("When"), "to": _("Goes to")}
    return {"part": labels[key], "was": _part(town, key, was), "now": _part(town, key, new)}


def _part(town: Town, key: str, columns: Mapping[str, Any]) -> str:
    if not columns:
        return ""
    known = {name: columns[name] for name in COLUMNS if columns.get(name) is not None}
    return str(rule_row(town, Rule(**known))[key])


def _signed(town: Town, entries: Sequence[Entry]) -> tuple[dict[int, str], dict[int, str]]:
    posts = Post.objects.for_system("rules of dispatch: history", town)
    texts = Text.objects.for_system("rules of dispatch: history", town)
    names = dict(posts.filter(id__in=[entry.post_id for entry in entries]).values_list("id", "account__name"))
    return names, dict(texts.filter(entry_id__in=[entry.pk for entry in entries]).values_list("entry_id", "body"))


def ended_rows(town: Town) -> list[Row]:
    """Rules that were ended, the last first: each can be entered again."""
    rows = Entry.objects.for_system("rules of dispatch: ended", town).filter(subject_kind=KIND, act="drop")
    entries = list(rows.order_by("-id")[:20])
    names, why = _signed(town, entries)
    return [
        {
            "rule": rule_words(town, Rule(**{name: entry.data["was"][name] for name in COLUMNS})), "at": entry.at,
            "who": names.get(entry.post_id or 0, _("The system")), "why": why.get(entry.pk, ""),
            "href": f"{reverse('route-new')}?back={entry.pk}",
        }
        for entry in entries
    ]  # fmt: skip
