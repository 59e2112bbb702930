"""A column map is read, or refused with every fault and its line."""

import pytest

from lianxin.town.imports.faults import Unreadable
from lianxin.town.imports.maps import MAPS, known_maps, read_map

WRONG = """key: Big Letters
name: 网络留言
colour: blue
columns:
  number: [编号]
  title: []
  flavour: [味道]
required: [phone]
dates: ["%Q", "%H:%M"]
datum: mars
keep: [everything]
constants: {title: 甲, channel: a-channel-far-too-long}
"""


def refusal(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(Unreadable) as refused:
        read_map(path)
    return refused.value.zh


@pytest.mark.parametrize("name", known_maps())
def test_every_map_that_comes_with_the_product_is_sound(name):
    made = read_map(name)
    assert made.key == name
    assert made.titles
    assert read_map(MAPS / f"{name}.yaml") == made


def test_a_wrong_map_is_refused_with_every_fault_and_its_line(tmp_path):
    said = refusal(tmp_path, WRONG)
    for place in (
        "1: key",
        "2: name",
        "3: colour",
        "6: title",
        "7: flavour",
        "8: required",
        "9: dates",
        "10: ",
        "11: keep",
        "12: title",
        "12: channel",
    ):
        assert f"map.yaml:{place}" in said, place
    assert said.count("9: dates") == 2


@pytest.mark.parametrize(
    "text", ["", "- a\n- b\n", "key: [", "a: &x {b: *x}", "key: m\nname: {zh: 甲, en: a}\ncolumns: {number: [编号]}\n"]
)
def test_what_is_no_map_is_refused(tmp_path, text):
    assert "有误" in refusal(tmp_path, text)


def test_a_map_that_is_not_there_names_those_that_are(tmp_path):
    with pytest.raises(Unreadable) as refused:
        read_map(tmp_path / "none.yaml")
    assert "messages" in refused.value.zh


def test_a_binary_or_huge_file_is_no_map(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(Unreadable):
        read_map(path)
    path.write_bytes(b"#" * 200_000)
    with pytest.raises(Unreadable):
        read_map(path)
