"""Registers: the same fields read a form, a file and a program; every change has a way back."""

from datetime import timedelta

import pytest
import yaml
from django.http import QueryDict
from django.utils import timezone

from lianxin.cases.models import Category
from lianxin.cases.queries.setup import categories, limits_of
from lianxin.keys.cache import bump
from lianxin.ledger.rows import StaleRow, past_of, plain, stamp_of
from lianxin.ledger.verify import verify
from lianxin.people.models import CalendarDay, Turn, Unit
from lianxin.people.queries import clock_of, units
from lianxin.places.models import AddressName
from lianxin.places.queries import find_address
from lianxin.town.registers.fields import Wrong
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import (
    NotKept,
    Reading,
    as_file,
    bring_again,
    change,
    changes,
    enter,
    gone,
    put_back,
    read_file,
    read_form,
    take_away,
)
from lianxin.town.registers.times import spans_of
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


def form_of(register, town, row=None, **changed):
    """A form as its page would send it, with some fields filled otherwise."""
    values = plain(row if row is not None else register.model(town=town))
    data = QueryDict(mutable=True)
    for each in register.fields:
        for widget in each.widgets(town, values.get(each.column), None):
            value = widget["value"]
            if widget["type"] == "checkbox":
                data.setlist(widget["name"], ["1"] if value else [])
            elif isinstance(value, list):
                data.setlist(widget["name"], [str(one) for one in value])
            else:
                data[widget["name"]] = str(value)
            if "unit_name" in widget:
                data[widget["unit_name"]] = widget["unit"]
    for name, value in changed.items():
        data.setlist(name, value) if isinstance(value, list) else data.__setitem__(name, value)
    return data


@pytest.fixture(autouse=True)
def turn(town):
    """Somebody on duty and two names, so that no register is empty."""
    for name, point in (("老粮站", [117.0051234, 34.605]), ("解放路", None)):
        AddressName.objects.create(town=town, name=name, kind="landmark", grid=grid_named(town, "1-1"), point=point)
    now = timezone.now().replace(second=0, microsecond=0)
    made = Turn(town=town, post_id=who(town, "handler").post_id, starts=now + timedelta(hours=1), ends=now + timedelta(hours=9))
    made.save(force_insert=True)
    return made


@pytest.mark.parametrize("key", sorted(REGISTERS))
def test_a_form_sent_back_untouched_changes_nothing(town, key):
    register, actor = REGISTERS[key], who(town, "security" if key == "roles" else "admin")
    for row in list(register.rows(town)):
        reading = read_form(register, town, form_of(register, town, row), row)
        assert reading.faults == {}
        assert change(register, row, reading, actor=actor, now=MONDAY) == []


@pytest.mark.parametrize("key", sorted(REGISTERS))
def test_a_file_read_back_changes_nothing(town, key):
    register, actor = REGISTERS[key], who(town, "security" if key == "roles" else "admin")
    told = yaml.safe_load(yaml.safe_dump(as_file(register, town), allow_unicode=True))
    rows = list(register.rows(town))
    assert len(told) == len(rows)
    for row, data in zip(rows, told, strict=True):
        reading = read_file(register, town, data, row)
        assert reading.faults == {}
        assert change(register, row, reading, actor=actor, now=MONDAY) == []


def test_a_category_with_limits_counts_at_once_and_comes_back(town):
    register, actor = REGISTERS["categories"], who(town, "admin")
    group = next(row for row in categories(town).values() if row.parent_id is None)
    data = form_of(
        register, town, name="共享单车乱停", parent_id=str(group.pk), limits_n_handle="2", limits_u_handle="working_days"
    )
    row = enter(register, read_form(register, town, data), actor=actor, now=MONDAY)
    assert row.key.startswith("c")
    assert str(limits_of(town, row.pk)["handle"]) == "2 working_days"
    edit = form_of(register, town, row, limits_n_handle="5", words="单车、共享单车，乱停")
    later = MONDAY + timedelta(hours=1)
    done = change(register, row, read_form(register, town, edit, row), actor=actor, now=later, why="共享单车公司要五天")
    assert done == ["limits", "words"]
    [second, first] = changes(register, town, row)
    assert ("时限", "事件处置 2个工作日", "事件处置 5个工作日") in second.fields
    assert second.why == "共享单车公司要五天"
    assert first.entry.act == "add"
    assert put_back(register, row, second.entry.seq, actor=actor, now=later) == ["limits", "words"]
    assert str(limits_of(town, row.pk)["handle"]) == "2 working_days"
    assert list(verify(town)) == []


def test_who_saw_it_before_somebody_else_changed_it_overwrites_nothing(town):
    register, actor = REGISTERS["units"], who(town, "admin")
    row = Unit.objects.for_system("test", town).get(key="utilities")
    seen = stamp_of(row)
    change(register, row, read_form(register, town, form_of(register, town, row, phone="110"), row), actor=actor, now=MONDAY)
    stale = read_form(register, town, form_of(register, town, row, phone="120"), row)
    with pytest.raises(StaleRow):
        change(register, row, stale, actor=actor, now=MONDAY, seen=seen)
    assert units(town)[row.pk].phone == "110"


