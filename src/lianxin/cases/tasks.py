"""Background work of the spine: late cases, seals, what follows an entry."""

from datetime import datetime, timedelta

from django.utils import timezone

from lianxin.cases.actions.afterwards import ask_later
from lianxin.cases.actions.bulk import forget_batches
from lianxin.cases.actions.checking_in import forget_check_ins
from lianxin.cases.actions.doors import state_of, transition
from lianxin.cases.actions.erasing import clean_pages
from lianxin.cases.actions.leaving import begin_leave
from lianxin.cases.actions.presence import forget_presences
from lianxin.cases.actions.reckoning import reckon_provisional
from lianxin.cases.actions.worklinks import end_links_after, forget_links
from lianxin.cases.daily import send_daily
from lianxin.cases.mailing import send_letters_of_week, write_to_followers
from lianxin.cases.models import Duty
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.jobs.queue import task
from lianxin.keys.models import Town
from lianxin.keys.once import forget_old
from lianxin.keys.tries import forget_old_tries
from lianxin.ledger.actions import seal
from lianxin.ledger.models import Entry
from lianxin.notices.daily import forget_ended
from lianxin.notices.ways import forget_spooled
from lianxin.people.actors import system
from lianxin.people.residents import forget_codes
from lianxin.workflow.engine import Refused, late_act

ROUND = 200  # late cases advanced in one go


@task("cases.entered")
def entered(*, town_id: int, case_id: int, entry_id: int, act: str) -> None:
    """What follows an entry beside the case itself: links that end with it, the messages to those it concerns."""
    from lianxin.cases.messages import tell

    town = Town.objects.get(pk=town_id)
    end_links_after(town, Entry.objects.for_system("what follows", town).get(pk=entry_id))
    if tell(town, case_id=case_id, entry_id=entry_id, act=act):
        write_to_followers(town, case_id=case_id, act=act)


@task("cases.leave")
def leave(*, town_id: int, leave_id: int) -> None:
    """A leave begins: what is open with who is away goes to who stands in."""
    town = Town.objects.get(pk=town_id)
    begin_leave(town, leave_id, actor=system(town), now=timezone.now())


@task("cases.reckon")
def reckon(*, town_id: int) -> None:
    """The holiday table of a town goes on: what was provisional is settled."""
    reckon_provisional(Town.objects.get(pk=town_id), now=timezone.now())


def sweep(town: Town, *, now: datetime) -> int:
    """Advance the late cases of a town through the same door as everyone; returns how many moved.

    Each duty is looked at once per due time; a case somebody moves at the same moment is left for the next round.
    """
    rows = Duty.objects.for_system("sweep", town).filter(done_at=None, swept=False, what="main", due_at__lt=now)
    moved = 0
    for duty in rows.order_by("due_at")[:ROUND]:
        moved += _advance(town, duty, now)
        looked_at = Duty.objects.for_system("sweep", town).filter(pk=duty.pk, due_at=duty.due_at)
        looked_at.update(swept=True)  # one resumed just now has another due time, and will be looked at again
    return moved


def _advance(town: Town, duty: Duty, now: datetime) -> int:
    actor = system(town)
    try:
        standing = stand(actor, pk=duty.case_id)
        flow = workflow_by_id(town, standing.case.workflow_id)
        act = late_act(flow, state_of(standing), now=now)
        if act is None:
            return 0
        transition(standing, act, actor=actor, now=now)
    except (Refused, NotSeen):
        return 0
    return 1


def tick(*, now: datetime) -> None:
    """One beat of the clockwork, in every town: sweep late cases, send the day's letters, seal the new entries."""
    for town in Town.objects.order_by("id"):
        sweep(town, now=now)
        send_daily(town, now=now)
        seal(town, now=now)


def nightly(*, now: datetime) -> None:
    """Once a day: forget keys of writes older than 90 days, old counts of tries, who had what open, what came of acts
    on many cases, check-ins and contractors of no more use, and orphaned files.

    Ask of what was closed weeks ago whether it is still good; and the letters of the week to who follows an area.
    """
    from lianxin.forms.photos import sweep_orphans

    send_letters_of_week(now=now)
    forget_old(now=now)
    forget_old_tries(now=now)
    forget_presences(now=now)
    forget_codes(now=now)
    forget_spooled(older_than=now - timedelta(days=1))
    forget_batches(now=now)
    for town in Town.objects.order_by("id"):
        forget_check_ins(town, now=now)
        forget_links(town, now=now)
        forget_ended(town, now=now)
        ask_later(town, now=now)
        reckon_provisional(town, now=now)
    sweep_orphans(older_than=now - timedelta(days=1))
    clean_pages()
