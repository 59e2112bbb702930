"""What people write: requests by residents, clerks and grid workers, and what the town writes back.

The sentences are data in `towns/demo/texts`: `common.yaml` for what every category shares, the other files a block
a category. A `Story` is one matter at one place: whoever writes of it, it stays the same matter.
"""

from __future__ import annotations

import re
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
VOICES: Final = ("web", "wechat", "phone", "hotline", "field", "window")
REPORTED: Final = frozenset({"phone", "hotline", "field", "window"})
ASKING: Final = frozenset({"question", "suggestion", "praise"})
NUMERALS: Final = "零一两三四五六七八九"
TRIES: Final = 6  # to find words that fit the season
SUMMERY: Final = re.compile("天热|大热天|乘凉|西瓜|三伏|夏天|蚊子|太阳一晒|空调|游泳|洗澡")
WINTRY: Final = re.compile("结冰|结了厚冰|积雪|天冷|棉袄|冬天|过年|年前|入冬|融雪|夜里冻|冻得")
ROUGH: Final = 0.12  # of the texts sent from a phone lack their final stop, as people write them
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that can be the matter: the letters are those of the files."""

    title: str  # t
    fact: str  # f
    wish: str  # w
    found: str  # g
    done: str  # d
    kinds: frozenset[str] = frozenset()  # k: kinds of places it happens at, when not all of its category


@dataclass(frozen=True, slots=True)
class Leaf:
    """One category's sentences, and how it occurs: `weight` its share, `season` factors by month."""

    key: str
    weight: float
    scene: str
    site: bool  # a trouble of a place, to be looked at; else a matter of people and papers
    where: tuple[str, ...]
    indoors: bool  # the spot is somebody's home
    nature: str
    season: Mapping[int, float]
    more: tuple[str, ...]
    effect: tuple[str, ...]
    matters: tuple[Matter, ...]


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
    """One matter at one place, told at `day`. `number` and `many` are what there is several of.

    The same figures stand in the request and in the answer.
    """

    leaf: Leaf
    spot: Spot
    day: date
    matter: Matter
    number: int
    many: int
    facts: Mapping[str, str] = field(default_factory=dict)


class Texts:
    """The grammar of the demo town."""

    def __init__(self, common: Mapping[str, Any], leaves: Mapping[str, Leaf]) -> None:
        self.leaves = leaves
        self._words = {key: grammar.lines(value) for key, value in common["words"].items()}
        self._orders = {key: grammar.lines(value) for key, value in common["orders"].items()}
        self._asking = {key: grammar.lines(value) for key, value in common["asking"].items()}
        self._shared = {
            site: {key: _sifted(value, site=site) for key, value in common.items() if isinstance(value, str)}
            for site in (True, False)
        }
        self._ratings = {int(key): _sifted(value, site=False) for key, value in common["rating_words"].items()}
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
        fitting = [matter for matter in leaf.matters if not matter.kinds or spot.kind in matter.kinds]
        return Story(leaf, spot, day, rng.choice(fitting or leaf.matters), rng.randint(2, 6), rng.randint(4, 15))

    def title(self, rng: Random, story: Story) -> str:
        """A subject line, at most some thirty characters."""
        return grammar.tidy(self._own(rng, story, story.matter.title))

    def text(self, rng: Random, story: Story, voice: str) -> str:
        """The request in the words of a voice: web, wechat, phone, hotline, field or window."""
        for _ in range(TRIES):
            text = self._text(rng, story, voice)
            if not _out_of_season(text, story.day.month):
                break
        return text

    def _text(self, rng: Random, story: Story, voice: str) -> str:
        orders = self._asking if story.leaf.nature in ASKING else self._orders
        order = rng.choice(orders[voice])
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
        own = self._handled(rng, story)
        own["subject"] = _subject(self.title(rng, story))
        plain = story.leaf.nature in ASKING
        patterns = [each for each in self._for(story)["answers"] if not (plain and "{subject}" in each)]
        said = grammar.expand(rng, rng.choice(patterns), self._lookup(rng, story, own))
        return _ended(_plainly(grammar.tidy(said)))

    def heard(self, rng: Random, day: date) -> str:
        """The answer to an appeal, given on a day."""
        facts = {f"d{each}": chinese_day(day, 3 - each) for each in (1, 2, 3)}
        return _ended(grammar.expand(rng, rng.choice(self._shared[False]["heard"]), facts.__getitem__))

    def say(self, rng: Random, what: str, story: Story) -> str:
        """A sentence of the handling: contact, records, return_reason, extension_reason, reopen_reason and so on."""
        own = self._handled(rng, story) if what == "records" else {}
        said = grammar.expand(rng, rng.choice(self._for(story)[what]), self._lookup(rng, story, own))
        return _ended(grammar.tidy(said))

    def rating_words(self, rng: Random, stars: int) -> str:
        """What somebody adds to a rating, often nothing."""
        return _ended(grammar.expand(rng, rng.choice(self._ratings[stars]), lambda name: ""))

    def _for(self, story: Story) -> Mapping[str, tuple[str, ...]]:
        return self._shared[story.leaf.site]

    def _part(self, rng: Random, story: Story, name: str) -> str:
        if name == "F":
            return self._own(rng, story, story.matter.fact)
        if name == "W":
            return self._either(rng, story, story.matter.wish, "wish_any", 0.6)
        if name == "E":
            return self._either(rng, story, rng.choice(story.leaf.effect), "effect_any", 0.75)
        if name == "M":
            return self._either(rng, story, rng.choice(story.leaf.more), "more_any", 0.8)
        shared = {"T": "tried", "X": "extra", "Y": "judgement"}[name]
        return self._own(rng, story, rng.choice(self._for(story)[shared]))

    def _either(self, rng: Random, story: Story, own: str, shared: str, share: float) -> str:
        if rng.random() < share or story.leaf.nature in ASKING:
            return self._own(rng, story, own)
        return self._own(rng, story, rng.choice(self._for(story)[shared]))

    def _own(self, rng: Random, story: Story, pattern: str) -> str:
        return grammar.expand(rng, pattern, self._lookup(rng, story, {}))

    def _handled(self, rng: Random, story: Story) -> dict[str, str]:
        return {
            "found": self._own(rng, story, story.matter.found),
            "done": self._own(rng, story, story.matter.done),
        }

    def _lookup(self, rng: Random, story: Story, own: Mapping[str, str]) -> grammar.Lookup:
        spot, number = story.spot, story.number
        folk = "居民" if spot.home.endswith("社区") else "村民"
        facts = {"at": spot.at, "near": spot.near, "home": spot.home, "folk": folk}
        facts |= {"n": NUMERALS[number], "N": str(number), "K": str(story.many)}
        facts |= {**story.facts, **own}

        def look(name: str) -> str:
            if name in facts:
                return facts[name]
            if name == "date":
                return chinese_day(story.day, rng.randint(0, 6))
            if name == "hour":
                return rng.choice(("六", "七", "八", "九", "十"))
            patterns = self._words.get(name) or self._for(story)[name]
            return grammar.expand(rng, rng.choice(patterns), look)

        return look


