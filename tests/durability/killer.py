"""Kills a process and everything below it with SIGKILL after a while: `killer.py PID SECONDS`. A process of its own."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path


def children(pid: int) -> list[int]:
    """Every process below `pid`, the deepest last."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(after[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        below = parents.get(queue.pop(), [])
        found += below
        queue += below
    return found


if __name__ == "__main__":
    victim = int(sys.argv[1])
    time.sleep(float(sys.argv[2]))
    for each in [victim, *children(victim)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
