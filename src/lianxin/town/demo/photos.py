"""Drawn photos for the demo town: plainly drawings, so that nobody takes an invented street for a real one.

A scene has variants by seed and two moods, the trouble and the trouble over. The same (scene, seed, after) gives the
same bytes on one machine; images are small JPEGs.
"""

from __future__ import annotations

import io
from functools import lru_cache
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from lianxin.town.demo.scenes import SCENES
from lianxin.town.demo.sheet import HEIGHT, WIDTH, Sheet

__all__ = ["SCENES", "draw"]

QUALITY: Final = 75
KEPT: Final = 1024  # images kept in memory; there are fewer


@lru_cache(maxsize=KEPT)
def draw(scene: str, seed: int, after: bool) -> bytes:
    """A JPEG of 1200×900: the scene, its variant, and whether the trouble is over. KeyError for a scene unknown."""
    paint = SCENES[scene]
    rng = Random(f"{scene}/{seed}")  # noqa: S311 - a drawing, no secret
    image = Image.new("RGB", (WIDTH, HEIGHT))
    sheet = Sheet(ImageDraw.Draw(image), rng, after)
    paint(sheet)
    out = io.BytesIO()
    _grained(image, seed).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


@lru_cache(maxsize=4)
def _grain(seed: int) -> Image.Image:
    """Paper grain, drawn once for each of four."""
    rng = Random(seed)  # noqa: S311
    small = Image.frombytes("L", (WIDTH // 6, HEIGHT // 6), rng.randbytes(WIDTH * HEIGHT // 36))
    grey = small.filter(ImageFilter.GaussianBlur(1.6)).resize((WIDTH, HEIGHT))
    return Image.merge("RGB", (grey, grey, grey))


def _grained(image: Image.Image, seed: int) -> Image.Image:
    return Image.blend(image, _grain(seed % 4), 0.04)
