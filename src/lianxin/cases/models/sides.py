"""What hangs on a case: who reported it, its photos, what of it is public."""

from typing import ClassVar

from django.db import models

from lianxin.cases.models.cases import Case
from lianxin.forms.models import File
from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown
from lianxin.people.cipher import Personal


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
