"""When the holiday table goes on, what was due past its end is reckoned again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lianxin.cases.actions.doors import state_of
from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows
from lianxin.cases.columns import apply
from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.roles import MAIN
from lianxin.keys.rows import change
from lianxin.people.actors import system
from lianxin.people.queries import clock_of
from lianxin.workflow.engine import Refused, reckon_again

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.cases.values import Standing
    from lianxin.keys.models import Town


def reckon_provisional(town: Town, *, now: datetime) -> int:
    """Reckon every provisional due time of a town again; returns how many cases got another, or a settled one.

    A case that somebody moves at the same moment is left for the next time.
    """
    rows = Case.objects.for_system("reckon", town).filter(closed_at=None, state__provisional=True)
    done = 0
    for pk in list(rows.order_by("id").values_list("id", flat=True)):
        try:
            done += _reckon(stand(system(town), pk=pk), town, now)
        except (Refused, NotSeen):
            continue
    return done


def _reckon(standing: Standing, town: Town, now: datetime) -> bool:
    case, before = standing.case, state_of(standing)
    after = reckon_again(before, clock_of(town, case.unit_id))
    if after == before:
        return False
    seen, kept = case.version, {name: case.state[name] for name in case.state if name not in before.to_json()}
    changed = apply(case, {"due_at": after.due_at, "state": {**kept, **after.to_json()}})
    sheet = Sheet(case, system(town), now, "reckon", source=case.step, quiet=True)
    entry, texts = entry_of(sheet, changed)
    with transaction.atomic():
        save_changes(case, seen, changed)
        save_rows(sheet, entry, texts)
        moved = {"due_at": after.due_at, "soon_at": after.soon_at, "swept": False}
        for duty in standing.duties:
            if duty.what == MAIN:
                change(Duty, town.pk, {"id": duty.pk}, moved)
    return True
