"""Taking an import of grids back (撤销导入): each grid is again what it was, if nothing has happened to it since.

A grid that the import began is let go as if it had never been where nothing ever named it, and its code is free again;
else it ends, as in a merger, in the grid that has its ground then, with all that is docked to it. What would leave two
grids on one ground, or something docked to nothing, stays, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from shapely.geometry import shape

from lianxin.keys.models import Town
from lianxin.keys.rows import fields_of
from lianxin.ledger.actions import Line, record_each
from lianxin.ledger.rows import NOW, WAS, Going, altered, changed_by
from lianxin.places.actions import AT_ONCE, WRITTEN, Cause, Settled, reckoned, write_grids
from lianxin.places.boundaries import digest_of
from lianxin.places.ground import Piece, ground_faults
from lianxin.places.locate import Locator
from lianxin.places.models import AddressName, FormerBoundary, Grid, Site
from lianxin.places.reform.actions import end_grids
from lianxin.places.reform.docks import Held, docks, follow, following, known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lianxin.ledger.models import Entry

KEPT: Final = ("parent_id", "level", "name", "households", "population")  # of a new grid: what else is changed by hand
ROUNDS: Final = 5  # looks at all of them while some turn out to stay
LEAVING: Final = (Going.GONE, Going.ENDS)
MOVING: Final = (*LEAVING, Going.BACK)
Coming = Mapping[Any, Mapping[int, tuple[Any, int]]]  # by model and id: a row, and the grid it comes back to
FOLLOWERS: Final[Mapping[str, Any]] = {"site": Site, "name": AddressName}  # what an import moves with the ground


@dataclass(slots=True)
class GridStep:
    """A grid that an import began or changed, and what taking it back comes to.

    `was`: the columns as they stood before, of one that goes back. `into`: the code of the grid that one that ends
    becomes, "" for none; `docked`: what follows it there, label and how many. `why` one stays.
    """

    grid: Grid
    entry: Entry
    going: Going
    was: dict[str, Any] = field(default_factory=dict)
    into: str = ""
    docked: list[tuple[str, int]] = field(default_factory=list)
    why: str = ""

    def stay(self, why: str) -> None:
        """Leave it as it is."""
        self.going, self.why, self.into = Going.STAYS, why, ""

    @property
    def reshaped(self) -> bool:
        """Whether its ground would be another."""
        return self.going is Going.BACK and "boundary" in self.was


def foresee_back(town: Town, entries: Iterable[Entry]) -> list[GridStep]:
    """What taking back the entries of an import would do to each grid, in order of code. Writes nothing.

    The entries of sites and names that it gave to other grids are among them: what comes back by itself names no grid.
    """
    held = list(entries)
    told = [entry for entry in held if entry.subject_kind == "grid"]
    rows = Grid.objects.for_system("take an import back", town)
    every = {grid.pk: grid for grid in rows}
    former = {
        (row.grid_id, str(row.change)): row
        for row in FormerBoundary.objects.for_system("take an import back", town).filter(
            change__in={int(entry.data["change"]) for entry in told if "change" in entry.data}
        )
    }
    steps = [
        _step(every[entry.subject_id], entry, former.get((entry.subject_id, entry.data.get("change", ""))))
        for entry in told
        if entry.subject_id in every
    ]
    return _Weighing(town, every, sorted(steps, key=lambda step: step.grid.code), _coming(town, held)).weighed()


def _step(grid: Grid, entry: Entry, former: FormerBoundary | None) -> GridStep:
    """What becomes of one grid, looked at by itself."""
    data = entry.data
    if data["new"]:
        return _begun(grid, entry)
    step = GridStep(grid, entry, Going.BACK)
    if grid.valid_to is not None:
        step.stay(_("This grid has ended."))
        return step
    plain = [name for name in data["changed"] if name != "boundary"]
    if any(f"{name}_was" not in data for name in plain) or (data.get("was") and former is None):
        step.stay(_("Its history does not say what was before."))
        return step
    step.was = {name: data[f"{name}_was"] for name in plain}
    drawn = "boundary" in data["changed"]
    if drawn:
        step.was["boundary"] = former.boundary if former is not None else None
    if all(getattr(grid, name) == value for name, value in step.was.items()):
        step.going = Going.SAME
    elif any(getattr(grid, name) != data[name] for name in plain) or (
        drawn and digest_of(grid.boundary) != data["now"]
    ):
        step.stay(_("It has been changed since."))
    return step


def _begun(grid: Grid, entry: Entry) -> GridStep:
    step, data = GridStep(grid, entry, Going.GONE), entry.data
    if grid.valid_to is not None:
        step.going = Going.SAME
    elif any(getattr(grid, name) != data[name] for name in KEPT) or digest_of(grid.boundary) != data.get("now", ""):
        step.stay(_("It has been changed since."))
    return step


class _Weighing:
    """Grids that would go back or go, weighed together: what one does bears on others."""

    def __init__(self, town: Town, every: Mapping[int, Grid], steps: list[GridStep], coming: Coming) -> None:
        self.steps = steps
        self.of = {step.grid.pk: step for step in steps}
        self.standing = {pk: grid for pk, grid in every.items() if grid.valid_to is None}
        self.shapes: dict[tuple[int, bool], Any] = {}
        going = [pk for pk in self.of if self._goes(pk)]
        self.named, self.docked = _named(town, going, coming), _docked(town, going, coming)

    def weighed(self) -> list[GridStep]:
        """The steps, each as it can be done beside the others."""
        for _round in range(ROUNDS):
            before = self._stay()
            self._trees()
            self._grounds()
            self._heirs()
            if self._stay() == before:
                return self.steps
        for step in self.steps:  # not to be untangled: never two grids on one ground
            if step.going in MOVING:
                step.stay(_("Its ground would not fit beside the others any more."))
        return self.steps

    def _stay(self) -> int:
        return sum(step.going is Going.STAYS for step in self.steps)

    def _goes(self, pk: int | None) -> bool:
        step = self.of.get(pk or 0)
        return step is not None and step.going in LEAVING

    def _trees(self) -> None:
        """Nothing stays below a grid that goes; the deepest first, so that one that stays keeps all above it."""
        below: dict[int | None, list[Grid]] = {}
        for grid in self.standing.values():
            below.setdefault(grid.parent_id, []).append(grid)
        for step in _deepest(self.steps):
            left = [each.name for each in below.get(step.grid.pk, ()) if not self._goes(each.pk)]
            if step.going in LEAVING and left:
                step.stay(_("Grids stand below it: %(names)s.") % {"names": "、".join(left[:3])})
        for step in self.steps:
            parent_id = step.was.get("parent_id", step.grid.parent_id)
            stands = parent_id is None or (parent_id in self.standing and not self._goes(parent_id))
            if step.going is Going.BACK and not stands:
                step.stay(_("The grid it lay below stands no more."))

    def _grounds(self) -> None:
        """Grounds as they would be, beside those that stay: one that would lie on another's stays too."""
        moved: dict[int, GridStep] = {}
        for step in self.steps:
            if step.reshaped and step.was["boundary"]:
                moved[len(moved) + 1] = step
        rows = {step.grid.pk: row for row, step in moved.items()}
        pieces = [
            Piece(rows.get(pk, 0), grid.code, self._parent_code(grid), ground)
            for pk, grid in self.standing.items()
            if not self._goes(pk) and (ground := self._ground(grid)) is not None
        ]
        for fault in ground_faults(pieces) if moved else ():
            if fault.grave and fault.row in moved:
                moved[fault.row].stay(str(fault.message))

    def _parent_code(self, grid: Grid) -> str:
        parent = self.standing.get(grid.parent_id or 0)
        return parent.code if parent is not None else ""

    def _ground(self, grid: Grid) -> Any:
        """The shape a grid would have; None for none."""
        step = self.of.get(grid.pk)
        back = step is not None and step.reshaped
        if (grid.pk, back) not in self.shapes:
            drawn = step.was["boundary"] if step is not None and back else grid.boundary
            self.shapes[grid.pk, back] = shape(drawn) if drawn else None
        return self.shapes[grid.pk, back]

    def _heirs(self) -> None:
        """Which grid each one becomes that goes and that something names; where none has its ground, it stays.

        What nothing names is let go, unless what hangs below it only ends.
        """
        grounds, ends = self._locators(), set[int | None]()
        for step in _deepest(each for each in self.steps if each.going in LEAVING):
            pk, held = step.grid.pk, self.docked.get(step.grid.pk, ())
            heir = self._heir(step.grid, grounds) if pk in self.named or held else None
            step.going = Going.ENDS if pk in self.named or held or pk in ends else Going.GONE
            step.into, step.docked = heir.code if heir is not None else "", _counted(held)
            if step.going is Going.ENDS:
                ends.add(step.grid.parent_id)
            if held and heir is None:
                words = "、".join(f"{label} {n}" for label, n in step.docked)
                step.stay(_("What is docked to it has nowhere to go, since no other grid has its ground. %(what)s")
                          % {"what": words})  # fmt: skip

    def _locators(self) -> dict[str, Locator]:
        held: dict[str, list[tuple[int, Any]]] = {}
        for pk, grid in self.standing.items():
            ground = self._ground(grid)
            if ground is not None and not self._goes(pk):
                held.setdefault(grid.level, []).append((pk, ground))
        return {level: Locator(each) for level, each in held.items()}

    def _heir(self, grid: Grid, grounds: Mapping[str, Locator]) -> Grid | None:
        if grid.lon is None or grid.lat is None or grid.level not in grounds:
            return None
        return self.standing.get(grounds[grid.level].find(grid.lon, grid.lat) or 0)


