"""The one inbox (待办): open duties by due time and urgency, or every case there is, the newest first.

Rows are plain dicts read by `.values_list()`; a page costs the same few statements however many rows it has, and its
place is kept by key (due time, then id), so that page 900 costs what page 1 costs and nothing is shown twice when rows
come or go meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case as CaseWhen
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value, When

from lianxin.cases.models import Case, Duty, Reporter
from lianxin.cases.queries.rows import MAIN, Dresser, Row, columns_of, joined_in, path_of, read_rows
from lianxin.cases.queries.setup import categories, workflow_of, workflows
from lianxin.cases.queries.shapes import like, made_once
from lianxin.cases.search import find
from lianxin.cases.words import channels
from lianxin.keys.ids import LARGEST, read_number
from lianxin.keys.models import Town
from lianxin.keys.numbers import tidy
from lianxin.keys.prepared import Prepared
from lianxin.people.actors import Actor
from lianxin.people.cipher import TAIL, blind, tail_blind
from lianxin.people.masking import tidy_phone
from lianxin.places.queries import subtree_ids
from lianxin.workflow.definition import PHASES, Step

SCOPES = ("mine", "unit", "all")
LIGHTS = ("late", "soon", "ok", "paused")
MOST = 200
PAGE = 50

_RANKS = {"emergency": 0, "urgent": 1}  # among cases due at the same time the more urgent first
_PLAIN = 2
_BY_DUE = (F("due_at").asc(nulls_last=True), "rank", "id")
SHORTEST = 7  # figures of a telephone that is searched for


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What to show. Empty values ask for nothing; ids of no row match none.

    `scope`: mine (my post's, and my unit's where no post is named) | unit | all I may see. `words` are those of the
    text, the title and the address; four digits (`tail`) may be the end of a telephone too. `closed`: every case,
    closed ones too, the newest first, one row for a case.
    """

    scope: str = "mine"
    step: str = ""
    phase: str = ""
    light: str = ""
    duty: str = ""
    kind: str = ""
    category: int | None = None
    grid: int | None = None
    unit: int | None = None
    channel: str = ""
    urgency: str = ""
    words: str = ""
    number: str = ""
    phone: str = ""
    tail: str = ""
    closed: bool = False
    shared: bool = False  # more than one person waits


def read_filter(data: Mapping[str, Any], home: str = "") -> InboxFilter:
    """The filter a query string asks for; what makes no sense is passed over. `home`: the letters of the reader's town,
    for numbers written without; eight figures alone may be a local telephone as well.
    """
    words = _word(data, "q", 100)
    typed = _word(data, "number", 20) or words
    number, phone = tidy(typed, home), tidy_phone(_word(data, "phone", 30) or words)
    phone = phone if len(phone) >= SHORTEST else ""  # "110" and "12345" are words that stand in requests
    return InboxFilter(
        scope=_one_of(data, "scope", SCOPES) or "mine",
        step=_word(data, "step"),
        phase=_one_of(data, "phase", PHASES),
        light=_one_of(data, "light", LIGHTS),
        duty=_word(data, "duty"),
        kind=_word(data, "kind"),
        category=_id(data, "category"),
        grid=_id(data, "grid"),
        unit=_id(data, "unit"),
        channel=_word(data, "channel"),
        urgency=_word(data, "urgency"),
        words="" if number or phone else words,
        number=number,
        phone="" if tidy(typed) else phone,
        tail=words if len(words) == TAIL and words.isascii() and words.isdigit() else "",
        closed=_word(data, "closed") == "1",
        shared=_word(data, "shared") == "1",
    )


def _word(data: Mapping[str, Any], name: str, most: int = 32) -> str:
    return str(data.get(name) or "").replace("\x00", "").strip()[:most]


def _one_of(data: Mapping[str, Any], name: str, known: Sequence[str]) -> str:
    word = _word(data, name)
    return word if word in known else ""


def _id(data: Mapping[str, Any], name: str) -> int | None:
    return read_number(_word(data, name))


