"""What the staff's operations take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from lianxin.cases.api.shapes import Cell, Id, Line, Next, Phone, PhotoShape, Ref, Taken, Text, Word


class CaseFilter(Taken):
    """What to list. Filters narrow together."""

    scope: Literal["mine", "unit", "all"] = Field(
        "all", description=_("mine: duties of the post; unit: of its unit; all: whatever the post may see.")
    )
    step: Word = ""
    phase: Literal["", "collect", "triage", "dispatch", "handle", "feedback", "review"] = ""
    light: Literal["", "ok", "soon", "late", "paused"] = ""
    duty: Word = Field("", description=_("Only duties of this name: main, extension, cohandle, supervise, offer…"))
    kind: Word = ""
    category: Word = Field("", description=_("Key or id of a category or of a group."))
    grid: Word = Field("", description=_("Id or code of a grid; all below it counts."))
    channel: Word = ""
    urgency: Word = ""
    words: Annotated[Text, StringConstraints(max_length=100)] = Field(
        "", description=_("Words of title, text, address.")
    )
    number: Word = ""
    phone: Phone = Field("", description=_("The reporter's whole telephone number."))
    closed: bool = Field(
        False, description=_("true: every case, closed ones too, the newest first, one row for each. Else open duties.")
    )
    shared: bool = Field(False, description=_("Only what several people wait for: joined, or merged into."))
    after: Annotated[str, StringConstraints(max_length=60)] = Field("", description=_("`next` of the page before."))
    most: Annotated[int, Field(ge=1, le=200)] = 50
    town: Word = ""


class SitesFilter(Taken):
    """Which sites to list. Filters narrow together."""

    kind: Literal["", "compound", "enterprise", "venue"] = ""
    grid: Word = Field("", description=_("Id or code of a grid; all below it counts."))
    words: Annotated[Text, StringConstraints(max_length=40)] = Field("", description=_("Words of name, address, code."))
    ended: bool = Field(False, description=_("true: those that have ended, and no others."))
    after: Annotated[str, StringConstraints(max_length=60)] = Field("", description=_("`next` of the page before."))
    most: Annotated[int, Field(ge=1, le=200)] = 50
    town: Word = ""


class WhyFilter(Taken):
    """A case that might come in."""

    category: Word = ""
    grid: Word = ""
    address: Annotated[Line, StringConstraints(max_length=200)] = Field(
        "", description=_("Where, in words; heeded where no grid is named.")
    )
    at: AwareDatetime | None = Field(None, description=_("When; now, if left out."))
    town: Word = ""


class CaseRow(Schema):
    """A line of a list: a case, and where it is about an open duty, which."""

    id: str
    number: str
    title: str
    kind: str
    step: str
    step_name: str
    phase: str
    category: Ref | None
    grid: Ref | None
    unit: Ref | None
    post: Ref | None
    person: str
    urgency: str
    channel: str
    duty: str
    due_at: datetime | None
    light: str
    paused: bool
    provisional: bool
    joined: int
    recorded_at: datetime
    closed_at: datetime | None
    version: int


class CasePage(Schema):
    """A page of cases; `next` is handed back as `after`."""

    rows: list[CaseRow]
    next: str
    previous: str


class Person(Schema):
    """Somebody who raised or joined the case. Masked: the whole number is shown on the case's page, for a reason."""

    id: str
    name: str
    phone: str
    first: bool
    consents: bool
    rating: int | None
    at: datetime


class DutyShape(Schema):
    """What somebody owes in the case."""

    what: str
    title: str
    unit: str
    name: str
    due_at: datetime | None
    opened_at: datetime


class AskedShape(Schema):
    """A question that was asked beside a report, and its answer. `value`: as programs sent it; `answer`: in words."""

    key: str
    ask: str
    value: str
    answer: str


class CaseShape(Schema):
    """A case as the actor may see it, with what they may do now."""

    id: str
    number: str
    spoken: str
    version: int
    title: str
    text: str
    kind: str
    step: str
    step_name: str
    phase: str
    ended: bool
    outcome: str
    cells: list[Cell]
    urgency: str
    channel: str
    category: Ref | None
    grid: Ref | None
    unit: Ref | None
    post: Ref | None
    person: str
    lon: float | None
    lat: float | None
    address: str
    happened_at: datetime | None
    recorded_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    light: str
    paused: bool
    provisional: bool
    counts: dict[str, int]
    parent: str
    children: list[str]
    reporters: list[Person]
    duties: list[DutyShape]
    photos: list[PhotoShape]
    acts: list[Next]
    asked: list[AskedShape] = Field(description=_("What its category asked, in the words of then, and the answers."))


class EntryShape(Schema):
    """One change of the case."""

    id: str
    seq: int
    at: datetime
    act: str
    name: str
    source: str
    step: str
    late: bool
    by: Ref | None
    texts: dict[str, str]
    given: dict[str, Any]
    digest: str


class Entries(Schema):
    """The history of a case, the oldest first."""

    rows: list[EntryShape]


class Registered(Schema):
    """A case just taken down."""

    id: Id
    number: str
    spoken: str
    version: int
    step: str
    step_name: str
    due_at: datetime | None
    unit: str


class RouteShape(Schema):
    """A rule of dispatch; what is null holds for any."""

    id: str
    category: Ref | None
    grid: Ref | None
    hours: str
    unit: Ref | None
    level: str


class Routes(Schema):
    """All rules of dispatch."""

    rows: list[RouteShape]


class ReasonShape(Schema):
    """A rule that was looked at: taken, or why not."""

    route: str
    verdict: Literal["taken", "category", "grid", "hours", "nobody", "weaker"]
    words: str


class PlaceShape(Schema):
    """A place the words of an address may mean."""

    name: str
    kind: Literal["landmark", "compound", "road", "village", "alias"]
    grid: Ref


class Why(Schema):
    """Where a case would go, and why, rule by rule."""

    grid: Ref | None
    unsure: bool = Field(
        description=_("true: the words may mean several `places`, so the case would wait in triage without a grid.")
    )
    places: list[PlaceShape]
    unit: Ref
    post: str | None
    route: str | None
    fallback: bool
    reasons: list[ReasonShape]


class UnitShape(Schema):
    """A unit of the town."""

    id: str
    key: str
    name: str
    line: str
    grid: str | None


class Units(Schema):
    """All units."""

    rows: list[UnitShape]


class SiteShape(Schema):
    """A site. Its grid is null where that has ended; a point that is not known is null too. WGS-84."""

    id: str
    code: str
    kind: Literal["compound", "enterprise", "venue"]
    name: str
    address: str
    grid: Ref | None
    lon: float | None
    lat: float | None
    valid_from: date
    valid_to: date | None


class SitePage(Schema):
    """A page of sites; `next` is handed back as `after`."""

    rows: list[SiteShape]
    next: str


class Me(Schema):
    """Who acts."""

    town: Ref
    name: str
    role: Ref
    unit: Ref
    post: str
    sees: str
    may: list[str]
    scopes: list[str] | None
