"""A case's history as somebody may read it: what was done, when, by whom, with which words.

Staff who see a case read all of it. Its reporters read what moved it, what is told to them, and their own words;
of those who acted they see the unit alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.columns import PLACE, TITLE
from lianxin.cases.messages import for_reporters
from lianxin.cases.models import Case, Photo, WorkLink
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.setup import categories, clauses
from lianxin.cases.queries.undone import UNDO
from lianxin.cases.words import act_name, channel_name, choice_name, said
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.people.queries import units
from lianxin.ui import words
from lianxin.workflow.definition import FIELDS, Workflow
from lianxin.workflow.engine import Refused

Row = dict[str, Any]
CONTRACTORS = frozenset({"contractor_record", "contractor_finish"})  # acts that come through a link


@dataclass(frozen=True, slots=True)
class History:
    """The entries of a case in order, their texts, its photos, and the names of the posts that are named in them;
    `links` are the companies whose links are.
    """

    entries: Sequence[Entry]
    texts: Mapping[int, Sequence[Text]]
    photos: Sequence[Row]
    posts: Mapping[int, Row]
    links: Mapping[int, str] = field(default_factory=dict)

    def text(self, entry: Entry, field: str) -> str:
        """A text of an entry; "" when there is none or it was erased."""
        return next((text.body for text in self.texts.get(entry.pk, ()) if text.field == field), "")


def history_of(town: Town, case: Case, posts: Sequence[int | None] = ()) -> History:
    """Read a case's history in four statements; `posts` are others whose names are wanted too."""
    rows = Entry.objects.for_system("case page", town).filter(subject_kind="case", subject_id=case.pk)
    entries = list(rows.order_by("seq"))
    texts: dict[int, list[Text]] = {}
    wanted = Text.objects.for_system("case page", town).filter(entry__subject_kind="case", subject_id=case.pk)
    for text in wanted.order_by("id"):
        texts.setdefault(text.entry_id, []).append(text)
    photos = Photo.objects.for_system("case page", town).filter(case_id=case.pk).order_by("id")
    columns = ("id", "entry_id", "moment", "at", "file__digest", "file__width", "file__height")
    named = {pk for pk in (*posts, *(entry.post_id for entry in entries), *_given_posts(entries)) if pk}
    return History(entries, texts, list(photos.values(*columns)), _names(town, named), _companies(town, entries))


def _companies(town: Town, entries: Sequence[Entry]) -> dict[int, str]:
    """Whose links entries came through; asked for only where there are any."""
    ids = {entry.data["given"]["link"] for entry in entries if entry.act in CONTRACTORS}
    if not ids:
        return {}
    return {link.pk: link.company for link in WorkLink.objects.for_system("case page", town).filter(id__in=ids)}


def _given_posts(entries: Sequence[Entry]) -> list[int | None]:
    held = [entry.data.get("given", {}).get("holder") for entry in entries]
    return [each.get("post") for each in held if isinstance(each, dict)]


def _names(town: Town, ids: set[int]) -> dict[int, Row]:
    rows = Post.objects.for_system("names", town).filter(id__in=ids)
    found = rows.values_list("id", "title", "account__name", "unit_id")
    return {pk: {"name": name, "title": title, "unit_id": unit} for pk, title, name, unit in found}


def timeline(actor: Actor, case: Case, flow: Workflow, history: History) -> list[Row]:
    """The entries the actor may read, the oldest first, in words.

    Each: seq, act, name, at, by (who), unit, lines, texts [{field, label, body, inside}], photos, tone, late, moved,
    then, own.
    """
    by_entry: dict[int, list[Row]] = {}
    for photo in history.photos:
        by_entry.setdefault(photo["entry_id"], []).append(photo)
    teller = _Teller(actor, case, flow, history)
    return [
        teller.row(entry, by_entry.get(entry.pk, [])) for entry in history.entries if teller.may_read(entry)
    ]


def since(actor: Actor, case: Case, flow: Workflow, refused: Refused) -> Row | None:
    """Who was quicker: the newest entry the actor may read after the version they saw, as `timeline` has it.

    None where the refusal is of another sort, or nothing they may read came after.
    """
    if refused.code != "stale":
        return None
    seen, rows = refused.detail.get("seen"), timeline(actor, case, flow, history_of(actor.town, case))
    return rows[-1] if rows and isinstance(seen, int) and rows[-1]["seq"] > seen else None


def quicker(row: Row) -> str:
    """Who made an entry: name and unit, as far as they may be read."""
    return " · ".join(each for each in (row["by"], row["unit"]) if each)


