"""Filters of the inbox that somebody keeps under a name."""

from typing import Any, ClassVar

from django.db import models

from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.models import Post, Unit


class SavedView(InTown):
    """A filter of the inbox under a name (常用视图): of the post that made it, or shared by a whole unit.

    It holds what is asked for, never what is found: whoever opens it sees their own rows.
    """

    name = models.CharField(max_length=24)
    query = models.CharField(max_length=400, help_text="the filter as the inbox's own address writes it")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            TownKey(name="saved_view_key"),
            models.UniqueConstraint(fields=["town", "post", "name"], name="saved_view_per_name"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "unit"], name="saved_view_of_unit", condition=models.Q(unit__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """One's own, and those of one's unit."""
        if actor.role == "system":
            return models.Q()
        if not actor.is_staff:
            return models.Q(pk__in=())
        return models.Q(post_id=actor.post_id) | models.Q(unit_id=actor.unit_id)


class FirstView(InTown):
    """The saved view with which a post's inbox opens (首选视图); none: the plain inbox."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False)
    view_id = models.BigIntegerField()
    view = ToInTown(SavedView, "view_id", related_name="+")

    class Meta:
        constraints: ClassVar = [
            TownKey(name="first_view_key"),
            TownForeignKey(
                column="view_id", to="cases_savedview", on_delete="ON DELETE CASCADE", name="first_view_of"
            ),
            models.UniqueConstraint(fields=["town", "post"], name="first_view_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.view_id}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """One's own."""
        return models.Q() if actor.role == "system" else models.Q(post_id=actor.post_id)
