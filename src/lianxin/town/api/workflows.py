"""Kinds of case and their workflows: read, checked line by line, rehearsed, published, with the way back."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from lianxin.cases.actions.workflows import NotPublished, publish
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.fitting import read_for
from lianxin.cases.models import WorkflowVersion
from lianxin.cases.queries.setup import workflow_of
from lianxin.cases.rehearsal import DryRun, Replay, dry_run, replay, seed_of
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.town.api.texts import (
    TextBody,
    VersionShape,
    line_problem,
    must_be_seen,
    not_published,
    seen_of,
)
from lianxin.town.homes.workflows.showing import (
    change_rows,
    dry_rows,
    kept_from,
    kind_rows,
    replay_rows,
    version_rows,
    versions_of,
)
from lianxin.workflow.definition import BadWorkflow, Fault, Workflow

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: workflows, rules and questions"), "setup")


class KindRow(Schema):
    """A kind: its latest version and since when; cases under way on it and on earlier ones, null where secret."""

    kind: str
    name: str
    version: int
    since: datetime
    steps: int
    confidential: bool
    open: int | None
    open_on_earlier: int | None


class KindRows(Schema):
    """All kinds."""

    rows: list[KindRow]


class VersionFilter(Taken):
    """Which version."""

    version: Annotated[int, Field(ge=1, le=999_999)] | None = Field(
        None, description=_("Another version than the latest.")
    )


class WorkflowText(Schema):
    """A version's text, and all versions, the newest first. `latest` is the `base` of the next."""

    kind: str
    name: str
    version: int
    latest: int
    source: str
    versions: list[VersionShape]


class Differing(Schema):
    """What differs in meaning from the latest version."""

    what: str
    key: str
    name: str
    part: str
    was: str
    now: str


class FindingShape(Schema):
    """Something a rehearsal found, how many cases it holds for and some of them; null where they are secret."""

    text: str
    count: int | None
    cases: list[str]


class OpenTried(Schema):
    """The open cases under the new text; `changed` of `of` stand where it differs. Null where they are secret."""

    of: int | None
    changed: int | None
    by_hand: int | None
    found: list[FindingShape]


class PastTried(Schema):
    """Last year's closed cases walked through the new text: `tried` of `of`, `whole` to an end."""

    seed: str
    of: int | None
    tried: int | None
    whole: int | None
    unlike: int | None
    found: list[FindingShape]


class WorkflowDone(Schema):
    """What a text says and would do. `published` is the new version, 0 for a dry run."""

    published: int
    seen: str
    changes: list[Differing]
    open_cases: OpenTried | None
    past_cases: PastTried | None


@staff.read(
    "/setup/workflows",
    "listWorkflows",
    Described(
        _("List the kinds and their versions"),
        _("Every kind with its latest version and the cases under way. Scope: setup:read."),
        gives=KindRows,
        example=example("workflows"),
    ),
    may="configure",
)
def list_workflows(request: HttpRequest) -> HttpResponse:
    """The kinds."""
    rows = []
    for row in kind_rows(actor_of(request)):
        told = {name: row[name] for name in ("name", "version", "since", "steps", "confidential")}
        counts = {"open": row["open"], "open_on_earlier": row["earlier"]}
        rows.append({"kind": row["key"], **told, **(dict.fromkeys(counts) if row["secret"] else counts)})
    return respond({"rows": rows})


@staff.read(
    "/setup/workflows/{kind}",
    "readWorkflow",
    Described(
        _("Read a workflow"),
        _(
            "The text of a version, the latest if none is asked for, and who published which and why. "
            "Scope: setup:read."
        ),
        gives=WorkflowText,
        query=VersionFilter,
        example=example("workflow"),
    ),
    may="configure",
)
def read_workflow(request: HttpRequest, kind: str) -> HttpResponse:
    """A workflow's text."""
    actor, asked = actor_of(request), query_of(request, VersionFilter)
    rows = versions_of(actor.town, kind)
    shown = next((row for row in rows if asked.version in (None, row.version)), None)
    if shown is None:
        raise Problem("not_found")
    versions = [{"who": "", "why": "", **row} for row in version_rows(actor, rows)]
    facts = {"kind": kind, "name": said(workflow_of(shown).name), "version": shown.version, "source": shown.source}
    return respond({**facts, "latest": rows[0].version, "versions": versions})


