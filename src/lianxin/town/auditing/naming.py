"""What the rows of the set-up were called when an entry was made: a name, a code, a title; nobody's own details.

A row is taken back from how it stands, or was taken away, through what later entries say of it. For a page one
statement tells the entries, one each kind of row, and one the names of colleagues.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from lianxin.cases.actions.routing import Rule
from lianxin.cases.models import Category, Clause, QuestionSheet, ReplyText, Route, WorkflowVersion
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.setup import categories
from lianxin.cases.words import said
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import WAS, as_columns, plain
from lianxin.people.masking import mask_name
from lianxin.people.models import (
    CalendarDay,
    CentreHousehold,
    Leave,
    LineService,
    PartyGroup,
    Post,
    Representative,
    Role,
    Turn,
    Unit,
)
from lianxin.places.models import AddressName, ServicePoint, Site
from lianxin.town.homes.routing.showing import COLUMNS, rule_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lianxin.keys.models import Town

Holders = dict[int, str]  # what the holder of a post is called, by the post
Named = tuple[type[Any], "Callable[[Town, Any, Holders], str]"]


def _about(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _questions(town: Town, row: Any, _holders: Holders) -> str:
    category = categories(town).get(row.category_id)
    return category_name(category) if category else ""


_NAMED: Final[Mapping[str, Named]] = {
    "unit": (Unit, lambda _town, row, _h: unit_name(row)),
    "role": (Role, lambda _town, row, _h: said(row.name)),
    "calendar": (CalendarDay, lambda _town, row, _h: _about(row.day.isoformat(), row.name)),
    "category": (Category, lambda _town, row, _h: _about(category_name(row), row.code)),
    "clause": (Clause, lambda _town, row, _h: said(row.name)),
    "questions": (QuestionSheet, _questions),
    "workflow": (WorkflowVersion, lambda _town, row, _h: row.key),
    "route": (Route, lambda town, row, _h: rule_words(town, Rule(**{name: getattr(row, name) for name in COLUMNS}))),
    "reply": (ReplyText, lambda _town, row, _h: row.name),
    "site": (Site, lambda _town, row, _h: _about(row.name, row.code)),
    "service_point": (ServicePoint, lambda _town, row, _h: row.name),
    "name": (AddressName, lambda town, row, _h: _about(row.name, grid_name(town, row.grid_id))),
    "party_group": (PartyGroup, lambda _town, row, _h: row.name),
    "centre": (CentreHousehold, lambda town, row, _h: _about(mask_name(row.name), grid_name(town, row.grid_id))),
    "representative": (Representative, lambda town, row, _h: grid_name(town, row.grid_id)),
    "line_service": (LineService, lambda town, row, _h: _about(grid_name(town, row.grid_id), _line(row.line))),
    "post": (Post, lambda _town, row, holders: _about(holders.get(row.pk, ""), row.title)),
    "leave": (Leave, lambda _t, row, holders: _about(holders.get(row.post_id, ""), f"{row.first} – {row.last}")),
    "turn": (Turn, lambda _town, row, holders: _about(holders.get(row.post_id, ""), _hour(row.starts))),
}  # fmt: skip


def _line(line: str) -> str:
    return str(LineService.Line(line).label) if line in LineService.Line.values else line


def _hour(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def titles_of(town: Town, entries: Sequence[Entry]) -> dict[int, str]:
    """What the subjects of entries were called, by entry; those of cases and of people are not among them."""
    rows = _rows(town, entries)
    holders = _holders(town, [row for _kind, row in rows.values()])
    return {pk: _NAMED[kind][1](town, row, holders) for pk, (kind, row) in rows.items()}


def _rows(town: Town, entries: Sequence[Entry]) -> dict[int, tuple[str, Any]]:
    """Each entry's row as it stood once the entry was made; of one that was taken away, as it was."""
    found: dict[int, tuple[str, Any]] = {}
    states = _states(town, entries)
    for entry in entries:
        state = states.get(entry.pk)
        if state:
            model = _NAMED[entry.subject_kind][0]
            row = model(town=town, **as_columns(model, state))
            row.pk = entry.subject_id
            found[entry.pk] = (entry.subject_kind, row)
    return found


def _states(town: Town, entries: Sequence[Entry]) -> dict[int, dict[str, Any]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_kind in _NAMED:
            wanted[entry.subject_kind].add(entry.subject_id)
    stands = {
        (kind, pk): plain(row)
        for kind, pks in wanted.items()
        for pk, row in _NAMED[kind][0].objects.for_system("ledger: what it is called", town).in_bulk(list(pks)).items()
    }
    ids = {pk for pks in wanted.values() for pk in pks}
    past = Entry.objects.for_system("ledger: what it was called", town).filter(
        subject_kind__in=list(wanted), subject_id__in=ids
    )
    shown, states = {entry.pk for entry in entries}, dict[int, dict[str, Any]]()
    told = past.order_by("subject_id", "-seq").values_list("pk", "subject_kind", "subject_id", "data")
    for pk, kind, subject, data in told if ids else ():
        state, was = stands.get((kind, subject), {}), data.get(WAS)
        before = {**state, **was} if isinstance(was, dict) else state
        if pk in shown:
            states[pk] = state or before
        stands[kind, subject] = before
    return states


def _holders(town: Town, rows: Sequence[Any]) -> Holders:
    wanted = {row.pk if isinstance(row, Post) else row.post_id for row in rows if isinstance(row, Post | Leave | Turn)}
    posts = Post.objects.for_system("ledger: whose post", town).filter(pk__in=wanted)
    return dict(posts.values_list("pk", "account__name")) if wanted else {}
