"""What people write: requests by residents, clerks and grid workers, and what the town writes back.

The sentences are data in `towns/demo/texts`: `common.yaml` for what every category shares, the other files a block
a category. A `Story` is one matter at one place: whoever writes of it, it stays the same matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from lianxin.town.demo import grammar

if TYPE_CHECKING:
    from datetime import date
    from random import Random

DEMO: Final = Path(__file__).parents[4] / "towns" / "demo"
PARTS: Final = ("title", "fact", "more", "effect", "wish", "found", "done")
VOICES: Final = ("web", "wechat", "phone", "hotline", "field", "window")
REPORTED: Final = frozenset({"phone", "hotline", "field", "window"})
ROUGH: Final = 0.12  # of the texts sent from a phone lack their final stop, as people write them
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One category's sentences, and how it occurs: `weight` its share, `season` factors by month."""

    key: str
    weight: float
    scene: str
    where: tuple[str, ...]
    nature: str
    season: Mapping[int, float]
    parts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place somebody means: the exact words, the name, whose village, and the point."""

    at: str
    near: str
    home: str
    grid: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Story:
    """One matter at one place, told at `day`: which fact of its category, which effect, which wish."""

    leaf: Leaf
    spot: Spot
    day: date
    picks: Mapping[str, int]
    facts: Mapping[str, str] = field(default_factory=dict)


class Texts:
    """The grammar of the demo town."""

    def __init__(self, common: Mapping[str, Any], leaves: Mapping[str, Leaf]) -> None:
        self.leaves = leaves
        self._words = {key: grammar.lines(value) for key, value in common["words"].items()}
        self._orders = {key: grammar.lines(value) for key, value in common["orders"].items()}
        self._shared = {key: grammar.lines(value) for key, value in common.items() if isinstance(value, str)}
        self._ratings = {int(key): grammar.lines(value) for key, value in common["rating_words"].items()}
        self._words["cn2"] = tuple(_SURNAMES)

    @classmethod
    def read(cls, folder: Path = DEMO / "texts") -> Texts:
        """Read the files of a folder."""
        common = yaml.safe_load((folder / "common.yaml").read_text("utf-8"))
        leaves: dict[str, Leaf] = {}
        for path in sorted(folder.glob("*.yaml")):
            if path.name != "common.yaml":
                raw = yaml.safe_load(path.read_text("utf-8"))
                leaves.update({key: _leaf(key, block) for key, block in raw.items()})
        return cls(common, leaves)

    def story(self, rng: Random, category: str, spot: Spot, day: date) -> Story:
        """A new matter of that category at that spot."""
        leaf = self.leaves[category]
        picks = {part: rng.randrange(len(leaf.parts[part])) for part in PARTS}
        return Story(leaf, spot, day, picks)

    def retold(self, rng: Random, story: Story) -> Story:
        """The same matter as another person tells it: the fact is the same, the rest is theirs."""
        other = self.story(rng, story.leaf.key, story.spot, story.day)
        return Story(story.leaf, story.spot, story.day, {**other.picks, "fact": story.picks["fact"]}, story.facts)

    def title(self, rng: Random, story: Story) -> str:
        """A subject line, at most some thirty characters."""
        return grammar.tidy(self._own(rng, story, "title"))

    def text(self, rng: Random, story: Story, voice: str) -> str:
        """The request in the words of a voice: web, wechat, phone, hotline, field or window."""
        order = rng.choice(self._orders[voice])
        own = {name: self._part(rng, story, name) for name in sorted(grammar.names(order) & set("FMEWTXY"))}
        if voice in REPORTED:
            own = {name: grammar.reported(text) for name, text in own.items()}
        text = grammar.tidy(grammar.expand(rng, order, self._lookup(rng, story, own)))
        if voice in {"web", "wechat"} and rng.random() < ROUGH:
            text = text.rstrip("。")
        elif text[-1] not in "。？！":
            text += "。"
        return text

    def answer(self, rng: Random, story: Story) -> str:
        """The public answer: what was found, what was done, by whom and when."""
        own = {part: self._own(rng, story, part) for part in ("found", "done")}
        own["subject"] = self.title(rng, story).rstrip("？。！").replace("请", "")
        pattern = rng.choice(self._shared["answers"])
        return _ended(grammar.tidy(grammar.expand(rng, pattern, self._lookup(rng, story, own))))

    def say(self, rng: Random, what: str, story: Story) -> str:
        """A sentence of the handling: contact, records, return_reason, extension_reason, reopen_reason and so on."""
        own = {part: self._own(rng, story, part) for part in ("found", "done")} if what == "records" else {}
        said = grammar.expand(rng, rng.choice(self._shared[what]), self._lookup(rng, story, own))
        return _ended(grammar.tidy(said))

    def rating_words(self, rng: Random, stars: int) -> str:
        """What somebody adds to a rating, often nothing."""
        return _ended(grammar.expand(rng, rng.choice(self._ratings[stars]), lambda name: ""))

    def _part(self, rng: Random, story: Story, name: str) -> str:
        if name == "F":
            return self._own(rng, story, "fact")
        if name == "W":
            return self._either(rng, story, "wish", "wish_any", 0.55)
        if name == "E":
            return self._either(rng, story, "effect", "effect_any", 0.7)
        if name == "M":
            return self._either(rng, story, "more", "more_any", 0.75)
        shared = {"T": "tried", "X": "extra", "Y": "judgement"}[name]
        return grammar.expand(rng, rng.choice(self._shared[shared]), self._lookup(rng, story, {}))

    def _either(self, rng: Random, story: Story, part: str, shared: str, own: float) -> str:
        if rng.random() < own or story.leaf.nature in {"question", "praise"}:
            return self._own(rng, story, part)
        return grammar.expand(rng, rng.choice(self._shared[shared]), self._lookup(rng, story, {}))

    def _own(self, rng: Random, story: Story, part: str) -> str:
        pattern = story.leaf.parts[part][story.picks[part]]
        return grammar.expand(rng, pattern, self._lookup(rng, story, {}))

    def _lookup(self, rng: Random, story: Story, own: Mapping[str, str]) -> grammar.Lookup:
        facts = {"at": story.spot.at, "near": story.spot.near, "home": story.spot.home, **story.facts, **own}

        def look(name: str) -> str:
            if name in facts:
                return facts[name]
            if name == "date":
                return chinese_day(story.day, rng.randint(0, 6))
            if name == "hour":
                return rng.choice(("六", "七", "八", "九", "十"))
            patterns = self._words.get(name) or self._shared[name]
            return grammar.expand(rng, rng.choice(patterns), look)

        return look


def chinese_day(day: date, before: int = 0) -> str:
    """10月9日, so many days before `day`."""
    told = day.fromordinal(day.toordinal() - before)
    return f"{told.month}月{told.day}日"


def _ended(text: str) -> str:
    return text + "。" if text and text[-1] not in "。？！" else text


def _leaf(key: str, raw: Mapping[str, Any]) -> Leaf:
    return Leaf(
        key=key,
        weight=float(raw["weight"]),
        scene=raw.get("scene", ""),
        where=tuple(raw["where"].split()),
        nature=raw["nature"],
        season={int(month): float(factor) for month, factor in raw.get("season", {}).items()},
        parts={part: grammar.lines(raw[part]) for part in PARTS},
    )
