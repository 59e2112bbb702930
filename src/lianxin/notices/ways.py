"""Ways to somebody's telephone or letter box, behind one small interface.

A way knows when it is offered, what an address of it looks like, and how to send. The printing ones stand in for a
provider of text messages or of WeChat templates: a real one is a class with the same three methods.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

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


class PrintedSms:
    """Text messages, printed."""

    def offered(self) -> bool:
        """Where the setting says so."""
        return bool(settings.LIANXIN_SMS == "console")

    def tidy(self, address: str) -> str:
        """A telephone number in its figures."""
        return tidy_phone(address)

    def send(self, to: str, letter: Letter) -> None:
        """Print it, with the number masked: what is printed is read by others."""
        sys.stdout.write(f"[SMS {mask_phone(to)}] {letter.short}\n")


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


WAYS: Mapping[str, Way] = {"email": Mail(), "sms": PrintedSms(), "wechat": PrintedWeChat()}
