"""The options of a select."""

import pytest

from lianxin.ui.options import options

PAIRS = [("", "全部"), {"value": 7, "text": "柳湾村"}, ("70", "a <b> & \"c\"")]


@pytest.mark.parametrize(("value", "on"), [(7, "7"), ("70", "70"), ("", ""), (None, "")])
def test_the_option_of_the_value_alone_is_selected(value, on):
    drawn = options(PAIRS, value)
    assert drawn.count(" selected") == 1
    assert f'value="{on}" selected>' in drawn


def test_a_value_that_is_none_of_them_selects_nothing_and_words_are_escaped():
    drawn = options(PAIRS, '"><script>')
    assert " selected" not in drawn
    assert "a &lt;b&gt; &amp; &#34;c&#34;" in drawn
    assert "<script>" not in drawn
