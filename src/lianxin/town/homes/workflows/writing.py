"""A new version of a workflow, or a new kind: written or uploaded, looked at, rehearsed, published."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianxin.cases.actions.workflows import NotPublished, publish
from lianxin.cases.fitting import MOST_TEXT, read_for
from lianxin.cases.models import WorkflowVersion
from lianxin.cases.queries.setup import workflow_of
from lianxin.cases.rehearsal import dry_run, replay, seed_of
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.words import said
from lianxin.people.middleware import staff
from lianxin.town.base import BASE
from lianxin.town.homes.workflows.pages import kind_of_town, must_configure, one_version
from lianxin.town.homes.workflows.showing import (
    act_rows,
    change_rows,
    diff_lines,
    drawing,
    dry_rows,
    kept_from,
    numbered,
    replay_rows,
    step_rows,
    versions_of,
)
from lianxin.town.newer import Newer, keep_own, newer_of
from lianxin.town.registers.faults import in_words
from lianxin.workflow.definition import BadWorkflow, Fault, Workflow

LONGEST_WHY = 200
SAMPLE = "new_kind.yaml"  # of the base town: what stands in the form of a kind that is not there yet
Row = dict[str, Any]


@dataclass(slots=True)
class Writing:
    """A text being worked on. `base`: the version it was made from (0: a new kind). `faults`: by line of the text;
    `wrong`: by field of the form; `flow`: what the text says, once it is sound.
    """

    source: str
    base: int
    why: str = ""
    checked: str = ""
    flow: Workflow | None = None
    faults: list[Fault] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of the text: only what was looked at is published."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:32]


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def workflow_change(request: StaffRequest, key: str) -> HttpResponse:
    """The next version of a kind, from its latest or from an earlier one."""
    must_configure(request)
    rows = kind_of_town(request, key)
    if request.method != "POST":
        begun = one_version(rows, request.GET.get("from", ""))
        return _page(request, Writing(begun.source, rows[0].version), rows)
    return _answer(request, _read(request, key), rows)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def workflow_new(request: StaffRequest) -> HttpResponse:
    """A kind the town has not had: its first version."""
    must_configure(request)
    if request.method != "POST":
        return _page(request, Writing((BASE / SAMPLE).read_text("utf-8"), 0), [])
    writing = _read(request, "")
    if writing.flow is not None and versions_of(request.town, writing.flow.key):
        line = next((n for n, text in enumerate(writing.source.splitlines(), 1) if text.startswith("key:")), 0)
        writing.faults = [Fault(line, f"there is a kind {writing.flow.key} already")]
        writing.flow = None
    return _answer(request, writing, [])


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def workflow_newer(request: StaffRequest, key: str) -> HttpResponse:
    """What came with a newer product: looked at, rehearsed, and published, or the town's own is kept."""
    must_configure(request)
    offer, rows = newer_of(request.town, key), versions_of(request.town, key)
    if request.method == "POST" and request.POST.get("do") != "keep":
        return _answer(request, _read(request, key), rows)
    if offer is None:
        raise Http404
    if request.method == "POST":
        keep_own(offer, why=_why(request), actor=request.actor, now=timezone.now())
        messages.success(request, _("The town keeps what it has. Nothing was changed."))
        return see_other(reverse("workflows"))
    writing = Writing(offer.source, offer.base)
    _check(request, writing, key)
    return _page(request, writing, rows, offer=offer)


def _why(request: StaffRequest) -> str:
    return " ".join(request.POST.get("why", "").replace("\x00", "").split())[:LONGEST_WHY]


def _answer(request: StaffRequest, writing: Writing, rows: list[WorkflowVersion]) -> HttpResponse:
    """Publish where that was asked and the text is the one that was looked at; else show what it says."""
    asked = request.POST.get("do") == "publish" and writing.flow is not None
    if not asked or writing.checked != writing.digest:
        return _page(request, writing, rows, status=422 if writing.faults else 200)
    if not writing.why:
        writing.wrong["why"] = _("Say in a sentence why.")
    elif len(writing.why) > LONGEST_WHY:
        writing.wrong["why"] = _("At most %(n)s characters.") % {"n": LONGEST_WHY}
    if writing.wrong:
        return _page(request, writing, rows, status=422)
    return _publish(request, writing, rows)


