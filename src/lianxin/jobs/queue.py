"""Enqueue in the business transaction; lease, run, retry or bury in the worker.

A worker that dies in mid-job leaves a lease that runs out, and another worker takes the job. The job's own writes
and the deletion of its row are one transaction, so what a job writes to the database is written once. A job that
speaks to another machine (mail) runs outside: nobody waits for a lock meanwhile, and it may be said twice, never not.
"""

import contextlib
import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from lianxin.jobs.models import Job
from lianxin.keys.scope import EVERY_TOWN

log = logging.getLogger("lianxin.jobs")
LEASE = timedelta(seconds=60)
ATTEMPTS = 8

Task = Callable[..., None]
_tasks: dict[str, Task] = {}
_outside: set[str] = set()


def task(name: str, *, outside: bool = False) -> Callable[[Task], Task]:
    """Register a function `f(*, town_id, **args)` as a job under a name that is kept for good.

    `outside`: it speaks to another machine, and is not run inside a transaction.
    """

    def register(function: Task) -> Task:
        if name in _tasks:
            raise ValueError(f"task {name} is registered twice")
        _tasks[name] = function
        if outside:
            _outside.add(name)
        return function

    return register


def task_names() -> list[str]:
    """Every registered task."""
    return sorted(_tasks)


def job(name: str, *, town_id: int, run_at: datetime, args: Mapping[str, Any]) -> Job:
    """Make, but do not write, a job."""
    return Job(town_id=town_id, task=name, run_at=run_at, args=dict(args))


def enqueue(name: str, *, town_id: int, run_at: datetime, **args: Any) -> Job:
    """Write a job; call it in the transaction of the change that it follows."""
    made = job(name, town_id=town_id, run_at=run_at, args=args)
    made.save(force_insert=True)
    return made


def run_due(*, now: datetime, most: int = 50) -> int:
    """Lease and run the jobs that are due; returns how many were tried."""
    leased = _lease(now, most)
    for each in leased:
        _run(each, now)
    return len(leased)


def _lease(now: datetime, most: int) -> list[Job]:
    with transaction.atomic():
        due = Job.objects.for_system("worker", EVERY_TOWN).filter(dead=False, run_at__lte=now)
        due = due.filter(Q(leased_until=None) | Q(leased_until__lt=now)).order_by("run_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        jobs = list(due[:most])
        for each in jobs:
            each.leased_until, each.attempts = now + LEASE, each.attempts + 1
            each.save(update_fields=["leased_until", "attempts"])
    return jobs


def _run(each: Job, now: datetime) -> None:
    try:
        with contextlib.nullcontext() if each.task in _outside else transaction.atomic():
            _tasks[each.task](town_id=each.town_id, **each.args)
            each.delete()
    except Exception as error:  # noqa: BLE001 - whatever a job raises is kept with it and tried again
        log.warning("job %s failed, attempt %s", each, each.attempts)
        each.error = _told(error)[-4000:]
        each.dead = each.attempts >= ATTEMPTS
        each.run_at, each.leased_until = now + timedelta(seconds=2**each.attempts), None
        each.save(update_fields=["error", "dead", "run_at", "leased_until"])


def _told(error: BaseException) -> str:
    """Where it happened and what sort of error it was, without what it says: that may hold an address or a name."""
    said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return "".join([*traceback.format_tb(error.__traceback__), type(error).__qualname__, said])
