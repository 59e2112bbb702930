"""Links for contractors: who may make one, in what state each is, and what a contractor reads through it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from lianxin.cases.models import Case, Photo, WorkLink
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.roles import holds, roles_of
from lianxin.cases.values import Standing
from lianxin.forms.covering import shown_digest
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken, tidy
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import Actor
from lianxin.people.cipher import blind
from lianxin.people.masking import mask_phone
from lianxin.people.queries import units
from lianxin.ui import words
from lianxin.workflow.definition import PHASES, Workflow

Row = dict[str, Any]
RECORD, FINISH = "record", "finish"  # what a link may let a contractor do
ACTS: Final[Mapping[str, str]] = {RECORD: "contractor_record", FINISH: "contractor_finish"}
MOST = 50


def digest_of_link(code: str) -> str:
    """What is kept of a link's secret."""
    return blind("work-link", code.upper())


def may_link(actor: Actor, standing: Standing) -> bool:
    """Whether somebody may make links to a case: its holder, or who may act for the unit, while it is being handled.

    Cases of a confidential kind are nobody's to pass on.
    """
    case, main = standing.case, standing.main
    flow = workflow_by_id(actor.town, case.workflow_id)
    secret = flow.confidential or case.kind in actor.town.settings.get("confidential", ())
    if main is None or secret or case.closed_at is not None or flow.phase_of(case.step) != "handle":
        return False
    if not roles_of(actor, case, standing.duties):  # barred, or not of the staff
        return False
    return holds(actor, main) or (main.unit_id == actor.unit_id and actor.can("register"))


def answer_for(flow: Workflow, step: str, unit_id: int | None, state: Mapping[str, Any]) -> set[int | None]:
    """The units a case is with: who has it, and, while what they did is being checked, who handled it."""
    handled = PHASES.index(flow.phase_of(step)) > PHASES.index("handle")
    handler = state.get("handler") or {}
    return {unit_id, handler.get("unit")} if handled else {unit_id}


def state_of_link(link: WorkLink, case: Case, *, now: datetime) -> str:
    """In what state a link is: live; finished, the case settled; or over: ended, past its day, the case elsewhere."""
    if link.ended not in {"", WorkLink.Ended.CLOSED} or link.until <= now:
        return "over"
    flow = workflow_by_id(case.town, case.workflow_id)
    if case.closed_at is not None:  # merged or withdrawn, nothing is finished
        return "finished" if flow.steps[case.step].outcome == "done" else "over"
    there = link.unit_id in answer_for(flow, case.step, case.unit_id, case.state)
    return "live" if there and not link.ended else "over"


def link_by_code(town: Town, number: str, code: str) -> WorkLink | None:
    """The link of a secret, with its case; None when number or secret is wrong."""
    rows = WorkLink.objects.for_system("the link of a contractor", town).filter(digest=digest_of_link(code))
    return rows.filter(case__number=tidy(number)).select_related("case").first()


def links_of(actor: Actor, case: Case, *, now: datetime) -> list[Row]:
    """The links of a case in view, the newest first; one statement. The telephone is masked.

    Each: id, company, contact, phone, state, until, at, opened_at, ended_at, may, mine (of the actor's own unit).
    """
    if not actor.is_staff:
        return []
    rows = WorkLink.objects.for_system("links of a case in view", actor.town).filter(case_id=case.pk).order_by("-id")
    return [link_row(actor, link, case, now=now) for link in rows[:MOST]]


def link_row(actor: Actor, link: WorkLink, case: Case, *, now: datetime) -> Row:
    """One link as staff who see the case read it."""
    return {
        "id": link.pk, "company": link.company, "contact": link.contact, "phone": mask_phone(link.phone),
        "state": state_of_link(link, case, now=now), "until": link.until, "at": link.at, "opened_at": link.opened_at,
        "ended_at": link.ended_at, "may": link.may, "mine": link.unit_id == actor.unit_id,
    }  # fmt: skip


def link_in(actor: Actor, case: Case, pk: int) -> WorkLink | None:
    """A link of a case in view that the actor's own unit has made."""
    rows = WorkLink.objects.for_system("a link of a case in view", actor.town).filter(case_id=case.pk, pk=pk)
    return rows.filter(unit_id=actor.unit_id or 0).first() if actor.is_staff else None


def work_page(town: Town, link: WorkLink) -> Row:
    """What a contractor reads: the task, where, until when, the chosen photos, and what they have told themselves."""
    case = link.case
    unit = units(town).get(link.unit_id)
    place = link.spot and case.lon is not None and case.lat is not None
    return {
        "number": spoken(case.number), "title": link.title, "task": link.task, "place": link.place,
        "point": (case.lon, case.lat) if place else None, "company": link.company,
        "unit": unit_name(unit) if unit else "", "unit_phone": unit.phone if unit else "",
        "due": words.when(case.due_at), "until": words.when(link.until),
        "may_record": RECORD in link.may, "may_finish": FINISH in link.may,
        "photos": _chosen(link), "told": _told(town, link),
    }  # fmt: skip


def _chosen(link: WorkLink) -> list[int]:
    rows = Photo.objects.for_system("the link of a contractor", link.town_id).filter(case_id=link.case_id)
    return list(rows.filter(id__in=link.photos).order_by("id").values_list("id", flat=True))


def _own_entries(link: WorkLink) -> list[Entry]:
    rows = Entry.objects.for_system("the link of a contractor", link.town_id).filter(subject_kind="case")
    found = rows.filter(subject_id=link.case_id, act__in=ACTS.values()).order_by("-seq")
    return [entry for entry in found if entry.data["given"]["link"] == link.pk]


def _told(town: Town, link: WorkLink) -> list[Row]:
    """What came through this link, the newest first: at, finished, text, photos."""
    entries = _own_entries(link)
    ids = [entry.pk for entry in entries]
    texts = Text.objects.for_system("the link of a contractor", town).filter(entry_id__in=ids, erased_at=None)
    bodies = dict(texts.values_list("entry_id", "body"))
    photos: dict[int, list[int]] = {}
    held = Photo.objects.for_system("the link of a contractor", town).filter(case_id=link.case_id, entry_id__in=ids)
    for pk, entry_id in held.order_by("id").values_list("id", "entry_id"):
        photos.setdefault(entry_id, []).append(pk)
    return [
        {
            "at": entry.at, "finished": entry.act == ACTS[FINISH], "text": bodies.get(entry.pk, ""),
            "photos": photos.get(entry.pk, []),
        }
        for entry in entries
    ]  # fmt: skip


def link_photo(town: Town, link: WorkLink, pk: int) -> str | None:
    """The digest of a photo as a contractor may see it: a chosen one as the public would, or one of their own."""
    rows = Photo.objects.for_system("the link of a contractor", town).filter(case_id=link.case_id, pk=pk)
    found = rows.values_list("entry_id", "file__digest").first()
    if found is None:
        return None
    entry_id, digest = found
    if pk in link.photos:
        return shown_digest(town, digest)
    return digest if entry_id in {entry.pk for entry in _own_entries(link)} else None
