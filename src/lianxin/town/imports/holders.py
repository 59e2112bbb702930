"""Who is meant by the account in a cell: the post they hold in the town."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lianxin.people.directory import held
from lianxin.people.models import Post
from lianxin.people.queries import today
from lianxin.town.imports.cells import Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town


@dataclass(frozen=True, slots=True)
class Held:
    """A post that is held today."""

    id: int
    unit_id: int
    grid_id: int | None
    name: str


Holders = dict[str, list[Held]]


def holders_of(town: Town, now: datetime) -> Holders:
    """The posts held today by account, the oldest first. One statement."""
    rows = Post.objects.for_system("import: whose account", town).filter(held(today(now))).order_by("id")
    found: Holders = defaultdict(list)
    columns = ("account__username", "id", "unit_id", "grid_id", "account__name")
    for username, pk, unit, grid, name in rows.values_list(*columns):
        found[username].append(Held(pk, unit, grid, name))
    return dict(found)


def post_of(word: str, holders: Mapping[str, Sequence[Held]], chain: Sequence[int], stands: int | None) -> Held:
    """The post that an account holds; of several the one that stands already, else the one nearest to a grid.

    `chain`: the grid and what lies above it, from the root down. Raises Wrong for somebody without a post.
    """
    posts = holders.get(word, ())
    if not posts:
        raise Wrong("no_post_of", value=word)
    order = {grid: at for at, grid in enumerate(chain)}
    return max(posts, key=lambda post: (post.id == stands, order.get(post.grid_id or 0, -1), -post.id))
