"""The six cells: shape carries the meaning."""

import pytest

from lianxin.ui.cells import SHAPES, six_cells, summary
from lianxin.ui.samples import cells

pytestmark = pytest.mark.usefixtures("chinese")


def test_each_state_has_a_shape_of_its_own():
    drawn = {letter: str(six_cells(cells(letter + "ttttt"))) for letter in "dntbp"}
    assert len(set(drawn.values())) == 5
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_the_lights_of_the_present_step_differ_in_shape_not_in_colour_alone():
    drawn = {light: str(six_cells(cells("dntttt"), "s", light)).split("<svg")[1] for light in ("ok", "soon", "late")}
    assert len(set(drawn.values())) == 3


def test_the_bar_says_itself_to_those_who_hear_it():
    assert summary(cells("dddntt"), "late") == "第 4 步（共 6 步）：事件处置，进行中，已超期"
    assert summary(cells("dddptt")) == "第 4 步（共 6 步）：事件处置，已停表"
    assert summary(cells("dddddd")) == "6 步全部完成"
    assert summary(cells("dddttt")) == "6 步中已完成 3 步"
    assert summary(cells("dbnttt")) == "第 3 步（共 6 步）：分派流转，进行中"


def test_the_large_bar_names_the_steps_and_marks_the_present_one():
    drawn = six_cells(cells("dddntt", "2天"), "l")
    assert drawn.count("<li") == 6
    assert drawn.count('aria-current="step"') == 1
    assert "<b>2天</b>" in drawn
    assert "at-4" in drawn


def test_names_and_labels_are_escaped():
    hostile = cells("ntttttt"[:6], "<b>x")
    hostile[0]["name"] = '"><script>'
    for size in ("s", "l"):
        assert "<script>" not in six_cells(hostile, size)
        assert "<b>x" not in six_cells(hostile, size).replace("<b>&lt;b&gt;x</b>", "")
