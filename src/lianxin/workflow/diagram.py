"""Draw a workflow: its steps in the columns of the six official steps, its moves as arrows. Pure SVG text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from lianxin.workflow.definition import PHASE_NAMES, PHASES, Step, Workflow

COLUMN, ROW, BOX_W, BOX_H, TOP, SIDE = 236, 130, 148, 56, 132, 24
SMALL, LINE = 11, 13  # of the words at arrows, in pixels: their size, and from line to line
PAPER, INK, WORK, QUIET, BACK = "#fbfaf6", "#1b2a2f", "#0e5f66", "#6b7a7d", "#c8402a"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a step stands: column by its phase, row by its turn in it."""

    column: int
    row: int

    @property
    def x(self) -> int:
        return SIDE + self.column * COLUMN

    @property
    def y(self) -> int:
        return TOP + self.row * ROW


def svg(workflow: Workflow, language: str = "zh", under: Mapping[str, str] | None = None) -> str:
    """The diagram of a workflow in one language, as an `<svg>` element.

    `under`: what stands below the name of each live step, by its key; whose turn and how long in the words of the file,
    where nothing is given.
    """
    places = _places(workflow)
    width = SIDE * 2 + COLUMN * (len(PHASES) - 1) + BOX_W
    height = TOP + ROW * max(place.row for place in places.values()) + BOX_H + SIDE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width / 16:g}rem" role="img" '
        f'aria-label="{escape(workflow.name[language])}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *_heads(language, height),
        *(_box(step, places[step.key], language, under or {}) for step in workflow.steps.values()),
        *_arrows(workflow, places, language),
        "</svg>",
    ]
    return "".join(parts)


def _places(workflow: Workflow) -> dict[str, _Place]:
    """Live steps in the column of their phase; ends below them, each in the nearest column that is free."""
    places: dict[str, _Place] = {}
    taken: set[tuple[int, int]] = set()
    for step in sorted(workflow.steps.values(), key=lambda step: step.end):
        column = PHASES.index(step.phase)
        row = next(row for row in range(len(workflow.steps)) if (column, row) not in taken)
        if step.end:
            row = 1 + max(place.row for place in places.values() if not workflow.steps[_key(places, place)].end)
            near = sorted(range(len(PHASES)), key=lambda other: (abs(other - column), other))
            column = next((other for other in near if (other, row) not in taken), column)
        taken.add((column, row))
        places[step.key] = _Place(column, row)
    return places


def _key(places: Mapping[str, _Place], place: _Place) -> str:
    return next(key for key, known in places.items() if known is place)


def _heads(language: str, height: int) -> Iterator[str]:
    for at, phase in enumerate(PHASES):
        x = SIDE + at * COLUMN + BOX_W / 2
        yield f'<text x="{x}" y="28" text-anchor="middle" fill="{QUIET}">{escape(PHASE_NAMES[phase][language])}</text>'
        yield f'<line x1="{x}" y1="38" x2="{x}" y2="{height - 8}" stroke="{QUIET}" stroke-opacity=".15"/>'


def _box(step: Step, place: _Place, language: str, under: Mapping[str, str]) -> str:
    middle = place.x + BOX_W / 2
    dash = ' stroke-dasharray="4 3"' if step.end else ""
    limit = "" if step.end else under.get(step.key, f"{step.who} · {step.within}")
    name_y = place.y + (33 if step.end else 24)
    return (
        f'<g><rect x="{place.x}" y="{place.y}" width="{BOX_W}" height="{BOX_H}" rx="6" fill="{PAPER}" '
        f'stroke="{INK}"{dash}/>'
        f'<text x="{middle}" y="{name_y}" text-anchor="middle" fill="{INK}" font-weight="600">'
        f"{escape(step.name[language])}</text>"
        f'<text x="{middle}" y="{place.y + 43}" text-anchor="middle" fill="{QUIET}" font-size="11">'
        f"{escape(limit)}</text></g>"
    )


@dataclass(frozen=True, slots=True)
class _Label:
    """The words at an arrow: their lines, the last of which stands at x (its middle) and y, and their colour."""

    lines: tuple[str, ...]
    x: float
    y: float
    colour: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        half = max(map(_width, self.lines)) / 2 + 2
        return self.x - half, self.y - LINE * len(self.lines), self.x + half, self.y

    def covers(self, other: "_Label") -> bool:
        """Whether one would hide a part of the other."""
        (left, top, right, bottom), (o_left, o_top, o_right, o_bottom) = self.box, other.box
        return left < o_right and o_left < right and top < o_bottom and o_top < bottom


