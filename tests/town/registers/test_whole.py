"""What a desk works by goes out and in with the set-up: rules, questions, reply texts, kinds of case."""

import pytest
import yaml

from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.actions.replies import ReplyFacts, add_reply, end_reply
from lianxin.cases.actions.routing import Rule, add_rule, end_rule
from lianxin.cases.actions.workflows import latest_row, publish
from lianxin.cases.models import QuestionSheet, ReplyText, Route
from lianxin.cases.queries.asking import asking_of
from lianxin.cases.queries.setup import categories, kinds, routes
from lianxin.keys.cache import bump, forget
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import stamp_of
from lianxin.ledger.verify import verify
from lianxin.people.models import Role
from lianxin.people.queries import unit_by_key
from lianxin.town.registers.files import load, whole, written
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]
DESK = ("routes", "replies", "questions", "workflows")
SHEET = "# 先问清楚\nquestions:\n- key: lit\n  ask: {zh: 还亮不亮？, en: Is it lit?}\n  type: yes_no\n"
BODY = "{诉求人}您好：\n  您反映的“{标题}”已办结。  \n\n{承办单位} 🏠𠮷"


def category(town, key):
    return next(row for row in categories(town).values() if row.key == key)


def kind_of_own(town, key="river"):
    """A confidential kind that a role of its own may handle."""
    source = latest_row(town, "wish").source.replace("key: wish\n", f"key: {key}\nconfidential: true\n", 1)
    return source.replace("grid_worker", "river_chief")


@pytest.fixture
def desk(town):
    """A town that has made every part its own."""
    admin, signed = who(town, "admin"), {"now": MONDAY, "why": "本镇的"}
    lamp = category(town, "streetlight")
    add_rule(Rule(lamp.pk, grid_named(town, "1-1").pk, "off", unit_by_key(town, "traffic").pk), actor=admin, **signed)
    base = next(row for row in routes(town) if row.category_id and row.grid_id is None and row.category_id != lamp.pk)
    end_rule(base, seen=stamp_of(base), actor=admin, **signed)
    publish_questions(lamp, SHEET, base=0, actor=admin, **signed)
    for facts in (ReplyFacts("已办结", BODY), ReplyFacts("已办结", "另一条", "note", lamp.pk, "handle"), ReplyFacts("已办结", BODY)):
        row = add_reply(facts, actor=admin, now=MONDAY)
    end_reply(row.pk, active=False, actor=admin, now=MONDAY)
    add_reply(ReplyFacts("本办", "x", unit_id=who(town, "handler").unit_id), actor=who(town, "handler"), now=MONDAY)
    Role.objects.create(town=town, key="river_chief", name={"zh": "河长"}, sees="grid", confidential=["river"], may=["register"])
    bump(town)
    publish(kind_of_own(town), base=0, actor=who(town, "system"), **signed)
    return town


def desk_of(town):
    return {key: whole(town)[key] for key in DESK}


def test_the_desk_is_written_and_read_back_changes_nothing_twice(desk):
    source = written(desk)
    before = Entry.objects.for_system("tests", desk).count()
    for _again in range(2):
        loaded = load(desk, source, actor=who(desk, "system"), now=MONDAY)
        assert (loaded.faults, loaded.added, loaded.changed, loaded.gone) == ([], {}, {}, {})
    assert {key: loaded.same[key] for key in DESK} == {key: len(whole(desk)[key]) for key in DESK}
    assert Entry.objects.for_system("tests", desk).count() == before
    assert written(desk) == source
    assert "    # 先问清楚\n" in source  # a text stands as it was written


def test_a_town_from_nothing_is_brought_to_the_same_desk_by_one_file(desk, other_town):
    said = yaml.safe_load(written(desk))
    said["units"] = [row for row in said["units"] if "grid" not in row]
    said = {**said, "routes": [row for row in said["routes"] if "grid" not in row], "points": []}
    source = yaml.safe_dump(said, allow_unicode=True)
    loaded = load(other_town, source, actor=who(other_town, "system"), now=MONDAY, why="照搬")
    assert loaded.faults == []
    assert (loaded.gone, loaded.added["workflows"], loaded.added["replies"]) == ({"routes": 1}, 1, 4)
    assert desk_of(other_town) == {key: said[key] for key in DESK}
    assert "river" in {flow.key for flow in kinds(other_town)}
    assert Role.objects.for_system("tests", other_town).get(key="river_chief").confidential == ["river"]
    assert asking_of(other_town, category(other_town, "streetlight").pk).sheet.questions[0].key == "lit"
    again = load(other_town, source, actor=who(other_town, "system"), now=MONDAY)
    assert (again.faults, again.added, again.changed, again.gone) == ([], {}, {}, {})
    assert [str(each) for each in verify(other_town)] == []
    told = {text.body for entry in Entry.objects.for_system("tests", other_town).filter(subject_kind="questions") for text in entry.texts.all()}
    assert told == {"照搬"}


