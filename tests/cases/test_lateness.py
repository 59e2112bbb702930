"""What is handed out late was handled in time: the handlers' lateness is that of their own steps, whatever they are called."""

from datetime import timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.queries.figures import Slice, sliced
from lianxin.cases.values import Draft, Holder
from lianxin.people.actors import nobody
from lianxin.people.models import Account, Post, Role
from lianxin.people.queries import unit_by_key
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]


@pytest.mark.parametrize(("late", "overdue"), [("hand", 0), ("grant", 1)])
def test_a_step_is_the_handlers_by_its_own_workflow(town, late, overdue):
    account = Account.objects.create(username="window.lx", name="window")
    role = Role.objects.for_system("tests", town).get(key="window")
    Post.objects.create(town=town, account=account, unit=unit_by_key(town, "desk"), role=role, title="窗口")
    done = open_case(Draft("application", "开证明"), actor=nobody(town), now=MONDAY)
    now, civil = MONDAY, Holder(unit_by_key(town, "utilities").pk)
    for name, act, given in (("window", "accept", {"holder": civil}), ("handler", "grant", {}), ("window", "hand", {})):
        now += timedelta(days=60 if act == late else 0)
        transition(done.case.pk, act, actor=who(town, name), now=now, given=given)
    leader = who(town, "leader")
    assert sliced(leader, Slice(what="closed"), now=now).count() == 1
    assert sliced(leader, Slice(what="overdue"), now=now).count() == overdue
