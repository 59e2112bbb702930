"""How long it takes (办理时限), for everybody to read: step by step, matter by matter, and what if it is late."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from lianxin.cases.queries.clockface import limit_words
from lianxin.cases.queries.promised import promises
from lianxin.cases.views.public.pages import TownRequest, nav
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.workflow.clock import OFFICE
from lianxin.workflow.definition import Step


@require_safe
def limits(request: TownRequest) -> HttpResponse:
    """The limits as they are now; whoever asked before keeps those of their day."""
    found = promises(request.town)
    by_sort = {step.key for step in found.by_sort}
    context = {
        "nav": nav(), "heads": [said(step.name) for step in found.by_sort],
        "steps": [
            {"name": said(step.name), "limit": limit_words(step.within) if step.within else "", "late": _late(step),
             "varies": step.key in by_sort}
            for step in found.steps
        ],
        "groups": [
            {"name": group.name,
             "rows": [(name, [limit_words(limit) if limit else "" for limit in told]) for name, told in group.sorts]}
            for group in found.groups
        ],
        "week": _week(request.town),
    }  # fmt: skip
    return render(request, "cases/public/limits.html", context)


def _late(step: Step) -> str:
    """What happens by itself when a step's limit passes."""
    if step.who == "reporter":
        return _("If you say nothing, it is taken as settled; you can still say later that it is not.")
    if step.on_late:
        return _("If late: it moves up one level by itself, supervisors are told, and it counts against the unit.")
    return _("If late: it counts against the unit.")


def _week(town: Town) -> list[tuple[str, str]]:
    """The town's working week: days that have the same hours in one line, days that follow one another from – to."""
    office = [[f"{opens:%H:%M}", f"{shuts:%H:%M}"] for opens, shuts in OFFICE]
    told = town.settings.get("hours") or {str(day): office for day in range(5)}
    lines: dict[str, list[int]] = {}
    for day in range(7):
        if hours := told.get(str(day)):
            lines.setdefault(_(", ").join(f"{opens}–{shuts}" for opens, shuts in hours), []).append(day)
    return [(_days(days), hours) for hours, days in lines.items()]


def _days(days: list[int]) -> str:
    names = [str(WEEKDAYS[day]) for day in days]
    if len(days) > 2 and days == [*range(days[0], days[-1] + 1)]:
        return pgettext("days of the week", "%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return _(", ").join(names)
