"""Residents sign in by a code sent to their telephone (手机验证码登录): no password, one account for a human being.

Whoever holds the telephone holds the account, so a number that has lain still for a year opens nothing of whoever had
it before: networks in China give numbers to others after ninety days (电信网码号资源管理办法).
"""

import hmac
import secrets
from datetime import datetime, timedelta
from unicodedata import normalize

from axes.models import AccessLog
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from lianxin.keys.ids import new_id
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind
from lianxin.people.models import Account, PhoneCode, Post

FIGURES = 6
LASTS = timedelta(minutes=10)
TRIES = 5
ASLEEP = timedelta(days=366)  # an account, or a request, this old is not opened by a telephone alone
SIGNED_IN = timedelta(days=180)


class WrongCode(Exception):
    """No telephone was shown; `code`: wrong (with how many tries are `left`), or gone (used, spent or too old)."""

    def __init__(self, code: str, left: int = 0) -> None:
        super().__init__(code)
        self.code, self.left = code, left


class NotTheirs(Exception):
    """The telephone opens no account here; `code`: closed (its account is), taken (by another account)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def make_code(phone: str, *, now: datetime) -> tuple[PhoneCode, str]:
    """A new code for a telephone, in the place of any earlier one: its row, and the six figures, which are sent."""
    figures = f"{secrets.randbelow(10**FIGURES):0{FIGURES}}"
    with transaction.atomic():
        fresh = {"phone": phone, "digest": "", "tries": 0, "until": now + LASTS}
        held, _made = PhoneCode.objects.update_or_create(phone_blind=blind("phone", phone), defaults=fresh)
        held.digest = _digest(held.pk, figures)
        held.save(update_fields=["digest"])
    return held, figures


def redeem_code(pk: int, typed: str, *, now: datetime) -> str:
    """The telephone whose code was typed. Counted before it is looked at, good once; raises WrongCode."""
    counted = PhoneCode.objects.filter(pk=pk, until__gt=now, tries__lt=TRIES).update(tries=F("tries") + 1)
    held = PhoneCode.objects.filter(pk=pk).first() if counted else None
    if held is None:
        raise WrongCode("gone")
    figures = "".join(char for char in normalize("NFKC", typed[:40]) if char.isdigit())
    if not hmac.compare_digest(_digest(pk, figures), held.digest):
        raise WrongCode("wrong" if held.tries < TRIES else "gone", max(0, TRIES - held.tries))
    if PhoneCode.objects.filter(pk=pk, digest=held.digest).delete()[0] != 1:  # the same code at the same moment
        raise WrongCode("gone")
    return held.phone


def _digest(pk: int, figures: str) -> str:
    return blind("phone-code", f"{pk} {figures}")


def account_by_phone(phone: str, *, actor: Actor, now: datetime) -> Account:
    """The account of whoever has just shown a telephone; a new one where there is none, or it has slept for a year.

    Raises NotTheirs("closed") where the account was disabled.
    """
    with transaction.atomic():
        held = _held(phone)
        if held is not None and not held.is_active:
            raise NotTheirs("closed")
        if held is not None and not _asleep(held, now):
            return held
        if held is not None:
            _release(held, actor=actor, now=now)
        return _new_account(phone, actor=actor, now=now)


def prove_phone(account: Account, phone: str, *, actor: Actor, now: datetime) -> None:
    """Put a telephone that was shown to an account that is signed in otherwise. Raises NotTheirs("taken")."""
    with transaction.atomic():
        held = _held(phone)
        if held is not None and held.pk != account.pk:
            raise NotTheirs("taken")
        account.proven = blind("phone", phone)
        account.save(update_fields=["proven"])
        record(Line("account", account.pk, "prove_phone"), actor=actor, now=now)


def forget_account(account: Account, *, actor: Actor, now: datetime) -> None:
    """Delete a resident's account with its telephone and codes; one that also holds posts loses what it proved."""
    with transaction.atomic():
        PhoneCode.objects.filter(phone_blind=account.proven).exclude(phone_blind="").delete()
        record(Line("account", account.pk, "forget"), actor=actor, now=now)
        if account.has_usable_password() or _has_posts(account):
            account.proven = ""
            account.save(update_fields=["proven"])
        else:
            with connection.cursor() as cursor:  # the database's own rules hold; posts were asked for above
                cursor.execute("DELETE FROM people_account WHERE id = %s", [account.pk])


def rename_account(account: Account, name: str, *, actor: Actor, now: datetime) -> None:
    """What a resident wants to be called; the entry says that it changed, not to what."""
    with transaction.atomic():
        account.name = name
        account.save(update_fields=["name"])
        record(Line("account", account.pk, "rename"), actor=actor, now=now)


def forget_trail(account: Account) -> None:
    """Delete what the lockout against guessing logs of everybody who signs in: their address and their browser.

    Codes are counted without it, and where a resident signs in from is nobody's to know.
    """
    AccessLog.objects.filter(username=account.username).delete()


def forget_codes(*, now: datetime) -> int:
    """Delete codes past their time; returns how many."""
    return PhoneCode.objects.filter(until__lt=now).delete()[0]


def _has_posts(account: Account) -> bool:
    return Post.objects.for_system("whose account it is", EVERY_TOWN).filter(account_id=account.pk).exists()


def _held(phone: str) -> Account | None:
    return Account.objects.select_for_update().filter(proven=blind("phone", phone)).first()


def _asleep(account: Account, now: datetime) -> bool:
    return (account.last_login or account.created_at) < now - ASLEEP


def _release(account: Account, *, actor: Actor, now: datetime) -> None:
    account.proven = ""
    account.save(update_fields=["proven"])
    record(Line("account", account.pk, "release_phone"), actor=actor, now=now)


def _new_account(phone: str, *, actor: Actor, now: datetime) -> Account:
    made = Account(username=f"r{new_id()}", phone=phone, proven=blind("phone", phone))
    made.set_unusable_password()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another browser showed the same telephone at the same moment
        return Account.objects.get(proven=made.proven)
    record(Line("account", made.pk, "create", {"by": "phone"}), actor=actor, now=now)
    return made
