"""A row of another system's table as a case to be opened, or everything that is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.queries.setup import leaves
from lianxin.cases.values import Contact, Draft
from lianxin.keys.once import digest_of
from lianxin.people.masking import tidy_phone
from lianxin.people.queries import units
from lianxin.places.datum import BadPoint, Datum, to_wgs84
from lianxin.places.queries import grid_tree
from lianxin.town.imports.cells import Wrong, choice_of, count_of, line_of, moment_of, text_of
from lianxin.town.imports.cleaning import clean_line, clean_text, shorten
from lianxin.town.imports.faults import RowFault, Unreadable
from lianxin.town.imports.tables import column_of
from lianxin.workflow.definition import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.models import Unit
    from lianxin.town.imports.maps import ColumnMap
    from lianxin.town.imports.tables import Cells, Table

LONGEST: Final[Mapping[str, int]] = {
    "number": 100, "title": 1000, "text": 50_000, "name": 60, "address": 200, "user": 100, "source": 60, "channel": 16,
}  # fmt: skip
WITHOUT_TITLE: Final = 40  # characters of a text that has no title of its own, taken as one
YES_NO: Final = {
    **dict.fromkeys(("是", "同意", "yes", "1"), True),
    **dict.fromkeys(("否", "不同意", "no", "0"), False),
}


@dataclass(frozen=True, slots=True)
class Entrant:
    """A sound row: the case it asks for, the number it had, and a digest of what the file said."""

    row: int
    key: str
    digest: str
    draft: Draft


class RowReader:
    """Reads rows of one table by one map into drafts of one kind of case for one town.

    Raises Unreadable when the table lacks a column that the map requires.
    """

    def __init__(self, table: Table, plan: ColumnMap, town: Town, *, kind: str, now: datetime) -> None:
        self._map, self._kind, self._now = plan, kind, now
        self._places = _places(table, plan)
        self._names = {target: table.names[at] for target, at in self._places.items()}
        self._categories = {
            word.lower(): row.pk for row in leaves(town) for word in (row.code, row.name, row.key) if word
        }
        self._grids = grids_by_word(town)
        self._urgencies = {word.lower(): choice[0] for choice in FIELDS["urgency"].choices for word in choice}

    @property
    def number_column(self) -> str:
        """What the file calls the column of the other system's numbers."""
        return self._names.get("number", "number")

    def read(self, row: int, cells: Cells) -> Entrant | list[RowFault]:
        """The case of a row, or every fault of it."""
        given = {target: cells[at] for target, at in self._places.items()}
        faults: list[RowFault] = []
        got: dict[str, Any] = {}
        for target, reader in self._readers().items():
            try:
                got[target] = reader(given.get(target))
                if got[target] in (None, "") and target in self._map.required:
                    raise Wrong("missing")
            except Wrong as wrong:
                faults.append(RowFault(row, self._names.get(target, target), wrong.code, wrong.said))
        if not faults and not (got.get("title") or got.get("text")):
            faults.append(RowFault(row, self._names.get("text") or self._names["title"], "missing"))
        place = self._place(row, given, faults)
        if faults:
            return faults
        digest = digest_of({target: text_of(cell).strip() for target, cell in given.items()})
        return Entrant(row, got.get("number") or digest, digest, self._draft(got, place))

    def _readers(self) -> dict[str, Callable[[Any], Any]]:
        readers: dict[str, Callable[[Any], Any]] = {
            "title": line_of(LONGEST["title"]), "text": self._text, "number": line_of(LONGEST["number"]),
            "name": line_of(LONGEST["name"]), "address": line_of(LONGEST["address"]), "user": line_of(LONGEST["user"]),
            "source": line_of(LONGEST["source"]), "channel": line_of(LONGEST["channel"]), "phone": _phone,
            "happened_at": lambda cell: moment_of(cell, self._map.dates, now=self._now) if _said(cell) else None,
            "votes_for": count_of, "votes_against": count_of, "category": self._category, "grid": self._grid,
            "urgency": lambda cell: choice_of(cell, self._urgencies), "consent": lambda cell: choice_of(cell, YES_NO),
        }  # fmt: skip
        constants = self._map.constants

        def with_constant(target: str, reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
            return lambda cell: reader(cell if target in self._places and _said(cell) else constants.get(target))

        return {
            target: with_constant(target, reader)
            for target, reader in readers.items()
            if target in self._places or target in constants
        }

    def _text(self, cell: Any) -> str:
        raw = text_of(cell)
        if len(raw) > LONGEST["text"] * 2:  # not worth cleaning
            raise Wrong("too_long", most=LONGEST["text"])
        text = raw.strip() if "line_breaks" in self._map.keep else clean_text(raw)
        if len(text) > LONGEST["text"]:
            raise Wrong("too_long", most=LONGEST["text"])
        return text

    def _category(self, cell: Any) -> int | None:
        word = clean_line(text_of(cell))
        if word and word.lower() not in self._categories:
            raise Wrong("unknown_category", value=word)
        return self._categories.get(word.lower())

    def _grid(self, cell: Any) -> int | None:
        return grid_of(clean_line(text_of(cell)), self._grids)

    def _place(self, row: int, given: Mapping[str, Any], faults: list[RowFault]) -> tuple[float, float] | None:
        """The place in WGS-84, when the row has both longitude and latitude."""
        try:
            lon, lat = text_of(given.get("lon")).strip(), text_of(given.get("lat")).strip()
            return to_wgs84(lon, lat, self._map.datum or Datum.WGS84) if lon or lat else None
        except BadPoint:
            said, code = {"value": f"{given.get('lon')}, {given.get('lat')}"}, "bad_place"
        except Wrong as wrong:
            said, code = wrong.said, wrong.code
        faults.append(RowFault(row, self._names.get("lon") or self._names["lat"], code, said))
        return None

    def _draft(self, got: Mapping[str, Any], place: tuple[float, float] | None) -> Draft:
        whole, text = got.get("title") or "", got.get("text") or ""
        title = shorten(whole) if whole else shorten(clean_line(text), WITHOUT_TITLE)
        if whole and title != whole and "title_in_text" not in self._map.keep:  # nothing said is lost
            text = f"{whole}\n\n{text}".strip()
        lon, lat = place or (None, None)
        return Draft(
            kind=self._kind, title=title, text=text or whole, channel=got.get("channel") or "import",
            category_id=got.get("category"), urgency=got.get("urgency") or "", lon=lon, lat=lat,
            grid_id=got.get("grid"), address=got.get("address") or "", happened_at=got.get("happened_at"),
            contact=Contact(got.get("name") or "", got.get("phone") or "", bool(got.get("consent"))),
            answers=_answers(got), quiet=True,
        )  # fmt: skip


def _answers(got: Mapping[str, Any]) -> dict[str, Any]:
    """What has no column of its own."""
    kept = {"external_number": "number", "user": "user", "source": "source", "votes_for": "votes_for",
            "votes_against": "votes_against"}  # fmt: skip
    return {name: got[target] for name, target in kept.items() if got.get(target) not in (None, "")}


def _places(table: Table, plan: ColumnMap) -> dict[str, int]:
    places = {target: column_of(table, titles) for target, titles in plan.columns.items()}
    lacking = [target for target in plan.columns if target in plan.required and places[target] is None]
    words = [target for target in ("title", "text") if target in plan.columns]
    if lacking or all(places[target] is None for target in words):
        wanted = "、".join("/".join(plan.columns[target]) for target in lacking or words)
        there = "、".join(name for name in table.names if name)
        raise Unreadable(f"表里缺少列：{wanted}。现有的列：{there}。", f"The table lacks the columns {wanted}.")
    return {target: at for target, at in places.items() if at is not None}


def _said(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _phone(cell: Any) -> str:
    text = clean_line(text_of(cell))
    if text and not tidy_phone(text):
        raise Wrong("bad_phone", value=text)
    return tidy_phone(text)


def grids_by_word(town: Town) -> dict[str, int | None]:
    """The standing grids by code and by name; None for a name that several go by."""
    words: dict[str, int | None] = {}
    for node in grid_tree(town).values():
        words[node.name] = None if node.name in words else node.id
    return {**words, **{node.code: node.id for node in grid_tree(town).values()}}


def units_by_word(town: Town, *, serving: bool = False) -> dict[str, Unit | None]:
    """The units, or those in service alone, by name and key; None for a name that several go by.

    One in service has its name before others.
    """
    every = sorted((unit for unit in units(town).values() if unit.active or not serving), key=lambda u: u.active)
    often = Counter((unit.name, unit.active) for unit in every)
    words = {unit.name: unit if often[unit.name, unit.active] == 1 else None for unit in every}
    return {**words, **{unit.key: unit for unit in every}}


def unit_of(word: str, known: Mapping[str, Unit | None]) -> Unit | None:
    """The unit of a name or key; None for no word. Raises Wrong."""
    if not word:
        return None
    if word not in known:
        raise Wrong("unknown_unit", value=word)
    if known[word] is None:
        raise Wrong("ambiguous_unit", value=word)
    return known[word]


def grid_of(word: str, grids: Mapping[str, int | None]) -> int | None:
    """The grid of a code or name; None for no word. Raises Wrong."""
    if not word:
        return None
    if word not in grids:
        raise Wrong("unknown_grid", value=word)
    if grids[word] is None:
        raise Wrong("ambiguous_grid", value=word)
    return grids[word]
