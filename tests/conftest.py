"""Fixtures in the words of the town."""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is today says nothing about the code: speed is measured in bench/, never asserted here.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_DATA = os.environ.setdefault("LIANXIN_DATA", tempfile.mkdtemp())  # settings_for_tests has set it

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _fresh_memory(settings):
    """What a process remembers of a town belongs to the database it read."""
    from lianxin.keys import cache, numbers

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LIANXIN_SEAL_LOG = Path(tempfile.mkdtemp(dir=_DATA)) / "seals.log"
    cache.forget()
    numbers.drop_blocks()
    yield
    cache.forget()


@pytest.fixture
def now():
    return MONDAY


@pytest.fixture
def town(db):
    """A town with the base settings, two villages and three small grids, and one person in each post."""
    from towns import make_town

    return make_town("LX", "连心镇", code="999001101")


@pytest.fixture
def other_town(db):
    """A second town under the same county."""
    from towns import make_town

    return make_town("QH", "清河镇", code="999001102")
