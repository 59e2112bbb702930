"""What a new text of a workflow would mean, before it is published: for the open cases, and for last year's.

Cases end on the version they began on, so nothing here happens to anybody; it tells what would differ had they begun
on the new one. Where there are more cases than can be looked at while somebody waits, a sample is drawn by a seed made
of the text itself: the same text and the same cases give the same sample again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count

from lianxin.cases.models import Case
from lianxin.cases.queries.setup import limits_of, workflow_by_id
from lianxin.cases.queries.undone import UNDO
from lianxin.cases.roles import MAIN, stood_in_for
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.people.models import Post
from lianxin.people.queries import clock_of
from lianxin.workflow.clock import Limit
from lianxin.workflow.definition import Step, Workflow
from lianxin.workflow.definition.naming import HOLDER
from lianxin.workflow.replaying import Deed, Walked, walk

MOST_OPEN: Final = 3000  # open cases whose limits are reckoned anew
MOST_CLOSED: Final = 1000  # closed cases that are replayed: about a second
SHOWN: Final = 5  # cases named for each finding
YEAR: Final = timedelta(days=365)
_CHUNK: Final = 500


@dataclass(slots=True)
class Finding:
    """Something that would differ, in how many cases, and some of their numbers."""

    step: str
    act: str = ""
    code: str = ""
    count: int = 0
    numbers: list[str] = field(default_factory=list)

    def add(self, number: str) -> None:
        """Count one more case."""
        self.count += 1
        if len(self.numbers) < SHOWN:
            self.numbers.append(number)


@dataclass(slots=True)
class DryRun:
    """The open cases of a kind under a new text. `of`: how many there are.

    `steps`: those that stand at a step that would not be there; `acts`: those that have an act before them that would
    not be; `earlier`, `later`: those whose limit would run out sooner or not so soon, by step; `reckoned`: for how many
    of `changed` that was looked at; `by_hand`: whose date somebody has set.
    """

    of: int = 0
    steps: list[Finding] = field(default_factory=list)
    acts: list[Finding] = field(default_factory=list)
    earlier: list[Finding] = field(default_factory=list)
    later: list[Finding] = field(default_factory=list)
    changed: int = 0
    reckoned: int = 0
    by_hand: int = 0


@dataclass(slots=True)
class Replay:
    """Last year's closed cases of a kind, walked through a new text. `tried` of `of`, drawn by `seed` when fewer.

    `whole`: whose every act would have been done, to an end. `refused`: the first act that would not, and why.
    `unended`: whose acts would all have been done without reaching an end. `unlike`: whose history does not go through
    their own version either (as an old system's), so that nothing can be told of them.
    """

    seed: str
    of: int = 0
    tried: int = 0
    whole: int = 0
    unlike: int = 0
    refused: list[Finding] = field(default_factory=list)
    unended: list[Finding] = field(default_factory=list)


def seed_of(source: str) -> str:
    """The seed of the samples: the first of the text's digest."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def drawn(ids: Sequence[int], seed: str, most: int) -> list[int]:
    """All ids when there are no more than `most`, else so many of them by the seed, whatever their order."""
    if len(ids) <= most:
        return list(ids)
    return sorted(ids, key=lambda pk: (hashlib.sha256(f"{seed}:{pk}".encode()).digest(), pk))[:most]


def dry_run(town: Town, flow: Workflow, *, seed: str) -> DryRun:
    """What would differ for the open cases of `flow`'s kind, had they begun on it."""
    cases = Case.objects.for_system("rehearsal: counted for those who set up the town", town)
    cases = cases.filter(kind=flow.key, closed_at=None)
    found, changed = DryRun(), list[tuple[int, str]]()
    groups = cases.order_by().values_list("workflow_id", "step").annotate(n=Count("id"))
    for version, key, count in groups:
        old = workflow_by_id(town, version)
        found.of += count
        rows = cases.filter(workflow_id=version, step=key)
        step = flow.steps.get(key)
        if step is None or step.end:
            found.steps.append(_finding(rows, key, count))
            continue
        for act in _lost_acts(old, flow, key):
            found.acts.append(_finding(rows, key, count, act))
        if (old.steps[key].within, old.steps[key].limit_name) != (step.within, step.limit_name):
            changed.append((version, key))
            found.changed += count
    ids = [
        pk
        for version, key in changed
        for pk in cases.filter(workflow_id=version, step=key).values_list("id", flat=True)
    ]
    _reckon(town, flow, cases, drawn(ids, seed, MOST_OPEN), found)
    return found


def _finding(rows: Any, step: str, count: int, act: str = "") -> Finding:
    return Finding(step, act, "", count, list(rows.order_by("id").values_list("number", flat=True)[:SHOWN]))


def _lost_acts(old: Workflow, new: Workflow, step: str) -> list[str]:
    """What people may do at a step now and could not do there any more."""
    acts = [each.act for each in old.transitions_from(step) if set(each.by) - {"system"}]
    return [act for act in dict.fromkeys(acts) if new.transition(step, act) is None]


def _reckon(town: Town, flow: Workflow, cases: Any, ids: Sequence[int], found: DryRun) -> None:
    earlier, later = dict[str, Finding](), dict[str, Finding]()
    for chunk in _chunks(ids):
        for row in cases.filter(id__in=chunk).values(
            "number", "workflow_id", "step", "state", "due_at", "category_id", "unit_id"
        ):
            found.reckoned += 1
            dates = _dates(town, flow, row)
            if dates is None:
                found.by_hand += 1
            elif dates[0] != dates[1]:
                side = earlier if dates[1] < dates[0] else later
                side.setdefault(row["step"], Finding(row["step"])).add(row["number"])
    found.earlier, found.later = list(earlier.values()), list(later.values())


def _dates(town: Town, flow: Workflow, row: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """When the step's limit runs out, and when it would; None where a date was set by hand or the clock stands."""
    if row["due_at"] is None or row["state"].get("paused_at"):
        return None
    entered = datetime.fromisoformat(row["state"]["entered_at"])
    limits = limits_of(town, row["category_id"])
    was = _limit(workflow_by_id(town, row["workflow_id"]).steps[row["step"]], limits)
    now = _limit(flow.steps[row["step"]], limits)
    for clock in dict.fromkeys((clock_of(town, row["unit_id"]), clock_of(town))):
        if was is not None and clock.due(entered, was).at == row["due_at"]:
            return (row["due_at"], clock.due(entered, now).at) if now is not None else None
    return None


def _limit(step: Step, limits: Mapping[str, Limit]) -> Limit | None:
    return limits.get(step.limit_name, step.within) if step.limit_name else step.within


def replay(town: Town, flow: Workflow, *, seed: str, now: datetime) -> Replay:
    """Walk the cases of `flow`'s kind that were closed within a year through it."""
    cases = Case.objects.for_system("rehearsal: counted for those who set up the town", town)
    cases = cases.filter(kind=flow.key, closed_at__gt=now - YEAR, closed_at__lte=now)
    ids = list(cases.order_by("id").values_list("id", flat=True))
    found, offices = Replay(seed, of=len(ids)), _offices(town)
    refused, unended = dict[tuple[str, str, str], Finding](), dict[str, Finding]()
    for chunk in _chunks(drawn(ids, seed, MOST_CLOSED)):
        told = _entries(town, chunk)
        for row in cases.filter(id__in=chunk).values("id", "number", "workflow_id", "state"):
            found.tried += 1
            own = workflow_by_id(town, row["workflow_id"])
            deeds = _deeds(own, told.get(row["id"], ()), _Past(offices, row["state"].get("stand_in", "")))
            walked = walk(flow, deeds)
            if walked.refused and _same(walked, walk(own, deeds)):
                found.unlike += 1
            elif walked.refused:
                key = (walked.step, walked.act, walked.refused)
                refused.setdefault(key, Finding(*key)).add(row["number"])
            elif not walked.ended:
                unended.setdefault(walked.step, Finding(walked.step)).add(row["number"])
            else:
                found.whole += 1
    found.refused = sorted(refused.values(), key=lambda each: -each.count)
    found.unended = list(unended.values())
    return found


def _same(one: Walked, other: Walked) -> bool:
    return (one.done, one.act) == (other.done, other.act)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), _CHUNK):
        yield ids[at : at + _CHUNK]


