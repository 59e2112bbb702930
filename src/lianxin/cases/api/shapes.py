"""What the door takes and gives, field by field. Ids are strings, times ISO 8601 with their zone, places WGS-84."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

from lianxin.cases.forms import clean_text
from lianxin.people.masking import tidy_phone

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
Datum = Literal["wgs84", "gcj02", "bd09"]


def _past(at: datetime) -> datetime:
    if not _EARLIEST <= at <= timezone.now() + timedelta(days=1):
        raise ValueError(gettext("This time cannot be meant."))
    return at


def _dialled(text: str) -> str:
    phone = tidy_phone(text)
    if text and not phone:
        raise ValueError(gettext("This is not a telephone number."))
    return phone


def _clean(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


def _one_line(value: str) -> str:
    return " ".join(value.split())


Text = Annotated[str, BeforeValidator(_clean)]
Line = Annotated[str, BeforeValidator(_clean), AfterValidator(_one_line)]
Word = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=60)]
Id = Annotated[str, StringConstraints(pattern=r"^\d{1,19}$")]
Phone = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=30), AfterValidator(_dialled)]
Past = Annotated[AwareDatetime, AfterValidator(_past)]


class Taken(Schema):
    """What is sent: a field nobody knows is a fault, not a silence."""

    model_config = ConfigDict(extra="forbid")


class Contact(Taken):
    """Who asks, as far as they say."""

    name: Annotated[Line, StringConstraints(max_length=30)] = ""
    phone: Phone = ""


class Report(Taken):
    """A request to the town."""

    text: Annotated[Text, StringConstraints(min_length=2, max_length=4000)] = Field(
        description=_("What it is about, in the resident's own words.")
    )
    title: Annotated[Line, StringConstraints(max_length=60)] = Field(
        "", description=_("Made from the text when empty.")
    )
    category: Word = Field("", description=_("Key or id of a category; see /categories. May be left out."))
    lon: float | None = Field(None, allow_inf_nan=False)
    lat: float | None = Field(None, allow_inf_nan=False)
    datum: Datum = Field("wgs84", description=_("Datum of lon and lat: GPS gives wgs84, Chinese maps gcj02 or bd09."))
    grid: Word = Field("", description=_("Id or code of a grid, where it is known; else found from the place."))
    address: Annotated[Line, StringConstraints(max_length=200)] = ""
    happened_at: Past | None = Field(None, description=_("When it happened, where that is not now."))
    contact: Contact = Field(Contact(), description=_("Who asks: name and phone, both as far as they like."))
    public_consent: bool = Field(False, description=_("May be published once a clerk has masked and checked it."))
    photos: Annotated[list[Annotated[str, StringConstraints(max_length=800)]], Field(max_length=9)] = Field(
        default_factory=list, description=_("Tokens of photos sent to /photos before.")
    )
    answers: Annotated[dict[Word, Text | bool | int | float], Field(max_length=40)] = Field(
        default_factory=dict, description=_("Answers to the questions of the category, by key; see /categories.")
    )


class Registration(Report):
    """A request somebody of the staff takes down for a resident."""

    kind: Word = Field("", description=_("Key of a kind; the residents' own kind when empty."))
    channel: Literal["phone", "visit", "12345", "field", "wechat", "letter", "api"] = "phone"
    urgency: Literal["", "normal", "urgent", "emergency"] = ""


class Act(Taken):
    """One transition of a case. `given` holds the fields the act needs and may take; see `acts` of the case."""

    act: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")] = Field(
        description=_("One of the acts the case lists as possible now.")
    )
    version: Annotated[int, Field(ge=0, le=2_147_483_647)] = Field(
        description=_("The version of the case that was read: refused as stale when it has moved on.")
    )
    given: dict[str, Any] = Field(
        default_factory=dict, description=_("The fields the act needs and may take, by name.")
    )


class ReporterAct(Taken):
    """One transition by the reporter; without a version the case is taken as it stands."""

    act: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")] = Field(
        description=_("One of the acts the case lists as possible now.")
    )
    given: dict[str, Any] = Field(
        default_factory=dict, description=_("The fields the act needs and may take, by name.")
    )
    version: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = Field(
        None, description=_("The version that was read, if the act is to be refused when the case has moved on.")
    )


class Ref(Schema):
    """Something of the town's settings: by id, by key where it has one, by name."""

    id: str
    key: str = ""
    name: str


class Receipt(Schema):
    """What a reporter keeps."""

    number: str
    spoken: str
    code: str = Field(description=_("The secret of this report: whoever has it may follow it. We do not keep it."))
    link: str
    step: str
    step_name: str
    due_at: datetime | None


