"""The programs' door with everything a town has in it; `lianxin.cases.api.door` is its frame."""

from lianxin.cases.api.door import api
from lianxin.town.api import files, questions, registers, rules, whole, workflows

for each in (
    whole.staff,
    workflows.staff,
    rules.staff,
    questions.staff,
    files.staff,
    registers.staff,
):  # the last takes any key
    api.add_router("", each.router)

__all__ = ["api"]
