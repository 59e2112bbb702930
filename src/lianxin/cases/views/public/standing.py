"""What a resident wants to know of a request at any moment: who has it, until when, what if they are late, and the way
on for whoever does not agree. Only ways that the case's workflow really has are named.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.models import Case
from lianxin.keys.models import Town
from lianxin.ui import words
from lianxin.workflow.definition import Step

Facts = list[tuple[str, str]]


def standing_of(
    town: Town, case: Case, step: Step, progress: Mapping[str, Any], *, may: Collection[str], now: datetime
) -> Facts:
    """Pairs of a question and its answer, for the state the case is in. `may`: the acts open to the reader, now or,
    while the case is under way, at a later step.
    """
    paused = progress["light"] == "paused"
    objection = _objection(step, may, paused=paused)
    way_on: Facts = [(_("If you do not agree"), objection)] if objection else []
    if step.end:
        return way_on
    yours = step.who == "reporter"
    until = progress["due"]
    if not paused and until:
        until = _("%(due)s (%(left)s)") % {"due": until, "left": words.left(case.due_at, now)}
    facts = [(_("Who has it now"), _("You: it waits for your word") if yours else progress["unit"])]
    if until:
        facts.append((_("Looked at again") if paused else pgettext("resident", "Until"), until))
    if late := _if_late(town, step, progress["light"], may):
        facts.append((_("If they are late") if not yours else _("If you say nothing"), late))
    return facts + way_on


def _if_late(town: Town, step: Step, light: str, may: Collection[str]) -> str:
    if light == "paused":
        return ""
    if step.who == "reporter":
        return _("It is taken as settled; you can still say later that it is not.") if "not_solved" in may else ""
    call = _(" You may also call %(phone)s.") % {"phone": town.phone} if town.phone else ""
    if light == "late":
        return _("It is overdue: supervisors have been told, and it counts against the unit.") + call
    told = _("It goes up one level by itself and counts against the unit.") if step.on_late else ""
    press = _(" You may ask for an answer below.") if "remind" in may else ""
    return (told or _("It counts against the unit.")) + press + call


def _objection(step: Step, may: Collection[str], *, paused: bool) -> str:
    """How to object, as far as the reader may."""
    if step.end:
        return _when_ended(step, may)
    if paused:
        return _("Say so below with “Add words”; supervisors see it.") if "add" in may else ""
    refused = _("If it is not taken up, the reason is given here and you may appeal: another person decides.")
    rated = _("You rate the answer; if it is not good, it is handled again.")
    act, sentence = {
        "collect": ("appeal", refused),
        "triage": ("appeal", refused),
        "dispatch": ("dissatisfied", rated),
        "handle": ("dissatisfied", rated),
        "feedback": ("dissatisfied", _("Rate it as poor and say what is wrong: it is handled again.")),
        "review": ("not_solved", _("Once it is closed you may say that it is not solved: it is looked at again.")),
    }[step.phase]
    return sentence if act in may else ""


def _when_ended(step: Step, may: Collection[str]) -> str:
    unsolved = _("If it is not solved after all, say so below: it is looked at again from the beginning.")
    act, sentence = {
        "done": ("not_solved", unsolved),
        "refused": ("appeal", _("You may appeal below, once: another person decides than the one who refused.")),
    }.get(step.outcome, ("", ""))
    return sentence if act in may else ""
