"""Reading sites: one by its code, a list by place, kind and words, and the ground a new one falls to.

Where sites lie is no secret: whoever acts in a town may read them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Q

from lianxin.keys.ids import read_number
from lianxin.places.models import Grid, Site
from lianxin.places.queries import Node, ancestor_ids, grid_at, grid_tree, ids_of, locator, subtree_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lianxin.keys.models import Town

MOST: Final = 50
WHOLE: Final = 0  # among the grids of a count: all there is, in grids that have ended too
BORDER: Final = 20.0  # metres: so near a border a site may be said to belong to the grid on the other side
WORDS: Final = 5  # words of a search that are read
COLUMNS: Final = ("id", "kind", "code", "name", "address", "grid_id", "lon", "lat", "valid_from", "valid_to")

Row = dict[str, Any]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What to list; filters narrow together. `grid`: with all below it; `ended`: those that have ended, no others."""

    kind: str = ""
    grid: int | None = None
    words: str = ""
    ended: bool = False


class Misplaced(Exception):
    """A site cannot lie there. `code`: no_place, outside, elsewhere (`grid` is where the point lies)."""

    def __init__(self, code: str, grid: int | None = None) -> None:
        super().__init__(code)
        self.code, self.grid = code, grid


def read_filter(town: Town, data: Mapping[str, str]) -> SiteFilter:
    """The filter of a query string (kind, grid, q, ended); what names nothing there is leaves the list as it is."""
    kind, grid = data.get("kind", ""), read_number(data.get("grid", ""))
    words = " ".join(data.get("q", "").replace("\x00", "").split())[:40]
    kind = kind if kind in Site.Kind.values else ""
    return SiteFilter(kind, grid if grid in grid_tree(town) else None, words, bool(data.get("ended")))


def site_by_code(town: Town, code: str) -> Site | None:
    """The site of a code, ended or not; None where there is none."""
    if not code or len(code) > 22 or "\x00" in code:
        return None
    return Site.objects.for_system("a plate's code", town).filter(code=code).first()


def place_of(town: Town, site: Site) -> Node | None:
    """The standing grid a site lies in: its own, or where that has ended the one that has its ground now."""
    tree = grid_tree(town)
    if site.grid_id in tree or site.lon is None or site.lat is None:
        return tree.get(site.grid_id)
    return tree.get(grid_at(town, site.lon, site.lat) or 0)


def ground_of(town: Town, point: Point | None, named: int | None) -> int:
    """The grid a site falls to, from its point (WGS-84), else as named. Raises Misplaced.

    Within BORDER metres of a border the named grid counts: gates open to one side, doors to the other.
    """
    tree = grid_tree(town)
    if point is None:
        if named not in tree or tree[named].level == Grid.Level.TOWN:
            raise Misplaced("no_place")
        return named
    found = grid_at(town, *point)
    near = [pk for pk, _metres in locator(town).near(*point, BORDER)]
    if named in near and tree[named].level != Grid.Level.TOWN:
        return named
    if found is None or tree[found].level == Grid.Level.TOWN:
        raise Misplaced("outside")
    if named is not None and named not in ids_of(tree[found].path):
        raise Misplaced("elsewhere", found)
    return found


def _rows(town: Town, wanted: SiteFilter) -> Any:
    rows = Site.objects.for_system("sites are no secret", town).filter(
        valid_to__isnull=not wanted.ended, grid__town_id=town.pk
    )
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.grid is not None:
        rows = rows.filter(grid_id__in=sorted(subtree_ids(town, wanted.grid)))
    for word in wanted.words.split()[:WORDS]:
        rows = rows.filter(Q(name__icontains=word) | Q(address__icontains=word) | Q(code__icontains=word))
    return rows


def sites(town: Town, wanted: SiteFilter, *, after: str = "", most: int = MOST) -> dict[str, Any]:
    """A page of the list, village by village as the codes of grids have it: `rows`, and `next` to hand back as `after`.

    One statement; nothing is shown twice when sites come or go between two pages.
    """
    rows = _rows(town, wanted)
    if (place := read_after(after)) is not None:
        rows = rows.filter(Q(grid__code__gt=place[0]) | Q(grid__code=place[0], code__gt=place[1]))
    found = rows.order_by("grid__code", "code").values(*COLUMNS, "grid__code")[: most + 1]
    page = list(found)
    last = page[most - 1] if len(page) > most else None
    return {"rows": page[:most], "next": f"{last['grid__code']}~{last['code']}" if last else ""}


def read_after(text: str) -> tuple[str, str] | None:
    """The place in a list that `next` names; None for what names none."""
    grid, mark, code = text.partition("~")
    return (grid, code) if mark and grid.isascii() and grid.isdigit() and 0 < len(code) <= 22 else None


def count_sites(town: Town, wanted: SiteFilter) -> int:
    """How many sites a filter finds."""
    return int(_rows(town, wanted).count())


def site_counts(town: Town) -> dict[int, dict[str, int]]:
    """Standing sites by grid, all below it counted in, and by kind; WHOLE: in the whole town. One statement."""
    counted = _rows(town, SiteFilter()).order_by().values_list("grid_id", "kind").annotate(n=Count("id"))
    found: dict[int, dict[str, int]] = {}
    for grid, kind, n in counted:
        for pk in (WHOLE, *ancestor_ids(town, grid)):
            of_kind = found.setdefault(pk, {})
            of_kind[kind] = of_kind.get(kind, 0) + n
    return found


def codes_in(town: Town, grid_code: str = "") -> set[str]:
    """Every code that was ever given to a site of the town, or those that begin with the code of a grid."""
    rows = Site.objects.for_system("codes that are used up", town)
    if grid_code:
        rows = rows.filter(code__startswith=f"{grid_code}-")
    return set(rows.values_list("code", flat=True))
