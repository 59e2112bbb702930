"""Several cases of the inbox chosen: the acts they have in common, what came of each case, and the way back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.actions.bulk import MOST, Offer, Pick, act_on_all, key_of_batch, offers, undo_batch
from lianxin.cases.fields import fields_for
from lianxin.cases.forms import FormFaults, parse_given, values_of
from lianxin.cases.models import Batch, Case
from lianxin.cases.queries.chosen import batch_of, chosen
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.routes import why
from lianxin.cases.values import Holder, Standing
from lianxin.cases.views.desk.lists import carried, dressed
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.words import used_otherwise
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.workflow.undoing import WITHIN

Row = dict[str, Any]
_OWN = frozenset({"csrfmiddlewaretoken", "idempotency_key", "act", "pick"})


@staff
@never_cache
def bulk(request: StaffRequest) -> HttpResponse:
    """The chosen cases and what may be done to them; a POST does it to each in turn."""
    data = request.POST if request.method == "POST" else request.GET
    versions = seen_of(data.getlist("pick"))
    standings = chosen(request.actor, versions, most=MOST)
    if request.method != "POST":
        return shown(request, standings)
    offer = offers(request.actor, standings).get(data.get("act", ""))
    if offer is None:
        told = _("This cannot be done to any of these cases now. Choose anew.")
        return shown(request, standings, told=told, status=422)
    picks = [Pick(each, versions.get(each.case.number, -1)) for each in standings]
    try:
        batch = perform(request, offer, picks, given_of(offer, data, request.actor))
    except FormFaults as wrong:
        return shown(request, standings, at=offer.act, faults=wrong.faults, status=422)
    except KeyUsedOtherwise:
        return shown(request, standings, told=used_otherwise(), status=409)
    return see_other(reverse("bulk-done", args=[batch.pk]))


def perform(request: StaffRequest, offer: Offer, picks: Sequence[Pick], given: Mapping[str, Any]) -> Batch:
    """Do it, once for each time the form was made."""
    data, actor = request.POST, request.actor
    typed = {name: data.getlist(name) for name in data if name not in _OWN}
    key = data.get("idempotency_key", "")[:100] or str(new_id())
    once = key_of_batch(key, offer.act, seen_of(data.getlist("pick")), typed, actor=actor)
    batch, _repeated = act_on_all(once, offer, picks, given, actor=actor, now=timezone.now())
    return batch


def seen_of(picks: Sequence[str]) -> dict[str, int]:
    """The numbers chosen, each with the version its chooser saw ("NUMBER:VERSION"; -1 where none is told)."""
    found = {}
    for pick in picks[: MOST * 2]:
        number, _colon, version = pick.partition(":")
        found[number.strip()] = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
    return found


def given_of(offer: Offer, data: Any, actor: Actor) -> Row:
    """What the form gives for all cases alike; every fault at once. Raises FormFaults."""
    given: Row = {}
    faults: dict[str, str] = {}
    needs, takes = offer.fields
    for last in {id(way[-1]): way[-1] for way in offer.ways.values()}.values():
        mine = {name: values_of(data, name) for name in (*needs, *takes) if name in {*last.needs, *last.takes}}
        try:
            given |= parse_given(last, mine, actor=actor, case=None)
        except FormFaults as wrong:
            faults |= wrong.faults
    if faults:
        raise FormFaults(faults)
    return given


def shown(
    request: StaffRequest, standings: Sequence[Standing], *, at: str = "", faults: Mapping[str, str] | None = None,
    told: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page; `at`: the act whose form came back with faults."""
    actor, now = request.actor, timezone.now()
    held = Case.objects.seen_by(actor).filter(id__in=[each.case.pk for each in standings])
    rows = dressed(actor, rows_of(actor, held, now=now, most=MOST), request.GET) if standings else []
    order = {each.case.pk: place for place, each in enumerate(standings)}
    context = {
        **frame(request, "desk"),
        "rows": sorted(rows, key=lambda row: order[row["id"]]),
        "picks": [f"{each.case.number}:{each.case.version}" for each in standings],
        "boxes": [
            box_of(request, each, standings, faults or {} if each.act == at else None)
            for each in offers(actor, standings).values()
        ],
        "told": told,
        "most": MOST,
        "minutes": WITHIN.seconds // 60,
        "back": carried(request.GET).urlencode(),
    }
    return render(request, "cases/bulk/choose.html", context, status=status)


