"""The variables of a reply text: a closed list, checked when a text is kept, filled in when it is picked."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_HOLE = re.compile(r"\{([^{}]*)\}")

# Each in both languages: a clerk writes {编号}, a program {number}.
VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "number": "编号",
        "title": "标题",
        "category": "类别",
        "place": "地点",
        "unit": "承办单位",
        "due": "时限",
        "reporter": "诉求人",
        "today": "今天",
        "town": "乡镇",
        "me": "经办人",
    }
)
_KEYS = {**{key: key for key in VARIABLES}, **{name: key for key, name in VARIABLES.items()}}


def unknown_in(body: str) -> list[str]:
    """The variables of a text that are none, and braces that open or close nothing, as they are written."""
    names = [f"{{{name}}}" for name in _HOLE.findall(body) if name.strip() not in _KEYS]
    stray = sorted(set(_HOLE.sub("", body)) & {"{", "}"})
    return list(dict.fromkeys([*names, *stray]))


def filled(body: str, values: Mapping[str, str]) -> str:
    """A text with its variables filled in; one whose value is empty leaves its name to be written over (“［时限］”)."""

    def value(match: re.Match[str]) -> str:
        key = _KEYS.get(match[1].strip(), "")
        return values.get(key) or f"［{VARIABLES.get(key, match[1])}］"

    return _HOLE.sub(value, body)


def beside(typed: str, text: str) -> str:
    """A text put after what was typed already, on a line of its own; nothing typed is lost."""
    typed = typed.rstrip()
    return f"{typed}\n{text}" if typed else text
