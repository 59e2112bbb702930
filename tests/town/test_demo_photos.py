"""The drawn photos: small, quick, the same every time, and another one after the work is done."""

import io

import pytest
from PIL import Image

from lianxin.town.demo.lives import SEEDS
from lianxin.town.demo.photos import SCENES, draw


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_is_a_small_jpeg_that_changes_when_the_trouble_is_over(scene):
    before, after = draw(scene, 1, after=False), draw(scene, 1, after=True)
    image = Image.open(io.BytesIO(before))
    assert (image.format, image.size) == ("JPEG", (1200, 900))
    assert before != after


def test_the_photos_are_small_and_there_are_enough_of_them():
    drawn = [draw(scene, seed, after=False) for scene in SCENES for seed in range(SEEDS)]
    assert max(map(len, drawn)) <= 90_000
    assert sum(map(len, drawn)) / len(drawn) <= 60_000
    assert len(set(drawn)) * 2 >= 400


def test_the_same_seed_draws_the_same_bytes():
    first = draw("lamp", 3, after=True)
    draw.cache_clear()
    assert draw("lamp", 3, after=True) == first


def test_an_unknown_scene_is_refused():
    with pytest.raises(KeyError):
        draw("moon", 1, after=False)
