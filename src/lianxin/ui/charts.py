"""Charts drawn on the server: no script, printable, readable at any width."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

NICE = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
MOST_LABELS = 6


def nice_top(largest: float) -> float:
    """The end of an axis: the next round number (1, 1.5, 2, 2.5 … times a power of ten) above."""
    step = 1.0
    while step * 10 < largest:
        step *= 10
    return next(step * times for times in NICE if step * times >= largest)


def _path(values: Sequence[float], top: float) -> str:
    """The line in a box of 100 by 100; each value stands over the middle of its label."""
    wide = 100 / len(values)
    return "M" + "L".join(
        f"{(place + 0.5) * wide:.2f} {100 - 100 * value / top:.2f}" for place, value in enumerate(values)
    )


def _words(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"


def _labels(labels: Sequence[str]) -> Markup:
    """Names under the line, the last always shown and so many others as a phone has room for; every other one is
    marked to give way where the letters are large.
    """
    every = -(-len(labels) // MOST_LABELS)
    last = len(labels) - 1

    def name(place: int, label: str) -> Markup:
        if (last - place) % every:
            return Markup("")
        spare = Markup(' class="spare"') if (last - place) // every % 2 else ""
        return Markup("<i{}>{}</i>").format(spare, label)

    return Markup("").join(Markup("<span>{}</span>").format(name(place, label)) for place, label in enumerate(labels))


def trend(
    points: Sequence[Mapping[str, Any]],
    label: str,
    second: Sequence[float] = (),
    top: float | None = None,
) -> Markup:
    """A line over time: ``points`` of label and value; ``second`` draws a dashed line beside it.

    ``label`` says what is drawn, to those who do not see it too; ``top`` fixes the axis's end.
    """
    if not points:
        return Markup("")
    values = [float(point["value"]) for point in points]
    high = top or nice_top(max(*values, *second, 1.0))
    line = _path(values, high)
    beside = Markup('<path class="line second" d="{}"/>').format(_path(second, high)) if second else ""
    said = f"{label}: " + ", ".join(f"{point['label']} {_words(float(point['value']))}" for point in points)
    axis = Markup("").join(Markup("<span>{}</span>").format(_words(high * share)) for share in (1, 0.5, 0))
    return Markup(
        '<figure class="trend" role="img" aria-label="{said}"><div class="axis" aria-hidden="true">{axis}</div>'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="rule" d="M0 0H100M0 50H100M0 100H100"/>{beside}<path class="line" d="{line}"/>'
        '<path class="dot" d="M{dot}h0"/></svg>'
        '<div class="below" aria-hidden="true">{below}</div>'
        '<figcaption>{last} <b class="num">{value}</b></figcaption></figure>'
    ).format(
        said=said,
        axis=axis,
        beside=beside,
        line=line,
        dot=line[1:].rsplit("L", 1)[-1],
        below=_labels([str(point["label"]) for point in points]),
        last=points[-1]["label"],
        value=_words(values[-1]),
    )
