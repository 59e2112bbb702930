"""What a changed rule of dispatch would have done to the cases of the last month; and why a rule is taken or not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from lianxin.cases.models import Case, Route
from lianxin.cases.rehearsal import SHOWN, drawn
from lianxin.cases.routes import at_work, why
from lianxin.cases.values import Holder
from lianxin.keys.models import Town

MONTH: Final = timedelta(days=30)
MOST: Final = 10_000  # cases looked at while somebody waits


@dataclass(slots=True)
class Shift:
    """Cases that would have gone to somebody else: how many, and some of their numbers."""

    was: Holder
    now: Holder
    count: int = 0
    numbers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Rerouted:
    """The cases since `since` by other rules: `tried` of `of`, drawn by `seed` when fewer; `same` would not differ."""

    since: datetime
    seed: str
    of: int = 0
    tried: int = 0
    same: int = 0
    shifts: list[Shift] = field(default_factory=list)


def reroute(town: Town, before: Sequence[Route], after: Sequence[Route], *, now: datetime, seed: str) -> Rerouted:
    """Where the cases recorded within a month would have been proposed to go, by the rules before and after.

    Cases of confidential kinds are left out: they are not counted to who sets up the town.
    """
    cases = Case.objects.for_system("rules of dispatch: counted, not read", town)
    cases = cases.filter(recorded_at__gt=now - MONTH, recorded_at__lte=now)
    cases = cases.exclude(kind__in=town.settings.get("confidential", []))
    rows = {row[0]: row[1:] for row in cases.values_list("id", "number", "category_id", "grid_id", "recorded_at")}
    found = Rerouted(now - MONTH, seed, of=len(rows))
    held: dict[tuple[int | None, int | None, bool], tuple[Holder, Holder]] = {}
    shifts: dict[tuple[Holder, Holder], Shift] = {}
    for pk in drawn(sorted(rows), seed, MOST):
        number, category, grid, at = rows[pk]
        key = (category, grid, at_work(town, at))
        if key not in held:
            place = {"category_id": category, "grid_id": grid}
            was, new = (why(town, **place, now=at, rules=rules).holder for rules in (before, after))
            held[key] = (was, new)
        found.tried += 1
        if held[key][0] == held[key][1]:
            found.same += 1
            continue
        shift = shifts.setdefault(held[key], Shift(*held[key]))
        shift.count += 1
        if len(shift.numbers) < SHOWN:
            shift.numbers.append(number)
    found.shifts = sorted(shifts.values(), key=lambda each: -each.count)
    return found


def verdict_words() -> dict[str, str]:
    """Why a rule was taken, or was not."""
    return {
        "taken": _("This rule is taken."),
        "category": _("It is for another category."),
        "grid": _("It is for another grid."),
        "hours": _("It is for other hours."),
        "nobody": _("Nobody serves the place at that level."),
        "weaker": _("A narrower rule goes first."),
    }
