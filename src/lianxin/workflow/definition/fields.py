"""The closed list of what a transition may need or take; pages and the API build their forms from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Choice = tuple[str, str, str]  # value, zh, en

RATINGS: tuple[Choice, ...] = (
    ("5", "非常满意", "Very satisfied"),
    ("4", "满意", "Satisfied"),
    ("3", "基本满意", "Fairly satisfied"),
    ("2", "不满意", "Dissatisfied"),
    ("1", "非常不满意", "Very dissatisfied"),
)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: `type` picks the control and the check, `long` a text area, `choices` the values allowed."""

    key: str
    type: str
    name: Mapping[str, str]
    long: bool = False
    choices: tuple[Choice, ...] = ()


def _field(key: str, kind: str, zh: str, en: str, *, long: bool = False, choices: tuple[Choice, ...] = ()) -> FieldSpec:
    return FieldSpec(key, kind, MappingProxyType({"zh": zh, "en": en}), long, choices)


_ALL = (
    _field("reason", "text", "理由", "Reason", long=True),
    _field("note", "text", "说明", "Note", long=True),
    _field("answer", "text", "答复内容（公开）", "Answer (public)", long=True),
    _field("demand", "text", "督办要求", "What is demanded", long=True),
    _field("until", "datetime", "截止时间", "Until"),
    _field("rating", "rating", "满意度", "Satisfaction", choices=RATINGS),
    _field("photos", "photos", "照片", "Photos"),
    _field("holder", "holder", "承办人", "Handler"),
    _field("units", "units", "单位", "Units"),
    _field("category", "category", "类别", "Category"),
    _field("grid", "grid", "网格", "Grid"),
    _field(
        "urgency",
        "choice",
        "紧急程度",
        "Urgency",
        choices=(("normal", "一般", "Normal"), ("urgent", "紧急", "Urgent"), ("emergency", "特急", "Emergency")),
    ),
    _field("case", "case", "主件编号", "Main case"),
    _field("clause", "clause", "不予受理依据", "Ground for refusal"),
    _field(
        "contacted",
        "choice",
        "联系情况",
        "Contact with the resident",
        choices=(
            ("reached", "已联系上", "Reached"),
            ("visited", "已上门", "Visited"),
            ("no_reply", "无人接听", "No reply"),
            ("none", "未留联系方式", "No contact given"),
        ),
    ),
    _field("agreement", "text", "协议内容", "Agreement", long=True),
    _field("present", "text", "到会人员", "Present"),
    _field("minutes", "text", "会议记录", "Minutes", long=True),
    _field("materials", "text", "需补正材料", "Materials lacking", long=True),
    _field("measure", "text", "整改措施与标准", "Measure and standard", long=True),
    _field(
        "grade",
        "choice",
        "隐患等级",
        "Grade of hazard",
        choices=(("general", "一般隐患", "General"), ("major", "重大隐患", "Major")),
    ),
)

FIELDS: Mapping[str, FieldSpec] = MappingProxyType({field.key: field for field in _ALL})
