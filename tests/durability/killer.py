"""Kills a process and everything below it with SIGKILL after a while: `killer.py PID SECONDS`. A process of its own.

It ends when all of them are dead: a process told to die goes on holding what it holds until it has.
"""

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


def is_alive(pid: int) -> bool:
    """Whether it still holds anything: one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "XZ"
    except OSError:
        return False


if __name__ == "__main__":
    victim = int(sys.argv[1])
    time.sleep(float(sys.argv[2]))
    victims = [victim, *children(victim)]
    for each in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    while any(map(is_alive, victims)):
        time.sleep(0.01)
