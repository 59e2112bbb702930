"""The pages of a register: its list, a row with its history, and the way back; and the page of the town itself."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.ledger.rows import StaleRow, past_of, plain, stamp_of
from lianxin.people.middleware import staff
from lianxin.people.models import Account
from lianxin.people.views.signing import see
from lianxin.town.homes.records.pages import seq_of
from lianxin.town.homes.records.showing import told_rows, who
from lianxin.town.registers.fields import Field
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import (
    NotKept,
    Register,
    change,
    changes,
    enter,
    go_back,
    gone,
    read_form,
    row_or_gone,
    take_away,
)
from lianxin.town.registers.town import (
    FIELDS,
    StaleTown,
    change_town,
    put_town_back,
    read_town,
    stamp_of_town,
    stands,
    town_changes,
)

Faults = Mapping[str, str]
MOST_SHOWN = 1000  # rows of a register in its list; words find the others


def _register(request: StaffRequest, key: str) -> Register:
    register = REGISTERS.get(key)
    if register is None:
        raise Http404
    if not request.actor.can(register.may):
        raise PermissionDenied
    return register


def _row(request: StaffRequest, register: Register, pk: int) -> Any:
    row = register.of(request.actor.town, pk)
    if row is None:
        raise Http404
    return row


@staff
@never_cache
@require_safe
def register_list(request: StaffRequest, key: str) -> HttpResponse:
    """The rows of a register, in their groups, and those taken away last."""
    return _list(request, _register(request, key))


def _list(request: StaffRequest, register: Register, fault: str = "") -> HttpResponse:
    town = request.actor.town
    words = request.GET.get("q", "").strip()[:40]
    shown = [_line(register, town, row) for row in register.rows(town)]
    shown = [each for each in shown if words.lower() in f"{each['title']} {each['about']} {each['group']}".lower()]
    parts = groupby(shown[:MOST_SHOWN], key=lambda each: each["group"])
    context = {
        **frame(request, "setup"), "register": register, "count": len(shown), "words": words, "fault": fault,
        "groups": [{"name": name, "rows": list(rows)} for name, rows in parts], "most": MOST_SHOWN,
        "gone": _gone(register, town),
    }  # fmt: skip
    return render(request, "town/setup_list.html", context, status=422 if fault else 200)


def _gone(register: Register, town: Town) -> list[dict[str, Any]]:
    rows = gone(register, town)
    people = Account.objects.in_bulk([each.entry.account_id for each in rows if each.entry.account_id])
    return [
        {
            "title": register.title(town, each.row), "about": register.about(town, each.row), "at": each.entry.at,
            "who": who(people, each.entry), "seq": each.entry.seq,
            "back": reverse("setup-back", args=[register.key, each.row.pk]),
        }
        for each in rows
    ]  # fmt: skip


def _line(register: Register, town: Town, row: Any) -> dict[str, Any]:
    return {
        "href": reverse("setup-row", args=[register.key, row.pk]), "title": register.title(town, row),
        "about": register.about(town, row), "group": register.group(town, row), "off": register.off(row),
    }  # fmt: skip


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def register_new(request: StaffRequest, key: str) -> HttpResponse:
    """The form of a new row; POST enters it."""
    register = _register(request, key)
    if request.method == "POST":
        reading = read_form(register, request.actor.town, request.POST)
        try:
            row = enter(register, reading, actor=request.actor, now=timezone.now(), why=_why(request))
        except NotKept as refused:
            return _form(request, register, None, refused.faults)
        messages.success(request, _("Entered."))
        return see(reverse("setup-row", args=[key, row.pk]))
    return _form(request, register, None, {})


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def register_row(request: StaffRequest, key: str, pk: int) -> HttpResponse:
    """A row with its history; POST changes it."""
    register = _register(request, key)
    row = _row(request, register, pk)
    if request.method == "POST":
        reading, seen = read_form(register, request.actor.town, request.POST, row), request.POST.get("seen", "")
        try:
            done = change(
                register, row, reading, actor=request.actor, now=timezone.now(), seen=seen, why=_why(request)
            )  # fmt: skip
        except (NotKept, StaleRow) as refused:
            return _form(request, register, _row(request, register, pk), _faults(refused))
        messages.success(request, _("Saved.") if done else _("Nothing was changed."))
        return see(reverse("setup-row", args=[key, pk]))
    return _form(request, register, row, {})


@staff
@require_POST
def register_back(request: StaffRequest, key: str, pk: int) -> HttpResponse:
    """Bring a row to what it was before one entry of its history; one that was taken away comes back."""
    register = _register(request, key)
    row = row_or_gone(register, request.actor.town, pk)
    if row is None:
        raise Http404
    try:
        go_back(register, row, seq_of(request), actor=request.actor, now=timezone.now())
    except NotKept as refused:
        why, stands = next(iter(refused.faults.values())), register.of(request.actor.town, pk)
        return _form(request, register, stands, {"": why}) if stands else _list(request, register, why)
    messages.success(request, _("It is again as it was before."))
    return see(reverse("setup-row", args=[key, pk]))


@staff
@require_POST
def register_drop(request: StaffRequest, key: str, pk: int) -> HttpResponse:
    """Take a row away, in registers that let rows go."""
    register = _register(request, key)
    row = _row(request, register, pk)
    try:
        take_away(register, row, actor=request.actor, now=timezone.now(), why=_why(request))
    except NotKept as refused:
        return _form(request, register, row, refused.faults)
    messages.success(request, _("Taken away."))
    return see(reverse("setup-register", args=[key]))


def _why(request: StaffRequest) -> str:
    return request.POST.get("why", "").replace("\x00", "").strip()[:200]


def _faults(refused: NotKept | StaleRow | StaleTown) -> Faults:
    if isinstance(refused, NotKept):
        return refused.faults
    return {"": _("Somebody changed it meanwhile. Below is what you wrote; look at the history, then save again.")}


def _form(request: StaffRequest, register: Register, row: Any, faults: Faults) -> HttpResponse:
    town, data = request.actor.town, request.POST if faults and "seen" in request.POST else None
    fields = [each for each in register.fields if row is None or not each.fixed]
    values = plain(row) if row is not None else _fresh(register, request.GET, town)
    context = {
        **frame(request, "setup"), "register": register, "row": row, "faults": faults,
        "sections": _sections(town, fields, values, data, faults),
        "title": register.title(town, row) if row is not None else "",
        "fixed": _fixed(register, town, row), "seen": stamp_of(row) if row is not None else "",
        "why": _why(request), "history": _history(register, town, row) if row is not None else [],
    }  # fmt: skip
    return render(request, "town/setup_row.html", context, status=422 if faults else 200)


def _history(register: Register, town: Town, row: Any) -> list[dict[str, Any]]:
    back = reverse("setup-back", args=[register.key, row.pk])
    return told_rows(changes(register, town, row), lambda _change: back)


def _fresh(register: Register, asked: QueryDict, town: Town) -> dict[str, Any]:
    """What a new row begins with: the model's own defaults, and what the address says (a group, a date)."""
    values = plain(register.model(town=town))
    return {**values, **{each.column: asked[each.column] for each in register.fields if each.column in asked}}


