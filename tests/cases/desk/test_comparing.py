"""Two cases beside each other: what differs, what both say, how far apart they lie."""

from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.views.desk.comparing import LONGEST, apart, common_words, compared_facts


def page(**values):
    plain = {
        "step_name": "受理", "category": "路灯", "grid": "一格", "address": "村口", "urgency": "一般", "channel": "来电",
        "recorded_at": None, "people": [], "lon": 117.0, "lat": 34.6,
    }  # fmt: skip
    return plain | values


def test_what_differs_is_marked_and_what_neither_says_is_left_out():
    people = [{"name": "王**", "phone": "199****0001"}, {"name": "", "phone": ""}]
    rows = {row["label"]: row for row in compared_facts(page(people=people, grid=""), page(address="村西头", grid=""))}
    assert {row["this"] for row in rows.values() if row["differs"]} == {"村口", "王** 199****0001"}
    assert "一般" in {row["this"] for row in rows.values() if not row["differs"]}
    assert all(row["this"] or row["other"] for row in rows.values())


def test_how_far_apart_two_places_lie():
    assert apart(page(), page(lat=34.601)) == 111
    assert apart(page(), page()) == 0
    assert apart(page(), page(lon=None)) is None


def test_words_that_both_use_are_found_in_each():
    this, other = common_words("村口路灯不亮", "西头的路灯不亮了")
    assert this == [("村口", False), ("路灯不亮", True)]
    assert other == [("西头的", False), ("路灯不亮", True), ("了", False)]
    assert common_words("甲乙", "乙丙") == ([("甲乙", False)], [("乙丙", False)])  # one character says nothing


def test_what_is_very_long_is_shown_unmarked():
    text = "路" * (LONGEST + 1)
    assert common_words(text, text) == ([(text, False)], [(text, False)])


@given(st.text(alphabet="路灯不亮了ab \n", max_size=40), st.text(alphabet="路灯不亮了ab \n", max_size=40))
def test_no_character_is_lost(this, other):
    parts = common_words(this, other)
    assert "".join(part for part, _shared in parts[0]) == this
    assert "".join(part for part, _shared in parts[1]) == other
    shared = [[part for part, both in side if both] for side in parts]
    assert shared[0] == shared[1]
