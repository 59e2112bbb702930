"""The e-mail address of somebody's account: written down by its owner, used once they have confirmed it."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind
from lianxin.people.models import Account

SUBJECT = "account"  # the chain that keeps what became of an account
GOOD = timedelta(days=3)  # how long the link that confirms may lie in a letter box
_SALT = "lianxin.email"


def set_email(account: Account, email: str, *, actor: Actor, now: datetime) -> bool:
    """Write an address down ("" takes it away), to be confirmed anew; False where it is the one there is.

    The entry says that it changed, never from what to what.
    """
    if account.email == email:
        return False
    with transaction.atomic():
        account.email, account.email_proven_at = email, None
        account.save(update_fields=["email", "email_proven_at"])
        record(Line(SUBJECT, account.pk, "set_email" if email else "drop_email"), actor=actor, now=now)
    return True


def email_token(account: Account) -> str:
    """What the link in the asking letter holds: whose address it confirms, and which; neither readable."""
    return signing.dumps([str(account.pk), blind("email", account.email)], salt=_SALT)


def account_by_token(token: str) -> Account | None:
    """The account whose present address a link confirms; None when it is three days old, or the address another now."""
    try:
        pk, digest = signing.loads(token, salt=_SALT, max_age=GOOD)
    except (signing.BadSignature, ValueError):
        return None
    account = Account.objects.filter(pk=int(pk), is_active=True).first()
    return account if account is not None and digest and blind("email", account.email) == digest else None


def prove_email(account: Account, *, actor: Actor, now: datetime) -> None:
    """The address is theirs: they pressed the link that was sent there; pressed twice, once."""
    if account.email_proven_at is None:
        with transaction.atomic():
            account.email_proven_at = now
            account.save(update_fields=["email_proven_at"])
            record(Line(SUBJECT, account.pk, "prove_email"), actor=actor, now=now)


def mask_email(email: str) -> str:
    """z***@example.cn: the first sign, and where it is."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}***@{host}" if name else ""
