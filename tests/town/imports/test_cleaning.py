"""Tidying keeps every word and loses every stray mark."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lianxin.town.imports.cleaning import LONGEST_TITLE, clean_line, clean_text, shorten

HIDDEN = {"Cc", "Cf", "Cs"}


def meaning(text):
    """What a text says: its visible characters in order."""
    return [char for char in text if not char.isspace() and unicodedata.category(char) not in HIDDEN]


def test_a_message_from_a_web_page_loses_its_tabs_and_keeps_its_paragraphs():
    raw = "\n\t\t\t\t\t\n\t\t\t\t\t　　我家住\xa0\xa0三楼。\u200b\r\n\r\n\r\n\r\n请\t尽快 处理！\n\t\t\t"
    assert clean_text(raw) == "我家住 三楼。\n\n请 尽快 处理！"
    assert clean_line(raw) == "我家住 三楼。 请 尽快 处理！"


def test_emoji_that_are_made_of_several_stay_whole():
    assert clean_text("谢谢👨\u200d👩\u200d👧❤\ufe0f") == "谢谢👨\u200d👩\u200d👧❤\ufe0f"


@given(st.text())
def test_cleaning_loses_nothing_visible(text):
    assert meaning(clean_text(text)) == meaning(text)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    once = clean_text(text)
    assert clean_text(once) == once


@given(st.text())
def test_a_cleaned_text_has_no_control_character_and_no_run_of_blank_lines(text):
    clean = clean_text(text)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in clean if char != "\n")
    assert "\n\n\n" not in clean
    assert clean == clean.strip()


@given(st.text(min_size=1))
def test_a_title_never_passes_its_length_and_a_short_one_is_left_alone(text):
    title = shorten(text)
    assert len(title) <= LONGEST_TITLE
    assert title == text or title.endswith("…")
    assert title == text or text.startswith(title[:-1])


def test_a_long_title_ends_at_a_clause():
    title = "关于柳湾村三组道路的问题，" * 12
    assert shorten(title).endswith("的问题…")
