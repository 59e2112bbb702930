"""Sentence patterns: `[a|b|]` chooses one, `{name}` looks a word up, `{2-5}` draws a number.

A pattern is parsed once; expanding it is a walk over its parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from random import Random

Lookup: TypeAlias = Callable[[str], str]
Part: TypeAlias = "str | Slot | Choice"

EMPTY = "~"  # a line that stands for nothing at all
_TOKEN = re.compile(r"[\[\]|]|\{[^}]*\}|[^\[\]|{]+")
_RANGE = re.compile(r"(\d+)-(\d+)")


class BadPattern(ValueError):
    """A pattern with an unclosed bracket or an unknown name."""


class Slot:
    """`{name}` or `{2-5}`."""

    __slots__ = ("high", "low", "name")

    def __init__(self, name: str) -> None:
        span = _RANGE.fullmatch(name)
        self.name = name
        self.low, self.high = (int(span[1]), int(span[2])) if span else (0, 0)


class Choice:
    """`[a|b]`: its branches, each a sequence of parts."""

    __slots__ = ("branches",)

    def __init__(self, branches: Sequence[tuple[Part, ...]]) -> None:
        self.branches = tuple(branches)


def lines(text: str) -> tuple[str, ...]:
    """The patterns of a block, one a line; `~` is the empty one."""
    return tuple("" if line.strip() == EMPTY else line.strip() for line in text.splitlines() if line.strip())


@lru_cache(maxsize=20_000)
def parse(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern; raises BadPattern."""
    tokens = iter(_TOKEN.findall(pattern))
    branches = list(_branches(tokens, pattern, nested=False))
    return branches[0]


def _branches(tokens: Iterator[str], pattern: str, *, nested: bool) -> Iterator[tuple[Part, ...]]:
    parts: list[Part] = []
    for token in tokens:
        if token == "[":  # noqa: S105 - a bracket, no secret
            parts.append(Choice(list(_branches(tokens, pattern, nested=True))))
        elif token in "]|" and not nested:  # noqa: S105
            raise BadPattern(f"a stray {token} in: {pattern}")
        elif token == "|":  # noqa: S105
            yield tuple(parts)
            parts = []
        elif token == "]":  # noqa: S105
            yield tuple(parts)
            return
        else:
            parts.append(Slot(token[1:-1]) if token.startswith("{") else token)
    if nested:
        raise BadPattern(f"an unclosed bracket in: {pattern}")
    yield tuple(parts)


def expand(rng: Random, pattern: str, lookup: Lookup) -> str:
    """One sentence from a pattern. `lookup` gives the text of a name, itself already expanded."""
    out: list[str] = []
    _write(rng, parse(pattern), lookup, out)
    return "".join(out)


def _write(rng: Random, parts: tuple[Part, ...], lookup: Lookup, out: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Slot):
            out.append(str(rng.randint(part.low, part.high)) if part.high else lookup(part.name))
        else:
            _write(rng, rng.choice(part.branches), lookup, out)


def names(pattern: str) -> frozenset[str]:
    """The names a pattern looks up."""
    return frozenset(_names(parse(pattern)))


def _names(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Slot) and not part.high:
            yield part.name
        elif isinstance(part, Choice):
            for branch in part.branches:
                yield from _names(branch)


_FIRST_PERSON = (
    ("我们这边", "当地"),
    ("我们这", "当地"),
    ("我们几", "周边几"),
    ("我们村", "该村"),
    ("我们", "大家"),
    ("我妈", "其母亲"),
    ("我爸", "其父亲"),
    ("我家", "其家"),
    ("我", "其"),
    ("你们", "镇里"),
)
_TIDY = (
    (re.compile(r"[，。；：]*([？！])[，。]*"), r"\1"),
    (re.compile(r"[，；：、]+。"), "。"),
    (re.compile(r"。[。，]+"), "。"),
    (re.compile(r"，{2,}"), "，"),
    (re.compile(r"^[，。]+"), ""),
    (re.compile(r"：[，。]"), "："),
)


def tidy(text: str) -> str:
    """Full-width punctuation as a careful writer leaves it: no doubled stops where parts met."""
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return text


def reported(text: str) -> str:
    """What somebody said in the first person, as a clerk writes it down."""
    for said, written in _FIRST_PERSON:
        text = text.replace(said, written)
    return text
