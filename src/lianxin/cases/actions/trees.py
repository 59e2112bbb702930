"""A whole tree of categories into the town: what is missing is added, what the town has stays as the town has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.models import Category
from lianxin.keys.cache import bump
from lianxin.ledger.rows import add_row, change_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town

HIGHEST_ORDER = 32_000  # of a small column


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A group or a leaf as a file has it; groups come before what is below them. None where the file says nothing."""

    row: int
    key: str
    name: str
    parent: str = ""  # the key of its group
    code: str | None = None
    name_en: str | None = None
    limits: Mapping[str, str] | None = None
    line: str | None = None
    urgency: str | None = None
    words: Sequence[str] | None = None
    order: int | None = None
    active: bool | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The columns a row says something of."""
        limits = None if self.limits is None else dict(self.limits)
        told = {
            "name": self.name, "code": self.code, "name_en": self.name_en, "limits": limits, "line": self.line,
            "urgency": self.urgency, "words": None if self.words is None else list(self.words), "order": self.order,
            "active": self.active,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}


@dataclass(slots=True)
class Treed:
    """What an import of a tree did or would do; `kept`: categories that the town has otherwise, left as they are."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    kept: int = 0


def foresee_categories(town: Town, rows: Sequence[CategoryRow], *, overwrite: bool) -> Treed:
    """What `import_categories` would do with these rows now; writes nothing."""
    done = Treed()
    for _each in _settled(town, rows, done, overwrite=overwrite):
        pass
    return done


@transaction.atomic
def import_categories(rows: Sequence[CategoryRow], *, overwrite: bool, actor: Any, now: datetime) -> Treed:
    """Add the categories of a tree that the town lacks, all or none; those it has are changed only if `overwrite`.

    Every row added or changed leaves an entry. None is removed, nor given to another group. Raises PermissionDenied.
    """
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    town, done = actor.town, Treed()
    for category, facts in _settled(town, rows, done, overwrite=overwrite):
        if facts is None:
            add_row(category, "category", actor=actor, now=now)
        else:
            change_row(category, "category", facts, actor=actor, now=now)
    if done.added or done.changed:
        bump(town)
    return done


def _settled(
    town: Town, rows: Sequence[CategoryRow], done: Treed, *, overwrite: bool
) -> Iterator[tuple[Category, dict[str, Any] | None]]:
    """New categories, and standing ones with what is to be changed of them; the rest is counted."""
    held = {row.key: row for row in Category.objects.for_system("import", town)}
    order = max((row.order for row in held.values()), default=0)
    for row in rows:
        word = f"{row.code} {row.name}" if row.code else row.name
        category = held.get(row.key)
        if category is None:
            order = min(order + 1, HIGHEST_ORDER)
            category = held[row.key] = _made(town, row, held.get(row.parent), order)
            done.added.append(word)
            yield category, None
        elif not (facts := _differs(category, row)):
            done.same += 1
        elif overwrite:
            done.changed.append(word)
            yield category, facts
        else:
            done.kept += 1


def _made(town: Town, row: CategoryRow, parent: Category | None, order: int) -> Category:
    return Category(town=town, key=row.key, parent=parent, **{"order": order, **row.said})


def _differs(category: Category, row: CategoryRow) -> dict[str, Any]:
    """What a row says otherwise of a category; what it does not say stays."""
    facts = row.said
    if row.limits is not None:
        facts["limits"] = {**category.limits, **row.limits}
    return {name: value for name, value in facts.items() if getattr(category, name) != value}
