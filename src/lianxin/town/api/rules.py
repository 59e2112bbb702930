"""The rules of dispatch: listed, entered, changed and ended, each tried on last month's cases first."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.routing import KIND, Rule, RuleRefused, add_rule, change_rule, check_rule, end_rule, rule_of
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.pasts import SEEN
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Ref, Taken, Word
from lianxin.cases.api.telling import category_ref, grid_ref, unit_ref
from lianxin.cases.api.writing import respond
from lianxin.cases.models import Route
from lianxin.cases.pickers import grid_by, unit_by
from lianxin.cases.queries.setup import categories, routes
from lianxin.cases.rerouting import reroute
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.keys.once import digest_of
from lianxin.ledger.rows import StaleRow, stamp_of
from lianxin.people.actors import Actor
from lianxin.town.api.rows import stale_row_problem
from lianxin.town.homes.routing.showing import past_rows, rule_words, shift_rows

T = TypeVar("T")
example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: workflows, rules and questions"), "setup")
Why = Annotated[Line, StringConstraints(max_length=200)]


class NewRule(Taken):
    """Left empty, `category` and `grid` hold for any; it goes to a unit, or to a level that serves the place."""

    category: Word = Field("", description=_("Key or id, of a group too; empty: any."))
    grid: Word = Field("", description=_("Code or id; empty: any."))
    hours: Literal["any", "work", "off"] = Field("any", description=_("When it holds: by the working hours."))
    unit: Word = Field("", description=_("Key or id of the unit it goes to."))
    level: Literal["", "grid", "village"] = Field("", description=_("Or whoever serves the place at that level."))
    why: Why = Field("", description=_("A sentence for the history; not needed for a dry run."))
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class ChangedRule(NewRule):
    """What is to change: the fields that are named."""

    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=SEEN)


class EndFilter(Taken):
    """What was seen of the rule that ends, and why it ends."""

    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=SEEN)
    why: Why = Field("", description=_("A sentence for the history; not needed for a dry run."))
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class RuleShape(Schema):
    """A rule; what is null holds for any. `seen` goes with whatever is done to it."""

    id: str
    words: str
    category: Ref | None
    grid: Ref | None
    hours: str
    unit: Ref | None
    level: str
    seen: str


class RuleRows(Schema):
    """All rules of dispatch."""

    rows: list[RuleShape]


class ShiftShape(Schema):
    """Cases that would have gone to somebody else: how many, and the numbers of some."""

    was: str
    now: str
    count: int
    cases: list[str]


class MonthTried(Schema):
    """The last month's cases by the rules before and after: `tried` of `of`; `same` would not differ."""

    since: datetime
    of: int
    tried: int
    same: int
    shifts: list[ShiftShape]


class RuleDone(Schema):
    """The rule as it stands; null for a dry run and where it is ended. `month`: what a dry run found."""

    rule: RuleShape | None
    month: MonthTried | None


class PartChange(Schema):
    """What a part of a rule was and became, in words."""

    part: str
    was: str
    now: str


class RulePastRow(Schema):
    """An entry of a rule's history."""

    seq: int
    act: str
    at: datetime
    who: str
    why: str
    changes: list[PartChange]


class RulePast(Schema):
    """The history of a rule, the newest first."""

    rows: list[RulePastRow]


@staff.read(
    "/setup/routes",
    "listRules",
    Described(
        _("List the rules of dispatch"),
        _("All rules, each in words and with the `seen` that goes with a change. Scope: setup:read."),
        gives=RuleRows,
        example=example("rules"),
    ),
    may="configure",
)
def list_rules(request: HttpRequest) -> HttpResponse:
    """All rules."""
    town = actor_of(request).town
    return respond({"rows": [_told(town, row) for row in routes(town)]})


@staff.write(
    "POST",
    "/setup/routes",
    "addRule",
    Described(
        _("Enter a rule of dispatch"),
        _(
            "With dry_run nothing is written: the answer says what the rule would have done to the last month's cases. "
            "Where something would go now, explainRoute tells. Scope: setup:write."
        ),
        gives=RuleDone,
        status=201,
        example=example("rule_done"),
        body=(NewRule, example("rule_new")),
    ),
    may="configure",
)
def write_rule(request: HttpRequest) -> HttpResponse:
    """Enter a rule, or try it."""
    actor, body, now = actor_of(request), body_of(request, NewRule), timezone.now()
    rule = _rule(actor.town, body, Rule())
    if body.dry_run:
        _fits(actor.town, rule, None)
        return _tried(actor, None, rule, now)
    _must_say_why(body.why)
    meant = body.model_dump(mode="json")
    made = _written(
        actor.town,
        lambda: make_once(
            request, "rule", meant, lambda: add_rule(rule, why=body.why, actor=actor, now=now).pk, now=now
        ),
    )
    return _answer(actor.town, made.pk, repeated=made.repeated, status=201)


@staff.read(
    "/setup/routes/{rule}",
    "readRule",
    Described(
        _("Read a rule of dispatch"),
        _("A rule with the `seen` that goes with a change. Scope: setup:read."),
        gives=RuleShape,
        example=example("rule"),
    ),
    may="configure",
)
def read_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule."""
    town = actor_of(request).town
    return respond(_told(town, _route(town, rule)))


@staff.write(
    "PATCH",
    "/setup/routes/{rule}",
    "changeRule",
    Described(
        _("Change a rule of dispatch"),
        _("What is named changes, the rest stays. With dry_run nothing is written. Scope: setup:write."),
        gives=RuleDone,
        example=example("rule_done"),
        body=(ChangedRule, example("rule_change")),
        fails=("stale",),
    ),
    may="configure",
)
def rewrite_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Change a rule, or try to."""
    actor, body, now = actor_of(request), body_of(request, ChangedRule), timezone.now()
    route = _route(actor.town, rule)
    wanted = _rule(actor.town, body, rule_of(route))
    if body.dry_run:
        _fits(actor.town, wanted, route)
        return _tried(actor, route, wanted, now)
    _must_say_why(body.why)
    signed: dict[str, Any] = {"seen": body.seen, "why": body.why, "actor": actor, "now": now}
    _written(actor.town, lambda: change_rule(route, wanted, **signed))
    return _answer(actor.town, route.pk)


