"""Party groups and centre households: what the columns of their tables are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lianxin.town.imports.registered import titles_of
from lianxin.town.registers.party import CENTRES, GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lianxin.town.registers.register import Register

Titles = dict[str, tuple[str, ...]]
OF_GROUPS: Final[Titles] = titles_of({
    "name": ("党小组名称", "党小组", "名称", "name"),
    "leader": ("组长账号", "账号", "leader"),
    "members": ("党员数", "党员人数", "members"),
})  # fmt: skip
OF_CENTRES: Final[Titles] = titles_of({
    "name": ("户主姓名", "中心户", "姓名", "name"),
    "phone": ("电话", "联系电话", "手机", "phone"),
    "address": ("住址", "地址", "address"),
    "members": ("党员数", "党员人数", "members"),
})  # fmt: skip
TABLES: Final[Mapping[str, tuple[Register, Titles]]] = {
    "groups": (GROUPS, OF_GROUPS), "centres": (CENTRES, OF_CENTRES),
}  # fmt: skip
