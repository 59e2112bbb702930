"""The base town's files as the lives need them: the request's workflow, the clock, the categories' limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

import yaml

from lianxin.town.demo.staff import UnitPlan
from lianxin.workflow.clock import Clock, Limit
from lianxin.workflow.clock_china import chinese_calendar_days
from lianxin.workflow.definition import Workflow, read

TOWNS: Final = Path(__file__).parents[4] / "towns"


@dataclass(frozen=True, slots=True)
class Category:
    """A leaf of the tree of categories."""

    key: str
    urgency: str
    handled_by: str
    limits: Mapping[str, Limit]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the lives obey."""

    workflow: Workflow
    clock: Clock
    categories: Mapping[str, Category]
    units: tuple[UnitPlan, ...]
    seed: int
    anchor: datetime

    @classmethod
    def read(cls, towns: Path = TOWNS) -> Rules:
        """Read `base` and `demo` below a folder."""
        town = _yaml(towns / "demo" / "town.yaml")
        anchor = datetime.fromisoformat(town["anchor"])
        return cls(
            read((towns / "base" / "workflows" / "request.yaml").read_text("utf-8")),
            _clock(_yaml(towns / "base" / "hours.yaml"), anchor),
            {
                leaf["key"]: _category(leaf)
                for group in _yaml(towns / "base" / "categories.yaml")
                for leaf in group["children"]
            },
            tuple(_unit(raw) for raw in _yaml(towns / "base" / "units.yaml")),
            town["seed"],
            anchor,
        )


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _clock(raw: Mapping[str, Any], anchor: datetime) -> Clock:
    week = {day - 1: tuple(_span(text) for text in spans) for day, spans in raw["week"].items()}
    makeup = tuple(_span(text) for text in raw["makeup"])
    days, known_until = chinese_calendar_days(range(anchor.year - 2, anchor.year + 2), makeup)
    return Clock(raw["zone"], week, days, known_until)


def _span(text: str) -> tuple[time, time]:
    opens, shuts = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(shuts)


def _category(raw: Mapping[str, Any]) -> Category:
    limits = {name: Limit.parse(text) for name, text in raw["limits"].items()}
    return Category(raw["key"], raw["urgency"], raw["handled_by"], limits)


def _unit(raw: Mapping[str, Any]) -> UnitPlan:
    return UnitPlan(raw["key"], raw["name"]["zh"], raw["short"], raw["line"], "", tuple(raw["roles"]))
