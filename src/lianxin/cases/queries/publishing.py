"""What waits to be made public, and what of it a clerk is offered: masked by rule, to be read by a person."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianxin.cases.cells import cells_of
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.pickers import grid_name
from lianxin.cases.queries.inbox import at_steps, read_place
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.ledger.models import Text
from lianxin.people.actors import Actor
from lianxin.people.masking import findings, mask_text
from lianxin.workflow.definition import Step


def waiting(actor: Actor) -> QuerySet[Case]:
    """Answered cases whose reporter consented and about which nobody has decided yet."""
    town = actor.town
    reporters = Reporter.objects.for_system("publishing", town).filter(case_id=OuterRef("id"))
    decided = Publication.objects.for_system("publishing", town).filter(case_id=OuterRef("id"))
    rows = Case.objects.seen_by(actor).filter(at_steps(town, _answered))
    rows = rows.exclude(kind__in=town.settings.get("confidential", ()))
    return rows.filter(Q(Exists(reporters.filter(first=True, public_consent=True))), ~Q(Exists(decided)))


def _answered(step: Step) -> bool:
    return step.outcome == "done" if step.end else step.phase in {"feedback", "review"}


def queue(actor: Actor, *, after: str = "", most: int = 50) -> dict[str, Any]:
    """A page of cases to decide about, the newest first: `rows` (number, title, grid, cells, closed_at …), `next`."""
    place = read_place(after)
    rows = waiting(actor).order_by("-id")
    if place:
        rows = rows.filter(id__lt=place.id)
    columns = ("id", "number", "title", "grid_id", "recorded_at", "closed_at", "workflow_id", "step", "state")
    found: list[dict[str, Any]] = list(rows.values(*columns)[: most + 1])
    for row in found:
        row["grid"] = grid_name(actor.town, row["grid_id"])
        row["cells"] = cells_of(workflow_by_id(actor.town, row["workflow_id"]), row["step"], row["state"], None)
    return {"rows": found[:most], "next": f"a.{found[most - 1]['id']}" if len(found) > most else ""}


def proposal(actor: Actor, case: Case) -> dict[str, Any]:
    """The masked title, text, latest answer and place (the grid, not the address), and the originals beside them.

    The reporter's own name is starred wherever it stands in a text; other names only a person can find.
    """
    texts = Text.objects.for_system("publishing: of a case just seen", case.town_id)
    rows = texts.filter(subject_id=case.pk, entry__subject_kind="case", field__in=("text", "answer"), erased_at=None)
    said = {row.field: row.body for row in rows.order_by("entry__seq")}
    reporters = Reporter.objects.for_system("publishing: of a case just seen", case.town_id).filter(case_id=case.pk)
    names = [row.name for row in reporters]
    original = {"title": case.title, "text": said.get("text", ""), "answer": said.get("answer", "")}
    masked = {key: mask_text(text, names) for key, text in original.items()}
    photos = Photo.objects.for_system("publishing: of a case just seen", case.town_id).filter(case_id=case.pk)
    return {
        **masked,
        "text": masked["text"] or masked["title"],
        "place": grid_name(actor.town, case.grid_id),
        "original": {key: parted(text, names) for key, text in original.items()},
        "photos": list(photos.order_by("id").values("id", "moment")),
    }


def parted(text: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """A text in parts, to be shown with its personal details marked: (part, what it is, "" for what is none)."""
    at, parts = 0, []
    for found in findings(text, names):
        parts += [(text[at : found.start], ""), (text[found.start : found.end], found.what)]
        at = found.end
    return [part for part in [*parts, (text[at:], "")] if part[0]]
