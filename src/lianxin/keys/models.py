"""Towns, and what they need before anything else: numbers and keys of writes."""

from django.db import models

from lianxin.keys.ids import new_id
from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown


class Town(models.Model):
    """A town, street or district (乡镇、街道) that runs its own service; the tenant of every other row."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12, unique=True, help_text="行政区划代码 (GB/T 10114, nine digits)")
    letters = models.CharField(max_length=4, unique=True, help_text="what its case numbers begin with")
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    county = models.CharField(max_length=60, blank=True)
    host = models.CharField(max_length=120, unique=True, null=True, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_demo = models.BooleanField(default=False)
    anchor = models.DateTimeField(null=True, blank=True, help_text="demo: the moment its recorded figures hold for")
    settings = models.JSONField(default=dict, blank=True)
    config_version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class NumberBlock(models.Model):
    """How many case numbers of a town have been handed to processes."""

    town = models.OneToOneField(Town, models.CASCADE, primary_key=True)
    taken = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.town_id}: {self.taken}"


class Once(InTown):
    """A write that has been done (幂等键): the same key again is answered with the same result."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    result = models.BigIntegerField()
    at = models.DateTimeField()
    forever = models.BooleanField(default=False)

    class Meta:
        constraints = [
            TownKey(name="once_key"),
            models.UniqueConstraint(fields=["town", "scope", "key"], name="once_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class Tries(InTown):
    """How often somebody has tried something in a window of time (限流、防猜): see `keys.tries`."""

    scope = models.CharField(max_length=40)
    who = models.CharField(max_length=64)
    window_no = models.BigIntegerField()
    count = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            TownKey(name="tries_key"),
            models.UniqueConstraint(fields=["town", "scope", "who", "window_no"], name="tries_per_window"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.count}"