@dataclass(frozen=True, slots=True)
class _Teller:
    actor: Actor
    case: Case
    flow: Workflow
    history: History

    def may_read(self, entry: Entry) -> bool:
        if self.actor.reporter_of is None:
            return True
        return for_reporters(entry) or self._moved(entry) or self._own(entry)

    def _own(self, entry: Entry) -> bool:
        """Whether these are the reader's words: said by this reporter, or taken down from them."""
        mine = self.actor.reporter_id
        return mine is not None and entry.data.get("given", {}).get("reporter") == mine

    def _moved(self, entry: Entry) -> bool:
        return entry.source != entry.step

    def row(self, entry: Entry, photos: list[Row]) -> Row:
        data = entry.data
        return {
            "seq": entry.seq,
            "act": entry.act,
            "name": self._name(entry),
            "at": entry.at,
            "by": self._who(entry),
            "unit": self._unit(entry),
            "lines": self._lines(data.get("given", {})),
            "texts": self._texts(entry),
            "photos": photos if self._may_see_photos(entry) else [],
            "tone": self._tone(entry),
            "late": entry.late,
            "moved": self._moved(entry),
            "then": self._then(entry),
            "own": self._own(entry),
        }

    def _name(self, entry: Entry) -> str:
        if entry.act != UNDO:
            return act_name(self.flow, entry.act, entry.source)
        acts = [act_name(self.flow, act) for act in entry.data["given"]["acts"]]
        return _("Taken back: %(acts)s") % {"acts": pgettext("list", ", ").join(acts)}

    def _who(self, entry: Entry) -> str:
        post = self.history.posts.get(entry.post_id or 0)
        if post is not None:
            return str(post["name"]) if self.actor.reporter_of is None else ""
        if entry.act in CONTRACTORS:
            company = self.history.links.get(entry.data["given"]["link"], "")
            return _("Contractor %(company)s") % {"company": company} if company else _("A contractor")
        return _("Automatically") if self._by_system(entry) else _("The resident")

    def _unit(self, entry: Entry) -> str:
        post = self.history.posts.get(entry.post_id or 0)
        if post is None:
            return channel_name(self.case.channel) if entry.act == "open" else ""
        unit = units(self.actor.town).get(post["unit_id"])
        parts = [unit_name(unit) if unit else "", post["title"] if self.actor.reporter_of is None else ""]
        return " ".join(part for part in parts if part)

    def _by_system(self, entry: Entry) -> bool:
        transition = self.flow.transition(entry.source, entry.act)
        by = transition.by if transition is not None else ()
        return not entry.post_id and "reporter" not in by and entry.act not in {"open", "join", *CONTRACTORS}

    def _texts(self, entry: Entry) -> list[Row]:
        rows = []
        for text in self.history.texts.get(entry.pk, ()):
            if text.field not in {TITLE, PLACE} and self._may_read_text(entry, text.field):
                body = _("(erased)") if text.erased_at else text.body
                label = said(FIELDS[text.field].name) if text.field in FIELDS else ""
                inside = self._inside(entry, text.field)
                rows.append({"field": text.field, "label": label, "body": body, "inside": inside})
        return [row for row in rows if row["body"]]

    def _may_read_text(self, entry: Entry, field: str) -> bool:
        if self.actor.reporter_of is None or self._own(entry):
            return True
        return bool(entry.post_id) and entry.act != "open" and not self._inside(entry, field)

    def _may_see_photos(self, entry: Entry) -> bool:
        """Reporters see their own photos, and those that come with an answer."""
        answered = any(text.field == "answer" for text in self.history.texts.get(entry.pk, ()))
        return self.actor.reporter_of is None or self._own(entry) or answered

    def _inside(self, entry: Entry, field: str) -> bool:
        """Whether a text is for staff alone: all but the answer, and the reason of a refusal."""
        step = self.flow.steps.get(entry.step)
        refused = step is not None and step.end and step.outcome == "refused" and self._moved(entry)
        return bool(entry.post_id) and field not in ({"answer", "text", "reason"} if refused else {"answer", "text"})

    def _lines(self, given: Mapping[str, Any]) -> list[str]:
        lines = []
        for key, value in given.items():
            told = self._line(key, value)
            if told:
                lines.append(_("%(name)s: %(value)s") % {"name": said(FIELDS[key].name), "value": told})
        return lines

    def _line(self, key: str, value: Any) -> str:
        spec = FIELDS.get(key)
        staff_only = {"case", "units", "grade"}
        if spec is None or (self.actor.reporter_of is not None and key in staff_only):
            return ""
        if spec.choices:
            return choice_name(key, value)
        town = self.actor.town
        if spec.type == "holder":
            return self._holder(value)
        if spec.type == "units":
            return pgettext("list", ", ").join(unit_name(units(town)[pk]) for pk in value if pk in units(town))
        return self._plain(spec.type, value)

    def _plain(self, kind: str, value: Any) -> str:
        town = self.actor.town
        if kind == "datetime":
            return words.when(datetime.fromisoformat(value))
        if kind == "category":
            return category_name(categories(town)[value], whole=True, town=town) if value in categories(town) else ""
        if kind == "grid":
            return grid_name(town, value)
        if kind == "clause":
            clause = clauses(town).get(value)
            return said(clause.name) if clause is not None else str(value)
        return ""

    def _holder(self, value: Mapping[str, Any]) -> str:
        unit = units(self.actor.town).get(value.get("unit") or 0)
        post = self.history.posts.get(value.get("post") or 0)
        name = str(post["name"]) if post is not None and self.actor.reporter_of is None else ""
        return " ".join(part for part in (unit_name(unit) if unit else "", name) if part)

    def _tone(self, entry: Entry) -> str:
        step = self.flow.steps.get(entry.step)
        if step is not None and step.end and self._moved(entry):
            return "done"
        if self._by_system(entry):
            return "late" if entry.late else "system"
        return "moved" if self._moved(entry) else ""

    def _then(self, entry: Entry) -> str:
        """Until when what follows is due, where the entry changed it."""
        due = entry.data.get("set", {}).get("due_at")
        transition = self.flow.transition(entry.source, entry.act)
        if not due or (transition is not None and transition.effect("pause")):
            return ""
        step = self.flow.steps.get(entry.step)
        name = said(step.name) if step is not None else entry.step
        return _("%(step)s by %(due)s") % {"step": name, "due": words.when(datetime.fromisoformat(due))}
