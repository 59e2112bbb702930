"""Where things happen: a named place of the gazetteer, and the words people use for a spot by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from lianxin.town.demo import grammar
from lianxin.town.demo.texts import Spot

if TYPE_CHECKING:
    from random import Random

    from lianxin.town.demo.staff import GeographyLike, PlaceLike

JITTER: Final = 1.2e-4  # of a degree: some ten metres, less than a place's distance from its grid's border
BY_KIND: Final = {
    "compound": (
        "{p}{1-18}号楼[{1-4}单元|楼下|前面|后面|东侧|西头]",
        "{p}[南门|北门|东门|大门口|车棚旁|小广场|西侧围墙边]",
        "{p}{1-18}号楼与{1-18}号楼之间",
    ),
    "hamlet": (
        "[{v}|]{p}[村口|西头|东头|北头|南头|中间主路|池塘边|老井旁|晒场边|进村路口]",
        "[{v}|]{p}[前排|后排|最东边|最西边]第{2-9}户门[前|旁]",
        "{p}往[东|西|南|北]{5-30}0米[的路口|的沟边|拐弯处]",
    ),
    "road": (
        "{p}[中段|东段|西段|南头|北头]",
        "{p}{12-198}号[门前|附近|对面]",
        "{p}[第一个|第二个]路口[往东|往西|往南|往北]{2-20}0米",
        "{p}[拐弯处|与村道交叉口|信用社对面|理发店门前|粮油店旁边]",
    ),
    "landmark": (
        "{p}[门口|门前|旁边|对面|东侧|西侧|后面|围墙外]",
        "{p}往[东|西|南|北]{3-20}0米",
        "{p}[大门|西门|后门][右手边|左手边|外面]",
    ),
}
AT_HOME: Final = {
    "compound": ("{p}{1-18}号楼{1-4}单元", "{p}{1-18}号楼{1-4}单元[一|二|三|四|五|六]楼"),
    "hamlet": ("[{v}|]{p}[前排|后排|东头|西头|中间一排]第{2-9}户", "[{v}|]{p}{2-60}号"),
}
# What `where` of a category calls a village is a hamlet, or now and then a village's landmark.
KINDS: Final = {"village": ("hamlet", "hamlet", "hamlet", "landmark")}
# Some places draw troubles of their own.
SPECIAL: Final = {
    "trade": ("市场", "超市", "汽车站", "广场", "加油站"),
    "school": ("小学", "中学", "幼儿园"),
    "water": ("水库", "泵站", "大桥"),
}
BROAD: Final = {"trade": "landmark", "school": "landmark", "water": "landmark", "street": "road"}


class Spots:
    """Draws spots; busier villages are drawn more often."""

    def __init__(self, rng: Random, geography: GeographyLike) -> None:
        villages = {grid.key: grid.village_key for grid in geography.grids}
        names = {village.key: village.name for village in geography.villages}
        seat = geography.villages[0].key
        busy = {village.key: 1.6 if village.key == seat else rng.uniform(0.6, 1.4) for village in geography.villages}
        self._places: dict[str, list[tuple[PlaceLike, str]]] = {}
        self._weights: dict[str, list[float]] = {}
        for place in geography.places:
            home = villages[place.grid_key]
            kind = "hamlet" if place.kind == "compound" and home != seat else place.kind
            for each in _kinds(place, kind, at_seat=home == seat):
                self._places.setdefault(each, []).append((place, names[home]))
                self._weights.setdefault(each, []).append(busy[home])

    def draw(self, rng: Random, where: Sequence[str], *, indoors: bool = False) -> Spot:
        """A spot at one of the kinds of places a category names; `indoors` a home where the kind has homes."""
        wanted = rng.choice(where)
        kind = rng.choice(KINDS.get(wanted, (wanted,)))
        place, home = rng.choices(self._places[kind], self._weights[kind])[0]
        kind = BROAD.get(kind, kind)
        pattern = rng.choice(AT_HOME.get(kind, BY_KIND[kind]) if indoors else BY_KIND[kind])
        at = grammar.expand(rng, pattern, lambda name: place.name if name == "p" else home)
        lon, lat = (round(value + rng.uniform(-JITTER, JITTER), 7) for value in (place.lon, place.lat))
        return Spot(at, place.name, home, place.grid_key, kind, lon, lat)


def _kinds(place: PlaceLike, kind: str, *, at_seat: bool) -> list[str]:
    """The kinds a place is drawn under: a school is a landmark and a school."""
    if kind == "road" and at_seat:
        return ["road", "street"]
    special = [name for name, words in SPECIAL.items() if any(word in place.name for word in words)]
    return [kind, *special] if kind in BY_KIND else []
