"""A town's workflows, categories, clauses and routes, remembered until they change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lianxin.cases.models import Category, Clause, Route, WorkflowVersion
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.workflow.clock import Limit
from lianxin.workflow.definition import Workflow, read
from lianxin.workflow.definition.model import Name
from lianxin.workflow.definition.words import called_as

_read: dict[int, Workflow] = {}  # published versions are frozen: read once in a process


def workflow_of(version: WorkflowVersion) -> Workflow:
    """A published workflow as the engine wants it; its version is that of the publication, not what its file says."""
    found = _read.get(version.pk)
    if found is None:
        found = _read[version.pk] = replace(read(version.source), version=version.version)
    return found


def workflows(town: Town) -> Mapping[int, WorkflowVersion]:
    """Every published version of a town's workflows by id."""
    return cached(
        town, "workflows", lambda: {row.pk: row for row in WorkflowVersion.objects.for_system("settings", town)}
    )


def workflow_by_id(town: Town, pk: int) -> Workflow:
    """The workflow a case goes by: the version it began on, in the words of the newest one."""

    def build() -> Mapping[int, Workflow]:
        newest = {key: workflow_of(latest_version(town, key)) for key in {row.key for row in workflows(town).values()}}
        return {pk: called_as(workflow_of(row), newest[row.key]) for pk, row in workflows(town).items()}

    return cached(town, "workflows in words", build)[pk]


def latest_version(town: Town, kind: str) -> WorkflowVersion:
    """The version a new case of a kind begins on; KeyError for a kind unknown."""
    rows = [row for row in workflows(town).values() if row.key == kind]
    if not rows:
        raise KeyError(kind)
    return max(rows, key=lambda row: row.version)


def kinds(town: Town) -> list[Workflow]:
    """The kinds of case a town knows, each by its latest workflow."""

    def build() -> list[Workflow]:
        keys = sorted({row.key for row in workflows(town).values()})
        return [workflow_of(latest_version(town, key)) for key in keys]

    return cached(town, "kinds", build)


def step_names(town: Town, key: str) -> Mapping[str, Name]:
    """What a step of this key is called, by kind: several kinds may use one key for steps of their own."""
    return {flow.key: flow.steps[key].name for flow in kinds(town) if key in flow.steps}


def end_steps(town: Town, outcome: str = "") -> frozenset[str]:
    """Keys of end steps over all published workflows, of one outcome or of any."""
    found = (workflow_of(row).steps.values() for row in workflows(town).values())
    return frozenset(step.key for steps in found for step in steps if step.end and outcome in {"", step.outcome})


def steps_of_phase(town: Town, phase: str) -> frozenset[str]:
    """Keys of the live steps that belong to one of the six official steps."""
    found = (workflow_of(row).steps.values() for row in workflows(town).values())
    return frozenset(step.key for steps in found for step in steps if not step.end and step.phase == phase)


def categories(town: Town) -> Mapping[int, Category]:
    """All categories of a town by id, in their order."""

    def build() -> Mapping[int, Category]:
        return {row.pk: row for row in Category.objects.for_system("settings", town).order_by("order", "id")}

    return cached(town, "categories", build)


def leaves(town: Town) -> list[Category]:
    """The categories that take cases: nothing below them, and neither they nor a group above out of use."""

    def build() -> list[Category]:
        every = categories(town)
        parents = {row.parent_id for row in every.values()}
        off = {row.pk for row in every.values() if not row.active}
        return [row for row in every.values() if row.pk not in parents and not off & set(category_chain(town, row.pk))]

    return cached(town, "leaves", build)


def below(town: Town, pk: int | None) -> list[Category]:
    """The categories in use under one, or all of them: each before those in it."""
    inside: dict[int | None, list[Category]] = {}
    for row in categories(town).values():
        if row.active:
            inside.setdefault(row.parent_id, []).append(row)

    def under(at: int | None) -> list[Category]:
        return [each for row in inside.get(at, ()) for each in (row, *under(row.pk))]

    return under(pk)


def category_chain(town: Town, pk: int | None) -> list[int]:
    """A category and its groups, the narrowest first."""
    chain, every = [], categories(town)
    while pk is not None and pk in every:
        chain.append(pk)
        pk = every[pk].parent_id
    return chain


def limits_of(town: Town, category_id: int | None) -> Mapping[str, Limit]:
    """The limits of a category by name; a group's hold for its leaves that say nothing."""

    def build() -> dict[str, Limit]:
        found: dict[str, Limit] = {}
        for pk in reversed(category_chain(town, category_id)):
            found.update({name: Limit.parse(text) for name, text in categories(town)[pk].limits.items()})
        return found

    return cached(town, f"limits:{category_id}", build)


def clauses(town: Town) -> Mapping[str, Clause]:
    """The grounds for not taking a case, by key, in their order."""

    def build() -> Mapping[str, Clause]:
        return {row.key: row for row in Clause.objects.for_system("settings", town).order_by("order", "id")}

    return cached(town, "clauses", build)


def routes(town: Town) -> Sequence[Route]:
    """All rules of dispatch."""
    return cached(town, "routes", lambda: list(Route.objects.for_system("settings", town).order_by("id")))


def report_kind(town: Town) -> str:
    """The kind of case a resident opens from the public pages: a setting of the town."""
    known = [flow.key for flow in kinds(town) if not flow.confidential]
    wanted: str = town.settings.get("report_kind", "")
    return wanted if wanted in known else known[0]
