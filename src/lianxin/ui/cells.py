"""The six cells: one bar for every case, one cell for each official step.

Shape carries the meaning and colour only repeats it: filled is done, ringed is now, hollow is
to come, notched went back, hatched stands with its clock stopped.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext
from markupsafe import Markup

from lianxin.ui.icons import icon

CELL, GAP = 12, 3
HEIGHTS = {"s": 12, "m": 20}

# Inside the ring of the present step: a dot in time, a half when soon, a stroke when late.
INSIDE = {
    "ok": '<rect class="c-fill" x="4.5" y="4.5" width="3" height="3" rx=".5"/>',
    "soon": '<rect class="c-fill" x="3" y="6" width="6" height="3"/>',
    "late": '<path class="c-fill" d="M5.1 3.2h1.8v3.5H5.1zM5.1 7.5h1.8v1.5H5.1z"/>',
}
SHAPES = {
    "done": '<rect class="c-fill" width="12" height="12" rx="2"/>',
    "todo": '<rect class="c-todo" x=".75" y=".75" width="10.5" height="10.5" rx="1.5" stroke-width="1.2"/>',
    "back": '<path class="c-fill" d="M0 0h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H0l4.5-6z"/>',
    "paused": '<path class="c-line" stroke-width="1.3" d="M1 5l4-4M1 9l8-8M2.5 11.5l9-9M6.5 11.5l5-5"/>'
    '<rect class="c-line" x=".75" y=".75" width="10.5" height="10.5" rx="1.5" stroke-width="1.5"/>',
}
RING = '<rect class="c-line" x="1" y="1" width="10" height="10" rx="1.5" stroke-width="2"/>'


def state_words(state: str, light: str = "ok") -> str:
    """The state of a cell in a word, for those who hear the page."""
    words = {
        "done": gettext("done"),
        "todo": gettext("to come"),
        "back": gettext("sent back"),
        "paused": gettext("clock stopped"),
        "now": {
            "late": gettext("now, late"),
            "soon": gettext("now, due soon"),
        }.get(light, gettext("now")),
    }
    return words[state]


def summary(cells: Sequence[Mapping[str, Any]], light: str = "ok") -> str:
    """One sentence for the whole bar: which step it stands at and what is left."""
    for number, cell in enumerate(cells, 1):
        if cell["state"] in ("now", "paused"):
            return gettext("Step %(n)s of %(all)s: %(name)s, %(state)s") % {
                "n": number,
                "all": len(cells),
                "name": cell["name"],
                "state": state_words(cell["state"], light),
            }
    if cells and all(cell["state"] == "done" for cell in cells):
        return gettext("All %(all)s steps done") % {"all": len(cells)}
    finished = sum(cell["state"] == "done" for cell in cells)
    return gettext("%(n)s of %(all)s steps done") % {"n": finished, "all": len(cells)}


def _shape(state: str, light: str) -> str:
    if state == "now":
        return f'<g class="c-now">{RING}{INSIDE.get(light, INSIDE["ok"])}</g>'
    return SHAPES[state]


def _bar(cells: Sequence[Mapping[str, Any]], light: str, label: str, size: str) -> Markup:
    width, height = len(cells) * (CELL + GAP) - GAP, HEIGHTS[size]
    drawn = "".join(
        f'<g transform="translate({place * (CELL + GAP)})">{_shape(cell["state"], light)}</g>'
        for place, cell in enumerate(cells)
    )
    return Markup(
        '<span class="cells cells-{} {}" role="img" aria-label="{}"><svg width="{}" height="{}" '
        'viewBox="0 0 {} 12" aria-hidden="true">{}</svg></span>'
    ).format(size, light, label, width * height // CELL, height, width, Markup(drawn))  # noqa: S704 - own shapes


INNER = {"done": icon("check"), "paused": icon("pause"), "back": icon("return")}


def _name(name: str) -> Markup:
    """A name of four characters breaks in the middle, never after three."""
    half = len(name) // 2 if len(name) == 4 and not name.isascii() else len(name)
    parts = [name[:half], name[half:]]
    return Markup("").join(Markup("<span>{}</span>").format(part) for part in parts if part)


def _large(cells: Sequence[Mapping[str, Any]], light: str, label: str) -> Markup:
    items, wide = [], ""
    for number, cell in enumerate(cells, 1):
        state, inner = cell["state"], INNER.get(cell["state"], Markup(""))
        words = cell.get("label") or ""
        if state in ("now", "paused"):
            inner = Markup("<b>{}</b>").format(words) if words else inner
            wide = f" at-{number}" if words else wide
        items.append(
            Markup(
                '<li class="{} {}"{}><span class="box">{}</span>'
                '<span class="name">{}</span><span class="unseen">{}</span></li>'
            ).format(
                state,
                light if state == "now" else "",
                Markup(' aria-current="step"') if state in ("now", "paused") else "",
                inner,
                _name(str(cell["name"])),
                state_words(state, light),
            )
        )
    return Markup('<ol class="cells-l{}" aria-label="{}">{}</ol>').format(wide, label, Markup("").join(items))


def six_cells(cells: Sequence[Mapping[str, Any]], size: str = "s", light: str = "ok", label: str = "") -> Markup:
    """The bar for ``cells``: mappings of phase, name, state and label (the time left, for *now*).

    ``size``: ``s`` 12 px for lists, ``m`` 20 px for cards, ``l`` boxes with names for a case's page.
    ``light``: ok, soon or late, for the present step. ``label`` replaces the spoken summary.
    """
    return bar_in(get_language() or "", cells, size, light, label)


def bar_in(
    language: str, cells: Sequence[Mapping[str, Any]], size: str = "s", light: str = "ok", label: str = ""
) -> Markup:
    """The bar in the active language, which the caller has asked for: a list asks once for all its lines."""
    told = tuple((cell["state"], str(cell["name"]), cell.get("label") or "") for cell in cells)
    return _drawn(told, size, light, label, language)


@lru_cache(maxsize=2048)  # a list shows the same few bars again and again
def _drawn(told: tuple[tuple[str, str, str], ...], size: str, light: str, label: str, _language: str) -> Markup:
    """The bar, in the language that is active; for another language it is drawn anew."""
    cells = [{"state": state, "name": name, "label": words} for state, name, words in told]
    said = label or summary(cells, light)
    if size == "l":
        return _large(cells, light, said)
    return _bar(cells, light, said, size)
