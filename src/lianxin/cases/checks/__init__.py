"""What `lianxin verify` asks about cases: does every row of a case, and every photo, agree with the case's history?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianxin.cases.checks import beside, published, shown  # noqa: F401 - register the checks of what has its own chains
from lianxin.cases.checks.duties import duties_hold
from lianxin.cases.checks.people import cards_of, reporters_hold, reporters_of
from lianxin.cases.checks.photos import files_hold, photos_hold
from lianxin.cases.columns import ERASED, PLACE, PLACED, PLAIN, TITLE, placed, plain_columns
from lianxin.cases.models import Case, Duty, Photo
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import Broken, Replay, register


def _heads(town: Town, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = Case.objects.for_system("verify", town).filter(id__in=ids)
    return {pk: (version, head) for pk, version, head in rows.values_list("id", "version", "head")}


def _holds(
    town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    cases = Case.objects.for_system("verify", town).in_bulk(list(subjects))
    of_these = {"case_id__in": list(subjects)}
    duties = _by_case(Duty.objects.for_system("verify", town).filter(**of_these).order_by("id"))
    reporters = _by_case(reporters_of(town, list(subjects)))
    cards = cards_of(town, [row.pk for rows in reporters.values() for row in rows])
    photos = _by_case(Photo.objects.for_system("verify", town).filter(**of_these).select_related("file"))
    for pk, entries in subjects.items():
        if pk in cases:
            yield from reporters_hold(cases[pk], entries, reporters.get(pk, ()), cards)
            yield from _row(cases[pk], entries, texts)
            yield from duties_hold(cases[pk], entries, duties.get(pk, ()))
            yield from photos_hold(town, cases[pk], entries, photos.get(pk, ()))


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
            detail = f"{told.get(name)} → {now[name]}" if name in PLAIN else ""  # where it lies may tell of people
            yield Broken(f"case:{case.number}", 0, f"column {name} disagrees with its history", detail)
    title = first.get(TITLE)
    if case.title != (ERASED if title is None or title.erased_at else title.body):
        yield Broken(f"case:{case.number}", 0, f"column {TITLE} disagrees with its history")


def _missing(town: Town) -> Iterator[Broken]:
    """Cases whose whole history has been taken away."""
    known = Entry.objects.for_system("verify", town).filter(subject_kind="case", seq=1).values("subject_id")
    for case in Case.objects.for_system("verify", town).exclude(id__in=known):
        yield Broken(f"case:{case.number}", 0, "its whole history is missing")
    yield from files_hold(town)


register(Replay("case", _heads, _holds, _missing))
