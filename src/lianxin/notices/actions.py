"""Messages that were read; and following: asked for, confirmed, ended."""

import base64
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianxin.jobs.queue import enqueue
from lianxin.keys.models import Town
from lianxin.keys.scope import EVERY_TOWN
from lianxin.keys.tries import TooManyTries, spend
from lianxin.notices.models import Message, Subscription
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind

CODE_LENGTH = 16  # characters of base32: 80 bits
ASKED, PER = 3, timedelta(days=1)  # letters that ask one address to confirm: nobody's box is filled by others
UNCONFIRMED = timedelta(days=3)


def read_messages(*, actor: Actor, now: datetime, case_id: int | None = None) -> int:
    """Mark the actor's unread messages as read, of one case or all; returns how many.

    A message to a whole unit is read when one of its people opens it: they share the work.
    """
    rows = Message.objects.seen_by(actor).filter(read_at=None)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return rows.update(read_at=now)


@dataclass(frozen=True, slots=True)
class Wish:
    """To be told of an area (a grid, a group of categories, both or neither), of one's own request, or of one of others
    that stands on the public board (`case_id`).

    `address` as the way has tidied it; `site` is where links lead, `language` what the letters are written in.
    """

    way: str
    address: str
    language: str
    site: str
    grid_id: int | None = None
    category_id: int | None = None
    reporter_id: int | None = None
    case_id: int | None = None

    @property
    def about(self) -> str:
        """What sort of thing is followed."""
        if self.reporter_id:
            return Subscription.About.CASE
        return Subscription.About.SHOWN if self.case_id else Subscription.About.AREA


def watch_code(pk: int) -> str:
    """The code in the links of a subscription's letters: derived under the key of personal data, stored nowhere."""
    digest = bytes.fromhex(blind("watch", str(pk)))
    return base64.b32encode(digest).decode()[:CODE_LENGTH]


def subscription_by_code(town: Town, pk: int, code: str) -> Subscription | None:
    """The subscription whose link this is; None when it is none, or has been ended."""
    if not hmac.compare_digest(watch_code(pk).encode(), code.upper().encode("utf-8", "replace")):
        return None
    return Subscription.objects.for_system("the link of a letter", town).filter(pk=pk).first()


def follow(wish: Wish, *, actor: Actor, now: datetime) -> None:
    """Write the wish down and ask the address, by a letter, whether it is theirs.

    Whoever asks learns nothing of the address: not whether it follows already, nor whether a letter went out. One
    address is asked three times a day at most.
    """
    digest = _digest(wish.way, wish.address)
    try:
        spend(actor.town_id, "watch-address", blind("watch-asked", digest), most=ASKED, per=PER, now=now)
    except TooManyTries:
        return
    same = {"way": wish.way, "address_blind": digest, "about": wish.about, "grid_id": wish.grid_id,
            "category_id": wish.category_id, "reporter_id": wish.reporter_id, "case_id": wish.case_id}  # fmt: skip
    held = Subscription.objects.for_system("follow", actor.town_id).filter(**same).first()
    if held is None:
        held = Subscription(
            town_id=actor.town_id, **same, address=wish.address, language=wish.language, site=wish.site, at=now
        )
        held.save(force_insert=True)
    enqueue("cases.letter_asking", town_id=actor.town_id, run_at=now, subscription=held.pk)


def confirm(held: Subscription, *, now: datetime) -> None:
    """The address is theirs: they opened the link that was sent there."""
    rows = Subscription.objects.for_system("confirmed by its link", held.town_id)
    rows.filter(pk=held.pk, confirmed_at=None).update(confirmed_at=now)


def stop(held: Subscription) -> None:
    """End it, and forget the address."""
    held.delete()


def forget_followers(reporters: Iterable[int], *, town_id: int) -> None:
    """Forget who follows the requests of these reporters: the requests are being erased."""
    rows = Subscription.objects.for_system("erase", town_id).filter(reporter_id__in=list(reporters))
    for row in rows:
        row.delete()


def forget_addresses(reporters: Iterable[int], phones: Iterable[str], *, town_id: int) -> None:
    """Forget whatever else these people follow: by their telephones, and by addresses confirmed for their requests."""
    rows = Subscription.objects.for_system("erase", town_id)
    theirs = rows.filter(reporter_id__in=list(reporters)).exclude(confirmed_at=None)
    digests = {_digest("sms", phone) for phone in phones if phone} | set(theirs.values_list("address_blind", flat=True))
    for row in rows.filter(address_blind__in=digests):
        row.delete()


def _digest(way: str, address: str) -> str:
    return blind("watch-address", f"{way} {address.lower()}")


def forget_watchers(case_id: int, *, town_id: int) -> None:
    """Forget who follows a request on the public board: it stands there no more."""
    for row in Subscription.objects.for_system("taken down", town_id).filter(case_id=case_id):
        row.delete()


def forget_unconfirmed(*, now: datetime) -> int:
    """Forget addresses that nobody has confirmed within three days; returns how many."""
    rows = Subscription.objects.for_system("sweep", EVERY_TOWN).filter(confirmed_at=None, at__lt=now - UNCONFIRMED)
    gone = list(rows)
    for row in gone:
        row.delete()
    return len(gone)
