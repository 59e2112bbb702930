"""One act on many cases, what came of each, and taking back what one has just done."""

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.bulk import MOST, Offer, Pick, act_on_all, key_of_batch, offers, undo_batch
from lianxin.cases.actions.undoing import undo
from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, guarded, key_of
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.shapes import Moved, Taken
from lianxin.cases.api.writing import done_response, moved, refused_problem, respond
from lianxin.cases.forms import FormFaults, parse_given
from lianxin.cases.models import Batch
from lianxin.cases.queries.chosen import batch_of, chosen
from lianxin.cases.queries.standing import stand
from lianxin.keys.numbers import tidy
from lianxin.keys.once import OnceKey, claim, digest_of, found
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.workflow.engine import Refused

router = Router()
cases_tag = _("Staff: cases")
UNDO = ("stale", "undo_passed", "undo_not_yours", "undo_late", "undo_final")


class Chosen(Taken):
    """A case as it was read."""

    number: Annotated[str, StringConstraints(max_length=20)]
    version: Annotated[int, Field(ge=0, le=2_147_483_647)]


class BatchBody(Taken):
    """An act for several cases. `given` holds what it needs, the same for all."""

    act: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")]
    cases: Annotated[list[Chosen], Field(min_length=1, max_length=MOST)]
    given: dict[str, Any] = Field(default_factory=dict, description=_("The same for all the cases."))


class BatchLine(Schema):
    """What came of one case: `done`, or `refused` with the sentence; neither where it was not reached."""

    number: str
    done: bool
    refused: str
    undone: bool
    not_undone: str


class BatchShape(Schema):
    """An act on several cases."""

    id: str
    act: str
    at: datetime
    undone_at: datetime | None
    lines: list[BatchLine]


class UndoBody(Taken):
    """The act that led to this version of the case is taken back, if it is the last one."""

    version: Annotated[int, Field(ge=0, le=2_147_483_647)]


def _shape(batch: Batch) -> dict[str, Any]:
    lines = [
        {
            "number": line["number"], "done": bool(line.get("entries")), "refused": line.get("refused", ""),
            "undone": line.get("undone") is True,
            "not_undone": line["undone"] if isinstance(line.get("undone"), str) else "",
        }
        for line in batch.lines
    ]  # fmt: skip
    return {"id": str(batch.pk), "act": batch.act, "at": batch.at, "undone_at": batch.undone_at, "lines": lines}


@router.post(
    "/batches",
    auth=allowed("cases:write"),
    tags=[cases_tag],
    operation_id="actOnCases",
    **Described(
        _("Act on several cases"),
        _(
            "Does one act to each of up to 50 cases, one by one through the same door. What is refused is named with "
            "the reason and stays as it is. Acts that owe each case words of its own (an answer, a ground for "
            "refusal) are not taken here. Scope: cases:write."
        ),
        scope="cases:write",
        gives=BatchShape,
        status=201,
        example=example("batch"),
        body=(BatchBody, example("batch_body")),
        keyed=True,
        fails=(*SIGNED_IN, "not_from_here", "csrf", "bad_json", "unsupported_media", "invalid"),
    ).options,
)
@guarded
def act_on_cases(request: HttpRequest) -> HttpResponse:
    """One act on several cases."""
    actor, key, now = actor_of(request), key_of(request), timezone.now()
    body = body_of(request, BatchBody)
    standings = chosen(actor, [each.number for each in body.cases], most=MOST)
    versions = {tidy(each.number): each.version for each in body.cases}
    here = {each.case.number for each in standings}
    if absent := [each.number for each in body.cases if tidy(each.number) not in here]:
        told = gettext("Not yours to see, or not there: %(numbers)s.") % {"numbers": ", ".join(absent)}
        raise Problem("invalid", {"cases": told})
    once = key_of_batch(key, body.act, versions, body.given, actor=actor)
    if (earlier := found(once, town_id=actor.town_id)) is not None:
        return done_response(_shape(_own(actor, earlier)), repeated=True)
    offer = offers(actor, standings).get(body.act)
    if offer is None:
        raise Problem("not_from_here")
    given = _given(offer, body.given, actor)
    picks = [Pick(each, versions[each.case.number]) for each in standings]
    made, repeated = act_on_all(once, offer, picks, given, actor=actor, now=now)
    return done_response(_shape(made), repeated=repeated)


