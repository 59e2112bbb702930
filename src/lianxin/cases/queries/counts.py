"""How many open duties there are, by state and by light: the numbers above an inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianxin.cases.models import Duty
from lianxin.cases.queries.inbox import EPOCH, LIGHTS, InboxFilter, duties_of
from lianxin.cases.queries.rows import MAIN, Row
from lianxin.cases.queries.setup import step_names, workflow_by_id
from lianxin.cases.queries.shapes import like, made_once, shape_of
from lianxin.cases.queries.standing import newest
from lianxin.cases.words import said
from lianxin.keys.cache import briefly
from lianxin.keys.models import Town
from lianxin.keys.prepared import Prepared
from lianxin.people.actors import Actor
from lianxin.workflow.definition import PHASES

KEPT = 10  # seconds


def counts(actor: Actor, *, now: datetime, scope: str = "mine") -> dict[str, Any]:
    """How many open duties there are: `total`, by `steps` (key, kind, name, phase, count; in
    their order; with a kind where others call a step of this key otherwise) and by `lights`.

    What the whole town has is the same for all who see it, and thousands long: it is counted once while nothing
    happens in the town, and every ten seconds, since lights change by themselves.
    """

    def count() -> tuple[Mapping[str, int], Sequence[tuple[int, str, int]]]:
        return _counted(actor, scope, now)

    if scope == "all" and actor.is_staff and actor.sees == "town":
        key = f"counts:{shape_of(actor)}:{newest(actor)}:{now.timestamp() // KEPT}"
        lights, standing = briefly(actor.town, key, count, seconds=KEPT)
    else:
        lights, standing = count()
    return {"total": sum(lights.values()), "steps": _by_step(actor.town, standing), "lights": lights}


def own(actor: Actor, *, now: datetime) -> tuple[int, int]:
    """How many open duties are one's own (one's post's, and one's unit's where no post is named), and how many of them
    are late. One statement.
    """
    every = late = 0
    for _what, _workflow, _step, paused, number, past, _soon in _tally(actor, "mine", now):
        every += number
        late += 0 if paused else past
    return every, late


def _counted(actor: Actor, scope: str, now: datetime) -> tuple[dict[str, int], list[tuple[int, str, int]]]:
    """How many by light, and (workflow, step, how many).

    A main duty says itself where its case stands; of those beside it, which are few, the case is asked.
    """
    lights = dict.fromkeys(LIGHTS, 0)
    standing: list[tuple[int, str, int]] = []
    beside: set[str] = set()
    for what, workflow_id, step_key, paused, every, late, soon in _tally(actor, scope, now):
        told = {"paused": every} if paused else {"late": late, "soon": soon, "ok": every - late - soon}
        for light, number in told.items():
            lights[light] += number
        if what == MAIN:
            standing.append((workflow_id, step_key, every))
        else:
            beside.add(what)
    standing += _standing_beside(actor, scope, sorted(beside)) if beside else []
    return lights, standing


def _by_step(town: Town, standing: Sequence[tuple[int, str, int]]) -> list[Row]:
    steps: dict[tuple[str, str], Row] = {}
    for workflow_id, key, count in standing:
        flow = workflow_by_id(town, workflow_id)
        names = {kind: said(name) for kind, name in step_names(town, key).items()}
        kind = flow.key if len(set(names.values())) > 1 else ""
        name = names.get(flow.key) or said(flow.steps[key].name)
        row = {"key": key, "kind": kind, "name": name, "phase": flow.phase_of(key), "count": 0}
        steps.setdefault((key, kind), row)["count"] += count
    return sorted(steps.values(), key=lambda each: (PHASES.index(each["phase"]), each["key"], each["kind"]))


def _tally(actor: Actor, scope: str, now: datetime) -> list[tuple[Any, ...]]:
    """(what, workflow, step, stopped, how many, of these past due, of these soon due).

    One walk along the index of open duties, which lies in this order: nothing is sorted.
    """

    def build(post: int, unit: int, now: datetime) -> QuerySet[Duty, Any]:
        numbers = {
            "every": Count("case_id"),
            "late": Count("case_id", filter=Q(due_at__lt=now)),
            "soon": Count("case_id", filter=Q(soon_at__lte=now, due_at__gte=now)),
        }
        rows: Any = duties_of(like(actor, post, unit), InboxFilter(scope), now=now).order_by()
        return rows.values_list("what", "workflow_id", "step", "paused").annotate(**numbers)  # type: ignore[no-any-return]

    made = made_once(actor, f"tally:{scope}", lambda: Prepared(build, post=int, unit=int, now=datetime))
    return made.rows(post=actor.post_id, unit=actor.unit_id, now=now) if actor.is_staff else []


def _standing_beside(actor: Actor, scope: str, beside: Sequence[str]) -> list[tuple[Any, ...]]:
    """(workflow, step of the case, how many) of duties of these names."""

    def build(post: int, unit: int) -> QuerySet[Duty, Any]:
        rows: Any = duties_of(like(actor, post, unit), InboxFilter(scope), now=EPOCH).filter(what__in=beside)
        named = rows.order_by().values_list("workflow_id", "case__step")
        return named.annotate(n=Count("case_id"))  # type: ignore[no-any-return]

    made = made_once(actor, f"beside:{scope}:{','.join(beside)}", lambda: Prepared(build, post=int, unit=int))
    return made.rows(post=actor.post_id, unit=actor.unit_id)
