"""Charts drawn on the server: no script, printable, and each figure a link."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 200, 40, 24, 12


def nice_top(largest: float) -> float:
    """The end of an axis: the next of 1, 2, 5 times a power of ten that holds ``largest``."""
    step = 1.0
    while step * 10 < largest:
        step *= 10
    return next(step * times for times in (1, 2, 5, 10) if step * times >= largest)


def _points(values: Sequence[float], top: float) -> list[tuple[float, float]]:
    wide = (WIDTH - LEFT - 8) / max(1, len(values) - 1)
    tall = HEIGHT - BOTTOM - TOP
    return [(LEFT + i * wide, TOP + tall * (1 - value / top)) for i, value in enumerate(values)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _axis(top: float) -> Markup:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = TOP + (HEIGHT - BOTTOM - TOP) * (1 - share)
        value = top * share
        words = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
        lines.append(
            Markup(
                '<path class="axis" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(LEFT, y, WIDTH - 8, LEFT - 6, y + 4, words)
        )
    return Markup("").join(lines)


def _below(labels: Sequence[str], points: Sequence[tuple[float, float]]) -> Markup:
    every = max(1, -(-len(labels) // 8))
    return Markup("").join(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            points[i][0], HEIGHT - 4, label
        )
        for i, label in enumerate(labels)
        if i % every == 0
    )


def trend(
    points: Sequence[Mapping[str, Any]],
    label: str,
    second: Sequence[float] = (),
    top: float | None = None,
) -> Markup:
    """A line over time: ``points`` of label and value; ``second`` draws a dashed line beside it.

    ``label`` is what a reader who does not see the drawing is told; ``top`` fixes the axis's end.
    """
    if not points:
        return Markup("")
    values = [float(point["value"]) for point in points]
    high = top or nice_top(max(*values, *second, 1.0))
    places = _points(values, high)
    last = places[-1]
    parts = [_axis(high), _below([str(point["label"]) for point in points], places)]
    if second:
        parts.append(
            Markup('<path class="line second" d="{}"/>').format(_path(_points(second, high)))
        )
    parts.append(
        Markup(
            '<path class="line" d="{}"/><circle class="dot" cx="{:.1f}" cy="{:.1f}" r="4"/>'
            '<text class="last" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(_path(places), *last, last[0], max(10.0, last[1] - 9), f"{values[-1]:,.10g}")
    )
    return Markup(
        '<figure class="trend"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></figure>'
    ).format(WIDTH, HEIGHT, label, Markup("").join(parts))