def _publish(request: StaffRequest, writing: Writing, rows: list[WorkflowVersion]) -> HttpResponse:
    key = writing.flow.key if writing.flow else ""
    try:
        made = publish(
            writing.source, base=writing.base, why=writing.why, actor=request.actor, now=timezone.now(),
            seed=seed_of(writing.source),
        )  # fmt: skip
    except NotPublished as refused:
        if refused.code == "same":  # a second press
            messages.info(request, _("Nothing was published: the latest version says so already."))
            return see_other(reverse("workflow", args=[key]))
        writing.wrong[""] = _(
            "Somebody has published another version meanwhile. See what it changed, then look at yours again."
        )
        rows = versions_of(request.town, key)
        writing.base = rows[0].version
        return _page(request, writing, rows, status=409)
    done = _("Published as version %(n)s. New cases begin on it; those under way end on theirs.")
    messages.success(request, done % {"n": made.version})
    return see_other(reverse("workflow", args=[key]))


def _read(request: StaffRequest, key: str) -> Writing:
    """What came: an uploaded file goes before what stands in the text field."""
    data, file = request.POST, request.FILES.get("file")
    base = data.get("base", "")
    writing = Writing(
        _text(data.get("source", "")), int(base) if base.isascii() and base.isdigit() and len(base) < 7 else 0,
        " ".join(data.get("why", "").replace("\x00", "").split()), data.get("checked", ""),
    )  # fmt: skip
    if isinstance(file, UploadedFile) and (file.size or file.name):
        _take_file(writing, file)
    if not writing.wrong:
        _check(request, writing, key)
    return writing


def _text(raw: str) -> str:
    return raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _take_file(writing: Writing, file: Any) -> None:
    if (file.size or 0) > 4 * MOST_TEXT:
        writing.wrong["file"] = _("This file is far too long for a workflow. Choose the YAML file.")
        return
    body = file.read()
    for coding in ("utf-8-sig", "gb18030"):
        try:
            writing.source = _text(body.decode(coding))
        except UnicodeDecodeError:
            continue
        return
    writing.wrong["file"] = _("This file is no text. Choose the YAML file.")


def _check(request: StaffRequest, writing: Writing, key: str) -> None:
    try:
        flow = read_for(request.town, writing.source)
    except BadWorkflow as bad:
        writing.faults = bad.faults
        return
    if key and flow.key != key:
        line = next((n for n, text in enumerate(writing.source.splitlines(), 1) if text.startswith("key:")), 0)
        writing.faults = [Fault(line, f"the key must stay {key}")]
        return
    writing.flow = flow


def _page(
    request: StaffRequest,
    writing: Writing,
    rows: list[WorkflowVersion],
    *,
    status: int = 200,
    offer: Newer | None = None,
) -> HttpResponse:
    latest = rows[0] if rows else None
    faults = [Fault(each.line, in_words(each.message)) for each in writing.faults]
    looked = (request.method == "POST" or offer is not None) and writing.flow is not None
    context = {
        **frame(request, "setup"), "key": latest.key if latest else "", "latest": latest, "writing": writing,
        "newer": offer,
        "name": said(workflow_of(latest).name) if latest else "", "most": MOST_TEXT, "faults": faults,
        "lines": numbered(writing.source, faults) if faults else [], "longest_why": LONGEST_WHY,
        "looked": _looked(request, writing, latest, timezone.now()) if looked else None,
        "again": looked and bool(writing.checked) and writing.checked != writing.digest,
    }  # fmt: skip
    return render(
        request, "town/workflow_change.html", context, status=422 if writing.wrong and status == 200 else status
    )


def _looked(request: StaffRequest, writing: Writing, latest: WorkflowVersion | None, now: datetime) -> Row:
    """What there is to see before publishing: the diagram, what changes, and the rehearsals."""
    flow, town, actor = writing.flow, request.town, request.actor
    assert flow is not None  # noqa: S101 - asked before
    found: Row = {"drawing": drawing(town, flow), "steps": step_rows(town, flow), "acts": act_rows(town, flow)}
    if latest is None:
        return found
    old, seed = workflow_of(latest), seed_of(writing.source)
    dry, past = dry_run(town, flow, seed=seed), replay(town, flow, seed=seed, now=now)
    return {
        **found, "changes": change_rows(old, flow), "diff": diff_lines(latest.source, writing.source),
        "same": latest.source == writing.source, "dry": dry, "dry_rows": dry_rows(dry, actor, flow, old),
        "secret": kept_from(actor, flow, old), "past": past, "past_rows": replay_rows(past, actor, flow, old),
    }  # fmt: skip
