"""Taking back a file that was taken in (撤销导入), as one: what it would do row by row, and doing it.

Each row the file changed is again what it was, each that it added is taken away or ends if nothing hangs on it, each
that it took away comes again. A row that something has happened to since stays, and says why; the rest goes back.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.setup import categories
from lianxin.keys.cache import bump, forget
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, claim
from lianxin.ledger.actions import Line, record, record_each
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import NOW, WAS, Going, altered, as_columns, changed_by, dropped, plain, side_of
from lianxin.people.models import LineService, PartyGroup, Representative
from lianxin.people.queries import today
from lianxin.places.actions import Cause
from lianxin.places.models import FormerBoundary
from lianxin.places.reform.back import GridStep, foresee_back
from lianxin.places.reform.back import take_back as take_grids_back
from lianxin.town.imports.sorts import SORTS
from lianxin.town.imports.taken import BACK, KIND, TakenFile, rows_of
from lianxin.town.registers.known import CATEGORIES
from lianxin.town.registers.party import CENTRES, GROUPS
from lianxin.town.registers.places import NAMES
from lianxin.town.registers.records import LINES, PEOPLE, POSTS, SITES, Record
from lianxin.town.registers.register import Kept, NotKept, as_it_was, bring_again, read_past, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.people.actors import Actor

Fields = tuple[tuple[str, str, str], ...]
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows of one sort go back. `hang`: of added rows that would go, why each that something hangs on stays.

    `ends`: the columns by which one ends that is never taken away, `over` whether it has, `act` what that is called.
    """

    kept: Kept
    hang: Callable[[Town, Sequence[int]], Mapping[int, str]] = lambda _town, _ids: {}
    ends: Callable[[datetime], Mapping[str, Any]] | None = None
    over: Callable[[Any, datetime], bool] = lambda _row, _now: False
    act: str = "end"

    def rows(self, town: Town, ids: Iterable[int]) -> dict[int, Any]:
        """The standing rows of some ids."""
        kept = self.kept
        if isinstance(kept, Record) and kept.base is not None:  # rows of no town, as accounts are
            every = kept.rows(town)
        else:
            every = kept.model.objects.for_system(KIND, town)
        return {row.pk: row for row in every.filter(pk__in=list(ids))}


def _posts_hang(town: Town, ids: Sequence[int]) -> dict[int, str]:
    """What is with posts that nobody may lose: open work, and ground they speak for or serve."""
    duties = Duty.objects.for_system(KIND, town).filter(post_id__in=ids, done_at=None)
    later = Case.objects.for_system(KIND, town).filter(closed_at=None, state__handler__post__isnull=False)
    works = {*duties.values_list("post_id", flat=True), *later.values_list("state__handler__post", flat=True)}
    serves: set[int] = set()
    for model, name in ((LineService, "post_id"), (Representative, "post_id"), (PartyGroup, "leader_id")):
        rows = model.objects.for_system(KIND, town).filter(**{f"{name}__in": ids})
        serves |= set(rows.values_list(name, flat=True))
    said = dict.fromkeys(serves, _("It serves a grid: name somebody else for that first."))
    return said | dict.fromkeys(works, _("Open work is with it: hand it over, and end the post on its page."))


def _categories_hang(town: Town, ids: Sequence[int]) -> dict[int, str]:
    """Groups below which something stays in use, and theirs: out of use, they would take it along."""
    going, rows = set(ids), categories(town).values()
    while held := {row.parent_id for row in rows if row.active and row.pk not in going} & going:
        going -= held
    return dict.fromkeys(set(ids) - going, _("There are categories in use under it."))


WAYS: Final[Mapping[str, _Way]] = {
    way.kept.kind: way
    for way in (
        _Way(POSTS, _posts_hang, lambda now: {"ends": today(now) - timedelta(days=1)},
             lambda post, now: post.ends is not None and post.ends < today(now), "leave"),
        _Way(PEOPLE),
        _Way(SITES, ends=lambda now: {"valid_to": timezone.localtime(now).date()},
             over=lambda site, _now: site.valid_to is not None),
        _Way(CATEGORIES, _categories_hang, lambda _now: {"active": False}, lambda row, _now: not row.active),
        _Way(NAMES), _Way(GROUPS), _Way(CENTRES), _Way(LINES),
    )
}  # fmt: skip
GRIDS: Final = "grids"
LEAVING: Final = (Going.GONE, Going.ENDS)
TAKEN_BACK: Final = frozenset({GRIDS, "people", "sites", "names", "groups", "centres", "lines", "categories"})


@dataclass(frozen=True, slots=True)
class RowStep:
    """A row that the file changed, added or took away, and what taking it back comes to; `why` it stays."""

    way: _Way
    entry: Entry
    row: Any
    going: Going
    why: str = ""


