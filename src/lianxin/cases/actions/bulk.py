"""One act on many cases (批量办理): each goes through the door by itself, and what came of each is kept.

Nothing is half done in silence: a case that is refused is named with the reason, one that was not reached (the machine
went down) stands there as not reached, and what was done can be taken back together for a few minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction as database
from django.utils.translation import gettext as _

from lianxin.cases.actions.triage import Way, follow, ways
from lianxin.cases.actions.undoing import undo
from lianxin.cases.models import Batch
from lianxin.cases.queries.history import quicker, since
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.values import Standing
from lianxin.cases.words import refusal, said
from lianxin.keys.ids import new_id
from lianxin.keys.once import OnceKey, claim, digest_of
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.queries import roles
from lianxin.ui import words
from lianxin.workflow.engine import Refused

MOST: Final = 50  # a page of the inbox: what one has looked at
KEPT: Final = timedelta(days=30)
# What may be said alike of many cases. An answer, a ground for refusal, a contact is owed to each by itself.
ALIKE: Final = ("holder", "units", "case", "urgency", "until", "reason", "demand", "note")


@dataclass(frozen=True, slots=True)
class Pick:
    """A case as it was chosen: `seen` is the version its chooser had before them."""

    standing: Standing
    seen: int


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that may be done to some of the chosen cases: by which way to each, and what it asks for."""

    act: str
    name: str
    ways: dict[int, Way]

    @property
    def fields(self) -> tuple[list[str], list[str]]:
        """What must and what may be given, for all of them alike."""
        lasts = [way[-1] for way in self.ways.values()]
        needs = [name for name in ALIKE if any(name in last.needs for last in lasts)]
        takes = ["note"] if "note" not in needs and any("note" in last.takes for last in lasts) else []
        return needs, takes


def offers(actor: Actor, standings: Sequence[Standing]) -> dict[str, Offer]:
    """What may be done to several cases at once, what fits the most of them first."""
    found: dict[str, Offer] = {}
    for standing in standings:
        for act, way in ways(actor, standing).items():
            if set(way[-1].needs) <= set(ALIKE) and way[-1].effect("split") is None:
                offer = found.setdefault(act, Offer(act, said(way[-1].name), {}))
                offer.ways[standing.case.pk] = way
    return dict(sorted(found.items(), key=lambda each: -len(each[1].ways)))


def act_on_all(
    once: OnceKey | None, offer: Offer, picks: Sequence[Pick], given: Mapping[str, Any], *, actor: Actor, now: datetime
) -> tuple[Batch, bool]:
    """Do an act to each of several cases; what came of each, and whether the same form has been sent before.

    The case that the others are merged into is the one kept: it is left out, and refused where it alone was chosen.
    The same key again does nothing more. Raises PermissionDenied, KeyUsedOtherwise.
    """
    picks = [pick for pick in picks if pick.standing.case.pk != given.get("case")] or picks
    batch, repeated = _begin(once, offer, picks, actor=actor, now=now)
    return (batch if repeated else _run(batch, offer, picks, given, actor=actor, now=now)), repeated


def _begin(
    once: OnceKey | None, offer: Offer, picks: Sequence[Pick], *, actor: Actor, now: datetime
) -> tuple[Batch, bool]:
    """Note what is about to be done to which cases, so that one broken off says which are missing."""
    if actor.post_id is None:
        raise PermissionDenied
    lines = [{"case": pick.standing.case.pk, "number": pick.standing.case.number} for pick in picks]
    made = Batch(
        id=new_id(), town=actor.town, post_id=actor.post_id, act=offer.act, name=offer.name[:80], lines=lines, at=now
    )
    with database.atomic():
        if (earlier := claim(once, town_id=actor.town_id, result=made.pk, now=now)) is None:
            made.save(force_insert=True)
            return made, False
    return Batch.objects.seen_by(actor).get(pk=earlier), True


def key_of_batch(key: str, act: str, picks: Mapping[str, int], typed: Mapping[str, Any], *, actor: Actor) -> OnceKey:
    """The key of a form or a request, with what was meant: the act, the cases as they were seen, what was given."""
    meant = {"act": act, "picks": sorted(picks.items()), "given": {name: typed[name] for name in sorted(typed)}}
    return OnceKey(f"batch:{actor.post_id}", key, digest_of(meant))


def _run(
    batch: Batch, offer: Offer, picks: Sequence[Pick], given: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Batch:
    """Do the act to each case in turn; what came of it is written with it, in the same transaction."""
    for line, pick in zip(batch.lines, picks, strict=True):
        try:
            with database.atomic():
                line["entries"] = _one(offer, pick, given, actor=actor, now=now)
                batch.save(update_fields=["lines"])
        except Refused as refused:
            line.pop("entries", None)
            line["refused"] = _sentence(refused, pick.standing, actor)
            batch.save(update_fields=["lines"])
    return batch


def _one(offer: Offer, pick: Pick, given: Mapping[str, Any], *, actor: Actor, now: datetime) -> list[int]:
    case, before = pick.standing.case, pick.standing.case.version
    way = offer.ways.get(case.pk)
    if way is None:
        raise Refused("not_from_here", act=offer.act, step=case.step)
    if given.get("case") == case.pk:
        raise Refused("bad_value", act=offer.act, field="case")
    taken = {*way[-1].needs, *way[-1].takes}
    mine = {name: value for name, value in given.items() if name in taken}
    follow(pick.standing, offer.act, actor=actor, now=now, given=mine, seen=pick.seen)
    made = Entry.objects.for_system("bulk: of a case just acted on", actor.town).filter(
        subject_kind="case", subject_id=case.pk, seq__gt=before
    )
    return list(made.order_by("seq").values_list("id", flat=True))


def undo_batch(batch: Batch, *, actor: Actor, now: datetime) -> Batch:
    """Take back what a batch did, case by case; where that cannot be, its line says why."""
    for line in batch.lines:
        if not line.get("entries") or line.get("undone") is True:
            continue
        try:
            with database.atomic():
                undo(line["case"], line["entries"], actor=actor, now=now)
                line["undone"] = True
                batch.undone_at = now
                batch.save(update_fields=["lines", "undone_at"])
        except NotSeen:
            line["undone"] = _("It is no longer yours to see.")
        except Refused as refused:
            line["undone"] = _why_not(refused)
    batch.undone_at = now
    batch.save(update_fields=["lines", "undone_at"])
    return batch


def forget_batches(*, now: datetime) -> int:
    """Delete batches older than a month: the histories of their cases keep what was done."""
    rows = Batch.objects.for_system("sweep", EVERY_TOWN).filter(at__lt=now - KEPT)
    return int(rows.delete()[0])


def _sentence(refused: Refused, standing: Standing, actor: Actor) -> str:
    if refused.code == "bad_value" and refused.detail.get("field") == "case":
        return _("It cannot be merged there: that case is this one, is closed, or is merged itself.")
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    if (last := since(actor, standing.case, flow, refused)) is not None:
        told = {"who": quicker(last), "when": words.when(last["at"]), "act": last["name"]}
        return _("%(who)s was quicker (%(when)s: %(act)s). Look at it and decide again.") % told
    return refusal(refused, flow, {key: role.name for key, role in roles(actor.town).items()})


def _why_not(refused: Refused) -> str:
    told = {
        "undo_late": _("More than ten minutes have passed."),
        "undo_final": _("It has been told to the resident, or the workflow does not let it be taken back."),
    }
    return told.get(refused.code, _("Something has happened in this case since."))
