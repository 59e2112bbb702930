"""The phone of handlers and grid workers: today, what is near, and raising a case on the spot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions import open_case, transition
from lianxin.cases.forms import MOST_PHOTOS, keep
from lianxin.cases.models import Case
from lianxin.cases.pickers import category_name, grid_name
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.queries.setup import categories, latest_version, leaves, report_kind, workflow_of
from lianxin.cases.queries.watch import asked
from lianxin.cases.values import Done, Holder
from lianxin.cases.views.desk.register import kinds_to_open
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.public.report_asked import Answering, answer, every_sheet
from lianxin.cases.views.public.report_form import Report, plate_of, read_report, site_on, told_by_plate
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see
from lianxin.places.queries import grid_tree, subtree_ids
from lianxin.town.homes.field_case import others
from lianxin.town.homes.field_day import of_day, undisturbed
from lianxin.town.homes.reform.micro import mine
from lianxin.town.homes.rows import MAIN, dress, places_of, with_next
from lianxin.ui.receipts import receipted
from lianxin.workflow.definition import Transition
from lianxin.workflow.definition.naming import HOLDER

CHANNEL = "field"
MOST = 100


@staff
@never_cache
@require_safe
def field(request: StaffRequest) -> HttpResponse:
    """Today: what is mine to do, the most pressing first; what else I was asked for stands apart."""
    actor, now = request.actor, timezone.now()
    return undisturbed(request, render(request, "town/field.html", _mine(request, actor, now)))


def _mine(request: StaffRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the page of today shows: requests, matters of other kinds (visits, checks, wishes), what was asked of me."""
    page = inbox(actor, InboxFilter(scope="mine"), now=now, after=request.GET.get("after", ""), most=MOST)
    rows = on_phone(actor, with_next(actor, page["rows"]))
    sides = [row for row in rows if row["duty"] != MAIN]
    told = asked(actor.town, [row["duty_id"] for row in sides])
    late, day = sum(row["late"] for row in rows), of_day(request, actor)
    main, usual = [row for row in rows if row["duty"] == MAIN], report_kind(actor.town)
    return {
        **frame(request, "field"),
        "rows": [row for row in main if row["kind"] == usual],
        "visits": [row for row in main if row["kind"] != usual],
        "sides": [{**row, "asked": told.get(row["duty_id"])} for row in sides],
        "late": late, "page": page, **day,
        # Neighbours' telephones are not kept on a phone: a kept page leaves them out.
        "micros": mine(actor) if day["kept_at"] is None else [],
    }  # fmt: skip


