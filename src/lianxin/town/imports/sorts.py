"""What a town's files may bring, each read and taken in the same two steps: look, which writes nothing, and take.

Page and command go through here, so that both tell the same faults and do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import PermissionDenied

from lianxin.cases.actions.trees import foresee_categories, import_categories
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, system
from lianxin.people.docking import foresee_lines, import_lines
from lianxin.people.micros import foresee_micros, import_micros
from lianxin.places.actions import foresee_grids, import_grids, ready_grids
from lianxin.places.datum import Datum
from lianxin.places.names import foresee_names, settle_names
from lianxin.places.sites.actions import foresee_sites, import_sites
from lianxin.town.imports import sites as site_tables
from lianxin.town.imports.categories import COLUMNS as OF_CATEGORIES
from lianxin.town.imports.categories import read_categories
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.grids import read_grid_file
from lianxin.town.imports.lines import TITLES as OF_LINES
from lianxin.town.imports.lines import read_lines
from lianxin.town.imports.micros import COLUMNS as OF_MICROS
from lianxin.town.imports.micros import read_micros
from lianxin.town.imports.names import COLUMNS as OF_NAMES
from lianxin.town.imports.names import read_names
from lianxin.town.imports.party import TABLES
from lianxin.town.imports.people import COLUMNS as OF_PEOPLE
from lianxin.town.imports.people import foresee_people, read_people, settle_people
from lianxin.town.imports.registered import foresee, read_rows, settle
from lianxin.town.imports.tables import open_table
from lianxin.town.registers.files import Loaded
from lianxin.town.registers.files import load as load_setup
from lianxin.town.registers.known import limit_words

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says beside the file. `datum`: empty for what the file says; `overwrite`: change what the town
    has as well; `language`: in which the faults are told.
    """

    datum: str = ""
    overwrite: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds: the sound rows, every fault and note, and what taking it in would do.

    `counts`: added, changed, same, and by sort left (not in the file, stays), kept (as the town has it), accounts, gone
    (taken away).
    """

    rows: Sequence[Any]
    faults: Sequence[RowFault]
    counts: Counts
    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    ready: Any = None
    gone: Sequence[str] = ()

    @property
    def grave(self) -> int:
        """Faults for which nothing is taken in."""
        return sum(fault.grave for fault in self.faults)

    @property
    def refused(self) -> int:
        """Rows that have such a fault."""
        return len({fault.row for fault in self.faults if fault.grave})


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of data: who may bring it, what files there are of it, how it is looked at and taken in."""

    key: str
    permission: str
    endings: tuple[str, ...]
    look: Callable[[Path, Town, Options, datetime], Looked]
    take: Callable[[Looked, Options, Actor, datetime], Counts] = field(repr=False)
    has_datum: bool = False
    word: str = "个"  # how Chinese counts them


def _empty(rows: Sequence[Any], faults: Sequence[RowFault]) -> list[RowFault]:
    """A table with its columns and nothing below them."""
    return [*faults] if rows or faults else [RowFault(0, "", "no_rows")]


# ---- grids -----------------------------------------------------------------------------------------


def _look_at_grids(path: Path, town: Town, options: Options, now: datetime) -> Looked:
    rows, faults = read_grid_file(path, town, datum=options.datum or None)
    if any(fault.grave for fault in faults):  # a parent may be among the rows that are not sound
        return Looked(rows, faults, {})
    ready = ready_grids(town, rows, now=now)
    seen = foresee_grids(town, ready)
    counts = {"added": len(seen.added), "changed": len(seen.changed), "same": seen.same, "left": seen.left}
    return Looked(rows, _empty(rows, faults), counts, seen.added, seen.changed, ready)


