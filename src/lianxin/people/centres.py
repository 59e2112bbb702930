"""Centre households (党员中心户): whose home it is, shown to those who need it, for a reason, and erased on request.

Name, number and address are somebody's own: encrypted, masked in every list, in the history as texts that can go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.ledger.actions import erase_texts
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import drop_row
from lianxin.people.looking import NoReason, look_at
from lianxin.people.masking import mask_address, mask_name, mask_phone
from lianxin.people.models import CentreHousehold

if TYPE_CHECKING:
    from datetime import datetime

    from lianxin.people.actors import Actor

KIND: Final = "centre"
OWN: Final = ("name", "phone", "address")


def masked(row: CentreHousehold) -> dict[str, str]:
    """Name, number and address as anybody in post sees them."""
    return {"name": mask_name(row.name), "phone": mask_phone(row.phone), "address": mask_address(row.address)}


def may_look(actor: Actor, row: CentreHousehold) -> bool:
    """Whether an actor may read a household's own details."""
    return may_look_in(actor, row.grid.path)


def may_look_in(actor: Actor, path: str) -> bool:
    """Whether an actor may read the details of households in a grid, by its path: who keeps the register, and who may
    reveal contacts there, in the whole town or in a grid and below.
    """
    if actor.can("configure"):
        return True
    near = actor.sees == "grid" and bool(actor.grid_path) and path.startswith(actor.grid_path)
    return actor.can("reveal_contact") and (near or actor.sees == "town")


def reveal_centre(row: CentreHousehold, reason: str, *, actor: Actor, now: datetime) -> dict[str, str]:
    """A household's own details in full; the look stays on record.

    Raises PermissionDenied, NoReason, TooManyTries beyond 60 looks an hour.
    """
    if not may_look(actor, row):
        raise PermissionDenied
    look_at(row.pk, {"centre": row.pk, "what": list(OWN)}, reason, actor=actor, now=now)
    return {name: getattr(row, name) for name in OWN}


def erase_centre(pk: int, reason: str, *, actor: Actor, now: datetime) -> int:
    """Take a household away, if it stands, and for good what its history says of it; returns how many texts went.

    `reason` stays in the history: it names nobody. Raises PermissionDenied, NoReason, CentreHousehold.DoesNotExist for
    one that never was.
    """
    if actor.role != "system" and not actor.can("erase"):
        raise PermissionDenied
    if len(reason.strip()) < 2:
        raise NoReason
    with transaction.atomic():
        row = CentreHousehold.objects.for_system("erase", actor.town).select_for_update().filter(pk=pk).first()
        if row is not None:
            drop_row(row, KIND, actor=actor, now=now)
        elif not Entry.objects.for_system("erase", actor.town).filter(subject_kind=KIND, subject_id=pk).exists():
            raise CentreHousehold.DoesNotExist
        gone = erase_texts(KIND, pk, reason=reason.strip(), actor=actor, now=now)
        if Entry.objects.for_system("erase", actor.town).filter(subject_kind="person", subject_id=pk).exists():
            gone += erase_texts("person", pk, reason=reason.strip(), actor=actor, now=now)  # why others looked
        bump(actor.town)
    return gone
