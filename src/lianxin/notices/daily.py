"""Whether, and at which hour, somebody in a post wants the day's overview by e-mail."""

import base64
import hmac
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from lianxin.keys.models import Town
from lianxin.notices.models import DailyLetter
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind
from lianxin.people.models import Post
from lianxin.people.queries import today

HOURS = range(6, 21)
DEFAULT = 8
CODE_LENGTH = 16  # characters of base32: 80 bits


@dataclass(frozen=True, slots=True)
class DailyWish:
    """At which hour of the town's day, in which language; `site` is where links lead."""

    hour: int
    language: str
    site: str


def daily_letter_of(actor: Actor) -> DailyLetter | None:
    """The actor's own wish, if there is one."""
    return DailyLetter.objects.seen_by(actor).first() if actor.is_staff else None


def want_daily(wish: DailyWish, *, actor: Actor, now: datetime, told_on: date | None) -> DailyLetter:
    """Ask for the overview by e-mail from the next time on; `told_on`: the day that is past its hour already."""
    if wish.hour not in HOURS:
        raise ValueError(wish.hour)
    columns = {"hour": wish.hour, "language": wish.language, "site": wish.site, "told_on": told_on}
    made, _new = DailyLetter.objects.for_system("one's own", actor.town).update_or_create(
        town_id=actor.town_id, post_id=actor.post_id or 0, defaults=columns, create_defaults={**columns, "at": now}
    )
    return made


def stop_daily(letter: DailyLetter) -> None:
    """No more of them."""
    letter.delete()


def forget_ended(town: Town, *, now: datetime) -> int:
    """Forget the wishes of posts that have ended, or whose account is closed; returns how many."""
    posts = Post.objects.for_system("daily letters", town).filter(account__is_active=True)
    held = posts.filter(Q(ends=None) | Q(ends__gte=today(now))).values("id")
    gone = list(DailyLetter.objects.for_system("daily letters", town).exclude(post_id__in=held))
    for letter in gone:
        letter.delete()
    return len(gone)


def daily_code(pk: int) -> str:
    """The code in a letter's link that ends it: derived under the key of personal data, stored nowhere."""
    return base64.b32encode(bytes.fromhex(blind("daily", str(pk)))).decode()[:CODE_LENGTH]


def daily_by_code(town: Town, pk: int, code: str) -> DailyLetter | None:
    """The wish whose link this is; None when it is none, or has been ended."""
    if not hmac.compare_digest(daily_code(pk).encode(), code.upper().encode("utf-8", "replace")):
        return None
    return DailyLetter.objects.for_system("the link of a letter", town).filter(pk=pk).first()
