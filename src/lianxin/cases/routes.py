"""Where a case goes: category × grid × hours → unit or post, and why, rule by rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianxin.cases.models import Route
from lianxin.cases.queries.setup import category_chain, routes
from lianxin.cases.values import Holder
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.people.models import Post
from lianxin.people.queries import clock_of, desk_of, units
from lianxin.places.queries import ancestor_ids

_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that was looked at: taken, or why not (category, grid, hours, nobody, weaker)."""

    route_id: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a case would go. `fallback` when no rule speaks of it: then the town's desk."""

    holder: Holder
    route_id: int | None
    reasons: tuple[Reason, ...]

    @property
    def fallback(self) -> bool:
        """Whether no rule applied."""
        return self.route_id is None


def why(
    town: Town, *, category_id: int | None, grid_id: int | None, now: datetime, rules: Sequence[Route] | None = None
) -> Proposal:
    """Propose a holder, telling of every rule whether it was taken and else why not; nothing is written.

    `rules`: by these instead of the town's own, as they would stand.
    """
    chain = category_chain(town, category_id)
    grids = grid_chain(town, grid_id)
    open_now = at_work(town, now)
    ranked = sorted(routes(town) if rules is None else rules, key=lambda route: _rank(route, chain, grids))
    reasons, chosen, holder = [], None, None
    for route in ranked:
        verdict = _verdict(route, chain, grids, open_now)
        if verdict == "" and chosen is None:
            holder = _holder(town, route, grids)
            verdict = "taken" if holder else "nobody"
            chosen = route if holder else None
        reasons.append(Reason(route.pk, verdict or "weaker"))
    if holder is None or chosen is None:
        return Proposal(Holder(desk_of(town, "dispatcher")), None, tuple(reasons))
    return Proposal(holder, chosen.pk, tuple(reasons))


def at_work(town: Town, now: datetime) -> bool:
    """Whether the town works at a moment."""
    return clock_of(town).between(now, now + _MOMENT, working=True) > 0


def grid_chain(town: Town, grid_id: int | None) -> list[int]:
    """A grid and what lies around it, the smallest first."""
    return list(reversed(ancestor_ids(town, grid_id))) if grid_id else []


def _rank(route: Route, chain: list[int], grids: list[int]) -> tuple[int, int, int, int]:
    """Narrow before wide: category first, then grid, then hours."""
    by_category = chain.index(route.category_id) if route.category_id in chain else len(chain)
    by_grid = grids.index(route.grid_id) if route.grid_id in grids else len(grids)
    return by_category, by_grid, int(route.hours == Route.Hours.ANY), route.pk


def _verdict(route: Route, chain: list[int], grids: list[int], open_now: bool) -> str:
    if route.category_id is not None and route.category_id not in chain:
        return "category"
    if route.grid_id is not None and route.grid_id not in grids:
        return "grid"
    if route.hours != Route.Hours.ANY and (route.hours == Route.Hours.WORK) != open_now:
        return "hours"
    return ""


def _holder(town: Town, route: Route, grids: list[int]) -> Holder | None:
    if route.unit_id is not None:
        unit = units(town).get(route.unit_id)
        return Holder(route.unit_id) if unit is not None and unit.active else None
    return next(_serving(town, route.level, grids), None)


def _serving(town: Town, level: str, grids: list[int]) -> Iterator[Holder]:
    """Who serves a place at a level: the grid's worker or chief, else up the tree the village's committee."""
    for grid_id in grids:
        if level == Route.Level.GRID and (post := grid_posts(town).get(grid_id)):
            yield post
        if unit_id := next((pk for pk, u in units(town).items() if u.active and u.grid_id == grid_id), None):
            yield Holder(unit_id)


def grid_posts(town: Town) -> dict[int, Holder]:
    """The post that takes the cases of a grid: its full-time worker, else another worker, else its chief."""

    def build() -> dict[int, Holder]:
        rank = {"grid_worker": 0, "grid_chief": 1}
        rows = Post.objects.for_system("settings", town).select_related("role")
        rows = rows.filter(role__key__in=rank, grid__isnull=False, account__is_active=True, ends=None).exclude(
            basis="volunteer"
        )
        found: dict[int, Holder] = {}
        for post in sorted(rows, key=lambda row: (rank[row.role.key], row.basis != "full", row.pk)):
            found.setdefault(post.grid_id or 0, Holder(post.unit_id, post.pk))
        return found

    return cached(town, "grid_posts", build)
