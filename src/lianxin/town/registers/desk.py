"""What files bring of the desk: the rules of dispatch and the reply texts. Both have pages of their own, with words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lianxin.cases.actions.replies import LONGEST, LONGEST_NAME, ReplyFacts, reply_faults
from lianxin.cases.actions.routing import KIND as RULE
from lianxin.cases.actions.routing import Rule, RuleRefused, check_rule
from lianxin.cases.models import ReplyText, Route
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.replies import KIND as REPLY
from lianxin.cases.queries.setup import categories, routes
from lianxin.people.queries import units
from lianxin.places.queries import grid_tree
from lianxin.town.registers.fields import Choice, Field, Lines, Option, Yes
from lianxin.town.registers.places import grids_to_choose
from lianxin.town.registers.register import Faults, Register
from lianxin.workflow.definition import PHASES

if TYPE_CHECKING:
    from lianxin.keys.models import Town


def _any_category(town: Town) -> Iterator[Option]:
    return ((row.pk, row.key, category_name(row)) for row in categories(town).values())


def _any_unit(town: Town) -> Iterator[Option]:
    """Units out of service too: what stands is told as it stands."""
    return ((row.pk, row.key, unit_name(row)) for row in units(town).values())


# --- rules of dispatch ------------------------------------------------------------------------------------------------


def _hours(_town: Town) -> Iterator[Option]:
    return ((each.value, each.value, each.value) for each in Route.Hours)


def _levels(_town: Town) -> Iterator[Option]:
    return ((each.value, each.value, each.value) for each in Route.Level if each.value)


def _rule_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    rule = Rule(*(facts[name] for name in ("category_id", "grid_id", "hours", "unit_id", "level")))
    try:
        check_rule(town, rule, but=row.pk if row is not None else None)
    except RuleRefused as refused:
        if refused.other is None:
            return {"unit_id": _("Name a unit or a level, and one of them.")}
        return {"category_id": _("There is another rule for the same category, grid and hours.")}
    return {}


def _in_order(town: Town) -> list[Route]:
    """By category, grid and hours, as every town with the same rules has them; those of ended grids are left out."""
    every, tree = categories(town), grid_tree(town)
    keys = {pk: (row.order, row.key) for pk, row in every.items()}

    def place(row: Route) -> tuple[Any, ...]:
        grid = tree[row.grid_id].code if row.grid_id is not None else ""
        return (row.category_id is None, *keys.get(row.category_id or 0, (0, "")), grid, row.hours)

    return sorted((row for row in routes(town) if row.grid_id is None or row.grid_id in tree), key=place)


def _rule_title(town: Town, row: Any) -> str:
    """For what a rule is, and whom it names."""
    category, unit = categories(town).get(row.category_id or 0), units(town).get(row.unit_id or 0)
    place = grid_name(town, row.grid_id) if row.grid_id is not None else ""
    to = unit_name(unit) if unit is not None else row.get_level_display()
    return " · ".join(filter(None, (category_name(category) if category else "", place, to)))


ROUTES = Register(
    key="routes", kind=RULE, model=Route, title=_rule_title,
    fields=(
        Choice(column="category_id", options=_any_category, none=None),
        Choice(column="grid_id", options=grids_to_choose, none=None),
        Choice(column="hours", options=_hours, none=Route.Hours.ANY.value),
        Choice(column="unit_id", options=_any_unit, none=None),
        Choice(column="level", options=_levels),
    ),
    rows=_in_order,
    check=_rule_check,
    by="",
    alike=("category_id", "grid_id", "hours"),
    whole=lambda said: {"unit": None, "level": None, **said},
    drops=True,
)  # fmt: skip

# --- reply texts ------------------------------------------------------------------------------------------------------


def _fields(_town: Town) -> Iterator[Option]:
    return ((each.value, each.value, each.value) for each in ReplyText.Field)


def _phases(_town: Town) -> Iterator[Option]:
    return ((each, each, each) for each in PHASES)


def _reply_check(_town: Town, _row: Any, facts: Mapping[str, Any]) -> Faults:
    return reply_faults(ReplyFacts(facts["name"], facts["body"]))


def _texts(town: Town) -> Iterable[ReplyText]:
    return ReplyText.objects.for_system("register: reply texts", town).order_by("id")


REPLIES = Register(
    key="replies", kind=REPLY, model=ReplyText, title=lambda _town, row: row.name,
    fields=(
        Field(column="name", required=True, most=LONGEST_NAME),
        Choice(column="field", options=_fields, none=ReplyText.Field.ANSWER.value),
        Choice(column="category_id", options=_any_category, none=None),
        Choice(column="phase", options=_phases),
        Choice(column="unit_id", options=_any_unit, none=None),
        Lines(column="body", required=True, most=LONGEST),
        Yes(column="active"),
    ),
    rows=_texts,
    check=_reply_check,
    by="",
    alike=("name", "unit_id", "field", "category_id", "phase"),
)  # fmt: skip
