"""The scenes of the drawn photos, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from lianxin.town.demo.scenes import around, indoors, street
from lianxin.town.demo.sheet import Sheet

_ALL: Final[tuple[Callable[[Sheet], None], ...]] = (
    street.rubbish,
    street.road_dirt,
    street.stall,
    street.poster,
    street.dog,
    street.pothole,
    street.lamp,
    street.car,
    street.sign,
    street.manhole,
    street.fence,
    street.bus,
    street.leak,
    street.drain,
    street.digging,
    street.tree,
    street.board,
    indoors.toilet,
    indoors.tap,
    indoors.gas,
    indoors.radiator,
    indoors.wet_wall,
    indoors.lift,
    indoors.corridor,
    indoors.exit_way,
    indoors.shelf,
    indoors.ramp,
    around.smoke,
    around.wire,
    around.shed,
    around.wall,
    around.site,
    around.fumes,
    around.river,
    around.pig,
    around.charger,
    around.pond,
    around.flood,
    around.ditch,
    around.gym,
)

SCENES: Final[Mapping[str, Callable[[Sheet], None]]] = MappingProxyType({scene.__name__: scene for scene in _ALL})
