"""How a case ended, in a sentence, and what an end leaves to be done."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.ui import words

Row = dict[str, Any]


def ended(page: Mapping[str, Any]) -> tuple[str, str]:
    """(how the case of a page ended, what is left); the second is empty where nothing has to be said of it."""
    at = words.when(page["closed_at"])
    last = next((row for row in reversed(page["timeline"]) if row.get("moved")), None)
    if page["outcome"] != "withdrawn" or last is None:
        return _("%(step)s, %(at)s.") % {"step": page["step_name"], "at": at}, ""
    said = next((text["body"] for text in last["texts"] if text["field"] == "reason"), "")
    told = {"who": _who(page, last), "at": at, "words": said}
    if said:
        return _("%(who)s withdrew it, %(at)s: “%(words)s”") % told, _left(page)
    return _("%(who)s withdrew it, %(at)s, and gave no reason.") % told, _left(page)


def _who(page: Mapping[str, Any], last: Row) -> str:
    """Who withdrew it: the resident, by the name that a list may show."""
    name = next((person["name"] for person in page["people"] if person["first"]), "")
    return f"{last['by']} {name}" if name else str(last["by"])


def _left(page: Mapping[str, Any]) -> str:
    """What somebody still has to see to: what was asked of others has ended with the case, who joined it waits."""
    if waiting := page["affected"]:
        others = ngettext(
            "The clock has stopped. Still to be done: tell %(n)s other person who has the same trouble.",
            "The clock has stopped. Still to be done: tell %(n)s other people who have the same trouble.",
            waiting,
        )
        return others % {"n": waiting}
    return _("The clock has stopped and nothing more is owed. If there is danger all the same, register it anew.")
