"""Finding a place without a map: the village, its grids, the roads and places in each; the door in one's own words."""

from collections.abc import Mapping
from typing import Any

from lianxin.cases.pickers import grid_name
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.places.gazetteer import Name
from lianxin.places.queries import grid_tree, names_by_grid

Option = dict[str, str]


def villages(town: Town) -> list[Option]:
    """The villages to begin with."""
    return [{"value": str(node.id), "text": node.name} for node in grid_tree(town).values() if node.level == "village"]


def listed(town: Town, village: str) -> list[dict[str, Any]]:
    """The grids of a village, each with the places known in it; at the end the village itself, for who knows no grid.

    A place is named "grid:name", a whole grid "grid:". Empty for what is no village.
    """
    tree, names = grid_tree(town), names_by_grid(town)
    node = tree.get(read_number(village) or 0)
    if node is None or node.level != "village":
        return []
    groups = [_group(tree[pk].name.removeprefix(node.name), pk, names) for pk in node.children if pk in tree]
    return [*groups, _group("", node.id, names)]


def _group(title: str, grid_id: int, names: Mapping[int, list[Name]]) -> dict[str, Any]:
    leaves = [{"value": f"{grid_id}:{each.name}", "text": each.name} for each in names.get(grid_id, ())]
    return {"name": title, "value": f"{grid_id}:", "leaves": leaves}


def place_listed(town: Town, value: str) -> Name | None:
    """The place or grid that a form names, looked up again; a whole grid has no point of its own: its name is ""."""
    grid, _, name = value.partition(":")
    pk = read_number(grid)
    if pk is None or pk not in grid_tree(town):
        return None
    if not name:
        return Name("", "grid", pk, 0.0, 0.0)
    return next((each for each in names_by_grid(town).get(pk, ()) if each.name == name), None)


def words_of(town: Town, place: Name) -> str:
    """A place from the list as the words of an address."""
    return " ".join(part for part in (grid_name(town, place.grid_id), place.name) if part)
