"""Who works in the demo town: 1,000 people in 20 units, 16 committees and 147 grids, and the party's groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from lianxin.town.demo.names import People

if TYPE_CHECKING:
    from random import Random

HEADS: Final = 1000
GROUPS: Final = 69
CENTRES: Final = 147
UNIT_HEADS: Final = {
    "desk": 14,
    "police": 14,
    "enforcement": 16,
    "sanitation": 12,
    "hospital": 14,
    "supervision": 8,
    "party_office": 11,
}
UNIT_USUAL: Final = 8
HEADED_BY: Final = frozenset({"主任", "所长", "书记"})
COMMITTEE: Final = ("书记", "主任", "副书记", "委员", "妇联主席", "会计")
LANGUAGES: Final = ("普通话", "普通话、本地话", "普通话、本地话", "本地话", "普通话、手语", "普通话、英语")
GRID_DUTIES: Final = {
    "chief": ("统筹本网格事项和人员", "牵头网格议事、包保走访"),
    "full": ("日常巡查、信息上报、政策宣传", "巡查上报、入户走访、协助回访", "信息采集、隐患排查、代办服务"),
    "part": ("协助巡查、代办跑腿", "农忙季禁烧值守、防溺水巡塘", "楼道和背街巷巡查"),
    "volunteer": ("志愿服务、邻里互助", "环境整治、文明劝导", "照看独居老人、助餐送餐"),
}
KINDS: Final = {"chief": "", "full": "专职", "part": "兼职", "volunteer": "义务"}


class VillageLike(Protocol):
    """A village, as much of it as the plan of staff needs."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...


class GridLike(Protocol):
    """A grid, as much of it as the demo needs."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def village_key(self) -> str: ...


class PlaceLike(Protocol):
    """A named place in a grid."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def grid_key(self) -> str: ...
    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...


class GeographyLike(Protocol):
    """The demo town's geography, as much of it as the demo needs."""

    @property
    def villages(self) -> Sequence[VillageLike]: ...
    @property
    def grids(self) -> Sequence[GridLike]: ...
    @property
    def places(self) -> Sequence[PlaceLike]: ...


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit: one of the base town's, or a village's committee (`village_key` set)."""

    key: str
    name: str
    short: str
    line: str
    village_key: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff or helper. `roles` are held in `unit`, and for grid people in `grid` as well."""

    key: str
    name: str
    phone: str
    unit: str
    grid: str
    title: str
    roles: tuple[str, ...]
    kind: str  # 专职 兼职 义务 for grid workers, else empty
    duty: str
    languages: str


@dataclass(frozen=True, slots=True)
class PartyGroup:
    """网格党小组: the grids it covers are those of its members' households."""

    key: str
    name: str
    grid: str
    leader: str


@dataclass(frozen=True, slots=True)
class CentreHousehold:
    """党员中心户: one household of a grid, belonging to a party group."""

    key: str
    name: str
    phone: str
    grid: str
    group: str
    address: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, with the two questions the lives ask: who works in a unit, who in a grid."""

    units: tuple[UnitPlan, ...]
    people: tuple[Person, ...]
    groups: tuple[PartyGroup, ...]
    centres: tuple[CentreHousehold, ...]
    by_key: dict[str, UnitPlan]
    of_unit: dict[str, list[Person]] = field(default_factory=dict)
    of_grid: dict[str, list[Person]] = field(default_factory=dict)

    def unit(self, key: str) -> UnitPlan:
        """The unit of that key; KeyError when there is none."""
        return self.by_key[key]


def committee(village_key: str) -> str:
    """The key of a village's committee."""
    return f"village_{village_key}"


def make_staff(rng: Random, geography: GeographyLike, units: Sequence[UnitPlan], people: People) -> Staff:
    """The plan of staff: `units` are the base town's; the committees are added here."""
    everyone = (*units, *(_committee(village) for village in geography.villages))
    plan = _Plan(rng, people)
    for unit in everyone:
        for title, roles in _posts(unit):
            plan.add(unit.key, "", title, roles, "", f"{unit.short}{'牵头' if title in HEADED_BY else '日常'}工作")
    homes = {grid.key: committee(grid.village_key) for grid in geography.grids}
    for grid in geography.grids:
        plan.grid_worker(grid.key, homes[grid.key], "chief")
        plan.grid_worker(grid.key, homes[grid.key], "full")
    keys = list(homes)
    while len(plan.people) < HEADS:
        grid_key = rng.choice(keys)
        plan.grid_worker(grid_key, homes[grid_key], rng.choice(("part", "part", "volunteer", "volunteer", "volunteer")))
    groups = _groups(rng, geography, plan.people)
    centres = _centres(rng, geography, people, groups)
    staff = Staff(everyone, tuple(plan.people), groups, centres, {unit.key: unit for unit in everyone})
    for person in staff.people:
        staff.of_unit.setdefault(person.unit, []).append(person)
        staff.of_grid.setdefault(person.grid, []).append(person)
    return staff


