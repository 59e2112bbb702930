"""First passwords, given by whoever manages people: to one person, or at once to all who cannot sign in.

A first password lets its person in to choose one of their own and to do nothing else; after some days it opens nothing.
GB/T 22081-2024, 5.17 (ISO/IEC 27002:2022): temporary passwords are drawn so that nobody guesses them, each person's is
another, and they are changed after the first use. NIST SP 800-63B, 6.1.1: temporary secrets are not used again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, PBKDF2PasswordHasher
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from lianxin.keys.models import Town
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.actions import Line, record
from lianxin.people.actions import new_password, reset_password
from lianxin.people.actors import Actor
from lianxin.people.directory import held
from lianxin.people.models import Account, Post
from lianxin.people.queries import roles, today

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


def first_lasts() -> timedelta | None:
    """How long a first password opens the door (LIANXIN_FIRST_PASSWORD_DAYS); None: until it is replaced."""
    days = int(settings.LIANXIN_FIRST_PASSWORD_DAYS)
    return timedelta(days=days) if days else None


def ran_out(account: Account, now: datetime) -> bool:
    """Whether the password of an account is a first one that was not replaced by one's own in time."""
    given, lasts = account.password_given_at, first_lasts()
    return given is not None and lasts is not None and now >= given + lasts


def who_gives(account: Account, *, now: datetime) -> list[str]:
    """The names of those who may give an account another first password, in the town it works in; three at most.

    None for administrators, who watch each other, and for who works in several towns or in none: the operator does it.
    """
    mine = Post.objects.for_system("whom to ask", EVERY_TOWN).filter(held(today(now)), account_id=account.pk)
    found = list(mine.select_related("role"))
    if len({post.town_id for post in found}) != 1 or any(_OFFICES & set(post.role.may) for post in found):
        return []
    town = Town.objects.get(pk=found[0].town_id)
    keepers = [role.pk for role in roles(town).values() if "manage_people" in role.may]
    posts = Post.objects.for_system("whom to ask", town).filter(held(today(now)), role_id__in=keepers)
    return list(dict.fromkeys(posts.order_by("id").values_list("account__name", flat=True)))[:3]


def without_password(town: Town, *, now: datetime, unit_id: int | None = None) -> QuerySet[Post]:
    """Posts held now by people of this town alone who cannot sign in, unit by unit; one or more of a person.

    They never had a password, or their first one ran out; of an administrator the latter is the operator's to mend.
    """
    here = Post.objects.for_system("first passwords", town).filter(held(today(now)))
    never = Q(account__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    rows = here.filter(never | _ran_out(town, now)).exclude(_elsewhere(town))
    rows = rows.filter(unit_id=unit_id) if unit_id is not None else rows
    return rows.select_related("account", "unit").order_by("unit_id", "account__name", "id")


def _ran_out(town: Town, now: datetime) -> Q:
    lasts = first_lasts()
    if lasts is None:
        return Q(pk__in=[])
    offices = [role.pk for role in roles(town).values() if _OFFICES & set(role.may)]
    theirs = Post.objects.for_system("first passwords", town).filter(held(today(now)), role_id__in=offices)
    office = Exists(theirs.filter(account_id=OuterRef("account_id")))
    return Q(account__password_given_at__lte=now - lasts) & ~Q(office)


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
    """Give a password to everybody of the town, or of a unit, who cannot sign in: at most MOST, unit by unit."""
    _may_give(actor)
    first: dict[int, Post] = {}
    for post in without_password(actor.town, now=now, unit_id=unit_id):
        first.setdefault(post.account_id, post)
    hasher = PBKDF2PasswordHasher()
    drawn = [(Slip(post, plain := new_password()), hasher.encode(plain, hasher.salt(), iterations=_QUICK))
             for post in list(first.values())[:MOST]]  # fmt: skip
    with transaction.atomic():  # begun once the hashing is done
        return [slip for slip, encoded in drawn if _given(slip.post, encoded, actor, now)]


def _given(post: Post, encoded: str, actor: Actor, now: datetime) -> bool:
    """Set a first password; not where somebody else gave one at this moment."""
    unmoved = Account.objects.filter(pk=post.account_id, password=post.account.password)
    mine = unmoved.update(password=encoded, password_given_at=now)
    if mine:
        record(Line("account", post.account_id, "reset_password"), actor=actor, now=now)
    return bool(mine)


def _may_give(actor: Actor) -> None:
    if not actor.can("manage_people") and actor.role != "system":
        raise NotGivenOut("not_yours")
