"""What a text shows of people once it is masked."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.people.masking import findings, mask_address, mask_name, mask_phone, mask_text, mobile_off, tidy_phone

WORDS = st.text(alphabet="路灯不亮请来修理。，！ 楼下水管\n", max_size=12)
FIGURES = st.integers(0, 10**8 - 1).map(lambda n: f"{n:08d}")
GAPS = st.sampled_from(["", "-", " "])


def inside(secret):
    """A text with something personal in it; figures do not touch other figures."""
    return st.tuples(WORDS, secret, WORDS).map(lambda parts: (parts[1], "".join(parts)))


MOBILES = st.tuples(st.sampled_from(["138", "199", "177"]), FIGURES, GAPS).map(lambda p: p[0] + p[2] + p[1][:4] + p[2] + p[1][4:])
CARDS = st.tuples(FIGURES, st.sampled_from("0123456789Xx")).map(lambda p: "320322" + "19" + p[0][:6] + p[0][5:] + p[1])
PLATES = st.tuples(st.sampled_from("苏皖鲁豫"), st.sampled_from("ACN"), st.sampled_from(["", "·", " "]), FIGURES).map(
    lambda p: p[0] + p[1] + p[2] + "D" + p[3][:4]
)
DOORS = st.tuples(st.integers(1, 40), st.integers(1, 9), st.integers(101, 3399)).map(lambda p: f"{p[0]}号楼{p[1]}单元{p[2]}室")


@given(inside(st.one_of(MOBILES, CARDS, PLATES)))
def test_no_number_of_a_person_stays_whole(case):
    secret, text = case
    told = re.sub(r"\D", "", mask_text(text))
    assert re.sub(r"\D", "", secret)[-4:] not in told
    assert secret not in mask_text(text)


@given(inside(DOORS))
def test_no_door_stays_readable(case):
    secret, text = case
    room = re.search(r"(\d+)室", secret)[1]
    assert room not in mask_text(text)


@given(st.text(max_size=60) | st.text(alphabet="0123456789 -号楼单元室路苏CA13X@.微信:我叫王芳", max_size=60))
def test_masking_again_changes_nothing_and_findings_do_not_overlap(text):
    once = mask_text(text)
    assert mask_text(once) == once
    found = findings(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found)


@given(inside(MOBILES))
def test_what_is_no_detail_stays_as_it_was(case):
    secret, text = case
    before, after = text.split(secret, 1)
    masked = mask_text(text)
    assert masked.startswith(before.rstrip(" ")) or not before
    assert masked.endswith(after.lstrip(" ")) or not after


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打19900000042", "打199********"),
        ("打 138-1234-5678 找我", "打 138******** 找我"),
        ("电话１３８１２３４５６７８", "电话１３８********"),
        ("0516-83912345", "0516-****"),
        ("村里电话83912345没人接", "村里电话****没人接"),
        ("身份证 320322196001011234", "身份证 320***************"),
        ("卡号6222 0212 3456 7890 123", "卡号****"),
        ("苏C·88A12一直占", "苏C·*****一直占"),
        ("苏c12345停着", "苏c·*****停着"),
        ("写信到wang.fang@example.cn", "写信到***@***"),
        ("微信号：wangfang_88", "微信号：***"),
        ("住3号楼2单元501", "住3号楼***"),
        ("二单元302室漏水", "*单元***漏水"),
        ("和平路18号油烟大", "和平路**号油烟大"),
        ("东湖村四组12号", "东湖村四组**号"),
        ("后排第5户门口", "后排第*户门口"),
        ("12-2-501", "*-*-*"),
        ("老板叫赵建国，一直不给工钱", "老板叫赵**，一直不给工钱"),
        ("我叫王芳家里停水", "我叫王*家里停水"),
        ("联系人：欧阳", "联系人：欧*"),
    ],
)
def test_details_are_starred(text, masked):
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月22日10:30停水，已等3天", "拨打12345热线没有答复", "涉及120户，预算5000000元", "3号楼电梯停了",
        "201路公交改线", "井深20米，2026-11-22 10:30 到场", "我是周庄三组的", "是高压线", "清淤142米，投放5车", "编号LX47975863",
        "1号线和2号桥", "姓刘的邻居", "李师傅已到场", "第3次反映",
    ],
)  # fmt: skip
def test_what_names_nobody_stays(text):
    assert mask_text(text) == text


def test_given_names_are_starred_the_longest_first():
    assert mask_text("欧阳小明和欧阳小", ["欧阳小", "欧阳小明", "", "王"]) == "欧***和欧**"


def test_the_door_of_an_address_is_starred_whatever_stands_before_it():
    told = {"柳湾村范家楼17号": "柳湾村范家楼**号", "锦绣家园3号楼2单元501室": "锦绣家园3号楼***", "河西大桥八号": "河西大桥**号", "柳湾村": "柳湾村"}
    assert {text: mask_address(text) for text in told} == told
    assert all(mask_address(mask_address(text)) == mask_address(text) for text in told)


def test_a_finding_says_what_it_is():
    found = findings("王芳，19900000042，苏C12345", ["王芳"])
    assert [each.what for each in found] == ["name", "phone", "plate"]


def test_a_name_and_a_telephone_in_a_list():
    assert (mask_name("王秀英"), mask_name(""), mask_phone("19900000042"), mask_phone("12")) == ("王**", "", "199****0042", "*2")


@given(st.text("0123456789", max_size=15))
def test_a_masked_number_is_as_long_as_it_was_and_shows_half_of_a_short_one(phone):
    masked = mask_phone(phone)
    shown = sum(sign != "*" for sign in masked)
    assert len(masked) == len(phone)
    assert all(sign in ("*", figure) for sign, figure in zip(masked, phone, strict=True))
    assert shown <= (7 if len(phone) >= 11 else len(phone) / 2)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("138 0000 0000", "13800000000"), ("+86 13800000000", "13800000000"), ("0086-13800000000", "13800000000"),
        ("8613800000000", "13800000000"), ("１３８００００００００", "13800000000"), ("0516-85551234", "051685551234"),
        ("8555123", "8555123"), ("12345", "12345"), ("110", "110"), ("95598", "95598"), ("400 123 4567", "4001234567"),
        ("1380000", ""), ("12345678", ""), ("0000000000", ""), ("01234567890", ""), ("010-65551234", "01065551234"), ("138000000001", ""), ("11", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_can_be_dialled_is_taken(text, digits):
    assert tidy_phone(text) == digits


def test_a_mobile_number_with_figures_too_few_or_too_many_is_told_by_how_many():
    assert [mobile_off(text) for text in ("1380000", "+86 138000000001", "13800000000", "8555123", "12345")] == [-4, 1, 0, 0, 0]
