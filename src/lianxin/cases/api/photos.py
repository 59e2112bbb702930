"""Photos of cases, for programs: to whom may see the case, and of it those that are theirs to see."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from lianxin.cases.api.credentials import ReportCode, allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.public import reports
from lianxin.cases.api.reading import guarded
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.staff import cases_tag
from lianxin.cases.files import photo_response
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import stand
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import tidy

router = Router()
_SIZE = {
    "in": "query", "name": "size", "required": False, "description": _("small: a preview, 360 pixels at most."),
    "schema": {"type": "string", "enum": ["small"]},
}  # fmt: skip


@router.get(
    "/reports/{number}/photos/{photo}",
    auth=[ReportCode()],
    tags=[reports],
    operation_id="readReportPhoto",
    **Described(
        _("Fetch a photo of a report"),
        _(
            "The reporter's own photos and those that came with an answer, as `photos` of the report lists them. "
            "Nobody else's."
        ),
        media="image/jpeg",
        more=(_SIZE,),
        fails=("code_missing", "slow_down"),
    ).options,
)
@guarded
def read_report_photo(request: HttpRequest, number: str, photo: str) -> HttpResponse:
    """A photo for the reporter of a case."""
    actor = request.auth  # type: ignore[attr-defined]
    standing = stand(actor, number=tidy(number))
    page = case_page(actor, standing, timezone.now())
    if photo not in {str(each["id"]) for _moment, photos in page["photos"] for each in photos}:
        raise Problem("not_found")
    return photo_response(request, standing.case, int(photo))


@router.get(
    "/cases/{number}/photos/{photo}",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="readCasePhoto",
    **Described(
        _("Fetch a photo of a case"),
        _("A photo as `photos` of the case lists it, for whoever may see the case. Scope: cases:read."),
        scope="cases:read",
        media="image/jpeg",
        more=(_SIZE,),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def read_case_photo(request: HttpRequest, number: str, photo: str) -> HttpResponse:
    """A photo for the staff."""
    standing = stand(actor_of(request), number=tidy(number))
    if (pk := read_number(photo)) is None:
        raise Problem("not_found")
    return photo_response(request, standing.case, pk)