def _width(words: str) -> float:
    """About how wide words are drawn: a Chinese character is as wide as high, a letter about half of it."""
    return sum(SMALL if ord(each) > 0x2E7F else SMALL * 0.58 for each in words)


def _arrows(workflow: Workflow, places: Mapping[str, _Place], language: str) -> Iterator[str]:
    """Every arrow; then the words, each moved down until it hides none before it."""
    moves: dict[tuple[str, str], list[str]] = {}
    for each in workflow.transitions:
        for source in each.sources:
            if each.to is not None and each.to != source:
                moves.setdefault((source, each.to), []).append(each.name[language])
    labels: list[_Label] = []
    for (source, to), names in moves.items():
        label = "、".join(names[:2]) if language == "zh" else ", ".join(names[:2])
        ends = workflow.steps[to].end
        drawn, at = _arrow(places[source], places[to], label + ("…" if len(names) > 2 else ""), ends=ends)
        yield drawn
        while any(at.covers(other) for other in labels):
            at = _Label(at.lines, at.x, at.y + LINE, at.colour)
        labels.append(at)
    yield from map(_words, labels)


def _words(label: _Label) -> str:
    first = label.y - LINE * (len(label.lines) - 1)
    lines = "".join(
        f'<tspan x="{label.x}" y="{first + LINE * at}">{escape(line)}</tspan>' for at, line in enumerate(label.lines)
    )
    return (
        f'<text text-anchor="middle" fill="{label.colour}" font-size="{SMALL}" stroke="{PAPER}" stroke-width="3" '
        f'paint-order="stroke">{lines}</text>'
    )


def _lines(label: str, most: float) -> tuple[str, ...]:
    """A label in lines no wider than `most`, broken after a comma or between words where that can be."""
    lines = [""]
    for piece in re.findall(r"[^、 ]+[、 ]*", label):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > most:
            lines.append("")
        lines[-1] += piece
    return tuple(line.rstrip() for line in lines)


def _arrow(start: _Place, end: _Place, label: str, *, ends: bool) -> tuple[str, _Label]:
    """Forward moves run to the right below the names, returns run back above, side exits drop down."""
    back = not ends and (end.column < start.column or (end.column == start.column and end.row < start.row))
    x1, x2 = start.x + BOX_W / 2, end.x + BOX_W / 2
    tip: tuple[float, float, str]
    lines: tuple[str, ...] = (label,)
    if start.row == end.row and not back and end.column - start.column == 1:
        x1, x2, y = start.x + BOX_W, end.x, start.y + BOX_H / 2
        path, tip, at = f"M{x1} {y} H{x2 - 6}", (x2, y, "r"), ((x1 + x2) / 2, y - 6)
        lines = _lines(label, x2 - x1)  # between two boxes
    elif start.row == end.row:
        lift = 26 * abs(end.column - start.column) + (14 if back else 0)
        y = start.y
        path, tip = f"M{x1} {y} C{x1} {y - lift} {x2} {y - lift} {x2} {y - 6}", (x2, y, "d")
        at = ((x1 + x2) / 2, y - lift * 0.74)
    else:
        down = end.row > start.row
        y1 = start.y + (BOX_H if down else 0)
        y2 = end.y if down else end.y + BOX_H
        turn = (y1 + y2) / 2
        path = f"M{x1} {y1} C{x1} {turn} {x2} {turn} {x2} {y2 - 6 if down else y2 + 6}"
        tip, at = (x2, y2, "d" if down else "u"), ((x1 * 0.35 + x2 * 0.65), turn + (12 if down else -6))
    colour = BACK if back else WORK
    return f'<path d="{path}" fill="none" stroke="{colour}"/>{_tip(tip, colour)}', _Label(lines, *at, colour)


def _tip(tip: tuple[float, float, str], colour: str) -> str:
    x, y, way = tip
    points = {
        "r": f"{x},{y} {x - 7},{y - 4} {x - 7},{y + 4}",
        "d": f"{x},{y} {x - 4},{y - 7} {x + 4},{y - 7}",
        "u": f"{x},{y} {x - 4},{y + 7} {x + 4},{y + 7}",
    }[way]
    return f'<polygon points="{points}" fill="{colour}"/>'
