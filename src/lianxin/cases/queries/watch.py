"""What a supervisor keeps an eye on (督查): lists of cases, each with its reason, and how many each holds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.figures import BUSY
from lianxin.cases.queries.inbox import InboxFilter, at_steps, duties_of, inbox
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.queries.setup import steps_of_phase
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import Actor
from lianxin.places.queries import subtree_ids

Row = dict[str, Any]
LISTS: Final = ("late", "soon", "silent", "extension", "calls", "review", "again", "watch")
OF_DUTIES: Final = {
    "late": InboxFilter(scope="all", light="late", duty="main"),
    "soon": InboxFilter(scope="all", light="soon", duty="main"),
    "extension": InboxFilter(scope="all", duty="extension"),
    "review": InboxFilter(scope="all", phase="review", duty="main"),
    "watch": InboxFilter(scope="all", duty="watch"),
}
TWICE: Final = 2
SAMPLE: Final = "sample"


def listed(actor: Actor, name: str, *, now: datetime, unit: int | None = None, grid: int | None = None,
           after: str = "") -> dict[str, Any]:  # fmt: skip
    """A page of one of LISTS, the most pressing first, as the inbox gives it; `why` tells each row's reason."""
    if name in OF_DUTIES:
        filters = replace(OF_DUTIES[name], unit=unit, grid=grid)
        page = inbox(actor, filters, now=now, after=after)
        told = asked(actor.town, [row["duty_id"] for row in page["rows"] if row["duty"] != "main"])
        for row in page["rows"]:
            row["asked"] = told.get(row["duty_id"])
        return page
    why = calls(actor, now=now) if name == "calls" else {}
    cases = {"silent": silent, "again": again}[name](actor, now=now) if name != "calls" else _of(actor, list(why))
    if unit is not None:
        cases = cases.filter(unit_id=unit)
    if grid is not None:
        cases = cases.filter(grid_id__in=sorted(subtree_ids(actor.town, grid)))
    rows = rows_of(actor, cases.order_by("due_at", "id"), now=now, most=200)
    for row in rows:
        row["why"] = why.get(row["id"], "")
    return {"rows": rows, "next": "", "previous": ""}


def _of(actor: Actor, ids: Sequence[int]) -> QuerySet[Case]:
    return Case.objects.seen_by(actor).filter(id__in=ids)


def silent(actor: Actor, *, now: datetime) -> QuerySet[Case]:
    """Cases nobody has answered or got in touch about, past a limit (事事有回音): a fault, whoever has them.

    Open, not yet with the reporter, late now or left late before; and no act of theirs has reached the reporter: no
    contact, no answer.
    """
    town = actor.town
    history = Entry.objects.for_system("silence: cases are scoped", town).filter(
        subject_kind="case", subject_id=OuterRef("id")
    )
    busy = sorted({key for phase in BUSY for key in steps_of_phase(town, phase)})
    late = Q(due_at__lt=now) | Q(Exists(history.filter(late=True, source__in=busy)))
    spoken = history.filter(Q(counts="contacted") | Q(data__given__contacted__in=["reached", "visited"]))
    answers = Text.objects.for_system("silence: cases are scoped", town).filter(
        subject_id=OuterRef("id"), field="answer"
    )
    rows: Any = Case.objects.seen_by(actor).filter(closed_at=None, state__paused_at=None)
    rows = rows.filter(at_steps(town, lambda step: step.phase in BUSY and not step.end))
    return rows.filter(late).exclude(Exists(spoken)).exclude(Exists(answers))  # type: ignore[no-any-return]


def again(actor: Actor, *, now: datetime) -> QuerySet[Case]:  # noqa: ARG001 - lists are asked for alike
    """Open cases sent back or reopened at least twice: somebody has to decide who really does it."""
    counts = {name: Q(**{f"state__counts__{name}__gte": 1}) for name in ("returned", "reopened")}
    twice = Q(state__counts__returned__gte=TWICE) | Q(state__counts__reopened__gte=TWICE)
    rows: Any = Case.objects.seen_by(actor).filter(closed_at=None)
    return rows.filter(twice | (counts["returned"] & counts["reopened"]))  # type: ignore[no-any-return]


