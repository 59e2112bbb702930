"""A resident's own requests on the first page: the links are kept by the browser, here is what stands behind each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Reporter
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.board import shown_to_public
from lianxin.cases.queries.setup import categories
from lianxin.cases.views.public.progress import progress_of
from lianxin.keys.models import Town


def private_path(reporter: Reporter, number: str) -> str:
    """The path of a reporter's private link."""
    return reverse("follow-private", kwargs={"number": number, "code": link_code(reporter.pk)})


def title_for(town: Town, case: Case, reporter: Reporter) -> str:
    """What a case is called to one of its reporters: the first reads their own words, others what anybody may read."""
    if reporter.first:
        return case.title
    category = categories(town).get(case.category_id or 0)
    public = shown_to_public(town, [case]).get(case.pk, {}).get("title")
    return public or (category_name(category) if category else "") or _("A request you joined")


def mine_of(town: Town, case: Case, reporter: Reporter) -> dict[str, str]:
    """What a browser keeps of a request: where it is followed, and what it is called."""
    return {"href": private_path(reporter, case.number), "title": title_for(town, case, reporter)}


def brief_of(town: Town, reporter: Reporter, *, now: datetime) -> dict[str, Any]:
    """One request in two lines: what it is called, where it stands, who has it and until when."""
    case = reporter.case
    progress = progress_of(town, case, now=now)
    return {**mine_of(town, case, reporter), "progress": progress, "told": _told(progress, first=reporter.first)}


def _told(progress: Mapping[str, Any], *, first: bool) -> str:
    if progress["ended"]:
        return str(progress["sentence"])
    if progress["yours"] and first:  # who joined does not rate
        return _("There is an answer: please rate it")
    return _("By %(due)s · %(unit)s") % progress
