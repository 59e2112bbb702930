"""Lights and bars that are drawn once stay right in every language and escape what they are given."""

import pytest
from django.utils import translation

from lianxin.ui.cells import six_cells
from lianxin.ui.lights import light

BAR = [{"phase": "collect", "name": "信息收集", "state": "now", "label": ""}]


@pytest.mark.parametrize("state", ["late", "soon", "paused", "done", "ok"])
def test_a_light_says_its_word_in_the_readers_language(state):
    for _ in range(2):
        with translation.override("zh-hans"):
            chinese = light(state)
        with translation.override("en"):
            english = light(state)
        assert chinese != english
        assert chinese.startswith(f'<span class="light {state}"><svg')
        assert english.endswith("</span>")


def test_a_light_with_words_tells_its_word_to_those_who_do_not_see_it():
    with translation.override("en"):
        assert light("late", "5 hours").endswith('<span class="unseen">late, </span>5 hours</span>')


def test_words_beside_a_light_are_escaped():
    assert "&lt;b&gt;" in light("ok", "<b>")


def test_a_bar_is_drawn_anew_for_another_language():
    with translation.override("zh-hans"):
        chinese = six_cells(BAR)
    with translation.override("en"):
        english = six_cells(BAR)
        assert english != chinese
        assert six_cells(BAR, "s", "late") != english
        assert six_cells(BAR, label="其他") != english
    with translation.override("zh-hans"):
        assert six_cells(BAR) == chinese
