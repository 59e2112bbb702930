"""Idempotency: one key, one effect."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from lianxin.keys.ids import new_id
from lianxin.keys.models import Once
from lianxin.keys.scope import EVERY_TOWN

KEPT = timedelta(days=90)  # a phone that was switched off for a season may still resend


class KeyUsedOtherwise(Exception):
    """The same key came with another body: a mistake of the sender, refused."""


@dataclass(frozen=True, slots=True)
class OnceKey:
    """Who writes what under which key. `scope` names the operation and the credential or device."""

    scope: str
    key: str
    digest: str
    forever: bool = False


def digest_of(body: Mapping[str, Any]) -> str:
    """The digest of a request's meaning; photos take part by their own digests.

    Keyed, and the key is not in the database: a request may say little more than a telephone number, and what was
    erased must not be guessed from what is kept for resends.
    """
    key = bytes.fromhex(settings.LIANXIN_PERSONAL_KEY)
    return hmac.digest(key, b"once:" + msgspec.json.encode(body, order="deterministic"), "sha256").hex()


def claim(once: OnceKey | None, *, town_id: int, result: int, now: datetime) -> int | None:
    """Claim the key for `result` inside the caller's transaction.

    Returns None when the key was free (go on), or the result of the write that has it (answer with that).
    A concurrent write under the same key waits here until the first one has ended.
    """
    if once is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_once (id, town_id, scope, key, digest, result, at, forever) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (town_id, scope, key) DO NOTHING",
            [new_id(), town_id, once.scope, once.key, once.digest, result, now, once.forever],
        )
        if cursor.rowcount == 1:
            return None
    return found(once, town_id=town_id)


def found(once: OnceKey | None, *, town_id: int) -> int | None:
    """The result of an earlier write under this key, if there is one."""
    if once is None:
        return None
    row = Once.objects.for_system("replay", town_id).filter(scope=once.scope, key=once.key).first()
    if row is None:
        return None
    if row.digest not in ("", once.digest):  # "" is from before digests were keyed: then the key alone tells
        raise KeyUsedOtherwise(once.key)
    return row.result


def forget_old(*, now: datetime) -> int:
    """Delete keys older than 90 days, except those of imports, which are kept for good."""
    return Once.objects.for_system("sweep", EVERY_TOWN).filter(at__lt=now - KEPT, forever=False)._raw_delete("default")
