"""One act on many cases at once, and what came of it case by case."""

from typing import Any, ClassVar

from django.db import models

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown
from lianxin.people.models import Post


class Batch(InTown):
    """An act that somebody did to several cases in one go (批量办理): each went through the door by itself.

    A plain record of the desk, its maker's alone, beside the histories of the cases, which hold what was done. `lines`:
    a row for each case in the order of its turn: case (id), number, entries (ids, once it is done), refused (the
    sentence, where it was not), undone (true, or the sentence why not). A line with neither was not reached.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False)
    act = models.CharField(max_length=40)
    name = models.CharField(max_length=80, help_text="what the act was called to its maker")
    lines = models.JSONField(default=list)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [TownKey(name="batch_key")]
        indexes: ClassVar = [models.Index(fields=["town", "at"], name="batch_at")]

    def __str__(self) -> str:
        return f"{self.act} × {len(self.lines)}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """One's own."""
        return models.Q() if actor.role == "system" else models.Q(post_id=actor.post_id or 0)