def _take_grids(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    done = import_grids(actor.town, looked.rows, actor=actor, now=now, ready=looked.ready)
    return {"added": done.added, "changed": done.changed, "same": done.same}


# ---- people ----------------------------------------------------------------------------------------


def _look_at_people(path: Path, town: Town, _options: Options, now: datetime) -> Looked:
    table = open_table(path, wanted=[title for titles in OF_PEOPLE.values() for title in titles])
    rows, faults = read_people(table, town, now=now)
    seen, added, changed = foresee_people(rows, town, now=now)
    counts = {"added": seen.posts, "changed": seen.changed, "same": seen.same, "left": seen.unnamed}
    return Looked(rows, _empty(rows, faults), {**counts, "accounts": seen.accounts}, added, changed)


def _take_people(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    done = settle_people(looked.rows, actor=actor, now=now)
    return {"added": done.posts, "changed": done.changed, "same": done.same, "accounts": done.accounts}


# ---- sites -----------------------------------------------------------------------------------------


def _look_at_sites(path: Path, town: Town, options: Options, _now: datetime) -> Looked:
    table = open_table(path, wanted=[title for titles in site_tables.COLUMNS.values() for title in titles])
    rows, faults = site_tables.read_sites(table, town, Datum(options.datum or Datum.WGS84))
    added, changed = foresee_sites(town, rows)
    counts = {"added": len(added), "changed": len(changed), "same": len(rows) - len(added) - len(changed)}
    return Looked(rows, _empty(rows, faults), counts, added, changed)


def _take_sites(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    done = import_sites(looked.rows, actor=actor, now=now)
    return {"added": done.added, "changed": done.changed, "same": done.same}


# ---- micro-grids, lines of service -------------------------------------------------------------------


def _look_at_micros(path: Path, town: Town, _options: Options, now: datetime) -> Looked:
    table = open_table(path, wanted=[title for titles in OF_MICROS.values() for title in titles])
    rows, faults = read_micros(table, town, now=now)
    added, changed, left = foresee_micros(town, rows)
    counts = {"added": len(added), "changed": len(changed), "same": len(rows) - len(added) - len(changed)}
    return Looked(rows, _empty(rows, faults), {**counts, "left": left}, added, changed)


def _take_micros(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    return import_micros(looked.rows, actor=actor, now=now)


def _look_at_lines(path: Path, town: Town, _options: Options, now: datetime) -> Looked:
    rows, faults = read_lines(open_table(path, wanted=OF_LINES), town, now=now)
    added, changed, same = foresee_lines(town, rows)
    counts = {"added": len(added), "changed": len(changed), "same": same}
    return Looked(rows, _empty(rows, faults), counts, added, changed)


def _take_lines(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    return import_lines(looked.rows, actor=actor, now=now)


# ---- names of places ---------------------------------------------------------------------------------


def _look_at_names(path: Path, town: Town, options: Options, _now: datetime) -> Looked:
    table = open_table(path, wanted=[title for titles in OF_NAMES.values() for title in titles])
    rows, faults = read_names(table, town, Datum(options.datum or Datum.WGS84))
    seen = foresee_names(town, rows)
    counts = {"added": len(seen.added), "changed": len(seen.moved), "gone": len(seen.gone), "same": seen.same}
    return Looked(rows, _empty(rows, faults), counts, seen.added, seen.moved, gone=seen.gone)


def _take_names(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    done = settle_names(looked.rows, actor=actor, now=now)
    return {"added": len(done.added), "changed": len(done.moved), "gone": len(done.gone), "same": done.same}


# ---- party groups, centre households ----------------------------------------------------------------


def _look_at_register(key: str) -> Callable[[Path, Town, Options, datetime], Looked]:
    register, titles = TABLES[key]

    def look(path: Path, town: Town, _options: Options, _now: datetime) -> Looked:
        table = open_table(path, wanted=[title for each in titles.values() for title in each])
        rows, faults = read_rows(table, town, register, titles)
        added, changed, gone = foresee(register, town, rows)
        counts = {"added": len(added), "changed": len(changed), "gone": len(gone)}
        counts["same"] = len(rows) - sum(counts.values())
        return Looked(rows, _empty(rows, faults), counts, added, changed, gone=gone)

    return look


def _take_register(key: str) -> Callable[[Looked, Options, Actor, datetime], Counts]:
    def take(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
        return settle(TABLES[key][0], looked.rows, actor=actor, now=now)

    return take


# ---- categories ------------------------------------------------------------------------------------


def _look_at_categories(path: Path, town: Town, options: Options, _now: datetime) -> Looked:
    table = open_table(path, wanted=[title for titles in OF_CATEGORIES.values() for title in titles])
    rows, faults = read_categories(table, limits=limit_words(town))
    seen = foresee_categories(town, rows, overwrite=options.overwrite)
    counts = {"added": len(seen.added), "changed": len(seen.changed), "same": seen.same, "kept": seen.kept}
    return Looked(rows, _empty(rows, faults), counts, seen.added, seen.changed)


def _take_categories(looked: Looked, options: Options, actor: Actor, now: datetime) -> Counts:
    done = import_categories(looked.rows, overwrite=options.overwrite, actor=actor, now=now)
    return {"added": len(done.added), "changed": len(done.changed), "same": done.same, "kept": done.kept}


# ---- the set-up ------------------------------------------------------------------------------------


def _look_at_setup(path: Path, town: Town, _options: Options, now: datetime) -> Looked:
    try:
        source = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("文件不是 UTF-8 文本。", "The file is not text in UTF-8.") from error
    loaded = load_setup(town, source, actor=system(town), now=now, preview=True)
    faults = [RowFault(each.line, each.place, "message", {"message": each.said}) for each in loaded.faults]
    words = {name: loaded.names.get(name, []) for name in ("added", "changed", "gone")}
    rows = [source] if any((*words.values(), loaded.same)) else []
    return Looked(rows, _empty(rows, faults), _setup_counts(loaded), **words)


def _take_setup(looked: Looked, _options: Options, actor: Actor, now: datetime) -> Counts:
    loaded = load_setup(actor.town, looked.rows[0], actor=actor, now=now)
    if loaded.faults:  # there were none for the town's own command: what is left is not this person's to change
        raise PermissionDenied
    return _setup_counts(loaded)


def _setup_counts(loaded: Loaded) -> Counts:
    return {name: sum(getattr(loaded, name).values()) for name in ("added", "changed", "gone", "same")}


_TABLE: Final = (".xlsx", ".csv")
SORTS: Final = {
    sort.key: sort
    for sort in (
        Sort("grids", "configure", (".geojson", ".json", ".zip", *_TABLE), _look_at_grids, _take_grids, has_datum=True),
        Sort("people", "manage_people", _TABLE, _look_at_people, _take_people),
        Sort("sites", "configure", _TABLE, _look_at_sites, _take_sites, has_datum=True, word="处"),
        Sort("micros", "configure", _TABLE, _look_at_micros, _take_micros),
        Sort("lines", "configure", _TABLE, _look_at_lines, _take_lines, word="条"),
        Sort("names", "configure", _TABLE, _look_at_names, _take_names, has_datum=True),
        Sort("groups", "configure", _TABLE, _look_at_register("groups"), _take_register("groups")),
        Sort("centres", "configure", _TABLE, _look_at_register("centres"), _take_register("centres"), word="户"),
        Sort("categories", "configure", _TABLE, _look_at_categories, _take_categories),
        Sort("setup", "configure", (".yaml", ".yml"), _look_at_setup, _take_setup, word="处"),
    )
}
