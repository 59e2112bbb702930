"""Publishing by program: what waits for a decision, what is offered, the decision, and covers on photos."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.covering import cover_case_photo, uncover_case_photo
from lianxin.cases.actions.publish import Public, Unpublishable, publish, withhold
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Id, Line, Ref, Taken, Text, Word
from lianxin.cases.api.telling import grid_ref
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.models import Case, Photo, Publication
from lianxin.cases.queries.publishing import proposal, queue
from lianxin.cases.queries.standing import stand
from lianxin.cases.views.desk.publishing import FIELDS, LONGEST, public_of, why_not
from lianxin.forms.covering import MOST_AREAS, WHOLE, Area, cover_of, read_area
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import tidy
from lianxin.people.actors import Actor

example = examples_in(Path(__file__).with_name("desk.yaml"))
staff = StaffRouter(_("Staff: what the public sees"), "cases")
Share = Annotated[int, Field(ge=0, le=WHOLE)]


class QueueFilter(Taken):
    """Which page."""

    after: Word = Field("", description=_("`next` of the page before."))
    town: Word = ""


class WaitingShape(Schema):
    """A case about which nobody has decided yet."""

    number: str
    title: str
    grid: str
    recorded_at: datetime
    closed_at: datetime | None


class WaitingPage(Schema):
    """Cases that wait for a decision, the newest first; `next` is handed back as `after`."""

    rows: list[WaitingShape]
    next: str


class PublicPhoto(Schema):
    """A photo of the case. `covered`: the public would see a copy with parts made unreadable."""

    id: str
    moment: str
    covered: bool


class PublicWords(Schema):
    """What the public reads, with the ids of the photos it sees."""

    title: str
    text: str
    answer: str
    place: str
    photos: list[str]


class Decided(Schema):
    """What was decided about a case; `public` is null where nothing stands on the board."""

    number: str
    state: Literal["", "published", "withheld"]
    public: PublicWords | None


class PublicationShape(Decided):
    """And what is offered: the case's words masked by rule, no photos. A person reads them first."""

    grid: Ref | None
    offered: PublicWords
    photos: list[PublicPhoto]


class Decision(Taken):
    """To publish what is written here, or to keep the case back for a reason."""

    do: Literal["publish", "withhold"]
    title: Annotated[Line, StringConstraints(max_length=LONGEST["title"])] = ""
    text: Annotated[Text, StringConstraints(max_length=4000)] = ""
    answer: Annotated[Text, StringConstraints(max_length=4000)] = ""
    place: Annotated[Line, StringConstraints(max_length=LONGEST["place"])] = ""
    photos: Annotated[list[Id], Field(max_length=50)] = []
    sure: bool = Field(False, description=_("true: a number or an address left in a text is no person's."))
    reason: Annotated[Line, StringConstraints(max_length=500)] = Field("", description=_("Why it is kept back."))


class Covering(Taken):
    """Rectangles to make unreadable: left, top, width, height in thousandths of the photo."""

    areas: Annotated[list[tuple[Share, Share, Share, Share]], Field(min_length=1, max_length=MOST_AREAS)]


class CoverShape(Schema):
    """How a photo stands: the areas that are covered in the public's copy; none where there is no copy."""

    photo: str
    areas: list[tuple[int, int, int, int]]


@staff.read(
    "/publications",
    "listWaiting",
    Described(
        _("List what waits to be made public"),
        _("Answered, consented to, and not yet decided about. Scope: cases:read."),
        gives=WaitingPage,
        query=QueueFilter,
        example=example("publications"),
    ),
    may="publish",
)
def list_waiting(request: HttpRequest) -> HttpResponse:
    """A page of the queue."""
    page = queue(actor_of(request), after=query_of(request, QueueFilter).after)
    names = ("number", "title", "grid", "recorded_at", "closed_at")
    return respond({"rows": [{name: row[name] for name in names} for row in page["rows"]], "next": page["next"]})


@staff.read(
    "/cases/{number}/publication",
    "readPublication",
    Described(
        _("Read what of a case is public"),
        _(
            "And what is offered: its words masked by rule, to be read by a person before they go out. "
            "Scope: cases:read."
        ),
        gives=PublicationShape,
        example=example("publication"),
    ),
    may="publish",
)
def read_publication(request: HttpRequest, number: str) -> HttpResponse:
    """What stands and what is offered."""
    actor = actor_of(request)
    return respond(_told(actor, stand(actor, number=tidy(number)).case))


