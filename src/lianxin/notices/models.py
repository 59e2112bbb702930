"""Messages to posts and reporters, kept until they are read; other ways to people's phones hang on these rows."""

from typing import Any, ClassVar

from django.db import models

from lianxin.keys.relations import TownKey
from lianxin.keys.scope import InTown
from lianxin.people.cipher import Personal


class Message(InTown):
    """One thing one person should know. The words are made when it is read, in the reader's language."""

    unit_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    reporter_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    act = models.CharField(max_length=40)
    duty = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="message_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "post_id", "at"], name="message_post", condition=models.Q(read_at=None)),
            models.Index(fields=["town", "unit_id", "at"], name="message_unit", condition=models.Q(read_at=None)),
            models.Index(
                fields=["town", "post_id", "id"], name="message_of_post", condition=models.Q(post_id__isnull=False)
            ),
            models.Index(
                fields=["town", "unit_id", "id"],
                name="message_of_unit",
                condition=models.Q(post_id=None, unit_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.case_id}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        if not actor.is_staff:
            return models.Q(id__in=())
        return models.Q(post_id=actor.post_id) | models.Q(unit_id=actor.unit_id, post_id=None, reporter_id=None)


class Subscription(InTown):
    """Somebody wants to be told of an area, or of a request they follow (关注), and has confirmed that the address is
    theirs. The address is encrypted; the code of its links is derived from the id and stored nowhere.

    An area is a grid with all below it, a group of categories, both, or the whole town; its news comes once a week.
    A request is one reporter's (`reporter_id`), or one of others that stands on the public board (`case_id`); its news
    comes as it happens. Whether letters are read is not recorded.
    """

    class About(models.TextChoices):
        AREA = "area"
        CASE = "case"
        SHOWN = "shown"

    way = models.CharField(max_length=8)
    address = Personal()
    address_blind = models.CharField(max_length=32)
    about = models.CharField(max_length=8, choices=About)
    grid_id = models.BigIntegerField(null=True)
    category_id = models.BigIntegerField(null=True)
    reporter_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=8)
    site = models.CharField(max_length=120, help_text="where its links lead: scheme and host")
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="subscription_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["town", "address_blind"], name="subscription_address"),
            models.Index(
                fields=["town", "reporter_id"], name="subscription_reporter",
                condition=models.Q(reporter_id__isnull=False),
            ),
            models.Index(fields=["town", "about", "told_at"], name="subscription_told"),
            models.Index(
                fields=["town", "case_id"], name="subscription_shown", condition=models.Q(case_id__isnull=False)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.about} by {self.way}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """Nobody's to look at: who follows what is known to the clockwork alone."""
        return models.Q(id__in=())


class DailyLetter(InTown):
    """Somebody in a post wants the day's overview by e-mail (每日一览), at an hour of their working days.

    The address is the account's own, and nothing is sent before it is confirmed. `told_on` is the last day that was
    seen to, whether a letter went or not: a day is seen to once, by whichever worker comes first. Ended, the row goes.
    """

    post_id = models.BigIntegerField()
    hour = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=8)
    site = models.CharField(max_length=120, help_text="where its links lead: scheme and host")
    at = models.DateTimeField()
    told_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            TownKey(name="daily_letter_key"),
            models.UniqueConstraint(fields=["town", "post_id"], name="daily_letter_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} at {self.hour}"

    @classmethod
    def visible_to(cls, actor: Any) -> models.Q:
        """One's own."""
        return models.Q(post_id=actor.post_id or 0)
