"""The staff directory (网格队伍): who holds which post, for which grid, and how to reach them at work.

For people in a post only; the telephone of a post's holder is a work contact, shown to colleagues of the same town.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.centres import masked
from lianxin.people.models import CentreHousehold, PartyGroup, Post
from lianxin.people.queries import roles, today, units
from lianxin.places.queries import ancestor_ids, grid_tree, subtree_ids

MOST = 50
LATELY = timedelta(days=60)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to show. Empty values ask for nothing. `words`: parts of a name, a unit, a grid or a title."""

    words: str = ""
    unit: int | None = None
    grid: int | None = None
    role: str = ""
    basis: str = ""
    state: str = ""  # "" in post | joined, left: lately


def read_wanted(data: Mapping[str, Any]) -> Wanted:
    """What a query string asks for; what makes no sense is passed over."""

    def word(name: str, most: int = 40) -> str:
        return str(data.get(name) or "").replace("\x00", "").strip()[:most]

    def number(name: str) -> int | None:
        return read_number(word(name))

    return Wanted(
        words=word("q"), unit=number("unit"), grid=number("grid"), role=word("role", 24),
        basis=word("basis") if word("basis") in Post.Basis.values else "",
        state=word("state") if word("state") in ("joined", "left") else "",
    )  # fmt: skip


def held(on: date) -> Q:
    """Posts that are held on a day."""
    return (Q(starts=None) | Q(starts__lte=on)) & (Q(ends=None) | Q(ends__gte=on)) & Q(account__is_active=True)


def posts_wanted(actor: Actor, wanted: Wanted, *, now: datetime) -> QuerySet[Post]:
    """The posts of the actor's town that fit."""
    town, day = actor.town, today(now)
    rows = Post.objects.for_system("directory", town)
    if wanted.state == "left":
        rows = rows.filter(ends__lt=day, ends__gte=day - LATELY)
    else:
        rows = rows.filter(held(day))
        rows = rows.filter(starts__gte=day - LATELY) if wanted.state == "joined" else rows
    if wanted.unit is not None:
        rows = rows.filter(unit_id=wanted.unit)
    if wanted.grid is not None:
        rows = rows.filter(grid_id__in=sorted(subtree_ids(town, wanted.grid)))
    if wanted.role:
        rows = rows.filter(role__key=wanted.role)
    if wanted.basis:
        rows = rows.filter(basis=wanted.basis, grid__isnull=False)
    for part in wanted.words.split():
        rows = rows.filter(_of_words(town, part))
    return rows


def _of_words(town: Town, part: str) -> Q:
    """One word: a name, a title, or a unit, a grid or a role called so."""
    told = part.casefold()
    places = [node.id for node in grid_tree(town).values() if told in node.name.casefold() or node.code == part]
    of_units = [unit.pk for unit in units(town).values() if told in f"{unit.name} {unit.name_en}".casefold()]
    named = [role.pk for role in roles(town).values() if told in " ".join(role.name.values()).casefold()]
    people = Q(account__name__icontains=part) | Q(account__username=part) | Q(title__icontains=part)
    return people | Q(grid_id__in=places) | Q(unit_id__in=of_units) | Q(role_id__in=named)


def directory(actor: Actor, wanted: Wanted, *, now: datetime, after: str = "") -> Row:
    """A page of posts by id: `count`, `rows`, `next` ("" at the end). Three statements at most."""
    if not actor.is_staff:
        return {"count": 0, "rows": [], "next": ""}
    rows = posts_wanted(actor, wanted, now=now)
    page = list(rows.filter(id__gt=read_number(after) or 0).select_related("account").order_by("id")[: MOST + 1])
    return {
        "count": rows.count(),
        "rows": [told(actor.town, post) for post in page[:MOST]],
        "next": str(page[MOST - 1].pk) if len(page) > MOST else "",
    }


def told(town: Town, post: Post) -> Row:
    """A post as the directory shows it; `account` is to have been read with it."""
    unit, role = units(town).get(post.unit_id), next((r for r in roles(town).values() if r.pk == post.role_id), None)
    return {
        "id": post.pk, "account": post.account_id, "name": post.account.name, "phone": post.account.phone,
        "title": post.title, "role": role.name if role else {}, "role_key": role.key if role else "",
        "unit": unit, "unit_id": post.unit_id, "grid_id": post.grid_id, "basis": post.basis,
        "languages": post.languages, "starts": post.starts, "ends": post.ends,
    }  # fmt: skip


