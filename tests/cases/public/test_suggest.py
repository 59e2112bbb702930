"""Suggestions: what a text is about and what is like it, as pure functions and against the base town's categories."""

import string
from datetime import date
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.search import tokens
from lianxin.cases.suggest import (
    jaccard,
    metres_between,
    scored,
    similar_open,
    suggest_categories,
    word_weights,
)
from lianxin.cases.values import TITLE, title_of
from lianxin.town.demo.texts import Spot, Texts

ROOT = Path(__file__).parents[3]

words = st.text(alphabet="路灯垃圾水电井盖黑" + string.ascii_lowercase, min_size=1, max_size=4)
vocabulary = st.dictionaries(st.integers(1, 30), st.lists(words, max_size=5), max_size=12)


@given(vocabulary, st.text(max_size=80))
def test_a_category_is_named_only_for_a_word_of_its_own_that_the_text_holds(own, text):
    for pk, score in scored(text, word_weights(own)):
        assert score > 0
        assert any(word.strip().lower() in text.lower() for word in own[pk] if word.strip())


@given(vocabulary, st.text(max_size=80), st.text(max_size=20))
def test_more_text_never_takes_a_suggestion_away(own, text, more):
    before, after = dict(scored(text, word_weights(own))), dict(scored(text + more, word_weights(own)))
    assert set(before) <= set(after)


@given(vocabulary, st.text(max_size=80))
def test_the_order_is_by_score_and_the_same_every_time(own, text):
    found = scored(text, word_weights(own))
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
    assert found == scored(text, word_weights(dict(reversed(own.items()))))


@given(vocabulary, words)
def test_a_word_of_many_categories_tells_less_than_the_same_word_of_one(own, word):
    alone = word_weights({1: [word]})[word.lower()][0]
    shared = word_weights({**{pk: [] for pk in own}, 1: [word], 2: [word]})[word.lower()][0]
    assert shared < alone


@given(st.sets(words), st.sets(words))
def test_likeness_is_symmetric_and_between_nothing_and_everything(one, other):
    assert jaccard(one, other) == jaccard(other, one)
    assert 0.0 <= jaccard(one, other) <= 1.0
    assert jaccard(one, one) == (1.0 if one else 0.0)


places = st.tuples(st.floats(-180, 180), st.floats(-89, 89))


@given(places, places)
def test_distance_is_symmetric_never_negative_and_at_most_half_round_the_earth(one, other):
    far = metres_between(*one, *other)
    assert 0.0 <= far <= 20_040_000
    assert far == pytest.approx(metres_between(*other, *one), abs=1e-3)
    assert metres_between(*one, *one) == 0.0


def test_a_thousandth_of_a_degree_of_latitude_is_about_111_metres():
    assert metres_between(117.0, 34.600, 117.0, 34.601) == pytest.approx(111.2, abs=0.3)


@given(st.text(max_size=300))
def test_a_title_is_short_and_of_the_texts_own_words(text):
    title = title_of(text)
    assert len(title) <= TITLE
    assert "\n" not in title
    assert title.removesuffix("…") in text
    assert title or not text.strip()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("路灯坏了。晚上看不见", "路灯坏了"),
        ("\n\n  井盖没了！\n快来", "井盖没了"),
        (
            "东头第二根路灯连着三晚不亮，老人夜里出门看不清路，希望尽快来人修好它",
            "东头第二根路灯连着三晚不亮，老人夜里出门看不清路",
        ),
        ("字" * 50, "字" * 29 + "…"),
    ],
)
def test_a_title_is_the_first_sentence_cut_where_it_breathes(text, title):
    assert title_of(text) == title


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("村口路灯坏了，晚上黑漆漆的", "streetlight"),
        ("下水道堵了，污水外溢", "drainage"),
        ("几条流浪狗追着小孩跑", "dogs"),
        ("井盖没了，只放了根树枝", "manhole"),
        ("楼道里一股煤气味，怕漏气", "gas"),
    ],
)
def test_the_base_towns_words_name_the_category(town, text, key):
    assert suggest_categories(town, text)[0][0].key == key


def base_leaves():
    raw = yaml.safe_load((ROOT / "towns/base/categories.yaml").read_text(encoding="utf-8"))
    return [leaf for group in raw for leaf in group["children"]]


def ranked(texts):
    """For each (text, key): at which place its category is proposed, 0 first; None where it is not among three."""
    leaves = base_leaves()
    weights = word_weights({at: leaf["words"] for at, leaf in enumerate(leaves)})
    found = []
    for text, key in texts:
        named = [leaves[at]["key"] for at, _score in scored(text, weights)[:3]]
        found.append(named.index(key) if key in named else None)
    return found


def test_the_words_of_the_base_towns_categories_name_nearly_every_example_first():
    texts = [(text, leaf["key"]) for leaf in base_leaves() for text in leaf["examples"]]
    assert ranked(texts).count(0) >= 0.9 * len(texts)


def test_texts_the_words_were_not_chosen_by_are_among_the_three_proposed_too():
    """The demo town's residents write at length and beside the point; a proposal is a proposal."""
    texts, rng = Texts.read(), Random(7)
    spot = Spot("柳湾村口第3户门前", "柳湾村口", "柳湾村", "v01g01", "hamlet", 117.0, 34.6)
    told = [(texts.story(rng, key, spot, date(2026, 5, 15)), key) for key in sorted(texts.leaves) for _ in range(3)]
    places = ranked([(texts.title(rng, story) + "。" + texts.text(rng, story, "web"), key) for story, key in told])
    assert places.count(0) >= 0.65 * len(places)
    assert places.count(None) <= 0.2 * len(places)


@pytest.mark.django_db
def test_a_text_without_known_words_names_none(town):
    assert suggest_categories(town, "嗯嗯啊啊") == []
    assert suggest_categories(town, "") == []


@pytest.mark.django_db
def test_similar_open_cases_come_with_likeness_and_distance_and_without_the_one_left_out(town, lamp):
    first, _far = lamp().case, lamp(lon=117.03).case
    text = "村口路灯坏了，晚上看不见路"
    (found,) = similar_open(town, text=text, lon=117.0052, lat=34.6061)
    assert found.case.pk == first.pk
    assert found.score == pytest.approx(
        jaccard(tokens(text), tokens("村口路灯不亮 村口路灯坏了三天，晚上看不见路")), abs=0.001
    )
    assert found.metres == pytest.approx(111, abs=2)
    assert similar_open(town, text=text, lon=117.0052, lat=34.6061, exclude=first.pk) == []
    assert similar_open(town, text="路", lon=117.0, lat=34.6) == []


@pytest.mark.django_db
def test_without_a_place_only_what_is_very_like_counts(town, lamp):
    lamp(lon=None, lat=None)
    assert similar_open(town, text="村口路灯坏了三天，晚上看不见路啊")
    assert similar_open(town, text="小区路灯坏了，请尽快派人过来维修一下") == []
