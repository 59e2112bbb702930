"""The grid tree (网格) of a town and the names its places are known by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown, OfTown


class Grid(OfTown):
    """A piece of the town somebody answers for, at one of four levels. Coordinates are WGS-84.

    A rename keeps the code, a change of parent or kind takes a new one, a cancelled code is never used again: so a
    grid is ended (`valid_to`), never deleted, and says what it `became`.
    """

    class Level(models.TextChoices):
        """大网格, 中网格, 小网格, 微网格."""

        TOWN = "town", _("Town")
        VILLAGE = "village", _("Village")
        GRID = "grid", _("Grid")
        MICRO = "micro", _("Micro-grid")

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    level = models.CharField(max_length=8, choices=Level)
    code = models.CharField(max_length=18, help_text="county 6 + town 3 + village 3 + serial 3 (+ micro-grid 3)")
    name = models.CharField(max_length=60)
    path = models.CharField(max_length=120, help_text="ids from the root to this grid: /1/2/3/")
    boundary = models.JSONField(null=True, blank=True, help_text="GeoJSON Polygon or MultiPolygon")
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    households = models.PositiveIntegerField(default=0)
    population = models.PositiveIntegerField(default=0)
    area_m2 = models.FloatField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="set when it has ended: its last day")
    became = models.JSONField(default=list, blank=True, help_text="codes of the grids that took its ground over")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "code"], name="grid_per_code")]
        indexes: ClassVar = [models.Index(fields=["town", "path"], name="grid_path")]

    def __str__(self) -> str:
        return self.name


class AddressName(OfTown):
    """A name people say for a place in a grid: a line of the town's gazetteer.

    `point` is [longitude, latitude], WGS-84; None: the middle of the grid, wherever that comes to lie.
    """

    class Kind(models.TextChoices):
        """What the name stands for."""

        VILLAGE = "village", _("Village")
        ROAD = "road", _("Road")
        COMPOUND = "compound", _("Compound or hamlet")
        LANDMARK = "landmark", _("Landmark")
        ALIAS = "alias", _("What people also call it")

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    grid = models.ForeignKey(Grid, models.CASCADE, related_name="+")
    point = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "name", "kind", "grid"], name="address_per_name_and_grid")
        ]

    def __str__(self) -> str:
        return self.name


class Site(InTown):
    """A place with a plate of its own (场所): a compound, an enterprise, a public place. It is no secret to anybody.

    `code` stands on the plate: an enterprise's unified social credit code where it is known, else that of the grid it
    was first entered in with a serial. It never changes and is never used again: a site is ended (`valid_to`), not
    deleted. What more is known of a kind of site belongs to a table beside this one. Coordinates are WGS-84.
    """

    class Kind(models.TextChoices):
        """小区、自然村, 企业, 公共场所."""

        COMPOUND = "compound", _("Compound or hamlet")
        ENTERPRISE = "enterprise", _("Enterprise")
        VENUE = "venue", _("Public place")

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=22, help_text="social credit code, or code of a grid + - + three digits")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=120, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", db_index=False)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="set when it has ended: its last day")

    class Meta:
        constraints: ClassVar = [
            TownKey(name="site_key"),
            models.UniqueConstraint(fields=["town", "code"], name="site_per_code"),
        ]
        indexes: ClassVar = [models.Index(fields=["town", "grid", "code"], name="site_of_grid")]

    def __str__(self) -> str:
        return self.name


class ServicePoint(OfTown):
    """Where residents are served (服务阵地): a service centre, a practice station, a rest stop; open to everybody.

    `point` is [longitude, latitude], WGS-84. `hours` by weekday (Monday "0"), empty: the town's own.
    """

    class Kind(models.TextChoices):
        """党群服务中心, 便民服务中心, 文明实践站, 红帆驿站, 议事亭 and what a town has besides."""

        PARTY = "party", _("Party and mass service centre")
        SERVICE = "service", _("Public service centre")
        PRACTICE = "practice", _("Civility practice station")
        STOP = "stop", _("Rest stop")
        PAVILION = "pavilion", _("Deliberation pavilion")
        OTHER = "other", _("Other service point")

    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=120, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    point = models.JSONField(null=True, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    hours = models.JSONField(null=True, blank=True)
    services = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "key"], name="service_point_per_key")]

    def __str__(self) -> str:
        return self.name


class FormerBoundary(InTown):
    """A boundary a grid had until another took its place (边界沿革), and who replaced it, how and why.

    What was changed together has one `change`. `boundary` is None for a grid that had none before: one drawn, or newly
    made. It held from the moment the one before it ended, the first from the grid's own first day.
    """

    class How(models.TextChoices):
        """By what a boundary was replaced."""

        REDRAWN = "redrawn", _("Redrawn")
        IMPORTED = "imported", _("Imported")
        RESTORED = "restored", _("Put back")

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", db_index=False)
    boundary = models.JSONField(null=True, help_text="GeoJSON Polygon or MultiPolygon")
    area_m2 = models.FloatField(default=0)
    until = models.DateTimeField()
    how = models.CharField(max_length=8, choices=How)
    reason = models.CharField(max_length=200, blank=True)
    change = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [TownKey(name="former_boundary_key")]
        indexes: ClassVar = [
            models.Index(fields=["town", "grid", "id"], name="boundary_of_grid"),
            models.Index(fields=["town", "change"], name="boundary_of_change"),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} until {self.until}"
