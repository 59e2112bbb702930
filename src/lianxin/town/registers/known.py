"""The registers of a town: units, roles, holidays, categories with their limits, grounds for refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from lianxin.cases.models import Category, Clause, Duty
from lianxin.cases.pickers import category_name, grid_name, unit_name, works
from lianxin.cases.queries.setup import categories, clauses, kinds, report_kind
from lianxin.cases.words import said
from lianxin.keys.cache import cached
from lianxin.people.models import CalendarDay, LineService, Post, Role, Turn, Unit
from lianxin.people.queries import roles, today, units
from lianxin.town.registers.contacts import Phone
from lianxin.town.registers.fields import PARTS, Both, Choice, Field, Key, Limits, Number, Option, Several, Words, Yes
from lianxin.town.registers.party import CENTRES, GROUPS
from lianxin.town.registers.places import NAMES, POINTS, grids_to_choose
from lianxin.town.registers.register import Faults, Register
from lianxin.town.registers.times import Day, Hours, Moment, Week, weekdays

if TYPE_CHECKING:
    from lianxin.keys.models import Town

def _named_lines() -> Iterator[tuple[str, str]]:
    return ((line.value, str(line.label)) for line in LineService.Line)


def _line_said(line: str) -> str:
    return dict(_named_lines()).get(line, line)


def _lines(_town: Town) -> Iterator[Option]:
    return ((key, key, text) for key, text in _named_lines())


def _units(town: Town) -> Iterator[Option]:
    return ((unit.pk, unit.key, unit_name(unit)) for unit in units(town).values() if unit.active)


def _turns(town: Town) -> Iterator[Option]:
    """The roles a unit may stand in for when a step falls to one and nobody is named: those that handle cases."""
    return ((key, key, said(role.name)) for key, role in roles(town).items() if works(role.may))


# --- units -----------------------------------------------------------------------------------------------------------


def _unit_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    faults: Faults = {}
    every = units(town)
    if any(unit.key == facts["key"] for unit in every.values() if row is None and facts["key"]):
        faults["key"] = _("Another unit is called so.")
    if _name_taken(every, row, facts):
        faults["name"] = _("Another unit in service has this name: say in it which one this is.")
    if _is_below(every, facts.get("parent_id"), row):
        faults["parent_id"] = _("A unit cannot stand under itself.")
    serves = facts.get("active", True) and "clerk" in facts.get("desk_of", [])
    others = any(u.active and "clerk" in u.desk_of for u in every.values() if row is None or u.pk != row.pk)
    if not serves and not others:
        faults["desk_of"] = _("One unit at least must take in the requests.")
    if row is not None and row.active and not facts.get("active", True):
        faults |= _still_needed(town, row)
    return faults


def _name_taken(every: Mapping[int, Unit], row: Any, facts: Mapping[str, Any]) -> bool:
    """Whether a name is asked for that a unit in service has; who had the same one all along keeps it."""
    if not facts.get("active", True) or (row is not None and row.active and row.name == facts["name"]):
        return False
    return any(u.active and u.name == facts["name"] for u in every.values() if row is None or u.pk != row.pk)


def _is_below(every: Mapping[int, Unit], parent_id: int | None, row: Any) -> bool:
    while row is not None and parent_id is not None and parent_id in every:
        if parent_id == row.pk:
            return True
        parent_id = every[parent_id].parent_id
    return False


def _still_needed(town: Town, unit: Unit) -> Faults:
    open_duties = Duty.objects.for_system("register", town).filter(unit_id=unit.pk, done_at=None).count()
    if open_duties:
        told = _("%(n)s open duties are with it: let another unit take them over first.")
        return {"active": told % {"n": open_duties}}
    held = Post.objects.for_system("register", town).filter(unit_id=unit.pk, ends=None, account__is_active=True).count()
    if held:
        return {"active": _("%(n)s people are still in post there.") % {"n": held}}
    return {}


UNITS = Register(
    key="units", kind="unit", model=Unit,
    name=lambda: _("Units"), one=lambda: _("unit"),
    lede=lambda: _("Who answers for cases: offices, stations, village committees."),
    fields=(
        Field(column="name", label=lambda: _("Its name"), required=True),
        Field(column="name_en", label=lambda: _("Name in English"), most=120),
        Key(column="key", label=lambda: _("Key"), hint=lambda: _("For files and programs. Empty: one is given.")),
        Choice(column="line", label=lambda: _("Line of service"), options=_lines, empty=lambda: _("none of the eight")),
        Choice(column="parent_id", label=lambda: _("Stands under"), options=_units, none=None,
               empty=lambda: _("the town itself")),
        Choice(column="grid_id", label=lambda: _("Serves the grid"), options=grids_to_choose, none=None,
               empty=lambda: _("the whole town")),
        Phone(column="phone", label=lambda: _("Telephone of the unit")),
        Several(column="desk_of", label=lambda: _("Whose turn it takes"), options=_turns,
                hint=lambda: _("A step that falls to such a role comes to this unit when nobody is named.")),
        Week(column="hours", label=lambda: _("Working hours"),
             hint=lambda: _("Limits of this unit run in these hours. Holidays hold for all.")),
        Yes(column="active", label=lambda: _("In service")),
    ),
    title=lambda _town, row: unit_name(row),
    about=lambda town, row: " · ".join(filter(None, (_line_said(row.line), grid_name(town, row.grid_id), row.phone))),
    rows=lambda town: sorted(units(town).values(), key=lambda unit: (not unit.active, unit.grid_id or 0, unit.pk)),
    group=lambda _town, row: _("Villages and communities") if row.grid_id else _("Of the town"),
    off=lambda row: not row.active,
    check=_unit_check,
)  # fmt: skip

# --- roles -----------------------------------------------------------------------------------------------------------


def _sees(_town: Town) -> Iterator[Option]:
    words = {
        "town": _("every case of the town"), "grid": _("the cases of the post's grid and below"),
        "unit": _("the cases of the post's unit"), "own": _("the cases the post itself has to do with"),
    }  # fmt: skip
    return ((key, key, text) for key, text in words.items())


def _rights(_town: Town) -> Iterator[Option]:
    words = {
        "register": _("register requests"), "triage": _("triage"), "publish": _("check before publication"),
        "reveal_contact": _("read a telephone number, logged"), "configure": _("set up the town"),
        "manage_people": _("keep accounts and posts"), "audit": _("read the ledger"), "export": _("export"),
        "tokens": _("access tokens of displays"), "board": _("see the public board inside"),
        "erase": _("erase personal details on request"),
    }  # fmt: skip
    return ((key, key, text) for key, text in words.items())


def _secret_kinds(town: Town) -> Iterator[Option]:
    return ((flow.key, flow.key, said(flow.name)) for flow in kinds(town) if flow.confidential)


def _role_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    """三员分立: who keeps the installation reads no cases, and somebody must be left who can keep it."""
    faults: Faults = {}
    if row is None and facts["key"] in roles(town):
        faults["key"] = _("Another role is called so.")
    may = set(facts.get("may", []))
    if may & {"configure", "manage_people", "audit"} and facts.get("sees") != "own":
        faults["sees"] = _("Who keeps the town's settings, accounts or ledger does not read its cases.")
    for right in ("configure", "manage_people"):
        others = any(right in role.may for role in roles(town).values() if row is None or role.pk != row.pk)
        if right not in may and not others:
            faults["may"] = _("Some role must keep the settings, and some role the accounts.")
    return faults


ROLES = Register(
    key="roles", kind="role", model=Role,
    name=lambda: _("Roles"), one=lambda: _("role"),
    lede=lambda: _("What a post sees and may do, beside what the workflows let it do."),
    fields=(
        Both(column="name", label=lambda: _("Its name"), required=True, most=40),
        Key(column="key", label=lambda: _("Key"), required=True, most=24,
            hint=lambda: _("The word workflows name it by.")),
        Choice(column="sees", label=lambda: _("Sees"), options=_sees, required=True),
        Several(column="confidential", label=lambda: _("Confidential kinds it sees"), options=_secret_kinds),
        Several(column="may", label=lambda: _("May"), options=_rights),
    ),
    title=lambda _town, row: said(row.name),
    about=lambda town, row: next(text for key, _k, text in _sees(town) if key == row.sees),
    rows=lambda town: roles(town).values(),
    check=_role_check,
    may="manage_people",
)  # fmt: skip

# --- the calendar -----------------------------------------------------------------------------------------------------


def _day_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    rows = CalendarDay.objects.for_system("register", town).filter(day=facts["day"])
    if rows.exclude(pk=row.pk if row is not None else 0).exists():
        return {"day": _("This day is entered already.")}
    return {}


def _days(town: Town) -> Iterable[CalendarDay]:
    return CalendarDay.objects.for_system("register", town).order_by("-day")


def _day_said(row: CalendarDay) -> str:
    return f"{row.day.isoformat()} {_weekday(row.day)}"


def _weekday(day: date) -> str:
    return weekdays()[day.weekday()]


CALENDAR = Register(
    key="calendar", kind="calendar", model=CalendarDay,
    name=lambda: _("Holidays and make-up days"), one=lambda: pgettext("holiday", "day"),
    lede=lambda: _("Days that differ from the working week: limits skip the rest days and count the make-up days."),
    fields=(
        Day(column="day", label=lambda: _("Date"), required=True),
        Hours(column="hours", label=lambda: _("Hours worked"),
              hint=lambda: _("Empty: nobody works. A make-up day: 08:30-12:00 14:00-17:30.")),
        Field(column="name", label=lambda: _("What for"), most=40),
    ),
    title=lambda _town, row: _day_said(row),
    about=lambda _town, row: " · ".join(filter(None, (_("make-up day") if row.hours else _("rest day"), row.name))),
    rows=_days,
    group=lambda _town, row: str(row.day.year),
    by="day",
    check=_day_check,
    drops=True,
)  # fmt: skip

# --- categories and their limits -------------------------------------------------------------------------------------


def _groups(town: Town) -> Iterator[Option]:
    """Groups, and those below them that are groups themselves: a tree from a file may have three levels."""
    every = categories(town)
    above = {row.parent_id for row in every.values()}
    rows = (row for row in every.values() if row.parent_id is None or row.pk in above)
    return ((row.pk, row.key, category_name(row, whole=True, town=town)) for row in rows)


def _urgencies(_town: Town) -> Iterator[Option]:
    words = {"normal": _("normal"), "urgent": _("urgent"), "emergency": _("emergency")}
    return ((key, key, text) for key, text in words.items())


def limit_names(town: Town) -> dict[str, str]:
    """The limits that the workflows of a town ask a category for: by name, the step they belong to in words.

    Those of what residents raise come first; of other kinds the kind is said too.
    """
    found: dict[str, str] = {}
    own = report_kind(town) if kinds(town) else ""
    for flow in sorted(kinds(town), key=lambda flow: flow.key != own):
        for step in flow.steps.values():
            if step.limit_name:
                words = said(step.name) if flow.key == own else f"{said(flow.name)} · {said(step.name)}"
                found.setdefault(step.limit_name, words)
    return found


def limit_words(town: Town) -> dict[str, str]:
    """By what a table may call a limit, its name: the name itself; its step in either language, if no other is so."""
    found = {name: name for name in limit_names(town)}
    for language in ("en", "zh-hans"):
        with override(language):
            told = limit_names(town)
        fit = {words for words, n in Counter(told.values()).items() if n == 1 and not PARTS.search(words)}
        found |= {words: name for name, words in told.items() if words in fit}
    return found


def _category_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    faults: Faults = {}
    every = categories(town)
    if row is None and any(each.key == facts["key"] for each in every.values() if facts["key"]):
        faults["key"] = _("Another category is called so.")
    parent = every.get(facts.get("parent_id") or 0)
    if parent is not None and row is not None and parent.pk == row.pk:
        faults["parent_id"] = _("A category cannot stand under itself.")
    children = [each for each in every.values() if row is not None and each.parent_id == row.pk]
    if parent is not None and children and parent.pk != row.parent_id:
        faults["parent_id"] = _("It has categories under it, so it stays a group.")
    if row is not None and not facts.get("active", True) and any(each.active for each in children):
        faults["active"] = _("There are categories in use under it.")
    same = [e for e in every.values() if e.name == facts["name"] and e.parent_id == facts.get("parent_id")]
    if any(row is None or each.pk != row.pk for each in same):
        faults["name"] = _("There is one of that name already.")
    return faults


def _category_about(town: Town, row: Category) -> str:
    told = Limits(column="limits", label=lambda: "", names=limit_names).said(town, row.limits)
    urgency = next(text for key, _k, text in _urgencies(town) if key == row.urgency)
    return " · ".join(filter(None, (row.code, urgency if row.urgency != "normal" else "", told)))


def _in_tree(town: Town) -> list[Category]:
    """Groups in their order, each before its own."""
    below: dict[int | None, list[Category]] = {}
    for row in categories(town).values():
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent: int | None) -> Iterator[Category]:
        for row in below.get(parent, []):
            yield row
            yield from walk(row.pk)

    return list(walk(None))


def _root_name(town: Town, row: Category) -> str:
    every = categories(town)
    while row.parent_id is not None:
        row = every[row.parent_id]
    return category_name(row)


CATEGORIES = Register(
    key="categories", kind="category", model=Category,
    name=lambda: _("Categories and limits"), one=lambda: _("category"),
    lede=lambda: _("What requests are about and how long each step may take; a group out of use takes all below too."),
    fields=(
        Field(column="name", label=lambda: _("Its name"), required=True, most=60),
        Field(column="name_en", label=lambda: _("Name in English")),
        Key(column="key", label=lambda: _("Key"), hint=lambda: _("For files and programs. Empty: one is given.")),
        Choice(column="parent_id", label=lambda: _("Group"), options=_groups, none=None,
               empty=lambda: _("none: it is a group itself")),
        Field(column="code", label=lambda: _("Standard code"), most=20,
              hint=lambda: _("Of a standard, as that of city management.")),
        Choice(column="line", label=lambda: _("Line of service"), options=_lines, empty=lambda: _("none of the eight")),
        Choice(column="urgency", label=lambda: _("Urgency"), options=_urgencies, none="normal", required=True),
        Limits(column="limits", label=lambda: _("Limits"), names=limit_names,
               hint=lambda: _("Empty: as the group has it, else as the workflow has it. They hold for steps begun "
                              "from now on.")),
        Words(column="words", label=lambda: _("Words people use"),
              hint=lambda: _("The category is suggested when a text has them."), most=20, many=80),
        Number(column="order", label=lambda: _("Place in the list")),
        Yes(column="active", label=lambda: _("In use")),
    ),
    title=lambda _town, row: category_name(row),
    about=_category_about,
    rows=_in_tree,
    group=_root_name,
    off=lambda row: not row.active,
    check=_category_check,
    sort="categories",
)  # fmt: skip

# --- grounds for not taking a case ---


def _clause_check(town: Town, row: Any, facts: Mapping[str, Any]) -> Faults:
    if row is None and facts["key"] in clauses(town):
        return {"key": _("Another ground is called so.")}
    return {}


CLAUSES = Register(
    key="clauses", kind="clause", model=Clause,
    name=lambda: _("Grounds for refusal"), one=lambda: _("ground"),
    lede=lambda: _("Why a request may not be taken; each is told to the resident with the way to appeal."),
    fields=(
        Both(column="name", label=lambda: _("Its name"), required=True, most=40),
        Key(column="key", label=lambda: _("Key"), most=24,
            hint=lambda: _("For files and programs. Empty: one is given.")),
        Both(column="text", label=lambda: _("What the resident is told"), required=True, most=400, rows=3),
        Both(column="appeal", label=lambda: _("How to appeal"), required=True, most=400, rows=3),
        Words(column="hint", label=lambda: _("Words that point to it"), most=20),
        Number(column="order", label=lambda: _("Place in the list")),
    ),
    title=lambda _town, row: said(row.name),
    about=lambda _town, row: said(row.text),
    rows=lambda town: clauses(town).values(),
    check=_clause_check,
)  # fmt: skip

# --- the duty roster -------------------------------------------------------------------------------------------------


def _posts(town: Town) -> list[Option]:
    """Those in post who can be given cases, by unit and name."""

    def build() -> list[Option]:
        rows = Post.objects.for_system("register", town).filter(ends=None, account__is_active=True)
        rows = rows.exclude(basis=Post.Basis.VOLUNTEER).select_related("account", "role", "unit")
        kept = [row for row in rows.order_by("unit", "account__name", "id") if works(row.role.may)]
        return [(row.pk, row.account.username, f"{unit_name(row.unit)} · {row.account.name}") for row in kept]

    return cached(town, f"posts to choose {get_language()}", build)


def _turn_check(_town: Town, _row: Any, facts: Mapping[str, Any]) -> Faults:
    starts, ends = (datetime.fromisoformat(str(facts[name])) for name in ("starts", "ends"))
    if ends <= starts:
        return {"ends": _("It must end after it begins.")}
    if ends - starts > timedelta(days=7):
        return {"ends": _("A turn is at most a week long.")}
    return {}


def _coming(town: Town) -> Iterable[Turn]:
    """The turns of the last month and those to come, the next first."""
    since = timezone.now() - timedelta(days=31)
    rows = Turn.objects.for_system("register", town).filter(ends__gte=since)
    return rows.select_related("post__account", "post__unit").order_by("starts", "id")


def _turn_title(_town: Town, row: Turn) -> str:
    starts, ends = (timezone.localtime(each) for each in (row.starts, row.ends))
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%m-%d %H:%M}"
    return f"{starts:%m-%d %H:%M} – {until} {row.post.account.name}"


ROSTER = Register(
    key="roster", kind="turn", model=Turn,
    name=lambda: _("Duty roster"), one=lambda: _("turn"),
    lede=lambda: _("Who is on duty when: what comes to their unit in these hours comes to them by name."),
    fields=(
        Choice(column="post_id", label=lambda: _("Who is on duty"), options=_posts, none=None, required=True),
        Moment(column="starts", label=lambda: _("From when"), required=True),
        Moment(column="ends", label=lambda: _("Until when"), required=True),
    ),
    title=_turn_title,
    about=lambda _town, row: unit_name(row.post.unit),
    rows=_coming,
    group=lambda _town, row: f"{timezone.localtime(row.starts):%Y-%m}",
    check=_turn_check,
    by="",
    drops=True,
)  # fmt: skip

ALL = (UNITS, ROLES, CALENDAR, ROSTER, GROUPS, CENTRES, POINTS, NAMES, CATEGORIES, CLAUSES)
REGISTERS: Mapping[str, Register] = {each.key: each for each in ALL}


def table_ends(town: Town, *, now: datetime) -> date | None:
    """The last day the holiday table covers, where that is less than ninety days off; None else."""
    known = town.settings.get("calendar_until")
    ends = date.fromisoformat(known) if known else None
    return ends if ends is not None and (ends - today(now)).days < 90 else None
