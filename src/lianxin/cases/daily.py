"""The day at a glance by e-mail: once on each working day, at the hour its reader chose."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from lianxin.cases.queries.daily import SECTIONS, day_of, is_empty, names_in, works_on
from lianxin.jobs.queue import enqueue, task
from lianxin.keys.models import Town
from lianxin.notices.daily import daily_code
from lianxin.notices.models import DailyLetter
from lianxin.notices.ways import WAYS, Letter
from lianxin.people.actors import Actor, actor_of
from lianxin.people.mailboxes import email_token
from lianxin.people.masking import mask_text
from lianxin.people.models import Account, Post
from lianxin.people.queries import today
from lianxin.people.standing_in import away
from lianxin.ui import words

AT_ONCE = 500
LATER = timedelta(days=7)  # a letter is read on any day: dates, not "yesterday"
Row = dict[str, Any]


def section_names(day: Row, at: datetime | None = None) -> dict[str, str]:
    """What the sections of a day are called; `at`: when it is read, where that is not now."""
    names = {"since": words.day(day["since"], at), "next": words.day(day["next"], at)}
    return {
        "late": _("Past their limit"),
        "today": _("Due by tonight"),
        "tomorrow": _("Due by %(next)s") % names,
        "returned": _("Sent back since %(since)s") % names,
        "came": _("Came since %(since)s") % names,
    }


def send_daily(town: Town, *, now: datetime) -> int:
    """Write the jobs of the letters whose hour has come; returns how many.

    A day is marked as seen to in the transaction that writes its job, by one update that only the first of several
    workers makes: a worker started anew writes none twice, and one that was dead at the hour writes it when it is back,
    that day. Rest days are seen to without a letter.
    """
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    rows = DailyLetter.objects.for_system("daily letters", town).filter(hour__lte=here.hour)
    due = rows.filter(Q(told_on=None) | Q(told_on__lt=here.date()))
    sent = 0
    for letter in due.order_by("id")[:AT_ONCE]:
        post = _post(town, letter.post_id)
        with transaction.atomic():
            first = due.filter(pk=letter.pk).update(told_on=here.date())
            if first and post is not None and works_on(actor_of(post, town), here.date()):
                on = here.date().isoformat()
                enqueue("cases.daily_letter", town_id=town.pk, run_at=now, letter=letter.pk, on=on)
                sent += 1
    return sent


def _post(town: Town, pk: int) -> Post | None:
    """A post that is held, by somebody who has confirmed an address."""
    rows = Post.objects.for_system("daily letters", town).select_related("role", "grid", "account")
    held = rows.filter(Q(ends=None) | Q(ends__gte=today(timezone.now())), pk=pk, account__is_active=True)
    return held.exclude(account__email="").exclude(account__email_proven_at=None).first()


@task("cases.daily_letter", outside=True)
def daily_letter(*, town_id: int, letter: int, on: str) -> None:
    """Write and send one day's overview; nothing where it is empty, its reader is away, or the day is over."""
    town, now = Town.objects.get(pk=town_id), timezone.now()
    held = DailyLetter.objects.for_system("daily letters", town).filter(pk=letter).first()
    post = _post(town, held.post_id) if held is not None else None
    if held is None or post is None or today(now).isoformat() != on or away(town, post.pk, now=now) is not None:
        return
    actor = actor_of(post, town)
    with override(held.language):
        day = day_of(actor, now=now)
        if not is_empty(day):
            WAYS["email"].send(post.account.email, replace(_written(actor, held, day, now=now), key=f"{held.pk} {on}"))


def _written(actor: Actor, held: DailyLetter, day: Row, *, now: datetime) -> Letter:
    """The letter: numbers, titles with personal details starred, dates, links; no title of a confidential case."""
    numbers, names = {what: day["sections"][what]["number"] for what in SECTIONS}, names_in(actor, day)
    told = {"town": words.name_of(actor.town), "day": words.day(day["day"], now + LATER)}
    told |= {"n": day["waiting"], **numbers}
    subject = _("%(town)s, %(day)s: %(n)s waiting, %(today)s due today, %(late)s late") % told
    stop = held.site + reverse("daily-stop", args=[held.pk, daily_code(held.pk)])
    lines = [subject, "", *_sections(held, day, names, now + LATER), *_figures(held, day)]
    lines += ["", _("Sent on working days at %(hour)s:00. To end it: %(link)s") % {"hour": held.hour, "link": stop}]
    values = {name: str(value) for name, value in told.items()}
    return Letter(subject, "\n".join(lines) + "\n", subject, stop, "daily", values)


def _sections(held: DailyLetter, day: Row, names: list[str], later: datetime) -> Iterator[str]:
    called = section_names(day, later)
    for what in SECTIONS:
        section = day["sections"][what]
        if section["number"]:
            yield _("%(name)s: %(n)s") % {"name": called[what], "n": section["number"]}
            yield from (_line(held, row, names) for row in section["rows"])
            yield ""


def _line(held: DailyLetter, row: Row, names: list[str]) -> str:
    title = "" if row["confidential"] else mask_text(row["title"], names)
    due = words.when(row["due_at"])
    link = held.site + reverse("case", args=[row["number"]])
    return "- " + "  ".join(part for part in (row["spoken"], title, due, link) if part)


def _figures(held: DailyLetter, day: Row) -> Iterator[str]:
    if day["again"]:
        link = held.site + reverse("follow-ups")
        yield _("Follow-ups: %(n)s. %(link)s") % {"n": day["again"], "link": link}
    yield _("Your unit: %(total)s open, %(late)s late, %(soon)s soon due") % day["unit"]
    yield _("All of it: %(link)s") % {"link": held.site + reverse("today")}


@task("cases.email_asking", outside=True)
def email_asking(*, town_id: int, account: int, site: str, language: str) -> None:
    """Ask an address whether it is that of one of the staff. It stands in no job: it is read when the letter goes."""
    town = Town.objects.get(pk=town_id)
    owner = Account.objects.filter(pk=account, is_active=True).first()
    if owner is None or not owner.email or owner.email_proven_at is not None:
        return
    with override(language):
        link = site + reverse("daily-confirm", args=[email_token(owner)])
        asked = _("Somebody, perhaps you, asked %(town)s to send work overviews to this address. To confirm: %(link)s")
        told = asked % {"town": words.name_of(town), "link": link}
        ignored = _("If it was not you, do nothing: nothing is sent to an address that is not confirmed.")
        subject = _("%(town)s: please confirm your address") % {"town": words.name_of(town)}
        WAYS["email"].send(owner.email, Letter(subject, f"{told}\n\n{ignored}\n", told, link, "confirm", {}))