@staff.write(
    "DELETE",
    "/setup/routes/{rule}",
    "endRule",
    Described(
        _("End a rule of dispatch"),
        _("With dry_run=true nothing is written. What ended can be entered again. Scope: setup:write."),
        gives=RuleDone,
        example=example("rule_ended"),
        query=EndFilter,
        fails=("stale", "invalid"),
    ),
    may="configure",
)
def drop_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """End a rule, or try to."""
    actor, asked, now = actor_of(request), query_of(request, EndFilter), timezone.now()
    route = _route(actor.town, rule)
    if asked.dry_run:
        return _tried(actor, route, None, now)
    _must_say_why(asked.why)
    _written(actor.town, lambda: end_rule(route, seen=asked.seen, why=asked.why, actor=actor, now=now))
    return respond({"rule": None, "month": None})


@staff.read(
    "/setup/routes/{rule}/past",
    "listRulePast",
    Described(
        _("Read the history of a rule of dispatch"),
        _("Who changed what, when and why. Scope: setup:read."),
        gives=RulePast,
        example=example("rule_past"),
    ),
    may="configure",
)
def list_rule_past(request: HttpRequest, rule: str) -> HttpResponse:
    """What was done to a rule."""
    town = actor_of(request).town
    names = ("seq", "act", "at", "who", "why", "changes")
    return respond({"rows": [{name: row[name] for name in names} for row in past_rows(town, _route(town, rule).pk)]})


def any_category(town: Town, named: str) -> int | None:
    """A category or group by key or id, in use or not."""
    rows = categories(town).values()
    return next((row.pk for row in rows if named and named in (row.key, str(row.pk))), None)


def _route(town: Town, named: str) -> Route:
    pk = read_number(named) or 0
    route = Route.objects.for_system("api: a rule", town).filter(pk=pk).first()
    if route is None:
        raise Problem("not_found")
    return route


def _rule(town: Town, body: NewRule, stood: Rule) -> Rule:
    """The rule that is meant: what was named, and for the rest what stood; every fault by its field."""
    given, faults, changes = body.model_fields_set, dict[str, str](), dict[str, Any]()
    finders = {"category": any_category, "grid": grid_by, "unit": unit_by}
    for name in given & set(finders):
        wanted = getattr(body, name)
        changes[f"{name}_id"] = pk = finders[name](town, wanted) if wanted else None
        if wanted and pk is None:
            faults[name] = gettext("There is none such in this town.")
    changes |= {name: getattr(body, name) for name in given & {"hours", "level"}}
    if changes.get("unit_id") and "level" not in given:
        changes["level"] = ""
    if changes.get("level") and "unit" not in given:
        changes["unit_id"] = None
    if faults:
        raise Problem("invalid", faults)
    return replace(stood, **changes)


def _fits(town: Town, rule: Rule, route: Route | None) -> None:
    _written(town, lambda: check_rule(town, rule, but=route.pk if route else None))


def _written(town: Town, write: Callable[[], T]) -> T:
    try:
        return write()
    except RuleRefused as refused:
        if refused.other is None:
            raise Problem("invalid", {"unit": gettext("Name a unit or a level, and one of them.")}) from refused
        told = gettext("There is a rule for the same category, grid and hours: %(rule)s. Change that one.")
        raise Problem("invalid", {"category": told % {"rule": rule_words(town, rule_of(refused.other))}}) from refused
    except StaleRow as stale:
        raise stale_row_problem(town, KIND, stale.row.pk) from stale


def _must_say_why(why: str) -> None:
    if not why:
        raise Problem("invalid", {"why": gettext("Say in a sentence why.")})


def _tried(actor: Actor, route: Route | None, rule: Rule | None, now: datetime) -> HttpResponse:
    """What the rules, had they stood so, would have done to the last month's cases."""
    town, standing = actor.town, list(routes(actor.town))
    after = [each for each in standing if route is None or each.pk != route.pk]
    if rule is not None:
        after.append(rule.as_route(town, route.pk if route else 1 << 62))
    seed = digest_of({"rule": asdict(rule) if rule else None, "of": route.pk if route else 0})[:16]
    found = reroute(town, standing, after, now=now, seed=seed)
    shifts = [{**row, "cases": [case["number"] for case in row["cases"]]} for row in shift_rows(actor, found)]
    month = {name: getattr(found, name) for name in ("since", "of", "tried", "same")}
    return respond({"rule": None, "month": {**month, "shifts": shifts}})


def _answer(town: Town, pk: int, *, repeated: bool = False, status: int = 200) -> HttpResponse:
    told = {"rule": _told(town, _route(town, str(pk))), "month": None}
    if repeated:
        return respond(told, headers={"Idempotency-Replayed": "true"})
    return respond(told, status=status)


def _told(town: Town, route: Route) -> dict[str, Any]:
    return {
        "id": str(route.pk), "words": rule_words(town, rule_of(route)),
        "category": category_ref(town, route.category_id),
        "grid": grid_ref(town, route.grid_id), "hours": route.hours, "unit": unit_ref(town, route.unit_id),
        "level": route.level, "seen": stamp_of(route),
    }  # fmt: skip