def _committee(village: VillageLike) -> UnitPlan:
    kind = "居委会" if village.name.endswith("社区") else "民委员会"
    return UnitPlan(committee(village.key), village.name + kind, village.name, "党建", village.key, ("handler",))


def _posts(unit: UnitPlan) -> list[tuple[str, tuple[str, ...]]]:
    """Titles and roles of a unit's people, the head first."""
    if unit.village_key:
        return [(title, ("handler", "grid_chief") if title == "书记" else ("handler",)) for title in COMMITTEE]
    own = tuple(role for role in unit.roles if role != "leader")
    head = (*unit.roles, "handler")
    rest = UNIT_HEADS.get(unit.key, UNIT_USUAL) - 1
    title = "所长" if unit.short.endswith("所") else "主任"
    return [(title, head), *(("副" + title if n == 0 else "工作人员", (*own, "handler")) for n in range(rest))]


class _Plan:
    def __init__(self, rng: Random, people: People) -> None:
        self._rng, self._people = rng, people
        self.people: list[Person] = []

    def add(  # noqa: PLR0917
        self, unit: str, grid: str, title: str, roles: tuple[str, ...], kind: str, duty: str
    ) -> None:
        name = self._people.name(self._rng.choice(("middle", "middle", "young")))
        key = f"p{len(self.people) + 1:04d}"
        languages = self._rng.choice(LANGUAGES)
        self.people.append(
            Person(key, name.full, self._people.phone(), unit, grid, title, roles, kind, duty, languages)
        )

    def grid_worker(self, grid: str, unit: str, level: str) -> None:
        title, roles = ("网格长", ("grid_chief", "grid_worker")) if level == "chief" else ("网格员", ("grid_worker",))
        self.add(unit, grid, title, roles, KINDS[level], self._rng.choice(GRID_DUTIES[level]))


def _groups(rng: Random, geography: GeographyLike, people: Sequence[Person]) -> tuple[PartyGroup, ...]:
    """69 groups: at least one to a village, the rest where chance puts them, one to a grid at most."""
    by_village: dict[str, list[GridLike]] = {}
    for grid in geography.grids:
        by_village.setdefault(grid.village_key, []).append(grid)
    first = [rng.choice(grids) for grids in by_village.values()]
    taken = {grid.key for grid in first}
    rest = rng.sample([grid for grid in geography.grids if grid.key not in taken], GROUPS - len(first))
    chiefs = {person.grid: person.key for person in people if person.title == "网格长"}
    chosen = sorted([*first, *rest], key=lambda grid: grid.key)
    return tuple(
        PartyGroup(f"g{n:02d}", f"{grid.name}党小组", grid.key, chiefs[grid.key]) for n, grid in enumerate(chosen, 1)
    )


def _centres(
    rng: Random, geography: GeographyLike, people: People, groups: Sequence[PartyGroup]
) -> tuple[CentreHousehold, ...]:
    """147 centre households, one in each grid, each with a party group of its village."""
    village = {grid.key: grid.village_key for grid in geography.grids}
    near: dict[str, list[str]] = {}
    for group in groups:
        near.setdefault(village[group.grid], []).append(group.key)
    own = {group.grid: group.key for group in groups}
    return tuple(
        CentreHousehold(
            f"c{n:03d}",
            people.name("middle").full,
            people.phone(),
            grid.key,
            own.get(grid.key) or rng.choice(near[grid.village_key]),
            _door(n, grid, geography),
        )
        for n, grid in enumerate(geography.grids[:CENTRES], 1)
    )


def _door(n: int, grid: GridLike, geography: GeographyLike) -> str:
    """Where a household lives: in the seat's community a flat of the grid's compound, else a door of its hamlet.

    Reckoned from its number, so that nothing that is drawn afterwards comes out otherwise.
    """
    place = next(each.name for each in geography.places if each.grid_key == grid.key and each.kind == "compound")
    first = geography.villages[0]
    if grid.village_key == first.key:
        return f"{place}{1 + n * 7 % 12}号楼{1 + n % 4}单元{1 + n * 5 % 6}0{1 + n % 2}室"
    village = next(each.name for each in geography.villages if each.key == grid.village_key)
    return f"{village}{place}{1 + n * 37 % 96}号"
