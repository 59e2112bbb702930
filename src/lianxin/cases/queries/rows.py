"""Rows of cases as every list shows them: read as plain values, and dressed with names, the light and the cells.

A page of them costs the same few statements however many rows it has.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from lianxin.cases.cells import cells_of
from lianxin.cases.models import Case, Reporter
from lianxin.cases.pickers import category_names, grid_names, unit_name
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.ui.words import light_of
from lianxin.workflow.definition import Step

MAIN = "main"
Row = dict[str, Any]

_OF_CASE = (
    "id", "number", "title", "kind", "workflow_id", "step", "category_id", "grid_id", "urgency", "channel",
    "recorded_at", "closed_at", "version", "state", "parent_id",
)  # fmt: skip
_OF_HOLDER = ("unit_id", "post_id", "post__title", "post__account__name")


def path_of(prefix: str, name: str) -> str:
    """A column of the case; its id is read from the duty's own row."""
    return "case_" + name if prefix and name.startswith("id") else prefix + name


def columns_of(prefixes: tuple[str, str | None]) -> tuple[list[str], list[str]]:
    """What is read of each row, and what it is called; `prefixes` lead to the case's columns and to the duty's."""
    to_case, to_duty = prefixes
    columns = [path_of(to_case, name) for name in _OF_CASE] + [*_OF_HOLDER, "due_at"]
    names = [*_OF_CASE, *_OF_HOLDER, "due_at"]
    if to_duty is not None:
        columns += ["id", "what", "who", "soon_at"]
        names += ["duty_id", "duty", "who", "soon_at"]
    return [*columns, "joined"], [*names, "joined"]


def joined_in(rows: Any, case_id: str, town: Town) -> Any:
    """With how many people raised or joined each row's case."""
    people = Reporter.objects.for_system("inbox: of cases in view", town).filter(case_id=OuterRef(case_id)).order_by()
    return rows.annotate(joined=Subquery(people.values("case_id").annotate(n=Count("id")).values("n")))


def read_rows(actor: Actor, rows: Any, prefixes: tuple[str, str | None], most: int) -> list[Row]:
    """Read plain rows; without a prefix to a duty they are rows of cases."""
    columns, names = columns_of(prefixes)
    found = joined_in(rows, "id" if prefixes[1] is None else "case_id", actor.town).values_list(*columns)[:most]
    return [dict(zip(names, values, strict=True)) for values in found]


def rows_of(actor: Actor, cases: QuerySet[Case], *, now: datetime, most: int) -> list[Row]:
    """The first of some cases as an inbox shows them, without a duty; the caller has scoped them."""
    found = read_rows(actor, cases, ("", None), most)
    dresser = Dresser(actor.town, now)
    return [dresser.row(row) for row in found]


class _Made(dict[Any, Any]):
    """What is made once for each key that is asked for."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Any) -> Any:
        made = self[key] = self.make(key)
        return made


class Dresser:
    """Turns ids into words for the rows of one page; each name and each shape of cells is made once."""

    def __init__(self, town: Town, now: datetime) -> None:
        self.now, held_by = now, units(town)
        self.flows = _Made(lambda version: workflow_by_id(town, version))
        self.names = _Made(self._names)
        self.cells: dict[Hashable, Any] = {}
        self.of_category, self.of_grid = category_names(town), grid_names(town)
        self.of_unit = _Made(lambda pk: unit_name(held_by[pk]) if pk in held_by else "")

    def row(self, row: Row) -> Row:
        """A row as pages and the API show it: names for ids, the light, the cells."""
        state, version = row.pop("state"), row.pop("workflow_id")
        step: Step = self.flows[version].steps[row["step"]]
        stopped = bool(state.get("paused_at"))
        if "duty" not in row:
            row |= {"duty": MAIN, "duty_id": None, "soon_at": _moment(state.get("soon_at"))}
            row["who"] = "" if step.end else step.who
        row["paused"] = stopped and row["duty"] == MAIN
        row["light"] = light_of(row["due_at"], row["soon_at"], self.now, paused=row["paused"], ended=step.end)
        row["late"] = row["light"] == "late"
        row["provisional"] = bool(state.get("provisional"))
        row["kind_name"], row["step_name"] = self.names[version, step.key]
        row["phase"] = step.phase
        row["cells"] = self._cells(version, step.key, state, stopped)
        row["joined"] = row["joined"] or 0
        row["category"], row["group"] = self.of_category.get(row["category_id"], ("", ""))
        row["grid"] = self.of_grid.get(row["grid_id"], "")
        row["unit"] = self.of_unit[row["unit_id"]]
        row["post"], row["person"] = row.pop("post__title") or "", row.pop("post__account__name") or ""
        return row

    def _names(self, at: tuple[int, str]) -> tuple[str, str]:
        flow = self.flows[at[0]]
        return said(flow.name), said(flow.steps[at[1]].name)

    def _cells(self, version: int, step: str, state: Row, stopped: bool) -> Any:
        counts = state.get("counts") or {}
        shape = (version, step, stopped, bool(counts.get("returned")), bool(counts.get("reopened")))
        if shape not in self.cells:
            self.cells[shape] = cells_of(self.flows[version], step, state, None, now=self.now)
        return self.cells[shape]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
