"""Row ids made by the application: 63 bits, ordered by time, unique without asking the database.

Layout: 41 bits of milliseconds since 2024-01-01 UTC (69 years), 10 bits of worker, 12 bits of sequence.
"""

import os
import threading
import time
from collections.abc import Callable

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
WORKER_BITS, SEQUENCE_BITS = 10, 12


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


def _worker_number() -> int:
    """The worker's number: from LIANXIN_WORKER where several machines write one database, else the process id."""
    given = os.environ.get("LIANXIN_WORKER", "")
    return int(given) if given.isdigit() else os.getpid()


_maker = IdMaker(_worker_number())


def _after_fork() -> None:
    global _maker  # noqa: PLW0603 - a forked process must not hand out its parent's ids
    _maker = IdMaker(_worker_number())


os.register_at_fork(after_in_child=_after_fork)


def new_id() -> int:
    """Return a fresh row id, time-ordered within this process."""
    return _maker()
