"""Days on which somebody wants to look at a case again."""

from typing import Any, ClassVar

from django.db import models

from lianxin.cases.models.cases import Case
from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.cipher import Personal
from lianxin.people.models import Post, Unit


class FollowUp(InTown):
    """To look at a case again on a day (待跟进), with a note to oneself: of one unit, seen by nobody else.

    A plain record beside the history: it changes nothing of the case and binds nobody. The note is encrypted, for it
    may tell of people, and goes with the case's words when they are erased.
    """

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="follow_ups")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    note = Personal(blank=True)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True, help_text="the post that pressed")

    class Meta:
        constraints: ClassVar = [
            TownKey(name="follow_up_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="follow_up_case"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "unit", "on"], name="follow_up_of_unit", condition=models.Q(done_at=None)),
            models.Index(fields=["town", "case_id", "id"], name="follow_up_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} on {self.on}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """Those of one's unit."""
        if actor.role == "system":
            return models.Q()
        return models.Q(unit_id=actor.unit_id or 0) if actor.is_staff else models.Q(pk__in=())