def test_a_rule_is_found_by_what_it_is_for_and_what_is_not_named_stays(desk):
    rules = Route.objects.for_system("tests", desk)
    before = rules.count()
    source = "routes:\n- {category: streetlight, level: village}\nreplies:\n- {name: 已办结, body: 新的话}\n"
    loaded = load(desk, source, actor=who(desk, "system"), now=MONDAY)
    assert (loaded.faults, loaded.changed, loaded.added) == ([], {"routes": 1, "replies": 1}, {})
    row = rules.get(category=category(desk, "streetlight"), grid=None)
    assert (row.level, row.unit_id, rules.count()) == ("village", None, before)
    assert ReplyText.objects.for_system("tests", desk).filter(body="新的话").count() == 1


BAD = """\
routes:
- {category: streetlight, unit: nobody}
- {category: streetlight, unit: traffic, level: grid}
- {hours: night, unit: traffic}
replies:
- name: 甲
  body: "{没有}"
- {name: 乙, field: letter, body: 丙}
questions:
- category: streetlight
  source: |
    questions:
    - key: lit
      ask: {zh: 亮不亮？, en: Lit?}
      type: colour
- {category: nowhere, source: "questions: []"}
- {source: 3, sheet: x}
workflows:
- key: river
  source: |
    key: river
    steps: []
- {key: river, source: "key: river\\nversion: x"}
only: [units]
"""


def test_every_fault_is_told_by_its_line_and_nothing_is_changed(desk):
    before = written(desk)
    loaded = load(desk, BAD, actor=who(desk, "system"), now=MONDAY)
    told = [(fault.line, fault.place) for fault in loaded.faults]
    assert told == sorted(told, key=lambda each: each[0])
    for each in [
        (2, "routes[1].unit"), (3, "routes[2].unit"), (4, "routes[3].hours"), (7, "replies[1].body"), (8, "replies[2].field"),
        (15, "questions[1].source"), (16, "questions[2].category"), (17, "questions[3].category"), (17, "questions[3].source"),
        (17, "questions[3].sheet"), (24, "only"),
    ]:  # fmt: skip
        assert each in told
    lines = [line for line, place in told if place.startswith("workflows[1].source")]
    assert lines
    assert all(21 <= line <= 22 for line in lines)
    assert {line for line, place in told if place.startswith("workflows[2].source")} == {23}
    forget()
    assert written(desk) == before


def test_a_broken_file_is_told_by_its_line(town):
    [fault] = load(town, "routes:\n- {a: 1\nx: [\n", actor=who(town, "system"), now=MONDAY).faults
    assert fault.line > 1
    twice = load(town, "units: []\nunits: []\n", actor=who(town, "system"), now=MONDAY).faults
    assert [each.line for each in twice] == [2]


def test_a_unit_may_stand_below_one_that_the_file_names_later(town):
    source = "units:\n- {key: below, name: 下级, parent: above}\n- {key: above, name: 上级}\n"
    loaded = load(town, source, actor=who(town, "system"), now=MONDAY)
    assert (loaded.faults, loaded.added) == ([], {"units": 2})
    assert unit_by_key(town, "below").parent_id == unit_by_key(town, "above").pk


def test_a_sheet_is_published_once_more_only_where_it_says_otherwise(desk):
    source = yaml.safe_dump({"questions": [{"category": "streetlight", "source": "questions: []\n"}]})
    assert load(desk, source, actor=who(desk, "admin"), now=MONDAY).changed == {"questions": 1}
    assert load(desk, source, actor=who(desk, "admin"), now=MONDAY).same == {"questions": 1}
    rows = QuestionSheet.objects.for_system("tests", desk).order_by("version")
    assert [row.version for row in rows] == [1, 2]
    assert asking_of(desk, category(desk, "streetlight").pk) is None
