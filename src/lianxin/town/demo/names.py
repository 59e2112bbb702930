"""Invented names and telephone numbers. Nobody is meant; the numbers lie in a block of our own making."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from random import Random

# Surnames with their rough share, commonest first; the tail keeps a village from sounding like a list.
ODD: Final = "守庆继传广学兆怀永德为宗显绪尚茂恩维昭敬"  # generation characters of family books
SECOND: Final = "山林生才贤玲云珍兰敏田安平伦海军娥旺春明霞"
AGES: Final = ("old", "middle", "young")
DEMO: Final = Path(__file__).parents[4] / "towns" / "demo"
BLOCK: Final = "1990000"


@dataclass(frozen=True, slots=True)
class Name:
    """A full name, with what the texts need to know of its bearer."""

    full: str
    sex: str  # male | female
    age: str  # old | middle | young

    @property
    def polite(self) -> str:
        """王先生, 李女士, 张大爷, 赵大娘: how a clerk writes of somebody."""
        words = ("大爷", "大娘") if self.age == "old" else ("先生", "女士")
        return self.full[0] + words[self.sex == "female"]


@lru_cache(maxsize=1)
def _lists() -> tuple[str, dict[str, dict[str, list[str]]]]:
    """The surnames, and the given names by sex and age."""
    raw: Any = yaml.safe_load((DEMO / "names.yaml").read_text("utf-8"))
    return raw["surnames"], {sex: {age: text.split() for age, text in raw[sex].items()} for sex in ("male", "female")}


class People:
    """Draws names that are not drawn twice, and numbers that belong to one person each."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()
        self._numbers = rng.sample(range(10_000), 10_000)

    def name(self, age: str = "") -> Name:
        """A name nobody has yet, of an age when one is asked for."""
        while True:
            drawn = self._draw(age or self._rng.choice(AGES))
            if drawn.full not in self._taken:
                self._taken.add(drawn.full)
                return drawn

    def beside(self, rng: Random, count: int) -> list[tuple[str, str]]:
        """Names and numbers of so many people more, by other dice and from the other end of the numbers.

        Whoever is drawn afterwards is who would have been drawn without them. IndexError when the numbers do not do.
        """
        others, numbers = People(rng), self._numbers[:count]
        if len(numbers) < count:
            raise IndexError(count)
        self._numbers = self._numbers[count:]
        others._taken = set(self._taken)
        return [(others.name().full, f"{BLOCK}{number:04d}") for number in numbers]

    def phone(self) -> str:
        """An eleven-digit number of the invented block, given once. IndexError after ten thousand."""
        return f"{BLOCK}{self._numbers.pop():04d}"

    def _draw(self, age: str) -> Name:
        rng, (surnames, given_names) = self._rng, _lists()
        sex = rng.choice(("male", "female"))
        if rng.random() < 0.35 and age != "young":
            given = rng.choice(ODD) + rng.choice(SECOND)
        else:
            given = rng.choice(given_names[sex][age])
        return Name(rng.choice(surnames) + given, sex, age)
