"""Load the demo town once for a module of tests."""

import copy
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from unittest import mock

from django.db import transaction
from django.test import TestCase, override_settings

from lianxin.forms.photos import store
from lianxin.keys import cache, numbers
from lianxin.keys.models import Town
from lianxin.town.demo import load
from lianxin.town.demo.beside import Beside
from lianxin.town.demo.photos import draw
from lianxin.town.demo.scenes import SCENES


class _Drawn(dict):
    """The photos of a scene, each drawn when it is asked for: a few lives need few of them."""

    def __init__(self, town_id):
        super().__init__()
        self.town = Town(id=town_id)

    def __missing__(self, photo):
        kept = store(draw(photo.scene, photo.seed, after=photo.after), town=self.town, sync=False)
        return self.setdefault(photo, kept)


def _draw_when_asked(second, town_id):
    second.photos = {scene: Future() for scene in SCENES}
    for each in second.photos.values():
        each.set_result(_Drawn(town_id))


@contextmanager
def loading(blocker, folder):
    """Databases open, and how to load a demo town into them that lasts as long as this; it is planned on paper once."""
    plan = load.make_plan()
    quick = override_settings(LIANXIN_SEAL_LOG=folder / "seals.log")

    def run(now, most=None):
        # The dice lie as they lay after planning; seals are published on commit.
        laid = replace(plan, rng=copy.deepcopy(plan.rng))
        drawing = mock.patch.object(Beside, "draw", _draw_when_asked) if most else nullcontext()
        with drawing, mock.patch.object(load, "make_plan", return_value=laid), TestCase.captureOnCommitCallbacks(execute=True):
            return load.load_demo(now=now, most=most)

    with blocker.unblock(), quick:
        cache.forget()
        numbers.drop_blocks()
        yield SimpleNamespace(run=run, anchor=plan.rules.anchor)
        cache.forget()
        numbers.drop_blocks()


@contextmanager
def passing():
    """What is written within leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.forget()
    numbers.drop_blocks()
