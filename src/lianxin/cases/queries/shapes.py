"""Statements made once for all who see equally far: to make one with its scope costs more than to run it."""

from collections.abc import Callable

from lianxin.keys.cache import cached
from lianxin.keys.prepared import Prepared
from lianxin.people.actors import Actor


def like(actor: Actor, post: int, unit: int) -> Actor:
    """An actor of the same scope in another post: all that `made_once` tells shapes apart by."""
    return Actor(
        actor.town, post_id=post, unit_id=unit, sees=actor.sees, grid_path=actor.grid_path,
        confidential=actor.confidential,
    )  # fmt: skip


def made_once(actor: Actor, name: str, make: Callable[[], Prepared]) -> Prepared:
    """A statement for all whose scope has the same shape: it differs by their post and unit alone."""
    return cached(actor.town, f"shape.{name}:{shape_of(actor)}", make)


def shape_of(actor: Actor) -> str:
    """How far an actor sees, their own post and unit aside."""
    return f"{actor.sees}:{actor.grid_path}:{','.join(sorted(actor.confidential))}"
