"""Texts that are published version by version, as files hold them: the kinds of case, and what categories ask.

What a file holds of a text is its latest version. Brought in, it is published as the next one where the town's latest
says otherwise; cases under way keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from lianxin.cases.actions import asking, workflows
from lianxin.cases.fitting import read_for
from lianxin.cases.queries.asking import latest_sheets
from lianxin.cases.queries.setup import categories
from lianxin.cases.queries.setup import workflows as every_version
from lianxin.forms.questions import BadSheet
from lianxin.town.newer import shipped
from lianxin.workflow.definition import BadWorkflow, Fault

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

LONGEST: Final = 200_000


class Unsound(Exception):
    """A row that cannot be published: what is wrong with it, by field, or by line of its text."""

    def __init__(self, faults: Mapping[str, str] | None = None, lines: Sequence[Fault] = ()) -> None:
        super().__init__(str(faults or lines))
        self.faults, self.lines = dict(faults or {}), lines


@dataclass(frozen=True, slots=True)
class Published:
    """Texts of one sort. `by`: what a row of a file calls whose text it is. `latest`: by that word, version and text.

    `publish` is given the word, the text, the version it follows (0: the first), and signs; raises Unsound.
    """

    key: str
    by: str
    held: Callable[[Town], Iterator[tuple[str, str]]]
    latest: Callable[[Town, str], tuple[int, str]]
    publish: Callable[..., None]

    def as_file(self, town: Town) -> list[dict[str, str]]:
        """The texts of a town as a file says them."""
        return [{self.by: word, "source": source} for word, source in self.held(town)]

    def bring(self, data: Mapping[str, Any], *, actor: Actor, now: datetime, why: str) -> str:
        """Publish a row of a file unless it is the latest already: added, changed or same. Raises Unsound."""
        faults = {name: _("The register has no such field.") for name in data if name not in {self.by, "source"}}
        for name in (self.by, "source"):
            if not isinstance(data.get(name), str) or not data[name]:
                faults[name] = _("This is needed.")
        if not faults and len(data["source"]) > LONGEST:
            faults["source"] = _("At most %(most)s characters.") % {"most": LONGEST}
        if faults:
            raise Unsound(faults)
        word, source = data[self.by], data["source"].replace("\r\n", "\n")
        version, stands = self.latest(actor.town, word)
        if version and stands == source:
            return "same"
        self.publish(word, source, base=version, actor=actor, now=now, why=why)
        return "changed" if version else "added"


# --- kinds of case ----------------------------------------------------------------------------------------------------


def _own_workflows(town: Town) -> Iterator[tuple[str, str]]:
    """The latest version of each kind whose text is not the product's: every town has that."""
    rows = sorted(every_version(town).values(), key=lambda row: row.version)
    latest, known = {row.key: row.source for row in rows}, dict(shipped())
    return ((key, source) for key, source in sorted(latest.items()) if known.get(key) != source)


def _latest_workflow(town: Town, key: str) -> tuple[int, str]:
    row = workflows.latest_row(town, key)
    return (row.version, row.source) if row is not None else (0, "")


def _publish_workflow(key: str, source: str, *, actor: Actor, **signed: Any) -> None:
    try:
        if read_for(actor.town, source).key != key:
            raise Unsound({"key": _("The text says another kind.")})
        workflows.publish(source, actor=actor, **signed)
    except BadWorkflow as bad:
        raise Unsound(lines=bad.faults) from bad
    except workflows.NotPublished as refused:
        raise Unsound({"source": _meanwhile()}) from refused


def _meanwhile() -> str:
    return _("Another version has been published meanwhile.")


# --- what categories ask ----------------------------------------------------------------------------------------------


def _sheets(town: Town) -> Iterator[tuple[str, str]]:
    every = categories(town)
    rows = {every[pk].key: row.source for pk, row in latest_sheets(town).items() if pk in every}
    yield from sorted(rows.items())


def _latest_sheet(town: Town, key: str) -> tuple[int, str]:
    pk = next((row.pk for row in categories(town).values() if row.key == key), 0)
    row = latest_sheets(town).get(pk)
    return (row.version, row.source) if row is not None else (0, "")


def _publish_sheet(key: str, source: str, *, actor: Actor, **signed: Any) -> None:
    category = next((row for row in categories(actor.town).values() if row.key == key), None)
    if category is None:
        raise Unsound({"category": _("There is none such: %(what)s") % {"what": key[:40]}})
    try:
        asking.publish_questions(category, source, actor=actor, **signed)
    except BadSheet as bad:
        raise Unsound(lines=bad.faults) from bad
    except asking.NotPublished as refused:
        raise Unsound({"source": _meanwhile()}) from refused


WORKFLOWS = Published("workflows", "key", _own_workflows, _latest_workflow, _publish_workflow)
QUESTIONS = Published("questions", "category", _sheets, _latest_sheet, _publish_sheet)
