"""Triage in one go: a case that only waits to be accepted is accepted and dispatched (or refused, answered, …) at once.

Every step goes through the door of its own; all of them happen, or none.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction as database

from lianxin.cases.actions.doors import state_of, transition
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import stand
from lianxin.cases.roles import open_to, roles_of
from lianxin.cases.values import Done, Standing
from lianxin.keys.once import OnceKey, found
from lianxin.people.actors import Actor
from lianxin.workflow.definition import Transition
from lianxin.workflow.engine import Refused

Way = tuple[Transition, ...]
JUDGED = ("category", "grid", "urgency")  # what triage finds out; it goes with the first act that takes it


def ways(actor: Actor, standing: Standing) -> dict[str, Way]:
    """What the actor can bring about from here, by the last act: those possible now, and those that become possible
    by an act that asks nothing and leads to triage.
    """
    flow, state = workflow_by_id(actor.town, standing.case.workflow_id), state_of(standing)
    case, roles = standing.case, roles_of(actor, standing.case, standing.duties)
    found_ways: dict[str, Way] = {each.act: (each,) for each in open_to(roles, case, flow, state)}
    for first in [way[0] for way in found_ways.values()]:
        if first.to is None or first.needs or first.to == state.step or flow.phase_of(first.to) != "triage":
            continue
        if not flow.steps[first.to].end:
            beyond = open_to(roles, case, flow, replace(state, step=first.to))
            found_ways.update({each.act: (first, each) for each in beyond if each.act not in found_ways})
    return found_ways


def dispatching(standing: Standing, actor: Actor, every: Mapping[str, Way]) -> str:
    """The act that hands a case on to whoever is to handle it; "" where there is none."""
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    for act, way in every.items():
        last = way[-1]
        if "holder" in last.needs and last.to is not None and flow.phase_of(last.to) in {"dispatch", "handle"}:
            return act
    return ""


def follow(
    standing: Standing,
    act: str,
    *,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    seen: int,
    once: OnceKey | None = None,
) -> Done:
    """Go the whole way to `act`, or change nothing and raise Refused. The same key again returns what it did.

    `seen`: the version of the case the person had before them; a case that has moved on since is refused as stale.
    """
    if (earlier := found(once, town_id=actor.town_id)) is not None:
        return Done(stand(actor, pk=earlier), None)
    if seen != standing.case.version:
        raise Refused("stale", act=act, seen=seen)
    way = ways(actor, standing).get(act)
    if way is None:
        raise Refused("not_from_here", act=act, step=standing.case.step)
    shares = share_out(way, news(standing, given))
    with database.atomic():
        for each, share in zip(way, shares, strict=True):
            last = each is way[-1]
            done = transition(standing, each.act, actor=actor, now=now, given=share, once=once if last else None)
            standing = done.standing
    return done


def news(standing: Standing, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, without judgements that only repeat what the case says already."""
    held = {"category": standing.case.category_id, "grid": standing.case.grid_id, "urgency": standing.case.urgency}
    return {key: value for key, value in given.items() if key not in held or held[key] != value}


def share_out(way: Way, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which act of a way takes what: judgements go with the first that takes them, everything else with the last."""
    left, shares = dict(given), []
    for each in way:
        mine = {*each.needs, *each.takes}
        if each is not way[-1]:
            mine &= set(JUDGED)
        shares.append({key: left.pop(key) for key in sorted(mine) if key in left})
    shares[-1].update(left)  # what no act takes is refused by the last one's door
    return shares
