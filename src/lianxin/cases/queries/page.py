"""The one case page: everything about a case that one actor may read, as plain values.

A constant number of statements, whatever the case has been through.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.cells import cells_of, six_cells
from lianxin.cases.fields import fields_for
from lianxin.cases.models import Case, Duty, Publication, Reporter
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.asking import asked_rows
from lianxin.cases.queries.check_ins import check_ins_of
from lianxin.cases.queries.clockface import clock_panel
from lianxin.cases.queries.contacts import contacts
from lianxin.cases.queries.ends import ended
from lianxin.cases.queries.history import History, history_of, timeline
from lianxin.cases.queries.merged import merged_into
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.cases.queries.undone import last_own
from lianxin.cases.roles import MAIN, holds, open_to, roles_of
from lianxin.cases.values import Standing
from lianxin.cases.words import act_name, channel_name, choice_name, duty_name, kept_names, said, step_name
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.masking import mask_name, mask_phone
from lianxin.people.queries import units
from lianxin.ui import words
from lianxin.workflow.definition import FIELDS, PHASES, Transition, Workflow
from lianxin.workflow.definition.naming import HOLDER
from lianxin.workflow.engine import CaseState, available
from lianxin.workflow.undoing import WITHIN

Row = dict[str, Any]
MOST_REPORTERS = 200
UNFOLDED = ("photos", "checks")  # seen without a tap though one need not fill them; checks fold by themselves
MOMENTS = ("before", "during", "after")
TYPED = frozenset({"text", "photos", "choice", "rating"})  # fields one fills in without asking the town


def case_page(actor: Actor, standing: Standing, now: datetime) -> Row:
    """What the actor may read of a case and do with it.

    number spoken version title text kind step category grid address lon lat channel urgency … |
    people joined affected | holder duties kept (what another system said) |
    light due_at soon_at provisional paused late next | cells clock timeline photos | acts |
    undo | parent children merged publication.
    """
    case, town = standing.case, actor.town
    flow = workflow_by_id(town, case.workflow_id)
    history = history_of(town, case, [case.post_id, *(duty.post_id for duty in standing.duties)])
    entries = timeline(actor, case, flow, history)
    there = sorted([*entries, *check_ins_of(actor, case)], key=lambda row: row["at"])
    page = {
        **_facts(actor, case, flow, history),
        **_time(case, flow, now),
        **_people(actor, case),
        **_linked(actor, case),
        "merged": merged_into(actor, case, history),
        "holder": _holder(actor, standing, history),
        "duties": [_duty(actor, duty, history, now) for duty in standing.duties if duty.what != MAIN],
        "kept": kept_answers(case) if actor.is_staff else [],
        "asked": asked_rows(case),
        "cells": six_cells(flow, case, history.entries, now=now),
        "clock": _clock(actor, flow, case, history, now),
        "timeline": there,
        "photos": _photos(entries),
        "acts": next_acts(actor, standing, now),
        "contacts": contacts(entries, history) if actor.is_staff else [],
        "undo": _undo(actor, standing, flow, history, now),
    }
    page["affected"] = page["joined"] + sum(each["waiting"] for each in page["merged"])
    _propose(page["acts"], flow, case, history)
    page["next"], page["then"] = _next(page, flow, case)
    return page


def _undo(actor: Actor, standing: Standing, flow: Workflow, history: History, now: datetime) -> Row | None:
    """The reader's own last act, while it can be taken back: its entry, its name, until when."""
    last = last_own(standing, history.entries, actor=actor, now=now)
    if last is None:
        return None
    return {"entry": last.pk, "name": act_name(flow, last.act, last.source), "until": last.at + WITHIN}