def calls(actor: Actor, *, now: datetime) -> dict[int, str]:
    """Return calls due (回访): case → reason: `half` of the time to answer is gone, handled anew (`redone`),
    `unheard` since no word came in time, `drawn` for the sample. Called in this visit of the step: no more due.
    """
    town = actor.town
    answered = at_steps(town, lambda step: step.phase in ("feedback", "review") and not step.end, "case__")
    waiting = duties_of(actor, InboxFilter(scope="all", duty="main"), now=now).filter(answered)
    called = _called(town, waiting)
    counts = "case__state__counts__"
    columns = ("case_id", "opened_at", "who", "soon_at", f"{counts}reopened", f"{counts}presumed")
    drawn, found = set(last_sample(town).get("drawn", ())), {}
    for pk, opened_at, who, soon_at, reopened, presumed in waiting.values_list(*columns):
        half = who == "reporter" and soon_at is not None and soon_at <= now
        reasons = {"redone": bool(reopened), "half": half, "unheard": bool(presumed), "drawn": pk in drawn}
        reason = next((name for name, holds in reasons.items() if holds), "")
        if reason and (pk not in called or called[pk] < opened_at):
            found[pk] = reason
    return found


def _called(town: Town, duties: QuerySet[Duty]) -> dict[int, datetime]:
    """When the reporters of some duties' cases were last called."""
    rows = Entry.objects.for_system("calls: cases are scoped", town).filter(
        ~Q(counts=""), subject_kind="case", subject_id__in=duties.values("case_id"), counts="called_back"
    )
    return dict(rows.order_by("subject_id", "seq").values_list("subject_id", "at"))


def last_sample(town: Town) -> Mapping[str, Any]:
    """The last draw for return calls as its entry holds it: seed, drawn, population, size, at; empty before any."""
    rows = Entry.objects.for_system("sample", town).filter(subject_kind=SAMPLE, subject_id=town.pk, act="draw")
    last = rows.order_by("-seq").first()
    return {**last.data, "at": last.at} if last is not None else {}


def tallies(actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many rows each of LISTS has; five statements."""
    rows = duties_of(actor, InboxFilter(scope="all"), now=now)
    main, running = Q(what="main"), Q(case__state__paused_at=None)
    review = at_steps(actor.town, lambda step: step.phase == "review" and not step.end, "case__")
    late = main & running & Q(due_at__lt=now)
    found: dict[str, int] = rows.aggregate(
        late=Count("id", filter=late),
        soon=Count("id", filter=main & running & Q(due_at__gte=now, soon_at__lte=now)),
        extension=Count("id", filter=Q(what="extension")),
        watch=Count("id", filter=Q(what="watch")),
        review=Count("id", filter=main & review),
    )
    more = {"silent": silent(actor, now=now).count(), "again": again(actor, now=now).count()}
    return {**found, **more, "calls": len(calls(actor, now=now))}


def spread(actor: Actor, *, now: datetime) -> dict[str, dict[int, list[int]]]:
    """Late and soon-late cases by unit and by grid (0: none): id → [late, soon]."""
    rows: Any = duties_of(actor, InboxFilter(scope="all", duty="main"), now=now)
    rows = rows.filter(case__state__paused_at=None, soon_at__lte=now).order_by()
    late = Count("id", filter=Q(due_at__lt=now))
    found: dict[str, dict[int, list[int]]] = {"units": {}, "grids": {}}
    for unit, grid, n_late, n in rows.values_list("unit_id", "case__grid_id").annotate(late=late, n=Count("id")):
        for name, pk in (("units", unit), ("grids", grid or 0)):
            held = found[name].setdefault(pk, [0, 0])
            held[0], held[1] = held[0] + n_late, held[1] + n - n_late
    return found


def asked(town: Town, duty_ids: Sequence[int]) -> dict[int, Row]:
    """What was asked when each of some side duties was laid on: `text`, `until`, `by` (post); three statements."""
    ids = [pk for pk in duty_ids if pk is not None]
    if not ids:
        return {}
    duties = Duty.objects.for_system("asked: of rows in view", town).filter(id__in=ids)
    born = Entry.objects.for_system("asked: of rows in view", town).filter(
        subject_kind="case", subject_id=OuterRef("case_id"), at=OuterRef("opened_at")
    )
    made = duties.annotate(entry=Subquery(born.order_by("-seq").values("id")[:1]))
    entry_of = dict(made.values_list("id", "entry"))
    entries = Entry.objects.for_system("asked: of rows in view", town).filter(id__in=list(entry_of.values()))
    given = {pk: data.get("given", {}) for pk, data in entries.values_list("id", "data")}
    texts: dict[int, list[str]] = {}
    bodies = Text.objects.for_system("asked: of rows in view", town).filter(entry_id__in=list(given), erased_at=None)
    for entry_id, body in bodies.order_by("field").values_list("entry_id", "body"):
        texts.setdefault(entry_id, []).append(body)
    return {
        pk: {"text": " ".join(texts.get(entry, ())), "until": _moment(given.get(entry, {}).get("until"))}
        for pk, entry in entry_of.items()
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
