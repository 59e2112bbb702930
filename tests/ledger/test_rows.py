"""Rows of settings and their history: what was, what became, put back, found when altered."""

from datetime import timedelta

import pytest

from lianxin.cases.models import Category
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import (
    StaleRow,
    add_row,
    as_columns,
    before_entry,
    change_row,
    drop_row,
    past_of,
    plain,
    stamp_of,
)  # fmt: skip
from lianxin.ledger.verify import verify
from lianxin.people.actors import system
from lianxin.people.models import Unit
from towns import MONDAY

pytestmark = pytest.mark.django_db


def _unit(town):
    return Unit.objects.for_system("test", town).get(key="utilities")


def _change(unit, facts, minutes=0, **more):
    return change_row(unit, "unit", facts, actor=system(unit.town), now=MONDAY + timedelta(minutes=minutes), **more)


def test_a_change_says_what_was_and_what_became_of_the_columns_that_changed(town):
    unit = _unit(town)
    was = unit.name
    assert _change(unit, {"name": "水务站", "line": unit.line}, why="改名") == ["name"]
    [entry] = past_of(town, "unit", unit.pk)
    assert entry.data["was"] == {"name": was}
    assert entry.data["now"] == {"name": "水务站"}
    assert entry.texts.get().body == "改名"
    assert _unit(town).name == "水务站"


def test_nothing_is_written_when_nothing_changes(town):
    unit = _unit(town)
    assert _change(unit, {"name": unit.name}) == []
    assert past_of(town, "unit", unit.pk) == []


def test_who_saw_an_older_row_overwrites_nothing(town):
    unit = _unit(town)
    seen = stamp_of(unit)
    _change(unit, {"name": "甲"}, seen=seen)
    with pytest.raises(StaleRow) as raised:
        _change(_unit(town), {"name": "乙"}, 1, seen=seen)
    assert raised.value.row.name == "甲"
    assert _unit(town).name == "甲"


def test_any_earlier_state_can_be_put_back(town):
    unit = _unit(town)
    first = plain(unit)
    for n, name in enumerate(("甲", "乙", "丙")):
        _change(unit, {"name": name, "phone": f"0516-{n}"}, n)
    past = past_of(town, "unit", unit.pk)
    assert before_entry(unit, past, 1) == first
    assert before_entry(unit, past, 3)["name"] == "乙"
    _change(unit, as_columns(Unit, before_entry(unit, past, 1)), 9, act="restore")
    assert plain(_unit(town)) == first
    assert list(verify(town)) == []


def test_a_row_changed_behind_the_products_back_is_found_by_column(town):
    unit = _unit(town)
    _change(unit, {"name": "甲", "phone": "1"})
    Unit.objects.for_system("tamper", town).filter(pk=unit.pk).update(phone="2")
    [fault] = verify(town)
    assert (fault.subject, fault.detail) == (f"unit:{unit.pk}", "phone")


def test_a_row_that_is_gone_is_found_and_one_taken_away_is_not_missed(town):
    now, actor = MONDAY, system(town)
    row = Category(town=town, key="new", name="新类")
    add_row(row, "category", actor=actor, now=now)
    Category.objects.for_system("tamper", town).filter(pk=row.pk).delete()
    [fault] = verify(town)
    assert fault.what == "its row is missing"
    again = Category(id=row.pk, town=town, key="new", name="新类")
    again.save(force_insert=True)
    drop_row(again, "category", actor=actor, now=now)
    assert list(verify(town)) == []
    assert Entry.objects.for_system("test", town).filter(subject_kind="category").count() == 2
    Category(id=row.pk, town=town, key="new", name="新类").save(force_insert=True)
    [fault] = verify(town)
    assert fault.what == "stands although it was taken away"