@staff.write(
    "POST",
    "/cases/{number}/publication",
    "decidePublication",
    Described(
        _("Publish a case, or keep it back"),
        _(
            "Whoever sends this has read it: no name, number or address of a person goes out. Only with the consent of "
            "who raised it (政府信息公开条例 §15). Again, to change what stands there. Scope: cases:write."
        ),
        gives=Decided,
        status=201,
        example=example("decided"),
        body=(Decision, example("decision")),
        fails=("refused",),
    ),
    may="publish",
)
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Decide."""
    actor, body = actor_of(request), body_of(request, Decision)
    case, now = stand(actor, number=tidy(number)).case, timezone.now()

    def make() -> int:
        try:
            if body.do == "withhold":
                return withhold(case, body.reason, actor=actor, now=now).pk
            return publish(case, _public(body), actor=actor, now=now).pk
        except Unpublishable as refused:
            raise _refused(refused.code, body) from refused

    made = make_once(request, f"publication:{case.pk}", body.model_dump(mode="json"), make, now=now)
    return done_response(_decided(case), repeated=made.repeated)


def _public(body: Decision) -> Public:
    words = {name: getattr(body, name) for name in FIELDS}
    public, faults = public_of(words, tuple(int(pk) for pk in body.photos), sure=body.sure)
    if faults:
        raise Problem("invalid", faults)
    return public


def _refused(code: str, body: Decision) -> Problem:
    if code == "not_yours":
        return Problem("may_not")
    if code in {"empty", "not_its_photo"}:
        field = "photos" if code == "not_its_photo" else "reason" if body.do == "withhold" else "text"
        return Problem("invalid", {field: why_not(code)})
    return Problem("refused", sentence=why_not(code))


@staff.write(
    "POST",
    "/cases/{number}/photos/{photo}/cover",
    "coverPhoto",
    Described(
        _("Cover parts of a photo"),
        _("Faces, plates: from then on the public sees a copy with these made unreadable. Scope: cases:write."),
        gives=CoverShape,
        status=201,
        example=example("cover"),
        body=(Covering, example("covering")),
    ),
    may="publish",
)
def cover(request: HttpRequest, number: str, photo: str) -> HttpResponse:
    """Cover a photo."""
    actor, body, now = actor_of(request), body_of(request, Covering), timezone.now()
    case, row = _photo(actor, number, photo)
    areas = [_area(at, area) for at, area in enumerate(body.areas)]

    def make() -> int:
        try:
            cover_case_photo(case, row, areas, actor=actor, now=now)
        except FileNotFoundError as gone:
            raise Problem("not_found") from gone
        return row.pk

    made = make_once(request, f"cover:{row.pk}", body.model_dump(), make, now=now)
    return done_response(_cover(actor, row), repeated=made.repeated)


@staff.write(
    "DELETE",
    "/cases/{number}/photos/{photo}/cover",
    "uncoverPhoto",
    Described(
        _("Take a cover away"),
        _("The public would see the photo itself again. Scope: cases:write."),
        gives=CoverShape,
        example=example("uncovered"),
    ),
    may="publish",
)
def uncover(request: HttpRequest, number: str, photo: str) -> HttpResponse:
    """Take the cover away."""
    actor = actor_of(request)
    case, row = _photo(actor, number, photo)
    uncover_case_photo(case, row, actor=actor, now=timezone.now())
    return respond(_cover(actor, row))


def _area(at: int, area: tuple[int, ...]) -> Area:
    found = read_area(",".join(map(str, area)))
    if found is None:
        raise Problem("invalid", {f"areas.{at}": gettext("This rectangle covers nothing.")})
    return found


def _photo(actor: Actor, number: str, photo: str) -> tuple[Case, Photo]:
    """A case in view, and a photo of it."""
    case = stand(actor, number=tidy(number)).case
    pk = read_number(photo) or 0
    rows = Photo.objects.for_system("api: cover a photo of a case just seen", case.town_id).select_related("file")
    row = rows.filter(pk=pk, case_id=case.pk).first()
    if row is None:
        raise Problem("not_found")
    return case, row


def _cover(actor: Actor, row: Photo) -> dict[str, Any]:
    held = cover_of(actor.town, row.file.digest)
    return {"photo": str(row.pk), "areas": held.areas if held else []}


def _told(actor: Actor, case: Case) -> dict[str, Any]:
    offered = proposal(actor, case)
    rows = Photo.objects.for_system("api: of a case just seen", case.town_id).filter(case_id=case.pk)
    photos = [
        {"id": str(row.pk), "moment": row.moment, "covered": cover_of(actor.town, row.file.digest) is not None}
        for row in rows.select_related("file").order_by("id")
    ]
    return {
        **_decided(case), "grid": grid_ref(actor.town, case.grid_id), "photos": photos,
        "offered": {**{name: offered[name] for name in FIELDS}, "photos": []},
    }  # fmt: skip


def _decided(case: Case) -> dict[str, Any]:
    held = Publication.objects.for_system("api: of a case just seen", case.town_id).filter(case_id=case.pk).first()
    words: dict[str, Any] | None = None
    if held is not None and held.state == Publication.State.PUBLISHED:
        words = {**{name: getattr(held, name) for name in FIELDS}, "photos": [str(pk) for pk in held.photos]}
    return {"number": case.number, "state": held.state if held else "", "public": words}
