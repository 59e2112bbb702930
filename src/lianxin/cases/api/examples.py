"""One example for each operation: what a town clerk would find plausible. A test reads each through its shape."""

from typing import Any

NUMBER, SPOKEN, CODE = "LX48217350", "LX 4821 7350", "K7Q2MZ4TXW5BNA3D"
RECORDED, DUE = "2026-03-02T01:00:00Z", "2026-03-02T02:00:00Z"
HEAD = "9f2c41d0a7b35e6688c1f0d2e4a59b7713c6de08f4512ab97de03c5a6b81f24e"

CATEGORY = {"id": "2103", "key": "streetlight", "name": "路灯不亮"}
GRID = {"id": "310", "code": "320381104003", "name": "一网格"}
GRID_REF = {"id": "310", "key": "320381104003", "name": "柳湾村一网格"}
UNIT = {"id": "7", "key": "utilities", "name": "市政公用所"}
DESK = {"id": "2", "key": "desk", "name": "便民服务中心"}
PHASES = ("collect", "triage", "dispatch", "handle", "feedback", "review")
PHASE_NAMES = ("信息收集", "分析研判", "分派流转", "事件处置", "跟踪反馈", "督查考核")


def _cells(at: int) -> list[dict[str, str]]:
    states = ["done"] * at + ["now"] + ["todo"] * (5 - at)
    return [
        {"phase": phase, "name": name, "state": state}
        for phase, name, state in zip(PHASES, PHASE_NAMES, states, strict=True)
    ]


REPORT: dict[str, Any] = {
    "text": "村口第三根灯杆的路灯坏了三天，晚上老人出门看不清路。",
    "category": "streetlight", "lon": 117.0051, "lat": 34.6049, "datum": "gcj02", "address": "柳湾村村口",
    "contact": {"name": "王大明", "phone": "19900000042"}, "public_consent": True, "photos": [],
}  # fmt: skip
RECEIPT: dict[str, Any] = {
    "number": NUMBER, "spoken": SPOKEN, "code": CODE, "link": f"https://town.example/r/{NUMBER}/{CODE}/",
    "step": "collect", "step_name": "信息收集", "due_at": DUE,
}  # fmt: skip
PHOTO: dict[str, Any] = {
    "digest": HEAD, "token": "eJwzNDIwNjM0MQYABCkBBw:1wG5zx:5jB0…", "width": 1920, "height": 1080, "size": 284110,
}  # fmt: skip
FIELD_NOTE = {"name": "note", "label": "说明", "type": "text", "required": False, "options": []}
FOLLOWED: dict[str, Any] = {
    "number": NUMBER, "spoken": SPOKEN, "title": "村口第三根灯杆的路灯坏了三天", "text": REPORT["text"],
    "kind": "request", "step": "handle", "step_name": "事件处置", "phase": "handle", "ended": False, "outcome": "",
    "cells": _cells(3), "category": "路灯不亮", "place": "柳湾村一网格", "unit": "市政公用所",
    "recorded_at": RECORDED, "due_at": "2026-03-05T09:30:00Z", "light": "ok", "provisional": False,
    "merged_into": "", "version": 4,
    "timeline": [
        {"at": RECORDED, "act": "open", "name": "提交", "unit": "网页", "text": ""},
        {"at": "2026-03-02T01:30:00Z", "act": "accept", "name": "受理", "unit": "便民服务中心", "text": ""},
    ],
    "acts": [{"act": "add", "name": "补充", "fields": [FIELD_NOTE]}],
}  # fmt: skip
REPORTER_ACT: dict[str, Any] = {"act": "satisfied", "given": {"rating": "5", "note": "第二天就修好了"}}
MOVED: dict[str, Any] = {
    "number": NUMBER, "version": 5, "step": "review", "step_name": "督查考核", "due_at": "2026-03-09T09:30:00Z",
    "unit": "督查办", "ended": False,
}  # fmt: skip

