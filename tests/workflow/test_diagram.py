from itertools import combinations
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


SVG = "{http://www.w3.org/2000/svg}"


def words_at_arrows(root):
    """Left, top, right and bottom of the words of each arrow, about as a browser draws them."""
    for text in root.iter(f"{SVG}text"):
        lines = text.findall(f"{SVG}tspan")
        if lines:
            half = max(sum(11 if ord(each) > 0x2E7F else 6.3 for each in line.text) for line in lines) / 2
            x, below = float(lines[0].get("x")), float(lines[-1].get("y"))
            yield x - half, float(lines[0].get("y")) - 11, x + half, below


def cover(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", BASE, ids=lambda path: path.stem)
def test_no_words_lie_over_others_or_under_a_step(path, language):
    root = ElementTree.fromstring(svg(read(path.read_text("utf-8")), language))
    words = list(words_at_arrows(root))
    assert words
    assert [pair for pair in combinations(words, 2) if cover(*pair)] == []
    boxes = [tuple(float(box.get(name)) for name in ("x", "y", "width", "height")) for box in root.iter(f"{SVG}rect") if box.get("rx")]
    steps = [(x, y, x + width, y + height) for x, y, width, height in boxes]
    assert [(each, step) for each in words for step in steps if cover(each, step)] == []
