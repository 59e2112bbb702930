"""The language of questions: read with all faults at once, answered question by question."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.forms.questions import TYPES, BadSheet, Sheet, read_answers, read_sheet, told

DOGS = """questions:
  - key: bitten
    ask: {zh: "有人被咬伤吗？", en: "Has anybody been bitten?"}
    type: yes_no
    required: true
    stop: {when: yes, say: {zh: 请先就医，并拨打 110。, en: "See a doctor first, and call 110."}}
  - key: sort
    ask: {zh: "是什么犬？", en: "Which dogs?"}
    type: choice
    options: {stray: {zh: 流浪犬, en: Strays}, kept: {zh: 家养犬, en: Kept dogs}}
  - key: many
    ask: {zh: "大约几条？", en: "About how many?"}
    type: number
    least: 1
    most: 99
    when: {sort: stray}
  - key: since
    ask: {zh: "哪天开始？", en: "Since which day?"}
    type: date
    when: {sort: [stray, kept], bitten: no}
    required: true
  - key: owner
    ask: {zh: "犬主是谁？", en: "Whose are they?"}
    type: text
    when: {sort: kept}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(BadSheet) as bad:
        read_sheet(text)
    assert all(each.line for each in bad.value.faults)
    return [str(each) for each in bad.value.faults]


def keys(sheet: Sheet, **answers: str) -> list[str]:
    return [each.key for each in sheet.shown(answers)]


def test_a_sheet_is_read_with_what_is_shown_when():
    sheet = read_sheet(DOGS)
    assert keys(sheet) == ["bitten", "sort"]
    assert keys(sheet, bitten="no", sort="stray") == ["bitten", "sort", "many", "since"]
    assert keys(sheet, bitten="yes", sort="kept") == ["bitten", "sort", "owner"]


def test_an_answer_to_a_question_that_is_not_asked_opens_nothing():
    text = DOGS + "  - {key: name, ask: {zh: 名字, en: Name}, type: yes_no, when: {sort: kept}}\n"
    text += "  - {key: more, ask: {zh: 还有, en: More}, type: text, when: {name: yes}}\n"
    sheet = read_sheet(text)
    assert "more" in keys(sheet, bitten="no", sort="kept", name="yes")
    assert "more" not in keys(sheet, bitten="no", sort="stray", name="yes")
    assert read_answers(sheet, {"bitten": "no", "sort": "stray", "since": "2026-01-01", "name": "yes", "more": "x"}).values == {
        "bitten": "no", "sort": "stray", "since": "2026-01-01",
    }  # fmt: skip


def test_answers_are_checked_and_kept_in_one_shape():
    found = read_answers(read_sheet(DOGS), {"bitten": False, "sort": "stray", "many": " 07.50 ", "since": "2026-11-02", "owner": "x"})
    assert found.values == {"bitten": "no", "sort": "stray", "many": "7.5", "since": "2026-11-02"}
    assert (found.faults, found.stops) == ({}, [])


@pytest.mark.parametrize(
    ("given_", "wrong"),
    [
        ({}, {"bitten": "missing"}),
        ({"bitten": "perhaps"}, {"bitten": "choice"}),
        ({"bitten": "no", "sort": "cat"}, {"sort": "choice"}),
        ({"bitten": "no", "sort": "stray", "many": "viele"}, {"many": "number", "since": "missing"}),
        ({"bitten": "no", "sort": "stray", "many": "0", "since": "2026-02-30"}, {"many": "small", "since": "date"}),
        ({"bitten": "no", "sort": "stray", "many": "100", "since": "20260101"}, {"many": "large", "since": "date"}),
        ({"bitten": "no", "sort": "stray", "many": "1e3", "since": "9999-01-01"}, {"many": "large", "since": "date"}),
        ({"bitten": "no", "sort": "stray", "many": "NaN", "since": "1899-12-31"}, {"many": "number", "since": "date"}),
        ({"bitten": "yes", "sort": "kept", "owner": "王" * 501}, {"owner": "long"}),
        ({"bitten": ["no"], "sort": {"a": 1}}, {"bitten": "choice", "sort": "choice"}),
    ],
)
def test_everything_wrong_is_told_by_question(given_, wrong):
    assert read_answers(read_sheet(DOGS), given_).faults == wrong


