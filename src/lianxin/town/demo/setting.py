"""The demo town before anything happens in it: its ground, settings, units, people and the party's groups."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.hashers import make_password

from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, actor_of, system
from lianxin.people.models import Account, CentreHousehold, PartyGroup, Post, Role, Unit
from lianxin.places.actions import import_grids
from lianxin.places.imports import read_grids
from lianxin.places.models import Grid
from lianxin.places.names import NameRow, settle_names
from lianxin.town.base import load_base
from lianxin.town.demo.signins import SIGN_INS, SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lianxin.town.demo.geography import Geography
    from lianxin.town.demo.staff import Person, Staff

LETTERS: Final = "LX"
BASIS: Final = {"专职": "full", "兼职": "part", "义务": "volunteer"}
# A role that says all that another one of the same person would say needs no post beside it.
COVERED: Final = {"handler": {"clerk", "dispatcher", "supervisor", "leader"}, "grid_worker": {"grid_chief"}}
# Held by one person each, who holds nothing else.
OFFICES: Final = ("admin", "security_admin", "audit_admin", "mediator", "inspector", "window", "visitor", "volunteer")
DESKS: Final = {"inspector": "emergency", "window": "civil", "visitor": "party_building"}  # whose turn theirs is


@dataclass(slots=True)
class Setting:
    """The town and who is who in it, by the keys of the plans."""

    town: Town
    grids: dict[str, int]
    units: dict[str, int] = field(default_factory=dict)
    unit_names: dict[int, str] = field(default_factory=dict)  # as people say them
    posts: dict[str, list[Post]] = field(default_factory=dict)  # of a person
    actors: dict[int, Actor] = field(default_factory=dict)  # by post
    of_unit: dict[int, list[Post]] = field(default_factory=dict)
    sign_ins: list[Account] = field(default_factory=list)
    printed: dict[str, Person] = field(default_factory=dict)  # by the name they sign in with


def make_town(
    pk: int, about: Mapping[str, Any], geography: Geography, *, anchor: datetime, first: datetime, now: datetime
) -> Setting:
    """The town, its grid tree and gazetteer, its settings, as of `first`; holidays are known as far as they are now."""
    town = Town(
        id=pk, code=geography.town.code, letters=LETTERS, name=about["name"]["zh"], name_en=about["name"]["en"],
        county=about["county"]["zh"], is_demo=True, anchor=anchor, phone=f"{about['phone']}0000",
    )  # fmt: skip
    town.save(force_insert=True)
    actor = system(town)
    rows, faults = read_grids(io.StringIO(json.dumps(geography.feature_collection(), ensure_ascii=False)))
    if any(fault.grave for fault in faults):
        raise ValueError(f"the demo town's grids do not hold: {faults[:3]}")
    ids = import_grids(town, rows, actor=actor, now=first).ids
    areas = (geography.town, *geography.villages, *geography.grids)
    grids = {area.key: ids[area.code] for area in areas}
    names = [
        NameRow(at, place.name, place.kind, grids[place.grid_key], (place.lon, place.lat))
        for at, place in enumerate(geography.places)
    ]
    settle_names(names, actor=actor, now=first)
    load_base(town, now=first)
    load_base(town, now=now)  # adds the holidays published since
    return Setting(town, grids)


def settle(setting: Setting, staff: Staff, busiest: str) -> None:
    """Units, accounts and posts; groups and centre households. `busiest`: the grid whose people can sign in."""
    _units(setting, staff)
    chosen = _chosen(staff, busiest)
    accounts = _accounts(staff, {person.key: each.username for each, person in chosen})
    setting.sign_ins = [accounts[person.key] for _, person in chosen]
    setting.printed = {each.username: person for each, person in chosen}
    _posts(setting, staff, accounts, {person.key: each.role for each, person in chosen if each.role in OFFICES})
    _party(setting, staff)
    bump(setting.town)


def _units(setting: Setting, staff: Staff) -> None:
    town = setting.town
    committees = [
        Unit(town=town, key=plan.key, name=plan.name, line=plan.line, grid_id=setting.grids[plan.village_key])
        for plan in staff.units
        if plan.village_key
    ]
    Unit.objects.bulk_create(committees)
    for unit in Unit.objects.for_system("demo", town).filter(grid=None):
        unit.desk_of = [role for role in unit.desk_of if role not in DESKS]
        unit.desk_of += [role for role, key in DESKS.items() if key == unit.key]
        unit.save(update_fields=["desk_of"])
    setting.units = dict(Unit.objects.for_system("demo", town).values_list("key", "id"))
    setting.unit_names = {setting.units[plan.key]: plan.short for plan in staff.units}


def _chosen(staff: Staff, busiest: str) -> list[tuple[SignIn, Person]]:
    """Whose posts the printed sign-ins are: one person each."""
    taken: set[str] = set()
    village = staff.of_grid[busiest][0].unit
    found = []
    for each in SIGN_INS:
        people = staff.of_grid[busiest] if each.on_grid else staff.of_unit[each.unit or village]
        usual = "grid_worker" if each.on_grid else "handler"  # what who takes an office would have been
        role = usual if each.role in OFFICES else each.role
        fit = [p for p in people if role in _needed(p.roles) and p.key not in taken and (each.on_grid or not p.grid)]
        person = fit[-1] if each.role in OFFICES else fit[0]
        if each.username == "handler":  # not the head of the unit
            person = fit[min(2, len(fit) - 1)]
        taken.add(person.key)
        found.append((each, person))
    return found


def _accounts(staff: Staff, usernames: Mapping[str, str]) -> dict[str, Account]:
    made = {
        person.key: Account(
            username=usernames.get(person.key, f"lx-{person.key}"), name=person.name, phone=person.phone,
            password=make_password(None),
        )
        for person in staff.people
    }  # fmt: skip
    Account.objects.bulk_create(made.values(), batch_size=200)
    return made


def _posts(setting: Setting, staff: Staff, accounts: Mapping[str, Account], offices: Mapping[str, str]) -> None:
    roles = {role.key: role for role in Role.objects.for_system("demo", setting.town)}
    villages = {unit.key: unit.village_key for unit in staff.units}
    grids = {grid.pk: grid for grid in Grid.objects.for_system("demo", setting.town)}
    for person in staff.people:
        held = [offices[person.key]] if person.key in offices else _needed(person.roles)
        for role in held:
            place = person.grid or (villages[person.unit] if role == "grid_chief" else "")
            post = Post(
                town=setting.town, account=accounts[person.key], unit_id=setting.units[person.unit], role=roles[role],
                grid=grids[setting.grids[place]] if place else None, title=_title(person, roles[role]),
                basis=BASIS.get(person.kind, "full"), languages=person.languages,
            )  # fmt: skip
            setting.posts.setdefault(person.key, []).append(post)
            setting.of_unit.setdefault(post.unit_id, []).append(post)
            setting.actors[post.pk] = actor_of(post, setting.town)
    Post.objects.bulk_create([post for posts in setting.posts.values() for post in posts], batch_size=200)


def _needed(roles: Sequence[str]) -> list[str]:
    return [role for role in roles if not COVERED.get(role, set()) & set(roles)]


def _title(person: Person, role: Role) -> str:
    return role.name["zh"] if role.key in OFFICES else person.title


def _party(setting: Setting, staff: Staff) -> None:
    town = setting.town
    sizes = {group.key: sum(centre.group == group.key for centre in staff.centres) * 3 + 4 for group in staff.groups}
    groups = [
        PartyGroup(
            town=town, grid_id=setting.grids[group.grid], name=group.name, leader=setting.posts[group.leader][0],
            members=sizes[group.key],
        )
        for group in staff.groups
    ]  # fmt: skip
    centres = [
        CentreHousehold(
            town=town, grid_id=setting.grids[centre.grid], name=f"{centre.name}家", phone=centre.phone,
            address=centre.address, members=3 + at % 3,
        )
        for at, centre in enumerate(staff.centres)
    ]  # fmt: skip
    PartyGroup.objects.bulk_create(groups)
    CentreHousehold.objects.bulk_create(centres)
