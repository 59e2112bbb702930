"""What the forms of a reform say: which neighbours, which code, which parent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.places.imports import LONGEST_NAME
from lianxin.places.models import Grid
from lianxin.places.queries import Node, grid_tree
from lianxin.places.reform.plan import Merge, Recode, Reform

MOST_REASON = 200
LARGEST = 99_999_999


@dataclass(slots=True)
class ReformForm:
    """A reform as it is asked for, or what is wrong with it, by field."""

    data: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    wanted: Reform | None = None
    faults: dict[str, str] = field(default_factory=dict)

    def hidden(self) -> list[tuple[str, str]]:
        """The fields as a second form carries them on."""
        return [*self.data.items(), *(("with", code) for code in self.others)]


def line(text: str) -> str:
    """A line as it is kept: no breaks, no double blanks."""
    return " ".join(text.replace("\x00", "").split())


def read_reform(node: Node, data: QueryDict) -> ReformForm:
    """Read which reform of a grid is asked for; what it comes to is for the plan to say."""
    form = ReformForm({name: line(data.get(name, ""))[:100] for name in ("do", "keep", "name", "code", "parent")})
    said = form.data
    if len(said["name"]) > LONGEST_NAME:
        form.faults["name"] = _("At most %(n)s characters.") % {"n": LONGEST_NAME}
    if said["do"] == "merge":
        form.others = [line(code)[:18] for code in data.getlist("with")][:50]
        keep = "" if said["keep"] == "new" else said["keep"] or node.code
        if not form.others:
            form.faults["with"] = _("Choose at least one neighbour to merge with.")
        form.wanted = Merge((node.code, *form.others), keep, said["name"], said["code"] if not keep else "")
    else:
        said["do"] = "recode"
        form.wanted = Recode(node.code, said["parent"], said["code"])
    return form


@dataclass(slots=True)
class FactsForm:
    """What is said of a grid that keeps its code."""

    data: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def read_facts(data: Mapping[str, str]) -> FactsForm:
    """Read name, households and residents, all faults at once."""
    form = FactsForm({name: line(data.get(name, "")) for name in ("name", "households", "population", "reason")})
    name = form.data["name"]
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        form.faults["name"] = _("Write a name of 60 characters at most.")
    form.facts["name"] = name
    for key in ("households", "population"):
        number = read_number(form.data[key] or "0", LARGEST)
        if number is None:
            form.faults[key] = _("Write a number.")
        else:
            form.facts[key] = number
    if len(form.data["reason"]) > MOST_REASON:
        form.faults["reason"] = _("At most %(n)s characters.") % {"n": MOST_REASON}
    return form


def parents(town: Town, node: Node) -> Sequence[Node]:
    """The grids below which a grid could lie: those one level above, its own first."""
    tree = grid_tree(town)
    above = tree.get(node.parent_id or 0)
    if above is None:
        return []
    rest = [each for each in tree.values() if each.level == above.level and each.id != above.id]
    return [above, *sorted(rest, key=lambda each: each.code)] if node.level != Grid.Level.VILLAGE else [above]
