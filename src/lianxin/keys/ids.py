"""Row ids made by the application: 63 bits, ordered by time, unique without asking the database.

Layout: 41 bits of milliseconds since 2024-01-01 UTC (69 years), 10 bits of worker, 12 bits of sequence. A worker is a
process: 4 bits say on which machine (LIANXIN_WORKER), 6 bits which of its processes that write at the same time.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
SLOT_BITS, WORKER_BITS, SEQUENCE_BITS = 6, 10, 12
LARGEST: Final = 2**63 - 1  # of a key in the database


class IdMaker:
    """Hands out ids of one worker. Never goes backwards, even when the machine's clock does."""

    def __init__(self, worker: int, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._worker = worker & ((1 << WORKER_BITS) - 1)
        self._clock = clock
        self._lock = threading.Lock()
        self._ms, self._sequence = 0, 0

    def __call__(self) -> int:
        """Return the next id: greater than every id this maker has returned."""
        with self._lock:
            now = self._clock() - EPOCH_MS
            if now > self._ms:
                self._ms, self._sequence = now, 0
            else:  # same millisecond, or the clock stepped back: borrow from the future rather than repeat
                self._sequence += 1
                if self._sequence >> SEQUENCE_BITS:
                    self._ms, self._sequence = self._ms + 1, 0
            return (self._ms << (WORKER_BITS + SEQUENCE_BITS)) | (self._worker << SEQUENCE_BITS) | self._sequence


def take_slot(folder: Path) -> int:
    """A number that no other living process of this machine holds; raises RuntimeError when all are held.

    It is held by the lock of an open file, which goes with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for slot in range(1 << SLOT_BITS):
        file = os.open(folder / str(slot), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
        else:
            return slot
    raise RuntimeError(f"more than {1 << SLOT_BITS} processes write into {folder.parent}")


_lock = threading.Lock()
_maker: IdMaker | None = None


def _forked() -> None:
    global _lock, _maker
    _lock, _maker = threading.Lock(), None


os.register_at_fork(after_in_child=_forked)


def _make() -> IdMaker:
    global _maker  # noqa: PLW0603 - one of each process
    with _lock:
        if _maker is None:
            machine = int(settings.CONFIG["LIANXIN_WORKER"] or 0)
            _maker = IdMaker(machine << SLOT_BITS | take_slot(settings.CONFIG.data / "run"))
        return _maker


def new_id() -> int:
    """Return a fresh row id, time-ordered within this process."""
    return (_maker or _make())()


def read_number(text: str, most: int = LARGEST) -> int | None:
    """An id, or another number not below 0, as an address or a form has it; None for what is none, or above `most`.

    `int` alone raises on "²", which is a digit too, and on more than 4,300 figures: a page that breaks on its address.
    """
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) else None
    return number if number is not None and number <= most else None
