"""The sentences of the demo town: every pattern sound, every text clean, and no two alike."""

import datetime
import random
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lianxin.town.demo import grammar
from lianxin.town.demo.rules import TOWNS
from lianxin.town.demo.scenes import SCENES
from lianxin.town.demo.spots import BROAD, BY_KIND, KINDS, SPECIAL
from lianxin.town.demo.texts import ASKING, VOICES, Spot, Texts

TEXTS = Texts.read()
SPOT = Spot("柳湾村口第3户门前", "柳湾村口", "柳湾村", "v01g01", "hamlet", 117.0, 34.6)
FACTS = {"unit": "规建办", "other": "执法队", "d1": "7月6日", "d2": "7月9日", "date_until": "12月1日"}
PLACES = set(BY_KIND) | set(KINDS) | set(SPECIAL) | set(BROAD)


def story(rng, key, month=7):
    made = TEXTS.story(rng, key, SPOT, datetime.date(2026, month, 15))
    return type(made)(made.leaf, made.spot, made.day, made.matter, made.number, made.many, FACTS)


def test_every_leaf_of_the_base_tree_has_sentences_and_no_other_has():
    tree = yaml.safe_load((TOWNS / "base" / "categories.yaml").read_text("utf-8"))
    assert set(TEXTS.leaves) == {leaf["key"] for group in tree for leaf in group["children"]}


def test_every_leaf_names_a_scene_that_is_drawn_and_places_that_exist():
    for leaf in TEXTS.leaves.values():
        assert leaf.scene == "" or leaf.scene in SCENES
        assert set(leaf.where) <= PLACES, leaf.key
        assert len(leaf.matters) >= 3
        assert all(matter.kinds <= set(BY_KIND) for matter in leaf.matters)


@pytest.mark.parametrize("key", sorted(TEXTS.leaves))
def test_every_matter_can_be_told_in_every_voice_with_sound_punctuation(key):
    rng = random.Random(key)
    for voice in VOICES:
        for _ in range(12):
            told = story(rng, key)
            for text in (TEXTS.title(rng, told), TEXTS.text(rng, told, voice), TEXTS.answer(rng, told)):
                assert text
                assert not re.search(r"[{}\[\]|§¶~]", text), text
                assert not re.search(r"[，。；：？！]{2}", text.replace("”，", "")), text
                assert not re.search(r"[,;:?!]", text), text
                assert text[0] not in "，。；：", text


def test_a_text_kept_by_the_town_ends_its_sentence():
    rng = random.Random(1)
    for key in TEXTS.leaves:
        told = story(rng, key)
        assert TEXTS.answer(rng, told)[-1] in "。？！"
        assert TEXTS.text(rng, told, "phone")[-1] in "。？！"
        assert TEXTS.say(rng, "records", told)[-1] in "。？！"


@pytest.mark.parametrize("what", ["contact", "return_reason", "extension_reason", "reopen_reason", "demand", "records"])
def test_a_matter_of_papers_is_not_handled_with_asphalt(what):
    rng = random.Random(what)
    for _ in range(300):
        said = TEXTS.say(rng, what, story(rng, "pension"))
        assert not re.search("沥青|施工|警示牌|现场查看|管护", said), said


def test_a_question_is_not_written_like_a_complaint():
    rng = random.Random(4)
    asking = [leaf.key for leaf in TEXTS.leaves.values() if leaf.nature in ASKING]
    assert len(asking) >= 10
    for _ in range(300):
        text = TEXTS.text(rng, story(rng, rng.choice(asking)), "web")
        assert not re.search("吃了亏|差点吵起来", text)


def test_nobody_complains_of_heat_in_january_as_a_rule():
    rng = random.Random(9)
    texts = [TEXTS.text(rng, story(rng, "litter", month=1), "web") for _ in range(400)]
    assert sum("天热" in text or "乘凉" in text for text in texts) == 0


def test_what_is_counted_in_the_request_is_counted_alike_in_the_answer():
    rng = random.Random(2)
    for _ in range(200):
        told = story(rng, "streetlight")
        if "{n}盏" in told.matter.fact:
            text, answer = TEXTS.text(rng, told, "phone"), TEXTS.answer(rng, told)
            numeral = "零一两三四五六七八九"[told.number]
            assert f"{numeral}盏" in text
            assert f"{told.number}盏路灯不亮" in answer or f"灯头{told.number}个" in answer


def test_a_clerk_writes_of_the_caller_in_the_third_person():
    assert grammar.reported("我们家门口的路，我妈摔过") == "大家家门口的路，其母亲摔过"
    assert "我" not in grammar.reported("我家住村口，我说过两次")


@pytest.mark.parametrize("pattern", ["[a|b", "a]b", "a|b", "[a|[b|c]"])
def test_a_pattern_that_is_not_closed_is_refused(pattern):
    with pytest.raises(grammar.BadPattern):
        grammar.parse(pattern)


WORD = st.text("甲乙丙丁戊己", min_size=1, max_size=4)
PATTERN = st.recursive(
    WORD,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: "[" + "|".join(parts) + "]"),
        st.lists(inner, min_size=1, max_size=3).map("".join),
    ),
    max_leaves=8,
)


@given(PATTERN, st.integers(0, 999))
def test_expanding_a_pattern_leaves_no_mark_of_it_and_is_repeatable(pattern, seed):
    first = grammar.expand(random.Random(seed), pattern, lambda name: name)
    assert not set(first) & set("[]|{}")
    assert first == grammar.expand(random.Random(seed), pattern, lambda name: name)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 99))
def test_a_range_draws_a_number_within_it(low, span, seed):
    drawn = int(grammar.expand(random.Random(seed), f"{{{low}-{low + span + 1}}}", lambda name: name))
    assert low <= drawn <= low + span + 1


@given(st.text("路灯，。；：？！", max_size=30))
def test_tidying_leaves_no_doubled_stops(text):
    assert not re.search(r"，{2,}|。{2,}|，。|^[，。]", grammar.tidy(text))
