"""Personal access tokens (访问令牌): a program acts as one post of one town, within scopes, until a day.

The plain token is shown once. It names its town, so that a program finds the right one on a machine that serves
several; what is stored is its digest alone.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from lianxin.keys.cache import briefly, towns
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, actor_of
from lianxin.people.models import Token
from lianxin.people.queries import today

SCOPES = ("cases:read", "cases:write", "setup:read", "setup:write")
DISPLAY = "wall:read"  # a screen's: the wall's counts; goes with no other scope, and opens nothing for a program
NOTED_EVERY = timedelta(hours=1)  # how exact "last used" is: a write for every request would cost more than it tells
_SHAPE = re.compile(r"lx-([A-Z]{1,4})-[A-Za-z0-9_-]{43}")


class TokenRefused(Exception):
    """The token does not open anything; `code`: token_unknown, token_expired, token_revoked, post_ended."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def new_token(town: Town) -> tuple[str, str]:
    """A fresh plain token of a town, to be shown once, and the digest to keep."""
    plain = f"lx-{town.letters}-{secrets.token_urlsafe(32)}"
    return plain, digest_of_token(plain)


def digest_of_token(plain: str) -> str:
    """What is kept of a token. A plain hash is enough: the token is 256 random bits."""
    return hashlib.sha256(plain.encode()).hexdigest()


def bearer(plain: str, *, now: datetime) -> Actor:
    """The actor behind a token, bounded by its scopes; raises TokenRefused. Read at most once a second."""
    shape = _SHAPE.fullmatch(plain)
    town = next((each for each in towns() if each.letters == shape[1]), None) if shape else None
    if town is None:
        raise TokenRefused("token_unknown")
    digest = digest_of_token(plain)
    token, actor = briefly(town, f"token:{digest}", lambda: _read(town, digest))
    if code := _fault(token, now):
        raise TokenRefused(code)
    _note_use(token, now)
    return actor


def _read(town: Town, digest: str) -> tuple[Token, Actor]:
    rows = Token.objects.for_system("bearer", town).select_related("post__role", "post__grid", "post__account")
    token = rows.filter(digest=digest).first()
    if token is None:
        raise TokenRefused("token_unknown")
    return token, actor_of(token.post, town, frozenset(token.scopes))


def _fault(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "token_revoked"
    if token.expires_at <= now:
        return "token_expired"
    held = token.post.ends is None or token.post.ends >= today(now)
    return "" if held and token.post.account.is_active else "post_ended"


def _note_use(token: Token, now: datetime) -> None:
    if token.used_at is None or now - token.used_at >= NOTED_EVERY:
        Token.objects.for_system("bearer", token.town_id).filter(pk=token.pk).update(used_at=now)
        token.used_at = now
