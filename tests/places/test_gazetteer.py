"""From the words of an address to its grid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lianxin.places.gazetteer import Gazetteer, Name

TOWN, LIUWAN, HUAIYIN = 1, 10, 20
NAMES = [
    Name("柳湾村", "village", 11, 117.00, 34.60, (TOWN, LIUWAN, 11)),
    Name("柳湾", "alias", 11, 117.00, 34.60, (TOWN, LIUWAN, 11)),
    Name("柳湾小学", "landmark", 12, 117.01, 34.60, (TOWN, LIUWAN, 12)),
    Name("幸福路", "road", 12, 117.01, 34.61, (TOWN, LIUWAN, 12)),
    Name("幸福路", "road", 22, 117.05, 34.61, (TOWN, HUAIYIN, 22)),
    Name("槐荫村", "village", 21, 117.05, 34.60, (TOWN, HUAIYIN, 21)),
    Name("李家庄", "compound", 23, 117.06, 34.60, (TOWN, HUAIYIN, 23)),
]


def grids(text: str) -> list[int]:
    return [candidate.grid_id for candidate in Gazetteer(NAMES).find(text)]


def test_the_longest_name_at_a_place_is_meant() -> None:
    found = Gazetteer(NAMES).find("柳湾小学门口路灯不亮")
    assert [(one.name, one.grid_id) for one in found] == [("柳湾小学", 12)]


def test_a_road_in_two_villages_is_asked_about_unless_the_village_is_said() -> None:
    assert sorted(grids("幸福路上有个坑")) == [12, 22]
    assert grids("槐荫村幸福路上有个坑")[0] == 22
    assert grids("幸福路（柳湾那一段）")[0] == 12


def test_a_hamlet_pins_a_place_down_better_than_its_village() -> None:
    assert grids("槐荫村李家庄3号")[0] == 23


def test_full_width_blanks_and_words_around_do_not_matter() -> None:
    assert grids("俺是 柳 湾　村 的，麻烦看一下")[0] == 11


def test_words_that_name_nothing_find_nothing() -> None:
    assert grids("") == []
    assert grids("不知道在哪") == []
    assert Gazetteer([]).find("柳湾村") == []
    assert Gazetteer([Name(" ", "road", 1, 0, 0)]).find("  ") == []


@given(st.text())
def test_any_text_is_answered_best_first(text: str) -> None:
    found = Gazetteer(NAMES).find(text + "柳湾村" + text, most=3)
    assert 1 <= len(found) <= 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