def _fixed(register: Register, town: Town, row: Any) -> list[tuple[str, str]]:
    if row is None:
        return []
    stood = plain(row)
    return [(each.label(), each.said(town, stood[each.column])) for each in register.fields if each.fixed]


def _sections(
    town: Town, fields: Sequence[Field], values: Mapping[str, Any], data: QueryDict | None, faults: Faults
) -> list[dict[str, Any]]:
    """The widgets of each field; several of one field stand together under its name."""
    found = []
    for each in fields:
        widgets = each.widgets(town, values.get(each.column), data)
        fault = faults.get(each.column, "")
        grouped = any("over" in widget for widget in widgets)
        if fault and not grouped:
            widgets[0]["error"] = fault
        over = next((w.pop("over") for w in widgets if "over" in w), "")
        under = next((w.pop("under") for w in widgets if "under" in w), "")
        found.append({"column": each.column, "widgets": widgets, "over": over, "under": under, "fault": fault})
    return found


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def setup_town(request: StaffRequest) -> HttpResponse:
    """What is said of the town itself; POST changes it."""
    if not request.actor.can("configure"):
        raise PermissionDenied
    town = request.actor.town
    faults: Faults = {}
    if request.method == "POST":
        reading = read_town(town, request.POST)
        faults, seen = reading.faults, request.POST.get("seen", "")
        try:
            if not faults:
                done = change_town(
                    town, reading.facts, actor=request.actor, now=timezone.now(), seen=seen, why=_why(request)
                )  # fmt: skip
                messages.success(request, _("Saved.") if done else _("Nothing was changed."))
                return see(reverse("setup-town"))
        except (NotKept, StaleTown) as refused:
            faults = _faults(refused)
    return _town_page(request, town, faults)


@staff
@require_POST
def town_back(request: StaffRequest) -> HttpResponse:
    """Bring the town to what it was before one entry of its history."""
    if not request.actor.can("configure"):
        raise PermissionDenied
    town = request.actor.town
    try:
        put_town_back(town, seq_of(request), actor=request.actor, now=timezone.now())
    except NotKept as refused:
        named = {each.column: each.label() for each in FIELDS}
        words = _("%(name)s: %(fault)s")
        told = [words % {"name": named[c], "fault": said} if c else said for c, said in refused.faults.items()]
        return _town_page(request, town, {"": _("It cannot be as it was before. %(why)s") % {"why": " ".join(told)}})
    messages.success(request, _("It is again as it was before."))
    return see(reverse("setup-town"))


def _town_page(request: StaffRequest, town: Town, faults: Faults) -> HttpResponse:
    data = request.POST if faults and "seen" in request.POST else None
    told = [town_changes(town, entry) for entry in reversed(past_of(town, "town", town.pk))]
    context = {
        **frame(request, "setup"), "faults": faults,
        "history": told_rows(told, lambda _change: reverse("setup-town-back")),
        "sections": _sections(town, FIELDS, stands(town), data, faults), "seen": stamp_of_town(town),
        "why": _why(request),
    }  # fmt: skip
    return render(request, "town/setup_town.html", context, status=422 if faults else 200)
