"""Duties against the history of their case: the open ones, and those that are done and still let their holder read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lianxin.cases.columns import DUTY, sealed
from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.undone import UNDO
from lianxin.cases.roles import MAIN
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import Broken


@dataclass(slots=True)
class _Owed:
    """A duty as the history tells of it. `seq`: the entry that opened it; `facts`: its columns `DUTY`, empty where an
    older entry does not say.
    """

    what: str
    unit: int
    post: int | None
    seq: int
    facts: dict[str, Any]
    done_at: datetime | None = None

    def is_row(self, row: Duty) -> bool:
        """Whether a row is this duty."""
        if (row.what, row.unit_id, row.post_id, row.done_at) != (self.what, self.unit, self.post, self.done_at):
            return False
        now = {name: sealed(getattr(row, name)) for name in self.facts}
        if self.what == MAIN and self.facts.get("soon_at", "") is None and now["soon_at"] == now["due_at"]:
            now["soon_at"] = None  # handed on with a date and no yellow light of its own: the row has the date twice
        return now == self.facts


def duties_hold(case: Case, entries: Sequence[Entry], rows: Sequence[Duty]) -> Iterator[Broken]:
    """Each duty that was opened is there, of whom, until when and done when the history says; and no other."""
    left, lost = list(rows), list[_Owed]()
    for owed in sorted(_replayed(entries), key=lambda each: not each.facts):
        found = next((row for row in left if owed.is_row(row)), None)
        if found is None:
            lost.append(owed)
        else:
            left.remove(found)
    if lost or left:
        off = [(each.what, each.done_at) for each in lost] + [(each.what, each.done_at) for each in left]
        is_open = any(done_at is None for _, done_at in off)
        what = "its open duties disagree with its history" if is_open else "its duties disagree with its history"
        yield Broken(f"case:{case.number}", 0, what, ", ".join(sorted({what for what, _ in off})))
    yield from _repeated(case, rows)


def _repeated(case: Case, rows: Sequence[Duty]) -> Iterator[Broken]:
    """What duties repeat of their case, for lists and counts."""
    stopped = case.state.get("paused_at") is not None
    for duty in rows:
        main, done = duty.what == MAIN, duty.done_at is not None
        agrees = duty.workflow_id == case.workflow_id and (done or duty.paused == (main and stopped))
        if not agrees or (main and not done and (duty.step, duty.due_at) != (case.step, case.due_at)):
            what = "a duty disagrees with its case" if done else "an open duty disagrees with its case"
            yield Broken(f"case:{case.number}", 0, what, duty.what)


def _replayed(entries: Sequence[Entry]) -> list[_Owed]:
    owed: list[_Owed] = []
    stood: dict[str, Any] = {}
    for entry in entries:
        for each in entry.data.get("shuts", ()):
            if (shut := _find([duty for duty in owed if duty.done_at is None], each)) is not None:
                shut.done_at = entry.at
        stood.update(entry.data.get("set", {}))
        for each in entry.data.get("opens", ()):
            if entry.act == UNDO and (again := _taken_back(owed, each, entries, entry)) is not None:
                owed.remove(again)
            facts = {name: each[name] for name in DUTY if name in each}
            owed.append(_Owed(each["what"], each["unit"], each["post"], entry.seq, facts))
        for main in owed:
            if main.what == MAIN and main.done_at is None and main.facts:
                main.facts |= {"due_at": stood.get("due_at"), "soon_at": _soon(stood)}
    return owed


def _find(owed: Sequence[_Owed], told: Mapping[str, Any]) -> _Owed | None:
    """The one opened last of what an entry names."""
    wanted = (told["what"], told["unit"], told["post"])
    return next((each for each in reversed(owed) if (each.what, each.unit, each.post) == wanted), None)


def _taken_back(
    owed: Sequence[_Owed], told: Mapping[str, Any], entries: Sequence[Entry], undo: Entry
) -> _Owed | None:
    """The duty that an undo opens again: one from before the acts, which they shut; a post's may come to its unit."""
    first = undo.data["given"]["first"]
    moments = {entry.at for entry in entries if first <= entry.seq < undo.seq}
    shut = [each for each in owed if each.seq < first and each.done_at in moments]
    of_unit = [each for each in shut if told["post"] is None and (each.what, each.unit) == (told["what"], told["unit"])]
    return _find(shut, told) or next(reversed(of_unit), None)


def _soon(stood: Mapping[str, Any]) -> str | None:
    soon = (stood.get("state") or {}).get("soon_at")
    return sealed(datetime.fromisoformat(soon)) if soon else None