_BOARD_ROW: dict[str, Any] = {
    "number": NUMBER, "title": "柳湾村村口路灯不亮", "text": "村口第三根灯杆的路灯坏了三天。", "category": "路灯不亮",
    "answer": "已更换灯头并检查线路，当晚恢复照明。", "place": "柳湾村", "closed": True, "recorded_at": RECORDED,
    "closed_at": "2026-03-06T02:10:00Z", "published_at": "2026-03-06T03:00:00Z",
}  # fmt: skip
BOARD: dict[str, Any] = {"rows": [_BOARD_ROW], "next": "1772766000000000-412"}
BOARD_ITEM: dict[str, Any] = {
    **_BOARD_ROW,
    "photos": [{"id": "88", "moment": "after", "href": f"/board/{NUMBER}/photos/88.jpg"}],
}
CATEGORIES: dict[str, Any] = {
    "rows": [
        {
            "id": "21", "key": "utilities", "name": "市政公用",
            "children": [{**CATEGORY, "urgency": "normal", "limits": {"handle": "3 working_days"}}],
        }
    ]
}  # fmt: skip
GRIDS: dict[str, Any] = {
    "rows": [{**GRID, "level": "grid", "parent": "31", "lon": 117.0051, "lat": 34.6049, "children": []}]
}
KINDS: dict[str, Any] = {
    "rows": [
        {
            "key": "request", "name": "群众诉求", "version": 1, "confidential": False, "start": "collect",
            "steps": [
                {
                    "key": "collect", "name": "信息收集", "phase": "collect", "who": "clerk",
                    "within": "1 working_hours", "end": False, "outcome": "",
                }
            ],
            "acts": [
                {
                    "act": "accept", "name": "受理", "sources": ["collect"], "to": "triage", "by": ["holder"],
                    "needs": [], "takes": ["category", "grid", "urgency", "note"],
                }
            ],
        }
    ]
}  # fmt: skip
UNITS: dict[str, Any] = {"rows": [{**UNIT, "line": "city", "grid": None}]}
ROUTES: dict[str, Any] = {
    "rows": [{"id": "501", "category": CATEGORY, "grid": None, "hours": "any", "unit": UNIT, "level": ""}]
}
WHY: dict[str, Any] = {
    "unit": UNIT, "post": None, "route": "501", "fallback": False,
    "reasons": [
        {"route": "501", "verdict": "taken", "words": "采用本条规则。"},
        {"route": "502", "verdict": "category", "words": "适用于其他类别。"},
    ],
}  # fmt: skip
ME: dict[str, Any] = {
    "town": {"id": "1", "key": "LX", "name": "连心镇"}, "name": "李敏", "post": "受理员", "unit": DESK, "sees": "town",
    "role": {"id": "4", "key": "clerk", "name": "受理员"},
    "may": ["board", "publish", "register", "reveal_contact", "triage"], "scopes": ["cases:read", "setup:read"],
}  # fmt: skip

CASES: dict[str, Any] = {
    "rows": [
        {
            "id": "71203", "number": NUMBER, "title": "村口第三根灯杆的路灯坏了三天", "kind": "request",
            "step": "collect", "step_name": "信息收集", "phase": "collect", "category": CATEGORY, "grid": GRID_REF,
            "unit": DESK, "post": None, "person": "", "urgency": "normal", "channel": "web", "duty": "main",
            "due_at": DUE, "light": "ok", "paused": False, "provisional": False, "joined": 1,
            "recorded_at": RECORDED, "closed_at": None, "version": 1,
        }
    ],
    "next": "a1772416800000000.71204", "previous": "",
}  # fmt: skip
CASE: dict[str, Any] = {
    "id": "71203", "number": NUMBER, "spoken": SPOKEN, "version": 1, "title": "村口第三根灯杆的路灯坏了三天",
    "text": REPORT["text"], "kind": "request", "step": "collect", "step_name": "信息收集", "phase": "collect",
    "ended": False, "outcome": "", "cells": _cells(0), "urgency": "normal", "channel": "web", "category": CATEGORY,
    "grid": GRID_REF, "unit": DESK, "post": None, "person": "", "lon": 117.0051, "lat": 34.6049,
    "address": "柳湾村村口", "happened_at": None, "recorded_at": RECORDED, "due_at": DUE, "closed_at": None,
    "light": "ok", "paused": False, "provisional": False, "counts": {}, "parent": "", "children": [],
    "reporters": [
        {
            "id": "9001", "name": "王**", "phone": "199****0042", "first": True, "consents": True, "rating": None,
            "at": RECORDED,
        }
    ],
    "duties": [], "photos": [],
    "acts": [{"act": "accept", "name": "受理", "fields": [FIELD_NOTE]}],
}  # fmt: skip
ENTRIES: dict[str, Any] = {
    "rows": [
        {
            "id": "880012", "seq": 2, "at": "2026-03-02T01:30:00Z", "act": "accept", "name": "受理",
            "source": "collect", "step": "triage", "late": False,
            "by": {"id": "41", "key": "", "name": "受理员 李敏"}, "texts": {"note": "已电话核实"},
            "given": {"category": "2103"}, "digest": HEAD,
        }
    ]
}  # fmt: skip
REGISTRATION: dict[str, Any] = {
    "text": "来电反映柳湾村村口路灯不亮。", "channel": "phone", "category": "streetlight", "address": "柳湾村村口",
    "contact": {"name": "王大明", "phone": "19900000042"}, "urgency": "normal",
}  # fmt: skip
REGISTERED: dict[str, Any] = {
    "id": "71203", "number": NUMBER, "spoken": SPOKEN, "version": 1, "step": "collect", "step_name": "信息收集",
    "due_at": DUE, "unit": "便民服务中心",
}  # fmt: skip
ACT: dict[str, Any] = {"act": "assign", "version": 2, "given": {"holder": "unit:utilities", "note": "请尽快"}}
