"""The arithmetic of the ledger: digests of entries and texts, Merkle roots, seals. No database."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

FIRST = "0" * 64  # what the first entry of a chain points back to
_encode = msgspec.json.Encoder(order="deterministic").encode


def moment(at: datetime) -> str:
    """A moment as it is sealed: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_digest(prev: str, facts: Mapping[str, Any]) -> str:
    """The digest of an entry: of the digest before it and of everything it says."""
    return hashlib.sha256(prev.encode() + _encode(facts)).hexdigest()


def new_text_key() -> str:
    """A random key for one text."""
    return secrets.token_hex(16)


def text_digest(key: str, body: str) -> str:
    """What an entry keeps of a text."""
    return hmac.digest(bytes.fromhex(key), body.encode(), "sha256").hex()


def digest_of_source(source: str) -> str:
    """What an entry keeps of a text that everybody may read and nobody erases: a published workflow, questions."""
    return hashlib.sha256(source.encode()).hexdigest()


def merkle_root(leaves: Sequence[str]) -> str:
    """The Merkle root over entry digests (RFC 6962: leaves and nodes are told apart by a first byte)."""
    level = [hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        joined = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = joined + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


def seal_mac(key: str, facts: Mapping[str, Any]) -> str:
    """The keyed digest of a seal; who may write the database but has no key cannot make it."""
    return hmac.digest(key.encode(), _encode(facts), "sha256").hex()
