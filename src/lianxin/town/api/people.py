"""People by program: who holds which post; a post given, ended, left to somebody else for some days.

A program opens an account without a password: first passwords are handed out by a person, to a person.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.handing import Leaving, NotHanded, leave_post
from lianxin.cases.actions.leaving import LeaveAsked, end_leave, may_set_leave, set_leave
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter, make_once
from lianxin.cases.api.pasts import SEEN
from lianxin.cases.api.problems import Problem, stale_problem
from lianxin.cases.api.reading import body_of, query_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Line, Ref, Taken, Word
from lianxin.cases.api.telling import grid_ref, unit_ref
from lianxin.cases.api.writing import done_response, picked, respond
from lianxin.cases.pickers import grid_by, holder_by, unit_by
from lianxin.cases.values import Holder
from lianxin.cases.words import said
from lianxin.keys.ids import read_number
from lianxin.ledger.rows import StaleRow, past_of
from lianxin.people.actions import open_account
from lianxin.people.actors import Actor
from lianxin.people.directory import Wanted, directory, post_of, told
from lianxin.people.models import Leave, Post
from lianxin.people.persons import LONGEST, NotChanged, change_person, stamp_of_person
from lianxin.people.queries import roles, today
from lianxin.people.standing_in import leaves_of
from lianxin.town.api.rows import stale_row_problem
from lianxin.town.homes.details import not_changed, read_details
from lianxin.town.homes.hiring import Hiring, hire, read_hiring
from lianxin.town.homes.leaves import not_entered
from lianxin.town.homes.people import not_handed

example = examples_in(Path(__file__).with_name("people.yaml"))
staff = StaffRouter(_("Staff: people and posts"), "setup")
Basis = Literal["full", "part", "volunteer"]


class PostsFilter(Taken):
    """Whose posts. Filters narrow together."""

    words: Annotated[Line, StringConstraints(max_length=40)] = Field(
        "", description=_("Parts of a name, a unit, a grid, a role or a title.")
    )
    unit: Word = Field("", description=_("Key or id of a unit."))
    grid: Word = Field("", description=_("Id or code of a grid; all below it counts."))
    role: Word = Field("", description=_("Key of a role."))
    state: Literal["", "joined", "left"] = Field("", description=_("joined, left: lately. Else who is in post."))
    after: Word = Field("", description=_("`next` of the page before."))
    town: Word = ""


class NewPost(Taken):
    """A post, for somebody new or for somebody who is there: then `person` names a post they have or had."""

    person: Word = Field("", description=_("The id of a post of somebody who is there already."))
    name: Annotated[Line, StringConstraints(max_length=60)] = ""
    username: Word = Field("", description=_("The sign-in name of somebody new."))
    phone: Word = ""
    unit: Word = Field("", description=_("Key or id of a unit."))
    role: Word = Field("", description=_("Key of a role."))
    grid: Word = Field("", description=_("Id or code of a grid; all below it counts."))
    title: Annotated[Line, StringConstraints(max_length=60)] = ""
    basis: Basis = "full"


class PostChange(Taken):
    """What is said otherwise of the post and of who holds it; what is not named stays."""

    name: Annotated[Line, StringConstraints(max_length=LONGEST["name"])] = ""
    phone: Word = Field("", description=_("Empty: none is kept."))
    title: Annotated[Line, StringConstraints(max_length=LONGEST["title"])] = ""
    basis: Basis = "full"
    languages: Annotated[Line, StringConstraints(max_length=LONGEST["languages"])] = ""
    seen: Annotated[Word, StringConstraints(min_length=1)] = Field(description=SEEN)
    why: Annotated[Line, StringConstraints(max_length=LONGEST["why"])] = Field(
        "", description=_("Stands in the history.")
    )


class PostEnd(Taken):
    """From which day on the post is empty, and who takes on what is open."""

    off: date = Field(description=_("The first day off: today or earlier."))
    to: Word = Field(description=_("unit:<id or key> or post:<id>"))
    reason: Annotated[Line, StringConstraints(min_length=1, max_length=1000)]


class NewLeave(Taken):
    """Some days away; both are within it."""

    first: date
    last: date
    stand_in: Word = Field(description=_("A post of the same town, or the post's own unit as a whole."))
    note: Annotated[Line, StringConstraints(max_length=200)] = ""
    hand: bool = Field(True, description=_("Whether what is open on the first day goes to them as well."))


class PostShape(Schema):
    """Somebody in a post; `account` is the same in all posts of one person. The telephone: while they hold it.

    `basis`: on what footing they work on the grid; null for a post of none.
    """

    id: str
    account: str
    name: str
    phone: str
    title: str
    unit: Ref | None
    role: Ref | None
    grid: Ref | None
    basis: Basis | None
    languages: str
    starts: date | None
    ends: date | None


class LeaveShape(Schema):
    """Days away. Without a person the unit as a whole stands in; `hand`: what is open on the first day goes along."""

    id: str
    first: date
    last: date
    stand_in: Ref | None
    hand: bool


class PostFull(PostShape):
    """A post with the leaves that are on or to come; `seen` goes with what changes it."""

    seen: str
    leaves: list[LeaveShape]


class PostPage(Schema):
    """A page of posts; `next` is handed back as `after`."""

    rows: list[PostShape]
    next: str


@staff.read(
    "/posts",
    "listPosts",
    Described(
        _("List who holds which post"),
        _("The staff directory: who is in post, or joined or left lately. Scope: setup:read."),
        gives=PostPage,
        query=PostsFilter,
        example=example("posts"),
    ),
)
def list_posts(request: HttpRequest) -> HttpResponse:
    """A page of the directory."""
    actor, asked = actor_of(request), query_of(request, PostsFilter)
    faults: dict[str, str] = {}
    unit = picked("unit", asked.unit, unit_by(actor.town, asked.unit), faults)
    grid = picked("grid", asked.grid, grid_by(actor.town, asked.grid), faults)
    if faults:
        raise Problem("invalid", faults)
    wanted = Wanted(words=asked.words, unit=unit, grid=grid, role=asked.role, state=asked.state)
    page = directory(actor, wanted, now=timezone.now(), after=asked.after)
    return respond({"rows": [_row(actor, row) for row in page["rows"]], "next": page["next"]})


@staff.read(
    "/posts/{post}",
    "readPost",
    Described(
        _("Read a post"),
        _("Who holds it, and when they are away. Scope: setup:read."),
        gives=PostFull,
        example=example("post"),
    ),
)
def read_post(request: HttpRequest, post: str) -> HttpResponse:
    """One post."""
    actor = actor_of(request)
    return respond(_full(actor, _post(actor, post)))


@staff.write(
    "POST",
    "/posts",
    "givePost",
    Described(
        _("Give somebody a post"),
        _(
            "Somebody new gets an account that nobody can sign in to until a person hands out a first password. What "
            "may be seen and done follows from the role. Scope: setup:write."
        ),
        gives=PostFull,
        status=201,
        example=example("post"),
        body=(NewPost, example("post_new")),
    ),
    may="manage_people",
)
def give(request: HttpRequest) -> HttpResponse:
    """Give a post."""
    actor, body, now = actor_of(request), body_of(request, NewPost), timezone.now()

    def make() -> int:
        hiring = _hiring(actor, body)
        post, _plain = (None, "") if hiring.faults else hire(hiring, open_account, actor=actor, now=now)
        if post is None:
            raise _refused(hiring.faults)
        return post.pk

    made = make_once(request, "post", body.model_dump(mode="json"), make, now=now)
    return done_response(_full(actor, _post(actor, str(made.pk))), repeated=made.repeated)


@staff.write(
    "PATCH",
    "/posts/{post}",
    "changePost",
    Described(
        _("Change a post"),
        _(
            "Name and telephone of its holder, what it is called, on what footing: by who manages people, of "
            "another's post; one's own telephone by everybody. What was and what became stands in the history, from "
            "where it can be put back (records posts, people). Scope: setup:write."
        ),
        gives=PostFull,
        example=example("post"),
        body=(PostChange, example("post_change")),
        fails=("stale", "refused"),
    ),
)
def change_post(request: HttpRequest, post: str) -> HttpResponse:
    """Change what is said of a post and its holder."""
    actor, body = actor_of(request), body_of(request, PostChange)
    held = _post(actor, post)
    named = {name: getattr(body, name) for name in body.model_fields_set - {"seen", "why"}}
    said, faults = read_details(actor.town, named)
    if faults:
        raise Problem("invalid", faults)
    try:
        change_person(held, said, actor=actor, now=timezone.now(), seen=body.seen, why=body.why)
    except NotChanged as refused:
        raise Problem("may_not") if refused.code == "not_yours" else _refused(not_changed(refused)) from refused
    except StaleRow as stale:
        raise _stale(actor, held) from stale
    return respond(_full(actor, _post(actor, post)))


def _stale(actor: Actor, post: Post) -> Problem:
    """Who was quicker, with the post or with its holder."""
    last = max(
        (past[-1] for kind, pk in (("post", post.pk), ("account", post.account_id))
         if (past := past_of(actor.town, kind, pk))), key=lambda entry: entry.at, default=None,
    )  # fmt: skip
    return stale_row_problem(actor.town, last.subject_kind, last.subject_id) if last else stale_problem("", None)


@staff.write(
    "POST",
    "/posts/{post}/end",
    "endPost",
    Described(
        _("End a post"),
        _("Somebody has left: what is open with them goes to who is named, with an entry each. Scope: setup:write."),
        gives=PostFull,
        status=201,
        example=example("post_ended"),
        body=(PostEnd, example("post_end")),
        fails=("refused",),
    ),
    may="manage_people",
)
def end_post(request: HttpRequest, post: str) -> HttpResponse:
    """End a post."""
    actor, body, now = actor_of(request), body_of(request, PostEnd), timezone.now()
    held = _post(actor, post)
    leaving = Leaving(body.off, _holder(actor, "to", body.to), body.reason)

    def make() -> int:
        try:
            leave_post(held, leaving, actor=actor, now=now)
        except NotHanded as refused:
            raise _refused(not_handed(refused)) from refused
        return held.pk

    made = make_once(request, f"post-end:{held.pk}", body.model_dump(mode="json"), make, now=now)
    return done_response(_full(actor, _post(actor, post)), repeated=made.repeated)


@staff.write(
    "POST",
    "/posts/{post}/leaves",
    "enterLeave",
    Described(
        _("Enter a leave"),
        _("By who manages people, or for one's own post; somebody stands in. Scope: setup:write."),
        gives=PostFull,
        status=201,
        example=example("post"),
        body=(NewLeave, example("leave_new")),
        fails=("refused",),
    ),
)
def enter_leave(request: HttpRequest, post: str) -> HttpResponse:
    """Enter a leave."""
    actor, body, now = actor_of(request), body_of(request, NewLeave), timezone.now()
    held = _own(actor, post)
    asked = LeaveAsked(body.first, body.last, _holder(actor, "stand_in", body.stand_in), body.note, body.hand)

    def make() -> int:
        try:
            return set_leave(held, asked, actor=actor, now=now).pk
        except NotHanded as refused:
            raise _refused(not_entered(refused.code)) from refused

    made = make_once(request, f"leave:{held.pk}", body.model_dump(mode="json"), make, now=now)
    return done_response(_full(actor, held), repeated=made.repeated)


@staff.write(
    "DELETE",
    "/posts/{post}/leaves/{leave}",
    "endLeave",
    Described(
        _("End a leave"),
        _("From today the work comes to the post itself again. Scope: setup:write."),
        gives=PostFull,
        example=example("post_back"),
        fails=("refused",),
    ),
)
def end_of_leave(request: HttpRequest, post: str, leave: str) -> HttpResponse:
    """End a leave."""
    actor = actor_of(request)
    held = _own(actor, post)
    row = Leave.objects.for_system("api: a leave", actor.town).filter(pk=read_number(leave) or 0, post=held).first()
    if row is None:
        raise Problem("not_found")
    try:
        end_leave(row, actor=actor, now=timezone.now())
    except NotHanded as refused:
        raise _refused(not_entered(refused.code)) from refused
    return respond(_full(actor, held))


def _hiring(actor: Actor, body: NewPost) -> Hiring:
    """What the page's form would have said, read as that is."""
    hiring = Hiring()
    if body.person:
        known = post_of(actor, read_number(body.person) or 0)
        picked("person", body.person, known.pk if known else None, hiring.faults)
        hiring.person = known.account if known else None
    unit = picked("unit", body.unit, unit_by(actor.town, body.unit), hiring.faults)
    picked("grid", body.grid, grid_by(actor.town, body.grid), hiring.faults)
    if not hiring.faults:
        read_hiring(actor, body.model_dump() | {"unit": str(unit or "")}, hiring)
    return hiring