def box_of(
    request: StaffRequest, offer: Offer, standings: Sequence[Standing], faults: Mapping[str, str] | None
) -> Row:
    """An act as a form in a fold, with how many of the chosen cases it fits; `faults`: the form that came back."""
    first = next(each.case for each in standings if each.case.pk in offer.ways)
    needs, takes = offer.fields
    every = fields_for(offer.ways[first.pk][-1], request.actor, first)
    fields = [each for each in every if each["name"] in (*needs, *takes)]
    for field in fields:
        field["replies"] = []  # they speak of one case
        if faults is not None:
            typed = [str(value) for value in values_of(request.POST, field["name"])]
            field["value"] = typed if field["control"] == "checks" else (typed[0] if typed else "")
            field["error"] = faults.get(field["name"], "")
        elif field["name"] == "urgency" or (
            field["name"] == "holder" and len(_proposed(request.actor.town, offer, standings)) > 1
        ):  # that of one case says nothing of the others
            field["value"] = ""
    return {
        "act": offer.act, "name": offer.name, "fields": fields, "n": len(offer.ways), "of": len(standings),
        "open": faults is not None,
    }  # fmt: skip


def _proposed(town: Town, offer: Offer, standings: Sequence[Standing]) -> set[Holder]:
    """Whom the routes propose for the cases an act fits."""
    cases, now = [each.case for each in standings if each.case.pk in offer.ways], timezone.now()
    alike = {(case.category_id, case.grid_id) for case in cases}
    return {why(town, category_id=category, grid_id=grid, now=now).holder for category, grid in alike}


@staff
@never_cache
@require_safe
def bulk_done(request: StaffRequest, pk: int) -> HttpResponse:
    """What came of it, case by case, and the way back while there is one."""
    batch = own(request, pk)
    now = timezone.now()
    done = [line for line in batch.lines if line.get("entries")]
    cases = Case.objects.seen_by(request.actor).filter(id__in=[line["case"] for line in batch.lines])
    rows = {row["number"]: row for row in rows_of(request.actor, cases, now=now, most=MOST)}
    context = {
        **frame(request, "desk"),
        "batch": batch,
        "done": [told_of(line, rows) for line in done],
        "refused": [told_of(line, rows) for line in batch.lines if line.get("refused")],
        "missed": [told_of(line, rows) for line in batch.lines if not line.get("refused") and not line.get("entries")],
        "undone": [line for line in done if line.get("undone") is True],
        "until": batch.at + WITHIN if done and batch.undone_at is None and now <= batch.at + WITHIN else None,
    }
    return render(request, "cases/bulk/done.html", context)


def told_of(line: Mapping[str, Any], rows: Mapping[str, Row]) -> Row:
    """A line of a batch as the page tells it; `rows`: its cases that its maker sees now, by number."""
    undone, row = line.get("undone"), rows.get(line["number"])
    why = undone if isinstance(undone, str) else ""
    stands = {"step": row["step_name"], "unit": row["unit"]} if row else {}
    return {
        "number": line["number"], "spoken": spoken(line["number"]), "refused": line.get("refused", ""),
        "undone": undone is True, "why": why, "title": row["title"] if row else "", "seen": row is not None,
        "stands": (_("%(step)s, with %(unit)s") if row["unit"] else "%(step)s") % stands if row else "",
    }  # fmt: skip


@staff
@never_cache
@require_POST
def bulk_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what can be taken back of it; the page says of each case what came of that."""
    batch = own(request, pk)
    undo_batch(batch, actor=request.actor, now=timezone.now())
    return see_other(reverse("bulk-done", args=[batch.pk]))


def own(request: StaffRequest, pk: int) -> Batch:
    """The asker's own batch, or 404."""
    batch = batch_of(request.actor, pk)
    if batch is None:
        raise Http404
    return batch
