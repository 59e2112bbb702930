"""What may be picked in a transition's form: units and posts, categories, grids, grounds, choices.

Each picker is two halves: what it offers to a reader, and how a value that comes back is found again. Values are
"unit:ID", "post:ID", or the key of the thing, which the API's callers prefer.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.models import Case, Category
from lianxin.cases.queries.setup import categories, clauses, leaves
from lianxin.cases.routes import why
from lianxin.cases.values import Holder
from lianxin.cases.words import said
from lianxin.keys.cache import cached
from lianxin.keys.ids import LARGEST, read_number
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.models import Post, Unit
from lianxin.people.queries import roles, today, units
from lianxin.places.queries import ended_grids, grid_tree
from lianxin.ui import words
from lianxin.workflow.definition import FieldSpec

CHOSEN = ("village", "grid")  # of grids: micro-grids are too many for a list, and no case is placed by them
Option = dict[str, str]


class Near(NamedTuple):
    """A post that a case may be given to, with what tells its person from a namesake."""

    post_id: int
    unit_id: int
    name: str
    title: str
    role: str
    grid_id: int | None
    username: str


def word(value: Any) -> str:
    """A value of a form or of JSON as text; "" for what is none, or a number beyond all keys."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and abs(value) <= LARGEST else ""


def _id(value: Any, prefix: str = "") -> int | None:
    return read_number(word(value).removeprefix(prefix))


def unit_by(town: Town, value: Any) -> int | None:
    """A unit by "unit:ID", "unit:key", an id or a key; its id, None when the town has none such."""
    known = units(town)
    if (pk := _id(value, "unit:")) is not None:
        return pk if pk in known else None
    key = word(value).removeprefix("unit:")
    return next((unit.pk for unit in known.values() if key and unit.key == key), None)


def holder_by(town: Town, value: Any) -> Holder | None:
    """Who is to hold a duty, by "unit:…" or "post:ID", or {"unit": …} or {"post": …} in JSON."""
    if isinstance(value, Mapping):
        value = f"post:{word(value['post'])}" if value.get("post") else f"unit:{word(value.get('unit'))}"
    if word(value).startswith("post:"):
        return _post(town, _id(value, "post:"))
    pk = unit_by(town, value)
    return Holder(pk) if pk is not None else None


def _post(town: Town, pk: int | None) -> Holder | None:
    row = _workers(town).filter(pk=pk).values_list("unit_id", "id", "role__may").first() if pk is not None else None
    return Holder(row[0], row[1]) if row and works(row[2]) else None


def _workers(town: Town) -> Any:
    return Post.objects.for_system("pickers", town).filter(account__is_active=True)


def works(may: Any) -> bool:
    """Whether a role can be given cases: those who keep the installation cannot."""
    return not {"configure", "manage_people", "audit"} & set(may)


def category_by(town: Town, value: Any) -> int | None:
    """A category that takes cases, by id or key."""
    pk = _id(value)
    key = word(value)
    return next((leaf.pk for leaf in leaves(town) if leaf.pk == pk or (key and leaf.key == key)), None)


def grid_by(town: Town, value: Any) -> int | None:
    """A grid by id or code; the id goes first, for codes have fifteen figures and ids more."""
    tree = grid_tree(town)
    if (pk := _id(value)) is not None and pk in tree:
        return pk
    code = word(value)
    return next((node.id for node in tree.values() if code and node.code == code), None)


def clause_by(town: Town, value: Any) -> str | None:
    """A ground for refusal by its key."""
    key = word(value)
    return key if key in clauses(town) else None


def options_of(spec: FieldSpec, actor: Actor, case: Case | None, *, now: datetime) -> tuple[list[Option], Any]:
    """What a field offers, and the value that is likely."""
    make = _OPTIONS.get(spec.type)
    if make is not None:
        return make(actor, case, now)
    if spec.choices:
        likely = case.urgency if case is not None and spec.key == "urgency" else ""
        return [{"value": value, "text": zh if words.is_chinese() else en} for value, zh, en in spec.choices], likely
    return [], ""


def unit_name(unit: Unit) -> str:
    """A unit's name in the reader's language."""
    return words.name_of(unit)


def category_name(category: Category, *, whole: bool = False, town: Town | None = None) -> str:
    """A category's name in the reader's language; `whole` with its group's."""
    name = words.name_of(category)
    group = categories(town).get(category.parent_id or 0) if whole and town is not None else None
    return f"{category_name(group)} · {name}" if group is not None else name


def category_names(town: Town) -> Mapping[int, tuple[str, str]]:
    """The names of all categories of a town by id, each with its group's ("" for none), in the reader's language."""

    def build() -> Mapping[int, tuple[str, str]]:
        every = categories(town)
        names = {pk: category_name(row) for pk, row in every.items()}
        return {pk: (names[pk], names.get(row.parent_id or 0, "")) for pk, row in every.items()}

    return cached(town, f"category names {'zh' if words.is_chinese() else 'en'}", build)


def grid_name(town: Town, grid_id: int | None) -> str:
    """A grid's name after its village's; "" for none."""
    return grid_names(town).get(grid_id or 0, "")


def grid_names(town: Town) -> Mapping[int, str]:
    """The names of all grids of a town by id, each after its village's; those that have ended among them."""

    def build() -> Mapping[int, str]:
        names = {pk: _grid_name(town, each.name, each.parent_id) for pk, each in ended_grids(town).items()}
        return names | {pk: _grid_name(town, node.name, node.parent_id) for pk, node in grid_tree(town).items()}

    return cached(town, "grid names", build)


