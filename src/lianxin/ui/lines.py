"""Cases as the lines of a list, drawn in one piece: a clerk opens fifty of them hundreds of times a day."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from markupsafe import Markup

from lianxin.ui.cells import bar_in
from lianxin.ui.lights import light_in
from lianxin.ui.words import day, left_in, when

Line = Mapping[str, Any]


def line_words(line: Line, now: datetime | None = None, language: str | None = None) -> str:
    """What is said beside the light of a case: the time left, its state once it has ended."""
    if line["light"] == "done":
        return str(line["step_name"])
    if line["paused"]:
        return gettext("stopped until %(day)s") % {"day": day(line["due_at"], now)}
    if not line["due_at"]:
        return gettext("no date")
    said = left_in(language or get_language() or "", line["due_at"], now)
    return said + gettext(" (provisional)") if line["provisional"] else said


def case_lines(
    lines: Iterable[Line], label: str, unit: bool = True, due: bool = False, picks: str = ""
) -> Markup:
    """A list of cases, a line each. `unit`: say who has it; `due`: say when it was due, beside how long. `picks`: the
    id of a form to whose field `pick` each line gives its number when it is ticked.

    A line: href, title, number, category, grid, unit, person, urgent, duty_name, who, joined, cells, light, step_name,
    paused, provisional, due_at.
    """
    language, now = get_language() or "", timezone.now()  # asked once: each takes longer than a line's words
    drawn = "".join(_line(line, now, language, unit=unit, due=due, picks=picks) for line in lines)
    return Markup('<ul class="cases lines desk-rows{}{}" data-rows aria-label="{}">\n{}</ul>').format(
        " with-unit" if unit else "",
        " with-picks" if picks else "",
        label,
        Markup(drawn),  # noqa: S704 - each line escapes its own
    )


def due_words(line: Line) -> str:
    """When a case was or is due, to the minute; nothing where its clock stands or runs no more."""
    if not line["due_at"] or line["paused"] or line["light"] == "done":
        return ""
    return gettext("due %(at)s") % {"at": when(line["due_at"])}


def _pick(line: Line, form: str) -> str:
    """The box that chooses a case among others; a list may have a case twice, once for each duty."""
    return (
        f'<label class="pick"><input type="checkbox" name="pick" value="{escape(line["number"])}" form="{form}" '
        f'data-key="x" data-key-name="{escape(gettext("Tick or untick the row"))}" '
        f'aria-label="{escape(line["title"])}"></label>'
    )


def _line(line: Line, now: datetime, language: str, *, unit: bool, due: bool, picks: str) -> str:
    facts = [f'<span class="num">{escape(line["number"])}</span>']
    if line["grid"]:
        facts.append(f'<span class="where">{escape(line["grid"])}</span>')  # has its room before what follows
    if line["category"]:
        facts.append(f"<span>{escape(line['category'])}</span>")
    if unit and line["unit"]:
        facts.append(f"<span>{escape(line['unit'])}{' ' if line['person'] else ''}{escape(line['person'])}</span>")
    since = f'<span class="since num">{escape(due_words(line))}</span>' if due else ""
    bar = bar_in(language, line["cells"], "s", line["light"])
    light = light_in(language, line["light"], line_words(line, now, language))
    return (
        f'<li{_marks(line)}>{_pick(line, picks) if picks else ""}<div class="case">\n'
        f'<a class="title" href="{escape(line["href"])}">{escape(line["title"])}</a>\n'
        f'<span class="meta">{"".join(facts)}</span>\n<span class="tags">{_tags(line)}{since}</span>\n'
        f'<span class="end">{bar} {light}</span>\n</div></li>\n'
    )


def _marks(line: Line) -> str:
    """By what a script knows a row again, and sees that its case has changed."""
    key = line.get("duty_id") or line.get("id")
    return f' data-id="{key}" data-of="{escape(line["number"])}" data-version="{line["version"]}"' if key else ""


def _tags(line: Line) -> str:
    tags = []
    if line["urgent"]:
        tags.append(("late", line["urgent"]))
    if line["duty_name"]:
        tags.append(("teal", line["duty_name"]))
    if line["who"] == "reporter":
        tags.append(("", gettext("waits for the resident")))
    if line["joined"] > 1:
        people = ngettext("%(num)s person waits", "%(num)s people wait", line["joined"])
        tags.append(("", people % {"num": line["joined"]}))
    return " ".join(f'<span class="badge {tone}">{escape(text)}</span>' for tone, text in tags)