def _offices(town: Town) -> Mapping[int, tuple[str, int]]:
    """Role and unit of every post."""
    rows = Post.objects.for_system("rehearsal", town).values_list("id", "role__key", "unit_id")
    return {pk: (role, unit) for pk, role, unit in rows}


def _entries(town: Town, ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    rows = Entry.objects.for_system("rehearsal", town).filter(subject_kind="case", subject_id__in=ids)
    found: dict[int, list[tuple[Any, ...]]] = {}
    for subject, *rest in rows.order_by("subject_id", "seq").values_list(
        "subject_id", "act", "source", "post_id", "data"
    ):
        found.setdefault(subject, []).append(tuple(rest))
    return found


@dataclass(slots=True)
class _Past:
    """A case as its history goes on: who holds which duty, who raised it, who stands in for the clerks."""

    offices: Mapping[int, tuple[str, int]]
    stand_in: str
    first: int | None = None
    duties: list[tuple[str, int, int | None]] = field(default_factory=list)

    def move(self, data: Mapping[str, Any]) -> None:
        """Shut and open the duties an entry tells of."""
        for each in data.get("shuts", ()):
            if (held := (each["what"], each["unit"], each["post"])) in self.duties:
                self.duties.remove(held)
        self.duties += [(each["what"], each["unit"], each["post"]) for each in data.get("opens", ())]

    def roles(self, post: int | None, reporter: int | None) -> frozenset[str]:
        """What whoever made an entry was to the case then; by the post's role and unit as they are now."""
        if post is None or post not in self.offices:
            whose = "reporter" if reporter == self.first else "joiner"
            return frozenset({whose if reporter is not None else "system"})
        role, unit = self.offices[post]
        roles = {role} | stood_in_for(role, {"stand_in": self.stand_in})
        for what, at_unit, at_post in self.duties:
            if at_post == post or (at_post is None and at_unit == unit):
                roles |= {f"duty:{what}"} if what != MAIN else HOLDER if at_post is not None else {"holder"}
        return frozenset(roles)


def _deeds(own: Workflow, entries: Iterable[tuple[Any, ...]], past: _Past) -> list[Deed]:
    """The acts of a case's workflow as they were done; what the spine notes by itself, and what was taken back, is
    left out.
    """
    deeds: list[tuple[int, Deed]] = []
    for seq, (act, source, post, data) in enumerate(entries, start=1):
        given = data.get("given", {})
        past.first = given.get("reporter") if act == "open" else past.first
        if act == UNDO:
            deeds = [each for each in deeds if each[0] < given["first"]]
        elif source and own.transition(source, act) is not None:
            filled = {**given, **dict.fromkeys(data.get("texts", ()), "…")}
            if data.get("photos"):
                filled["photos"] = data["photos"]["digests"]
            deeds.append((seq, Deed(act, past.roles(post, given.get("reporter")), filled)))
        past.move(data)
    return [deed for _seq, deed in deeds]