def _grid_name(town: Town, name: str, parent_id: int | None) -> str:
    above = grid_tree(town).get(parent_id or 0) or ended_grids(town).get(parent_id or 0)
    within = above is not None and above.level != "town" and not name.startswith(above.name)
    return f"{above.name} {name}" if above is not None and within else name


def _unit_options(actor: Actor, _case: Case | None, _now: datetime) -> tuple[list[Option], Any]:
    rows = [
        {"value": f"unit:{unit.pk}", "text": unit_name(unit), "group": line_of(unit)}
        for unit in units(actor.town).values()
        if unit.active
    ]
    return rows, []


def line_of(unit: Unit) -> str:
    """Under what a unit is looked for in a list: its line of service, or that it is a village's."""
    return unit.line or (_("Villages and communities") if unit.grid_id else _("Others"))


def _holder_options(actor: Actor, case: Case | None, now: datetime) -> tuple[list[Option], Any]:
    """All units, then people by name: those of the case's unit and of its place. The route's proposal is chosen."""
    rows, _none = _unit_options(actor, case, now)
    if case is None:
        return rows, ""
    proposal = why(actor.town, category_id=case.category_id, grid_id=case.grid_id, now=now).holder
    likely = f"post:{proposal.post_id}" if proposal.post_id else f"unit:{proposal.unit_id}"
    people = [
        {"value": f"post:{pk}", "text": _("%(unit)s: %(name)s") % {"unit": _unit_of(actor.town, unit), "name": name}}
        for pk, unit, name in _told_apart(actor.town, _near(actor.town, case, proposal.post_id, now))
    ]
    return rows + people, likely


def _told_apart(town: Town, people: Sequence[Near]) -> list[tuple[int, int, str]]:
    """A line for each post: its person's name, and where a unit has the name twice, whatever differs of its title,
    its role, its grid and, for two namesakes at the same work, the name they sign in with.
    """
    same: dict[tuple[int, str], list[Near]] = {}
    for each in people:
        same.setdefault((each.unit_id, each.name), []).append(each)
    lines = []
    for each in people:
        more = _differing([_marks(town, other) for other in same[each.unit_id, each.name]], _marks(town, each))
        named = {"name": each.name, "title": pgettext("list", ", ").join(more)}
        lines.append((each.post_id, each.unit_id, _("%(name)s (%(title)s)") % named if more else each.name))
    return lines


def _marks(town: Town, person: Near) -> tuple[str, str, str, str]:
    role = roles(town).get(person.role)
    return person.title, said(role.name) if role else person.role, grid_name(town, person.grid_id), person.username


def _differing(every: Sequence[tuple[str, ...]], own: tuple[str, ...]) -> list[str]:
    """As many of one's own marks, from the first, as it takes to be like nobody else; none of a mark all share."""
    told: list[str] = []
    others = [marks for marks in every if marks != own]
    for at, mark in enumerate(own):
        rest = [marks for marks in others if marks[at] == mark]
        if len(rest) < len(others):
            told.append(mark)
            others = rest
    return [mark for mark in told if mark]


def _unit_of(town: Town, pk: int) -> str:
    unit = units(town).get(pk)
    return unit_name(unit) if unit else ""


def _near(town: Town, case: Case, proposed: int | None, now: datetime) -> list[Near]:
    """People a case may be given to by name: of the unit that has it, of its grid, and whom the route proposes."""

    def build() -> list[Near]:
        near = Q(unit_id=case.unit_id) | Q(pk=proposed or 0) | (Q(grid_id=case.grid_id) if case.grid_id else Q(pk=0))
        rows = _workers(town).filter(near).filter(Q(ends=None) | Q(ends__gte=today(now))).order_by("unit_id", "id")
        columns = ("id", "unit_id", "account__name", "title", "role__key", "grid_id", "account__username", "role__may")
        return [Near(*row) for *row, may in rows.values_list(*columns)[:60] if works(may)]

    return cached(town, f"near:{case.unit_id}:{case.grid_id}:{proposed}:{today(now)}", build)


def _category_options(actor: Actor, case: Case | None, _now: datetime) -> tuple[list[Option], Any]:
    town = actor.town
    rows = [{"value": str(leaf.pk), "text": category_name(leaf, whole=True, town=town)} for leaf in leaves(town)]
    return rows, str(case.category_id or "") if case is not None else ""


def _grid_options(actor: Actor, case: Case | None, _now: datetime) -> tuple[list[Option], Any]:
    town = actor.town
    nodes = sorted((node for node in grid_tree(town).values() if node.level in CHOSEN), key=lambda node: node.code)
    rows = [{"value": str(node.id), "text": grid_name(town, node.id)} for node in nodes]
    return rows, str(case.grid_id or "") if case is not None else ""


def _clause_options(actor: Actor, _case: Case | None, _now: datetime) -> tuple[list[Option], Any]:
    found = clauses(actor.town).values()
    return [{"value": each.key, "text": said(each.name), "hint": said(each.text)} for each in found], ""


_OPTIONS: Mapping[str, Callable[[Actor, Case | None, datetime], tuple[list[Option], Any]]] = {
    "holder": _holder_options,
    "units": _unit_options,
    "category": _category_options,
    "grid": _grid_options,
    "clause": _clause_options,
}
