"""The case and the duties it lays on people."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from lianxin.cases.models.setup import Category, WorkflowVersion
from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.models import Post, Unit
from lianxin.places.models import Grid


class Case(InTown):
    """Somebody owes somebody an answer by a date. At most 25 columns; what belongs to a kind is elsewhere.

    `head` and `version` are the end of the case's chain in the ledger. `unit` and `post` copy the holder of its main
    duty. `state` is what the workflow engine keeps, and the last handler. `due_at` of a paused case is the day to
    look again.
    """

    number = models.CharField(max_length=12)
    kind = models.SlugField(max_length=24, db_index=False)
    workflow = models.ForeignKey(WorkflowVersion, models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=32)
    version = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", db_index=False)
    urgency = models.CharField(max_length=12, default="normal")
    channel = models.CharField(max_length=16)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    address = models.CharField(max_length=200, blank=True)
    happened_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    state = models.JSONField(default=dict)
    parent_id = models.BigIntegerField(null=True)
    parent = ToInTown("self", "parent_id", null=True, related_name="children")
    answers = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="case_key"),
            TownForeignKey(column="parent_id", to="cases_case", name="case_parent"),
            models.UniqueConstraint(fields=["town", "number"], name="case_number"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "recorded_at"], name="case_recorded"),
            models.Index(fields=["town", "closed_at"], name="case_closed"),
            models.Index(fields=["town", "step", "due_at"], name="case_step_due"),
            models.Index(fields=["town", "grid", "recorded_at"], name="case_grid"),
            models.Index(fields=["town", "unit", "due_at"], name="case_unit"),
            models.Index(
                fields=["town", "parent_id", "id"], name="case_children", condition=Q(parent_id__isnull=False)
            ),
            models.Index(fields=["town", "lat", "lon"], name="case_place"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def visible_to(cls, actor: Any) -> Q:
        """Town × grid subtree × unit × confidentiality, as SQL. Whoever holds or held a duty in a case sees it."""
        if actor.role == "system":
            return Q()
        if actor.reporter_of is not None or not actor.is_staff:
            return Q(id=actor.reporter_of or 0)
        duties = Duty.objects.for_system("scope", actor.town_id).filter(case_id=OuterRef("id"))
        mine = Q(post_id=actor.post_id) | Q(unit_id=actor.unit_id, post_id=None)
        involved = Q(Exists(duties.filter(mine)))
        reach = {
            "town": Q(),
            "grid": Q(grid__path__startswith=actor.grid_path),
            "unit": Q(Exists(duties.filter(unit_id=actor.unit_id))),
        }.get(actor.sees)
        if reach is None:
            return involved
        return (reach & ~Q(kind__in=cls.secret_from(actor))) | involved

    @staticmethod
    def secret_from(actor: Any) -> list[str]:
        """The kinds of which an actor of the staff sees only the cases they have to do with."""
        return [kind for kind in actor.town.settings.get("confidential", []) if kind not in actor.confidential]


class Duty(InTown):
    """What one unit, post or reporter owes in a case (职责), until when. Inboxes read these rows.

    `what` is `main` for the step's own turn, else the name the workflow gives it (extension, cohandle, supervise…).
    What lists and counts ask of every open row is here, so that they need not look at its case: the workflow it goes
    by, and of the main duty the step it stands at and whether its clock is stopped.
    """

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="duties")
    what = models.CharField(max_length=24)
    step = models.CharField(max_length=32)
    who = models.CharField(max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    soon_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    swept = models.BooleanField(default=False)
    workflow_id = models.BigIntegerField()
    paused = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="duty_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="duty_case"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "case_id", "id"], name="duty_of_case"),
            models.Index(fields=["town", "unit", "due_at"], name="duty_of_unit", condition=Q(done_at=None)),
            models.Index(fields=["town", "post", "due_at"], name="duty_of_post", condition=Q(done_at=None)),
            models.Index(fields=["town", "due_at"], name="duty_due", condition=Q(done_at=None)),
            models.Index(  # counts read this alone: SQLite asks done_at of the row unless it is here
                fields=["town", "what", "workflow_id", "step", "paused", "due_at", "soon_at", "case_id", "done_at"],
                name="duty_open",
                condition=Q(done_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.case_id}"