@staff.write(
    "POST",
    "/setup/workflows/{kind}",
    "publishWorkflow",
    Described(
        _("Try a workflow, and publish it"),
        _(
            "The next version of a kind, or a kind that is new. Every fault of the text is told by its line. With "
            "dry_run nothing is written: the answer says what differs, what it would do to the open cases, and how "
            "last year's would have gone. Its `seen` goes with the request that publishes. New cases begin on the new "
            "version, those under way end on theirs. Scope: setup:write."
        ),
        gives=WorkflowDone,
        status=201,
        example=example("workflow_done"),
        body=(TextBody, example("workflow_text")),
        fails=("stale", "refused"),
    ),
    may="configure",
)
def publish_workflow(request: HttpRequest, kind: str) -> HttpResponse:
    """Look at a text, or publish it."""
    actor, body, now = actor_of(request), body_of(request, TextBody), timezone.now()
    flow = _read(actor.town, kind, body)
    if body.dry_run:
        return respond({"published": 0, "seen": seen_of(body), **_rehearsed(actor, flow, body, now)})
    must_be_seen(body)

    def make() -> int:
        signed: dict[str, Any] = {"why": body.why, "actor": actor, "now": now}
        return publish(body.source, base=body.base, seed=seed_of(body.source), **signed).pk

    try:
        made = make_once(request, f"workflow:{kind}", body.model_dump(mode="json"), make, now=now)
    except NotPublished as refused:
        raise not_published(refused.code) from refused
    return _done(actor, made.pk, body, repeated=made.repeated)


def _read(town: Town, kind: str, body: TextBody) -> Workflow:
    try:
        flow = read_for(town, body.source)
    except BadWorkflow as bad:
        raise line_problem(bad.faults) from bad
    line = next((n for n, text in enumerate(body.source.splitlines(), 1) if text.startswith("key:")), 0)
    if flow.key != kind:
        raise line_problem([Fault(line, f"the key must stay {kind}")])
    return flow


def _done(actor: Actor, pk: int, body: TextBody, *, repeated: bool) -> HttpResponse:
    """What was published, with what it changed; the rehearsals were looked at before."""
    made = WorkflowVersion.objects.for_system("api: published", actor.town).get(pk=pk)
    before = next((row for row in versions_of(actor.town, made.key) if row.version == made.version - 1), None)
    changed = _differing(workflow_of(before), workflow_of(made)) if before else []
    told = {"published": made.version, "seen": seen_of(body), "changes": changed}
    return done_response({**told, "open_cases": None, "past_cases": None}, repeated=repeated)


def _differing(old: Workflow, new: Workflow) -> list[dict[str, str]]:
    names = ("what", "key", "name", "part", "was", "now")
    return [{name: str(row[name]) for name in names} for row in change_rows(old, new)]


def _rehearsed(actor: Actor, flow: Workflow, body: TextBody, now: datetime) -> dict[str, Any]:
    rows = versions_of(actor.town, flow.key)
    if not rows:
        return {"changes": [], "open_cases": None, "past_cases": None}
    old, seed = workflow_of(rows[0]), seed_of(body.source)
    dry, past = dry_run(actor.town, flow, seed=seed), replay(actor.town, flow, seed=seed, now=now)
    secret = kept_from(actor, flow, old)
    return {
        "changes": _differing(old, flow),
        "open_cases": {
            **_counts(dry, ("of", "changed", "by_hand"), secret), "found": _found(dry_rows(dry, actor, flow, old)),
        },
        "past_cases": {
            "seed": seed, **_counts(past, ("of", "tried", "whole", "unlike"), secret),
            "found": _found(replay_rows(past, actor, flow, old)),
        },
    }  # fmt: skip


def _counts(found: DryRun | Replay, names: tuple[str, ...], secret: bool) -> dict[str, int | None]:
    return {name: None if secret else getattr(found, name) for name in names}


def _found(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "cases": [case["number"] for case in row["cases"]]} for row in rows]
