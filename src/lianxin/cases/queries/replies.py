"""Reply texts (答复模板): those an actor may pick for a case, those they may keep, and one filled in for a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, ReplyText, Reporter
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.cases.replies import VARIABLES, filled
from lianxin.cases.words import said
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import Change, past_of, reason_of
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.ui import words
from lianxin.workflow.definition import FIELDS, PHASE_NAMES

KIND = "reply"  # its word in the ledger


def every_reply(town: Town) -> Mapping[int, ReplyText]:
    """All reply texts in use, by id, in the order of their names."""

    def build() -> Mapping[int, ReplyText]:
        rows = ReplyText.objects.for_system("reply texts", town).filter(active=True).order_by("name", "id")
        return {row.pk: row for row in rows}

    return cached(town, "reply texts", build)


def replies_for(actor: Actor, case: Case) -> list[ReplyText]:
    """The texts that fit a case where it stands: of the town and of the actor's unit, the most particular first."""
    flow = workflow_by_id(actor.town, case.workflow_id)
    phase, line = flow.phase_of(case.step), _line(actor.town, case.category_id)
    found = [
        row for row in every_reply(actor.town).values()
        if row.unit_id in (None, actor.unit_id) and row.phase in ("", phase) and row.category_id in (None, *line)
    ]  # fmt: skip
    return sorted(found, key=lambda row: (line.index(row.category_id) if row.category_id else len(line), not row.phase))


def _line(town: Town, category_id: int | None) -> list[int]:
    """A category and those above it."""
    every, line = categories(town), []
    row = every.get(category_id or 0)
    while row is not None:
        line.append(row.pk)
        row = every.get(row.parent_id or 0)
    return line


def kept_by(actor: Actor, *, ended: bool = False) -> list[ReplyText]:
    """The texts of the town and of the actor's unit, those in use or those that have ended."""
    rows = ReplyText.objects.for_system("reply texts: of the town and one's unit", actor.town)
    mine = rows.filter(Q(unit_id=None) | Q(unit_id=actor.unit_id), active=not ended)
    return list(mine.order_by("name", "id"))


def variables() -> list[str]:
    """The variables a text may hold, as they are written in the reader's language."""
    return [f"{{{said({'zh': name, 'en': key})}}}" for key, name in VARIABLES.items()]


def labels() -> dict[str, str]:
    """What the columns of a text are called."""
    return {
        "name": _("Name of the text"), "body": _("Text"), "field": _("For the field"), "category_id": _("Category"),
        "phase": _("Step"), "unit_id": _("For whom"), "active": _("Is offered"),
    }  # fmt: skip


def told(town: Town, column: str, value: Any) -> str:
    """The value of a column in words."""
    if column == "field":
        return said(FIELDS[value].name)
    if column == "phase":
        return said(PHASE_NAMES[value]) if value else _("Every step")
    if column == "category_id":
        category = categories(town).get(value or 0)
        return category_name(category, whole=True, town=town) if category else _("Every category")
    if column == "unit_id":
        unit = units(town).get(value or 0)
        return unit_name(unit) if unit else _("The whole town")
    if column == "active":
        return _("yes") if value else _("no")
    return str(value)


def reply_changes(town: Town, row: ReplyText) -> list[Change]:
    """The history of a text, the newest first: of each column that changed what it was and became."""
    return [_change(town, entry) for entry in reversed(past_of(town, KIND, row.pk))]


def _change(town: Town, entry: Entry) -> Change:
    sides = [{c: told(town, c, value) for c, value in entry.data.get(side, {}).items()} for side in ("was", "now")]
    was, now = sides
    fields = ((label, was.get(c, ""), now[c]) for c, label in labels().items() if c in now)
    return Change(entry, tuple(fields), reason_of(entry))


def may_keep(actor: Actor, unit_id: int | None) -> bool:
    """Whether the actor may write the texts of a unit (their own), or (None) the town's (who sets the town up)."""
    if not actor.is_staff:
        return False
    return actor.can("configure") if unit_id is None else unit_id == actor.unit_id


def reply_in(actor: Actor, case: Case, row: ReplyText, *, now: datetime) -> str:
    """A text with the case's own number, place, date … filled in. The reporter's surname stands for the name."""
    first = Reporter.objects.for_system("reply text", actor.town).filter(case_id=case.pk, first=True).first()
    category, unit = categories(actor.town).get(case.category_id or 0), units(actor.town).get(case.unit_id or 0)
    values: dict[str, Any] = {
        "number": spoken(case.number),
        "title": case.title,
        "category": category_name(category) if category else "",
        "place": case.address or grid_name(actor.town, case.grid_id),
        "unit": unit_name(unit) if unit else "",
        "due": words.when(case.due_at) if case.due_at else "",
        "reporter": called(first.name if first else ""),
        "today": words.day(now),
        "town": words.name_of(actor.town),
        "me": actor.name,
    }
    return filled(row.body, values)


def called(name: str) -> str:
    """How a resident is addressed: by the surname alone."""
    return _("Mr or Ms %(surname)s") % {"surname": name.strip()[0]} if name.strip() else _("resident")
