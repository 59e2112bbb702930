"""Writes about people: accounts, passwords, access tokens. Each leaves an entry in the account's own chain."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from lianxin.keys.cache import bump, forget
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.ledger.rows import add_row
from lianxin.people.actors import Actor
from lianxin.people.models import Account, Post, Role, Token, Unit
from lianxin.people.queries import posts_of, today
from lianxin.people.tokens import DISPLAY, SCOPES, new_token

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike when read out or copied from paper
LONGEST_TOKEN = 366  # days


def new_password() -> str:
    """A password that can be read out: three groups of four, about 59 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def create_account(
    username: str, name: str, *, actor: Actor, now: datetime, phone: str = "", password: str | None = None
) -> tuple[Account, str]:
    """Make an account and return it with its first password (made here unless given), which is shown once.

    Raises ValidationError for a weak password, IntegrityError for a username that is taken.
    """
    account = Account(username=username, name=name, phone=phone, password_given_at=now)
    if password is not None:
        validate_password(password, account)
    plain = password or new_password()
    account.set_password(plain)
    _open(account, actor=actor, now=now)
    return account, plain


@transaction.atomic
def open_account(username: str, name: str, *, actor: Actor, now: datetime, phone: str = "") -> tuple[Account, str]:
    """Make an account that nobody can sign in to until a person hands out a first password; "" in its place.

    Raises IntegrityError for a username that is taken.
    """
    account = Account(username=username, name=name, phone=phone)
    account.set_unusable_password()
    _open(account, actor=actor, now=now)
    return account, ""


def _open(account: Account, *, actor: Actor, now: datetime) -> None:
    account.save(force_insert=True)
    record(Line("account", account.pk, "create", {"username": account.username}), actor=actor, now=now)


@transaction.atomic
def reset_password(account: Account, *, actor: Actor, now: datetime, password: str | None = None) -> str:
    """Give an account another first password and return it; every session of the account ends with it."""
    if password is not None:
        validate_password(password, account)
    plain = password or new_password()
    account.set_password(plain)
    account.password_given_at = now
    account.save(update_fields=["password", "password_given_at"])
    record(Line("account", account.pk, "reset_password"), actor=actor, now=now)
    return plain


@transaction.atomic
def change_password(account: Account, password: str, *, actor: Actor, now: datetime) -> None:
    """Set the password a person has chosen; raises ValidationError for a weak one.

    The entry says whether it took the place of one that somebody else had given.
    """
    validate_password(password, account)
    data = {"first": True} if account.password_given_at else {}
    account.set_password(password)
    account.password_given_at = None
    account.save(update_fields=["password", "password_given_at"])
    record(Line("account", account.pk, "change_password", data), actor=actor, now=now)


@transaction.atomic
def disable_account(account: Account, *, actor: Actor, now: datetime) -> None:
    """Let nobody sign in by an account any more; what it has done stays under its name, the e-mail address goes."""
    account.is_active, account.email, account.email_proven_at = False, "", None
    account.save(update_fields=["is_active", "email", "email_proven_at"])
    forget()
    record(Line("account", account.pk, "disable"), actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be given: in which unit, with which role, for which grid (None: none), called what, on what footing."""

    unit: Unit
    role: Role
    grid_id: int | None = None
    title: str = ""
    basis: str = Post.Basis.FULL


class NotGiven(Exception):
    """No post was given; `code`: not_yours, to_oneself, no_grid, basis (without a grid), elsewhere, held."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def give_post(account: Account, wanted: NewPost, *, actor: Actor, now: datetime) -> Post:
    """Give an account a post from today on; its rights follow from the role. Raises NotGiven and changes nothing.

    Whoever manages people gives posts, but none to themselves: who keeps the accounts does not read the cases.
    """
    _may_give(account, wanted, actor, now)
    town = actor.town
    with transaction.atomic():
        post = Post(
            town=town, account=account, unit=wanted.unit, role=wanted.role, grid_id=wanted.grid_id,
            title=wanted.title, basis=wanted.basis, starts=today(now),
        )  # fmt: skip
        add_row(post, "post", actor=actor, now=now, act="give")
        bump(town)
    return post


def _may_give(account: Account, wanted: NewPost, actor: Actor, now: datetime) -> None:
    town = actor.town
    if not actor.can("manage_people") and actor.role != "system":
        raise NotGiven("not_yours")
    if account.pk == actor.account_id:
        raise NotGiven("to_oneself")
    if wanted.unit.town_id != town.pk or wanted.role.town_id != town.pk:
        raise NotGiven("elsewhere")
    if wanted.grid_id is None and wanted.role.sees == Role.Sees.GRID:
        raise NotGiven("no_grid")
    if wanted.grid_id is None and wanted.basis != Post.Basis.FULL:
        raise NotGiven("basis")
    held = posts_of(account.pk, town, on=today(now))
    if (wanted.unit.pk, wanted.role.pk, wanted.grid_id) in {(p.unit_id, p.role_id, p.grid_id) for p in held}:
        raise NotGiven("held")


@transaction.atomic
def create_token(
    post: Post, *, scopes: Iterable[str], days: int, actor: Actor, now: datetime, name: str = ""
) -> tuple[Token, str]:
    """Make an access token that acts as a post, and return it with its plain text, which is shown once.

    Raises ValueError for a scope that is none, for DISPLAY beside another, or for days outside 1 to 366.
    """
    wanted = sorted(set(scopes))
    if wanted != [DISPLAY] and (not wanted or set(wanted) - set(SCOPES)):
        raise ValueError(f"scopes are some of {', '.join(SCOPES)}")
    if not 1 <= days <= LONGEST_TOKEN:
        raise ValueError(f"days are 1 to {LONGEST_TOKEN}")
    town = Town.objects.get(pk=post.town_id)
    plain, digest = new_token(town)
    expires = now + timedelta(days=days)
    token = Token(
        town=town, post=post, name=name[:60], digest=digest, scopes=wanted, created_at=now, expires_at=expires
    )  # fmt: skip
    token.save(force_insert=True)
    data = {"token": token.pk, "scopes": wanted, "days": days}
    record(Line("account", post.account_id, "create_token", data), actor=actor, now=now)
    return token, plain


@transaction.atomic
def revoke_token(token: Token, *, actor: Actor, now: datetime) -> None:
    """Let a token open nothing any more; revoking it again changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        forget()
        posts = Post.objects.for_system("token", token.town_id).values_list("account_id", flat=True)
        account_id = posts.get(pk=token.post_id)
        record(Line("account", account_id, "revoke_token", {"token": token.pk}), actor=actor, now=now)
