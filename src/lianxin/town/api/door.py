"""The programs' door with everything a town has in it; `lianxin.cases.api.door` is its frame."""

from lianxin.cases.api.door import api
from lianxin.town.api import registers, whole

for each in (whole.staff, registers.staff):
    api.add_router("", each.router)

__all__ = ["api"]
