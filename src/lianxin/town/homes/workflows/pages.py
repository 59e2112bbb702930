"""The kinds of case and their workflows, for who sets up the town: the list, one kind, two versions compared."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.models import WorkflowVersion
from lianxin.cases.queries.setup import workflow_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.people.middleware import staff
from lianxin.town.homes.workflows.showing import (
    act_rows,
    change_rows,
    diff_lines,
    drawing,
    kind_rows,
    newer_rows,
    numbered,
    step_rows,
    version_rows,
    versions_of,
)


@staff
@never_cache
@require_safe
def workflow_list(request: StaffRequest) -> HttpResponse:
    """Every kind: its version, since when, how many cases are under way on which."""
    must_configure(request)
    context = {**frame(request, "setup"), "rows": kind_rows(request.actor), "newer": newer_rows(request.town)}
    return render(request, "town/workflows.html", context)


@staff
@never_cache
@require_safe
def workflow_page(request: StaffRequest, key: str) -> HttpResponse:
    """One kind: the diagram, steps, acts, the text of a version, and all versions."""
    must_configure(request)
    rows = kind_of_town(request, key)
    shown = one_version(rows, request.GET.get("version", ""))
    flow = workflow_of(shown)
    context = {
        **frame(request, "setup"), "key": key, "name": said(flow.name), "flow": flow, "shown": shown, "latest": rows[0],
        "drawing": drawing(request.town, flow), "steps": step_rows(request.town, flow),
        "acts": act_rows(request.town, flow), "lines": numbered(shown.source),
        "versions": version_rows(request.actor, rows),
    }  # fmt: skip
    return render(request, "town/workflow.html", context)


@staff
@never_cache
@require_safe
def workflow_compare(request: StaffRequest, key: str) -> HttpResponse:
    """What one version changed against another: in meaning, and line by line."""
    must_configure(request)
    rows = kind_of_town(request, key)
    new = one_version(rows, request.GET.get("new", ""))
    before = [row for row in rows if row.version < new.version]
    old = one_version(rows, request.GET.get("old", "") or (str(before[0].version) if before else ""))
    context = {
        **frame(request, "setup"), "key": key, "name": said(workflow_of(new).name), "old": old, "new": new,
        "versions": rows, "changes": change_rows(workflow_of(old), workflow_of(new)),
        "diff": diff_lines(old.source, new.source),
    }  # fmt: skip
    return render(request, "town/workflow_compare.html", context)


@staff
@never_cache
@require_safe
def workflow_file(request: StaffRequest, key: str, version: int) -> HttpResponse:
    """A version's text as a file."""
    must_configure(request)
    row = one_version(kind_of_town(request, key), str(version))
    response = HttpResponse(row.source, content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-v{row.version}.yaml"'
    return response


def must_configure(request: StaffRequest) -> None:
    """Let only those through who set up the town."""
    if not request.actor.can("configure"):
        raise PermissionDenied


def kind_of_town(request: StaffRequest, key: str) -> list[WorkflowVersion]:
    """The versions of a kind, the newest first; 404 for a kind unknown."""
    rows = versions_of(request.town, key)
    if not rows:
        raise Http404(_("There is no such kind of case."))
    return rows


def one_version(rows: list[WorkflowVersion], wanted: str) -> WorkflowVersion:
    """The version asked for, the latest when none was; 404 for one unknown."""
    found = next((row for row in rows if str(row.version) == wanted), None) if wanted else rows[0]
    if found is None:
        raise Http404
    return found
