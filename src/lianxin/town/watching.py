"""What `verify` asks of a town itself, and writing down what it began with: all of it is watched from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.queries.setup import kinds
from lianxin.keys.models import Town
from lianxin.ledger.rows import NOW, TOWN, write_down
from lianxin.ledger.verify import Broken, Replay, register
from lianxin.people.actors import system
from lianxin.town.registers.town import stands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from lianxin.ledger.models import Entry

FIXED: Final = ("code", "letters", "is_demo")  # of a town for good


def watch(town: Town, *, now: datetime) -> int:
    """Write down the settings of a town that no entry tells of; returns how many rows. Once done, it does nothing.

    For a town just set up, and for one of an older version at the first start of this one.
    """
    return write_down(town, _said(town), actor=system(town), now=now)


def watch_all(*, now: datetime) -> int:
    """`watch` of every town."""
    return sum(watch(town, now=now) for town in Town.objects.order_by("id"))


def _said(town: Town) -> dict[str, Any]:
    held = Town.objects.get(pk=town.pk)
    return {**{name: getattr(held, name) for name in FIXED}, **stands(town)}


def _holds(town: Town, subjects: Mapping[int, Sequence[Entry]], _texts: object) -> Iterator[Broken]:
    """What was told last of the town is what stands."""
    now = _said(town)
    for pk, entries in subjects.items():
        told = {name: value for entry in entries for name, value in entry.data.get(NOW, {}).items()}
        for name, value in told.items():
            if name in now and now[name] != value:
                yield Broken(f"{TOWN}:{pk}", entries[-1].seq, "the row is not what was last written", name)


def _hidden_kinds(town: Town) -> Iterator[Broken]:
    """Which kinds are confidential is what the published workflows say."""
    held = Town.objects.get(pk=town.pk).settings.get("confidential", [])
    if sorted(held) != sorted(flow.key for flow in kinds(town) if flow.confidential):
        yield Broken(f"{TOWN}:{town.pk}", 0, "the row is not what was last written", "confidential")


register(Replay(TOWN, None, _holds, _hidden_kinds))
