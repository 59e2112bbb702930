"""Keys of the acts of a case: by what they ask for, each its own, whatever the kind of case."""

import pytest

from lianxin.cases.views.keys import keyed
from lianxin.town.base import BASE
from lianxin.workflow.definition.naming import HOLDER
from lianxin.workflow.definition.reading import read

LIST = set("jkf?/*rsuvbnqz") | set("123456789")  # what the list beside a case and the page around it hear


def act(name, *needs, primary=False):
    return {"act": name, "needs": list(needs), "primary": primary}


def keys(*acts):
    return [row["hotkey"] for row in keyed(acts)]


def test_what_carries_the_case_on_has_the_key_it_has_everywhere():
    assert keys(act("finish", "answer", primary=True), act("record", "note")) == ["a", "i"]


def test_acts_have_the_keys_they_have_in_triage():
    assert keys(act("reject", "clause", "reason"), act("answer", "answer"), act("confer", "units")) == ["x", "d", "h"]


def test_two_that_ask_for_the_same_are_told_apart_and_neither_takes_what_is_anothers():
    found = keys(act("record", "note"), act("note", "note"), act("remind"), act("escalate", "reason"))
    assert found == ["i", "c", "w", "o"]


def test_no_key_is_given_twice_or_taken_from_the_list_however_many_acts_there_are():
    found = keys(*(act(str(number), "note") for number in range(30)))
    given = [key for key in found if key]
    assert len(given) == len(set(given)) == 13
    assert not set(given) & LIST
    assert found[len(given) :] == [""] * (30 - len(given))


@pytest.mark.parametrize("path", sorted((BASE / "workflows").glob("*.yaml")), ids=lambda path: path.stem)
def test_whoever_holds_a_case_and_each_office_has_a_key_for_each_act_at_each_step(path):
    flow = read(path.read_text("utf-8"))
    for step in flow.steps:
        made = flow.transitions_from(step)
        for roles in (HOLDER, *({role} for each in made for role in each.by)):
            mine = [act(each.act, *each.needs) for each in made if roles & set(each.by)]
            assert all(keys(*mine)), (step, roles)
