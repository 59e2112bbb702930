"""What `verify` asks of published workflows and questions: each is the text that was published."""

from collections.abc import Iterator, Mapping, Sequence

from lianxin.cases.models import QuestionSheet, WorkflowVersion
from lianxin.keys.models import Town
from lianxin.ledger.chain import digest_of_source
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import Broken, Replay, register


def _workflows(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    rows = WorkflowVersion.objects.for_system("verify", town).in_bulk(list(subjects))
    for pk, entries in subjects.items():
        told, row = entries[0].data, rows.get(pk)
        name = f"workflow:{told['key']}"
        if row is None or digest_of_source(row.source) != told["digest"]:
            yield Broken(name, 0, "a published workflow was changed or taken away")
        elif (row.key, row.version, row.published_at) != (told["key"], told["version"], entries[0].at):
            yield Broken(name, 0, "a published workflow is called, numbered or dated otherwise than it was published")


def _unpublished(town: Town) -> Iterator[Broken]:
    known = Entry.objects.for_system("verify", town).filter(subject_kind="workflow").values("subject_id")
    for version in WorkflowVersion.objects.for_system("verify", town).exclude(id__in=known):
        yield Broken(f"workflow:{version.key}", 0, "a workflow that nobody published")


def _sheets(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    rows = QuestionSheet.objects.for_system("verify", town).in_bulk(list(subjects))
    for pk, entries in subjects.items():
        told, row = entries[0].data, rows.get(pk)
        name = f"questions:{told['category']}"
        if row is None or digest_of_source(row.source) != told["digest"]:
            yield Broken(name, 0, "published questions were changed or taken away")
        elif (row.category_id, row.version, row.published_at) != (told["category"], told["version"], entries[0].at):
            yield Broken(name, 0, "published questions say another category, number or date than was told")


def _unpublished_sheets(town: Town) -> Iterator[Broken]:
    known = Entry.objects.for_system("verify", town).filter(subject_kind="questions").values("subject_id")
    for sheet in QuestionSheet.objects.for_system("verify", town).exclude(id__in=known):
        yield Broken(f"questions:{sheet.category_id}", 0, "questions that nobody published")


register(Replay("workflow", None, _workflows, _unpublished))
register(Replay("questions", None, _sheets, _unpublished_sheets))
