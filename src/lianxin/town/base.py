"""Load the settings every town begins with: roles, units, categories, clauses, hours, holidays, routes, workflows.

The files are in `towns/base`; loading again adds what is missing and changes nothing a town has changed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from lianxin.cases.actions.workflows import keep_confidential, latest_row, write_version
from lianxin.cases.models import Category, Clause, Route, WorkflowVersion
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import system
from lianxin.people.models import CalendarDay, Role, Unit
from lianxin.town.watching import watch
from lianxin.workflow.clock_china import chinese_calendar_days
from lianxin.workflow.definition import read
from lianxin.workflow.definition.source import LOADER

BASE = Path(__file__).parents[3] / "towns" / "base"
FIRST_YEAR = 2023


def read_yaml(name: str) -> Any:
    """A file of the base town."""
    return yaml.load((BASE / name).read_text("utf-8"), LOADER)  # noqa: S506 - a loader of plain values


@transaction.atomic
def set_up(town: Town, *, now: datetime) -> Town:
    """Set up a new town with the base settings; its first entry says so."""
    town.save(force_insert=True)
    record(Line("town", town.pk, "set_up", {"letters": town.letters, "code": town.code}), actor=system(town), now=now)
    load_base(town, now=now)
    watch(town, now=now)
    return town


def load_base(town: Town, *, now: datetime, with_units: bool = True) -> None:
    """Give a town the base settings; call it in a transaction."""
    _hours(town)
    _holidays(town, now)
    _roles(town)
    if with_units:
        _units(town)
    _categories(town)
    _clauses(town)
    for path in sorted((BASE / "workflows").glob("*.yaml")):
        publish_workflow(town, path.read_text("utf-8"), now=now)
    if with_units:
        load_routes(town)
    bump(town)
    town.settings.setdefault("report_kind", "request")  # what residents open from the public pages
    keep_confidential(town)


def publish_workflow(town: Town, source: str, *, now: datetime) -> WorkflowVersion | None:
    """Publish a workflow's file as the next version of its kind; None when the latest is the same text."""
    flow = read(source)
    latest = latest_row(town, flow.key)
    if latest is not None and latest.source == source:
        return None
    version = latest.version + 1 if latest else 1
    return write_version(town, flow, source, version=version, actor=system(town), now=now)


def _hours(town: Town) -> None:
    data = read_yaml("hours.yaml")
    week = {str(day - 1): [span.split("-") for span in spans] for day, spans in data["week"].items()}
    town.settings.setdefault("hours", week)
    town.settings.setdefault("makeup", [span.split("-") for span in data["makeup"]])


def _holidays(town: Town, now: datetime) -> None:
    days, known_until = chinese_calendar_days(range(FIRST_YEAR, now.year + 2))
    rows = [
        CalendarDay(town=town, day=day, hours=[[t.isoformat("minutes") for t in span] for span in spans])
        for day, spans in days.items()
    ]
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    if known_until is not None:
        held = town.settings.get("calendar_until")
        town.settings["calendar_until"] = max(
            known_until, date.fromisoformat(held) if held else known_until
        ).isoformat()


def _roles(town: Town) -> None:
    rows = [
        Role(
            town=town,
            key=row["key"],
            name=row["name"],
            sees=row["sees"],
            confidential=row["confidential"],
            may=row["may"],
        )
        for row in read_yaml("roles.yaml")
    ]
    Role.objects.bulk_create(rows, ignore_conflicts=True)


def _units(town: Town) -> None:
    rows = []
    for row in read_yaml("units.yaml"):
        desk = ["clerk", "window"] if row.get("desk") else []
        desk += ["supervisor", "inspector"] if row.get("supervises") else []
        desk += ["leader"] if row.get("leads") else []
        desk += [role for role in row["roles"] if role in {"dispatcher", "mediator"} and not row.get("desk")]
        rows.append(
            Unit(
                town=town,
                key=row["key"],
                name=row["name"]["zh"],
                name_en=row["name"]["en"],
                line=row["line"],
                desk_of=desk,
            )
        )
    Unit.objects.bulk_create(rows, ignore_conflicts=True)


def _categories(town: Town) -> None:
    for at, group in enumerate(read_yaml("categories.yaml")):
        parent = _category(town, group, None, at * 100)
        for below, leaf in enumerate(group["children"], start=1):
            _category(town, leaf, parent, at * 100 + below)


def _category(town: Town, row: Mapping[str, Any], parent: Category | None, order: int) -> Category:
    made, _ = Category.objects.for_system("base", town).get_or_create(
        town=town,
        key=row["key"],
        defaults={
            "parent": parent, "name": row["name"]["zh"], "name_en": row["name"]["en"], "line": row.get("line", ""),
            "urgency": row.get("urgency", "normal"), "limits": row.get("limits", {}), "words": row.get("words", []),
            "order": order,
        },
    )  # fmt: skip
    return made


def _clauses(town: Town) -> None:
    rows = [
        Clause(
            town=town,
            key=row["key"],
            name=row["name"],
            text=row["text"],
            appeal=row["appeal"],
            hint=row.get("hint", []),
            order=at,
        )
        for at, row in enumerate(read_yaml("clauses.yaml"))
    ]
    Clause.objects.bulk_create(rows, ignore_conflicts=True)


def load_routes(town: Town) -> None:
    """The base routes: each leaf to the unit or level its category names (小事不出格: the lowest first)."""
    if Route.objects.for_system("base", town).exists():
        return
    units = {unit.key: unit for unit in Unit.objects.for_system("base", town)}
    rows = []
    for group in read_yaml("categories.yaml"):
        for leaf in group["children"]:
            category = Category.objects.for_system("base", town).get(key=leaf["key"])
            handled_by = leaf["handled_by"]
            if handled_by in {"grid", "village"}:
                rows.append(Route(town=town, category=category, level=handled_by))
            elif handled_by in units:
                rows.append(Route(town=town, category=category, unit=units[handled_by]))
    rows.append(Route(town=town, level="village"))
    Route.objects.bulk_create(rows)
