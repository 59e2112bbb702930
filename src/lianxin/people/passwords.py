"""Passwords given by whoever manages people: to one person, or at once to all who never had one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, PBKDF2PasswordHasher
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from lianxin.keys.models import Town
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.actions import Line, record
from lianxin.people.actions import new_password, reset_password
from lianxin.people.actors import Actor
from lianxin.people.directory import held
from lianxin.people.models import Account, Post
from lianxin.people.queries import today

MOST = 100  # slips at once: others wait for what is written
# The system, the security and the audit administrator watch each other (三员分立): none comes in by another's account.
_OFFICES = frozenset({"configure", "manage_people", "erase", "audit"})
# Slow hashing is for words that can be guessed. These are 59 random bits, and are hashed in full at the first sign-in.
_QUICK = 5_000


class NotGivenOut(Exception):
    """No password was given; `code`: not_yours, own, elsewhere, ended, office."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Slip:
    """What one person is handed: the post they are known by, and the password, which is nowhere else."""

    post: Post
    plain: str


def without_password(town: Town, *, on: date, unit_id: int | None = None) -> QuerySet[Post]:
    """Posts held on a day by people of this town alone who have no password, unit by unit; one or more of a person."""
    here = Post.objects.for_system("first passwords", town).filter(held(on))
    rows = here.filter(account__password__startswith=UNUSABLE_PASSWORD_PREFIX).exclude(_elsewhere(town))
    rows = rows.filter(unit_id=unit_id) if unit_id is not None else rows
    return rows.select_related("account", "unit").order_by("unit_id", "account__name", "id")


def _elsewhere(town: Town) -> Exists:
    """That the holder of a post has one in another town as well: whose account it is, no single town decides."""
    others = Post.objects.for_system("first passwords", EVERY_TOWN).exclude(town_id=town.pk)
    return Exists(others.filter(account_id=OuterRef("account_id")))


def give_password(post: Post, *, actor: Actor, now: datetime) -> str:
    """Give the holder of a post another password and return it, shown once; their sessions end. Raises NotGivenOut.

    Not to oneself: one's own is changed with the old one. Not where the account has a post in another town. Not to an
    administrator of another sort, in whichever post.
    """
    _may_give(actor)
    if actor.role != "system" and _office_of(post, today(now)) - set(actor.may):
        raise NotGivenOut("office")
    if post.account_id == actor.account_id:
        raise NotGivenOut("own")
    if not Post.objects.for_system("password", post.town_id).filter(held(today(now)), pk=post.pk).exists():
        raise NotGivenOut("ended")
    if Post.objects.for_system("password", post.town_id).filter(_elsewhere(actor.town), pk=post.pk).exists():
        raise NotGivenOut("elsewhere")
    return reset_password(post.account, actor=actor, now=now)


def _office_of(post: Post, on: date) -> set[str]:
    """What the holder may do as an administrator, in this post or another."""
    posts = Post.objects.for_system("password", post.town_id).filter(held(on), account_id=post.account_id)
    return {each for one in posts.select_related("role") for each in one.role.may if each in _OFFICES}


def give_first_passwords(*, actor: Actor, now: datetime, unit_id: int | None = None) -> list[Slip]:
    """Give a password to everybody of the town, or of a unit, who has none: at most MOST, unit by unit."""
    _may_give(actor)
    first: dict[int, Post] = {}
    for post in without_password(actor.town, on=today(now), unit_id=unit_id):
        first.setdefault(post.account_id, post)
    hasher = PBKDF2PasswordHasher()
    drawn = [(Slip(post, plain := new_password()), hasher.encode(plain, hasher.salt(), iterations=_QUICK))
             for post in list(first.values())[:MOST]]  # fmt: skip
    with transaction.atomic():  # begun once the hashing is done
        return [slip for slip, encoded in drawn if _given(slip.post, encoded, actor, now)]


def _given(post: Post, encoded: str, actor: Actor, now: datetime) -> bool:
    """Set a first password; not where somebody else gave one at this moment."""
    mine = Account.objects.filter(pk=post.account_id, password=post.account.password).update(password=encoded)
    if mine:
        record(Line("account", post.account_id, "reset_password"), actor=actor, now=now)
    return bool(mine)


def _may_give(actor: Actor) -> None:
    if not actor.can("manage_people") and actor.role != "system":
        raise NotGivenOut("not_yours")