def _deepest(steps: Iterable[GridStep]) -> list[GridStep]:
    return sorted(steps, key=lambda step: -len(step.grid.code))


def _counted(held: Iterable[tuple[str, Held]]) -> list[tuple[str, int]]:
    """How many rows of each dock, as far as that may be told."""
    told: dict[str, int] = {}
    for label, row in held:
        if row.told:
            told[label] = told.get(label, 0) + 1
    return list(told.items())


def _named(town: Town, ids: Sequence[int], coming: Coming) -> set[int]:
    """Those of some grids that any row names, of the past among them."""
    found: set[int] = set()
    for model in known() - {Grid}:
        if ids and any(column.attname == "grid_id" for column in fields_of(model)):
            rows = model.objects.for_system("does anything name it", town).filter(grid_id__in=ids)
            told = rows.values_list("id", "grid_id") if model in coming else ((0, pk) for pk in _once_each(rows))
            found |= {pk for row, pk in told if row not in coming.get(model, {})}
    ended = Grid.objects.for_system("does anything name it", town).exclude(valid_to=None)
    return found | set(ended.filter(parent_id__in=ids).values_list("parent_id", flat=True))


def _once_each(rows: Any) -> Iterable[int]:
    found: Iterable[int] = rows.order_by().values_list("grid_id", flat=True).distinct()
    return found


