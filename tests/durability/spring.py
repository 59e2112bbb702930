"""Starts a town over and over: each line read begins `lianxin run` as a fork of this process, which has read the product once.

The line names the file that takes what the town says. Its pid is told, then `ended` when it is gone. A start from the
disk costs seconds of reading, which is not what is tried.
"""

import os
import sys

import django
from django.urls import get_resolver

django.setup()

from lianxin.town.cli import main  # noqa: E402 - commands need the settings


def town(said: str) -> None:
    """What the command does, hearing nobody."""
    silence, page = os.open(os.devnull, os.O_RDONLY), os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for each, where in enumerate((silence, page, page)):
        os.dup2(where, each)
    try:
        main(["run"])
    finally:
        os._exit(1)


if __name__ == "__main__":
    _ = get_resolver().url_patterns
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            town(line.rstrip())
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)
