"""What is said of the town itself, and its whole set-up as one file."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.pasts import SEEN, BackBody, PastShape, past_told
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.models import Town
from lianxin.ledger.rows import past_of
from lianxin.town.api.registers import Why
from lianxin.town.api.rows import (
    FieldShape,
    field_told,
    kept_problem,
    stale_row_problem,
    values_told,
)
from lianxin.town.registers.fields import Wrong
from lianxin.town.registers.files import PARTS, Loaded, SetupFault, bring, whole
from lianxin.town.registers.register import NotKept
from lianxin.town.registers.town import (
    FIELDS,
    StaleTown,
    change_town,
    load_field,
    put_town_back,
    stamp_of_town,
    stands,
    town_changes,
)

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: keeping the set-up"), "setup")


def _of_town(schema: dict[str, Any]) -> None:
    schema["properties"] = {each.file: {**each.shape(), "description": each.label()} for each in FIELDS}


class TownBody(Taken):
    """What is to change of the town: the fields that are named."""

    values: dict[str, Any] = Field(json_schema_extra=_of_town)
    seen: str = Field(min_length=1, max_length=60, description=SEEN)
    why: Why = Field("", description=_("Stands in the history."))


class TownTold(Schema):
    """What is said of the town, and the fields it has."""

    seen: str
    values: dict[str, Any]
    fields: list[FieldShape]


class WholeFile(Schema):
    """The set-up as one file: `town`, each register by its key, then the texts that are published.

    `only` names the registers of which it holds every row: the others of theirs go when it is taken in.
    """

    file: dict[str, Any]


class WholeBody(Taken):
    """A file as `readSetup` gives it, or a part of it."""

    file: dict[str, Any]
    why: Why = Field("", description=_("Stands in the history."))
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class Counted(Schema):
    """How many rows were entered, changed, taken away, and stood so already."""

    added: int
    changed: int
    gone: int
    same: int


class WholeDone(Schema):
    """What a file did, or would do, by its parts."""

    dry_run: bool
    done: dict[str, Counted]


@staff.read(
    "/setup",
    "readSetup",
    Described(
        _("Read the whole set-up"),
        _(
            "What `lianxin setup save` writes: the town and its registers in one file. What stands under `file`, saved "
            "as a file, is taken by `lianxin setup load`. Scope: setup:read."
        ),
        gives=WholeFile,
        example=example("setup_whole"),
    ),
    may="configure",
)
def read_whole(request: HttpRequest) -> HttpResponse:
    """The set-up as one file."""
    return respond({"file": whole(actor_of(request).town)})


@staff.write(
    "PUT",
    "/setup",
    "loadSetup",
    Described(
        _("Bring the set-up to a file"),
        _(
            "As `lianxin setup load`: a row is found by its key, what is not named stays. With one fault nothing is "
            "changed, and every fault is told by its place. Ask with dry_run first. Scope: setup:write."
        ),
        gives=WholeDone,
        example=example("setup_loaded"),
        body=(WholeBody, example("setup_load")),
    ),
    may="configure",
)
def load_whole(request: HttpRequest) -> HttpResponse:
    """Take a file in."""
    actor, body = actor_of(request), body_of(request, WholeBody)
    loaded = bring(actor.town, body.file, actor=actor, now=timezone.now(), preview=body.dry_run, why=body.why)
    if loaded.faults:
        raise Problem("invalid", _by_place(loaded.faults))
    return respond({"dry_run": body.dry_run, "done": _counted(loaded)})


def _by_place(faults: list[SetupFault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fault in faults:
        place = f"file.{fault.place}" if fault.place else "file"
        found[place] = f"{found[place]} {fault.said}" if place in found else fault.said
    return found


def _counted(loaded: Loaded) -> dict[str, dict[str, int]]:
    sides = {"added": loaded.added, "changed": loaded.changed, "gone": loaded.gone, "same": loaded.same}
    counted = {key: {side: of.get(key, 0) for side, of in sides.items()} for key in PARTS}
    return {key: counts for key, counts in counted.items() if any(counts.values())}


@staff.read(
    "/setup/town",
    "readTown",
    Described(
        _("Read what is said of the town"),
        _("Name, telephone, working hours, how far the holiday table goes. Scope: setup:read."),
        gives=TownTold,
        example=example("town"),
    ),
    may="configure",
)
def read_town(request: HttpRequest) -> HttpResponse:
    """The town itself."""
    return respond(_told(actor_of(request).town))


@staff.write(
    "PATCH",
    "/setup/town",
    "changeTown",
    Described(
        _("Change what is said of the town"),
        _("What is named changes, the rest stays; the history keeps both. Scope: setup:write."),
        gives=TownTold,
        example=example("town"),
        body=(TownBody, example("town_change")),
        fails=("stale",),
    ),
    may="configure",
)
def write_town(request: HttpRequest) -> HttpResponse:
    """Change the town."""
    actor, body = actor_of(request), body_of(request, TownBody)
    facts, faults = _read(actor.town, body.values)
    try:
        if faults:
            raise NotKept(faults)
        change_town(actor.town, facts, actor=actor, now=timezone.now(), seen=body.seen, why=body.why)
    except (NotKept, StaleTown) as refused:
        raise _problem(actor.town, refused) from refused
    return respond(_told(actor.town))


@staff.read(
    "/setup/town/past",
    "listTownPast",
    Described(
        _("Read the history of the town"),
        _("Who changed what of it, and when. Scope: setup:read."),
        gives=PastShape,
        example=example("setup_past"),
    ),
    may="configure",
)
def list_town_past(request: HttpRequest) -> HttpResponse:
    """What was changed of the town."""
    town = actor_of(request).town
    told = [town_changes(town, entry) for entry in reversed(past_of(town, "town", town.pk))]
    return respond({"rows": past_told(told)})


@staff.write(
    "POST",
    "/setup/town/back",
    "putTownBack",
    Described(
        _("Put the town back"),
        _(
            "The town is again what it was before an entry of its history; where that cannot stand any more, each "
            "field says why. Scope: setup:write."
        ),
        gives=TownTold,
        status=201,
        example=example("town"),
        body=(BackBody, example("setup_back")),
        fails=("stale",),
    ),
    may="configure",
)
def put_back(request: HttpRequest) -> HttpResponse:
    """The way back."""
    actor, body, now = actor_of(request), body_of(request, BackBody), timezone.now()

    def make() -> int:
        put_town_back(actor.town, body.seq, actor=actor, now=now, seen=body.seen)
        return actor.town_id

    try:
        made = make_once(request, "town-back", body.model_dump(mode="json"), make, now=now)
    except (NotKept, StaleTown) as refused:
        raise _problem(actor.town, refused) from refused
    return done_response(_told(actor.town), repeated=made.repeated)


def _problem(town: Town, refused: NotKept | StaleTown) -> Problem:
    """What is wrong by field, or who was quicker."""
    if isinstance(refused, NotKept):
        return kept_problem(lambda _column: None, refused)
    return stale_row_problem(town, "town", town.pk)


def _read(town: Town, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    facts, faults = {}, {}
    for name, raw in values.items():
        try:
            facts[name] = load_field(town, name, raw)
        except Wrong as wrong:
            faults[name] = wrong.said
    return facts, faults


def _told(town: Town) -> dict[str, Any]:
    return {
        "seen": stamp_of_town(town), "values": values_told(town, FIELDS, stands(town)),
        "fields": [field_told(town, each) for each in FIELDS],
    }  # fmt: skip
