"""Rows of cases in the lists of these pages: where each leads, what each asks for next."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from lianxin.cases.models import Case
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.setup import latest_version, workflow_of
from lianxin.cases.words import choice_name, duty_name, said
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.workflow.definition import PHASES, Transition, Workflow
from lianxin.workflow.definition.naming import HOLDER

Row = dict[str, Any]
MAIN = "main"


def dress(rows: Sequence[Row]) -> list[Row]:
    """The rows with their links, and what is said beside them."""
    for row in rows:
        row["href"] = reverse("case", args=[row["number"]])
        row["duty_name"] = duty_name(row["duty"]) if row["duty"] != MAIN else ""
        row["urgent"] = choice_name("urgency", row["urgency"]) if row["urgency"] != "normal" else ""
    return list(rows)


def next_step(flow: Workflow, step: str, duty: str, role: str) -> Transition | None:
    """What the holder of a duty does next: for the case's own turn the way on, else the answer to what was asked."""
    for each in flow.transitions_from(step):
        if duty != MAIN:
            if f"duty:{duty}" in each.by and each.effect("settle") is not None:
                return each
        elif (HOLDER | {role}) & set(each.by) and each.to is not None and _onward(flow, step, each.to):
            return each
    return None


def _onward(flow: Workflow, step: str, to: str) -> bool:
    target = flow.steps[to]
    ahead = PHASES.index(target.phase) > PHASES.index(flow.phase_of(step))
    return target.outcome == "done" if target.end else ahead


def with_next(actor: Actor, rows: Sequence[Row]) -> list[Row]:
    """The rows with their one big act: `next` has act, name, and whether it is one press (`plain`) or has a form."""
    for row in dress(rows):
        flow = workflow_of(latest_version(actor.town, row["kind"]))
        act = None if row["paused"] else next_step(flow, row["step"], row["duty"], actor.role)
        row["next"] = {"act": act.act, "name": said(act.name), "plain": not act.needs} if act else None
    return list(rows)


def places_of(town: Town, rows: Sequence[Row]) -> Mapping[int, tuple[float, float]]:
    """Where the cases of some rows lie, as far as it is known: id → longitude, latitude."""
    cases = Case.objects.for_system("field: of rows in view", town).filter(
        id__in=[row["id"] for row in rows], lon__isnull=False, lat__isnull=False
    )
    return {pk: (lon or 0.0, lat or 0.0) for pk, lon, lat in cases.values_list("id", "lon", "lat")}


def with_handlers(town: Town, rows: Sequence[Row]) -> list[Row]:
    """The rows of cases that have ended with who handled them, not who closed them. One statement."""
    ended = [row["id"] for row in rows if row["light"] == "done"]
    cases = Case.objects.for_system("homes: of rows in view", town).filter(id__in=ended)
    handled = dict(cases.values_list("id", "state__handler__unit"))
    known = units(town)
    for row in rows:
        if (unit := known.get(handled.get(row["id"]) or 0)) is not None:
            row["unit"], row["person"] = unit_name(unit), ""
    return list(rows)


def pressed(town: Town, rows: Sequence[Row]) -> list[Row]:
    """The rows with how often each case has been pressed (`reminded`, `supervised`). One statement."""
    cases = Case.objects.for_system("homes: of rows in view", town).filter(id__in=[row["id"] for row in rows])
    counts = dict(cases.values_list("id", "state__counts"))
    for row in rows:
        of = counts.get(row["id"]) or {}
        row["reminded"], row["supervised"] = of.get("reminded", 0), of.get("supervised", 0)
    return list(rows)
