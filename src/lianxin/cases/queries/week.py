"""A week of an area in three figures, for whoever follows it: counts alone, kinds that are confidential left out."""

from datetime import datetime

from django.db.models import Count, Q

from lianxin.cases.models import Case
from lianxin.cases.queries.board import BoardFilter
from lianxin.cases.queries.setup import categories, end_steps
from lianxin.keys.models import Town
from lianxin.places.queries import subtree_ids


def week_of(town: Town, wanted: BoardFilter, *, since: datetime, until: datetime) -> dict[str, int]:
    """How many cases of an area came in and how many were settled from `since` until before `until`, and how many of
    those that are open are late at `until`. One statement.
    """
    rows = Case.objects.for_system("a week of an area, counted", town)
    rows = rows.exclude(kind__in=town.settings.get("confidential", ())).exclude(channel="appeal")
    if wanted.grid is not None:
        rows = rows.filter(grid_id__in=subtree_ids(town, wanted.grid))
    if wanted.category is not None:
        below = [pk for pk, row in categories(town).items() if wanted.category in (pk, row.parent_id)]
        rows = rows.filter(category_id__in=below)
    rows = rows.filter(Q(recorded_at__gte=since) | Q(closed_at__gte=since) | Q(closed_at=None))
    settled = Q(closed_at__gte=since, closed_at__lt=until, step__in=end_steps(town, "done"))
    running = Q(closed_at=None, state__paused_at=None)
    counted: dict[str, int] = rows.aggregate(
        opened=Count("id", filter=Q(recorded_at__gte=since, recorded_at__lt=until)),
        solved=Count("id", filter=settled),
        late=Count("id", filter=running & Q(due_at__lt=until)),
    )
    return counted
