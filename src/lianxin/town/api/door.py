"""The programs' door with everything a town has in it; `lianxin.cases.api.door` is its frame."""

from lianxin.cases.api.door import api
from lianxin.town.api import (
    backward,
    files,
    ledger,
    micros,
    party,
    people,
    questions,
    records,
    registers,
    rules,
    sites,
    supervising,
    whole,
    workflows,
)

for each in (
    whole.staff,
    workflows.staff,
    rules.staff,
    questions.staff,
    files.staff,
    backward.staff,
    sites.staff,
    people.staff,
    micros.staff,
    party.staff,
    ledger.staff,
    supervising.staff,
    records.staff,
    registers.staff,  # the last: its paths take any key
):
    api.add_router("", each.router)

__all__ = ["api"]
