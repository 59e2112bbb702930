"""Who acts: accounts (one for a human being, in no town), and in each town its units, roles, posts and neighbours."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.keys.ids import new_id
from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown, OfTown
from lianxin.people.cipher import Personal
from lianxin.places.models import Grid


class Accounts(BaseUserManager["Account"]):
    """Accounts are found by the name they sign in with."""


class Account(AbstractBaseUser):
    """One human being's way in, for staff and residents alike. What a person may do comes from posts."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    phone = Personal(blank=True)
    proven = models.CharField(max_length=32, blank=True, help_text="digest of the telephone whose code was shown")
    email = Personal(blank=True)
    email_proven_at = models.DateTimeField(null=True, help_text="when a link that was sent there was pressed")
    is_active = models.BooleanField(default=True)
    password_given_at = models.DateTimeField(null=True, help_text="when somebody else gave the password; empty: own")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proven"], condition=~models.Q(proven=""), name="account_per_phone"),
        ]

    def __str__(self) -> str:
        return self.name


class PhoneCode(models.Model):
    """A code sent to a telephone to show whose it is (验证码): six figures, good once, for minutes, a few tries.

    Of the code only a keyed digest is kept. The row goes when the code is used, spent, or past its time.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    phone = Personal()
    phone_blind = models.CharField(max_length=32, unique=True)
    digest = models.CharField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"code until {self.until}"


class Role(OfTown):
    """What a post of this name sees and may do, apart from what workflows let it do. Data, edited by a town."""

    class Sees(models.TextChoices):
        TOWN = "town"
        GRID = "grid"
        UNIT = "unit"
        OWN = "own"

    key = models.SlugField(max_length=24)
    name = models.JSONField(default=dict)
    sees = models.CharField(max_length=8, choices=Sees)
    confidential = models.JSONField(default=list)
    may = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "key"], name="role_per_key")]

    def __str__(self) -> str:
        return self.key


class Unit(OfTown):
    """A unit (单位) that answers for cases: an office, a station, a village committee."""

    key = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    line = models.CharField(max_length=20, blank=True)
    desk_of = models.JSONField(default=list, help_text="roles whose turn falls to this unit when nobody else is named")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    hours = models.JSONField(null=True, blank=True, help_text="its own working week; empty: the town's")
    phone = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "key"], name="unit_per_key")]

    def __str__(self) -> str:
        return self.name


class Post(OfTown):
    """A person's place in a town (岗位): an account in a unit, with a role, for a grid and below it."""

    class Basis(models.TextChoices):
        FULL = "full", "专职"
        PART = "part", "兼职"
        VOLUNTEER = "volunteer", "义务"

    account = models.ForeignKey(Account, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="posts")
    title = models.CharField(max_length=60, blank=True)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.FULL)
    languages = models.CharField(max_length=80, blank=True)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["town", "unit"], name="post_unit")]

    def __str__(self) -> str:
        return self.title or self.role.key


class Leave(OfTown):
    """Somebody is away from a post for some days (请假): what would come to them goes to who stands in.

    `stand_in` empty: to their unit as a whole. Both days are within it.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    stand_in = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    hand = models.BooleanField(default=True, help_text="what is open on the first day goes to who stands in")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="leave_runs_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class Turn(OfTown):
    """Somebody's turn on the duty roster (值班): what comes to their unit in these hours comes to them by name."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="turn_runs_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.starts} – {self.ends}"


class PartyGroup(OfTown):
    """A party group of a grid (网格党小组)."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="party_groups")
    name = models.CharField(max_length=80)
    leader = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    members = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class CentreHousehold(OfTown):
    """A party member's home that is a meeting point of its grid (党员中心户): somebody's own name, number, address."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="centre_households")
    name = Personal()
    phone = Personal(blank=True)
    address = Personal(blank=True)
    members = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"centre household {self.pk}"


class Representative(OfTown):
    """Who speaks for a micro-grid (微网格代表), for some fifteen households of a village or twenty-five of a city.

    Somebody in a post, or a neighbour by name. `title`: as they are called there; `doors`: the houses, in words.
    """

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    phone = Personal(blank=True)
    title = models.CharField(max_length=40, blank=True)
    doors = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "grid"], name="representative_per_grid"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.post_id or "")


class LineService(OfTown):
    """Who serves a grid, and all below that says nothing else, in one of the eight lines (条线): a unit or a post."""

    class Line(models.TextChoices):
        """The eight lines of service, as units name them."""

        PARTY = "党建", _("Party building")
        ORDER = "政法综治", _("Law and order")
        CIVIL = "民政", _("Civil affairs")
        POLICE = "公安", _("Police")
        CITY = "城管", _("City management")
        PETITIONS = "信访", _("Petitions")
        MARKET = "市场监管", _("Market supervision")
        HEALTH = "卫生健康", _("Health")

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    line = models.CharField(max_length=8, choices=Line)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "grid", "line"], name="service_per_grid_and_line"),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False) ^ models.Q(post__isnull=False), name="service_unit_or_post"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} of {self.grid_id}"


class CalendarDay(OfTown):
    """An exception to the working week: a holiday (no hours) or a worked rest day (调休)."""

    day = models.DateField()
    hours = models.JSONField(default=list)
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "day"], name="calendar_per_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Token(InTown):
    """A personal access token: acts as one post, within scopes, until it expires. Only its digest is kept."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="token_key"),
            models.UniqueConstraint(fields=["town", "digest"], name="token_per_digest"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        return models.Q(post_id=actor.post_id)
