"""Cases, for the staff: list, read, take down, act. The same doors and the same guard as the pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router

from lianxin.cases.actions import open_case
from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, guarded, key_of, query_of
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.shapes import Act, Moved, Registration
from lianxin.cases.api.staff_shapes import CaseFilter, CasePage, CaseShape, Entries, Registered
from lianxin.cases.api.telling import case_facts, case_row, entries_of
from lianxin.cases.api.writing import act_on, done_response, draft_of, moved, once_of, picked, respond
from lianxin.cases.pickers import grid_by
from lianxin.cases.queries.inbox import InboxFilter, inbox, read_place
from lianxin.cases.queries.setup import categories, kinds, report_kind
from lianxin.cases.queries.standing import stand
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken, tidy

router = Router()
cases_tag = _("Staff: cases")
ENGINE = (
    "stale", "not_from_here", "not_yours", "missing", "not_asked", "too_often", "pressed", "bad_value", "bad_date",
    "no_such_duty", "paused", "not_paused", "not_late",
)  # fmt: skip


@router.get(
    "/cases",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="listCases",
    **Described(
        _("List cases"),
        _(
            "Open duties by due time (or with closed=true every case, the newest first), as far as the post may see "
            "them. Paging is by key: hand `next` back as `after`; nothing is shown twice when rows come or go. "
            "Scope: cases:read."
        ),
        scope="cases:read",
        gives=CasePage,
        query=CaseFilter,
        example=example("cases"),
        fails=(*SIGNED_IN, "invalid"),
    ).options,
)
@guarded
def list_cases(request: HttpRequest) -> HttpResponse:
    """A page of the inbox, or of every case."""
    actor, asked = actor_of(request), query_of(request, CaseFilter)
    found = inbox(actor, _filter(actor.town, asked), now=timezone.now(), after=asked.after, most=asked.most)
    rows = [case_row(actor.town, row) for row in found["rows"]]
    return respond({"rows": rows, "next": found["next"], "previous": found["previous"]})


def _filter(town: Town, asked: CaseFilter) -> InboxFilter:
    faults: dict[str, str] = {}
    grid = picked("grid", asked.grid, grid_by(town, asked.grid), faults)
    found = (pk for pk, row in categories(town).items() if asked.category in (row.key, str(pk)))
    category = picked("category", asked.category, next(found, None), faults)
    number = tidy(asked.number)
    if asked.number and not number:
        faults["number"] = gettext("This is not a case number.")
    if asked.after and read_place(asked.after) is None:
        faults["after"] = gettext("This cannot be read.")
    if faults:
        raise Problem("invalid", faults)
    same = (
        "scope", "step", "phase", "light", "duty", "kind", "channel", "urgency", "words", "phone", "closed", "shared",
    )  # fmt: skip
    return InboxFilter(**{name: getattr(asked, name) for name in same}, category=category, grid=grid, number=number)


@router.get(
    "/cases/{number}",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="readCase",
    **Described(
        _("Read a case"),
        _(
            "Everything of a case the post may see, and `acts`: what it may do now, with the fields each act needs. "
            "Telephone numbers are masked. Scope: cases:read."
        ),
        scope="cases:read",
        gives=CaseShape,
        example=example("case"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def read_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case."""
    actor = actor_of(request)
    return respond(case_facts(actor, stand(actor, number=tidy(number)), now=timezone.now()))


@router.get(
    "/cases/{number}/entries",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="listEntries",
    **Described(
        _("Read a case's history"),
        _("Every change, the oldest first: who, when, what, with which words, and its digest. Scope: cases:read."),
        scope="cases:read",
        gives=Entries,
        example=example("entries"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def list_entries(request: HttpRequest, number: str) -> HttpResponse:
    """The history of a case."""
    actor = actor_of(request)
    return respond({"rows": entries_of(actor, stand(actor, number=tidy(number)))})


@router.post(
    "/cases",
    auth=allowed("cases:write"),
    tags=[cases_tag],
    operation_id="registerCase",
    **Described(
        _("Take down a case"),
        _("Opens a case for a resident who calls or comes, or for another system. Scope: cases:write."),
        scope="cases:write",
        gives=Registered,
        status=201,
        example=example("registered"),
        body=(Registration, example("registration")),
        keyed=True,
        fails=(*SIGNED_IN, "csrf", "may_not", "bad_json", "unsupported_media", "too_large", "invalid"),
    ).options,
)
@guarded
def register_case(request: HttpRequest) -> HttpResponse:
    """Open a case as somebody of the staff."""
    actor, key = actor_of(request), key_of(request)
    if not actor.can("register"):
        raise Problem("may_not")
    body = body_of(request, Registration)
    kind = body.kind or report_kind(actor.town)
    if kind not in {flow.key for flow in kinds(actor.town)}:
        raise Problem("invalid", {"kind": gettext("There is none such in this town.")})
    draft = draft_of(body, request, actor.town, kind=kind, channel=body.channel, urgency=body.urgency)
    once = once_of(f"post:{actor.post_id}:open", key, body.model_dump(mode="json"), list(draft.photos))
    done = open_case(draft, actor=actor, now=timezone.now(), once=once)
    facts: dict[str, Any] = moved(actor, done.standing)
    del facts["ended"]
    told = {**facts, "id": str(done.case.pk), "spoken": spoken(done.case.number)}
    location = request.build_absolute_uri(f"/api/v1/cases/{done.case.number}")
    return done_response(told, repeated=done.repeated, location=location)


@router.post(
    "/cases/{number}/transitions",
    auth=allowed("cases:write"),
    tags=[cases_tag],
    operation_id="actOnCase",
    **Described(
        _("Act on a case"),
        _(
            "One transition through the same door as the pages. `version` is the one that was read: the act is refused "
            "as stale when somebody was faster. Holders are `unit:<id or key>` or `post:<id>`, photos are tokens. "
            "Scope: cases:write."
        ),
        scope="cases:write",
        gives=Moved,
        status=201,
        example=example("moved"),
        body=(Act, example("act")),
        keyed=True,
        fails=(*SIGNED_IN, *ENGINE, "csrf", "bad_json", "unsupported_media", "invalid"),
    ).options,
)
@guarded
def act_on_case(request: HttpRequest, number: str) -> HttpResponse:
    """Make a transition."""
    actor, key = actor_of(request), key_of(request)
    body = body_of(request, Act)
    done = act_on(stand(actor, number=tidy(number)), body, actor=actor, key=key, version=body.version)
    return done_response(moved(actor, done.standing), repeated=done.repeated)
