"""Who is told of an entry: the new holders of its duties, and the reporters when something concerns them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lianxin.cases.models import Duty, Reporter
from lianxin.cases.queries.undone import UNDO
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.notices.models import Message
from lianxin.people.models import Post

TO_REPORTERS = frozenset(  # acts a reporter is told of; the words are on the page they follow
    {"open", "accept", "reject", "assign", "take", "answer", "finish", "grant_extension", "suspend", "resume", "merge",
     "split", "reopen", "close", "escalate", "ask_still"}
)  # fmt: skip
REMIND, REMIND_EVERY = "remind", timedelta(hours=1)
TO_HOLDER = frozenset(
    {"remind", "supervise", "grant_extension", "refuse_extension", "add", "contractor_record", "contractor_finish"}
)


def tell(town: Town, *, case_id: int, entry_id: int, act: str) -> bool:
    """Write the messages of an entry; done in the job's transaction, so once. Whether reporters are told of it."""
    entry = Entry.objects.for_system("messages", town).get(pk=entry_id)
    unit = _unit_of(town, entry)
    rows = [
        Message(
            town_id=town.pk,
            unit_id=each["unit"],
            post_id=each["post"],
            case_id=case_id,
            act=act,
            duty=each["what"],
            at=entry.at,
        )
        for each in entry.data.get("opens", ())
        if _is_news(each, entry, unit)
    ]
    rows += _taken_back(entry, unit)
    if act in TO_HOLDER:
        mains = Duty.objects.for_system("messages", town).filter(case_id=case_id, done_at=None, what="main")
        rows += [
            Message(town_id=town.pk, unit_id=d.unit_id, post_id=d.post_id, case_id=case_id, act=act, at=entry.at)
            for d in mains
            if act != REMIND or not _pressed_lately(town, d, entry)
        ]
    told = for_reporters(entry)
    if told:
        reporters = Reporter.objects.for_system("messages", town).filter(case_id=case_id).values_list("id", flat=True)
        rows += [_message(entry, act, reporter_id=pk) for pk in reporters]
    Message.objects.bulk_create(rows)
    return told


def _pressed_lately(town: Town, duty: Duty, entry: Entry) -> bool:
    """Whether they have had a reminder within the hour, of this case or another: more of them hurry nobody.

    Each reminder stands in its case's history and is counted there all the same.
    """
    rows = Message.objects.for_system("messages", town).filter(unit_id=duty.unit_id, post_id=duty.post_id, act=REMIND)
    return rows.filter(at__gt=entry.at - REMIND_EVERY, at__lte=entry.at).exists()


def for_reporters(entry: Entry) -> bool:
    """Whether reporters are told of an entry; of an undo, if they were told of what it takes back."""
    acts = entry.data["given"]["acts"] if entry.act == UNDO else [entry.act]
    return bool(TO_REPORTERS & set(acts))


def _taken_back(entry: Entry, unit: int | None) -> list[Message]:
    """A word after the message that went out: what was laid on these is no longer theirs."""
    shut = entry.data.get("shuts", ()) if entry.act == UNDO else ()
    rows = [each for each in shut if _is_news(each, entry, unit)]
    return [_message(entry, UNDO, unit_id=each["unit"], post_id=each["post"]) for each in rows]


def _unit_of(town: Town, entry: Entry) -> int | None:
    """The unit of who acted; None for residents and the clockwork."""
    rows = Post.objects.for_system("messages", town).filter(pk=entry.post_id or 0)
    return rows.values_list("unit_id", flat=True).first()


def _is_news(opened: Mapping[str, Any], entry: Entry, unit: int | None) -> bool:
    """Nobody is told what they did themselves, nor a desk that one of its own has taken a case a step on."""
    if entry.post_id is None:
        return True
    if opened["post"] is not None:
        return bool(opened["post"] != entry.post_id)
    return bool(opened["unit"] != unit or entry.source == entry.step)


def _message(entry: Entry, act: str, **to: Any) -> Message:
    return Message(town_id=entry.town_id, case_id=entry.subject_id, act=act, at=entry.at, **to)
