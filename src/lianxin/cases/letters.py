"""What is written to those who follow: a question whether the address is theirs, news of a request, a week of an area.

A letter names no resident and quotes nobody: number, act, counts, and what is published. What it leads to is read on
the town's own pages. Every letter tells how to end it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Reporter
from lianxin.cases.pickers import category_name, grid_name
from lianxin.cases.queries.board import BoardFilter, board, board_item
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.cases.queries.week import week_of
from lianxin.cases.words import act_name
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.notices.actions import watch_code
from lianxin.notices.models import Subscription
from lianxin.notices.ways import Letter
from lianxin.ui import words

WEEK = timedelta(days=7)
MOST_TOLD = 10


def watch_link(held: Subscription) -> str:
    """Where a subscription is confirmed and ended."""
    return held.site + reverse("watch-one", args=[held.pk, watch_code(held.pk)])


def subject_of(town: Town, held: Subscription) -> str:
    """What is followed, in words that name nobody."""
    if held.about == Subscription.About.SHOWN:
        return _("published request %(number)s") % {"number": _shown_number(town, held)}
    if held.about == Subscription.About.CASE:
        return _("request %(number)s") % {"number": _number(town, held.reporter_id)}
    category = categories(town).get(held.category_id or 0)
    place = grid_name(town, held.grid_id) if held.grid_id else words.name_of(town)
    return _("%(place)s, %(what)s") % {"place": place, "what": category_name(category)} if category else place


def asking(town: Town, held: Subscription) -> Letter:
    """Whether the address is theirs; or that they follow it already."""
    with override(held.language):
        what, link = subject_of(town, held), watch_link(held)
        if held.confirmed_at:
            told = _("You already follow %(what)s. To stop: %(link)s") % {"what": what, "link": link}
        else:
            asked = _("Somebody, perhaps you, asked %(town)s to write here about %(what)s. To confirm: %(link)s")
            told = asked % {"town": words.name_of(town), "what": what, "link": link}
        ignored = _("If it was not you, do nothing: without confirmation the address is deleted after three days.")
        subject = _("%(town)s: please confirm") % {"town": words.name_of(town)}
        body = "\n\n".join([told, "" if held.confirmed_at else ignored]).strip() + "\n"
        return Letter(subject, body, told, link, "confirm", {"what": what})


def of_request(town: Town, held: Subscription, act: str) -> Letter | None:
    """News of a request; None when it is gone, or stands on the public board no more."""
    if held.about == Subscription.About.SHOWN:
        return _of_shown(town, held, act)
    row = Reporter.objects.for_system("a letter to who follows", town).filter(pk=held.reporter_id or 0)
    reporter = row.select_related("case").first()
    if reporter is None:
        return None
    case = reporter.case
    with override(held.language):
        number, what = spoken(case.number), act_name(workflow_by_id(town, case.workflow_id), act)
        link = held.site + reverse("follow-private", args=[case.number, link_code(reporter.pk)])
        told = _("Your request %(number)s: %(what)s. See %(link)s") % {"number": number, "what": what, "link": link}
        private = _("Whoever has this link can see and answer the request: do not pass the letter on.")
        subject = _("%(town)s: %(number)s, %(what)s") % {"town": words.name_of(town), "number": number, "what": what}
        values = {"number": number, "what": what}
        body = f"{told}\n\n{private}\n\n{_ending(held)}\n"
        return Letter(subject, body, told, watch_link(held), "progress", values)


def _of_shown(town: Town, held: Subscription, act: str) -> Letter | None:
    """News of a request of others: its number, the act, and the page that anybody may read."""
    number = _shown_number(town, held)
    row = board_item(town, number) if number else None
    if row is None:
        return None
    with override(held.language):
        what = act_name(workflow_by_id(town, row["workflow_id"]), act)
        link = held.site + reverse("board-item", args=[row["number"]])
        told = _("Request %(number)s on the public board: %(what)s. See %(link)s")
        told = told % {"number": number, "what": what, "link": link}
        subject = _("%(town)s: %(number)s, %(what)s") % {"town": words.name_of(town), "number": number, "what": what}
        body = f"{told}\n\n{_ending(held)}\n"
        return Letter(subject, body, told, watch_link(held), "progress", {"number": number, "what": what})


def _shown_number(town: Town, held: Subscription) -> str:
    rows = Case.objects.for_system("a letter to who follows", town).filter(pk=held.case_id or 0)
    return spoken(rows.values_list("number", flat=True).first() or "")


def of_week(town: Town, held: Subscription, *, until: datetime) -> Letter:
    """A week of an area: opened, solved, late, and what was published. `until`: the Monday it ended."""
    since = until - WEEK
    wanted = BoardFilter(held.grid_id, held.category_id)
    with override(held.language):
        counts, what = week_of(town, wanted, since=since, until=until), subject_of(town, held)
        rows = [row for row in board(town, wanted, most=50)["rows"] if since <= row["at"] < until][:MOST_TOLD]
        later = until + WEEK  # a letter is read on any day: dates, not "yesterday"
        days = {"since": words.day(since, later), "until": words.day(until - timedelta(days=1), later)}
        subject = _("%(what)s, %(since)s to %(until)s") % {"what": what, **days}
        lines = _counted(counts)
        if rows:
            lines += ["", _("Published:"), *(_published(held, row) for row in rows)]
        page = held.site + reverse("board") + _query(wanted)
        lines += ["", _("More: %(link)s") % {"link": page}, "", _ending(held)]
        short = f"{subject}: {', '.join(_counted(counts))} {page}"
        values = {"what": what, **{name: str(value) for name, value in counts.items()}}
        return Letter(subject, "\n".join([subject, "", *lines]) + "\n", short, watch_link(held), "week", values)


def _counted(counts: Mapping[str, int]) -> list[str]:
    return [
        ngettext("%(n)s request came in", "%(n)s requests came in", counts["opened"]) % {"n": counts["opened"]},
        ngettext("%(n)s was settled", "%(n)s were settled", counts["solved"]) % {"n": counts["solved"]},
        ngettext("%(n)s is late now", "%(n)s are late now", counts["late"]) % {"n": counts["late"]},
    ]


def _published(held: Subscription, row: Mapping[str, Any]) -> str:
    return f"- {row['title']}\n  {held.site}{reverse('board-item', args=[row['number']])}"


def _query(wanted: BoardFilter) -> str:
    parts = [f"{name}={pk}" for name, pk in (("grid", wanted.grid), ("category", wanted.category)) if pk]
    return "?" + "&".join(parts) if parts else ""


def _ending(held: Subscription) -> str:
    told = _("To end these letters: %(link)s") % {"link": watch_link(held)}
    return f"-- \n{told}\n" + _("Nobody is told whether you read them.")


def _number(town: Town, reporter_id: int | None) -> str:
    rows = Reporter.objects.for_system("a letter to who follows", town).filter(pk=reporter_id or 0)
    return spoken(rows.values_list("case__number", flat=True).first() or "")


def monday_before(now: datetime) -> datetime:
    """The beginning of this week in the town's time."""
    local = timezone.localtime(now)
    return (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
