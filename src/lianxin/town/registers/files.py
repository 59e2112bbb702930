"""A town's set-up as one file: written out whole, read back with every fault told before anything stays.

The file is YAML: `town` with what is said of the town, then each register by its key as a list of rows, then the texts
that are published. A row is found by its key (a holiday by its date, a rule by what it is for); a row that is not named
stays as it is, unless `only` names its register.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.keys.cache import forget
from lianxin.ledger.rows import plain
from lianxin.town.registers.desk import REPLIES, ROUTES
from lianxin.town.registers.faults import in_words
from lianxin.town.registers.fields import Field, Wrong
from lianxin.town.registers.known import REGISTERS, ROLES
from lianxin.town.registers.published import QUESTIONS, WORKFLOWS, Published, Unsound
from lianxin.town.registers.register import NotKept, Reading, Register, as_file, change, enter, read_file, take_away
from lianxin.town.registers.town import FIELDS, change_town, load_field, stands
from lianxin.workflow.definition import Fault
from lianxin.workflow.definition.source import Source
from lianxin.workflow.definition.source import load as read_yaml

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor


IN_FILES: Final[Mapping[str, Register]] = {
    **{key: register for key, register in REGISTERS.items() if register.by}, ROUTES.key: ROUTES, REPLIES.key: REPLIES,
}  # fmt: skip
TEXTS: Final[Mapping[str, Published]] = {each.key: each for each in (QUESTIONS, WORKFLOWS)}
PARTS: Final = ("town", *IN_FILES, *TEXTS)
# What others name comes first: kinds are named by roles and limits, roles by units, categories by rules and texts.
ORDER: Final = ("workflows", "roles", *(key for key in IN_FILES if key not in {"roles", "routes", "replies"}),
                "questions", "routes", "replies")  # fmt: skip
ONLY: Final = "only"  # the registers of which a file names every row that is to stand
WHOLE: Final = (ROUTES.key,)  # those that a file written here names whole: one rule more, and cases go elsewhere

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SetupFault:
    """What is wrong at a place of the file; `line` is 0 where it was not read from text."""

    place: str
    said: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {self.said}" if self.place else self.said


@dataclass(slots=True)
class Loaded:
    """What loading a file did, or would do: by part how many rows were added, changed, taken away, left; the faults.

    `names`: of what was `added`, `changed` and `gone`, what each row is called, and what its fields were and became.
    """

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    same: dict[str, int] = field(default_factory=dict)
    faults: list[SetupFault] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)

    def count(self, what: str, key: str, title: str = "", fields: Iterable[tuple[str, str, str]] = ()) -> None:
        """One more row of a part: `what` became of it, what it is called, what its fields were and became."""
        of_part = getattr(self, what)
        of_part[key] = of_part.get(key, 0) + 1
        said = _("; ").join(f"{label} {was or _('empty')} → {now or _('empty')}" for label, was, now in fields)
        named = _(" · ").join(filter(None, (part_name(key), title)))
        told = _("%(name)s: %(what)s") % {"name": named, "what": said} if said else named
        self.names.setdefault(what, []).append(told)


def part_name(key: str) -> str:
    """What a part of the file is called."""
    if key in REGISTERS:
        return REGISTERS[key].name()
    return {
        "town": pgettext("set-up", "The town"), "routes": pgettext("set-up", "Rules of dispatch"),
        "replies": pgettext("set-up", "Reply texts"), "workflows": pgettext("set-up", "Kinds of case"),
        "questions": pgettext("set-up", "Questions of categories"),
    }[key]  # fmt: skip


def whole(town: Town) -> dict[str, Any]:
    """The set-up of a town as a file says it."""
    said = stands(town)
    about = {each.column: each.dump(town, said[each.column]) for each in FIELDS}
    told: dict[str, Any] = {"town": {name: value for name, value in about.items() if value not in ("", None, "None")}}
    told |= {key: as_file(register, town) for key, register in IN_FILES.items()}
    return {ONLY: list(WHOLE), **told, **{key: each.as_file(town) for key, each in TEXTS.items()}}


class _Writer(yaml.SafeDumper):
    """Texts of several lines as they are written, and nothing by reference."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_Writer.add_representer(
    str,
    lambda writer, text: writer.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)  # fmt: skip


def written(town: Town) -> str:
    """The set-up of a town as YAML."""
    return yaml.dump(whole(town), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=120)