def _docked(town: Town, ids: Sequence[int], coming: Coming) -> dict[int, list[tuple[str, Held]]]:
    found: dict[int, list[tuple[str, Held]]] = {}
    for each in docks():
        for row in each.held(town, ids) if ids else ():
            if row.id not in coming.get(each.model, {}):
                found.setdefault(row.grid_id, []).append((str(each.label), row))
    return found


def _coming(town: Town, entries: Iterable[Entry]) -> Coming:
    """The sites and names that an import gave to other grids and that can come back: by model, the row and its grid."""
    standing = set(Grid.objects.for_system("followers", town).filter(valid_to=None).values_list("pk", flat=True))
    told: dict[str, dict[int, tuple[int, int]]] = {kind: {} for kind in FOLLOWERS}
    for each in entries:
        was, now = each.data.get(WAS, {}), each.data.get(NOW, {})
        if each.subject_kind in FOLLOWERS and set(was) == {"grid_id"} and was["grid_id"] in standing and now:
            told[each.subject_kind][each.subject_id] = (was["grid_id"], now["grid_id"])
    found: dict[Any, dict[int, tuple[Any, int]]] = {}
    for kind, model in FOLLOWERS.items():
        rows = model.objects.for_system("followers come back", town).filter(pk__in=list(told[kind]))
        for row in rows:
            was_in, now_in = told[kind][row.pk]
            if row.grid_id == now_in and not _twin(row, was_in):
                found.setdefault(model, {})[row.pk] = (row, was_in)
    return found


