"""What an actor is to a case: the names a workflow's `by` speaks of."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lianxin.cases.models import Case, Duty
from lianxin.people.actors import Actor
from lianxin.workflow.definition import Transition, Workflow
from lianxin.workflow.definition.naming import HOLDER
from lianxin.workflow.engine import CaseState, available

MAIN = "main"
DESKS = frozenset({"clerk", "dispatcher", "window"})  # who takes in, sorts and sends on


def holds(actor: Actor, duty: Duty) -> bool:
    """Whether a duty is the actor's: on the post, or on the unit while no post is named."""
    if not actor.is_staff or (duty.unit_id != actor.unit_id and duty.post_id != actor.post_id):
        return False
    return duty.post_id in (None, actor.post_id)


def roles_of(actor: Actor, case: Case, duties: Sequence[Duty]) -> frozenset[str]:
    """By office, as its reporter, as holder of its main duty ("holder") or of another ("duty:…").

    A duty that names no post is held by everybody of its unit; "holder_in_person" is only who is named in it.

    An appeal goes to another person: who refused is barred from it, and another role stands in for those that take
    requests and applications in (`state.barred`, `state.stand_in`).
    """
    if actor.role == "system":
        return frozenset({"system"})
    if actor.reporter_of is not None:
        return frozenset({actor.role}) if actor.reporter_of == case.pk else frozenset()
    if not actor.is_staff or actor.account_id in case.state.get("barred", ()):
        return frozenset()
    roles = {actor.role} | {f"duty:{duty.what}" for duty in duties if duty.what != MAIN and holds(actor, duty)}
    if mine := [duty for duty in duties if duty.what == MAIN and holds(actor, duty)]:
        roles |= HOLDER if any(duty.post_id is not None for duty in mine) else {"holder"}
    return frozenset(roles | stood_in_for(actor.role, case.state))


def open_to(roles: Collection[str], case: Case, flow: Workflow, state: CaseState) -> list[Transition]:
    """What somebody with these roles is offered in a case: what its workflow allows, and the case itself.

    A case that belongs to another (an appeal to what was refused) is decided by itself: it is not merged away.
    """
    found = available(flow, state, roles=roles)
    return [each for each in found if case.parent_id is None or each.effect("merge") is None]


def stood_in_for(role: str, state: Mapping[str, Any]) -> frozenset[str]:
    """The roles for which another stands in, in a case with such a state."""
    return DESKS if state.get("stand_in") == role else frozenset()


def seat_of(who: str, state: Mapping[str, Any]) -> str:
    """The role whose desk has the turn that a workflow gives to `who`; the clerks wait for a reporter's word."""
    role = "clerk" if who == "reporter" else who
    return state.get("stand_in") or role if role in DESKS else role
