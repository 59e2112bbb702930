"""What a town sets up: workflows, categories, grounds for refusal, routes. Data, changed without code."""

from typing import ClassVar

from django.db import models

from lianxin.keys.scope import OfTown
from lianxin.people.models import Unit
from lianxin.places.models import Grid


class WorkflowVersion(OfTown):
    """A published workflow: its file as text. Never edited; a case ends on the version it began on."""

    key = models.SlugField(max_length=24)
    version = models.PositiveIntegerField()
    source = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "key", "version"], name="one_workflow_version")
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Category(OfTown):
    """What a request is about; a leaf takes cases, its limits replace those of the workflow."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    key = models.CharField(max_length=40)
    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    line = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=12, default="normal")
    limits = models.JSONField(default=dict, help_text='{"handle": "3 working_days"}')
    words = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "key"], name="category_per_key")]

    def __str__(self) -> str:
        return self.name


class QuestionSheet(OfTown):
    """The questions a category asks (问题单): its file as text. Never edited; a case keeps the words it was asked in.

    A category without one of its own asks what its group asks.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    source = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "category", "version"], name="one_question_sheet")
        ]

    def __str__(self) -> str:
        return f"{self.category_id} v{self.version}"


class Clause(OfTown):
    """A ground for not taking a case (不予受理), with the sentence told to the reporter and the way to appeal."""

    key = models.SlugField(max_length=24)
    name = models.JSONField(default=dict)
    text = models.JSONField(default=dict)
    appeal = models.JSONField(default=dict)
    hint = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "key"], name="clause_per_key")]

    def __str__(self) -> str:
        return self.key


class Route(OfTown):
    """A rule of dispatch (派单规则): category, grid and hours lead to a unit, or to the level that serves the place.

    The most specific rule wins: leaf category before its group before any; small grid before village before any.
    """

    class Hours(models.TextChoices):
        ANY = "any"
        WORK = "work"
        OFF = "off"

    class Level(models.TextChoices):
        NONE = ""
        GRID = "grid"
        VILLAGE = "village"

    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    grid = models.ForeignKey(Grid, models.CASCADE, null=True, blank=True, related_name="+")
    hours = models.CharField(max_length=4, choices=Hours, default=Hours.ANY)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="+")
    level = models.CharField(max_length=8, choices=Level, default=Level.NONE, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False) ^ ~models.Q(level=""), name="route_unit_or_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id or '*'} × {self.grid_id or '*'} × {self.hours}"
