"""Ways to somebody's telephone or letter box, behind one small interface.

A way knows when it is offered, what an address of it looks like, and how to send. Text messages are printed, laid down
for a modem to send, or handed to a provider (`SMS`); WeChat's are printed until there is a class that sends them.
"""

import os
import re
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from lianxin.keys.ids import new_id
from lianxin.people.masking import mask_phone, tidy_phone

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be told. `stop`: the address that ends it. `short`: in one line, for ways that carry no more.

    `template` and `values`: for ways that only fill in texts agreed upon beforehand. `key`: the same when the same
    letter is sent again, because a worker died before it could note that it had been sent.
    """

    subject: str
    body: str
    short: str
    stop: str
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


class Way(Protocol):
    """A way to tell somebody something."""

    def offered(self) -> bool:
        """Whether this installation can send so."""

    def tidy(self, address: str) -> str:
        """The address as it is kept; "" when it is none."""

    def send(self, to: str, letter: Letter) -> None:
        """Send, or raise: it is then tried again later."""


class Mail:
    """Letters by e-mail: plain text, no pictures, nothing that tells whether it was read."""

    def offered(self) -> bool:
        """With a server for mail, or in a demo, which prints."""
        return bool(settings.LIANXIN_MAIL)

    def tidy(self, address: str) -> str:
        """The address with its host in small letters."""
        name, _at, host = address.strip().rpartition("@")
        tidy = f"{name}@{host.lower()}"
        try:
            validate_email(tidy)
        except ValidationError:
            return ""
        return tidy if len(tidy) <= LONGEST else ""

    def send(self, to: str, letter: Letter) -> None:
        """One letter to one reader; programs for mail find the way to end it in its head (RFC 8058)."""
        head = {"List-Unsubscribe": f"<{letter.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        head["Auto-Submitted"] = "auto-generated"
        if letter.key:  # a mail program shows a letter that comes twice once (RFC 5322 §3.6.4)
            name = sha256(f"{letter.stop} {letter.key}".encode()).hexdigest()[:32]
            head["Message-ID"] = f"<{name}@{urlsplit(letter.stop).hostname}>"
        EmailMessage(" ".join(letter.subject.split()), letter.body, to=[to], headers=head).send()


def print_sms(to: str, letter: Letter) -> None:
    """Print a text message, with the number masked: what is printed is read by others."""
    sys.stdout.write(f"[SMS {mask_phone(to)}] {letter.short}\n")


def spool_sms(to: str, letter: Letter) -> None:
    """Lay a text message down as a file of its own in `sms/` of the data folder, as smstools' outgoing folder wants it.

    Whoever sends it takes the file away. It is written whole before it has its name, and only the owner reads it.
    """
    folder = settings.LIANXIN_SMS_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{new_id()}"
    body = f"To: {_abroad(to)}\nAlphabet: UTF-8\n\n{letter.short}\n"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(body)
    part.rename(folder / f"sms{part.name}")


def forget_spooled(*, older_than: datetime) -> int:
    """Delete text messages that nobody took away; returns how many. They hold numbers, readable."""
    gone = [each for each in settings.LIANXIN_SMS_FOLDER.glob("sms.*") if each.stat().st_mtime < older_than.timestamp()]
    for each in gone:
        each.unlink(missing_ok=True)
    return len(gone)


def forget_spooled_to(phones: Collection[str]) -> int:
    """Delete text messages to these numbers that nobody took away yet; returns how many."""
    heads, gone = {f"To: {_abroad(phone)}\n" for phone in phones if phone}, 0
    for each in settings.LIANXIN_SMS_FOLDER.glob("sms.*") if heads else ():
        with suppress(FileNotFoundError):  # taken away at this moment
            with each.open(encoding="utf-8") as file:
                mine = file.readline() in heads
            if mine:
                each.unlink()
                gone += 1
    return gone


def _abroad(phone: str) -> str:
    """A mobile number as a modem dials it from anywhere; a short or local one stays as it is."""
    return f"86{phone}" if re.fullmatch(r"1[3-9]\d{9}", phone) else phone


# A provider of text messages is one function more here, with a time-out of its own: (to, letter) -> None, or it raises.
SMS: Mapping[str, Callable[[str, Letter], None]] = {"console": print_sms, "file": spool_sms}


class Sms:
    """Text messages, by the provider that the setting names."""

    def offered(self) -> bool:
        """Where the setting names one."""
        return settings.LIANXIN_SMS in SMS

    def tidy(self, address: str) -> str:
        """A telephone number in its figures."""
        return tidy_phone(address)

    def send(self, to: str, letter: Letter) -> None:
        """Hand it to the provider."""
        SMS[settings.LIANXIN_SMS](to, letter)


class PrintedWeChat:
    """WeChat template messages, printed. The address is the reader's openid with the town's own account."""

    def offered(self) -> bool:
        """Where the setting says so."""
        return bool(settings.LIANXIN_WECHAT == "console")

    def tidy(self, address: str) -> str:
        """An openid."""
        return address.strip() if re.fullmatch(r"[\w-]{20,40}", address.strip()) else ""

    def send(self, to: str, letter: Letter) -> None:
        """Print template and values."""
        values = ", ".join(f"{name}={value}" for name, value in letter.values.items())
        sys.stdout.write(f"[WeChat {to[:4]}… {letter.template}] {values} {letter.stop}\n")


WAYS: Mapping[str, Way] = {"email": Mail(), "sms": Sms(), "wechat": PrintedWeChat()}
