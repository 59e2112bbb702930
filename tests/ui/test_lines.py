"""The lines of a list of cases: everything a resident wrote is escaped, and each state is said in words."""

from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from lianxin.ui import words
from lianxin.ui.lines import case_lines, line_words

CELLS = [{"state": "now", "name": "收集", "label": ""}, {"state": "todo", "name": "研判", "label": ""}]
NASTY = '<script>"&\''


def line(**values):
    plain = {
        "href": "/cases/LX1/", "title": "路灯不亮", "number": "LX1", "category": "路灯", "grid": "柳村 · 三网格", "unit": "城管办",
        "person": "", "urgent": "", "duty_name": "", "who": "clerk", "joined": 1, "cells": CELLS, "light": "ok",
        "step_name": "收集", "paused": False, "provisional": False, "due_at": timezone.now() + timedelta(hours=2, minutes=5),
    }  # fmt: skip
    return {**plain, **values}


def test_what_people_wrote_is_escaped_wherever_it_stands():
    words = ("title", "number", "category", "grid", "unit", "person", "urgent", "duty_name", "step_name", "href")
    drawn = case_lines([line(**dict.fromkeys(words, NASTY), light="done", joined=3, who="reporter")], NASTY)
    assert "<script>" not in drawn
    assert unescape(drawn).count(NASTY) == len(words) + 1


def test_what_is_not_there_leaves_nothing_behind():
    drawn = case_lines([line(category="", grid="", unit="", person="")], "待办", unit=False)
    for left_over in ("<span></span>", "with-unit", "badge"):
        assert left_over not in drawn


def test_each_state_is_said_in_words():
    now = timezone.now()
    with translation.override("zh-hans"):
        assert line_words(line(light="done", step_name="办结"), now) == "办结"
        assert line_words(line(paused=True, due_at=now + timedelta(days=1)), now) == "挂账至明天"
        assert line_words(line(due_at=None), now) == "没有期限"
        assert line_words(line(due_at=now + timedelta(hours=2), provisional=True), now) == "还有 2 小时（暂定）"
        assert line_words(line(due_at=now - timedelta(minutes=3)), now) == "已超 3 分钟"
        drawn = case_lines([line(joined=3, who="reporter")], "待办")
        for said in (">3 人</span>", "等群众评价"):
            assert said in drawn
    with translation.override("en"):
        assert line_words(line(due_at=now + timedelta(hours=2)), now) == "2 h left"
        assert line_words(line(due_at=now + timedelta(minutes=81)), now) == "1 h 21 min left"
        assert line_words(line(due_at=now - timedelta(days=18, hours=19, minutes=5)), now) == "18 d 19 h late"
        assert line_words(line(due_at=now), now) == "0 min left"


def test_a_list_that_is_asked_for_it_says_when_each_case_was_due():
    at = datetime(2026, 11, 20, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    with translation.override("zh-hans"):
        assert f"{words.when(at)} 到期" in case_lines([line(light="late", due_at=at)], "超期", due=True)
        for silent in (line(light="done", due_at=at), line(paused=True, due_at=at), line(due_at=None)):
            assert "到期" not in case_lines([silent], "超期", due=True)
        assert "到期" not in case_lines([line(light="late", due_at=at)], "超期")