def _facts(actor: Actor, case: Case, flow: Workflow, history: History) -> Row:
    town = actor.town
    category = categories(town).get(case.category_id or 0)
    mine = actor.reporter_of is None or _first_is_mine(actor, history)
    first = history.entries[0] if history.entries else None
    return {
        "id": case.pk,
        "number": case.number,
        "spoken": spoken(case.number),
        "version": case.version,
        "title": case.title if mine else "",
        "text": history.text(first, "text") if first is not None and mine else "",
        "address": case.address if mine else "",
        "kind_key": case.kind,
        "kind": said(flow.name),
        "confidential": flow.confidential,
        "step": case.step,
        "step_name": step_name(flow, case.step),
        "phase": flow.phase_of(case.step),
        "category": category_name(category, whole=True, town=town) if category is not None else "",
        "category_id": case.category_id,
        "grid": grid_name(town, case.grid_id),
        "grid_id": case.grid_id,
        "lon": case.lon if mine else None,
        "lat": case.lat if mine else None,
        "channel": channel_name(case.channel),
        "channel_key": case.channel,
        "urgency": choice_name("urgency", case.urgency),
        "urgency_key": case.urgency,
        "recorded_at": case.recorded_at,
        "happened_at": case.happened_at,
        "counts": dict(case.state.get("counts", {})),
    }


def _first_is_mine(actor: Actor, history: History) -> bool:
    """Whether this reporter raised the case; who joined it later does not read another's words."""
    given = history.entries[0].data.get("given", {}) if history.entries else {}
    return actor.reporter_id is not None and given.get("reporter") == actor.reporter_id


def _time(case: Case, flow: Workflow, now: datetime) -> Row:
    soon = case.state.get("soon_at")
    soon_at = datetime.fromisoformat(soon) if soon else None
    ended = flow.steps[case.step].end
    paused = case.state.get("paused_at") is not None
    light = words.light_of(case.due_at, soon_at, now, paused=paused, ended=ended)
    return {
        "due_at": case.due_at,
        "soon_at": soon_at,
        "light": light,
        "late": light == "late",
        "provisional": bool(case.state.get("provisional")),
        "paused": paused,
        "paused_until": case.due_at if paused else None,
        "ended": ended,
        "outcome": flow.steps[case.step].outcome,
        "closed_at": case.closed_at,
    }


def _people(actor: Actor, case: Case) -> Row:
    raised = Reporter.objects.for_system("case page", actor.town).filter(case_id=case.pk)
    rows = list(raised.order_by("id")[:MOST_REPORTERS])
    joined = sum(not row.first for row in rows) if len(rows) < MOST_REPORTERS else raised.filter(first=False).count()
    if actor.reporter_of is not None:
        rows = [row for row in rows if row.pk == actor.reporter_id]
    may = actor.can("reveal_contact")
    people = [
        {
            "id": row.pk,
            "name": mask_name(row.name),
            "phone": mask_phone(row.phone),
            "first": row.first,
            "consent": row.public_consent,
            "rating": row.rating,
            "at": row.at,
            "can_reveal": may and bool(row.name or row.phone),
        }
        for row in rows
    ]
    return {"people": people, "joined": joined}


def _linked(actor: Actor, case: Case) -> Row:
    """The cases above and below, as far as the actor sees them, and what is public."""
    above = _briefs(actor, Q(pk=case.parent_id)) if case.parent_id is not None else []
    public = Publication.objects.for_system("case page", actor.town).filter(case_id=case.pk)
    return {
        "parent": next(iter(above), None),
        "children": _briefs(actor, Q(parent_id=case.pk)),
        "publication": public.values("state", "title", "text", "answer", "at").first(),
    }


def _briefs(actor: Actor, which: Q) -> list[Row]:
    rows = Case.objects.seen_by(actor).filter(which).order_by("id")[:50]
    columns = ("id", "number", "title", "channel", "step", "workflow_id", "recorded_at", "state", "due_at")
    return [_brief(actor, *row) for row in rows.values_list(*columns)]


def _brief(actor: Actor, pk: int, number: str, title: str, *rest: Any) -> Row:
    channel, step, workflow_id, recorded_at, state, due_at = rest
    flow = workflow_by_id(actor.town, workflow_id)
    return {
        "id": pk, "number": number, "spoken": spoken(number), "title": title, "appeal": channel == "appeal",
        "step": step, "step_name": step_name(flow, step), "ended": flow.steps[step].end, "recorded_at": recorded_at,
        "cells": cells_of(flow, step, state, due_at),
    }  # fmt: skip


def _holder(actor: Actor, standing: Standing, history: History) -> Row | None:
    main = standing.main
    if main is None:
        return None
    return {**_who(actor, main, history), "who": main.who, "mine": holds(actor, main)}