def test_for_programs_what_is_not_asked_is_a_fault():
    found = read_answers(read_sheet(DOGS), {"bitten": "no", "sort": "kept", "since": "2026-01-01", "many": 3, "colour": "red"}, strict=True)
    assert found.faults == {"many": "not_asked", "colour": "not_asked"}


def test_an_answer_may_stop_the_form_and_says_what_to_do():
    found = read_answers(read_sheet(DOGS), {"bitten": True})
    assert [each.stops["yes"]["zh"] for each in found.stops] == ["请先就医，并拨打 110。"]
    assert read_answers(read_sheet(DOGS), {"bitten": "no"}).stops == []


def test_a_case_keeps_the_words_it_was_asked_in():
    rows = told(read_sheet(DOGS), {"bitten": "no", "sort": "kept", "owner": "东头老李"})
    assert rows == [
        {"key": "bitten", "ask": {"zh": "有人被咬伤吗？", "en": "Has anybody been bitten?"}, "value": "no", "says": {"zh": "否", "en": "No"}},
        {"key": "sort", "ask": {"zh": "是什么犬？", "en": "Which dogs?"}, "value": "kept", "says": {"zh": "家养犬", "en": "Kept dogs"}},
        {"key": "owner", "ask": {"zh": "犬主是谁？", "en": "Whose are they?"}, "value": "东头老李"},
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: number", "type: figure", "none of text, number"),
        ("key: sort", "key: Sort", "not a word"),
        ("key: many", "key: bitten", "said twice"),
        ('zh: "大约几条？", en:', 'zh: "大约几条？", eng:', "no words in en"),
        ("when: {sort: stray}", "when: {colour: red}", "no earlier question colour"),
        ("when: {sort: stray}", "when: {sort: cat}", "cat is none of stray, kept"),
        ("when: {sort: stray}", "when: {since: x}", "no earlier question since"),
        ("when: yes,", "when: perhaps,", "perhaps is none of yes, no"),
        ("least: 1", "least: many", "not a whole number"),
        ("least: 1\n    most: 99", "least: 9\n    most: 1", "least is more than most"),
        ("type: text", "type: text\n    least: 3", "only a number has least"),
        ("type: date", "type: date\n    options: {a: {zh: 甲, en: A}}", "only a choice has options"),
        (", kept: {zh: 家养犬, en: Kept dogs}", "", "2 to 20 options"),
        ("required: true\n    stop", "required: maybe\n    stop", "neither true nor false"),
        ("type: text", "type: text\n    stop: {when: x, say: {zh: 停, en: Stop}}", "by a choice or by yes and no"),
        ("type: text", "type: text\n    colour: red", "colour is not known here"),
        ("questions:", "asks:", "questions: not a list"),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, said):
    assert old in DOGS
    found = faults(DOGS.replace(old, new))
    assert any(said in each for each in found), found


def test_all_faults_are_told_at_once():
    text = DOGS.replace("type: number", "type: figure").replace(', en: "Which dogs?"', "").replace("bitten: no", "bitten: 3")
    assert len(faults(text)) >= 3


def test_no_questions_are_a_sheet_too_and_an_empty_file_is_none():
    assert read_sheet("questions: []") == Sheet()
    assert faults("- 1")
    assert faults("questions: 3")
    with pytest.raises(BadSheet):
        read_sheet("")


@given(st.text(max_size=200))
def test_whatever_is_written_is_read_or_refused(text):
    try:
        read_sheet(text)
    except BadSheet as refused:
        told = refused.faults
    else:
        told = ["sound"]
    assert told


words = st.one_of(st.text(max_size=30), st.integers(), st.booleans(), st.none(), st.floats(), st.lists(st.integers(), max_size=2))


@given(st.dictionaries(st.sampled_from(["bitten", "sort", "many", "since", "owner", "x"]), st.one_of(words, st.sampled_from(["yes", "no", "stray", "kept", "5", "2026-05-05"]))))
def test_whatever_is_answered_is_kept_soundly_or_refused_and_the_same_again(answers: dict[str, Any]):
    sheet = read_sheet(DOGS)
    found = read_answers(sheet, answers)
    asked = {each.key: each for each in sheet.shown(found.values)}
    assert set(found.values) <= set(asked)
    assert not set(found.values) & set(found.faults)
    for key, each in asked.items():
        assert not each.required or key in found.values or key in found.faults
        assert each.type in TYPES
    again = read_answers(sheet, found.values)
    assert again.values == found.values
    assert [row["key"] for row in told(sheet, found.values)] == [key for key in asked if key in found.values]
