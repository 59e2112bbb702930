"""What the town promises everybody (办理时限): how long each step of a request may take, and each sort of matter."""

from dataclasses import dataclass

from lianxin.cases.pickers import category_name
from lianxin.cases.queries.setup import categories, latest_version, leaves, limits_of, report_kind, workflow_of
from lianxin.keys.models import Town
from lianxin.workflow.clock import Limit
from lianxin.workflow.definition import Step


@dataclass(frozen=True, slots=True)
class Group:
    """Sorts of matters that belong together: each with its limits in the order of `Promises.by_sort`."""

    name: str
    sorts: tuple[tuple[str, tuple[Limit | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Promises:
    """`steps`: all that have a limit, in the order of the workflow; `by_sort`: those whose limit the sort decides."""

    steps: tuple[Step, ...]
    by_sort: tuple[Step, ...]
    groups: tuple[Group, ...]


def promises(town: Town) -> Promises:
    """The limits of what residents ask, as the workflow and the categories have them now."""
    flow = workflow_of(latest_version(town, report_kind(town)))
    steps = tuple(step for step in flow.steps.values() if step.within is not None and not step.end)
    rows = [(leaf, limits_of(town, leaf.pk)) for leaf in leaves(town)]
    named = {name for _leaf, limits in rows for name in limits}
    by_sort = tuple(step for step in steps if step.limit_name in named)
    every, found = categories(town), dict[int, list[tuple[str, tuple[Limit | None, ...]]]]()
    for leaf, limits in rows:
        told = tuple(limits.get(step.limit_name or "", step.within) for step in by_sort)
        found.setdefault(leaf.parent_id or leaf.pk, []).append((category_name(leaf), told))
    groups = tuple(Group(category_name(every[pk]), tuple(sorts)) for pk, sorts in found.items())
    return Promises(steps, by_sort, groups)
