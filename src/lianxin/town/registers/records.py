"""The sorts of records, as registers are: which fields have a history in words, who may put a row back, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.actions.leaving import hand_when_it_begins, may_set_leave
from lianxin.cases.pickers import grid_name, unit_name
from lianxin.cases.words import said
from lianxin.people.lines import KIND as LINE
from lianxin.people.masking import mask_phone
from lianxin.people.models import Account, Leave, LineService, Post, Representative
from lianxin.people.queries import roles, units
from lianxin.people.representatives import KIND as REPRESENTATIVE
from lianxin.places.models import Site
from lianxin.places.queries import grid_tree
from lianxin.places.sites.actions import KIND as SITE
from lianxin.town.registers import again
from lianxin.town.registers.contacts import dialled
from lianxin.town.registers.fields import Choice, Field, Option, Yes
from lianxin.town.registers.register import Kept
from lianxin.town.registers.times import Day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Field):
    """Another row by its id, told by its name; also where that row has ended since."""

    names: Callable[[Town, int], str]

    def shape(self) -> dict[str, Any]:
        """An id; null for none."""
        return {"type": ["string", "null"]}

    def dump(self, town: Town, value: Any) -> Any:
        """The id, as ids are written in JSON."""
        return None if value is None else str(value)

    def said(self, town: Town, value: Any) -> str:
        """The name of the row."""
        return "" if value is None else self.names(town, value) or str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone(Field):
    """A person's number: kept as it is dialled, starred wherever it is told."""

    most: int = 30

    def load(self, town: Town, raw: Any) -> Any:
        """The figures as they are dialled; raises Wrong for what is no number."""
        text: str = Field.load(self, town, raw)
        return dialled(text) if text else ""

    def dump(self, town: Town, value: Any) -> Any:
        """Starred."""
        return mask_phone(value)

    def said(self, town: Town, value: Any) -> str:
        """Starred."""
        return mask_phone(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Degrees(Field):
    """A longitude or latitude."""

    def shape(self) -> dict[str, Any]:
        """Degrees; null for none."""
        return {"type": ["number", "null"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Kept):
    """Rows that have pages of their own. `home` of a row: the address where it is shown, "" for none.

    `own`: who may read the history besides those who may put the row back and those who audit. `base`: the rows that
    are of a town. `titled`: the columns that the title of a row tells; `hides`: those that mean nothing of it.
    `follows` of a row that was put back: what comes of it by itself, "" for nothing.
    """

    home: Callable[[Town, Any], str]
    own: Callable[[Actor, Any], bool] = lambda _actor, _row: False
    base: Callable[[Town], Any] | None = None
    titled: tuple[str, ...] = ()
    hides: Callable[[Any], tuple[str, ...]] = lambda _row: ()
    follows: Callable[[Any], str] = lambda _row: ""

    def rows(self, town: Town) -> Any:
        """All rows of a town."""
        return self.base(town) if self.base else self.model.objects.for_system("records", town)

    def of(self, town: Town, pk: int) -> Any:
        """A row by id; None for none."""
        return self.rows(town).filter(pk=pk).first()

    def sees(self, actor: Actor, row: Any) -> bool:
        """Whether an actor may read the history of a row."""
        return actor.can("audit") or self.own(actor, row) or self.keeps(actor, row)


def _unit(town: Town, pk: int) -> str:
    unit = units(town).get(pk)
    return unit_name(unit) if unit else ""


def _role(town: Town, pk: int) -> str:
    return next((said(role.name) for role in roles(town).values() if role.pk == pk), "")


def _holder(town: Town, pk: int) -> str:
    post = Post.objects.for_system("records", town).select_related("account").filter(pk=pk).first()
    return f"{post.account.name} {post.title}".strip() if post else ""


def _basis(_town: Town) -> Iterator[Option]:
    words = {"full": _("Full-time"), "part": _("Part-time"), "volunteer": _("Volunteer")}
    return ((key, key, text) for key, text in words.items())


def _site_kinds(_town: Town) -> Iterator[Option]:
    return ((value, value, str(label)) for value, label in Site.Kind.choices)


def _lines(_town: Town) -> Iterator[Option]:
    return ((line.value, line.value, str(line.label)) for line in LineService.Line)


def _of_post(_town: Town, post_id: int) -> str:
    return reverse("staff-post", args=[post_id])


def _of_person(town: Town, account: Account) -> str:
    held = Post.objects.for_system("records", town).filter(account_id=account.pk).order_by("-id").first()
    return _of_post(town, held.pk) if held else ""


def _people(town: Town) -> Any:
    held = Post.objects.for_system("records", town).values("account_id")
    return Account.objects.filter(pk__in=held)


def _others_post(actor: Actor, post: Post) -> bool:
    """Who manages people keeps the posts of all but themselves: nobody gives themselves one, or one back."""
    return actor.can("manage_people") and post.account_id != actor.account_id


def _goes_along(leave: Leave) -> str:
    """When the open work goes to who stands in, of a leave that is on again."""
    day = timezone.localdate()
    if not leave.hand or leave.last < day:
        return ""
    if leave.first <= day:
        return _("What is open goes to who stands in within a minute.")
    return _("On its first day, what is open goes to who stands in.")


def _line_of(town: Town, row: LineService) -> str:
    return f"{grid_name(town, row.grid_id)} · {LineService.Line(row.line).label}"


POSTS = Record(
    key="posts", kind="post", model=Post, name=lambda: _("Posts"), may="manage_people",
    fields=(
        Named(column="unit_id", label=lambda: _("Unit"), names=_unit),
        Named(column="role_id", label=lambda: _("Role"), names=_role),
        Named(column="grid_id", label=lambda: _("Grid served"), names=grid_name),
        Field(column="title", label=lambda: _("Position"), most=60),
        Choice(column="basis", label=lambda: _("On the grid"), options=_basis),
        Field(column="languages", label=lambda: _("Languages")),
        Day(column="starts", label=lambda: _("Since")),
        Day(column="ends", label=lambda: _("Last day")),
    ),
    title=lambda town, row: _holder(town, row.pk),
    about=lambda town, row: _unit(town, row.unit_id),
    check=again.post,
    allows=_others_post,
    own=lambda actor, row: row.account_id == actor.account_id,
    home=lambda town, row: _of_post(town, row.pk),
    hides=lambda row: () if row.grid_id else ("basis",),
)  # fmt: skip

LEAVES = Record(
    key="leaves", kind="leave", model=Leave, name=lambda: _("Leaves"), may="manage_people",
    fields=(
        Day(column="first", label=lambda: _("First day away")),
        Day(column="last", label=lambda: _("Last day away")),
        Named(column="stand_in_id", label=lambda: _("Who stands in"), names=_holder),
        Field(column="note", label=lambda: _("Reason of the leave")),
        Yes(column="hand", label=lambda: _("What is open goes along")),
    ),
    title=lambda town, row: _("Leave of %(name)s") % {"name": _holder(town, row.post_id)},
    about=lambda _town, row: f"{row.first} – {row.last}",
    check=again.leave,
    after=lambda _town, row, now: hand_when_it_begins(row, now=now),
    follows=_goes_along,
    allows=lambda actor, row: may_set_leave(actor, row.post),
    home=lambda town, row: _of_post(town, row.post_id),
)  # fmt: skip

PEOPLE = Record(
    key="people", kind="account", model=Account, name=lambda: _("Name and telephone"), may="manage_people",
    fields=(
        Field(column="name", label=lambda: _("Name of the person"), required=True, most=60),
        Telephone(column="phone", label=lambda: _("Telephone of the person")),
    ),
    title=lambda _town, row: row.name,
    about=lambda _town, row: row.username,
    check=again.person,
    own=lambda actor, row: row.pk == actor.account_id,
    home=_of_person,
    base=_people,
)  # fmt: skip

SITES = Record(
    key="sites", kind=SITE, model=Site, name=lambda: _("Sites"),
    fields=(
        Choice(column="kind", label=lambda: _("What sort it is"), options=_site_kinds),
        Field(column="name", label=lambda: _("Its name")),
        Field(column="address", label=lambda: _("Where it is, in words")),
        Named(column="grid_id", label=lambda: _("In the grid"), names=grid_name),
        Degrees(column="lon", label=lambda: _("Longitude")),
        Degrees(column="lat", label=lambda: _("Latitude")),
        Day(column="valid_to", label=lambda: pgettext("site", "Last day")),
    ),
    title=lambda _town, row: row.name,
    about=lambda _town, row: row.code,
    check=again.site,
    home=lambda _town, row: reverse("site", args=[row.code]),
)  # fmt: skip

LINES = Record(
    key="lines", kind=LINE, model=LineService, name=lambda: _("Lines of service"),
    fields=(
        Named(column="grid_id", label=lambda: _("In the grid"), names=grid_name),
        Choice(column="line", label=lambda: _("Line of service"), options=_lines),
        Named(column="unit_id", label=lambda: _("Unit that serves"), names=_unit),
        Named(column="post_id", label=lambda: _("Person who serves"), names=_holder),
    ),
    title=_line_of,
    about=lambda town, row: _unit(town, row.unit_id) if row.unit_id else _holder(town, row.post_id),
    check=again.line,
    drops=True,
    titled=("grid_id", "line"),
    home=lambda town, row: reverse("grid-lines", args=[row.grid_id]) if row.grid_id in grid_tree(town) else "",
)  # fmt: skip

REPRESENTATIVES = Record(
    key="representatives", kind=REPRESENTATIVE, model=Representative, name=lambda: _("Representatives"),
    fields=(
        Named(column="grid_id", label=lambda: _("In the grid"), names=grid_name),
        Named(column="post_id", label=lambda: _("Somebody in a post"), names=_holder),
        Field(column="name", label=lambda: _("Or a neighbour")),
        Telephone(column="phone", label=lambda: _("Their telephone")),
        Field(column="title", label=lambda: _("Called")),
        Field(column="doors", label=lambda: _("Its doors")),
    ),
    title=lambda town, row: grid_name(town, row.grid_id),
    about=lambda town, row: _holder(town, row.post_id) if row.post_id else row.name,
    check=again.representative,
    titled=("grid_id",),
    home=lambda town, row: reverse("micro-change", args=[row.grid_id]) if row.grid_id in grid_tree(town) else "",
)  # fmt: skip

RECORDS: Final[Mapping[str, Record]] = {
    each.key: each for each in (POSTS, LEAVES, PEOPLE, SITES, LINES, REPRESENTATIVES)
}  # fmt: skip
