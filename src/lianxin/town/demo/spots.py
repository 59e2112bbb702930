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
        "[{v}|]{p}[前排|后排|最东边|最西边]{2-9}[户|号]门[前|旁]",
        "{p}往[东|西|南|北]{50-300}米[的路口|的沟边|处|拐弯处]",
    ),
    "road": (
        "{p}[中段|东段|西段|南头|北头]",
        "{p}{12-198}号[门前|附近|对面]",
        "{p}[第一个|第二个]路口[往东|往西|往南|往北]{20-200}米",
        "{p}[拐弯处|与村道交叉口|信用社对面|理发店门前|粮油店旁边]",
    ),
    "landmark": (
        "{p}[门口|门前|旁边|对面|东侧|西侧|后面|围墙外]",
        "{p}往[东|西|南|北]{30-200}米",
        "{p}[大门|西门|后门][右手边|左手边|外面]",
    ),
}
# What `where` of a category calls a village is a hamlet or a village's landmark.
KINDS: Final = {"village": ("hamlet", "hamlet", "hamlet", "landmark"), "road": ("road",), "compound": ("compound",), "landmark": ("landmark",)}


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
            if kind in BY_KIND:
                self._places.setdefault(kind, []).append((place, names[home]))
                self._weights.setdefault(kind, []).append(busy[home])

    def draw(self, rng: Random, where: Sequence[str]) -> Spot:
        """A spot at one of the kinds of places a category names."""
        kind = rng.choice(KINDS[rng.choice(where)])
        place, home = rng.choices(self._places[kind], self._weights[kind])[0]
        pattern = rng.choice(BY_KIND[kind])
        at = grammar.expand(rng, pattern, lambda name: place.name if name == "p" else home)
        lon, lat = (round(value + rng.uniform(-JITTER, JITTER), 7) for value in (place.lon, place.lat))
        return Spot(at, place.name, home, place.grid_key, kind, lon, lat)
