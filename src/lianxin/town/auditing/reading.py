"""What an auditor asks of the ledger, and a page of it, the newest first; that they read it is an entry itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.models import Case
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import tidy
from lianxin.ledger.actions import Line, record
from lianxin.ledger.models import Entry
from lianxin.people.models import Post
from lianxin.town.auditing.asked import read_act
from lianxin.town.auditing.words import SYSTEM, kind_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from lianxin.people.actors import Actor

KIND: Final = "ledger"  # the subject under which reading and checking are told
MOST: Final = 50
AGAIN: Final = timedelta(minutes=10)  # the same page opened again sooner is the same reading
LONGEST: Final = 120  # characters of what is asked for in one field
Faults = dict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries. Empty values ask for nothing. `accounts`: those of whoever is asked for; None: the system.

    `kinds`: of which subjects the `acts` are meant, where they are not those of all.
    `since` and `until`: days of the town, both within it.
    """

    kind: str = ""
    subject: int | None = None
    accounts: tuple[int | None, ...] = ()
    acts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


def read_wanted(actor: Actor, data: Mapping[str, Any]) -> tuple[Wanted, Faults]:
    """What a form or a query asks for (kind, subject, who, act, since, until), and what of it cannot be meant."""
    said = {name: str(data.get(name) or "").replace("\x00", "").strip()[:LONGEST] for name in NAMES}
    faults: Faults = {}
    kind, subject = _subject(actor, said["kind"], said["subject"], faults)
    days = _days(said["since"], said["until"], faults)
    kinds, acts = _acts(said["act"], faults)
    return Wanted(kind, subject, _accounts(actor, said["who"], faults), acts, kinds, *days), faults


NAMES: Final = ("kind", "subject", "who", "act", "since", "until")


def _subject(actor: Actor, kind: str, word: str, faults: Faults) -> tuple[str, int | None]:
    """A chain by its own number; a case also by the number people know, where the actor may know of it."""
    if kind and kind not in kind_names():
        faults["kind"] = _("There is none such.")
    if not word:
        return kind, None
    if len(word) > 8 and (pk := read_number(word)) is not None:
        return kind, pk
    number = tidy(word, actor.town.letters)
    rows = Case.objects.for_system("ledger: by number", actor.town).exclude(pk__in=hidden_cases(actor))
    found = rows.filter(number=number).values_list("pk", flat=True).first() if number else None
    if found is None or kind not in ("", "case"):
        faults["subject"] = _("There is nothing of this number.")
        return kind, None
    return "case", found


def hidden_cases(actor: Actor) -> QuerySet[Case, Any]:
    """The ids of the confidential cases that are not an actor's to know of: their entries are told as such alone."""
    rows = Case.objects.for_system("ledger: confidential", actor.town).filter(kind__in=Case.secret_from(actor))
    return rows.exclude(pk__in=Case.objects.seen_by(actor).values("pk")).values("pk")


def _accounts(actor: Actor, word: str, faults: Faults) -> tuple[int | None, ...]:
    """Those who hold or held a post in the town and sign in or are called so."""
    if not word:
        return ()
    if word.lower() in SYSTEM:
        return (None,)
    rows = Post.objects.for_system("ledger: who", actor.town)
    found = rows.filter(Q(account__username=word) | Q(account__name=word)).values_list("account_id", flat=True)
    accounts = tuple(sorted(set(found)))
    if not accounts:
        faults["who"] = _("Nobody of the town is called so.")
    return accounts


def _acts(word: str, faults: Faults) -> tuple[tuple[str, ...], tuple[str, ...]]:
    meant = read_act(word) if word else ((), ())
    if meant is None:
        faults["act"] = _("There is none such.")
    return meant or ((), ())


def _days(since: str, until: str, faults: Faults) -> tuple[date | None, date | None]:
    """The first and the last day that are asked for, in order and not still to come."""
    first, last = _day(since, "since", faults), _day(until, "until", faults)
    ahead = {name: day for name, day in (("since", first), ("until", last)) if day and day > timezone.localdate()}
    faults |= dict.fromkeys(ahead, _("This day is still to come: the ledger ends today."))
    if not ahead and first and last and first > last:
        faults["until"] = _("The last day lies before the first: exchange the two, or leave one empty.")
    return first, last


def _day(word: str, name: str, faults: Faults) -> date | None:
    try:
        return date.fromisoformat(word) if word else None
    except ValueError:
        faults[name] = _("There is no such day: write it as 2026-03-01, or leave it empty.")
        return None


def entries(actor: Actor, wanted: Wanted, *, after: str = "") -> tuple[list[Entry], str]:
    """A page of the town's entries, the newest first, with their texts; and where the next begins, "" at the end.

    Raises PermissionDenied without the permission audit.
    """
    if not actor.can("audit"):
        raise PermissionDenied
    rows = Entry.objects.for_system("audit", actor.town).filter(_asked(wanted))
    if wanted.acts:  # what was done in a confidential case is not to be found out by asking for it
        rows = rows.exclude(subject_kind="case", subject_id__in=hidden_cases(actor))
    if place := read_place(after):
        at, pk = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    page = list(rows.order_by("-at", "-pk").prefetch_related("texts")[: MOST + 1])
    last = page[MOST - 1] if len(page) > MOST else None
    return page[:MOST], _place(last) if last else ""


def _asked(wanted: Wanted) -> Q:
    asked = Q()
    if wanted.kind:
        asked &= Q(subject_kind=wanted.kind)
    if wanted.subject is not None:
        asked &= Q(subject_id=wanted.subject)
    if wanted.accounts:
        asked &= Q(account_id=None) if wanted.accounts == (None,) else Q(account_id__in=wanted.accounts)
    if wanted.acts:
        asked &= Q(act__in=wanted.acts)
    if wanted.kinds:
        asked &= Q(subject_kind__in=wanted.kinds)
    if wanted.since:
        asked &= Q(at__gte=_begins(wanted.since))
    if wanted.until:
        asked &= Q(at__lt=_begins(wanted.until + timedelta(days=1)))
    return asked


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _place(entry: Entry) -> str:
    return f"{entry.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{entry.pk}"


def read_place(text: str) -> tuple[datetime, int] | None:
    """Where a page begins, from the `next` of the one before; None for what is none."""
    at, _dash, last = text.partition("-")
    try:
        moment = datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    pk = read_number(last)
    return None if pk is None else (moment, pk)


def note_reading(actor: Actor, wanted: Wanted, *, after: str, now: datetime) -> None:
    """Put on record that somebody reads the ledger, and what they asked for; the same page again soon is no more."""
    asked = {
        "kind": wanted.kind, "subject": wanted.subject and str(wanted.subject), "act": "+".join(wanted.acts),
        "kinds": list(wanted.kinds),
        "who": [str(pk or 0) for pk in wanted.accounts], "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(), "after": after,
    }  # fmt: skip
    data = {"asked": {name: value for name, value in asked.items() if value}}
    rows = Entry.objects.for_system("audit", actor.town).filter(subject_kind=KIND, subject_id=actor.town_id)
    mine = rows.filter(account_id=actor.account_id, act="look", at__gt=now - AGAIN).order_by("-seq")[:20]
    if any(each.data == data for each in mine):
        return
    with transaction.atomic():
        record(Line(KIND, actor.town_id, "look", data), actor=actor, now=now)