def _given(offer: Offer, told: dict[str, Any], actor: Actor) -> dict[str, Any]:
    needs, takes = offer.fields
    if odd := sorted(set(told) - {*needs, *takes}):
        raise Problem("invalid", {f"given.{name}": gettext("The act has no use for this.") for name in odd})
    given: dict[str, Any] = {}
    for last in {id(way[-1]): way[-1] for way in offer.ways.values()}.values():
        mine = {name: told[name] for name in told if name in {*last.needs, *last.takes}}
        try:
            given |= parse_given(last, mine, actor=actor, case=None)
        except FormFaults as wrong:
            raise Problem("invalid", {f"given.{name}": text for name, text in wrong.faults.items()}) from wrong
    return given


@router.get(
    "/batches/{batch}",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="readBatch",
    **Described(
        _("Read what came of an act on several cases"),
        _("Case by case; of one's own acts, for a month. Scope: cases:read."),
        scope="cases:read",
        gives=BatchShape,
        example=example("batch"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def read_batch(request: HttpRequest, batch: int) -> HttpResponse:
    """One batch of the post's own."""
    return respond(_shape(_own(actor_of(request), batch)))


@router.post(
    "/batches/{batch}/undo",
    auth=allowed("cases:write"),
    tags=[cases_tag],
    operation_id="undoBatch",
    **Described(
        _("Take back an act on several cases"),
        _(
            "Within ten minutes, each case in which nothing has happened since stands again as it stood before; of the "
            "others `not_undone` says why. Scope: cases:write."
        ),
        scope="cases:write",
        gives=BatchShape,
        status=201,
        example=example("batch"),
        keyed=True,
        fails=(*SIGNED_IN, "csrf"),
    ).options,
)
@guarded
def undo_cases(request: HttpRequest, batch: int) -> HttpResponse:
    """Take a batch back."""
    actor, now = actor_of(request), timezone.now()
    held = _own(actor, batch)
    once = OnceKey(f"post:{actor.post_id}:undo", key_of(request), digest_of({"batch": batch}))
    with transaction.atomic():
        repeated = claim(once, town_id=actor.town_id, result=held.pk, now=now) is not None
    made = held if repeated else undo_batch(held, actor=actor, now=now)
    return done_response(_shape(made), repeated=repeated)


def _own(actor: Actor, pk: int) -> Batch:
    batch = batch_of(actor, pk)
    if batch is None:
        raise Problem("not_found")
    return batch


@router.post(
    "/cases/{number}/undo",
    auth=allowed("cases:write"),
    tags=[cases_tag],
    operation_id="undoAct",
    **Described(
        _("Take back one's last act"),
        _(
            "Who made the last act of a case may take it back within ten minutes: step, dates, holder, counts and "
            "duties are again what they were, and the history keeps both. What the resident has been told is not "
            "taken back. Scope: cases:write."
        ),
        scope="cases:write",
        gives=Moved,
        status=201,
        example=example("moved"),
        body=(UndoBody, example("undo_body")),
        keyed=True,
        fails=(*SIGNED_IN, *UNDO, "csrf", "bad_json", "unsupported_media", "invalid"),
    ).options,
)
@guarded
def undo_act(request: HttpRequest, number: str) -> HttpResponse:
    """Take one's last act back."""
    actor, body = actor_of(request), body_of(request, UndoBody)
    standing = stand(actor, number=tidy(number))
    rows = Entry.objects.for_system("undo: the case is seen", actor.town).filter(subject_kind="case")
    entry = rows.filter(subject_id=standing.case.pk, seq=body.version).values_list("id", flat=True).first()
    once = OnceKey(f"post:{actor.post_id}:undo", key_of(request), digest_of({"case": standing.case.pk, **body.dict()}))
    try:
        done = undo(standing.case.pk, [entry or 0], actor=actor, now=timezone.now(), once=once)
    except Refused as refused:
        raise refused_problem(refused, standing, actor=actor) from refused
    return done_response(moved(actor, done.standing), repeated=done.repeated)
