"""Letters to those who follow: written by jobs after the entry that is news, and once a week."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lianxin.cases.letters import asking, monday_before, of_request, of_week
from lianxin.cases.models import Reporter
from lianxin.jobs.queue import enqueue, task
from lianxin.keys.models import Town
from lianxin.notices.actions import forget_unconfirmed
from lianxin.notices.models import Subscription
from lianxin.notices.ways import WAYS, Letter


def write_to_followers(town: Town, *, case_id: int, act: str) -> None:
    """A letter to each who follows the case and has confirmed the address; the caller knows that it is for them."""
    if act == "open":
        return
    reporters = Reporter.objects.for_system("letters", town).filter(case_id=case_id).values("id")
    rows = Subscription.objects.for_system("letters", town).filter(Q(reporter_id__in=reporters) | Q(case_id=case_id))
    now = timezone.now()
    for pk in rows.exclude(confirmed_at=None).values_list("id", flat=True):
        enqueue("cases.letter_of_request", town_id=town.pk, run_at=now, subscription=pk, act=act, at=now.isoformat())


@task("cases.letter_asking", outside=True)
def letter_asking(*, town_id: int, subscription: int) -> None:
    """Ask an address whether it is theirs."""
    _send(town_id, subscription, asking, "")


@task("cases.letter_of_request", outside=True)
def letter_of_request(*, town_id: int, subscription: int, act: str, at: str) -> None:
    """Tell who follows a request what happened, and when: of two alike acts each is told."""
    _send(town_id, subscription, lambda town, held: of_request(town, held, act), f"{act} {at}")


@task("cases.letter_of_week", outside=True)
def letter_of_week(*, town_id: int, subscription: int, until: str) -> None:
    """Tell who follows an area of the week that ended at `until`."""
    _send(town_id, subscription, lambda town, held: of_week(town, held, until=datetime.fromisoformat(until)), until)


def _send(town_id: int, pk: int, write: Callable[[Town, Subscription], Letter | None], of: str) -> None:
    """Write and send, unless it was ended meanwhile. What cannot be sent raises, and is tried again.

    `of`: what tells this letter from the next one; empty where every one is another.
    """
    town = Town.objects.get(pk=town_id)
    held = Subscription.objects.for_system("letters", town).filter(pk=pk).first()
    letter = write(town, held) if held else None
    if held and letter:
        WAYS[held.way].send(held.address, replace(letter, key=f"{pk} {of}" if of else ""))


def weekly(town: Town, *, now: datetime) -> int:
    """Once a week, on Monday or as soon after it as the town's clockwork runs: a letter to each who follows an area.

    The row is marked in the same transaction that writes the job: a clockwork started anew writes none twice.
    """
    monday = monday_before(now)
    rows = Subscription.objects.for_system("weekly letters", town).filter(about=Subscription.About.AREA)
    rows = rows.filter(Q(told_at=None, confirmed_at__lt=monday) | Q(told_at__lt=monday)).exclude(confirmed_at=None)
    with transaction.atomic():
        due = list(rows.values_list("id", flat=True))
        rows.update(told_at=now)
        for pk in due:
            enqueue("cases.letter_of_week", town_id=town.pk, run_at=now, subscription=pk, until=monday.isoformat())
    return len(due)


def send_letters_of_week(*, now: datetime) -> None:
    """The weekly letters of every town; and addresses that nobody confirmed are forgotten."""
    for town in Town.objects.order_by("id"):
        weekly(town, now=now)
    forget_unconfirmed(now=now)
