"""A workflow in words and figures: its steps, its acts, what changed between two versions, what a rehearsal found."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from lianxin.cases.models import Case, WorkflowVersion
from lianxin.cases.queries.clockface import limit_words
from lianxin.cases.queries.setup import workflow_of, workflows
from lianxin.cases.rehearsal import DryRun, Finding, Replay
from lianxin.cases.words import act_name, role_name, said, step_name
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.people.queries import roles
from lianxin.town.homes.townpage import phase_names
from lianxin.town.newer import newer
from lianxin.ui.words import is_chinese
from lianxin.workflow.comparing import Change, changes
from lianxin.workflow.definition import FIELDS, BadWorkflow, Fault, Step, Transition, Workflow, read
from lianxin.workflow.diagram import svg

Row = dict[str, Any]
CONTEXT = 3  # lines of the text that stand around a change


def versions_of(town: Town, key: str) -> list[WorkflowVersion]:
    """All versions of a kind, the newest first."""
    rows = [row for row in workflows(town).values() if row.key == key]
    return sorted(rows, key=lambda row: -row.version)


def open_by_version(town: Town) -> Mapping[int, int]:
    """How many cases are under way on each version."""
    rows = Case.objects.for_system("workflows: how many are under way", town).filter(closed_at=None)
    return dict(rows.order_by().values_list("workflow_id").annotate(n=Count("id")))


def kept_from(actor: Actor, *flows: Workflow) -> bool:
    """Whether a kind's cases are not even counted to somebody: it is confidential and they have no part in it."""
    return any(flow.confidential and flow.key not in actor.confidential for flow in flows)


def kind_rows(actor: Actor) -> list[Row]:
    """The kinds: name, latest version and since when, open cases on it and on earlier ones."""
    town = actor.town
    counts, found = open_by_version(town), dict[str, Row]()
    for row in sorted(workflows(town).values(), key=lambda row: (row.key, -row.version)):
        flow = workflow_of(row)
        line = found.setdefault(
            row.key,
            {
                "key": row.key, "name": said(flow.name), "version": row.version, "since": row.published_at,
                "steps": len(flow.steps), "confidential": flow.confidential, "open": 0, "earlier": 0,
                "secret": kept_from(actor, flow),
            },
        )  # fmt: skip
        line["open" if row.version == line["version"] else "earlier"] += counts.get(row.pk, 0)
    return list(found.values())


def newer_rows(town: Town) -> list[Row]:
    """What came with a newer product and the town has not taken up, by the name it has there; decided ones last.

    A text that cannot be read here goes by its key: its page tells what is wrong.
    """
    rows = []
    for each in newer(town):
        try:
            name = said(read(each.source).name)
        except BadWorkflow:
            name = each.key
        rows.append({"key": each.key, "name": name, "kept": each.kept, "is_new": each.latest is None})
    return sorted(rows, key=lambda row: (row["kept"], row["key"]))


def version_rows(actor: Actor, rows: Sequence[WorkflowVersion]) -> list[Row]:
    """The versions of a kind with who published each, when and why."""
    counts, told = open_by_version(actor.town), published(actor.town, rows)
    secret = kept_from(actor, *(workflow_of(row) for row in rows))
    return [
        {
            "version": row.version, "at": row.published_at, "open": None if secret else counts.get(row.pk, 0),
            **told.get(row.pk, {}),
        }
        for row in rows
    ]  # fmt: skip


def published(town: Town, rows: Sequence[WorkflowVersion]) -> dict[int, Row]:
    """Who published versions, and why, from the history."""
    ids = [row.pk for row in rows]
    entries = Entry.objects.for_system("workflows: history", town).filter(subject_kind="workflow", subject_id__in=ids)
    acts = {entry.pk: entry for entry in entries.filter(act="publish")}
    texts = Text.objects.for_system("workflows: history", town).filter(entry_id__in=list(acts))
    why = dict(texts.values_list("entry_id", "body"))
    posts = Post.objects.for_system("workflows: history", town)
    names = dict(posts.filter(id__in=[entry.post_id for entry in acts.values()]).values_list("id", "account__name"))
    return {
        entry.subject_id: {"who": names.get(entry.post_id or 0, ""), "why": why.get(pk, "")}
        for pk, entry in acts.items()
    }


def drawing(town: Town, flow: Workflow) -> Markup:
    """The diagram, in the reader's language."""
    names = _names(town)
    under = {
        step.key: f"{role_name(step.who, names)} · {limit_words(step.within) if step.within else ''}"
        for step in flow.steps.values()
    }
    return Markup(svg(flow, _tongue(), under))  # noqa: S704 - made here, its words escaped


def _tongue() -> str:
    return "zh" if is_chinese() else "en"


def step_rows(town: Town, flow: Workflow) -> list[Row]:
    """The steps: name, which of the six, whose turn, how long, what happens when late."""
    names, phases = _names(town), phase_names()
    return [
        {
            "key": step.key, "name": said(step.name), "phase": phases[step.phase], "end": step.end,
            "who": "" if step.end else role_name(step.who, names), "within": within_words(step),
            "late": act_name(flow, step.on_late, step.key) if step.on_late else "",
        }
        for step in flow.steps.values()
    ]  # fmt: skip


def within_words(step: Step) -> str:
    """A step's limit; where the category may say another, so."""
    told = limit_words(step.within) if step.within else ""
    return (
        _("%(limit)s, or as the category says (%(name)s)") % {"limit": told, "name": step.limit_name}
        if (step.limit_name)
        else told
    )


def act_rows(town: Town, flow: Workflow) -> list[Row]:
    """The acts: from where to where, by whom, with what."""
    names = _names(town)
    return [_act_row(each, flow, names) for each in flow.transitions]