def _refused(faults: dict[str, str]) -> Problem:
    """Faults of fields as they are; what is about none stands in the sentence."""
    if "" in faults:
        return Problem("refused", sentence=faults[""])
    return Problem("invalid", faults)


def _holder(actor: Actor, name: str, wanted: str) -> Holder:
    found = holder_by(actor.town, wanted)
    if found is None:
        raise Problem("invalid", {name: gettext("There is none such in this town.")})
    return found


def _post(actor: Actor, pk: str) -> Post:
    found = post_of(actor, read_number(pk) or 0)
    if found is None:
        raise Problem("not_found")
    return found


def _own(actor: Actor, pk: str) -> Post:
    """A post whose leaves the actor may keep."""
    found = _post(actor, pk)
    if not may_set_leave(actor, found):
        raise Problem("may_not")
    return found


def _full(actor: Actor, post: Post) -> dict[str, Any]:
    leaves = [
        {"id": str(row.pk), "first": row.first, "last": row.last, "stand_in": _stand_in(row), "hand": row.hand}
        for row in leaves_of(post, now=timezone.now())
    ]
    return {**_row(actor, told(actor.town, post)), "seen": stamp_of_person(post), "leaves": leaves}


def _stand_in(leave: Leave) -> dict[str, str] | None:
    post = leave.stand_in
    return {"id": str(post.pk), "key": "", "name": post.account.name} if post else None


def _row(actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    role = roles(actor.town).get(row["role_key"])
    gone = row["ends"] is not None and row["ends"] < today(timezone.now())
    return {
        **{name: row[name] for name in ("name", "title", "languages", "starts", "ends")},
        "basis": row["basis"] if row["grid_id"] else None,
        "phone": "" if gone else row["phone"], "id": str(row["id"]), "account": str(row["account"]),
        "unit": unit_ref(actor.town, row["unit_id"]),
        "role": {"id": str(role.pk), "key": role.key, "name": said(role.name)} if role else None,
        "grid": grid_ref(actor.town, row["grid_id"]),
    }  # fmt: skip
