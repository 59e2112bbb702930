"""Publishing what a category asks. What was published is never edited: cases keep the words they were asked in."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.models import Category, QuestionSheet
from lianxin.forms.questions import read_sheet
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.ledger.chain import digest_of_source
from lianxin.people.actors import Actor

SUBJECT = "questions"  # its word in the ledger; the subject is the published sheet


class NotPublished(Exception):
    """The sheet was not published. `code`: stale (another version came first), same (it is the latest already)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def publish_questions(
    category: Category, source: str, *, base: int, why: str, actor: Actor, now: datetime
) -> QuestionSheet:
    """Publish a text as what a category asks from now on; an empty list ends its questions.

    `base` is the version it was made from, 0 for the first. Raises BadSheet, NotPublished, PermissionDenied.
    """
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    read_sheet(source)
    with transaction.atomic():
        Town.objects.select_for_update().get(pk=actor.town_id)  # one at a time
        rows = QuestionSheet.objects.for_system("publish", actor.town).filter(category=category)
        latest = rows.order_by("-version").first()
        if latest is not None and latest.source == source:
            raise NotPublished("same")
        if (latest.version if latest else 0) != base:
            raise NotPublished("stale")
        made = QuestionSheet(town=actor.town, category=category, version=base + 1, source=source, published_at=now)
        made.save(force_insert=True)
        told = {"category": category.pk, "version": made.version, "digest": digest_of_source(source)}
        record(Line(SUBJECT, made.pk, "publish", told, {"reason": why} if why else {}), actor=actor, now=now)
        bump(actor.town)
    return made
