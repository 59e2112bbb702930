"""The light of a case: a shape that is told apart without its colour, and what it says."""

from functools import lru_cache
from html import escape

from django.utils.translation import get_language, gettext
from markupsafe import Markup

SHAPES = {
    "late": '<path fill="currentColor" d="M7 .5L14 13.5H0z"/>',
    "soon": '<path fill="none" stroke="currentColor" stroke-width="2" d="M7 1.5L12.5 7 7 12.5 1.5 7z"/>'
    '<path fill="currentColor" d="M1.5 7L7 12.5 12.5 7z"/>',
    "paused": '<path fill="currentColor" d="M2.5 1.5h3v11h-3zM8.5 1.5h3v11h-3z"/>',
    "done": '<path fill="none" stroke="currentColor" stroke-width="2.2" d="M1.5 7.5l3.5 3.5 7.5-8"/>',
}
OK = '<circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" stroke-width="2.5"/>'


def light_word(state: str) -> str:
    """The light in a word."""
    words = {
        "late": gettext("late"),
        "soon": gettext("due soon"),
        "paused": gettext("clock stopped"),
        "done": gettext("ended"),
    }
    return words.get(state) or gettext("in time")


def light(state: str, words: str = "") -> Markup:
    """The light ``state`` (late, soon, paused, done, ok) with ``words``, or with its own word."""
    return light_in(get_language() or "", state, words)


def light_in(language: str, state: str, words: str = "") -> Markup:
    """The light in the active language, which the caller has asked for: a list asks once for all its lines."""
    before, alone, after = _parts(state, language)
    return Markup(f"{before}{after}{escape(words)}</span>" if words else f"{before}{alone}</span>")  # noqa: S704


@lru_cache(maxsize=64)
def _parts(state: str, _language: str) -> tuple[Markup, Markup, Markup]:
    """The shape, the light's word alone, and the word before other words, in the active language."""
    drawn = Markup('<svg viewBox="0 0 14 14" aria-hidden="true">{}</svg>').format(Markup(SHAPES.get(state, OK)))  # noqa: S704 - own shapes
    word, comma = light_word(state), gettext(", ")
    unseen = Markup('<span class="unseen">{}{}</span>').format(word, comma)
    return Markup('<span class="light {}">{}').format(state, drawn), Markup(escape(word)), unseen  # noqa: S704
