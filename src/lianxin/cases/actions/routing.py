"""Keeping the rules of dispatch: added, changed, ended, each with who, when, why, and what it was before."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.models import Route
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.rows import StaleRow, add_row, change_row, drop_row, stamp_of
from lianxin.people.actors import Actor

KIND = "route"  # its word in the ledger


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule says: for which category (None: any), grid (None: anywhere), hours; to a unit, or to a level."""

    category_id: int | None = None
    grid_id: int | None = None
    hours: str = Route.Hours.ANY
    unit_id: int | None = None
    level: str = ""

    def as_route(self, town: Town, pk: int | None = None) -> Route:
        """The row it would be; with `pk`, in the place of that rule."""
        made = Route(town=town, **asdict(self))
        if pk is not None:
            made.pk = pk
        return made


class RuleRefused(Exception):
    """The rule was not kept. `code`: nowhere (neither unit nor level), twice (another rule is for the same), same."""

    def __init__(self, code: str, other: Route | None = None) -> None:
        super().__init__(code)
        self.code, self.other = code, other


def rule_of(route: Route) -> Rule:
    """What a rule that stands says."""
    return Rule(route.category_id, route.grid_id, route.hours, route.unit_id, route.level)


def check_rule(town: Town, rule: Rule, *, but: int | None = None) -> None:
    """Whether a rule can stand beside the others, `but` one that it replaces; raises RuleRefused."""
    if (rule.unit_id is None) == (not rule.level):
        raise RuleRefused("nowhere")
    rows = Route.objects.for_system("rules: another for the same", town).exclude(pk=but or 0)
    alike: dict[str, Any] = {"category_id": rule.category_id, "grid_id": rule.grid_id, "hours": rule.hours}
    other = rows.filter(**alike).first()
    if other is not None:
        raise RuleRefused("same" if rule_of(other) == rule else "twice", other)


def add_rule(rule: Rule, *, why: str, actor: Actor, now: datetime) -> Route:
    """Enter a rule; raises RuleRefused, PermissionDenied."""
    town = _town(actor)
    with transaction.atomic():
        check_rule(town, rule)
        made = rule.as_route(town)
        add_row(made, KIND, actor=actor, now=now, why=why)
        bump(town)
    return made


def change_rule(route: Route, rule: Rule, *, seen: str, why: str, actor: Actor, now: datetime) -> bool:
    """Change a rule that stood as `seen`; whether anything changed. Raises RuleRefused, StaleRow, PermissionDenied."""
    town = _town(actor)
    with transaction.atomic():
        check_rule(town, rule, but=route.pk)
        changed = change_row(route, KIND, asdict(rule), actor=actor, now=now, seen=seen, why=why)
        bump(town)
    return bool(changed)


def end_rule(route: Route, *, seen: str, why: str, actor: Actor, now: datetime) -> None:
    """Take a rule away; its entry keeps what it said. Raises StaleRow, PermissionDenied."""
    town = _town(actor)
    with transaction.atomic():
        held = Route.objects.for_system("rules: end", town).select_for_update().get(pk=route.pk)
        if stamp_of(held) != seen:
            raise StaleRow(held)
        drop_row(held, KIND, actor=actor, now=now, why=why)
        bump(town)


def _town(actor: Actor) -> Town:
    if not actor.can("configure"):
        raise PermissionDenied
    return actor.town
