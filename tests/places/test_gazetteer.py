"""From the words of an address to its grid."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lianxin.places.gazetteer import Gazetteer, Meaning, Name

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
    return [candidate.grid_id for candidate in Gazetteer(NAMES).read(text).places]


def test_the_longest_name_at_a_place_is_meant() -> None:
    found = Gazetteer(NAMES).read("柳湾小学门口路灯不亮").places
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
    assert Gazetteer([]).read("柳湾村") == Meaning()
    assert Gazetteer([Name(" ", "road", 1, 0, 0)]).read("  ") == Meaning()


@given(st.text())
def test_any_text_is_answered_best_first(text: str) -> None:
    meant = Gazetteer(NAMES).read(text + "柳湾村" + text, most=3)
    assert 1 <= len(meant.places) <= 3
    assert meant.sure in {None, meant.places[0]}
    rest = [one.score for one in meant.places[meant.sure is not None :]]
    assert rest == sorted(rest, reverse=True)


EAST, WEST, MICRO = (TOWN, 30, 31), (TOWN, 40, 43), (TOWN, 40, 43, 431)
TWICE = [
    Name("莲心镇", "alias", TOWN, 117.0, 34.6, (TOWN,)),
    Name("东河村", "village", 30, 117.0, 34.6, (TOWN, 30)),
    Name("西河村", "village", 40, 117.1, 34.6, (TOWN, 40)),
    Name("阳光花园", "compound", 31, 117.0, 34.6, EAST),
    Name("阳光花园", "compound", 43, 117.1, 34.6, WEST),
    Name("中心路", "road", 31, 117.0, 34.6, EAST),
    Name("中心路", "road", 32, 117.0, 34.6, (TOWN, 30, 32)),
    Name("东河小学", "landmark", 32, 117.0, 34.6, (TOWN, 30, 32)),
    Name("七号楼", "landmark", 431, 117.1, 34.6, MICRO),
    Name("滨河路", "road", 43, 117.1, 34.6, WEST),
    Name("滨河路", "road", 431, 117.1, 34.6, MICRO),
]


@pytest.mark.parametrize(
    ("address", "grid"),
    [
        ("阳光花园3号楼", None),  # there are two
        ("东河村阳光花园3号楼", 31),
        ("西河村阳光花园", 43),
        ("莲心镇西河村阳光花园", 43),
        ("莲心镇阳光花园", None),
        ("东河村", 30),
        ("东河村中心路", None),  # it runs through two grids of the village
        ("中心路东河小学对面", 32),
        ("东河村和西河村之间", None),
        ("东河村阳光花园，挨着西河村", None),
        ("东河村滨河路", None),  # the words belie one another
        ("阳光花园七号楼", 431),
        ("滨河路", 43),  # the grid and a corner of it: the grid is sure
        ("西边", None),
    ],
)
def test_an_address_is_sure_where_its_words_leave_one_place_only(address: str, grid: int | None) -> None:
    sure = Gazetteer(TWICE).read(address).sure
    assert (sure.grid_id if sure else None) == grid


def test_the_sure_place_stands_first_and_is_the_narrowest_of_its_grid() -> None:
    meant = Gazetteer(TWICE).read("东河村阳光花园3号楼", most=1)
    assert [(one.name, one.grid_id) for one in meant.places] == [("阳光花园", 31)]
    assert meant.sure == meant.places[0]


WAYS = [(1,), *((1, v) for v in (10, 20)), *((1, v, v + g) for v in (10, 20) for g in (1, 2)), (1, 10, 11, 111)]
WORDS = {"甲": "village", "乙": "alias", "丙": "road", "丁": "road", "戊": "compound", "己": "landmark"}


@st.composite
def towns(draw: st.DrawFn) -> list[Name]:
    """A small town in which any name may stand anywhere in any number; of the town itself only other names."""
    held = draw(st.lists(st.tuples(st.sampled_from(sorted(WORDS)), st.sampled_from(WAYS[1:])), max_size=14, unique=True))
    whole = [Name("镇", "alias", 1, 0.0, 0.0, (1,))] if draw(st.booleans()) else []
    return [*whole, *(Name(word, WORDS[word], way[-1], 0.0, 0.0, way) for word, way in held)]


texts = st.lists(st.sampled_from([*WORDS, "镇"]), max_size=5).map(" ".join)


@settings(max_examples=300)
@given(towns(), texts, st.data())
def test_more_words_of_the_same_place_never_make_it_less_sure(names: list[Name], text: str, data: st.DataObject) -> None:
    held = Gazetteer(names)
    sure = held.read(text).sure
    assume(sure is not None and sure.grid_id != 1)
    more = data.draw(st.sampled_from([name.name for name in names if name.grid_id == sure.grid_id or name.name == "镇"]))
    after = held.read(f"{text} {more}").sure
    assert after is not None
    assert after.grid_id == sure.grid_id


@settings(max_examples=300)
@given(towns(), texts, st.permutations(sorted(WORDS)))
def test_the_order_of_the_words_and_of_the_names_does_not_matter(names: list[Name], text: str, order: list[str]) -> None:
    sure = Gazetteer(names).read(text).sure
    turned = sorted(names, key=lambda name: (name.name not in order[:3], name.grid_id))
    assert Gazetteer(turned).read(" ".join(reversed(text.split()))).sure == sure


@settings(max_examples=300)
@given(towns(), texts)
def test_what_is_sure_leaves_no_other_place_of_as_many_words(names: list[Name], text: str) -> None:
    meant = Gazetteer(names).read(text, most=50)
    if meant.sure is None:
        return
    said = set(text.split())
    way = next(name.within for name in names if name.grid_id == meant.sure.grid_id)
    mine = {n.name for n in names if n.within[:2] == way[:2] or n.name == "镇"} & said
    for other in {name.within[:2] for name in names} - {way[:2]}:
        assert not mine <= {n.name for n in names if n.within[:2] == other} & said


def test_one_place_alone_is_sure_however_often_it_is_named() -> None:
    assert Gazetteer(TWICE).read("东河小学，东河小学门口").sure is not None