def load(town: Town, source: str, *, actor: Actor, now: datetime, preview: bool = False, why: str = "") -> Loaded:
    """Bring a town to what a file says, or tell all its faults and change nothing; `preview` changes nothing anyhow.

    `why` stands in the history of whatever changes.
    """
    read = read_yaml(source.removeprefix("\ufeff"))
    if read.faults:
        return Loaded(faults=[SetupFault("", in_words(fault.message), fault.line) for fault in read.faults])
    return _bring(town, read, source.splitlines(), actor=actor, now=now, preview=preview, why=why)


def bring(
    town: Town, said: Mapping[Any, Any], *, actor: Actor, now: datetime, preview: bool = False, why: str = ""
) -> Loaded:
    """The same from what a program says."""
    return _bring(town, Source(said), [], actor=actor, now=now, preview=preview, why=why)


def _bring(town: Town, read: Source, text: list[str], *, preview: bool, **signed: Any) -> Loaded:
    if not isinstance(read.data, Mapping):
        return Loaded(faults=[SetupFault("", _("The file names no registers."))])
    loading = _Loading(town, signed, read, text)
    with transaction.atomic():
        loading.all(read.data)
        if loading.loaded.faults or preview:
            transaction.set_rollback(True)
    forget(town)  # what was remembered of rows that do not stay
    loading.loaded.faults.sort(key=lambda fault: fault.line)
    return loading.loaded


@dataclass(slots=True)
class _Loading:
    """A file being brought in: every row goes through the register's own way in. `signed`: actor, now, why."""

    town: Town
    signed: Mapping[str, Any]
    read: Source
    text: list[str]
    loaded: Loaded = field(default_factory=Loaded)
    entered: set[tuple[str, int]] = field(default_factory=set)

    def all(self, said: Mapping[Any, Any]) -> None:
        for name in said:
            if name not in {ONLY, *PARTS}:
                self.fault((str(name),), _("There is no such register."))
        only = self.only(said.get(ONLY) or [])
        self.roles_first(said)
        for key in ORDER:
            if key in IN_FILES:
                self.rows(IN_FILES[key], said.get(key, []), only=key in only)
            else:
                self.texts(TEXTS[key], said.get(key, []))
        self.about(said.get("town", {}))

    def fault(self, where: Where, said: str, line: int = 0) -> None:
        self.loaded.faults.append(SetupFault(_place(where), said, line or self.read.line(where)))

    def only(self, named: Any) -> list[str]:
        """The registers of which the file names every row."""
        known = [key for key, register in IN_FILES.items() if register.drops]
        if not isinstance(named, list) or any(each not in known for each in named):
            self.fault((ONLY,), _("One of: %(names)s.") % {"names": ", ".join(known)})
            return []
        return named

    def about(self, said: Any) -> None:
        if not isinstance(said, Mapping):
            return self.fault(("town",), _("This is not a mapping."))
        facts: dict[str, Any] = {}
        for name, raw in said.items():
            try:
                facts[name] = load_field(self.town, name, raw)
            except Wrong as wrong:
                self.fault(("town", name), wrong.said)
        if facts and not self.loaded.faults:
            before = stands(self.town)
            try:
                done = change_town(self.town, facts, **self.signed)
            except NotKept as refused:
                for name, told in refused.faults.items():
                    self.fault(("town", name), told)
                return None
            differ = _differences(FIELDS, self.town, before, facts, done)
            self.loaded.count("changed" if done else "same", "town", "", differ)
        return None

    def roles_first(self, said: Mapping[Any, Any]) -> None:
        """Roles that a workflow of the file may name stand before it; the confidential kinds they see come after."""
        rows, held = said.get(ROLES.key), {row.key for row in ROLES.rows(self.town)}
        for data in rows if isinstance(rows, list) and said.get(WORKFLOWS.key) else []:
            if isinstance(data, Mapping) and str(data.get("key")) not in held:
                bare = {name: value for name, value in data.items() if name != "confidential"}
                self.kept(ROLES, None, read_file(ROLES, self.town, bare))

    def rows(self, register: Register, rows: Any, *, only: bool) -> None:
        """The rows of a register; one that names another of them waits until that one stands."""
        if not isinstance(rows, list):
            return self.fault((register.key,), _("This is not a list."))
        held: dict[Any, list[Any]] = {}
        for row in register.rows(self.town):
            held.setdefault(_mark(register, plain(row)), []).append(row)
        before = list(register.rows(self.town)) if only else []
        met: set[int] = set()
        waiting = [(at, data) for at, data in enumerate(rows) if self.is_mapping((register.key, at), data)]
        while waiting:
            refused = [(at, data, faults) for at, data in waiting if (faults := self.row(register, held, met, data))]
            if len(refused) == len(waiting):
                self.refuse(register, refused)
                break
            waiting = [(at, data) for at, data, _faults in refused]
        for row in before:
            if row.pk not in met:
                title = register.title(self.town, row)
                take_away(register, row, **self.signed)
                self.loaded.count("gone", register.key, title)
        return None

    def is_mapping(self, where: Where, data: Any) -> bool:
        if not isinstance(data, Mapping):
            self.fault(where, _("This is not a mapping."))
        return isinstance(data, Mapping)

    def row(
        self, register: Register, held: dict[Any, list[Any]], met: set[int], data: Mapping[str, Any]
    ) -> dict[str, str]:
        """Bring one row in; what is wrong with it, by column."""
        data = register.whole(data)
        mark = _mark_of(register, self.town, data)
        row = next((row for row in held.get(mark, ()) if register.by or row.pk not in met), None)
        faults, kept = self.kept(register, row, read_file(register, self.town, data, row))
        if kept is not None:
            met.add(kept.pk)
            if row is None:
                held.setdefault(_mark(register, plain(kept)), []).append(kept)
        return faults

    def kept(self, register: Register, row: Any, reading: Reading) -> tuple[dict[str, str], Any]:
        """Enter or change a row and count it; what is wrong, and the row that stands."""
        try:
            if row is None:
                row = enter(register, reading, **self.signed)
                self.entered.add((register.key, row.pk))
                self.loaded.count("added", register.key, register.title(self.town, row))
            else:
                before, title = plain(row), register.title(self.town, row)
                done = change(register, row, reading, **self.signed)
                if (register.key, row.pk) not in self.entered:
                    told = _differences(register.fields, self.town, before, plain(row), done)
                    self.loaded.count("changed" if done else "same", register.key, title, told)
        except NotKept as refused:
            return refused.faults, None
        return {}, row

    def refuse(self, register: Register, refused: list[tuple[int, Mapping[str, Any], dict[str, str]]]) -> None:
        for at, _data, faults in refused:
            for name, said in faults.items():
                column = register.named(name)
                self.fault((register.key, at, *([column.file if column else name] if name else [])), said)

    def texts(self, part: Published, rows: Any) -> None:
        """Texts that are published; what is wrong in one is told by its own line."""
        if not isinstance(rows, list):
            return self.fault((part.key,), _("This is not a list."))
        for at, data in enumerate(rows):
            if not self.is_mapping((part.key, at), data):
                continue
            try:
                done = part.bring(data, **self.signed)
                self.loaded.count(done, part.key, str(data[part.by]))
            except Unsound as bad:
                for name, said in bad.faults.items():
                    self.fault((part.key, at, name), said)
                self.loaded.faults += self.lines((part.key, at, "source"), bad.lines)
        return None

    def lines(self, where: Where, faults: Sequence[Fault]) -> list[SetupFault]:
        """Faults of a text inside the file: its lines are the file's where it is written as a block."""
        first = self.read.line(where)
        head = self.text[first - 1].rstrip() if 0 < first <= len(self.text) else ""
        block = head.endswith(("|", "|-", "|+"))
        return [
            SetupFault(
                _place(where) if block or not each.line else f"{_place(where)}.{each.line}",
                in_words(each.message),
                first + each.line if block else first,
            )
            for each in faults
        ]


