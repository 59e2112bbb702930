"""Draw a sample for return calls (抽样回访) that nobody can steer: by a seed that stays on record."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction as database

from lianxin.cases.models import Case
from lianxin.cases.queries.inbox import at_steps
from lianxin.cases.queries.watch import SAMPLE
from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor

LARGEST = 200


class NotDrawn(Exception):
    """The sample was not drawn; `code`: not_yours, bad_size, nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pick(ids: Sequence[int], seed: str, size: int) -> list[int]:
    """The same ids, seed and size always give the same sample, in whatever order the ids come."""
    return sorted(ids, key=lambda pk: (hashlib.sha256(f"{seed}:{pk}".encode()).digest(), pk))[:size]


def draw_sample(size: int, *, actor: Actor, now: datetime, seed: str = "") -> list[int]:
    """Draw `size` of the answered cases that are not yet closed; returns their ids. Raises NotDrawn.

    The entry holds the seed, the digest of all that could have been drawn, and what was: the draw can be done again
    by anybody and must come to the same.
    """
    if actor.sees != "town" or not actor.can("triage"):
        raise NotDrawn("not_yours")
    if not 1 <= size <= LARGEST:
        raise NotDrawn("bad_size")
    ids = sorted(answered(actor))
    if not ids:
        raise NotDrawn("nobody")
    seed = seed or secrets.token_hex(8)
    drawn = pick(ids, seed, size)
    population = hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
    data: dict[str, Any] = {"seed": seed, "size": size, "of": len(ids), "population": population, "drawn": drawn}
    with database.atomic():
        record(Line(SAMPLE, actor.town_id, "draw", data), actor=actor, now=now)
    return drawn


def answered(actor: Actor) -> list[int]:
    """Cases answered and not yet closed, as far as the actor sees them."""
    waits = at_steps(actor.town, lambda step: step.phase in ("feedback", "review") and not step.end)
    return list(Case.objects.seen_by(actor).filter(waits).values_list("id", flat=True))