def _act_row(each: Transition, flow: Workflow, names: Mapping[str, Mapping[str, str]]) -> Row:
    comma = pgettext("list", ", ")
    live = {key for key, step in flow.steps.items() if not step.end}
    sources = [step_name(flow, key) for key in flow.steps if key in each.sources]
    return {
        "act": each.act, "name": said(each.name),
        "sources": _("any open step") if each.sources >= live else comma.join(sources),
        "to": step_name(flow, each.to) if each.to else "", "by": comma.join(role_name(who, names) for who in each.by),
        "needs": comma.join(said(FIELDS[key].name) for key in each.needs),
        "takes": comma.join(said(FIELDS[key].name) for key in each.takes),
    }  # fmt: skip


def _names(town: Town) -> Mapping[str, Mapping[str, str]]:
    return {key: role.name for key, role in roles(town).items()}


def change_rows(old: Workflow, new: Workflow) -> list[Row]:
    """What differs in meaning between two versions, in words."""
    return [_change_row(each) for each in changes(old, new)]


def _change_row(each: Change) -> Row:
    what = {"kind": _("The kind"), "step": pgettext("workflow", "Step"), "act": pgettext("workflow", "Act")}[each.what]
    part = part_names().get(each.part, each.part)
    return {"what": what, "name": said(each.name), "key": each.key, "part": part, "was": each.was, "now": each.now,
            "whole": each.part in {"new", "gone"}, "sharp": each.part in {"gone", "confidential"}}  # fmt: skip


def part_names() -> dict[str, str]:
    """What the parts of a workflow's file are called."""
    return {
        "new": pgettext("change", "new"), "gone": pgettext("change", "gone"), "name": pgettext("workflow", "Name"),
        "start": _("First step"), "confidential": _("Confidential"), "phase": _("Official step"),
        "who": _("Whose turn"), "within": pgettext("workflow", "Limit"), "on_late": _("When late"),
        "outcome": _("Outcome"), "from": _("From"), "to": _("To"), "by": _("By whom"), "needs": _("Needs"),
        "takes": _("Takes"), "counts": _("Counts as"), "duty": _("Needs an open duty"), "effects": _("Effects"),
    }  # fmt: skip


def diff_lines(old: str, new: str) -> list[Row]:
    """The texts side by side as one list: lines that stay, go and come, with their numbers; long rests left out."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Row] = []
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        if found:
            found.append({"tone": "skip", "old": "", "new": "", "text": "…"})
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                rows = zip(range(a1, a2), range(b1, b2), strict=True)
                found += [{"tone": "", "old": a + 1, "new": b + 1, "text": before[a]} for a, b in rows]
                continue
            found += [{"tone": "gone", "old": a + 1, "new": "", "text": before[a]} for a in range(a1, a2)]
            found += [{"tone": "come", "old": "", "new": b + 1, "text": after[b]} for b in range(b1, b2)]
    return found


def numbered(source: str, faults: Sequence[Fault] = ()) -> list[Row]:
    """The lines of a text with their numbers and what is wrong in each."""
    wrong: dict[int, list[str]] = {}
    for fault in faults:
        wrong.setdefault(fault.line, []).append(fault.message)
    return [{"n": n, "text": line, "faults": wrong.get(n, [])} for n, line in enumerate(source.splitlines(), start=1)]


def dry_rows(run: DryRun, actor: Actor, flow: Workflow, old: Workflow) -> list[Row]:
    """What a dry run found, in sentences, each with the cases it names."""
    rows = [
        *((_("“%(step)s” would not be there"), each) for each in run.steps),
        *((_("“%(act)s” could not be done at “%(step)s”"), each) for each in run.acts),
        *((_("due earlier at “%(step)s”"), each) for each in run.earlier),
        *((_("due later at “%(step)s”"), each) for each in run.later),
    ]
    return [_finding(sentence, each, actor, flow, old) for sentence, each in rows]


def replay_rows(found: Replay, actor: Actor, flow: Workflow, old: Workflow) -> list[Row]:
    """What a replay found, in sentences, each with the cases it names."""
    told = {
        "not_from_here": _("“%(act)s” could not have been done at “%(step)s”"),
        "not_yours": _("“%(act)s” at “%(step)s” would have been somebody else's"),
        "missing": _("“%(act)s” at “%(step)s” asks for more than was given then"),
        "too_often": _("“%(act)s” at “%(step)s” would have been done too often"),
    }
    other = _("“%(act)s” at “%(step)s” would have been refused")
    rows = [(told.get(each.code, other), each) for each in found.refused]
    rows += [(_("all was done, but the case would still stand at “%(step)s”"), each) for each in found.unended]
    return [_finding(sentence, each, actor, flow, old) for sentence, each in rows]


def _finding(sentence: str, each: Finding, actor: Actor, flow: Workflow, old: Workflow) -> Row:
    known = flow if each.step in flow.steps else old
    of_act = flow if any(one.act == each.act for one in flow.transitions) else old
    words = {"step": step_name(known, each.step), "act": act_name(of_act, each.act)}
    if kept_from(actor, flow, old):
        return {"text": sentence % words, "count": None, "cases": []}
    return {"text": sentence % words, "count": each.count, "cases": case_links(actor, each.numbers)}


def case_links(actor: Actor, numbers: Sequence[str]) -> list[Row]:
    """Numbers of cases; a link where the reader may see the case: who sets up the town does not read its cases."""
    seen = set(Case.objects.seen_by(actor).filter(number__in=numbers).values_list("number", flat=True))
    return [{"number": each, "href": reverse("case", args=[each]) if each in seen else ""} for each in numbers]
