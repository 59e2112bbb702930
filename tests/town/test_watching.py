"""A town itself is watched: what is said of it, and which of its kinds nobody else may see; settings are told once."""

import pytest

from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import change_row
from lianxin.ledger.verify import verify
from lianxin.people.actors import system
from lianxin.people.models import Role, Unit
from lianxin.town.base import set_up
from lianxin.town.registers.town import change_town
from lianxin.town.watching import watch, watch_all
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


@pytest.fixture
def begun(town):
    watch(town, now=MONDAY)
    return town


def tamper(town, **columns):
    held = Town.objects.get(pk=town.pk)
    settings = {**held.settings, **{name: columns.pop(name) for name in list(columns) if name in held.settings}}
    Town.objects.filter(pk=town.pk).update(settings=settings, **columns)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "假镇"), ("name_en", "False"), ("county", "某县"), ("phone", "12345"), ("code", "999001199"),
        ("letters", "XX"), ("is_demo", False), ("report_kind", "wish"), ("hours", {"0": [["00:00", "24:00"]]}),
        ("makeup", []), ("calendar_until", "2099-12-31"), ("confidential", []),
    ],
)  # fmt: skip
def test_what_is_said_of_the_town_is_named_when_it_was_changed_behind_the_products_back(begun, name, value):
    assert list(verify(begun)) == []
    tamper(begun, **{name: value})
    assert [(broken.subject, broken.detail) for broken in verify(begun)] == [(f"town:{begun.pk}", name)]


def test_the_town_changed_in_the_page_holds(begun):
    change_town(begun, {"name": "新连心镇", "makeup": [["09:00", "12:00"]]}, actor=who(begun, "admin"), now=MONDAY)
    assert list(verify(begun)) == []
    tamper(begun, name="连心镇")
    assert [broken.detail for broken in verify(begun)] == ["name"]


def test_a_town_just_set_up_is_watched_whole():
    town = set_up(Town(letters="ZZ", name="新镇", code="999001777"), now=MONDAY)
    assert list(verify(town)) == []
    role = Role.objects.for_system("test", town).get(key="grid_worker")
    Role.objects.for_system("tamper", town).filter(pk=role.pk).update(may=[*role.may, "configure"])
    assert [str(broken) for broken in verify(town)] == [f"role:{role.pk} entry 1: the row is not what was last written (may)"]


def test_an_older_town_is_written_down_once_and_what_comes_in_unseen_after_that_is_named(town):
    unit = Unit.objects.for_system("test", town).get(key="utilities")
    change_row(unit, "unit", {"name": "水务站"}, actor=system(town), now=MONDAY)
    assert watch_all(now=MONDAY) > 100
    entries = Entry.objects.for_system("test", town)
    count = entries.count()
    assert watch_all(now=MONDAY) == 0
    assert entries.count() == count
    assert entries.get(subject_kind="unit", subject_id=unit.pk).act == "change"  # what had a history goes on with it
    Unit(town=town, key="ghost", name="不知何人所设").save(force_insert=True)
    assert watch(town, now=MONDAY) == 0  # nor does another start take it in
    assert [broken.what for broken in verify(town)] == ["a row that nobody made"]
