"""How a reporter comes back to a case: by a private link, or by its number and the end of their telephone number.

The code of a private link is derived from the reporter's id under the key of personal data and stored nowhere: a
repeated request is answered with the same link, and a copy of the database opens nobody's page.
"""

import base64
import hmac
from datetime import datetime, timedelta

from lianxin.cases.models import Reporter
from lianxin.keys.models import Town
from lianxin.keys.numbers import tidy
from lianxin.keys.tries import give_back, spend
from lianxin.people.cipher import blind

CODE_LENGTH = 16  # characters of base32: 80 bits
TRIES, WINDOW = 5, timedelta(minutes=15)  # wrong ones of one client for one number
MOST_WRONG, MOST_ASKED, HOUR = 60, 600, timedelta(hours=1)  # of one client: a whole village may share an address


def link_code(reporter_id: int) -> str:
    """The code of a reporter's private link: sixteen characters of A–Z and 2–7."""
    digest = bytes.fromhex(blind("link", str(reporter_id)))
    return base64.b32encode(digest).decode()[:CODE_LENGTH]


def reporter_by_code(town: Town, number: str, code: str) -> Reporter | None:
    """The reporter whose private link this is; None when number or code is wrong."""
    wanted = code.upper()
    rows = Reporter.objects.for_system("private link", town).filter(case__number=tidy(number)).defer("name", "phone")
    found = [row for row in rows if hmac.compare_digest(link_code(row.pk).encode(), wanted.encode("utf-8", "replace"))]
    return found[0] if found else None


def reporter_by_phone(town: Town, number: str, last_four: str, *, client: str, now: datetime) -> Reporter | None:
    """The reporter of a case by the last four digits of the telephone they left.

    A wrong number and wrong digits are answered alike. A client (an address; it is not stored readable) has five wrong
    tries for a number in a quarter of an hour, MOST_WRONG for all numbers and MOST_ASKED of any kind in an hour, then
    `TooManyTries`, whatever it sends. What cannot be right is no try.
    """
    spend(town.pk, "follow-all", client, most=MOST_ASKED, per=HOUR, now=now)
    asked, digits = tidy(number), last_four.strip()
    if not asked or len(digits) != 4 or not (digits.isascii() and digits.isdigit()):
        return None
    guesses = (
        ("follow", blind("follow", f"{asked} {client}"), TRIES, WINDOW),
        ("follow-wrong", client, MOST_WRONG, HOUR),
    )
    for scope, who, most, per in guesses:
        spend(town.pk, scope, who, most=most, per=per, now=now)
    rows = Reporter.objects.for_system("follow by telephone", town).filter(case__number=asked).order_by("-first", "id")
    found = next((row for row in rows if row.phone[-4:] == digits), None)
    if found is not None:
        for scope, who, _most, per in guesses:
            give_back(town.pk, scope, who, per=per, now=now)
    return found
