"""Nobody in the demo town says the same twice, and to see to it moves no dice but its own."""

from random import Random
from types import SimpleNamespace

from lianxin.town.demo.onward import varied
from lianxin.town.demo.said import Said


def draw(words):
    return lambda dice: dice.choice(words)


def test_what_was_said_is_not_said_again_while_there_is_something_else_to_say():
    said, rng = Said(), Random(1)
    heard = [said.once(rng, draw("甲乙"), draw("丙丁")) for _ in range(4)]
    assert sorted(heard) == sorted("甲乙丙丁")
    assert said.once(rng, draw("甲乙"), draw("丙丁")) in "甲乙"  # all has been said


def test_the_dice_of_the_town_lie_as_if_nothing_had_been_said_before():
    one, other = Random(7), Random(7)
    new, full = Said(), Said()
    for _ in range(20):
        full.once(Random(3), draw("甲乙丙"))
    for _ in range(5):
        new.once(one, draw("甲乙丙"))
        full.once(other, draw("甲乙丙"))
    assert one.getstate() == other.getstate()


def test_what_one_person_has_in_hand_is_of_all_sorts_as_far_as_there_are_sorts():
    lives = [SimpleNamespace(category=category, at=at) for at, category in enumerate("aaabac")]
    assert [(life.category, life.at) for life in varied(lives)] == [("a", 0), ("b", 3), ("c", 5), ("a", 1), ("a", 2), ("a", 4)]
