"""What categories ask beside a report: read, checked line by line, published, with the way back."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Schema

from lianxin.cases.actions.asking import NotPublished, publish_questions
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.models import Category, QuestionSheet
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.asking import latest_sheets
from lianxin.cases.queries.setup import categories
from lianxin.forms.questions import BadSheet, Sheet, read_sheet
from lianxin.keys.models import Town
from lianxin.town.api.rules import any_category
from lianxin.town.api.texts import TextBody, VersionShape, line_problem, must_be_seen, not_published, seen_of
from lianxin.town.homes.asking.pages import MOST_TEXT, sheet_rows, sheets_of
from lianxin.workflow.definition import Fault

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: workflows, rules and questions"), "setup")


class AskingRow(Schema):
    """A category that asks something: how much, since which version."""

    category: str
    name: str
    version: int
    questions: int


class AskingRows(Schema):
    """The categories that ask something of their own."""

    rows: list[AskingRow]


class QuestionsText(Schema):
    """What a category asks, as a text, and all versions, the newest first. `version` is 0 where it asks nothing yet."""

    category: str
    name: str
    version: int
    source: str
    versions: list[VersionShape]


class QuestionsDone(Schema):
    """What a text asks. `published` is the new version, 0 for a dry run."""

    published: int
    seen: str
    questions: int


@staff.read(
    "/setup/questions",
    "listQuestions",
    Described(
        _("List the categories that ask"),
        _("The categories with questions of their own. What they ask is in `listCategories`. Scope: setup:read."),
        gives=AskingRows,
        example=example("asking"),
    ),
    may="configure",
)
def list_questions(request: HttpRequest) -> HttpResponse:
    """The categories that ask."""
    town = actor_of(request).town
    every = categories(town)
    rows = [
        {
            "category": every[pk].key, "name": category_name(every[pk]), "version": sheet.version,
            "questions": len(read_sheet(sheet.source).questions),
        }
        for pk, sheet in latest_sheets(town).items()
        if pk in every
    ]  # fmt: skip
    return respond({"rows": rows})


@staff.read(
    "/setup/questions/{category}",
    "readQuestions",
    Described(
        _("Read what a category asks"),
        _("The text of the questions, and who published which version and why. Scope: setup:read."),
        gives=QuestionsText,
        example=example("questions"),
    ),
    may="configure",
)
def read_questions(request: HttpRequest, category: str) -> HttpResponse:
    """What a category asks."""
    town = actor_of(request).town
    held = _category(town, category)
    rows = sheets_of(town, held.pk)
    facts = {"version": rows[0].version if rows else 0, "source": rows[0].source if rows else ""}
    names = ("version", "at", "who", "why")
    versions = [{**{name: row[name] for name in names}, "open": None} for row in sheet_rows(town, rows)]
    return respond({"category": held.key, "name": category_name(held), **facts, "versions": versions})


@staff.write(
    "POST",
    "/setup/questions/{category}",
    "publishQuestions",
    Described(
        _("Try questions, and publish them"),
        _(
            "Every fault of the text is told by its line. With dry_run nothing is written; its `seen` goes with the "
            "request that publishes. An empty list ends the questions. Cases keep the words they were asked in. "
            "Scope: setup:write."
        ),
        gives=QuestionsDone,
        status=201,
        example=example("questions_done"),
        body=(TextBody, example("questions_text")),
        fails=("stale", "refused"),
    ),
    may="configure",
)
def write_questions(request: HttpRequest, category: str) -> HttpResponse:
    """Look at questions, or publish them."""
    actor, body, now = actor_of(request), body_of(request, TextBody), timezone.now()
    held, sheet = _category(actor.town, category), _read(body)
    told: dict[str, Any] = {"seen": seen_of(body), "questions": len(sheet.questions)}
    if body.dry_run:
        return respond({"published": 0, **told})
    must_be_seen(body)

    def make() -> int:
        return publish_questions(held, body.source, base=body.base, why=body.why, actor=actor, now=now).pk

    try:
        made = make_once(request, f"questions:{held.pk}", body.model_dump(mode="json"), make, now=now)
    except NotPublished as refused:
        raise not_published(refused.code) from refused
    version = QuestionSheet.objects.for_system("api: published", actor.town).get(pk=made.pk).version
    return done_response({"published": version, **told}, repeated=made.repeated)


def _category(town: Town, named: str) -> Category:
    pk = any_category(town, named)
    if pk is None:
        raise Problem("not_found")
    return categories(town)[pk]


def _read(body: TextBody) -> Sheet:
    if len(body.source) > MOST_TEXT:
        raise line_problem([Fault(0, f"the file has more than {MOST_TEXT} characters")])
    try:
        return read_sheet(body.source)
    except BadSheet as bad:
        raise line_problem(bad.faults) from bad
