"""Publishing a workflow: a kind's next version, or a kind that is new. What was published is never edited."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.fitting import read_for
from lianxin.cases.models import WorkflowVersion
from lianxin.cases.queries.setup import kinds
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.ledger.chain import digest_of_source
from lianxin.people.actors import Actor
from lianxin.workflow.definition import Workflow


class NotPublished(Exception):
    """The text was not published. `code`: stale (another version came first), same (it is the latest already)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def publish(source: str, *, base: int, why: str, actor: Actor, now: datetime, seed: str = "") -> WorkflowVersion:
    """Publish a text as the next version of its kind; new cases begin on it, cases under way end on theirs.

    `base` is the version it was made from, 0 for a new kind: it must still be the latest. `why` stands in the history,
    and `seed`, by which the samples of its rehearsal were drawn. Raises BadWorkflow, NotPublished, PermissionDenied.
    """
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    flow = read_for(actor.town, source)
    with transaction.atomic():
        town = Town.objects.select_for_update().get(pk=actor.town_id)  # one at a time
        latest = latest_row(town, flow.key)
        if latest is not None and latest.source == source:
            raise NotPublished("same")
        if (latest.version if latest else 0) != base:
            raise NotPublished("stale")
        made = write_version(town, flow, source, version=base + 1, why=why, actor=actor, now=now, seed=seed)
        bump(town)
        keep_confidential(town)
    return made


def latest_row(town: Town, key: str) -> WorkflowVersion | None:
    """The version of a kind published last, from the database."""
    return WorkflowVersion.objects.for_system("publish", town).filter(key=key).order_by("-version").first()


def write_version(
    town: Town, flow: Workflow, source: str, *, version: int, actor: Actor, now: datetime, why: str = "", seed: str = ""
) -> WorkflowVersion:
    """Write a version and the entry that says so; in the caller's transaction."""
    made = WorkflowVersion(town=town, key=flow.key, version=version, source=source, published_at=now)
    made.save(force_insert=True)
    told = {"key": flow.key, "version": version, "digest": digest_of_source(source)} | ({"seed": seed} if seed else {})
    record(Line("workflow", made.pk, "publish", told, {"reason": why} if why else {}), actor=actor, now=now)
    return made


def keep_confidential(town: Town) -> None:
    """Write down which kinds are confidential by their latest version: whoever may see a case is asked of that."""
    town.settings["confidential"] = [flow.key for flow in kinds(town) if flow.confidential]
    town.save(update_fields=["settings"])
    bump(town)
