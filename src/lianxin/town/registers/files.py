"""A town's set-up as one file: written out whole, read back with every fault told before anything stays.

The file is YAML: `town` with what is said of the town, then each register by its key as a list of rows. A row is found
by its key (a holiday by its date); a row that is not named stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from lianxin.keys.cache import forget
from lianxin.ledger.rows import plain
from lianxin.town.registers.fields import Wrong
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import NotKept, Register, as_file, change, enter, read_file
from lianxin.town.registers.town import FIELDS, change_town, load_field, stands

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor


IN_FILES = {key: register for key, register in REGISTERS.items() if register.by}


@dataclass(slots=True)
class Loaded:
    """What loading a file did, or would do: by register how many rows were added, changed and left; the faults."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    same: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def count(self, what: dict[str, int], key: str) -> None:
        """One more."""
        what[key] = what.get(key, 0) + 1


def whole(town: Town) -> dict[str, Any]:
    """The set-up of a town as a file says it."""
    said = stands(town)
    about = {each.column: each.dump(town, said[each.column]) for each in FIELDS}
    told: dict[str, Any] = {"town": {name: value for name, value in about.items() if value not in ("", None, "None")}}
    return told | {key: as_file(register, town) for key, register in IN_FILES.items()}


def written(town: Town) -> str:
    """The set-up of a town as YAML."""
    return yaml.safe_dump(whole(town), allow_unicode=True, sort_keys=False, width=120)


def load(town: Town, source: str, *, actor: Actor, now: datetime, preview: bool = False) -> Loaded:
    """Bring a town to what a file says, or tell all its faults and change nothing; `preview` changes nothing anyhow."""
    try:
        said = yaml.safe_load(source)
    except yaml.YAMLError as error:
        return Loaded(faults=[_("This is not YAML: %(why)s") % {"why": " ".join(str(error).split())[:200]}])
    if not isinstance(said, Mapping):
        return Loaded(faults=[_("The file names no registers.")])
    return bring(town, said, actor=actor, now=now, preview=preview)


def bring(town: Town, said: Mapping[Any, Any], *, actor: Actor, now: datetime, preview: bool = False) -> Loaded:
    """The same from what a file or a program says, once it is read."""
    loaded = Loaded()
    with transaction.atomic():
        _Loading(town, actor, now, loaded).all(said)
        if loaded.faults or preview:
            transaction.set_rollback(True)
    forget(town)  # what was remembered of rows that do not stay
    return loaded


@dataclass(slots=True)
class _Loading:
    """A file being brought in: every row goes through the register's own way in."""

    town: Town
    actor: Actor
    now: datetime
    loaded: Loaded

    def all(self, said: Mapping[Any, Any]) -> None:
        for name in said:
            if name not in {"town", *IN_FILES}:
                self.fault(str(name), _("There is no such register."))
        self.about(said.get("town", {}))
        for key, register in IN_FILES.items():
            self.rows(register, said.get(key, []))

    def fault(self, where: str, said: str) -> None:
        self.loaded.faults.append(f"{where}: {said}")

    def about(self, said: Any) -> None:
        if not isinstance(said, Mapping):
            return self.fault("town", _("This is not a mapping."))
        facts: dict[str, Any] = {}
        for name, raw in said.items():
            try:
                facts[name] = load_field(self.town, name, raw)
            except Wrong as wrong:
                self.fault(f"town.{name}", wrong.said)
        if facts and not self.loaded.faults:
            done = change_town(self.town, facts, actor=self.actor, now=self.now)
            self.loaded.count(self.loaded.changed if done else self.loaded.same, "town")
        return None

    def rows(self, register: Register, rows: Any) -> None:
        if not isinstance(rows, list):
            return self.fault(register.key, _("This is not a list."))
        held = {str(plain(row)[register.by]): row for row in register.rows(self.town)}
        for at, data in enumerate(rows, start=1):
            if isinstance(data, Mapping):
                self.row(register, held, data, f"{register.key}[{at}]")
            else:
                self.fault(f"{register.key}[{at}]", _("This is not a mapping."))
        return None

    def row(self, register: Register, held: dict[str, Any], data: Mapping[str, Any], where: str) -> None:
        row = held.get(str(data.get(register.by, "")))
        reading = read_file(register, self.town, data, row)
        try:
            if row is None:
                made = enter(register, reading, actor=self.actor, now=self.now)
                held[str(plain(made)[register.by])] = made
                self.loaded.count(self.loaded.added, register.key)
            else:
                done = change(register, row, reading, actor=self.actor, now=self.now)
                self.loaded.count(self.loaded.changed if done else self.loaded.same, register.key)
        except NotKept as refused:
            for name, said in refused.faults.items():
                field = register.named(name)
                self.fault(f"{where}.{field.file if field else name}" if name else where, said)