def _who(actor: Actor, duty: Duty, history: History) -> Row:
    unit = units(actor.town).get(duty.unit_id)
    post = history.posts.get(duty.post_id or 0) if actor.reporter_of is None else None
    return {
        "unit": unit_name(unit) if unit is not None else "",
        "unit_phone": unit.phone if unit is not None else "",
        "post": str(post["title"]) if post is not None else "",
        "name": str(post["name"]) if post is not None else "",
    }


def _duty(actor: Actor, duty: Duty, history: History, now: datetime) -> Row:
    return {
        "id": duty.pk,
        "what": duty.what,
        "title": duty_name(duty.what),
        "due_at": duty.due_at,
        "light": words.light_of(duty.due_at, duty.soon_at, now),
        "opened_at": duty.opened_at,
        "mine": holds(actor, duty),
        **_asked(actor, duty, history),
        **_who(actor, duty, history),
    }


def _asked(actor: Actor, duty: Duty, history: History) -> Row:
    """What was said, and until when, as the duty was laid on; for staff alone."""
    entry = next((each for each in history.entries if each.at == duty.opened_at), None)
    if entry is None or actor.reporter_of is not None:
        return {"asked": "", "until": None}
    until = entry.data.get("given", {}).get("until")
    said_then = [text.body for text in history.texts.get(entry.pk, ()) if not text.erased_at]
    return {"asked": " ".join(said_then), "until": datetime.fromisoformat(until) if until else None}


def _propose(acts: list[Row], flow: Workflow, case: Case, history: History) -> None:
    """Where more time is granted, the date that was asked for stands in the form."""
    for act in acts:
        granted = flow.transition(case.step, act["act"])
        if granted is None or granted.effect("extend") is None:
            continue
        asked = (each.data.get("given", {}).get("until") for each in reversed(history.entries) if _asks(flow, each))
        until = next((each for each in asked if each), None)
        for field in act["fields"]:
            if field["name"] == "until" and until:
                field["value"] = words.stamp(datetime.fromisoformat(until)).replace(" ", "T")


def _asks(flow: Workflow, entry: Entry) -> bool:
    made = flow.transition(entry.source, entry.act)
    return made is not None and made.effect("ask") is not None


def kept_answers(case: Case) -> list[tuple[str, str]]:
    """What another system or a form said of the case and has no column of its own, with its label where known.

    The place words of a report are its address, shown as such.
    """
    labels = kept_names()
    return [
        (labels.get(name, name), str(value))
        for name, value in case.answers.items()
        if name != "place" and value not in (None, "") and not isinstance(value, dict | list)
    ]


def _clock(actor: Actor, flow: Workflow, case: Case, history: History, now: datetime) -> Row:
    panel = clock_panel(actor.town, flow, case, history, now=now)
    if actor.reporter_of is not None:
        for row in (*panel["pauses"], *panel["extensions"]):
            row["by"] = row["reason"] = ""
    return panel


def _photos(entries: list[Row]) -> list[tuple[str, list[Row]]]:
    """The photos the actor may see, by the moment they show."""
    shown = [photo for entry in entries for photo in entry["photos"]]
    grouped = [(moment, [photo for photo in shown if photo["moment"] == moment]) for moment in MOMENTS]
    return [(moment, photos) for moment, photos in grouped if photos]


def next_acts(actor: Actor, standing: Standing, now: datetime) -> list[Row]:
    """What the actor may do now, what carries the case forward first.

    Each: act, name, fields (`fields_for`), needs, primary, side ("on", "beside", "back", "end"), danger, closes.
    """
    case = standing.case
    flow = workflow_by_id(actor.town, case.workflow_id)
    duties = [duty.what for duty in standing.duties]
    state = CaseState.from_json(case.step, case.due_at, duties, case.state)
    roles = roles_of(actor, case, standing.duties)
    acts = [_act(actor, case, flow, each, now) for each in open_to(roles, case, flow, state)]
    for act in acts:
        act["closes"] = _closes(actor, standing, flow, act["act"])
    order = {"on": 0, "duty": 1, "beside": 2, "back": 3, "end": 4}
    acts.sort(key=lambda row: order[row["side"]])
    if acts and acts[0]["side"] in {"on", "duty"} and acts[0]["act"] != "split":
        acts[0]["primary"] = True
    return acts