class KeptPhoto(Schema):
    """A photo that lies on the disk and waits for a report, for 20 hours."""

    digest: str
    token: str
    width: int
    height: int
    size: int


class Cell(Schema):
    """One of the six official steps."""

    phase: str
    name: str
    state: Literal["done", "now", "todo", "back", "paused"]


class FieldShape(Schema):
    """A field of an act."""

    name: str
    label: str
    type: str
    required: bool
    options: list[dict[str, str]]


class Next(Schema):
    """An act that is possible now."""

    act: str
    name: str
    fields: list[FieldShape]


class Told(Schema):
    """A line of a report's history, as its reporter may read it."""

    at: datetime
    act: str
    name: str
    unit: str
    text: str


class PhotoShape(Schema):
    """A photo of a case; `href` wants the same credentials."""

    id: str
    moment: str
    at: datetime
    href: str


class Followed(Schema):
    """A report as its reporter may see it."""

    number: str
    spoken: str
    title: str
    text: str
    kind: str
    step: str
    step_name: str
    phase: str
    ended: bool
    outcome: str
    cells: list[Cell]
    category: str
    place: str
    unit: str
    recorded_at: datetime
    due_at: datetime | None
    light: str
    provisional: bool
    merged_into: str
    version: int
    timeline: list[Told]
    photos: list[PhotoShape]
    acts: list[Next]


class Moved(Schema):
    """What an act brought about."""

    number: str
    version: int
    step: str
    step_name: str
    due_at: datetime | None
    unit: str
    ended: bool


class BoardFilters(Taken):
    """What to show of the board. Filters narrow together."""

    grid: Word = Field("", description=_("Id or code of a grid; all below it counts."))
    category: Word = Field("", description=_("Key or id of a category or of a group."))
    state: Literal["", "open", "closed"] = ""
    words: Annotated[Line, StringConstraints(max_length=60)] = Field("", description=_("Words of what is published."))
    after: Annotated[str, StringConstraints(max_length=60)] = Field("", description=_("`next` of the page before."))
    most: Annotated[int, Field(ge=1, le=100)] = 20
    town: Word = ""


class BoardRow(Schema):
    """A published case."""

    number: str
    title: str
    text: str
    answer: str
    category: str
    place: str
    closed: bool
    recorded_at: datetime
    closed_at: datetime | None
    published_at: datetime


class BoardPage(Schema):
    """A page of the board; `next` is handed back as `after`."""

    rows: list[BoardRow]
    next: str


class BoardPhoto(Schema):
    """A photo chosen for the public."""

    id: str
    moment: str
    href: str


class BoardItem(BoardRow):
    """A published case with its photos."""

    photos: list[BoardPhoto]


class Option(Schema):
    """One answer that may be chosen. `advice`: what to tell whoever chooses it, before the report is sent."""

    value: str
    name: str
    advice: str = ""


class QuestionShape(Schema):
    """A question of a category. `when`: asked only where each of these earlier answers is among those named."""

    key: str
    ask: str
    hint: str
    type: Literal["text", "number", "choice", "yes_no", "date"]
    required: bool
    options: list[Option]
    when: dict[str, list[str]]
    least: int | None
    most: int | None


class Leaf(Schema):
    """A category that takes cases."""

    id: str
    key: str
    name: str
    urgency: str
    limits: dict[str, str]
    questions: list[QuestionShape]


class Group(Schema):
    """A group of categories."""

    id: str
    key: str
    name: str
    children: list[Leaf]


class Groups(Schema):
    """All categories."""

    rows: list[Group]


class GridShape(Schema):
    """A piece of the town."""

    id: str
    code: str
    name: str
    level: str
    parent: str | None
    lon: float | None
    lat: float | None
    children: list[str]


class Grids(Schema):
    """The tree of grids, parents before children; boundaries are at /grids.geojson."""

    rows: list[GridShape]


class StepShape(Schema):
    """A step of a workflow."""

    key: str
    name: str
    phase: str
    who: str
    within: str
    end: bool
    outcome: str


class ActShape(Schema):
    """A transition of a workflow."""

    act: str
    name: str
    sources: list[str]
    to: str | None
    by: list[str]
    needs: list[str]
    takes: list[str]


class KindShape(Schema):
    """A kind of case by its latest workflow."""

    key: str
    name: str
    version: int
    confidential: bool
    start: str
    steps: list[StepShape]
    acts: list[ActShape]


class Kinds(Schema):
    """All kinds."""

    rows: list[KindShape]
