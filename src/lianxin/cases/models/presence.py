"""Who has which case open at this moment."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from lianxin.cases.models.cases import Case
from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.models import Post

LASTS = timedelta(seconds=30)  # two beats of an open desk


class Presence(InTown):
    """The case a post has open just now (在看): one row for a post, true for half a minute and then deleted.

    It tells two colleagues of one another before they do the same work twice. It is no history: where a post was
    before is overwritten, and nothing reads it but the page of the case itself.
    """

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            TownKey(name="presence_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="presence_case"),
            models.UniqueConstraint(fields=["town", "post"], name="presence_of_post"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "case_id"], name="presence_at_case"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} at {self.case_id}"

    @classmethod
    def visible_to(cls, actor: Any) -> Q:
        """Those at cases the actor sees."""
        return Q() if actor.role == "system" else Q(Exists(Case.objects.seen_by(actor).filter(id=OuterRef("case_id"))))
