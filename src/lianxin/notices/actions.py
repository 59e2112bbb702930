"""Reading messages: what was opened is no longer counted."""

from datetime import datetime

from lianxin.notices.models import Message
from lianxin.people.actors import Actor


def read_messages(*, actor: Actor, now: datetime, case_id: int | None = None) -> int:
    """Mark the actor's unread messages as read, of one case or all; returns how many.

    A message to a whole unit is read when one of its people opens it: they share the work.
    """
    rows = Message.objects.seen_by(actor).filter(read_at=None)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return rows.update(read_at=now)
