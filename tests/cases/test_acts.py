"""One word for one act, everywhere: each that the source writes has one, and none of a group has another's."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

import lianxin
from lianxin.cases.acts import ACTS_OF, act_word
from lianxin.town.auditing.asked import CASES, GROUPS, acts_to_ask, kinds_to_ask, read_act

SOURCE = Path(lianxin.__file__).parent
WRITERS = {"add_row", "change_row", "added", "altered", "drop_row"}


def _constants(tree):
    found = {}
    for node in (each for each in tree.body if isinstance(each, ast.Assign | ast.AnnAssign)):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant):
            found[target.id] = node.value.value
    return found


def written():
    """The acts that the source writes by name, with the kind where it is a word too ("" else)."""
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        known = _constants(tree)

        def word(node, known=known):
            return known.get(node.id, "") if isinstance(node, ast.Name) else node.value if isinstance(node, ast.Constant) else ""

        for node in ast.walk(tree):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name == "Line" and len(node.args) > 2:
                yield word(node.args[0]), word(node.args[2])
            if name in WRITERS:
                act = next((word(each.value) for each in node.keywords if each.arg == "act"), "")
                yield word(node.args[1]), act


def test_every_act_that_is_written_has_a_word_and_a_place_in_the_table():
    found = [(kind, act) for kind, act in written() if isinstance(act, str) and act]
    assert len(found) > 40
    for kind, act in found:
        if kind in ("", "case"):
            assert act in {each for acts in ACTS_OF.values() for each in acts}, act
        else:
            assert act in ACTS_OF[kind], f"{kind}: {act}"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_act_is_without_a_word_and_no_two_of_a_kind_have_the_same(language):
    with override(language):
        for kind, acts in ACTS_OF.items():
            words = [act_word(kind, act) for act in acts]
            assert len(set(words)) == len(acts), kind
            assert not set(words) & set(acts), kind


def test_every_kind_stands_in_one_group_of_the_ledgers_list():
    listed = [kind for held in GROUPS.values() for kind in held]
    assert sorted(listed) == sorted({"case", *ACTS_OF})


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_in_the_lists_each_word_stands_once_in_its_group_and_in_order(town, language):
    with override(language):
        for lists in (acts_to_ask(town), kinds_to_ask()):
            assert len({label for label, _options in lists}) == len(GROUPS)
            for label, options in lists:
                texts = [each["text"] for each in options]
                assert len(set(texts)) == len(texts), label
                assert len({each["value"] for each in options}) == len(texts), label
                assert texts == sorted(texts, key=lambda text: text.casefold().encode("gb18030"))


@pytest.mark.django_db
def test_every_act_of_the_table_and_of_the_workflows_can_be_asked_for(town):
    asked = [read_act(each["value"]) for _label, options in acts_to_ask(town) for each in options]
    meant = {(kind, act) for kinds, acts in asked for kind in kinds for act in acts}
    assert {(kind, act) for kind, acts in ACTS_OF.items() for act in acts} <= meant
    assert {("case", "open"), ("case", "accept"), ("case", "undo")} <= meant
    assert all(len(each["value"]) <= 120 for _label, options in acts_to_ask(town) for each in options)
    assert read_act("nowhere.add") is None
    assert read_act("add") == ((), ("add",))
    assert read_act(f"{CASES}.take+hand") == (("case",), ("take", "hand"))
