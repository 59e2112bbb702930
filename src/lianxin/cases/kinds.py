"""What a rib (safety, disputes, …) adds to the spine. A kind made of data alone needs none."""

from collections.abc import Mapping
from typing import Any

from lianxin.cases.models import Case
from lianxin.workflow.definition import Transition
from lianxin.workflow.engine import Refused


class Kind:
    """The Python of one kind of case: what its data cannot say. All methods run in the door's transaction."""

    key = ""
    acts: frozenset[str] = frozenset()  # acts this code relies on; an edited workflow must keep them
    panel = ""  # template shown on the case's page

    def check(self, case: Case, transition: Transition, given: Mapping[str, Any]) -> None:
        """Raise Refused when the rib's own facts forbid the transition."""

    def after(self, case: Case, transition: Transition, given: Mapping[str, Any]) -> None:
        """Write the rib's own facts."""

    def take_back(self, case: Case, transition: Transition) -> None:
        """Take the rib's own facts of a transition back (撤销); raise Refused where that cannot be.

        A kind that writes facts of its own and does not say how they are taken back has acts for good.
        """
        if type(self).after is not Kind.after:
            raise Refused("undo_final", act=transition.act)


_kinds: dict[str, Kind] = {}
_plain = Kind()


def register(kind: type[Kind]) -> type[Kind]:
    """Register a rib's kind under its key."""
    if kind.key in _kinds:
        raise ValueError(f"kind {kind.key} is registered twice")
    _kinds[kind.key] = kind()
    return kind


def kind_of(key: str) -> Kind:
    """The Python of a kind; the plain one for a kind made of data alone."""
    return _kinds.get(key, _plain)
