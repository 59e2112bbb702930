"""Jobs waiting for a worker."""

from typing import ClassVar

from django.db import models

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown


class Job(InTown):
    """Work to be done after a commit. The row is leased while a worker does it and deleted when it is done.

    `error`: where it failed last and what sort of error it was, never what the error said.
    """

    task = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    dead = models.BooleanField(default=False)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [TownKey(name="job_key")]
        indexes: ClassVar = [models.Index(fields=["run_at"], name="job_due", condition=models.Q(dead=False))]

    def __str__(self) -> str:
        return f"{self.task} {self.args}"
