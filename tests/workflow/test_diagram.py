from pathlib import Path
from xml.etree import ElementTree

import pytest

from lianxin.workflow.definition import read
from lianxin.workflow.diagram import svg

BASE = sorted((Path(__file__).parents[2] / "towns/base/workflows").glob("*.yaml"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", BASE, ids=lambda path: path.stem)
def test_every_step_and_every_move_is_drawn(path, language):
    flow = read(path.read_text("utf-8"))
    words = "".join(ElementTree.fromstring(svg(flow, language)).itertext())
    assert [step.key for step in flow.steps.values() if step.name[language] not in words] == []
    moves = {(source, each.to) for each in flow.transitions for source in each.sources if each.to not in (None, source)}
    drawn = svg(flow, language).count("<polygon")
    assert drawn == len(moves)


def test_no_two_steps_stand_in_one_place():
    for path in BASE:
        root = ElementTree.fromstring(svg(read(path.read_text("utf-8"))))
        boxes = [(box.get("x"), box.get("y")) for box in root.iter("{http://www.w3.org/2000/svg}rect") if box.get("rx")]
        assert len(boxes) == len(set(boxes))
