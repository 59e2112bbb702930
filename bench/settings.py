"""The product's settings with the yardstick's addresses beside."""

from lianxin.town.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