def _differences(
    fields: Iterable[Field], town: Town, before: Mapping[str, Any], after: Mapping[str, Any], changed: Collection[str]
) -> list[tuple[str, str, str]]:
    """Label, what it was and what it became, of the fields that changed and have a label."""
    told = ((each, each.label()) for each in fields if each.column in changed)
    return [
        (label, each.said(town, before[each.column]), each.said(town, after[each.column]))
        for each, label in told
        if label
    ]


def _place(where: Where) -> str:
    """A place of the file as people name it: units[2].desk_of, the first row being 1."""
    told = ""
    for part in where:
        told += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if told else part
    return told


def _mark(register: Register, stands: Mapping[str, Any]) -> Any:
    """By what a file finds a row."""
    return str(stands[register.by]) if register.by else tuple(stands[name] for name in register.alike)


def _mark_of(register: Register, town: Town, data: Mapping[str, Any]) -> Any:
    """By what a row of a file finds the row that stands; None where it cannot be read."""
    if register.by:
        return str(data.get(register.by, ""))
    stands, named = plain(register.model(town=town)), {each.column: each for each in register.fields}
    try:
        told = [named[name] for name in register.alike if named[name].file in data]
        loaded = {each.column: each.load(town, data[each.file]) for each in told}
    except Wrong:
        return None
    return _mark(register, {**stands, **loaded})
