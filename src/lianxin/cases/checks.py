"""What `lianxin verify` asks about cases: does every row, reporter, duty and photo agree with the case's history?"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianxin.cases.columns import PLACE, PLACED, PLAIN, TITLE, placed, plain_columns
from lianxin.cases.models import Case, Duty, Photo, QuestionSheet, Reporter, WorkflowVersion
from lianxin.cases.roles import MAIN
from lianxin.forms.photos import path_of
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import Broken, Replay, register

ERASED = "（已删除）"
RAISED = ("open", "join")  # the acts that bring a reporter


def _heads(town: Town, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = Case.objects.for_system("verify", town).filter(id__in=ids)
    return {pk: (version, head) for pk, version, head in rows.values_list("id", "version", "head")}


def _holds(
    town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    cases = Case.objects.for_system("verify", town).in_bulk(list(subjects))
    of_these = {"case_id__in": list(subjects)}
    duties = _by_case(Duty.objects.for_system("verify", town).filter(done_at=None, **of_these))
    reporters = _by_case(Reporter.objects.for_system("verify", town).filter(**of_these))
    photos = _by_case(Photo.objects.for_system("verify", town).filter(**of_these).select_related("file"))
    for pk, entries in subjects.items():
        if pk in cases:
            yield from _reporters(cases[pk], entries, reporters.get(pk, ()))
            yield from _row(cases[pk], entries, texts)
            yield from _duties(cases[pk], entries, duties.get(pk, ()))
            yield from _repeated(cases[pk], duties.get(pk, ()))
            yield from _photos(town, cases[pk], entries, photos.get(pk, ()))


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _row(case: Case, entries: Sequence[Entry], texts: Mapping[int, Sequence[Text]]) -> Iterator[Broken]:
    told: dict[str, object] = {}
    for entry in entries:
        told.update(entry.data.get("set", {}))
    first = {text.field: text for text in texts.get(entries[0].pk, ())}
    if (place := first.get(PLACE)) is not None:
        told.update(placed(place.body))
    now = {**plain_columns(case), **{name: getattr(case, name) for name in PLACED}}
    for name in (*PLAIN, *PLACED):
        if now[name] != told.get(name):
            yield Broken(
                f"case:{case.number}", 0, f"column {name} disagrees with its history", f"{told.get(name)} → {now[name]}"
            )
    title = first.get(TITLE)
    if case.title != (ERASED if title is None or title.erased_at else title.body):
        yield Broken(f"case:{case.number}", 0, f"column {TITLE} disagrees with its history")


def _duties(case: Case, entries: Sequence[Entry], rows: Sequence[Duty]) -> Iterator[Broken]:
    open_now: list[tuple[str, int, int | None]] = []
    for entry in entries:
        for each in entry.data.get("shuts", ()):
            if (key := (each["what"], each["unit"], each["post"])) in open_now:
                open_now.remove(key)
        open_now += [(each["what"], each["unit"], each["post"]) for each in entry.data.get("opens", ())]
    if set(open_now) != {(duty.what, duty.unit_id, duty.post_id) for duty in rows}:
        yield Broken(f"case:{case.number}", 0, "its open duties disagree with its history")


def _reporters(case: Case, entries: Sequence[Entry], rows: Sequence[Reporter]) -> Iterator[Broken]:
    """Who raised or joined the case is there, with the last rating they gave; one told by telephone is the first's,
    or of who speaks for the case since the first had their details erased.
    """
    told: dict[int, int | None] = {}
    first = 0
    for entry in entries:
        given = entry.data.get("given", {})
        if entry.act in RAISED:
            told[given["reporter"]] = None
            first = first or given["reporter"]
        elif entry.act == "succeed":
            first = given["reporter"]
        elif "rating" in given:
            told[given.get("reporter", first)] = int(given["rating"])
    if told != {reporter.pk: reporter.rating for reporter in rows}:
        yield Broken(f"case:{case.number}", 0, "its reporters or their ratings disagree with its history")


def _repeated(case: Case, rows: Sequence[Duty]) -> Iterator[Broken]:
    """What open duties repeat of their case, for lists and counts."""
    stopped = case.state.get("paused_at") is not None
    for duty in rows:
        main = duty.what == MAIN
        agrees = duty.workflow_id == case.workflow_id and duty.paused == (main and stopped)
        if not agrees or (main and (duty.step, duty.due_at) != (case.step, case.due_at)):
            yield Broken(f"case:{case.number}", 0, "an open duty disagrees with its case", duty.what)


def _photos(town: Town, case: Case, entries: Sequence[Entry], rows: Sequence[Photo]) -> Iterator[Broken]:
    told = sorted(
        (entry.pk, kept["moment"], digest)
        for entry in entries
        if (kept := entry.data.get("photos"))
        for digest in kept["digests"]
    )
    gone = {digest for entry in entries if entry.act == "erase_photos" for digest in entry.data["given"]["digests"]}
    kept_now = sorted((photo.entry_id, photo.moment, photo.file.digest) for photo in rows)
    if kept_now != [each for each in told if each[2] not in gone]:
        yield Broken(f"case:{case.number}", 0, "its photos disagree with its history")
    for digest in sorted({digest for _, _, digest in told}):
        path = path_of(town.pk, digest)
        if digest in gone:
            continue
        if not path.exists():
            yield Broken(f"case:{case.number}", 0, "a photo is missing", digest[:12])
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield Broken(f"case:{case.number}", 0, "a photo was changed", digest[:12])


def _missing(town: Town) -> Iterator[Broken]:
    """Cases whose whole history has been taken away."""
    known = Entry.objects.for_system("verify", town).filter(subject_kind="case", seq=1).values("subject_id")
    for case in Case.objects.for_system("verify", town).exclude(id__in=known):
        yield Broken(f"case:{case.number}", 0, "its whole history is missing")


def _workflows(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    """A published workflow is the text that was published."""
    rows = WorkflowVersion.objects.for_system("verify", town).in_bulk(list(subjects))
    for pk, entries in subjects.items():
        told = entries[0].data["digest"]
        if pk not in rows or digest_of_source(rows[pk].source) != told:
            yield Broken(f"workflow:{entries[0].data['key']}", 0, "a published workflow was changed or taken away")


def _sheets(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    """Published questions are the text that was published."""
    rows = QuestionSheet.objects.for_system("verify", town).in_bulk(list(subjects))
    for pk, entries in subjects.items():
        if pk not in rows or digest_of_source(rows[pk].source) != entries[0].data["digest"]:
            name = f"questions:{entries[0].data['category']}"
            yield Broken(name, 0, "published questions were changed or taken away")


def _unpublished_sheets(town: Town) -> Iterator[Broken]:
    known = Entry.objects.for_system("verify", town).filter(subject_kind="questions").values("subject_id")
    for sheet in QuestionSheet.objects.for_system("verify", town).exclude(id__in=known):
        yield Broken(f"questions:{sheet.category_id}", 0, "questions that nobody published")


def digest_of_source(source: str) -> str:
    """What the history keeps of a published text."""
    return hashlib.sha256(source.encode()).hexdigest()


def _unpublished(town: Town) -> Iterator[Broken]:
    known = Entry.objects.for_system("verify", town).filter(subject_kind="workflow").values("subject_id")
    for version in WorkflowVersion.objects.for_system("verify", town).exclude(id__in=known):
        yield Broken(f"workflow:{version.key}", 0, "a workflow that nobody published")


register(Replay("case", _heads, _holds, _missing))
register(Replay("workflow", None, _workflows, _unpublished))
register(Replay("questions", None, _sheets, _unpublished_sheets))