@dataclass(frozen=True, slots=True)
class Place:
    """Between which rows a page begins: after (or `back`: before) the row of this due time, urgency and id."""

    at: datetime | None
    id: int
    back: bool = False
    rank: int = _PLAIN

    def __str__(self) -> str:
        micro = "" if self.at is None else str((self.at - EPOCH) // timedelta(microseconds=1))
        return f"{'b' if self.back else 'a'}{micro}.{self.id}{f'.{self.rank}' if self.rank != _PLAIN else ''}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_place(text: str) -> Place | None:
    """The place a link names; None, which is the beginning, for anything that is none."""
    way, (micro, _, key) = text[:1], text[1:].partition(".")
    key, _, rank = key.partition(".")
    try:
        at = EPOCH + timedelta(microseconds=int(micro)) if micro else None
        place = Place(at, int(key), way == "b", int(rank or _PLAIN))
    except (ValueError, OverflowError):
        return None
    return place if way in ("a", "b") and text.isascii() and 0 <= place.id <= LARGEST else None


def inbox(actor: Actor, filters: InboxFilter, *, now: datetime, after: str = "", most: int = PAGE) -> dict[str, Any]:
    """A page of rows (`rows`), with the places of the `next` and `previous` page ("" where there is none).

    Each row: id, number, title, kind, step, step_name, phase, cells, category, group, grid, unit, post, person, due_at,
    soon_at, light, paused, provisional, late, urgency, channel, joined, duty, duty_id, who (whose turn), recorded_at,
    closed_at, version.
    """
    place, most = read_place(after), max(1, min(most, MOST))
    walk = _walk_cases if filters.closed else _walk_duties
    found = walk(actor, filters, place, most + 1, now)
    if not found and place is not None and place.back:  # what was before has gone: begin again
        place = None
        found = walk(actor, filters, None, most + 1, now)
    more, found = len(found) > most, found[:most]
    back = place is not None and place.back
    if back:
        found.reverse()
    edges = {
        "next": _edge(found, -1, filters.closed) if found and (more or back) else "",
        "previous": _edge(found, 0, filters.closed) if found and (more if back else place is not None) else "",
    }
    dresser = Dresser(actor.town, now)
    return {"rows": [dresser.row(row) for row in found], **edges}


def _edge(found: Sequence[Row], at: int, closed: bool) -> str:
    row = found[at]
    if closed:
        return str(Place(None, row["id"], back=at == 0))
    return str(Place(row["due_at"], row["duty_id"], at == 0, _rank_of(row)))


def place_of(row: Row) -> str:
    """The place right after a row of open duties: where the next one is to be looked for."""
    return str(Place(row["due_at"], row["duty_id"], rank=_rank_of(row)))


def _rank_of(row: Row) -> int:
    return _RANKS.get(row["urgency"], _PLAIN)


def _ranked(rows: QuerySet[Duty]) -> QuerySet[Duty]:
    """With how urgent each row's case is, for the order of those due at the same time."""
    steps = [When(case__urgency=urgency, then=Value(rank)) for urgency, rank in _RANKS.items()]
    return rows.annotate(rank=CaseWhen(*steps, default=Value(_PLAIN)))


def duties_of(actor: Actor, filters: InboxFilter, *, now: datetime) -> QuerySet[Duty]:
    """The open duties a filter asks for, as far as the actor may see their cases."""
    rows: Any = Duty.objects.for_system("inbox: scoped below", actor.town_id).filter(done_at=None)
    mine = Q(post_id=actor.post_id) | Q(unit_id=actor.unit_id, post_id=None)
    if not actor.is_staff and actor.role != "system":
        return rows.none()  # type: ignore[no-any-return]
    if filters.scope == "mine":  # whoever holds a duty in a case sees it
        rows = rows.filter(mine)
    else:
        rows = rows.filter(_seen(actor))
        rows = rows.filter(mine | Q(unit_id=actor.unit_id)) if filters.scope == "unit" else rows
    if filters.duty:
        rows = rows.filter(what=filters.duty)
    if filters.unit is not None:
        rows = rows.filter(unit_id=filters.unit)
    if filters.light:
        rows = rows.annotate(light=_light(now)).filter(light=filters.light)
    return rows.filter(_of_case(actor, filters, "case__"))  # type: ignore[no-any-return]


def _seen(actor: Actor) -> Q:
    """Duties of cases the actor may see. Who sees the whole town is asked only about the kinds hidden from them."""
    seen = Q(Exists(Case.objects.seen_by(actor).filter(id=OuterRef("case_id"))))
    if actor.sees != "town":
        return seen
    secret = Case.secret_from(actor)
    hidden = [pk for pk, version in workflows(actor.town).items() if version.key in secret]
    return ~Q(workflow_id__in=hidden) | seen if hidden else Q()


def _light(now: datetime) -> CaseWhen:
    """The light of a duty: a stopped clock is neither late nor soon; other duties of the case go on."""
    return CaseWhen(
        When(paused=True, then=Value("paused")),
        When(due_at__lt=now, then=Value("late")),
        When(soon_at__lte=now, then=Value("soon")),
        default=Value("ok"),
        output_field=CharField(),
    )


def _of_case(actor: Actor, filters: InboxFilter, prefix: str) -> Q:
    """What a filter asks of the case itself."""
    town = actor.town
    plain = ("step", "kind", "urgency")
    asked: dict[str, Any] = {name: value for name in plain if (value := getattr(filters, name))}
    if filters.channel:  # several keys have the same wording
        words = channels()
        asked["channel__in"] = [key for key in words if words[key] == words.get(filters.channel)] or [filters.channel]
    if filters.category is not None:
        asked["category_id__in"] = category_branch(town, filters.category)
    if filters.grid is not None:
        asked["grid_id__in"] = sorted(subtree_ids(town, filters.grid))
    asked_of = Q(**{path_of(prefix, name): value for name, value in asked.items()})
    if filters.phase:
        asked_of &= at_steps(town, lambda step: step.phase == filters.phase and not step.end, prefix)
    if filters.shared:
        asked_of &= _shared(town, prefix)
    return asked_of & _named(town, filters, prefix)


def _shared(town: Town, prefix: str) -> Q:
    """Cases that somebody joined, or that another was merged into."""
    joined = Reporter.objects.for_system("inbox: cases are scoped", town).filter(
        case_id=OuterRef(path_of(prefix, "id")), first=False
    )
    merged = Case.objects.for_system("inbox: cases are scoped", town).filter(parent_id=OuterRef(path_of(prefix, "id")))
    return Q(Exists(joined)) | Q(Exists(merged.exclude(channel="appeal")))


def _named(town: Town, filters: InboxFilter, prefix: str) -> Q:
    """Cases of the number, of the telephone or the words; of both where it may be a number and a telephone."""
    number = Q(**{path_of(prefix, "number"): filters.number}) if filters.number else Q()
    if not (filters.words or filters.phone):
        return number
    return number | Q(**{path_of(prefix, "id__in"): _found(town, filters)})


def _found(town: Town, filters: InboxFilter) -> list[int]:
    """Ids of the cases that the words or the telephone name; four digits may be either."""
    found = find(town.pk, filters.words) if filters.words else []
    if filters.phone:
        return _called(town, phone_blind=blind("phone", filters.phone))
    return found + _called(town, phone_tail=tail_blind(filters.tail)) if filters.tail else found


def _called(town: Town, **by: str) -> list[int]:
    rows = Reporter.objects.for_system("inbox: cases are scoped", town).filter(**by).order_by("-id")
    return list(rows.values_list("case_id", flat=True)[:500])


def at_steps(town: Town, wanted: Callable[[Step], bool], prefix: str = "") -> Q:
    """Cases that stand at a step of the wanted sort. The same key may name other steps in other workflows."""
    at = Q()
    for pk, version in workflows(town).items():
        if keys := [step.key for step in workflow_of(version).steps.values() if wanted(step)]:
            at |= Q(**{f"{prefix}workflow_id": pk, f"{prefix}step__in": keys})
    return at if at else Q(pk__in=())


def category_branch(town: Town, category_id: int) -> list[int]:
    """A category and all below it."""
    every, branch = categories(town), [category_id]
    for pk in branch:  # grows while it is walked
        branch.extend(row.pk for row in every.values() if row.parent_id == pk)
    return [pk for pk in branch if pk in every]


def _walk_duties(actor: Actor, filters: InboxFilter, place: Place | None, most: int, now: datetime) -> list[Row]:
    """Rows in the order of travel: those with a due time by it, then those without; backwards the other way round."""
    if place is None and most == PAGE + 1 and filters == InboxFilter(filters.scope) and actor.is_staff:
        return _first_page(actor, filters.scope)
    rows = _ranked(duties_of(actor, filters, now=now))
    if place is None:
        return read_rows(actor, rows.order_by(*_BY_DUE), ("case__", ""), most)
    back = place.back
    sign = "-" if back else ""
    legs = [
        (True, rows.filter(due_at__isnull=False).order_by(f"{sign}due_at", f"{sign}rank", f"{sign}id")),
        (False, rows.filter(due_at=None).order_by(f"{sign}rank", f"{sign}id")),
    ]
    legs = legs[::-1] if back else legs
    if legs[0][0] != (place.at is not None):
        legs = legs[1:]  # that leg lies behind
    legs[0] = (legs[0][0], legs[0][1].filter(_beyond(place)))
    found: list[Row] = []
    for _, leg in legs:
        if len(found) < most:
            found += read_rows(actor, leg, ("case__", ""), most - len(found))
    return found


def cases_of(actor: Actor, filters: InboxFilter, *, now: datetime) -> QuerySet[Case]:
    """Every case a filter asks for, closed ones too, as far as the actor may see them."""
    rows: Any = Case.objects.seen_by(actor)
    if filters.scope == "unit":
        rows = rows.filter(unit_id=actor.unit_id)
    elif filters.scope == "mine":
        rows = rows.filter(Q(post_id=actor.post_id) | Q(unit_id=actor.unit_id, post_id=None))
    if filters.unit is not None:
        rows = rows.filter(unit_id=filters.unit)
    if filters.light:
        rows = rows.filter(_light_of_case(actor.town, filters.light, now))
    return rows.filter(_of_case(actor, filters, ""))  # type: ignore[no-any-return]


def _walk_cases(actor: Actor, filters: InboxFilter, place: Place | None, most: int, now: datetime) -> list[Row]:
    """Every case there is, by id, which grows with time: the newest first."""
    rows = cases_of(actor, filters, now=now)
    back = place is not None and place.back
    if place is not None:
        rows = rows.filter(id__gt=place.id) if back else rows.filter(id__lt=place.id)
    return read_rows(actor, rows.order_by("id" if back else "-id"), ("", None), most)


def _light_of_case(town: Town, light: str, now: datetime) -> Q:
    yellow = Duty.objects.for_system("inbox: of a case in view", town).filter(case_id=OuterRef("id"))
    soon = Q(due_at__gte=now) & Q(Exists(yellow.filter(what=MAIN, done_at=None, soon_at__lte=now)))
    late, running = Q(due_at__lt=now), Q(closed_at=None, state__paused_at=None)
    return {
        "paused": Q(closed_at=None) & ~Q(state__paused_at=None),
        "late": running & late,
        "soon": running & soon,
    }.get(light, running & ~late & ~soon)


def _beyond(place: Place) -> Q:
    ahead = "lt" if place.back else "gt"
    beyond = Q(**{f"rank__{ahead}": place.rank}) | Q(**{"rank": place.rank, f"id__{ahead}": place.id})
    if place.at is None:
        return beyond
    same_or_ahead = Q(**{f"due_at__{ahead}e": place.at})
    return same_or_ahead & (Q(**{f"due_at__{ahead}": place.at}) | beyond)


def _first_page(actor: Actor, scope: str) -> list[Row]:
    """What one sees on opening the inbox."""
    columns, names = columns_of(("case__", ""))

    def build(post: int, unit: int) -> QuerySet[Duty, Any]:
        rows: Any = _ranked(duties_of(like(actor, post, unit), InboxFilter(scope), now=EPOCH)).order_by(*_BY_DUE)
        return joined_in(rows, "case_id", actor.town).values_list(*columns)[: PAGE + 1]  # type: ignore[no-any-return]

    page = made_once(actor, f"first:{scope}", lambda: Prepared(build, post=int, unit=int))
    return [dict(zip(names, values, strict=True)) for values in page.rows(post=actor.post_id, unit=actor.unit_id)]
