"""Starts a town over and over: each line read begins `lianxin run` as a fork of this process, which has read the product once.

Its pid is told, then `ended` when it is gone. A start from the disk costs seconds of reading, which is not what is tried.
"""

import os
import sys

import django
from django.urls import get_resolver

django.setup()

from lianxin.town.cli import main  # noqa: E402 - commands need the settings


def town() -> None:
    """What the command does, hearing and telling nobody."""
    silence = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(silence, each)
    try:
        main(["run"])
    finally:
        os._exit(1)


if __name__ == "__main__":
    _ = get_resolver().url_patterns
    for _line in sys.stdin:
        if (pid := os.fork()) == 0:
            town()
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)