Step = RowStep | GridStep


class StaleBack(Exception):
    """What was shown is no longer what would be done, or there is nothing to be done."""


@dataclass(frozen=True, slots=True)
class Backward:
    """What taking a file back would do: every step, and the entries of what the file moved along with grids."""

    town: Town
    what: str
    steps: Sequence[Step]
    followers: Sequence[Entry] = ()
    counts: Counter[Going] = field(default_factory=Counter)

    @property
    def moves(self) -> int:
        """How many rows would change."""
        return sum(n for going, n in self.counts.items() if going not in {Going.SAME, Going.STAYS})

    @property
    def stamp(self) -> str:
        """Names exactly what is shown: another stamp, and something has happened since."""
        told = [
            (each.entry.pk, each.going.value, *((each.into, each.docked) if isinstance(each, GridStep) else ()))
            for each in self.steps
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def look_back(actor: Actor, taken: TakenFile, *, now: datetime) -> Backward:
    """What taking a file back would do now. Writes nothing. Raises PermissionDenied."""
    if not actor.can(SORTS[taken.what].permission):
        raise PermissionDenied
    town, entries = actor.town, list(rows_of(actor.town, taken.entry))
    steps: list[Step] = []
    if taken.what == GRIDS:
        steps += foresee_back(town, entries)
    elif taken.what in TAKEN_BACK:
        steps += _steps(actor, entries, now)
    followers = [each for each in entries if each.subject_kind != "grid"] if taken.what == GRIDS else []
    return Backward(town, taken.what, steps, followers, Counter(each.going for each in steps))


def _steps(actor: Actor, entries: Iterable[Entry], now: datetime) -> list[Step]:
    of_kind: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.subject_kind in WAYS and (WAS in entry.data or NOW in entry.data):
            of_kind.setdefault(entry.subject_kind, []).append(entry)
    return [step for kind, told in of_kind.items() for step in _of_one_kind(actor, WAYS[kind], told, now)]


def _of_one_kind(actor: Actor, way: _Way, entries: Sequence[Entry], now: datetime) -> Iterator[Step]:
    town, kind = actor.town, way.kept.kind
    rows = way.rows(town, [entry.subject_id for entry in entries])
    new = {e.subject_id: _added(actor, way, rows.get(e.subject_id), e, now) for e in entries if WAS not in e.data}
    hang = way.hang(town, [pk for pk, (going, _why) in new.items() if going in LEAVING])
    gone = [entry.subject_id for entry in entries if NOW not in entry.data]
    past = Entry.objects.for_system(KIND, town).filter(subject_kind=kind, subject_id__in=gone).order_by("at", "id")
    last = dict(past.values_list("subject_id", "id"))
    for entry in entries:
        row = rows.get(entry.subject_id)
        if NOW not in entry.data:
            again = row is None and last[entry.subject_id] == entry.pk
            going, why = _allowed(actor, way, None, entry, Going.AGAIN) if again else (Going.SAME, "")
        elif WAS in entry.data:
            going, why = _changed(actor, way, row, entry)
        else:
            going, why = (Going.STAYS, hang[entry.subject_id]) if entry.subject_id in hang else new[entry.subject_id]
        yield RowStep(way, entry, row, going, why)


def _changed(actor: Actor, way: _Way, row: Any, entry: Entry) -> tuple[Going, str]:
    """What becomes of a row that the file changed, and why it stays."""
    if row is None:
        return Going.STAYS, _("It has been taken away since.")
    stands = plain(row)
    if all(stands[name] == value for name, value in side_of(entry, WAS).items()):
        return Going.SAME, ""
    if any(stands[name] != value for name, value in side_of(entry, NOW).items()):
        return Going.STAYS, _("It has been changed since.")
    return _allowed(actor, way, row, entry, Going.BACK)


def _added(actor: Actor, way: _Way, row: Any, entry: Entry, now: datetime) -> tuple[Going, str]:
    """What becomes of a row that the file added, and why it stays."""
    if row is None or way.over(row, now):
        return Going.SAME, ""
    stands = plain(row)
    if any(stands[name] != value for name, value in side_of(entry, NOW).items()):
        return Going.STAYS, _("It has been changed since.")
    if not way.kept.keeps(actor, row):
        return Going.STAYS, _("This is not yours to do.")
    return (Going.ENDS if way.ends else Going.GONE), ""


def _allowed(actor: Actor, way: _Way, row: Any, entry: Entry, going: Going) -> tuple[Going, str]:
    """Whether what stood can stand again, by the sort's own rules."""
    if not way.kept.keeps(actor, row):
        return Going.STAYS, _("This is not yours to do.")
    faults = read_past(way.kept, actor.town, row, side_of(entry, WAS)).faults
    return (Going.STAYS, next(iter(faults.values()))) if faults else (going, "")


# ---- doing it --------------------------------------------------------------------------------------


def reason_fault(reason: str) -> str:
    """What is wrong with a reason, in a sentence; "" for one that will do."""
    if 0 < len(reason) <= LONGEST_REASON:
        return ""
    return _("Say why you take it back, in %(n)s characters at most.") % {"n": LONGEST_REASON}


def take_back(
    taken: TakenFile, *, seen: str, reason: str, once: OnceKey | None = None, actor: Actor, now: datetime
) -> Counter[Going]:
    """Take a file back as was shown, all that can go back or nothing; how many rows went which way.

    The same key again changes nothing more, and tells nothing. Raises StaleBack, PermissionDenied, KeyUsedOtherwise,
    ValueError without a reason.
    """
    if reason_fault(reason):
        raise ValueError("a file is taken back for a reason")
    with transaction.atomic():
        town = Town.objects.select_for_update().get(pk=actor.town_id)
        if claim(once, town_id=town.pk, result=taken.entry.pk, now=now) is not None:
            return Counter()
        forget(actor.town)  # what this process remembers may be a second old
        back = look_back(actor, taken, now=now)
        if back.stamp != seen or not back.moves:
            raise StaleBack
        cause = Cause(new_id(), FormerBoundary.How.RESTORED, actor, now, reason)
        if taken.what == GRIDS:
            grids = [step for step in back.steps if isinstance(step, GridStep)]
            take_grids_back(town, grids, back.followers, cause)
        _write([step for step in back.steps if isinstance(step, RowStep)], cause)
        bump(town)
        told = {going.value: back.counts[going] for going in Going if back.counts[going]}
        record(Line(KIND, taken.entry.subject_id, BACK, {"what": taken.what, **told}, {"reason": reason}),
               actor=actor, now=now)  # fmt: skip
    forget(actor.town)
    return back.counts


def _write(steps: Iterable[RowStep], cause: Cause) -> None:
    lines: list[Line] = []
    for step in steps:
        if step.going is Going.AGAIN:
            try:
                bring_again(step.way.kept, step.entry.subject_id, step.entry.seq, actor=cause.actor, now=cause.now)
            except NotKept as refused:
                raise StaleBack from refused
            continue
        line = _line(step, cause)
        if line is not None:
            lines.append(line)
    record_each(lines, actor=cause.actor, now=cause.now)


def _line(step: RowStep, cause: Cause) -> Line | None:
    """Write one row, and what its entry says."""
    way, row, kind = step.way, step.row, step.way.kept.kind
    if step.going is Going.GONE:
        line = dropped(row, kind, why=cause.reason)
        row.delete()
        return line
    if step.going is Going.ENDS and way.ends is not None:
        facts, act = way.ends(cause.now), way.act
    elif step.going is Going.BACK:
        facts, act = as_columns(way.kept.model, side_of(step.entry, WAS)), "restore"
    else:
        return None
    changed = altered(row, kind, facts, act=act, why=cause.reason)
    if changed is not None:
        row.save(update_fields=changed_by(changed))
    return changed


# ---- in words --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step in words: of what, what each field is now and would be again, where what is docked goes, why it stays."""

    title: str
    fields: Fields
    docked: str
    why: str


def told_steps(back: Backward, going: Going, *, most: int) -> list[StepTold]:
    """The first steps of one way."""
    some = [step for step in back.steps if step.going is going][:most]
    return [_told_grid(step) if isinstance(step, GridStep) else _told_row(back.town, step) for step in some]


def _told_row(town: Town, step: RowStep) -> StepTold:
    kept = step.way.kept
    row = step.row if step.row is not None else as_it_was(kept, town, step.entry)
    title = " · ".join(filter(None, (kept.title(town, row), kept.about(town, row))))
    fields = [(label, now, was) for label, was, now in told_of(kept, town, step.entry).fields]
    return StepTold(title, tuple(fields) if step.going is Going.BACK else (), "", step.why)


def _told_grid(step: GridStep) -> StepTold:
    grid, labels = step.grid, {
        "name": pgettext("grid", "Name"), "households": _("Households"), "population": _("Residents"),
    }  # fmt: skip
    fields = [(label, str(getattr(grid, name)), str(step.was[name])) for name, label in labels.items()
              if name in step.was]  # fmt: skip
    if "boundary" in step.was:
        then = _("as it was before") if step.was["boundary"] else _("none, as before")
        fields.append((_("Boundary"), _("as the file drew it"), then))
    docked = " · ".join(f"{label} {n}" for label, n in step.docked)
    to = _("To %(code)s: %(what)s") % {"code": step.into, "what": docked} if step.into and docked else ""
    return StepTold(f"{grid.code} {grid.name}", tuple(fields) if step.going is Going.BACK else (), to, step.why)
