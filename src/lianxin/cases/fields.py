"""The fields of a transition as a page shows them: label, control, what may be picked, what is likely."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, ReplyText
from lianxin.cases.pickers import options_of
from lianxin.cases.queries.replies import replies_for
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.words import said
from lianxin.people.actors import Actor
from lianxin.ui import words
from lianxin.workflow.definition import FIELDS, FieldSpec, Transition

LONGEST_TEXT = 4000
_CONTROLS = {"datetime": "datetime-local", "holder": "select", "units": "checks", "category": "select",
             "grid": "select", "clause": "radio", "choice": "radio", "case": "text"}  # fmt: skip


def fields_for(
    transition: Transition, actor: Actor, case: Case | None, *, now: datetime | None = None
) -> list[dict[str, Any]]:
    """The fields of a transition to be shown: name, label, type (FIELDS), control (ui.field's type), required,
    options [{value, text, hint}], value (what is likely), hint, most (longest text), replies (texts to pick), of (the
    number of the case).
    """
    moment = now or timezone.now()
    return [_field(FIELDS[key], transition, actor, case, moment) for key in (*transition.needs, *transition.takes)]


def _field(spec: FieldSpec, transition: Transition, actor: Actor, case: Case | None, now: datetime) -> dict[str, Any]:
    control = ("textarea" if spec.long else "text") if spec.type == "text" else _CONTROLS.get(spec.type, spec.type)
    options, value = options_of(spec, actor, case, now=now)
    if spec.type == "rating":
        options = [each for each in options if int(each["value"]) in stars_of(transition, actor, case)]
    return {
        "name": spec.key,
        "label": said(spec.name),
        "type": spec.type,
        "control": control,
        "required": spec.key in transition.needs,
        "options": options,
        "value": value,
        "hint": _hint(spec, transition, case),
        "most": LONGEST_TEXT if spec.type == "text" else 0,
        "replies": _replies(spec, actor, case),
        "of": case.number if case is not None else "",
    }


def stars_of(transition: Transition, actor: Actor, case: Case | None) -> range:
    """The ratings a transition takes."""
    if case is None:
        return range(1, 6)
    return workflow_by_id(actor.town, case.workflow_id).stars(case.step, transition)


def _replies(spec: FieldSpec, actor: Actor, case: Case | None) -> list[dict[str, str]]:
    """The reply texts that may be picked for a field, where it is one of those that have some."""
    if case is None or not actor.is_staff or spec.key not in ReplyText.Field.values:
        return []
    fit = [row for row in replies_for(actor, case) if row.field == spec.key]
    return [{"value": f"{spec.key}:{row.pk}", "text": row.name} for row in fit]


def _hint(spec: FieldSpec, transition: Transition, case: Case | None) -> str:
    if spec.key == "until" and case is not None and case.due_at is not None and _moves_date(transition):
        return _("The limit now: %(at)s.") % {"at": words.when(case.due_at)}
    if spec.key == "answer":
        return _("The resident reads this, and everybody once it is published: leave names and telephone numbers out.")
    if spec.key == "note" and "answer" in transition.needs:
        return _("For colleagues alone.")
    if spec.key == "case":
        return _("The number of the case that goes on, like LX 4821 7350.")
    return ""


def _moves_date(transition: Transition) -> bool:
    """Whether it asks for another limit of the case, or grants it."""
    asked = transition.effect("ask")
    wants = asked is not None and asked.args.get("what") == "extension"
    return wants or transition.effect("extend") is not None
