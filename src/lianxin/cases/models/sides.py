"""What hangs on a case: who reported it, its photos, who was there, what of it is public."""

from typing import ClassVar

from django.db import models

from lianxin.cases.models.cases import Case
from lianxin.forms.models import File
from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.cipher import Personal
from lianxin.people.models import Post
from lianxin.places.models import Grid, Site


class Reporter(InTown):
    """Somebody who raised a case, or joined it ("我也遇到"). Name and telephone are encrypted and optional.

    The code of the private link is derived from the id under the key of personal data; it is not stored.
    """

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="reporters")
    account_id = models.BigIntegerField(null=True)
    name = Personal(blank=True)
    phone = Personal(blank=True)
    phone_blind = models.CharField(max_length=32, blank=True)
    phone_tail = models.CharField(max_length=32, blank=True)
    public_consent = models.BooleanField(default=False)
    first = models.BooleanField(default=True)
    at = models.DateTimeField()
    rating = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="reporter_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="reporter_case"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "case_id", "id"], name="reporter_of_case"),
            models.Index(fields=["town", "phone_blind"], name="reporter_phone", condition=~models.Q(phone_blind="")),
            models.Index(fields=["town", "phone_tail"], name="reporter_phone_tail", condition=~models.Q(phone_tail="")),
        ]

    def __str__(self) -> str:
        return f"reporter of {self.case_id}"


class Photo(InTown):
    """A photo of a case: sent with an entry, taken before, during or after the handling."""

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="photos")
    entry_id = models.BigIntegerField()
    file_id = models.BigIntegerField()
    file = ToInTown(File, "file_id", related_name="+")
    moment = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            TownKey(name="photo_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="photo_case"),
            TownForeignKey(column="file_id", to="forms_file", name="photo_file"),
        ]
        indexes: ClassVar = [models.Index(fields=["town", "case_id", "id"], name="photo_of_case")]

    def __str__(self) -> str:
        return f"{self.moment} photo of {self.case_id}"


class CheckIn(InTown):
    """Somebody of the staff was at a case's place, at a site, or in a grid, and said so by a press (签到).

    A plain record beside the history: it must go when it is of no more use (`LIANXIN_CHECKIN_DAYS`). Read by case, by
    site or by grid; no index leads to it by person, for it is no track of anybody. `place` is the longitude and
    latitude (WGS-84) the phone told, `accuracy` its own doubt in metres; both empty where the phone told none. `at` is
    when it was pressed, `recorded_at` when it came: a phone in a cellar sends it later.
    """

    case_id = models.BigIntegerField(null=True)
    case = ToInTown(Case, "case_id", null=True, related_name="check_ins")
    site_id = models.BigIntegerField(null=True)
    site = ToInTown(Site, "site_id", null=True, related_name="+")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    place = Personal(blank=True)
    accuracy = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="check_in_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="check_in_case"),
            TownForeignKey(column="site_id", to="places_site", name="check_in_of_site"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "case_id", "id"], name="check_in_of_case"),
            models.Index(fields=["town", "grid", "at"], name="check_in_grid", condition=models.Q(case_id__isnull=True)),
            models.Index(
                fields=["town", "site_id", "at"], name="check_in_site", condition=models.Q(site_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"check-in at {self.case_id or self.grid_id}"


class Publication(InTown):
    """What the public may read of a case: written or masked anew, checked by a clerk, never the case's own text."""

    class State(models.TextChoices):
        PUBLISHED = "published"
        WITHHELD = "withheld"

    case_id = models.BigIntegerField()
    case = ToInTown(Case, "case_id", related_name="publications")
    state = models.CharField(max_length=12, choices=State)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    place = models.CharField(max_length=120, blank=True)
    photos = models.JSONField(default=list, help_text="ids of the case's photos chosen for the public")
    checked_by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            TownKey(name="publication_key"),
            TownForeignKey(column="case_id", to="cases_case", on_delete="ON DELETE CASCADE", name="publication_case"),
            models.UniqueConstraint(fields=["town", "case_id"], name="one_publication"),
        ]
        indexes: ClassVar = [models.Index(fields=["town", "state", "at"], name="publication_at")]

    def __str__(self) -> str:
        return self.title
