"""What anybody may do: report, follow a report by its code, read what is published and how the town is set up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router

from lianxin.cases.actions import open_case
from lianxin.cases.api.counting import PHOTOS, REPORTS, count, count_phone
from lianxin.cases.api.credentials import ReportCode, token_holder
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import FORM, body_of, guarded, kept, key_of, photo_sentence, query_of, token_of_photo
from lianxin.cases.api.shapes import (
    BoardFilters,
    BoardItem,
    BoardPage,
    Followed,
    KeptPhoto,
    Moved,
    Receipt,
    Report,
    ReporterAct,
)
from lianxin.cases.api.telling import board_row, followed
from lianxin.cases.api.writing import act_on, done_response, draft_of, moved, once_of, picked, respond
from lianxin.cases.links import link_code
from lianxin.cases.pickers import grid_by
from lianxin.cases.queries.board import BoardFilter, board, board_item, read_key
from lianxin.cases.queries.setup import categories, report_kind, workflow_by_id
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Done
from lianxin.cases.words import step_name
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken, tidy
from lianxin.people.actors import nobody

router = Router()
reports, shown = _("Reports"), _("Public board")
_PHOTO_FORM = {"photos": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 9}}


@router.post(
    "/reports",
    tags=[reports],
    operation_id="sendReport",
    **Described(
        _("Send a report"),
        _(
            "Opens a case. The answer is durable: text, history and photos are on the disk. No account is needed; one "
            "client may send 60 in an hour. Photos come along as multipart/form-data, or before as tokens. "
            "A place outside every grid is taken all the same."
        ),
        gives=Receipt,
        status=201,
        example=example("receipt"),
        body=(Report, example("report")),
        form=_PHOTO_FORM,
        keyed=True,
        fails=("bad_json", "bad_request", "unsupported_media", "too_large", "invalid", "slow_down"),
    ).options,
)
@guarded
def send_report(request: HttpRequest) -> HttpResponse:
    """Open a case for somebody without an account."""
    town, key = town_of(request), key_of(request)
    count(request, REPORTS)
    body = body_of(request, Report, form=True)
    draft = draft_of(body, request, town, kind=report_kind(town), channel="api")
    once = once_of("api.report", key, body.model_dump(mode="json"), list(draft.photos))
    count_phone(request, draft.contact.phone, once)
    done = open_case(draft, actor=nobody(town), now=timezone.now(), once=once)
    location = request.build_absolute_uri(f"/api/v1/reports/{done.case.number}")
    return done_response(_receipt(request, town, done), repeated=done.repeated, location=location)


def town_of(request: HttpRequest) -> Town:
    """The town of the request."""
    town: Town = request.town  # type: ignore[attr-defined]
    return town


def _receipt(request: HttpRequest, town: Town, done: Done) -> dict[str, Any]:
    case, code = done.case, link_code(done.reporter_id or 0)
    return {
        "number": case.number, "spoken": spoken(case.number), "code": code, "step": case.step,
        "link": request.build_absolute_uri(f"/r/{case.number}/{code}/"), "due_at": case.due_at,
        "step_name": step_name(workflow_by_id(town, case.workflow_id), case.step),
    }  # fmt: skip


@router.post(
    "/photos",
    tags=[reports],
    operation_id="sendPhoto",
    **Described(
        _("Send a photo"),
        _(
            "Takes one photo (JPEG, PNG, WebP, HEIC) as the field `photo` of multipart/form-data, turns it upright, "
            "shrinks it, and removes what the camera wrote into it. The token names it in a report or an act within 20 "
            "hours. The same photo gives the same digest: sending it again changes nothing."
        ),
        gives=KeptPhoto,
        status=201,
        example=example("photo"),
        form={"photo": {"type": "string", "format": "binary"}},
        fails=("bad_request", "unsupported_media", "too_large", "invalid", "slow_down"),
    ).options,
)
@guarded
def send_photo(request: HttpRequest) -> HttpResponse:
    """Keep one photo until a report names it."""
    if request.content_type != FORM:
        raise Problem("unsupported_media", types=FORM)
    if token_holder(request, "cases:write") is None:
        count(request, PHOTOS)
    town, file = town_of(request), request.FILES.get("photo")
    if file is None:
        raise Problem("invalid", {"photo": photo_sentence("missing")})
    photo = kept(file, town, name="photo")
    facts = {name: getattr(photo, name) for name in ("digest", "width", "height", "size")}
    return respond({**facts, "token": token_of_photo(photo, town)}, status=201)


@router.get(
    "/reports/{number}",
    auth=[ReportCode()],
    tags=[reports],
    operation_id="readReport",
    **Described(
        _("Follow a report"),
        _(
            "What its reporter may see: where it stands, who has it until when, what was answered, and what they may "
            "do now. A wrong number and a wrong code are answered alike."
        ),
        gives=Followed,
        example=example("followed"),
        fails=("code_missing", "slow_down"),
    ).options,
)
@guarded
def read_report(request: HttpRequest, number: str) -> HttpResponse:
    """Tell a reporter of their case."""
    actor = request.auth  # type: ignore[attr-defined]
    return respond(followed(actor, stand(actor, number=tidy(number)), now=timezone.now()))


@router.post(
    "/reports/{number}/transitions",
    auth=[ReportCode()],
    tags=[reports],
    operation_id="actOnReport",
    **Described(
        _("Act on a report"),
        _(
            "What the reporter may do with it: add words or photos, say whether it is solved and rate, say it is not, "
            "withdraw, appeal, remind. `acts` of the report lists what is possible now, with its fields."
        ),
        gives=Moved,
        status=201,
        example=example("moved"),
        body=(ReporterAct, example("reporter_act")),
        keyed=True,
        fails=(
            "code_missing", "bad_json", "unsupported_media", "invalid", "slow_down", "stale", "not_from_here",
            "not_yours", "missing", "not_asked", "too_often", "pressed", "bad_value", "bad_date", "no_such_duty",
            "paused",
        ),
    ).options,
)  # fmt: skip
@guarded
def act_on_report(request: HttpRequest, number: str) -> HttpResponse:
    """Make a transition as its reporter."""
    actor, key = request.auth, key_of(request)  # type: ignore[attr-defined]
    count(request, REPORTS)
    body = body_of(request, ReporterAct)
    done = act_on(stand(actor, number=tidy(number)), body, actor=actor, key=key, version=body.version)
    return done_response(moved(actor, done.standing), repeated=done.repeated)


@router.get(
    "/board",
    tags=[shown],
    operation_id="listBoard",
    **Described(
        _("List the public board"),
        _(
            "Cases a clerk has checked and published, the newest first: masked, without names. The words of a case "
            "that is not published are never searched."
        ),
        gives=BoardPage,
        query=BoardFilters,
        example=example("board"),
        fails=("invalid",),
    ).options,
)
@guarded
def list_board(request: HttpRequest) -> HttpResponse:
    """A page of the board."""
    town, asked = town_of(request), query_of(request, BoardFilters)
    faults: dict[str, str] = {}
    grid = picked("grid", asked.grid, grid_by(town, asked.grid), faults)
    category = picked("category", asked.category, _group(town, asked.category), faults)
    if asked.after and read_key(asked.after) is None:
        faults["after"] = gettext("This cannot be read.")
    if faults:
        raise Problem("invalid", faults)
    wanted = BoardFilter(grid, category, asked.state, asked.words)
    page = board(town, wanted, after=asked.after, most=asked.most)
    return respond({"rows": [board_row(row) for row in page["rows"]], "next": page["next"]})


def _group(town: Town, wanted: str) -> int | None:
    """A category or a group of them, by key or id."""
    return next((pk for pk, row in categories(town).items() if wanted and wanted in (row.key, str(pk))), None)


@router.get(
    "/board/{number}",
    tags=[shown],
    operation_id="readBoardItem",
    **Described(
        _("Read a published case"),
        _("One published case with the photos chosen for the public."),
        gives=BoardItem,
        example=example("board_item"),
    ).options,
)
@guarded
def read_board_item(request: HttpRequest, number: str) -> HttpResponse:
    """One published case."""
    found = board_item(town_of(request), number)
    if found is None:
        raise Problem("not_found")
    photos = [
        {"id": str(each["id"]), "moment": each["moment"], "href": f"/board/{found['number']}/photos/{each['id']}.jpg"}
        for each in found["shown"]
    ]
    return respond({**board_row(found), "photos": photos})