def _closes(actor: Actor, standing: Standing, flow: Workflow, act: str) -> list[str]:
    """What was asked of others and is not answered yet, which an act ends by leaving the step: each with its unit."""
    made = flow.transition(standing.case.step, act)
    if made is None or made.to is None:
        return []
    kept = frozenset() if flow.steps[made.to].end else flow.kept
    open_now = [duty for duty in standing.duties if duty.what not in {MAIN, *kept}]
    names = {pk: unit_name(unit) for pk, unit in units(actor.town).items()}
    return [
        _("%(duty)s (%(unit)s)") % {"duty": duty_name(duty.what), "unit": names.get(duty.unit_id, "")}
        for duty in open_now
        if not holds(actor, duty)
    ]


def acts_ahead(actor: Actor, standing: Standing, act: str, now: datetime) -> list[Row]:
    """What the actor may do once an act of theirs that asks for nothing is through; empty for other acts.

    A phone without a net keeps these forms: who takes a case on in a cellar goes on with it there. What has to be
    picked from the town's lists (units, people, dates) is left to a connection.
    """
    case = standing.case
    flow = workflow_by_id(actor.town, case.workflow_id)
    made = flow.transition(case.step, act)
    if made is None or made.needs or made.to is None or made.to == case.step:
        return []
    state = CaseState.from_json(made.to, case.due_at, [MAIN], case.state)
    found = available(flow, state, roles={actor.role} | HOLDER)
    plain = [each for each in found if all(FIELDS[key].type in TYPED for key in (*each.needs, *each.takes))]
    return [_act(actor, case, flow, each, now, step=made.to) for each in plain if HOLDER & set(each.by)]


def _act(
    actor: Actor, case: Case, flow: Workflow, transition: Transition, now: datetime, *, step: str = ""
) -> Row:
    side = _side(flow, step or case.step, transition)
    fields = fields_for(transition, actor, case, now=now)
    optional = [each["label"] for each in fields if not each["required"] and each["control"] not in UNFOLDED]
    return {
        "act": transition.act,
        "name": said(transition.name),
        "fields": fields,
        "folded": pgettext("list", ", ").join(optional),
        "needs": list(transition.needs),
        "side": side,
        "counts": transition.counts,
        "primary": False,
        "danger": side == "end",
        "photos": "photos" in (*transition.needs, *transition.takes),
        "closes": [],
    }


def _side(flow: Workflow, step: str, transition: Transition) -> str:
    """Where an act takes the case: on, back, to an end without result; or it answers a duty, or stands beside."""
    if transition.to is None:
        asked = any(role.startswith("duty:") for role in transition.by) and transition.effect("settle") is not None
        return "duty" if asked or transition.effect("resume") is not None else "beside"
    target = flow.steps[transition.to]
    if target.end and target.outcome != "done":
        return "end"
    here, there = PHASES.index(flow.phase_of(step)), PHASES.index(target.phase)
    if target.end or there > here:
        return "on"
    return "back"


def _next(page: Row, flow: Workflow, case: Case) -> tuple[str, str]:
    """The sentence that says who does what by when, and what happens if not."""
    if page["ended"]:
        return ended(page)
    holder = page["holder"] or {"unit": "", "name": "", "who": ""}
    who = " ".join(part for part in (holder["unit"], holder["name"]) if part)
    names = {"who": who, "act": _forward(flow, case.step), "due": words.when(page["due_at"])}
    if page["paused"]:
        return _("The clock is stopped until %(due)s; %(who)s keeps the case.") % names, ""
    if holder["who"] == "reporter":
        told = _("The resident is asked to confirm and rate by %(due)s.") % names
    elif page["late"]:
        told = _("%(who)s is late: “%(act)s” was due %(due)s.") % names
    else:
        told = _("%(who)s: “%(act)s” by %(due)s.") % names
    late = flow.steps[case.step].on_late
    return told, _("If not: %(act)s.") % {"act": act_name(flow, late, case.step)} if late and not page["late"] else ""


def _forward(flow: Workflow, step: str) -> str:
    """What has to be done at a step to go on: its first act that leads forward, else the step's own name."""
    on = (each for each in flow.transitions_from(step) if _side(flow, step, each) == "on")
    found = next((each for each in on if flow.steps[step].who in each.by), None)
    return said(found.name) if found is not None else step_name(flow, step)