def test_a_unit_with_hours_of_its_own_has_its_own_clock(town):
    register, actor = REGISTERS["units"], who(town, "admin")
    row = Unit.objects.for_system("test", town).get(key="utilities")
    week = {f"hours_{day}": "00:00-12:00 12:00-23:59" for day in range(7)}
    reading = read_form(register, town, form_of(register, town, row, hours_own="1", **week), row)
    assert change(register, row, reading, actor=actor, now=MONDAY) == ["hours"]
    night = MONDAY.replace(hour=20)
    assert clock_of(town, row.pk).between(night, night + timedelta(hours=1), working=True) == 60
    assert clock_of(town).between(night, night + timedelta(hours=1), working=True) == 0


def test_a_holiday_entered_moves_limits_and_one_taken_away_moves_them_back(town):
    register, actor = REGISTERS["calendar"], who(town, "admin")
    day = MONDAY.date() + timedelta(days=1)
    before = clock_of(town).between(MONDAY, MONDAY + timedelta(days=3), working=True)
    row = enter(register, read_form(register, town, form_of(register, town, day=day.isoformat(), name="停电")),
                actor=actor, now=MONDAY)  # fmt: skip
    assert clock_of(town).between(MONDAY, MONDAY + timedelta(days=3), working=True) == before - 420
    pk, twice = row.pk, read_form(register, town, form_of(register, town, day=day.isoformat()))
    assert "day" in twice.faults
    take_away(register, row, actor=actor, now=MONDAY)
    assert clock_of(town).between(MONDAY, MONDAY + timedelta(days=3), working=True) == before
    assert not CalendarDay.objects.for_system("test", town).filter(pk=pk).exists()
    assert [entry.act for entry in past_of(town, "calendar", pk)] == ["add", "drop"]
    assert list(verify(town)) == []


def test_a_turn_is_entered_and_one_that_runs_backwards_is_not(town, turn):
    register, actor = REGISTERS["roster"], who(town, "admin")
    data = form_of(register, town, turn, starts="2030-05-01T17:30", ends="2030-05-02T08:30")
    row = enter(register, read_form(register, town, data), actor=actor, now=MONDAY)
    assert (row.ends - row.starts, row.starts.isoformat()) == (timedelta(hours=15), "2030-05-01T17:30:00+08:00")
    for starts, ends in (("2030-05-02T08:30", "2030-05-01T17:30"), ("2030-05-01T08:00", "2030-05-20T08:00"), ("x", "y")):
        reading = read_form(register, town, form_of(register, town, turn, starts=starts, ends=ends))
        assert reading.faults
    assert list(verify(town)) == []


@pytest.mark.row("A1")
def test_a_name_is_entered_corrected_and_put_back_and_addresses_follow(town):
    register, actor = REGISTERS["names"], who(town, "admin")
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    said = {"name": "花鼓巷", "kind": "alias", "grid_id": str(first.pk), "point": "117.005, 34.605"}
    row = enter(register, read_form(register, town, form_of(register, town, **said)), actor=actor, now=MONDAY)
    assert find_address(town, "花鼓巷 3 号").places[0].grid_id == first.pk
    twice = read_form(register, town, form_of(register, town, **said))
    assert set(twice.faults) == {"name"}
    there = read_form(register, town, form_of(register, town, row, grid_id=str(second.pk)), row)
    assert "1村1格" in there.faults["point"]
    moved = read_form(register, town, form_of(register, town, row, grid_id=str(second.pk), point=""), row)
    assert set(change(register, row, moved, actor=actor, now=MONDAY)) == {"grid_id", "point"}
    assert find_address(town, "花鼓巷 3 号").places[0].grid_id == second.pk
    put_back(register, row, changes(register, town, row)[0].entry.seq, actor=actor, now=MONDAY)
    assert find_address(town, "花鼓巷 3 号").places[0].grid_id == first.pk
    assert list(verify(town)) == []


@pytest.mark.parametrize("key", ["calendar", "names", "roster"])
def test_what_was_taken_away_is_listed_and_comes_back_with_its_history(town, key):
    register, actor = REGISTERS[key], who(town, "admin")
    row = next(iter(register.rows(town)))
    stood, pk, title = plain(row), row.pk, register.title(town, row)
    take_away(register, row, actor=actor, now=MONDAY)
    [held] = gone(register, town)
    assert (register.title(town, held.row), held.row.pk, held.entry.act) == (title, pk, "drop")
    clerk = who(town, "clerk")
    for by, seq in ((clerk, held.entry.seq), (actor, held.entry.seq + 1)):
        with pytest.raises(NotKept):
            bring_again(register, pk, seq, actor=by, now=MONDAY)
    with pytest.raises(StaleRow):
        bring_again(register, pk, held.entry.seq, actor=actor, now=MONDAY, seen="another")
    bring_again(register, pk, held.entry.seq, actor=actor, now=MONDAY, seen=stamp_of(held.row))
    assert plain(register.of(town, pk)) == stood
    assert gone(register, town) == []
    assert [entry.act for entry in past_of(town, register.kind, pk)][-2:] == ["drop", "restore"]
    with pytest.raises(NotKept):
        bring_again(register, pk, held.entry.seq, actor=actor, now=MONDAY)
    assert list(verify(town)) == []