def take_back(town: Town, steps: Sequence[GridStep], followers: Iterable[Entry], cause: Cause) -> dict[str, int]:
    """Carry out steps that were just weighed, in the transaction of the caller; how many of each dock followed.

    `followers`: the entries of sites and names that the import gave to other grids: they come back too, as far as they
    are where it put them.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an import is taken back in one transaction")
    settled = [_settled(step) for step in steps if step.going is Going.BACK]
    version = Town.objects.values_list("config_version", flat=True).get(pk=town.pk)
    write_grids(town, reckoned(version, settled), cause)
    _come_back(town, followers, cause)
    return _end(town, [step for step in steps if step.going in LEAVING], cause)


def _settled(step: GridStep) -> Settled:
    before = {name: getattr(step.grid, name) for name in WRITTEN}
    for name, value in step.was.items():
        setattr(step.grid, name, value)
    return Settled(step.grid, False, before, [name for name in WRITTEN if getattr(step.grid, name) != before[name]])


def _come_back(town: Town, followers: Iterable[Entry], cause: Cause) -> None:
    lines, kinds = [], {model: kind for kind, model in FOLLOWERS.items()}
    for model, rows in _coming(town, followers).items():
        for row, was_in in rows.values():
            line = altered(row, kinds[model], {"grid_id": was_in}, act="restore")
            if line is not None:
                row.save(update_fields=changed_by(line))
                lines.append(line)
    record_each(lines, actor=cause.actor, now=cause.now)


def _twin(row: Any, grid_id: int) -> bool:
    """Whether the other grid has one of that name already."""
    same = type(row).objects.for_system("followers come back", row.town_id)
    same = same.filter(name=row.name, kind=row.kind, grid_id=grid_id).exclude(pk=row.pk)
    return bool((same if isinstance(row, AddressName) else same.filter(valid_to=None)).exists())


def _end(town: Town, steps: Sequence[GridStep], cause: Cause) -> dict[str, int]:
    """Let the grids go that the import began, the deepest first, and end those that something names."""
    rows = {grid.code: grid for grid in Grid.objects.for_system("take an import back", town).filter(valid_to=None)}
    ended = {step.grid.code: step.into for step in steps if step.going is Going.ENDS}
    heirs = {rows[code].pk: rows[into].pk for code, into in ended.items() if into}
    end_grids(town, dict(sorted(ended.items())), rows, cause)
    found = following(town, heirs, _by_point(rows, ended))
    followed = follow(found, town=town, actor=cause.actor, now=cause.now)
    _let_go(town, [step.grid for step in steps if step.going is Going.GONE], cause)
    return followed


def _let_go(town: Town, grids: Sequence[Grid], cause: Cause) -> None:
    """Take grids away that nothing ever named, the deepest first."""
    texts = {"reason": cause.reason} if cause.reason else {}
    lines = [Line("grid", grid.pk, "drop", {"code": grid.code, "name": grid.name}, texts) for grid in grids]
    record_each(lines, actor=cause.actor, now=cause.now)
    rows = Grid.objects.for_system("nothing ever named it", town)
    for length in sorted({len(grid.code) for grid in grids}, reverse=True):
        level = [grid.pk for grid in grids if len(grid.code) == length]
        for at in range(0, len(level), AT_ONCE):
            rows.filter(pk__in=level[at : at + AT_ONCE]).delete()


def _by_point(rows: Mapping[str, Grid], ended: Mapping[str, str]) -> Callable[[Held], int | None]:
    """Where a row with a point goes: to the standing grid of the same level that has it."""
    levels = {rows[code].level for code in ended}
    held = {
        level: Locator(
            (grid.pk, shape(grid.boundary))
            for code, grid in rows.items()
            if grid.level == level and grid.boundary and code not in ended
        )
        for level in levels
    }
    of = {rows[code].pk: rows[code].level for code in ended}

    def place(row: Held) -> int | None:
        if row.lon is None or row.lat is None or row.grid_id not in of:
            return None
        return held[of[row.grid_id]].find(row.lon, row.lat)

    return place
