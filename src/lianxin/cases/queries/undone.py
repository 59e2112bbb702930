"""Taking back (撤销): whether somebody may take the last acts of a case back, and what of a history still stands.

What was taken back is not counted: an act that an undo of the same case names is passed over by figures.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, IntegerField, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.values import Standing
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.workflow.definition import Transition
from lianxin.workflow.engine import Refused
from lianxin.workflow.undoing import Made, check_undo

UNDO: Final = "undo"  # the act
UNDONE: Final = "undone"  # what its entry counts as


def still_stands(town: Town) -> Q:
    """Entries of cases that nobody has taken back; to be asked of few, as of those that count as something.

    An undo takes back the run of acts right before it, from the number `first` on.
    """
    first = Cast(KeyTextTransform("first", KeyTextTransform("given", "data")), IntegerField())
    undos = Entry.objects.for_system("figures: cases are scoped", town).filter(
        subject_kind="case", subject_id=OuterRef("subject_id"), counts=UNDONE, seq__gt=OuterRef("seq")
    )
    return ~Q(Exists(undos.annotate(first=first).filter(first__lte=OuterRef("seq"))))


def check(standing: Standing, run: Sequence[Entry], *, actor: Actor, now: datetime) -> list[Transition]:
    """The transitions of a run of entries that the actor may take back now; raises Refused."""
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    made = [
        Made(
            entry.act, flow.transition(entry.source, entry.act), own(entry, actor), entry.at,
            {*entry.data.get("given", {}), *entry.data.get("texts", {})},
        )
        for entry in run
    ]  # fmt: skip
    check_undo(made, last=run[-1].seq == standing.case.version, now=now)
    return [each.transition for each in made if each.transition is not None]


def own(entry: Entry, actor: Actor) -> bool:
    """Whether an entry is the actor's: of their post, or, having none, of the reporter they are."""
    same = entry.post_id == actor.post_id and entry.account_id == actor.account_id
    return same and (actor.post_id is not None or entry.data.get("given", {}).get("reporter") == actor.reporter_id)


def last_own(standing: Standing, entries: Sequence[Entry], *, actor: Actor, now: datetime) -> Entry | None:
    """The last act of a case if the actor may take it back now; `entries` are all of the case's, in order."""
    if not entries or not actor.is_staff:
        return None
    try:
        check(standing, entries[-1:], actor=actor, now=now)
    except Refused:
        return None
    return entries[-1]
