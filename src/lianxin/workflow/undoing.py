"""Taking an act back: when the one who made it may undo it. What was true before is the spine's to restore.

An undo is an act of its own: it is written down, and what it takes back stays in the history beside it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianxin.workflow.definition.model import Transition
from lianxin.workflow.engine import Refused

WITHIN = timedelta(minutes=10)  # a slip is seen at once; later, the case has gone on in somebody's head
TOLD = frozenset({"answer", "rating", "contacted", "clause"})  # said to the resident or by them: not unsaid by a press
OPENS_ANOTHER = frozenset({"appeal", "split"})  # a case of its own stands there now


@dataclass(frozen=True, slots=True)
class Made:
    """An act as it was made: its transition (None: none of the workflow's), whether the asker's, when, with what."""

    act: str
    transition: Transition | None
    own: bool
    at: datetime
    given: Collection[str] = ()


def check_undo(run: Sequence[Made], *, last: bool, now: datetime) -> None:
    """Whether acts made one after the other may be taken back together; raises Refused.

    `last`: nothing has happened in the case since. Whose act it was goes first: others learn nothing by trying.
    """
    act = run[-1].act
    if not all(each.own for each in run):
        raise Refused("undo_not_yours", act=act)
    if not last:
        raise Refused("undo_passed", act=act)
    if any(for_good(each) for each in run):
        raise Refused("undo_final", act=act)
    if now > run[0].at + WITHIN:
        raise Refused("undo_late", act=act, minutes=WITHIN // timedelta(minutes=1))


def for_good(made: Made) -> bool:
    """Whether an act cannot be taken back by anybody: the workflow says so, or it has told the resident something."""
    way = made.transition
    if way is None or way.final or TOLD & set(made.given):
        return True
    return any(effect.name in OPENS_ANOTHER for effect in way.effects)
