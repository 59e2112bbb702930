"""Invented values for the living page: the components in each of their states."""

import base64
from typing import Any

from django import forms

from lianxin.ui.icons import PATHS as ICONS

PHASES = ("信息收集", "分析研判", "分派流转", "事件处置", "跟踪反馈", "督查考核")
KEYS = ("collect", "triage", "dispatch", "handle", "feedback", "review")


def cells(states: str, label: str = "") -> list[dict[str, str]]:
    """Six cells from six letters: d done, n now, t to come, b back, p paused."""
    names = {"d": "done", "n": "now", "t": "todo", "b": "back", "p": "paused"}
    return [
        {
            "phase": key,
            "name": name,
            "state": names[letter],
            "label": label if letter in "np" else "",
        }
        for key, name, letter in zip(KEYS, PHASES, states, strict=True)
    ]


def _case(number: str, title: str, states: str, light: str, words: str, **more: Any) -> dict[str, Any]:
    return {
        "href": f"#{number}",
        "number": number,
        "title": title,
        "cells": cells(states),
        "light": light,
        "words": words,
        "place": "柳湾村 第三网格",
        **more,
    }


CASES = [
    _case(
        "LX26 4821 7",
        "村口路灯连续三晚不亮，老人夜里出门看不清路",
        "dddntt",
        "late",
        "已超 5 小时",
        unit="城管办",
        on=True,
    ),
    _case("LX26 4830 K", "东渠桥头垃圾堆了一周没人清，天热味道很大", "ddnttt", "soon", "今天 17:30 前", unit="环卫站"),
    _case("LX26 4833 2", "咨询：新农合异地就医怎么报销", "dntttt", "ok", "还有 2 天 3 小时", unit="便民服务中心"),
    _case("LX26 4790 5", "自来水管渗漏，门前路面结冰", "dddptt", "paused", "挂账至 11月28日", unit="水务站"),
    _case("LX26 4702 X", "广场舞音响扰民，晚上十点还在放", "dddddd", "done", "已办结", unit="派出所"),
    _case("LX26 4699 1", "退回重派：河道护栏断裂归属不清", "dbnttt", "ok", "还有 6 小时", unit="派单台"),
]

ENTRIES = [
    {
        "act": "办结",
        "at": "今天 15:20",
        "who": "赵建国 · 城管办",
        "text": "更换灯头两个、老化线路 30 米，已通电试亮。",
        "tone": "moved",
        "then": "请诉求人确认，3 个工作日内",
    },
    {
        "act": "联系群众",
        "at": "今天 09:05",
        "who": "赵建国 · 城管办",
        "text": "电话联系，约定下午到现场。",
        "inside": True,
    },
    {"act": "超期提醒", "at": "昨天 17:30", "who": "系统", "tone": "late"},
    {
        "act": "派单",
        "at": "11月19日 10:12",
        "who": "李春梅 · 派单台",
        "text": "按规则“路灯 × 柳湾村”派城管办。",
        "tone": "moved",
    },
    {
        "act": "上报",
        "at": "11月19日 09:40",
        "who": "诉求人",
        "text": "村口第二根灯杆，连着三个晚上不亮。",
        "tone": "done",
    },
]


LONG_CASE = _case(
    "LX26 4900 0",
    "连心社区第七网格幸福家园小区三期东门外公交站台后面的雨水篦子连同旁边两块人行道砖一起塌下去半米深，夜里没有灯",
    "ddbntt",
    "late",
    "已超 112 个工作小时 36 分钟",
    unit="规划建设和生态环境办公室（行政审批与公共服务联合窗口）",
)
LONG_ENTRY = {
    "act": "退回重派：不属于本单位职责范围，附情况说明", "at": "2026年11月19日 星期四 17:30:59", "tone": "moved",
    "who": "欧阳建国 · 规划建设和生态环境办公室（行政审批与公共服务联合窗口）",
    "text": "现场看过，" * 30 + "https://example.org/" + "a" * 120, "then": "由派单台在两个工作小时内重新分派",
}  # fmt: skip


def _tally(count: int, told: str, tone: str = "") -> dict[str, Any]:
    return {"count": count, "tone": tone, "told": told}


def _picture(colour: str) -> str:
    """A drawing in place of a photo, as an address that needs no server."""
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path fill="{colour}" d="M0 0h4v4H0z"/></svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


PHOTOS = [
    {"src": _picture("#8aa39b"), "href": "#p1", "alt": "灯杆，办理前", "tag": "办理前"},
    {"src": _picture("#c9b58b"), "href": "#p2", "alt": "灯杆，办理后", "tag": "办理后"},
    {"src": _picture("#6f8596"), "href": "#p3", "alt": "灯杆全景", "tag": ""},
]


GRIDS = [
    (village, [(f"{at}-{n}", f"{village}第{number}网格") for n, number in enumerate("一二三四五六七八", 1)])
    for at, village in enumerate(("连心社区", "柳湾村", "他山村", "若水村"), 1)
]


class Refused(forms.Form):
    """A form of Django's that was sent with faults."""

    words = forms.CharField(label="情况说明", widget=forms.Textarea, max_length=200, help_text="什么时候、在哪里")
    way = forms.ChoiceField(label="怎样告诉您", choices=[("call", "电话"), ("sms", "短信")], widget=forms.RadioSelect)

    def clean(self) -> None:
        """What belongs to no field is said too."""
        raise forms.ValidationError("这件事刚刚有人办过，请再看一眼。")


def samples() -> dict[str, Any]:
    """All that the living page shows."""
    return {
        "cases": CASES,
        "entries": ENTRIES,
        "long_case": LONG_CASE,
        "long_entry": LONG_ENTRY,
        "photos": PHOTOS,
        "grids": GRIDS,
        "refused": Refused({"words": "", "way": "letter"}),
        "many_months": [{"label": f"{n + 1}月", "value": 1_000_000 + n * 7919 % 90_000} for n in range(60)],
        "bars_cells": [
            ("办理中，还有 2 天", cells("dddntt", "2天"), "ok"),
            ("快到期", cells("dntttt", "3时"), "soon"),
            ("已超期", cells("dddntt", "超5时"), "late"),
            ("退回过", cells("dbnttt", "6时"), "ok"),
            ("挂账，停表", cells("dddptt", "停表"), "ok"),
            ("全部办结", cells("dddddd"), "ok"),
        ],
        "months": [
            {"label": f"{month}月", "value": value}
            for month, value in zip(
                (12, *range(1, 12)), (162, 171, 149, 188, 176, 203, 196, 214, 187, 171, 169, 172), strict=True
            )
        ],
        "units": [
            {"label": "城管办", "value": 412, "href": "#u1"},
            {"label": "便民服务中心", "value": 388, "href": "#u2"},
            {"label": "派出所", "value": 241, "href": "#u3", "tone": "soon"},
            {"label": "水务站", "value": 96, "href": "#u4", "tone": "late"},
        ],
        "nav": [
            {"text": "收件箱", "href": "#inbox", "icon": "inbox", "on": True, "tally": _tally(37, "我的待办 37 件")},
            {"text": "登记", "href": "#new", "icon": "phone"},
            {"text": "超期", "href": "#late", "icon": "clock", "tally": _tally(4, "超期 4 件", "late")},
            {"text": "地图", "href": "#map", "icon": "map"},
            {"text": "统计", "href": "#chart", "icon": "chart"},
            {"text": "公开", "href": "#board", "icon": "globe"},
        ],
        "search_url": "#",
        "wide": True,
        "icon_names": sorted(ICONS),
    }