def test_a_day_that_was_entered_anew_does_not_come_back_beside_itself(town):
    register, actor = REGISTERS["calendar"], who(town, "admin")
    data = form_of(register, town, day="2031-05-04", name="青年节")
    row = enter(register, read_form(register, town, data), actor=actor, now=MONDAY)
    pk = row.pk
    take_away(register, row, actor=actor, now=MONDAY)
    enter(register, read_form(register, town, data), actor=actor, now=MONDAY)
    with pytest.raises(NotKept) as refused:
        bring_again(register, pk, past_of(town, "calendar", pk)[-1].seq, actor=actor, now=MONDAY)
    assert "day" in refused.value.faults


REFUSED = {
    "the last desk": ("units", "desk", {"desk_of": []}, "desk_of"),
    "a unit with open work or people": ("units", "utilities", {"active": []}, "active"),
    "a week without hours": ("units", "utilities", {"hours_own": "1", **{f"hours_{d}": "" for d in range(7)}}, "hours"),
    "hours that run backwards": ("units", "utilities", {"hours_own": "1", "hours_0": "12:00-08:00"}, "hours"),
    "a group under a group": ("categories", "sanitation", {"parent_id": "self"}, "parent_id"),
    "a limit of a million years": ("categories", "garbage", {"limits_n_handle": "999999999"}, "limits"),
    "a limit of words": ("categories", "garbage", {"limits_n_handle": "三"}, "limits"),
    "no name": ("categories", "garbage", {"name": " "}, "name"),
    "a name too long": ("categories", "garbage", {"name": "长" * 61}, "name"),
    "the administrator who reads cases": ("roles", "admin", {"sees": "town"}, "sees"),
    "nobody to keep the accounts": ("roles", "admin", {"may": ["configure"]}, None),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_would_break_the_town_is_refused_with_a_sentence(town, case):
    key, row_key, changed, fault = REFUSED[case]
    register, actor = REGISTERS[key], who(town, "security" if key == "roles" else "admin")
    rows = {row.key: row for row in register.rows(town)}
    row = rows.get(row_key) or next(r for r in rows.values() if getattr(r, "parent_id", None))
    if "parent_id" in changed:
        row = next(r for r in rows.values() if r.parent_id is None)
        changed = {"parent_id": str(next(r.pk for r in rows.values() if r.parent_id is None and r.pk != row.pk))}
    before = plain(row)
    reading = read_form(register, town, form_of(register, town, row, **changed), row)
    if fault is None:  # the security administrator still keeps them
        assert reading.faults == {}
        return
    assert set(reading.faults) == {fault}
    with pytest.raises(NotKept):
        change(register, row, reading, actor=actor, now=MONDAY)
    assert plain(register.of(town, row.pk)) == before


def test_no_second_unit_in_service_takes_a_name_and_two_of_old_keep_theirs(town):
    register, actor = REGISTERS["units"], who(town, "admin")
    first = Unit.objects.for_system("test", town).get(key="utilities")
    data = form_of(register, town, name=first.name)
    assert set(read_form(register, town, data).faults) == {"name"}
    quiet = Unit.objects.for_system("test", town).create(town=town, key="quiet", name=first.name, active=False)
    bump(town)
    again = read_form(register, town, form_of(register, town, quiet, active="1"), quiet)
    assert set(again.faults) == {"name"}
    Unit.objects.for_system("test", town).filter(key="quiet").update(active=True)  # a town of an earlier version
    bump(town)
    twin = register.of(town, quiet.pk)
    fixed = read_form(register, town, form_of(register, town, twin, phone="0516-80000110"), twin)
    assert change(register, twin, fixed, actor=actor, now=MONDAY) == ["phone"]
    other = Unit.objects.for_system("test", town).get(key="desk")
    assert set(read_form(register, town, form_of(register, town, other, name=first.name), other).faults) == {"name"}


def test_nobody_changes_a_register_whose_right_they_lack(town):
    for key, name in (("units", "clerk"), ("roles", "auditor"), ("categories", "security")):
        row = next(iter(REGISTERS[key].rows(town)))
        with pytest.raises(NotKept):
            change(REGISTERS[key], row, Reading({"name": "x"}), actor=who(town, name), now=MONDAY)


def test_another_towns_row_is_not_found(town, other_town):
    row = Category.objects.for_system("test", other_town).first()
    assert REGISTERS["categories"].of(town, row.pk) is None


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("8:30-12:00 14:00-17:30", [["08:30", "12:00"], ["14:00", "17:30"]]),
        ("08：30至12：00，14:00—17:30", [["08:30", "12:00"], ["14:00", "17:30"]]),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert spans_of(text) == spans


@pytest.mark.parametrize("text", ["早上", "25:00-26:00", "12:00-08:00", "08:00-12:00 11:00-13:00", "08:30"])
def test_hours_that_cannot_be_are_refused(text):
    with pytest.raises(Wrong):
        spans_of(text)