def on_phone(actor: Actor, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with where they lie; each leads to its case in short, made for a phone. One statement."""
    where = places_of(actor.town, rows)
    for row in rows:
        row["lon"], row["lat"] = where.get(row["id"], (None, None))
        row["href"] = reverse("field-case", args=[row["number"]])
    return list(rows)


@staff
@never_cache
@require_safe
def near(request: StaffRequest) -> HttpResponse:
    """Open cases around me, whoever has them. The phone sorts them by its own place, which it tells nobody."""
    actor, now = request.actor, timezone.now()
    cases = Case.objects.seen_by(actor).filter(closed_at=None)
    own = own_grid(actor)
    if own is not None and actor.sees != "grid":
        cases = cases.filter(grid_id__in=sorted(subtree_ids(actor.town, own)))
    rows = on_phone(actor, dress(rows_of(actor, cases.order_by("due_at", "id"), now=now, most=MOST)))
    context = {**frame(request, "field"), "rows": rows, "most": MOST, **of_day(request, actor)}
    return undisturbed(request, render(request, "town/field_near.html", context))


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def raising(request: StaffRequest) -> HttpResponse:
    """Raise a case on the spot; what a grid worker finds and can settle, they may take on at once."""
    actor = request.actor
    if not actor.can("register"):
        raise PermissionDenied
    if request.method != "POST":
        return undisturbed(request, _form(request, actor, None))
    if others(request):
        return HttpResponse(status=409, headers={"X-Lianxin-Other": "1"})
    filled = read_report(actor.town, request.POST, request.FILES)
    answering = answer(filled, request.POST, filled.category)
    if filled.faults or answering.open:
        return _form(request, actor, filled, answering, status=422 if filled.faults else 200)
    try:
        done = raise_case(filled, request.POST, actor=actor, now=timezone.now())
    except KeyUsedOtherwise:
        filled.faults[""] = _("This form was sent already. If you found something else, press “Send” again.")
        return _form(request, actor, filled, status=409)
    return receipted(request, _raised(request, actor, done))


def raise_case(filled: Report, data: Any, *, actor: Actor, now: datetime) -> Done:
    """Open the case; with `take` in the form, and where the workflow lets its holder, take it on at once."""
    town = actor.town
    kind = kind_chosen(actor, data.get("kind", ""))
    take = at_once(town, kind) if data.get("take") else None
    holder = Holder(actor.unit_id or 0, actor.post_id) if take is not None else None
    draft = filled.draft(kind, CHANNEL)
    draft = type(draft)(**{**_fields(draft), "holder": holder, "urgency": _urgency(data.get("urgency", ""))})
    if draft.grid_id is None and draft.lon is None:
        draft = type(draft)(**{**_fields(draft), "grid_id": own_grid(actor)})
    key, scope = data.get("idempotency_key", ""), f"field:{actor.account_id}"
    once = filled.once(key, scope, take=bool(take), **_other(town, kind))
    done = open_case(draft, actor=actor, now=now, once=once)
    if take is not None and not done.repeated:
        done = transition(done.standing, take.act, actor=actor, now=now)
    return done


def kind_chosen(actor: Actor, word: str) -> str:
    """The kind of case that was chosen, if it is theirs to open; the residents' own where nothing was."""
    return word if word in {each["value"] for each in kinds_to_open(actor)} else report_kind(actor.town)


def _other(town: Town, kind: str) -> dict[str, str]:
    """A kind other than the usual one, as the key of a form tells it; letters written before kinds could be chosen
    stay what they were.
    """
    return {"kind": kind} if kind != report_kind(town) else {}


def own_grid(actor: Actor) -> int | None:
    """The small grid somebody is posted to: where they find something, unless they say where else."""
    chain = [int(each) for each in actor.grid_path.split("/") if each.isdigit()] if actor.grid_path else []
    node = grid_tree(actor.town).get(chain[-1]) if chain else None
    return node.id if node is not None and node.level in ("grid", "micro") else None


def _fields(draft: Any) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


def _urgency(word: str) -> str:
    return word if word in ("urgent", "emergency") else ""


def at_once(town: Town, kind: str) -> Transition | None:
    """What lets the holder of a fresh case of a kind handle it without further ado; None where nothing does."""
    flow = workflow_of(latest_version(town, kind))
    found = (each for each in flow.transitions_from(flow.start) if HOLDER & set(each.by) and not each.needs)
    return next((each for each in found if each.to and flow.phase_of(each.to) == "handle"), None)


def _raised(request: StaffRequest, actor: Actor, done: Done) -> HttpResponse:
    number = spoken(done.case.number)
    if done.case.post_id == actor.post_id:
        messages.success(request, _("Raised as %(number)s. It is yours: work on it now.") % {"number": number})
        return see(reverse("field-case", args=[done.case.number]))
    messages.success(request, _("Raised as %(number)s. The desk has it now.") % {"number": number})
    return see(f"{reverse('field')}#{done.case.number}")  # for a page that sent it by itself, and says its number


def _form(
    request: StaffRequest,
    actor: Actor,
    filled: Report | None,
    answering: Answering | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    photos: Sequence[Any] = filled.photos if filled is not None else ()
    code = (request.POST or request.GET).get("plate", "")
    context = {
        **frame(request, "field-raise"), "plate": plate_of(actor.town, code) or site_on(actor.town, code),
        "data": request.POST or told_by_plate(actor.town, code),
        "faults": filled.faults if filled else {}, "groups": _groups(actor.town),
        "kept": keep(photos, town_id=actor.town_id), "kept_photos": len(photos), "most_photos": MOST_PHOTOS,
        "key": request.POST.get("idempotency_key"), "kinds": kinds_to_open(actor),
        "takes": [each["value"] for each in kinds_to_open(actor) if at_once(actor.town, each["value"])],
        "own": grid_name(actor.town, own_grid(actor)), **of_day(request, actor), "answering": answering,
        "sheets": every_sheet(filled or Report(actor.town), request.POST),
    }  # fmt: skip
    return render(request, "town/raise.html", context, status=status)


def _groups(town: Town) -> list[dict[str, Any]]:
    """The categories that take cases, each with its group's name."""
    known = categories(town)
    found: dict[int, dict[str, Any]] = {}
    for leaf in leaves(town):
        above = known.get(leaf.parent_id or 0, leaf)
        group = found.setdefault(above.pk, {"name": category_name(above), "leaves": []})
        group["leaves"].append({"value": str(leaf.pk), "text": category_name(leaf)})
    return list(found.values())
