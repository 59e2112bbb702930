"""Charts drawn on the server."""

from hypothesis import given
from hypothesis import strategies as st

from lianxin.ui.charts import nice_top, trend


@given(st.floats(min_value=0.5, max_value=1e9))
def test_the_axis_holds_the_largest_value_without_wasting_more_than_half(largest):
    assert largest <= nice_top(largest) <= max(1, largest * 2)


def test_a_trend_tells_its_values_to_those_who_do_not_see_it():
    drawn = trend([{"label": "1月", "value": 12}, {"label": "2月", "value": 2158}], "每月收件")
    assert 'aria-label="每月收件: 1月 12, 2月 2,158"' in drawn
    assert "style=" not in drawn


def test_a_trend_of_nothing_is_nothing():
    assert trend([], "x") == ""


def test_labels_are_escaped():
    assert "<script>" not in trend([{"label": "<script>", "value": 1}], "<script>")
