"""Files that wait to be taken in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown


class Upload(InTown):
    """A file somebody looks at before it is taken in (导入件): seen by them alone, kept until `expires_at` at most.

    The file lies in the data folder only until it is taken in; what was found in it goes with the row.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"  # for a first look
        LOOKED = "looked"
        UNREADABLE = "unreadable"
        TAKING = "taking"
        DONE = "done"

    account_id = models.BigIntegerField()
    post_id = models.BigIntegerField()
    what = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    found = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [TownKey(name="upload_key")]
        indexes: ClassVar = [models.Index(fields=["town", "expires_at"], name="upload_expires")]

    def __str__(self) -> str:
        return f"{self.what} {self.name}"

    @classmethod
    def visible_to(cls, actor: Any) -> Q:
        """Whoever brought it."""
        return Q(account_id=actor.account_id or 0)
