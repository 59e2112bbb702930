"""Entries of the ledger in words: who, when, what of whom, from what to what, how it is sealed.

An auditor reads what was done, not what people said: texts of cases and of people are told as being there, or erased.
Of a confidential case nothing is told but that somebody acted, and when. A few statements for a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.acts import act_word
from lianxin.cases.models import Case
from lianxin.cases.pickers import grid_name
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.words import act_name, said, step_name
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Seal
from lianxin.ledger.rows import private_columns
from lianxin.people.masking import mask_name
from lianxin.people.models import Post
from lianxin.places.queries import ended_grids, grid_tree
from lianxin.town.auditing.naming import titles_of
from lianxin.town.auditing.reading import hidden_cases
from lianxin.town.auditing.words import fact_names, kind_names, text_names, value_names
from lianxin.town.registers.contacts import Private
from lianxin.town.registers.fields import Field
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.records import RECORDS, Record
from lianxin.town.registers.register import Kept, Register, told_of
from lianxin.town.registers.town import town_changes
from lianxin.ui import words
from lianxin.workflow.definition import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.ledger.models import Entry, Text
    from lianxin.people.actors import Actor

Row = dict[str, Any]
OF_REGISTERS: Final[Mapping[str, Register]] = {each.kind: each for each in REGISTERS.values()}
OF_RECORDS: Final[Mapping[str, Record]] = {each.kind: each for each in RECORDS.values()}
OF_CASES: Final = frozenset({"case", "publication"})  # whose subject is a case
OF_A_CASE: Final = frozenset({"person", "follow_up", "work_link"})  # whose entries name the case they are about
REASONED: Final = "reason"
LONGEST: Final = 80


def _covered(kept: Kept) -> Kept:
    """Registers and records as an auditor reads them: what is a person's own in them is masked."""
    own = private_columns(kept.kind)
    fields = (
        Private(column=each.column, label=each.label, mask=mask_name if each.column == "name" else _starred)
        if type(each) is Field and each.column in own else each
        for each in kept.fields
    )  # fmt: skip
    return replace(kept, fields=tuple(fields))


def _starred(text: str) -> str:
    return "*" * min(len(text), 3)


OF_KIND: Final[Mapping[str, Kept]] = {
    each.kind: _covered(each) for each in (*REGISTERS.values(), *RECORDS.values())
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    """What may be told of a case: `number` is "" for one that is not the reader's to know of."""

    number: str
    workflow_id: int
    visible: bool


@dataclass(slots=True)
class _Known:
    """What a page of entries needs to be told, read at once."""

    people: dict[int, str] = field(default_factory=dict)  # by account
    cases: dict[int, _Case] = field(default_factory=dict)
    seals: dict[int, int] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)  # by entry
    kinds: dict[str, str] = field(default_factory=dict)


def tell(actor: Actor, entries: Sequence[Entry]) -> list[Row]:
    """Entries in words, in their order.

    Each: id, seq, kind, kind_name, subject, title, href, masked, at, who, act, act_name, fields [(label, was, became)],
    texts [{label, state, body}] (state: shown, withheld, erased), digest, prev, seal (its number; None: not yet), late.
    """
    known = _read(actor, entries)
    return [_told(actor, each, known) for each in entries]


def _read(actor: Actor, entries: Sequence[Entry]) -> _Known:
    town, ids = actor.town, {pk for each in entries if (pk := _case_of(each)) is not None}
    cases = Case.objects.for_system("ledger: whose history", town).filter(pk__in=ids)
    hidden = set(hidden_cases(actor).filter(pk__in=ids).values_list("pk", flat=True))
    seen = set(Case.objects.seen_by(actor).filter(pk__in=ids).values_list("pk", flat=True))
    seals = Seal.objects.for_system("ledger: seals", town).filter(pk__in={each.seal_id for each in entries})
    accounts = {each.account_id or 0 for each in entries}
    accounts |= {each.subject_id for each in entries if each.subject_kind == "account"}
    staff = Post.objects.for_system("ledger: who", town).filter(account_id__in=accounts)
    return _Known(
        people=dict(staff.values_list("account_id", "account__name")),
        cases={
            pk: _Case("" if pk in hidden else number, flow, pk in seen)
            for pk, number, flow in cases.values_list("pk", "number", "workflow_id")
        },
        seals=dict(seals.values_list("pk", "number")), titles=titles_of(town, entries), kinds=kind_names(),
    )  # fmt: skip


def _case_of(entry: Entry) -> int | None:
    """The case that an entry is about: its subject, or the one that somebody's details were looked at for."""
    if entry.subject_kind in OF_CASES or (entry.subject_kind, entry.data.get("of")) == ("erasure", "case"):
        return entry.subject_id
    return read_number(str(entry.data.get("case", ""))) if entry.subject_kind in OF_A_CASE else None


def _told(actor: Actor, entry: Entry, known: _Known) -> Row:
    case = known.cases.get(_case_of(entry) or 0)
    masked = case is not None and not case.number
    title, href = _subject(actor, entry, case, known)
    name = _("(confidential)") if masked else _act(actor, entry, case)
    return {
        "id": str(entry.pk), "seq": entry.seq, "kind": entry.subject_kind,
        "kind_name": known.kinds.get(entry.subject_kind, entry.subject_kind), "subject": str(entry.subject_id),
        "title": title, "href": href, "masked": masked, "at": entry.at, "who": _who(entry, known),
        "act": "" if masked else entry.act, "act_name": name,
        "fields": [] if masked else _fields(actor.town, entry, case),
        "texts": [_text(entry, each, masked=masked) for each in _texts(entry)],
        "digest": entry.digest, "prev": entry.prev, "seal": known.seals.get(entry.seal_id or 0), "late": entry.late,
    }  # fmt: skip


