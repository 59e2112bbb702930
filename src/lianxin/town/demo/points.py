"""The service points of the invented town: at its public places, with hours and services of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lianxin.ledger.rows import add_row
from lianxin.places.models import ServicePoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lianxin.people.actors import Actor
    from lianxin.town.demo.sites import SitePlan

_LATE: Final = {str(day): [["08:30", "20:30"]] for day in range(7)}
_WEEK: Final = {str(day): [["08:30", "12:00"], ["14:00", "17:30"]] for day in range(5)}
_HALF: Final = {**_WEEK, "5": [["09:00", "12:00"]], "6": []}
# By what the name of a public place ends in: the kind, what it is called there, the hours (None: the town's), services.
AT: Final = (
    ("党群服务中心", "party", "", _HALF, ("党员服务", "政策宣讲", "代办帮办", "法律咨询")),
    ("便民服务中心", "service", "", _HALF, ("社保医保", "民政救助", "证照办理", "诉求受理")),
    ("文化广场", "practice", "文明实践站", None, ("志愿服务", "文体活动", "理论宣讲")),
    ("连心广场", "stop", "红帆驿站", _LATE, ("饮水", "充电", "歇脚", "雨具借用")),
    ("农贸市场", "stop", "红帆驿站", _LATE, ("饮水", "热饭", "充电")),
    ("汽车站", "stop", "红帆驿站", _LATE, ("饮水", "充电", "问路", "急救包")),
    ("幸福院", "pavilion", "议事亭", None, ("村民议事", "矛盾调解")),
)


def make_points(sites: Iterable[SitePlan]) -> Iterator[tuple[str, dict[str, object]]]:
    """The points, each with the key of its grid."""
    for site in sites:
        for ending, kind, called, hours, services in AT:
            if site.kind == "venue" and site.name.endswith(ending):
                name = f"{site.name.removesuffix('文化广场')}{called}" if called else site.name
                yield site.grid_key, {
                    "kind": kind, "name": name, "address": site.address, "point": [site.lon, site.lat],
                    "hours": hours, "services": list(services),
                }  # fmt: skip
                break


def settle_points(sites: Iterable[SitePlan], grids: dict[str, int], *, actor: Actor, now: datetime) -> None:
    """Enter the points as of `now`."""
    for at, (grid, facts) in enumerate(make_points(sites), start=1):
        row = ServicePoint(town=actor.town, key=f"point_{at}", grid_id=grids[grid], **facts)
        add_row(row, "service_point", actor=actor, now=now)
