from datetime import timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.values import Draft, Holder
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from towns import MONDAY, reporter_of, who

pytestmark = pytest.mark.django_db


def test_a_request_goes_round(town, django_assert_max_num_queries):
    done = open_case(
        Draft(kind="request", title="路灯不亮", text="村口路灯坏了三天", lon=117.005, lat=34.605),
        actor=nobody(town),
        now=MONDAY,
    )
    with django_assert_max_num_queries(8):
        done = open_case(
            Draft(kind="request", title="路灯不亮", text="村口路灯坏了三天", lon=117.005, lat=34.605),
            actor=nobody(town),
            now=MONDAY,
        )
    t = MONDAY
    utilities = unit_by_key(town, "utilities")
    rep = reporter_of(town, done)
    for act, actor, given in [
        ("accept", "clerk", {}),
        ("assign", "clerk", {"holder": Holder(utilities.pk)}),
        ("take", "handler", {}),
        ("contact", "handler", {"contacted": "reached"}),
        ("record", "handler", {"note": "x"}),
        ("finish", "handler", {"answer": "修好了"}),
        ("satisfied", rep, {"rating": "5"}),
        ("close", "supervisor", {}),
    ]:
        t += timedelta(minutes=30)
        actor = who(town, actor) if isinstance(actor, str) else actor
        with django_assert_max_num_queries(10):
            done = transition(done.case.pk, act, actor=actor, now=t, given=given)
        print(act, done.case.step, done.case.due_at, done.case.unit)
    assert done.case.closed_at
    assert list(verify(town)) == []
