"""Files: the row says what lies in the data folder under its digest."""

from typing import ClassVar

from django.db import models

from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
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


class Cover(InTown):
    """A photo's public copy with faces, plates and papers made unreadable (遮挡); the photo itself stays as it was.

    `digest` is the photo's own, so that the copy stands for it wherever the photo would be public. `areas`: rectangles
    in thousandths of width and height (left, top, width, height).
    """

    digest = models.CharField(max_length=64)
    file_id = models.BigIntegerField()
    file = ToInTown(File, "file_id", related_name="+")
    areas = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            TownKey(name="cover_key"),
            TownForeignKey(column="file_id", to="forms_file", name="cover_file"),
            models.UniqueConstraint(fields=["town", "digest"], name="one_cover"),
        ]

    def __str__(self) -> str:
        return f"cover of {self.digest[:12]}"
