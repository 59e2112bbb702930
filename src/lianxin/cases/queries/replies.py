"""Reply texts (答复模板): those an actor may pick for a case, those they may keep, and one filled in for a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, ReplyText, Reporter
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.cases.replies import filled
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.ui import words


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
        "town": actor.town.name,
        "me": actor.name,
    }
    return filled(row.body, values)


def called(name: str) -> str:
    """How a resident is addressed: by the surname alone."""
    return _("Mr or Ms %(surname)s") % {"surname": name.strip()[0]} if name.strip() else _("resident")
