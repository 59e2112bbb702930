"""An earlier version in a later one's words: names follow the key, rules stay as they were published."""

from dataclasses import replace

from lianxin.town.base import BASE
from lianxin.workflow.definition.reading import read
from lianxin.workflow.definition.words import called_as

NOW = (BASE / "workflows" / "request.yaml").read_text("utf-8")
OLD = read(NOW.replace("zh: 超期升级", "zh: 逾期").replace("zh: 信息收集", "zh: 收集").replace("zh: 群众诉求,", "zh: 诉求,"))


def rules(flow):
    """All of a workflow but its names."""
    steps = {key: replace(step, name={}) for key, step in flow.steps.items()}
    return flow.key, flow.version, flow.start, steps, [replace(each, name={}) for each in flow.transitions]


def test_what_is_called_better_now_is_called_so_and_nothing_else_changes():
    later = read(NOW.replace("default: 5 working_days}, on_late", "default: 3 working_days}, on_late"))
    told = called_as(OLD, later)
    assert OLD.transition("handle", "overdue").name["zh"] == "逾期"
    assert told.transition("handle", "overdue").name["zh"] == "超期升级"
    assert (told.steps["collect"].name["zh"], told.name["zh"]) == ("信息收集", "群众诉求")
    assert rules(told) == rules(OLD)
    assert rules(told) != rules(later)


def test_what_there_is_no_more_keeps_the_name_it_had():
    short = read(NOW.replace("overdue", "too_late").replace("dispatch:  {name", "passed:  {name").replace("dispatch]", "passed]")
                 .replace("dispatch,", "passed,").replace("to: dispatch", "to: passed").replace("from: dispatch", "from: passed")
                 .replace("phase: passed,", "phase: dispatch,"))  # fmt: skip
    told = called_as(OLD, short)
    assert told.transition("handle", "overdue").name["zh"] == "逾期"
    assert told.steps["dispatch"].name["zh"] == "分派流转"
    assert told.transition("dispatch", "take").name["zh"] == "接单"  # the act is there, from another step


def test_an_act_that_is_named_by_where_it_is_done_keeps_both_names():
    later = read(NOW.replace("- {act: call_back, name: {zh: 回访, en: Call back}, from: review", "- {act: call_back, name: {zh: 再回访, en: Again}, from: review"))
    told = called_as(OLD, later)
    assert told.transition("feedback", "call_back").name["zh"] == "回访"
    assert told.transition("review", "call_back").name["zh"] == "再回访"
