"""A unit that has hours of its own is given its limits in them, from whoever the case comes."""

from datetime import datetime

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Duty
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Draft, Holder
from lianxin.keys.cache import bump
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Unit
from lianxin.people.queries import unit_by_key
from towns import ZONE, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]
FRIDAY = datetime(2026, 3, 6, 17, 0, tzinfo=ZONE)
ROUND_THE_CLOCK = {str(day): [["00:00", "00:00"]] for day in range(7)}


@pytest.fixture
def police(town):
    Unit.objects.for_system("tests", town).filter(key="police").update(hours=ROUND_THE_CLOCK)
    bump(town)
    return Holder(unit_by_key(town, "police").pk)


def triaged(town):
    done = open_case(Draft("request", "噪声扰民"), actor=nobody(town), now=FRIDAY)
    return transition(done.case.pk, "accept", actor=who(town, "clerk"), now=FRIDAY)


def test_a_limit_runs_by_the_hours_of_the_unit_it_comes_to(town, police):
    done = transition(triaged(town).case.pk, "assign", actor=who(town, "clerk"), now=FRIDAY, given={"holder": police})
    assert done.case.due_at == FRIDAY.replace(hour=21)  # four working hours, not Monday noon
    assert done.standing.main.due_at == done.case.due_at
    assert stand(who(town, "leader"), pk=done.case.pk).main.soon_at == FRIDAY.replace(hour=19)
    assert list(verify(town)) == []


def test_a_case_raised_with_a_unit_begins_in_its_hours(town, police):
    done = open_case(Draft("request", "噪声扰民", holder=police), actor=nobody(town), now=FRIDAY)
    assert done.case.due_at == done.standing.main.due_at == FRIDAY.replace(hour=18)  # one working hour
    assert list(verify(town)) == []


def test_what_is_asked_of_several_units_runs_by_the_hours_of_each(town, police):
    sanitation = unit_by_key(town, "sanitation").pk
    given = {"units": [police.unit_id, sanitation], "note": "一起看看"}
    done = transition(triaged(town).case.pk, "confer", actor=who(town, "clerk"), now=FRIDAY, given=given)
    rows = Duty.objects.for_system("tests", town).filter(case_id=done.case.pk, what="conference")
    due = {row.unit_id: row.due_at for row in rows}
    assert due == {
        police.unit_id: datetime(2026, 3, 9, 0, 0, tzinfo=ZONE),  # two days on: it is open on Sunday
        sanitation: datetime(2026, 3, 10, 17, 30, tzinfo=ZONE),
    }
