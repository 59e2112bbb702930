"""Case numbers: short enough to read out on the phone, with a check digit, taken without a lock that all wait on.

A number is the town's letters, seven digits and a check digit (ISO 7064 MOD 11,10): LX 4821 7350. A process takes
blocks of serials; a serial is scrambled by a permutation of 0…9,999,999, so that a number does not tell how many
cases there are nor what its neighbour is called.
"""

import hashlib
import os
import threading
from functools import lru_cache

from django.db import connection
from stdnum.iso7064 import mod_11_10

from lianxin.keys.models import Town

SIZE = 10_000_000
BLOCK = 32
_HALF = 3163  # 3163² is the smallest square that holds SIZE


class NumbersUsedUp(RuntimeError):
    """A town has had its ten million cases."""


@lru_cache(maxsize=65536)
def _round(secret: str, step: int, half: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{secret}:{step}:{half}".encode(), digest_size=4).digest(), "big") % _HALF


def scramble(serial: int, secret: str) -> int:
    """A permutation of 0…SIZE-1 (four Feistel rounds, walked until the value falls inside)."""
    value = serial
    while True:
        left, right = divmod(value, _HALF)
        for step in range(4):
            left, right = right, (left + _round(secret, step, right)) % _HALF
        value = left * _HALF + right
        if value < SIZE:
            return value


def number_of(letters: str, serial: int) -> str:
    """The number of a town's n-th case, e.g. LX48217350."""
    digits = f"{scramble(serial, letters):07d}"
    return letters + digits + mod_11_10.calc_check_digit(digits)


def tidy(text: str, home: str = "") -> str:
    """What a person typed or read out, as a number: upper case, without spaces and dashes; '' when it is none.

    `home`: the letters of the one town that is meant, for a number without any.
    """
    number = "".join(char for char in text.upper() if char.isascii() and char.isalnum())
    digits = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    letters = number[: len(number) - len(digits)] or home
    good = 1 <= len(letters) <= 4 and len(digits) == 8 and digits.isdigit() and mod_11_10.is_valid(digits)
    return letters + digits if good else ""


def spoken(number: str) -> str:
    """A number as it is printed and read out: LX 4821 7350."""
    return f"{number[:-8]} {number[-8:-4]} {number[-4:]}"


class _Blocks(threading.local):
    def __init__(self) -> None:
        self.left: dict[int, list[int]] = {}


_blocks = _Blocks()


def next_number(town: Town) -> str:
    """Take a number. Inside a transaction exactly one is taken: a block would outlive a rollback that undid it."""
    left = _blocks.left.get(town.pk)
    if not left:
        if connection.in_atomic_block:
            return number_of(town.letters, _take(town, 1)[0])
        left = _blocks.left[town.pk] = _take(town, BLOCK)
    return number_of(town.letters, left.pop())


def drop_blocks() -> None:
    """Forget the blocks in hand: between tests, whose databases begin anew, and in a process just forked."""
    _blocks.left.clear()


os.register_at_fork(after_in_child=drop_blocks)  # two processes would give out the rest of one block


def _take(town: Town, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_numberblock (town_id, taken) VALUES (%s, %s) "
            "ON CONFLICT (town_id) DO UPDATE SET taken = keys_numberblock.taken + %s RETURNING taken",
            [town.pk, count, count],
        )
        (end,) = cursor.fetchone()
    if end > SIZE:
        raise NumbersUsedUp(town.name)
    return list(range(end - 1, end - count - 1, -1))
