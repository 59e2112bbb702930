"""Files: the row says what lies in the data folder under its digest."""

from typing import ClassVar

from django.db import models

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown


class File(InTown):
    """A photo as it is kept: upright, shrunk, without the camera's own data."""

    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            TownKey(name="file_key"),
            models.UniqueConstraint(fields=["town", "digest"], name="file_per_digest"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]
