"""What a process remembers of a town's settings, until they change."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import F

from lianxin.keys.models import Town

T = TypeVar("T")
CHECK_SECONDS = 1.0  # how long another process may go on with old settings

_lock = threading.Lock()
_values: dict[tuple[int, str], tuple[int, Any]] = {}
_versions: dict[int, tuple[float, int]] = {}


def cached(town: Town, key: str, build: Callable[[], T]) -> T:
    """Return `build()`, remembered until the town's `config_version` changes; asks for it at most once a second."""
    version = _version(town)
    held = _values.get((town.pk, key))
    if held is not None and held[0] == version:
        return held[1]  # type: ignore[no-any-return]
    value = build()
    with _lock:
        _values[town.pk, key] = (version, value)
    return value


def _version(town: Town) -> int:
    at, version = _versions.get(town.pk, (0.0, 0))
    if time.monotonic() - at > CHECK_SECONDS:
        version = Town.objects.values_list("config_version", flat=True).get(pk=town.pk)
        _versions[town.pk] = (time.monotonic(), version)
    return version


def bump(town: Town) -> None:
    """Say that a setting of the town has changed; call it in the transaction that changes it."""
    Town.objects.filter(pk=town.pk).update(config_version=F("config_version") + 1)
    forget(town)


def forget(town: Town | None = None) -> None:
    """Forget what this process remembers of a town, or of all."""
    with _lock:
        for key in [key for key in _values if town is None or key[0] == town.pk]:
            del _values[key]
        for pk in [pk for pk in _versions if town is None or pk == town.pk]:
            del _versions[pk]
