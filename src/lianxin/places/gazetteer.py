"""From the words of an address to the places they may mean, by the names a town knows."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# How closely a name of each kind pins a place down: a hall stands in one spot, a village is wide.
PINS: Final = {"landmark": 0.5, "compound": 0.4, "road": 0.3, "village": 0.1, "alias": 0.0}
WIDE: Final = frozenset({"village", "alias"})  # they say in which village a road or a compound is meant
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


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text may mean: the places, best first, each once; `sure` is the one it surely means (then the first).

    Where `sure` is None and there are places, nobody can tell from the words: to be asked.
    """

    places: tuple[Candidate, ...] = ()
    sure: Candidate | None = None


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

    def read(self, text: str, *, most: int = 5) -> Meaning:
        """The places the text may mean, at most so many; none when it names none.

        Names are taken from left to right, the longest at each place. A place scores the characters of all names in
        the text that speak for its village, its own among them.
        """
        said = [(word, name) for word in self._words(plain(text)) for name in self._by_name[word]]
        spoken = _villages(said)
        found = [
            Candidate(n.name, n.kind, n.grid_id, n.lon, n.lat, _score(n, spoken[_village(n)])) for _word, n in said
        ]
        ranked = sorted(found, key=lambda c: (-c.score, c.name, c.grid_id))
        grid = _sure_grid(said, spoken)
        sure = next((one for one in ranked if one.grid_id == grid), None)
        places: dict[tuple[int, str], Candidate] = {}
        for one in ranked if sure is None else [sure, *ranked]:
            places.setdefault((one.grid_id, one.name), one)
        return Meaning(tuple(places.values())[:most], sure)

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


Said = Sequence[tuple[str, Name]]  # a word of the text, and a place of that name
Village = tuple[int, ...]


def _village(name: Name) -> Village:
    """The village a name lies in (the second level of the tree), else what it stands for itself."""
    return name.within[1:2] or (name.grid_id,)


def _villages(said: Said) -> dict[Village, frozenset[str]]:
    """The words that speak for each village: of places in it, and wide ones of what it lies in, such as the town."""
    found: dict[Village, set[str]] = defaultdict(set)
    above: dict[Village, tuple[int, ...]] = {}
    for word, name in said:
        found[_village(name)].add(word)
        above[_village(name)] = name.within[:1]
    for word, name in said:
        if name.kind in WIDE:
            for village, held in above.items():
                if name.grid_id in held:
                    found[village].add(word)
    return {village: frozenset(words) for village, words in found.items()}


def _score(name: Name, spoken: frozenset[str]) -> float:
    """Characters of the text that agree on this name's village, and a little for what pins a place down."""
    return round(sum(map(len, spoken)) + PINS.get(name.kind, 0.0), 2)


def _sure_grid(said: Said, spoken: Mapping[Village, frozenset[str]]) -> int | None:
    """The grid that the words surely mean, by inclusion and never by counting: what speaks for another place too
    decides nothing, and what speaks for another place alone makes it unsure.

    First the village for which everything speaks that speaks for any other, and more; in it likewise the grid, by the
    words that are not wide, then by all of them. Of a grid and one inside it that stand equal, the outer is sure.
    """
    village = next((v for v in spoken if all(v == other or spoken[v] > spoken[other] for other in spoken)), None)
    there = [(word, name) for word, name in said if _village(name) == village]
    ways = {name.grid_id: {*name.within, name.grid_id} for _, name in there}
    every = {grid: {word for word, name in there if name.grid_id in way} for grid, way in ways.items()}
    narrow = {word for word, name in there if name.kind not in WIDE}
    exact = {grid: words & narrow for grid, words in every.items()}

    def beats(one: int, other: int) -> bool:
        if exact[one] != exact[other]:
            return exact[one] > exact[other]
        return every[one] > every[other] or (every[one] == every[other] and one in ways[other])

    return next((one for one in ways if all(one == other or beats(one, other) for other in ways)), None)
