"""People and posts out, as an import takes them in; and an empty table to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lianxin.people.masking import mask_phone
from lianxin.people.models import Post
from lianxin.people.queries import roles, today, units
from lianxin.places.queries import grid_tree
from lianxin.town.exports.writing import Column, add_sheet, new_book, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("username", "账号", 18), Column("name", "姓名", 12), Column("phone", "电话", 16), Column("unit", "单位", 24),
    Column("role", "角色", 12), Column("grid", "网格编码", 20), Column("title", "职务", 20),
    Column("basis", "用工性质", 10), Column("languages", "语言", 16),
)  # fmt: skip
_RULES = (
    ("账号", "必填", "3 至 60 个小写字母、数字和 . _ - @，全平台唯一；同一人有几个岗位就填几行"),
    ("姓名", "必填", ""),
    ("电话", "", "手机或座机；留空则不改动已有的号码"),
    ("单位", "必填", "见“单位”表，填名称或代码"),
    ("角色", "必填", "见“角色”表"),
    ("网格编码", "按网格任职的角色必填", "见“网格”表；整列设为文本"),
    ("职务", "", "如：第一网格网格长"),
    ("用工性质", "", "专职、兼职或义务；留空为专职"),
    ("语言", "", "普通话以外会说的话，如：闽南语、手语"),
)


def people_rows(actor: Actor, *, now: datetime, personal: bool) -> Iterator[Row]:
    """The posts held today in the actor's town, a row each; telephone numbers masked unless `personal`."""
    codes = {node.id: node.code for node in grid_tree(actor.town).values()}
    rows = Post.objects.seen_by(actor).select_related("account", "unit", "role").order_by("account__username", "id")
    basis: dict[str, str] = dict(Post.Basis.choices)
    for post in rows:
        if post.ends is not None and post.ends < today(now):
            continue
        phone = post.account.phone
        yield {
            "username": post.account.username, "name": post.account.name,
            "phone": phone if personal else mask_phone(phone), "unit": _unit_word(post, actor.town),
            "role": post.role.name["zh"], "grid": codes.get(post.grid_id or 0, ""), "title": post.title,
            "basis": basis[post.basis], "languages": post.languages,
        }  # fmt: skip


def _unit_word(post: Post, town: Town) -> str:
    """The unit's name, or its key where another unit has the same name."""
    name = post.unit.name
    alone = sum(unit.name == name for unit in units(town).values()) == 1
    return name if alone else post.unit.key


def write_template(path: Path, town: Town) -> None:
    """Write an empty table of people, with what may be filled in on sheets beside it."""
    book = new_book()
    add_sheet(book, "人员", COLUMNS, [])
    lists: tuple[tuple[str, Mapping[str, int], list[tuple[Any, ...]]], ...] = (
        ("填写说明", {"列": 12, "是否必填": 24, "怎么填": 40}, list(_RULES)),
        ("单位", {"单位": 30, "代码": 24}, [(unit.name, unit.key) for unit in units(town).values()]),
        ("角色", {"角色": 14, "代码": 18}, [(role.name["zh"], role.key) for role in roles(town).values()]),
        ("网格", {"网格编码": 22, "名称": 24}, [(node.code, node.name) for node in grid_tree(town).values()]),
    )
    for name, widths, lines in lists:
        add_sheet(book, name, [Column("", title, width) for title, width in widths.items()], lines)
    save(book, path)