def chinese_day(day: date, before: int = 0) -> str:
    """10月9日, so many days before `day`."""
    told = day.fromordinal(day.toordinal() - before)
    return f"{told.month}月{told.day}日"


def _out_of_season(text: str, month: int) -> bool:
    """Whether somebody complains of heat in winter or of ice in summer."""
    odd = SUMMERY if month in {11, 12, 1, 2, 3} else WINTRY if 4 <= month <= 9 else None
    return odd is not None and odd.search(text) is not None


def _subject(title: str) -> str:
    """The title as the subject of a sentence: 柳湾路路灯不亮."""
    return title.split("，", maxsplit=1)[0].rstrip("？。！").removeprefix("请")


_TWICE: Final = (
    (re.compile(r"(?<=[，：；])经(?:查|核查|核实|核对|了解|走访|调阅资料|督查核实)，"), ""),  # 经核实，经查，
    (re.compile(r"(?<=[查实看到]：)经(?:查|核实|核对|核查|了解)，"), ""),
    (re.compile(r"(\d日，?)当[天日场]"), r"\1"),  # 7月9日，当天
    (re.compile(r"((?:，情况)?属实)，属实"), r"\1"),
)


def _plainly(text: str) -> str:
    """Without what two patterns said twice."""
    for pattern, replacement in _TWICE:
        text = pattern.sub(replacement, text)
    return text


def _ended(text: str) -> str:
    return text + "。" if text and text[-1] not in "。？！" else text


def _leaf(key: str, raw: Mapping[str, Any]) -> Leaf:
    return Leaf(
        key=key,
        weight=float(raw["weight"]),
        scene=raw.get("scene", ""),
        site=bool(raw.get("scene")) and not raw.get("desk", False),
        where=tuple(raw["where"].split()),
        indoors=raw.get("indoors", False),
        nature=raw["nature"],
        season={int(month): float(factor) for month, factor in raw.get("season", {}).items()},
        more=grammar.lines(raw["more"]),
        effect=grammar.lines(raw["effect"]),
        matters=tuple(_matter(key, block) for block in raw["matters"].split("---")),
    )


def _matter(key: str, block: str) -> Matter:
    said = dict(line.strip().split(" ", 1) for line in block.strip().splitlines())
    if sorted(said.keys() - {"k"}) != sorted("tfwgd"):
        raise grammar.BadPattern(f"a matter of {key} without its five lines: {block.strip()[:80]}")
    return Matter(said["t"], said["f"], said["w"], said["g"], said["d"], frozenset(said.get("k", "").split()))


def _sifted(block: str, *, site: bool) -> tuple[str, ...]:
    """The lines for troubles of a place, or for matters of people and papers, without their marks."""
    other = "¶" if site else "§"
    return tuple(line.lstrip("§¶ ") for line in grammar.lines(block) if not line.startswith(other))
