"""Messages to posts and reporters, kept until they are read; other ways to people's phones hang on these rows."""

from typing import Any, ClassVar

from django.db import models

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown


class Message(InTown):
    """One thing one person should know. The words are made when it is read, in the reader's language."""

    unit_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    reporter_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    act = models.CharField(max_length=40)
    duty = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="message_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "post_id", "at"], name="message_post", condition=models.Q(read_at=None)),
            models.Index(fields=["town", "unit_id", "at"], name="message_unit", condition=models.Q(read_at=None)),
            models.Index(
                fields=["town", "post_id", "id"], name="message_of_post", condition=models.Q(post_id__isnull=False)
            ),
            models.Index(
                fields=["town", "unit_id", "id"],
                name="message_of_unit",
                condition=models.Q(post_id=None, unit_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.case_id}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        if not actor.is_staff:
            return models.Q(id__in=())
        return models.Q(post_id=actor.post_id) | models.Q(unit_id=actor.unit_id, post_id=None, reporter_id=None)
