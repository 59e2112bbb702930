"""Micro-grids out with who speaks for them, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianxin.people.masking import mask_phone
from lianxin.people.models import Representative
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("code", "微网格编码", 22), Column("name", "微网格名称", 22), Column("grid", "所属网格", 20),
    Column("households", "户数", decimals=0), Column("population", "人口", decimals=0),
    Column("account", "代表账号", 16), Column("person", "代表姓名", 12),
    Column("phone", "代表电话", 16), Column("title", "称呼", 14), Column("doors", "楼栋门牌", 30),
)  # fmt: skip


def micro_rows(town: Town, *, personal: bool) -> Iterator[Row]:
    """The standing micro-grids in order of code; a neighbour's telephone is masked unless `personal`.

    The number of somebody in a post is told with the people, not here.
    """
    rows = Representative.objects.for_system("export of micro-grids", town).select_related("post__account")
    people, tree = {row.grid_id: row for row in rows}, grid_tree(town)
    for node in sorted(tree.values(), key=lambda node: node.code):
        if node.level != Grid.Level.MICRO:
            continue
        by = people.get(node.id)
        account = by.post.account if by is not None and by.post is not None else None
        phone = by.phone if by is not None and account is None else ""
        person = account.name if account else by.name if by else ""
        yield {
            "code": node.code, "name": node.name, "grid": tree[node.parent_id or 0].code,
            "households": node.households, "population": node.population,
            "account": account.username if account else "", "person": person,
            "phone": phone if personal or not phone else mask_phone(phone),
            "title": by.title if by else "", "doors": by.doors if by else "",
        }  # fmt: skip
