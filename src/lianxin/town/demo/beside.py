"""Work done in a second process while the first walks lives through the doors: photos drawn, the last weeks planned."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lianxin.town.demo.lives import SEEDS
from lianxin.town.demo.scenes import SCENES
from lianxin.town.demo.script import Photo

if TYPE_CHECKING:
    from lianxin.forms.photos import StoredPhoto

Drawn = dict[Photo, "StoredPhoto"]
MANY: Final = 200_000  # objects made before Python looks for cycles: the plans are large and hold none


def _ready() -> None:
    """Django in the second process, which ends when the first is gone, however that went."""
    import django

    django.setup()
    from lianxin.town.running import end_when_orphaned

    if (first := multiprocessing.parent_process()) is not None:
        end_when_orphaned(first.pid)


def _drawn(town_id: int, scene: str) -> Drawn:
    """Every photo of a scene, kept in the data folder."""
    from lianxin.forms.photos import store
    from lianxin.keys.models import Town
    from lianxin.town.demo.photos import draw

    known = [Photo(scene, seed, after) for seed in range(SEEDS) for after in (False, True)]
    town = Town(id=town_id)
    return {each: store(draw(each.scene, each.seed, after=each.after), town=town, sync=False) for each in known}


@dataclass(slots=True)
class Beside:
    """The second process: `photos` are on their way, scene by scene; `call` gives it more to do."""

    _pool: ProcessPoolExecutor
    photos: dict[str, Future[Drawn]] = field(default_factory=dict)

    def draw(self, town_id: int) -> None:
        """Begin to draw for a town."""
        self.photos = {scene: self._pool.submit(_drawn, town_id, scene) for scene in sorted(SCENES)}

    def call(self, function: Any, *args: Any) -> Future[Any]:
        """Run a module's function there; everything must be picklable."""
        return self._pool.submit(function, *args)


@contextmanager
def beside() -> Iterator[Beside]:
    """A second process for as long as the loading takes; in this one the collector of cycles rests."""
    held = gc.get_threshold()
    gc.set_threshold(MANY, *held[1:])
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_ready)
    try:
        yield Beside(pool)
    finally:
        pool.shutdown(cancel_futures=True)
        gc.set_threshold(*held)
