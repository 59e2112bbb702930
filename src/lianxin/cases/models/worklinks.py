"""Links by which a contractor works on one case."""

from typing import Any, ClassVar

from django.db import models

from lianxin.cases.models.cases import Case
from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.cipher import Personal
from lianxin.people.models import Post, Unit


class WorkLink(InTown):
    """A contractor's way to one case, without an account (外协链接): what they may read and do there, until when.

    Of the secret in the link only a keyed digest is kept. Who the contractor is, and what they read, is encrypted:
    written or masked anew by the unit that has the case, never the case's own words. `photos` are ids of the case's.
    `at`: when it was made, or renewed. It ends when the unit ends it, when the case leaves the unit, and when it is
    closed.
    """

    class Ended(models.TextChoices):
        REVOKED = "revoked"
        LEFT = "left"
        CLOSED = "closed"
        ERASED = "erased"

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="work_links")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)
    company = Personal(blank=True)
    contact = Personal(blank=True)
    phone = Personal(blank=True)
    title = Personal(blank=True)
    task = Personal(blank=True)
    place = Personal(blank=True)
    spot = models.BooleanField(default=True, help_text="whether the map shows the point")
    may = models.JSONField(default=list)
    photos = models.JSONField(default=list)
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()
    until = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=8, choices=Ended, blank=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="work_link_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="work_link_case"),
            models.UniqueConstraint(fields=["town", "digest"], name="work_link_per_digest"),
        ]
        indexes: ClassVar = [models.Index(fields=["town", "case_id", "id"], name="work_link_of_case")]

    def __str__(self) -> str:
        return f"link to {self.case_id}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """The town's clockwork alone; staff read those of a case they see by `links_of`."""
        return models.Q() if actor.role == "system" else models.Q(pk__in=())
