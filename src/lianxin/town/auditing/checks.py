"""Whether a town's whole ledger holds: asked for by an auditor, done by the worker, the outcome an entry itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lianxin.jobs.models import Job
from lianxin.jobs.queue import LEASE, enqueue, task
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.ledger.models import Entry, Seal
from lianxin.ledger.verify import Broken, verify
from lianxin.people.actors import system
from lianxin.town.auditing.reading import KIND

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.people.actors import Actor

TASK: Final = "ledger.verify"
ACT: Final = "verify"
NAMED: Final = 100  # of what does not hold, so many are named; the command names all
RENEW_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: when, how much was replayed, how many things do not hold, and the first of them.

    `found`: subject, entry of it (0: the whole), what, in what way.
    """

    at: datetime
    entries: int
    chains: int
    seals: int
    seconds: int
    broken: int
    found: tuple[tuple[str, int, str, str], ...]


def ask_check(*, actor: Actor, now: datetime) -> bool:
    """Have the whole ledger checked; False where that is under way. Raises PermissionDenied."""
    if not actor.can("audit"):
        raise PermissionDenied
    with transaction.atomic():
        Town.objects.select_for_update().get(pk=actor.town_id)
        if under_way(actor.town):
            return False
        record(Line(KIND, actor.town_id, "ask_check"), actor=actor, now=now)
        enqueue(TASK, town_id=actor.town_id, run_at=now)
    return True


def under_way(town: Town) -> bool:
    """Whether a check waits for the worker or is being done."""
    return Job.objects.for_system("ledger: check", town).filter(task=TASK, dead=False).exists()


def last_check(town: Town) -> Checked | None:
    """The outcome of the last check; None where there was none."""
    rows = Entry.objects.for_system("ledger: check", town).filter(subject_kind=KIND, subject_id=town.pk, act=ACT)
    entry = rows.order_by("-seq").first()
    if entry is None:
        return None
    told = {name: entry.data[name] for name in ("entries", "chains", "seals", "seconds", "broken")}
    return Checked(at=entry.at, found=tuple(tuple(each) for each in entry.data["found"]), **told)


@task(TASK, outside=True)  # replaying takes minutes, in which nobody should wait for the database
def check(*, town_id: int) -> None:
    """Replay a town's ledger and put the outcome on record."""
    town, began = Town.objects.get(pk=town_id), time.monotonic()
    entries = Entry.objects.for_system("ledger: check", town).count()
    watch = _Watch(town)
    found = _found(town, watch)
    data: dict[str, Any] = {
        "entries": entries, "chains": watch.chains, "seals": Seal.objects.for_system("ledger: check", town).count(),
        "seconds": round(time.monotonic() - began), "broken": len(found),
        "found": [[each.subject, each.seq, each.what, each.detail] for each in found[:NAMED]],
    }  # fmt: skip
    with transaction.atomic():
        record(Line(KIND, town.pk, ACT, data), actor=system(town), now=timezone.now())


def _found(town: Town, watch: _Watch) -> list[Broken]:
    """What does not hold, twice: what was written while it was being read holds the second time."""
    first = list(verify(town, progress=watch))
    if not first:
        return []
    again = {(each.subject, each.what) for each in verify(town, progress=watch.renew)}
    return [each for each in first if (each.subject, each.what) in again]


class _Watch:
    """Counts chains, and keeps the job ours while it is done, however long that takes."""

    def __init__(self, town: Town) -> None:
        self._town, self._renewed, self.chains = town, time.monotonic(), 0

    def __call__(self, done: int) -> None:
        self.chains = done
        self.renew(done)

    def renew(self, _done: int) -> None:
        """Hold the lease on."""
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._renewed = time.monotonic()
            jobs = Job.objects.for_system("ledger: check", self._town).filter(task=TASK, dead=False)
            jobs.update(leased_until=timezone.now() + LEASE)
