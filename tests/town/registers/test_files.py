"""A town's set-up as one file: out, in, and every fault before anything stays."""

import pytest
import yaml
from django.utils.translation import override

from lianxin.cases.models import Category
from lianxin.cases.queries.setup import categories
from lianxin.keys.cache import forget
from lianxin.ledger.verify import verify
from lianxin.people.models import Unit
from lianxin.people.queries import units
from lianxin.town.registers.faults import YAML_FAULTS, in_words
from lianxin.town.registers.files import load, written
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


def test_what_was_written_read_back_changes_nothing_and_is_written_the_same(town):
    source = written(town)
    loaded = load(town, source, actor=who(town, "system"), now=MONDAY)
    assert (loaded.faults, loaded.added, loaded.changed) == ([], {}, {})
    assert loaded.same["units"] == len(units(town))
    assert written(town) == source


def test_one_towns_file_sets_up_another_town(town, other_town):
    whole = yaml.safe_load(written(town))
    whole["units"] = [{"key": "water", "name": "水务所", "line": "城管"}, *(u for u in whole["units"] if "grid" not in u)]
    whole["categories"].append({"key": "taps", "name": "取水点", "limits": {"handle": "2 working_days"}})
    del whole["town"]["name"]
    loaded = load(other_town, yaml.safe_dump(whole, allow_unicode=True), actor=who(other_town, "system"), now=MONDAY)
    assert loaded.faults == []
    assert loaded.added == {"units": 1, "categories": 1}
    assert Unit.objects.for_system("test", other_town).get(key="water").name == "水务所"
    assert Unit.objects.for_system("test", town).filter(key="water").count() == 0
    assert list(verify(other_town)) == []


def test_with_one_fault_nothing_is_changed_and_every_fault_is_told(town):
    before = written(town)
    whole = {
        "units": [{"key": "utilities", "name": "改了名"}, {"key": "desk", "desk_of": ["nobody"]}, "?"],
        "categories": [{"name": "没有大类的", "parent": "nowhere"}, {"key": "x", "limits": {"handle": "3 moons"}}],
        "calendar": [{"day": "2026-13-01"}],
        "town": {"hours": {1: "17:00-08:00"}, "colour": "red"},
        "spells": [],
    }
    loaded = load(town, yaml.safe_dump(whole, allow_unicode=True), actor=who(town, "system"), now=MONDAY)
    places = [fault.place for fault in loaded.faults]
    assert sorted(places) == sorted([
        "spells", "town.hours", "town.colour", "units[2].desk_of", "units[3]", "calendar[1].day",
        "categories[1].parent", "categories[2].name", "categories[2].limits",
    ])  # fmt: skip
    forget()
    assert written(town) == before


def test_a_file_whose_holiday_table_has_ended_is_told_where_and_nothing_of_it_stays(town):
    before, old = written(town), MONDAY.replace(year=MONDAY.year - 1).date().isoformat()
    source = yaml.safe_dump({"units": [{"name": "新所"}], "town": {"calendar_until": old}}, allow_unicode=True)
    loaded = load(town, source, actor=who(town, "system"), now=MONDAY)
    assert [(fault.place, "已经过去" in fault.said) for fault in loaded.faults] == [("town.calendar_until", True)]
    forget()
    assert written(town) == before


def test_a_new_row_without_a_key_is_given_one(town):
    rows = {"categories": [{"name": "无代号"}], "units": [{"name": "新所"}], "clauses": [{"name": "甲", "text": "乙", "appeal": "丙"}]}
    source = yaml.safe_dump(rows, allow_unicode=True)
    loaded = load(town, source, actor=who(town, "system"), now=MONDAY)
    assert (loaded.faults, loaded.added) == ([], {"categories": 1, "units": 1, "clauses": 1})
    made = Category.objects.for_system("test", town).get(name="无代号")
    assert made.key.startswith("c")


def test_a_file_that_names_two_units_alike_is_told_where(town):
    rows = {"units": [{"key": "north", "name": "供水站"}, {"key": "south", "name": "供水站"}, {"name": "司法所"}]}
    loaded = load(town, yaml.safe_dump(rows, allow_unicode=True), actor=who(town, "system"), now=MONDAY)
    assert [(fault.place, "已有一个在用的单位" in fault.said) for fault in loaded.faults] == [
        ("units[2].name", True), ("units[3].name", True),
    ]  # fmt: skip


def test_a_preview_counts_and_changes_nothing(town):
    before = written(town)
    source = yaml.safe_dump({"categories": [{"key": "new_one", "name": "新类"}]}, allow_unicode=True)
    loaded = load(town, source, actor=who(town, "system"), now=MONDAY, preview=True)
    assert loaded.added == {"categories": 1}
    assert written(town) == before
    assert not Category.objects.for_system("test", town).filter(key="new_one").exists()
    assert "new_one" not in {row.key for row in categories(town).values()}


@pytest.mark.parametrize("source", ["[", "", "- a", "units: 3", "town: x"])
def test_a_file_of_another_sort_is_told_not_raised(town, source):
    assert load(town, source, actor=who(town, "system"), now=MONDAY).faults


def test_a_category_of_the_third_level_goes_out_with_the_others_and_keeps_its_group(town):
    rows = [{"key": "a", "name": "一"}, {"key": "b", "name": "二"}, {"key": "c", "name": "三"}]
    load(town, yaml.safe_dump({"categories": rows}), actor=who(town, "system"), now=MONDAY)
    by_key = {row.key: row for row in Category.objects.for_system("test", town)}
    for key, parent in (("b", "a"), ("c", "b")):  # as a file of three levels brings them
        Category.objects.for_system("test", town).filter(key=key).update(parent=by_key[parent])
    forget()
    said = {row["key"]: row for row in yaml.safe_load(written(town))["categories"]}
    assert (said["b"]["parent"], said["c"]["parent"]) == ("a", "b")
    again = load(town, yaml.safe_dump({"categories": [{**said["b"], "name": "二级"}, said["c"]]}), actor=who(town, "system"), now=MONDAY)
    assert (again.faults, again.changed, again.same) == ([], {"categories": 1}, {"categories": 1})
    moved = load(town, yaml.safe_dump({"categories": [{"key": "b", "parent": "streetlight"}]}), actor=who(town, "system"), now=MONDAY)
    assert [fault.place for fault in moved.faults] == ["categories[1].parent"]


@pytest.mark.parametrize(
    ("source", "said"),
    [("town: a: b", "冒号"), ("units:\n\t- x", "制表符"), ("units: [1", "方括号"), ("town: 'x", "引号"), ("- a\nb: 1", "列表"), ("town: 1\n- b", "缩进"),
     ("town: b\nc", "少了冒号"), ("%x", "写得不对"), ("town: {a: 1", "花括号"), ("town: - a", "另起一行"), ("a: 1\n---\nb: 2", "一份")],
)  # fmt: skip
def test_what_is_no_yaml_is_told_in_the_readers_language(town, source, said):
    [fault] = load(town, source, actor=who(town, "system"), now=MONDAY).faults
    assert said in fault.said
    assert fault.line
    plain = fault.said.replace("YAML", "")
    assert not any("a" <= sign <= "z" for sign in plain), fault.said
    with override("en"):
        [fault] = load(town, source, actor=who(town, "system"), now=MONDAY).faults
    assert fault.said.isascii()


def test_whatever_the_reader_of_yaml_finds_has_a_sentence():
    for problem in YAML_FAULTS:
        assert not in_words(f"not YAML: {problem}").isascii()