def _who(entry: Entry, known: _Known) -> str:
    if entry.account_id is not None:
        return known.people.get(entry.account_id, "") or _("A resident")
    given = entry.data.get("given")
    if isinstance(given, dict) and given.get("reporter"):
        return _("Whoever raised it")
    return _("The system")


def _act(actor: Actor, entry: Entry, case: _Case | None) -> str:
    if entry.subject_kind == "case" and case is not None:
        return act_name(workflow_by_id(actor.town, case.workflow_id), entry.act, entry.source)
    return act_word(entry.subject_kind, entry.act)


def _subject(actor: Actor, entry: Entry, case: _Case | None, known: _Known) -> tuple[str, str]:
    """What a subject is called, and its page where there is one that the reader may open."""
    if case is not None:
        number = spoken(case.number) if case.number else _("a confidential case")
        return number, reverse("case", args=[case.number]) if case.visible and case.number else ""
    told = _OTHERS.get(entry.subject_kind)
    if told is not None:
        return told(actor, entry, known)
    return known.titles.get(entry.pk, ""), _kept(actor, entry) if entry.act != "drop" else ""


def _kept(actor: Actor, entry: Entry) -> str:
    """The page of a row of a register for whoever keeps it, of a record its history, which auditors read."""
    if (record := OF_RECORDS.get(entry.subject_kind)) is not None:
        return reverse("record", args=[record.key, entry.subject_id])
    register = OF_REGISTERS.get(entry.subject_kind)
    may = register is not None and actor.can(register.may)
    return reverse("setup-row", args=[register.key, entry.subject_id]) if register is not None and may else ""


def _grid(actor: Actor, entry: Entry, _known: _Known) -> tuple[str, str]:
    pk = entry.subject_id
    there = pk in grid_tree(actor.town) or pk in ended_grids(actor.town)
    return (grid_name(actor.town, pk), reverse("grid", args=[pk])) if there else ("", "")


def _account(_actor: Actor, entry: Entry, known: _Known) -> tuple[str, str]:
    name = known.people.get(entry.subject_id, "")
    return (name, reverse("record", args=["people", entry.subject_id])) if name else (_("A resident"), "")


def _post(_actor: Actor, entry: Entry, known: _Known) -> tuple[str, str]:
    return known.titles.get(entry.pk, ""), reverse("staff-post", args=[entry.subject_id])


def _town(actor: Actor, _entry: Entry, _known: _Known) -> tuple[str, str]:
    return words.name_of(actor.town), reverse("setup-town") if actor.can("configure") else ""


_OTHERS: Final = {"grid": _grid, "account": _account, "post": _post, "town": _town}


def _fields(town: Town, entry: Entry, case: _Case | None) -> list[tuple[str, str, str]]:
    """From what to what: the steps of a case, the fields of a register's row, facts that name nobody of the rest."""
    if entry.subject_kind == "case":
        if case is None or entry.source == entry.step:
            return []
        flow = workflow_by_id(town, case.workflow_id)
        return [(pgettext("ledger", "Step"), step_name(flow, entry.source), step_name(flow, entry.step))]
    if entry.subject_kind in OF_KIND:
        return list(told_of(OF_KIND[entry.subject_kind], town, entry).fields)
    if entry.subject_kind == "town":
        return list(town_changes(town, entry).fields)
    return list(_facts(entry.data))


def _facts(data: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    was, now = data.get("was"), data.get("now")
    if isinstance(was, dict) or isinstance(now, dict):  # of records without a register
        was, now = was if isinstance(was, dict) else {}, now if isinstance(now, dict) else {}
        data = {**now, **{f"{name}_was": value for name, value in was.items()}}
    values = value_names()
    for name, label in fact_names().items():
        if name in data and _plain(data[name]):
            before, known = data.get(f"{name}_was", ""), values.get(name, {})
            yield label, _said(before, known) if _plain(before) else "", _said(data[name], known)


def _plain(value: Any) -> bool:
    return isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= LONGEST)


def _said(value: Any, known: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return known.get(str(value), str(value))


def _texts(entry: Entry) -> list[Text]:
    """The texts beside an entry; those of single fields are told with the fields."""
    return [each for each in entry.texts.all() if not each.field.startswith(("was.", "now."))]


def _text(entry: Entry, text: Text, *, masked: bool) -> Row:
    """A text: shown where it is why somebody did a thing to the set-up, or looked at a person; else only that it is."""
    label = text_names().get(text.field) or (said(FIELDS[text.field].name) if text.field in FIELDS else text.field)
    if text.erased_at is not None:
        return {"label": label, "state": "erased", "body": ""}
    of_people = entry.subject_kind in OF_CASES or bool(private_columns(entry.subject_kind))  # a reason may name them
    shown = text.field == REASONED and not of_people and not masked
    return {"label": label, "state": "shown" if shown else "withheld", "body": text.body if shown else ""}
