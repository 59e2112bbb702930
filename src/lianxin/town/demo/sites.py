"""The sites of the invented town: the compounds and public places of its gazetteer, and enterprises nobody owns.

Drawn by dice of their own, so that nothing else of the town falls otherwise because of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shapely import Point

from lianxin.places.sites.actions import SiteRow, end_site, import_sites
from lianxin.places.sites.codes import LETTERS, check_character
from lianxin.places.sites.queries import site_by_code
from lianxin.town.demo import placenames
from lianxin.town.demo.geography import DIGITS, TOWN_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lianxin.people.actors import Actor
    from lianxin.town.demo.geography import Geography, GridArea, Place, Village

ENTERPRISES: Final = 40
UNKNOWN: Final = 5  # of these have no credit code that the town knows
AT_SEAT: Final = 14
OFF_BORDER: Final = 2e-4  # of a degree: some twenty metres
PUBLIC: Final = (
    "党群服务中心", "便民服务中心", "卫生院", "小学", "中学", "市场", "汽车站", "广场", "邮政所", "幼儿园", "敬老院",
    "卫生室", "幸福院",
)  # fmt: skip
BRANDS: Final = (
    "明禾", "丰泽", "嘉穗", "润田", "恒顺", "益民", "春晖", "瑞丰", "金穗", "宏达", "同心", "康庄", "聚源", "清源",
    "华盛", "新禾", "佳禾", "兴隆", "广茂", "福临", "安泰", "正和", "裕民", "绿野", "百川", "天成", "万顺", "利农",
    "顺达", "惠民", "长青", "众合", "晨光", "德润", "祥和", "永盛", "鼎新", "诚信", "好年", "四季", "远航", "三禾",
)  # fmt: skip
# What they do, by the mark of their registration: companies, traders, farmers' co-operatives.
TRADES: Final = {
    "91": (
        "粮油加工有限公司", "食品有限公司", "服饰有限公司", "建材有限公司", "农机有限公司", "塑料制品厂", "家具厂",
        "物流有限公司",
    ),
    "92": (
        "超市", "饭店", "农资店", "五金店", "汽车修理部", "大药房",
    ),
    "93": (
        "养殖专业合作社", "果蔬专业合作社", "农机专业合作社",
    ),
}  # fmt: skip
MARKS: Final = tuple((trade, mark) for mark, trades in TRADES.items() for trade in trades)


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site on paper; `code` is empty where the town gives one."""

    kind: str
    name: str
    address: str
    grid_key: str
    lon: float
    lat: float
    code: str = ""


def make_sites(seed: int, ground: Geography) -> tuple[SitePlan, ...]:
    """The sites of a town; the same seed and ground give the same ones."""
    rng = random.Random(f"{seed} sites")  # noqa: S311 - draws a town, guards nothing
    return (*_of_gazetteer(rng, ground), *_enterprises(rng, ground))


def _of_gazetteer(rng: random.Random, ground: Geography) -> Iterator[SitePlan]:
    """Compounds and hamlets, and of the landmarks those that are everybody's."""
    villages = _villages(ground)
    for place in ground.places:
        public = place.kind == "landmark" and any(word in place.name for word in PUBLIC)
        if place.kind != "compound" and not public:
            continue
        village = villages[place.grid_key]
        at_seat = village is ground.villages[0]
        address = _street(rng) if at_seat else village.name
        yield _planned("venue" if public else "compound", place, address)


def _planned(kind: str, place: Place, address: str) -> SitePlan:
    return SitePlan(kind, place.name, address, place.grid_key, place.lon, place.lat)


def _villages(ground: Geography) -> dict[str, Village]:
    by_key = {village.key: village for village in ground.villages}
    return {grid.key: by_key[grid.village_key] for grid in ground.grids}


def _street(rng: random.Random) -> str:
    return f"{rng.choice(placenames.STREETS)}{rng.randint(1, 180)}号"


def _enterprises(rng: random.Random, ground: Geography) -> Iterator[SitePlan]:
    villages, seat = _villages(ground), ground.villages[0].key
    own = [grid for grid in ground.grids if grid.village_key == seat]
    others = [grid for grid in ground.grids if grid.village_key != seat]
    grids = [*rng.choices(own, k=AT_SEAT), *rng.choices(others, k=ENTERPRISES - AT_SEAT)]
    for at, (grid, brand) in enumerate(zip(grids, rng.sample(BRANDS, ENTERPRISES), strict=True)):
        village = villages[grid.key]
        trade, mark = rng.choice(MARKS)
        short = "连心" if village.key == seat else placenames.short(village.name)
        address = _street(rng) if village.key == seat else f"{village.name}{short}路{rng.randint(1, 60)}号"
        code = "" if at >= ENTERPRISES - UNKNOWN else _credit_code(rng, mark)
        yield SitePlan("enterprise", f"{short}{brand}{trade}", address, grid.key, *_spot(rng, grid), code)


def _credit_code(rng: random.Random, mark: str) -> str:
    """A code that passes its check and is nobody's: it is registered in division 999001, and 99 is no province."""
    head = f"{mark}{TOWN_CODE[:6]}MA{''.join(rng.choice(LETTERS) for _char in range(7))}"
    return head + check_character(head)


def _spot(rng: random.Random, grid: GridArea) -> tuple[float, float]:
    """A point of the grid, off its border where the grid has room."""
    shape = grid.polygon()
    west, south, east, north = shape.bounds
    for _try in range(30):
        spot = Point(round(rng.uniform(west, east), DIGITS), round(rng.uniform(south, north), DIGITS))
        if shape.contains(spot) and shape.exterior.distance(spot) > OFF_BORDER:
            return spot.x, spot.y
    return grid.lon, grid.lat


def settle_sites(
    plans: tuple[SitePlan, ...], grids: dict[str, int], *, actor: Actor, now: datetime, ends: datetime
) -> None:
    """Enter the sites as of `now`; one of the shops has closed since, at `ends`."""
    rows = [
        SiteRow(at, plan.kind, plan.name, plan.code, grids[plan.grid_key], plan.address, (plan.lon, plan.lat))
        for at, plan in enumerate(plans)
    ]
    import_sites(rows, actor=actor, now=now)
    closed = next(plan.code for plan in plans if plan.code.startswith("92"))
    if (site := site_by_code(actor.town, closed)) is not None:
        end_site(site, "已停业，铺面转租", actor=actor, now=ends)
