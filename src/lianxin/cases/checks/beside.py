"""Follow-ups and contractors' links against their own chains.

What a link says and the note of a follow-up are encrypted and stand in the row alone; of them the history keeps a keyed
digest. When they are of no more use the rows go without a word. So a row is asked what of it was told, never whether it
ought to be there still.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime

from lianxin.cases.cards import SAYS, says_of
from lianxin.cases.models import FollowUp, WorkLink
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import Broken, Replay, register


def _follow_ups(
    town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    rows = FollowUp.objects.for_system("verify", town).filter(id__in=subjects)
    for row in rows:
        told: dict[str, Any] = {}
        for entry in subjects[row.pk]:
            if entry.act == "done":
                told |= {"done_at": entry.at, "done_by_id": entry.post_id}
            else:
                told = {
                    "case_id": int(entry.data["case"]), "on": entry.data["on"], "unit_id": entry.data["unit"],
                    "post_id": entry.post_id, "at": entry.at, "done_at": None, "done_by_id": None,
                }  # fmt: skip
        now = {name: getattr(row, name) for name in told} | {"on": row.on.isoformat()}
        name = f"follow_up:{row.pk}"
        yield from _differ(name, told, now, subjects[row.pk])
        yield from _says_otherwise(name, row, subjects[row.pk], texts)


def _links(
    town: Town, subjects: Mapping[int, Sequence[Entry]], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    for row in WorkLink.objects.for_system("verify", town).filter(id__in=subjects):
        told: dict[str, Any] = {}
        for entry in subjects[row.pk]:
            told |= _OF_ACT[entry.act](entry)
        if row.ended == WorkLink.Ended.ERASED:  # what it said is forgotten, whenever it ended and why
            told |= {"photos": [], "ended": row.ended}
        name = f"work_link:{row.pk}"
        yield from _differ(name, told, {each: getattr(row, each) for each in told}, subjects[row.pk])
        yield from _says_otherwise(name, row, subjects[row.pk], texts)


def _says_otherwise(
    name: str, row: WorkLink | FollowUp, entries: Sequence[Entry], texts: Mapping[int, Sequence[Text]]
) -> Iterator[Broken]:
    """Words that are not those of the last digest; older rows have none, nor has what was erased."""
    digests = [
        (entry.seq, text)
        for entry in entries
        for text in texts.get(entry.pk, ())
        if text.field == SAYS and text.erased_at is None
    ]
    if digests and digests[-1][1].body != says_of(row):
        yield Broken(name, digests[-1][0], "the row is not what was last told", SAYS)


def _made(entry: Entry) -> dict[str, Any]:
    told = entry.data
    return {
        "case_id": int(told["case"]), "unit_id": told["unit"], "post_id": entry.post_id, "may": told["may"],
        "photos": [int(pk) for pk in told["photos"]], "until": parse_datetime(told["until"]), "at": entry.at,
        "opened_at": None, "ended": "", "ended_at": None, **_way_in(told),
    }  # fmt: skip


def _renewed(entry: Entry) -> dict[str, Any]:
    until = parse_datetime(entry.data["until"])
    return {"until": until, "at": entry.at, "ended": "", "ended_at": None, **_way_in(entry.data)}


def _way_in(told: Mapping[str, Any]) -> dict[str, Any]:
    """What older entries do not tell."""
    return {name: told[name] for name in ("digest", "spot") if name in told}


_OF_ACT: Mapping[str, Callable[[Entry], dict[str, Any]]] = {
    "make": _made,
    "renew": _renewed,
    "end": lambda entry: {"ended": entry.data["why"], "ended_at": entry.at},
    "open": lambda entry: {"opened_at": entry.at},
    "retell": lambda _entry: {},
}


def _differ(
    name: str, told: Mapping[str, Any], now: Mapping[str, Any], entries: Sequence[Entry]
) -> Iterator[Broken]:
    off = [column for column, value in told.items() if now[column] != value]
    if off:
        yield Broken(name, entries[-1].seq, "the row is not what was last told", ", ".join(off))


def _without_history(town: Town) -> Iterator[Broken]:
    for kind, model in (("follow_up", FollowUp), ("work_link", WorkLink)):
        known = Entry.objects.for_system("verify", town).filter(subject_kind=kind).values("subject_id")
        rows = model.objects.for_system("verify", town).exclude(id__in=known)
        for pk in rows.values_list("id", flat=True):
            yield Broken(f"{kind}:{pk}", 0, "a row that nobody made")


def _nothing(_town: Town) -> Iterator[Broken]:
    yield from ()


register(Replay("follow_up", None, _follow_ups, _without_history))
register(Replay("work_link", None, _links, _nothing))
