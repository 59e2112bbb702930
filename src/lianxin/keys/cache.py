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
_brief: dict[tuple[int, str], tuple[float, Any]] = {}
_towns: tuple[float, tuple[Town, ...], dict[int, int]] | None = None  # when asked, towns, their versions
MOST_BRIEF = 4096  # tokens and sessions in one second


def towns() -> tuple[Town, ...]:
    """Every town, the oldest first; the database is asked at most once a second. To be read, not written to."""
    return _known()[1]


def _known() -> tuple[float, tuple[Town, ...], dict[int, int]]:
    global _towns  # noqa: PLW0603 - what a process remembers
    held = _towns
    if held is None or time.monotonic() - held[0] > CHECK_SECONDS:
        found = tuple(Town.objects.order_by("id"))
        held = _towns = (time.monotonic(), found, {each.pk: each.config_version for each in found})
    return held


def cached(town: Town, key: str, build: Callable[[], T]) -> T:
    """Return `build()`, remembered until the town's `config_version` changes; asks for it at most once a second."""
    pk = town.pk
    version, held = _version(pk), _values.get((pk, key))
    if held is not None and held[0] == version:
        return held[1]  # type: ignore[no-any-return]
    value = build()
    with _lock:
        _values[pk, key] = (version, value)
    return value


def briefly(town: Town, key: str, build: Callable[[], T], *, seconds: float | None = None) -> T:
    """Return `build()`, remembered for a second or so many: for what no version tells of, as who holds a post.

    What ends (a post, a token) thus ends a second later at most in other processes, and at once where `forget` is
    called with the change.
    """
    held = _brief.get((town.pk, key))
    if held is not None and time.monotonic() - held[0] <= (CHECK_SECONDS if seconds is None else seconds):
        return held[1]  # type: ignore[no-any-return]
    begun, value = time.monotonic(), build()
    with _lock:
        if len(_brief) >= MOST_BRIEF:
            _brief.clear()
        _brief[town.pk, key] = (begun, value)
    return value


def _version(pk: int) -> int:
    found = _known()[2].get(pk)
    return found if found is not None else Town.objects.get(pk=pk).config_version


def bump(town: Town) -> None:
    """Say that a setting of the town has changed; call it in the transaction that changes it."""
    Town.objects.filter(pk=town.pk).update(config_version=F("config_version") + 1)
    forget(town)


def forget(town: Town | None = None) -> None:
    """Forget what this process remembers of a town, or of all."""
    global _towns  # noqa: PLW0603 - what a process remembers
    with _lock:
        for held in (_values, _brief):
            for key in [key for key in held if town is None or key[0] == town.pk]:
                del held[key]
        _towns = None
