"""Personal columns: encrypted at rest, searchable by keyed digests, masked in lists.

AES-256-GCM, or SM4-GCM (GB/T 32907) by setting; the key is kept outside the database. The cipher's name stands
before the text, so both can be read whatever the setting is now.
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast

TAIL = 4  # digits people give as "the last four"


@lru_cache(maxsize=8)
def _key(purpose: str, size: int) -> bytes:
    root = bytes.fromhex(settings.LIANXIN_PERSONAL_KEY)
    return hashlib.blake2b(purpose.encode(), key=root, digest_size=size).digest()


@lru_cache(maxsize=1)
def _aes() -> AESGCM:
    return AESGCM(_key("aes", 32))


def encrypt(text: str) -> str:
    """Encrypt a personal detail; '' stays ''."""
    if not text:
        return ""
    nonce = secrets.token_bytes(12)
    if settings.LIANXIN_CIPHER == "aes":
        return "aes:" + base64.b64encode(nonce + _aes().encrypt(nonce, text.encode(), None)).decode()
    maker = Cipher(algorithms.SM4(_key("sm4", 16)), modes.GCM(nonce)).encryptor()
    body = maker.update(text.encode()) + maker.finalize()
    return "sm4:" + base64.b64encode(nonce + maker.tag + body).decode()


def decrypt(stored: str) -> str:
    """Read an encrypted detail. Raises an error of `cryptography` when it was tampered with."""
    if not stored:
        return ""
    name, _, text = stored.partition(":")
    raw = base64.b64decode(text)
    if name == "aes":
        return _aes().decrypt(raw[:12], raw[12:], None).decode()
    reader = Cipher(algorithms.SM4(_key("sm4", 16)), modes.GCM(raw[:12], raw[12:28])).decryptor()
    return (reader.update(raw[28:]) + reader.finalize()).decode()


def as_stored(column: str) -> Cast:
    """A personal column as it stands in the database, for who must not stumble over one that was tampered with."""
    return Cast(column, models.TextField())


def readable(stored: str) -> str | None:
    """Read what `as_stored` gave; None when it was not encrypted with our key, or changed afterwards."""
    try:
        return decrypt(stored)
    except (InvalidTag, ValueError):
        return None


def blind(purpose: str, text: str) -> str:
    """A keyed digest by which a detail is found again without being stored readable."""
    return hmac.digest(_key("blind:" + purpose, 32), text.encode(), "sha256").hex()[:32] if text else ""


def phone_blinds(phone: str) -> dict[str, str]:
    """The columns by which a telephone number is found again: whole, and by its last four digits.

    There are only ten thousand tails: whoever has the key can try them all, and who has not learns only which rows
    share one. They are a way to look somebody up among cases one may see anyway, never a proof of who is calling.
    """
    return {"phone_blind": blind("phone", phone), "phone_tail": tail_blind(phone)}


def tail_blind(phone: str) -> str:
    """The keyed digest of a number's last four digits; '' for a number that is shorter."""
    return blind("phone-tail", phone[-TAIL:]) if len(phone) >= TAIL else ""


if TYPE_CHECKING:
    TextColumn = models.TextField[str, str]
else:
    TextColumn = models.TextField


class Personal(TextColumn):
    """A text column that is encrypted in the database and plain in Python."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else value
