"""The registers of the party's groups (网格党小组) and centre households (党员中心户), docked to grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from lianxin.cases.pickers import grid_name, unit_name
from lianxin.keys.cache import cached
from lianxin.people.directory import held
from lianxin.people.masking import mask_address, mask_name, mask_phone
from lianxin.people.models import CentreHousehold, PartyGroup, Post
from lianxin.people.queries import today
from lianxin.places.queries import grid_tree
from lianxin.town.registers.contacts import Private, dialled
from lianxin.town.registers.fields import Choice, Field, Number, Option
from lianxin.town.registers.places import grids_to_choose, village_of
from lianxin.town.registers.register import Faults, Register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lianxin.keys.models import Town

MOST_MEMBERS = 9999


def _leaders(town: Town) -> list[Option]:
    """Those in post, by unit and name, and whoever leads a group though the post has ended.

    A file names them by account; further posts of one account by `account/unit`.
    """

    def build() -> list[Option]:
        leading = PartyGroup.objects.for_system("register", town).exclude(leader=None).values_list("leader_id")
        rows = Post.objects.for_system("register", town).filter(held(today(timezone.now())) | Q(pk__in=leading))
        found: list[Option] = []
        named: set[str] = set()
        for row in rows.select_related("account", "unit").order_by("unit", "account__name", "id"):
            word = row.account.username
            word = f"{word}/{row.unit.key}" if word in named else word
            word = f"{word}/{row.pk}" if word in named else word
            named.add(word)
            found.append((row.pk, word, " · ".join(filter(None, (unit_name(row.unit), row.account.name, row.title)))))
        return found

    return cached(town, f"leaders to choose {get_language()}", build)


def _grid_check(town: Town, facts: Mapping[str, Any]) -> Faults:
    return {} if facts["grid_id"] in grid_tree(town) else {"grid_id": _("This grid has ended.")}


def _group_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    rows = PartyGroup.objects.for_system("register", town).filter(name=facts["name"], grid_id=facts["grid_id"])
    if rows.exclude(pk=row.pk if row is not None else 0).exists():
        return {"name": _("The grid has a group of this name already.")}
    return _grid_check(town, facts)


def _groups(town: Town) -> Iterable[PartyGroup]:
    rows = PartyGroup.objects.for_system("register", town).select_related("grid", "leader__account")
    return rows.order_by("grid__code", "id")


def _group_about(town: Town, row: PartyGroup) -> str:
    leader = row.leader.account.name if row.leader is not None else ""
    parts = (grid_name(town, row.grid_id), leader, _("%(n)s members") % {"n": row.members} if row.members else "")
    return " · ".join(filter(None, parts))


GROUPS = Register(
    key="groups", kind="party_group", model=PartyGroup,
    name=lambda: _("Party groups"), one=lambda: _("party group"),
    lede=lambda: _("The party's groups in the grids, who leads each, and how many are in it."),
    fields=(
        Field(column="name", label=lambda: _("Its name"), required=True),
        Choice(column="grid_id", label=lambda: _("In the grid"), options=grids_to_choose, none=None, required=True),
        Choice(column="leader_id", label=lambda: _("Who leads it"), options=_leaders, none=None,
               empty=lambda: pgettext("group", "nobody yet")),
        Number(column="members", label=lambda: _("Party members"), highest=MOST_MEMBERS),
    ),
    title=lambda _town, row: row.name,
    about=_group_about,
    rows=_groups,
    group=lambda town, row: village_of(town, row.grid_id),
    check=_group_check,
    by="",
    drops=True,
    sort="groups",
)  # fmt: skip


def _centre_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    rows = CentreHousehold.objects.for_system("register", town).filter(grid_id=facts["grid_id"])
    others = rows.exclude(pk=row.pk if row is not None else 0)
    if any((each.name, each.phone) == (facts["name"], facts["phone"]) for each in others):
        return {"name": _("The grid has this household already.")}
    return _grid_check(town, facts)


def _centres(town: Town) -> Iterable[CentreHousehold]:
    return CentreHousehold.objects.for_system("register", town).select_related("grid").order_by("grid__code", "id")


CENTRES = Register(
    key="centres", kind="centre", model=CentreHousehold,
    name=lambda: _("Centre households"), one=lambda: _("centre household"),
    lede=lambda: _("Party members' homes where neighbours meet. Name, telephone and address are theirs: shown masked, "
                   "read for a reason, erased on request."),
    fields=(
        Private(column="name", label=lambda: _("Whose home"), required=True, most=60, mask=mask_name,
                hint=lambda: _("A masked detail that is left as it is stays.")),
        Choice(column="grid_id", label=lambda: _("In the grid"), options=grids_to_choose, none=None, required=True),
        Private(column="phone", label=lambda: pgettext("household", "Telephone"), most=30, mask=mask_phone,
                tidy=dialled),
        Private(column="address", label=lambda: _("Where it is, in words"), most=120, mask=mask_address),
        Number(column="members", label=lambda: _("Party members"), highest=MOST_MEMBERS),
    ),
    title=lambda _town, row: mask_name(row.name),
    about=lambda town, row: " · ".join(filter(None, (grid_name(town, row.grid_id), mask_phone(row.phone)))),
    rows=_centres,
    group=lambda town, row: village_of(town, row.grid_id),
    check=_centre_check,
    by="",
    drops=True,
    sort="centres",
)  # fmt: skip
