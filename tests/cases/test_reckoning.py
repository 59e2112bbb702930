"""Where the holiday table ended, due times were provisional; when it goes on they are settled, and the history says so."""

from datetime import date, timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.reckoning import reckon_provisional
from lianxin.cases.models import Case, Duty
from lianxin.cases.values import Draft, Holder
from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import CalendarDay
from lianxin.people.queries import unit_by_key
from towns import MONDAY, ZONE, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]

EVE = MONDAY.replace(year=2026, month=12, day=30)  # a Wednesday; the year's end is near


@pytest.fixture
def town_at_its_tables_end(town):
    _known_until(town, date(2026, 12, 31))
    CalendarDay.objects.for_system("test", town).filter(day__gt=date(2026, 12, 31)).delete()
    bump(town)
    return town


def _known_until(town, day):
    town.settings["calendar_until"] = day.isoformat()
    town.save(update_fields=["settings"])
    bump(town)


def _holidays(town, *days):
    for day in days:
        CalendarDay(town=town, day=day, hours=[]).save(force_insert=True)
    _known_until(town, date(2027, 12, 31))


def _handled(town, now):
    """A case in handling, five working days."""
    done = open_case(Draft("request", "路灯不亮", "路灯不亮三天"), actor=nobody(town), now=now)
    holder = Holder(unit_by_key(town, "utilities").pk, who(town, "handler").post_id)
    for name, act, given in (("clerk", "accept", {}), ("clerk", "assign", {"holder": holder}), ("handler", "take", {})):
        done = transition(done.standing, act, actor=who(town, name), now=now, given=given)
    return done


def _now(town, done):
    case = Case.objects.for_system("test", town).get(pk=done.case.pk)
    duty = Duty.objects.for_system("test", town).get(case_id=case.pk, what="main", done_at=None)
    return case, duty


def test_what_was_provisional_is_reckoned_by_the_new_table_and_settled(town_at_its_tables_end):
    town = town_at_its_tables_end
    done = _handled(town, EVE)
    before, duty = _now(town, done)
    assert before.state["provisional"]
    _holidays(town, date(2027, 1, 1), date(2027, 1, 4))
    assert reckon_provisional(town, now=EVE + timedelta(hours=1)) == 1
    after, duty = _now(town, done)
    assert after.due_at.astimezone(ZONE).date() - before.due_at.astimezone(ZONE).date() == timedelta(days=2)
    assert (duty.due_at, duty.soon_at.isoformat()) == (after.due_at, after.state["soon_at"])
    assert not after.state["provisional"]
    assert "reckoned" not in after.state
    assert Entry.objects.for_system("test", town).filter(subject_id=after.pk, act="reckon").count() == 1
    assert list(verify(town)) == []
    assert reckon_provisional(town, now=EVE + timedelta(hours=2)) == 0


def test_a_table_that_does_not_go_on_changes_nothing(town_at_its_tables_end):
    town = town_at_its_tables_end
    done = _handled(town, EVE)
    assert reckon_provisional(town, now=EVE + timedelta(hours=1)) == 0
    assert _now(town, done)[0].version == done.case.version


def test_what_ran_on_after_a_pause_is_reckoned_from_there(town_at_its_tables_end):
    town = town_at_its_tables_end
    done = _handled(town, EVE)
    day, supervisor = timedelta(days=1), who(town, "supervisor")
    given = {"reason": "等材料", "until": EVE + 30 * day}
    done = transition(done.standing, "suspend", actor=supervisor, now=EVE + timedelta(hours=1), given=given)
    assert not _now(town, done)[0].state["provisional"]
    done = transition(done.standing, "resume", actor=supervisor, now=EVE + timedelta(hours=2))
    before, _duty = _now(town, done)
    assert before.state["provisional"]
    _holidays(town, date(2027, 1, 1))
    assert reckon_provisional(town, now=EVE + day) == 1
    after, duty = _now(town, done)
    assert after.due_at > before.due_at
    assert duty.due_at == after.due_at
    assert list(verify(town)) == []


def test_an_extension_is_a_date_and_stays(town_at_its_tables_end):
    town = town_at_its_tables_end
    done = _handled(town, EVE)
    until = done.case.due_at + timedelta(days=20)
    for name, act, given in (("handler", "ask_extension", {"reason": "雨天", "until": until}), ("supervisor", "grant_extension", {"until": until})):
        done = transition(done.standing, act, actor=who(town, name), now=EVE + timedelta(hours=1), given=given)
    _holidays(town, date(2027, 1, 1))
    assert reckon_provisional(town, now=EVE + timedelta(hours=2)) == 0
    assert _now(town, done)[0].due_at == done.case.due_at
