"""Entries (留痕) chained per subject, the erasable texts beside them, chain heads, and seals over a town."""

from typing import ClassVar

from django.db import models

from lianxin.keys.relations import ToInTown, TownForeignKey, TownKey
from lianxin.keys.scope import InTown


class Entry(InTown):
    """One change, or one look at personal details. Never updated but for the seal that covers it, never deleted.

    `subject_kind` and `subject_id` name what it is about (case, route, workflow, person…). `data` holds what became
    true; a text a person wrote is beside it in `Text`, only its digest is here.
    """

    subject_kind = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=40)
    source = models.CharField(max_length=32, blank=True)
    step = models.CharField(max_length=32, blank=True)
    counts = models.CharField(max_length=24, blank=True)
    late = models.BooleanField(default=False)
    account_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    seal_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="entry_key"),
            models.UniqueConstraint(fields=["town", "subject_kind", "subject_id", "seq"], name="entry_per_seq"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "at"], name="entry_at"),
            models.Index(fields=["town", "id"], name="entry_unsealed", condition=models.Q(seal_id=None)),
            models.Index(fields=["town", "counts", "at"], name="entry_counts", condition=~models.Q(counts="")),
            models.Index(fields=["town", "at"], name="entry_late", condition=models.Q(late=True)),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id} {self.seq} {self.act}"


class Text(InTown):
    """What somebody wrote (a request, a reason, an answer, a note): erasable without breaking the chain.

    The entry holds HMAC(key, body); the random key is here and goes with the body, so that a short text cannot be
    guessed from the digest that stays.
    """

    entry_id = models.BigIntegerField()
    entry = ToInTown(Entry, "entry_id", related_name="texts")
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=24)
    body = models.TextField()
    key = models.CharField(max_length=32)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="text_key"),
            TownForeignKey(column="entry_id", to="ledger_entry", name="text_entry"),
            models.UniqueConstraint(fields=["town", "entry_id", "field"], name="text_per_field"),
        ]
        indexes: ClassVar = [models.Index(fields=["town", "subject_id", "id"], name="text_subject")]

    def __str__(self) -> str:
        return f"{self.field} of {self.entry_id}"


class Head(InTown):
    """The end of a chain whose subject has no row of its own to keep it (a case keeps its own)."""

    subject_kind = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="head_key"),
            models.UniqueConstraint(fields=["town", "subject_kind", "subject_id"], name="one_head"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id} {self.seq}"


class Seal(InTown):
    """A keyed Merkle root over a town's entries since the seal before it; the key is outside the database."""

    number = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    prev = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="seal_key"),
            models.UniqueConstraint(fields=["town", "number"], name="seal_per_number"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"
