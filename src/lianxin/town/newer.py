"""Workflows that came with a newer product: a running town is told of them, and nothing happens by itself.

What is new is a text of `towns/base` that the town has published in no version. Whoever sets up the town publishes it
or keeps what the town has; the decision stands in the history, and the next newer text is told anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.actions.workflows import publish
from lianxin.cases.fitting import read_for
from lianxin.cases.queries.setup import workflows
from lianxin.cases.rehearsal import seed_of
from lianxin.ledger.actions import Line, record
from lianxin.ledger.chain import digest_of_source
from lianxin.ledger.models import Entry
from lianxin.town.base import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lianxin.cases.models import WorkflowVersion
    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor

FOLDER: Final = BASE / "workflows"
SUBJECT: Final = "newer_workflow"  # its word in the ledger; the subject is the town
_KEY: Final = re.compile(r"^key:\s*([a-z][a-z0-9_]*)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Newer:
    """A text that came with the product. `latest`: what the town has of the kind, None for a kind it has not had.

    `kept`: somebody has decided to keep what the town has.
    """

    key: str
    source: str
    latest: WorkflowVersion | None
    kept: bool

    @property
    def base(self) -> int:
        """The version it would follow; 0 for a new kind."""
        return self.latest.version if self.latest is not None else 0


def newer(town: Town) -> list[Newer]:
    """Every text of the product's that the town has not published, by kind. Two statements at most."""
    rows = sorted(workflows(town).values(), key=lambda row: row.version)
    known = {(row.key, row.source) for row in rows}
    latest = {row.key: row for row in rows}
    found = [(key, source) for key, source in shipped() if (key, source) not in known]
    kept = _kept(town) if found else set()
    return [Newer(key, text, latest.get(key), (key, digest_of_source(text)) in kept) for key, text in found]


def newer_of(town: Town, key: str) -> Newer | None:
    """The product's text of one kind, where the town has not published it."""
    return next((each for each in newer(town) if each.key == key), None)


def keep_own(offer: Newer, *, why: str, actor: Actor, now: datetime) -> None:
    """Keep what the town has; said once of each text. Raises PermissionDenied."""
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    data = {"key": offer.key, "digest": digest_of_source(offer.source)}
    with transaction.atomic():
        if (offer.key, data["digest"]) not in _kept(actor.town):
            record(Line(SUBJECT, actor.town_id, "keep", data, {"reason": why} if why else {}), actor=actor, now=now)


def take_up(offer: Newer, *, why: str, actor: Actor, now: datetime) -> WorkflowVersion:
    """Publish the product's text as the next version; cases under way end on theirs.

    Raises BadWorkflow where the town lacks what it names, NotPublished, PermissionDenied.
    """
    read_for(actor.town, offer.source)
    return publish(offer.source, base=offer.base, why=why, actor=actor, now=now, seed=seed_of(offer.source))


def shipped() -> Iterator[tuple[str, str]]:
    """The product's workflows: key and text."""
    for path in sorted(FOLDER.glob("*.yaml")):
        source = path.read_text("utf-8")
        if said := _KEY.search(source):
            yield said[1], source


def _kept(town: Town) -> set[tuple[str, str]]:
    entries = Entry.objects.for_system("workflows of the product", town).filter(subject_kind=SUBJECT, act="keep")
    return {(entry.data["key"], entry.data["digest"]) for entry in entries}
