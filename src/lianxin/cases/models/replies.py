"""Words that are written again and again, kept once."""

from typing import ClassVar

from django.db import models

from lianxin.cases.models.setup import Category
from lianxin.keys.scope import OfTown
from lianxin.people.models import Unit


class ReplyText(OfTown):
    """A text for an answer, a reason or a note (答复模板), of a unit or (none) of the whole town.

    `body` may hold variables (`cases.replies`): they are filled in with the case's own as it is picked. Empty
    `category` and `phase` fit every case. Ended, never deleted: the history tells who wrote it.
    """

    class Field(models.TextChoices):
        ANSWER = "answer"
        REASON = "reason"
        NOTE = "note"

    name = models.CharField(max_length=40)
    field = models.CharField(max_length=8, choices=Field, default=Field.ANSWER)
    body = models.TextField()
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    phase = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    active = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["town", "active"], name="reply_of_town")]

    def __str__(self) -> str:
        return self.name
