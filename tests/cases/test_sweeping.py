"""The clockwork looks at each due time once, and at a new due time again."""

from datetime import timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case
from lianxin.cases.tasks import sweep
from lianxin.cases.values import Draft, Holder
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_case_that_was_resumed_by_the_clockwork_is_late_in_its_turn(town):
    done = open_case(Draft("request", "路灯不亮"), actor=nobody(town), now=MONDAY)
    pk, until = done.case.pk, MONDAY + 10 * DAY
    holder = Holder(unit_by_key(town, "utilities").pk)
    for name, act, given in (
        ("clerk", "accept", {}), ("clerk", "assign", {"holder": holder}), ("handler", "take", {}),
        ("supervisor", "suspend", {"reason": "等配件", "until": until}),
    ):  # fmt: skip
        transition(pk, act, actor=who(town, name), now=MONDAY, given=given)
    assert sweep(town, now=until + MINUTE) == 1
    case = Case.objects.for_system("tests", town).get(pk=pk)
    assert (case.state["paused_at"], case.due_at > until) == (None, True)
    assert sweep(town, now=case.due_at + MINUTE) == 1
    assert Case.objects.for_system("tests", town).get(pk=pk).state["counts"]["overdue"] == 1
    assert sweep(town, now=case.due_at + 2 * MINUTE) == 0
