"""What has been said in the demo town, so that nobody there says the same twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lianxin.town.demo.lives import Life
    from lianxin.town.demo.texts import Texts

TRIES: Final = 60


@dataclass(slots=True)
class Said:
    """Whole texts that somebody has written: requests, their subjects, answers, reasons of appeals."""

    _texts: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, lives: Iterable[Life]) -> Said:
        """All that planned lives say."""
        said = cls()
        for life in lives:
            said._texts |= {life.title, life.text}
            said._texts |= {act.given["answer"] for act in life.acts if "answer" in act.given}
            said._texts |= {act.given["reason"] for act in life.acts if act.act == "appeal"}
        return said

    def once(self, rng: Random, *ways: Callable[[Random], str]) -> str:
        """What the first way draws; where that was said before, what any of the ways draws that was not.

        The other draws are by dice of their own, so that nothing else of the town falls otherwise because of them.
        Where all that can be said was said, it is said again.
        """
        text = ways[0](rng)
        if text in self._texts:
            dice = Random(text)  # noqa: S311 - draws a town, guards nothing
            drawn = (way(dice) for way in ways for _try in range(TRIES))
            text = next((each for each in drawn if each not in self._texts), text)
        self._texts.add(text)
        return text


@dataclass(frozen=True, slots=True)
class Voices:
    """What people of the demo town can say, and what has been said."""

    texts: Texts
    said: Said
