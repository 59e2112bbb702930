"""From the words of an address to the places they may mean, by the names a town knows."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# How closely a name of each kind pins a place down: a hall stands in one spot, a village is wide.
PINS: Final = {"landmark": 0.5, "compound": 0.4, "road": 0.3, "village": 0.1, "alias": 0.0}
LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its point; `within` lists the ids of the grid and of all above it, the grid's own last."""

    name: str
    kind: str
    grid_id: int
    lon: float
    lat: float
    within: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place the words may mean; the higher the score, the more of the words agree on it."""

    name: str
    kind: str
    grid_id: int
    lon: float
    lat: float
    score: float


def plain(text: str) -> str:
    """A text as it is compared: full and half width alike, no blanks, no case."""
    return "".join(unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).split()).casefold()


class Gazetteer:
    """The names of a town, ready to be looked for in a text. Immutable."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Takes every name the town knows; names without characters are passed over."""
        self._by_name: dict[str, list[Name]] = defaultdict(list)
        for name in names:
            if plain(name.name):
                self._by_name[plain(name.name)].append(name)
        self._lengths = sorted({len(word) for word in self._by_name}, reverse=True)

    def find(self, text: str, *, most: int = 5) -> list[Candidate]:
        """The places the text may mean, best first; empty when it names none.

        Names are taken from left to right, the longest at each place. A place scores the characters of its own
        name, and those of every other name in the text that lies in the same village.
        """
        words = self._words(plain(text))
        meant = [(word, self._by_name[word]) for word in words]
        found = [
            Candidate(n.name, n.kind, n.grid_id, n.lon, n.lat, round(_score(n, word, meant), 2))
            for word, names in meant
            for n in names
        ]
        return sorted(found, key=lambda c: (-c.score, c.name, c.grid_id))[:most]

    def _words(self, text: str) -> list[str]:
        """The known names in the text, none overlapping another, each once."""
        words: dict[str, None] = {}
        at = 0
        while at < len(text):
            length = next((n for n in self._lengths if text[at : at + n] in self._by_name), 0)
            if length:
                words[text[at : at + length]] = None
            at += length or 1
        return list(words)


def _score(name: Name, word: str, meant: Sequence[tuple[str, list[Name]]]) -> float:
    """Characters of the text that agree on this name, and a little for what pins a place down."""
    agreed = sum(len(other) for other, others in meant if other != word and any(_agree(name, one) for one in others))
    return len(word) + agreed + PINS.get(name.kind, 0.0)


def _agree(one: Name, other: Name) -> bool:
    """Whether two names can belong to one address: in the same grid or village (the second level of the tree)."""
    return one.grid_id == other.grid_id or (one.within[1:2] == other.within[1:2] != ())