def tallies(actor: Actor, *, now: datetime) -> Row:
    """How many people hold a post, by basis; how many joined and left lately."""
    day = today(now)
    rows = Post.objects.for_system("directory", actor.town)
    counted = rows.aggregate(
        people=Count("account_id", filter=held(day), distinct=True),
        **{basis: Count("id", filter=held(day) & Q(basis=basis, grid__isnull=False)) for basis in Post.Basis.values},
        joined=Count("id", filter=held(day) & Q(starts__gte=day - LATELY)),
        left=Count("id", filter=Q(ends__lt=day, ends__gte=day - LATELY)),
    )
    return dict(counted)


def post_of(actor: Actor, pk: int) -> Post | None:
    """One post of the actor's town, held or past, with its account."""
    rows = Post.objects.for_system("directory", actor.town).select_related("account", "role", "unit", "grid")
    return rows.filter(pk=pk).first() if actor.is_staff else None


def others_of(actor: Actor, post: Post, *, now: datetime) -> list[Row]:
    """The other posts the same person holds in this town."""
    rows = Post.objects.for_system("directory", actor.town).filter(held(today(now)), account_id=post.account_id)
    return [told(actor.town, each) for each in rows.exclude(pk=post.pk).select_related("account").order_by("id")]


def colleagues(actor: Actor, unit_id: int, *, now: datetime) -> list[Row]:
    """Those in post in a unit, by whom work can be taken over."""
    rows = Post.objects.for_system("directory", actor.town).filter(held(today(now)), unit_id=unit_id)
    return [told(actor.town, each) for each in rows.select_related("account").order_by("id")[:200]]


def serving(town: Town, grid_ids: Sequence[int], *, now: datetime) -> dict[int, list[Row]]:
    """Chiefs and workers posted to each of some grids themselves, chiefs first. One statement."""
    rows = Post.objects.for_system("grids", town).filter(held(today(now)), grid_id__in=grid_ids)
    found: dict[int, list[Row]] = {}
    for post in rows.select_related("account").order_by("id"):
        found.setdefault(post.grid_id or 0, []).append(told(town, post))
    for people in found.values():
        people.sort(key=lambda row: (row["role_key"] != "grid_chief", row["id"]))
    return found


def strength(town: Town, *, now: datetime) -> dict[int, dict[str, int]]:
    """How many people of each basis and how many chiefs each grid has, those below it counted in. One statement."""
    rows = Post.objects.for_system("grids", town).filter(held(today(now)), grid__isnull=False)
    counted = rows.values_list("grid_id", "basis", "role__key").annotate(n=Count("id")).order_by()
    found: dict[int, dict[str, int]] = {}
    for grid, basis, role, n in counted:
        for pk in ancestor_ids(town, grid or 0):
            held_by = found.setdefault(pk, {"chiefs": 0, "people": 0, **dict.fromkeys(Post.Basis.values, 0)})
            held_by["chiefs" if role == "grid_chief" else basis] += n
            held_by["people"] += n
    return found


def party(town: Town) -> dict[int, dict[str, int]]:
    """How many party groups and centre households each grid has, those below it counted in. Two statements."""
    found: dict[int, dict[str, int]] = {}
    for name, model in (("groups", PartyGroup), ("centres", CentreHousehold)):
        rows: Any = model.objects.for_system("grids", town)
        for grid, n in rows.values_list("grid_id").annotate(n=Count("id")).order_by():
            for pk in ancestor_ids(town, grid):
                found.setdefault(pk, {"groups": 0, "centres": 0})[name] += n
    return found


def party_of(town: Town, grid_ids: Sequence[int]) -> Row:
    """The party groups and centre households of some grids; of a household's own details what anybody in post sees.

    Two statements.
    """
    groups = PartyGroup.objects.for_system("grids", town).filter(grid_id__in=grid_ids)
    centres = CentreHousehold.objects.for_system("grids", town).filter(grid_id__in=grid_ids)
    return {
        "groups": list(groups.order_by("id").values("id", "name", "members", "grid_id", "leader__account__name")),
        "centres": [{"id": row.pk, "grid_id": row.grid_id, "members": row.members, **masked(row)}
                    for row in centres.order_by("id")],
    }  # fmt: skip
