"""The categories out, as an import takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lianxin.cases.queries.setup import categories
from lianxin.town.exports.writing import Column
from lianxin.town.imports.categories import HANDLE, URGENCIES, limit_said
from lianxin.town.registers.known import CATEGORIES, limit_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS: Final = (
    Column("key", "标识", 20), Column("name", "名称", 24), Column("parent", "上级标识", 20), Column("code", "编码", 12),
    Column("english", "英文名称", 28), Column("line", "条线", 10), Column("urgency", "紧急程度", 10),
    Column("limit", "处置时限", 12), Column("limits", "其他时限", 28), Column("words", "常用词", 32),
    Column("order", "排序", 8), Column("active", "使用中", 8),
)  # fmt: skip


def category_rows(town: Town) -> Iterator[Row]:
    """Every category, in use or not, each group before its own."""
    every, urgencies = categories(town), {key: word for word, key in URGENCIES.items()}
    called = {name: words for words, name in limit_words(town).items()}  # the Chinese word is the last
    for row in CATEGORIES.rows(town):
        told = ((called.get(name, name), value) for name, value in row.limits.items() if name != HANDLE)
        others = (f"{words} {limit_said(value)}" for words, value in told)
        yield {
            "key": row.key, "name": row.name, "parent": every[row.parent_id].key if row.parent_id else "",
            "code": row.code, "english": row.name_en, "line": row.line, "urgency": urgencies[row.urgency],
            "limit": limit_said(row.limits[HANDLE]) if HANDLE in row.limits else "", "limits": "；".join(others),
            "words": "、".join(row.words), "order": row.order, "active": row.active,
        }  # fmt: skip
