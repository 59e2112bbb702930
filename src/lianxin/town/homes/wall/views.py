"""The wall's page and its figures, for staff and for a display with a link of its own."""

import hashlib
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.pickers import category_name, unit_name
from lianxin.cases.queries.setup import categories
from lianxin.cases.views.frame import StaffRequest
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.queries import units
from lianxin.people.tokens import DISPLAY, TokenRefused, bearer
from lianxin.places.queries import Node, grid_tree
from lianxin.town.homes.townpage import phase_names
from lianxin.town.homes.wall.figures import Snapshot, screen, snapshot, soon_href
from lianxin.town.homes.wall.ground import Ground, cuts, ground
from lianxin.ui.assets import asset
from lianxin.ui.words import is_chinese

EVERY_SECONDS = 30  # how often a wall asks again
OLD_SECONDS = 120  # from when on a wall says that its figures stand still
GIVE_UP_SECONDS = 10  # how long a wall waits for an answer
MOST_UNITS = 12  # lines a wall has room for
MOST_CATEGORIES = 7


def may_watch(actor: Actor) -> bool:
    """Whether somebody of the staff has the whole town before them."""
    return actor.is_staff and actor.sees == "town"


@staff
@never_cache
@require_safe
def wall(request: StaffRequest) -> HttpResponse:
    """The wall for staff: each figure leads to its records."""
    if not may_watch(request.actor):
        raise PermissionDenied
    every = _every(request)
    source = reverse("wall-figures") + (f"?all={every}" if every else "")
    return _page(request, request.actor, links=True, source=source, every=every)


@staff
@never_cache
@require_safe
def wall_figures(request: StaffRequest) -> HttpResponse:
    """The part of the wall that changes, for staff."""
    if not may_watch(request.actor):
        raise PermissionDenied
    return _figures(request, request.actor, links=True, every=_every(request))


@never_cache
@require_safe
def display(request: HttpRequest, token: str) -> HttpResponse:
    """The wall for a screen that nobody sits at: plain figures, by a link that opens nothing else."""
    try:
        actor = _opened(token)
    except TokenRefused:
        return render(request, "town/wall_ended.html", status=403)
    return _page(request, actor, links=False, source=reverse("wall-display-figures", args=[token]))


@never_cache
@require_safe
def display_figures(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the wall that changes, for a screen."""
    try:
        actor = _opened(token)
    except TokenRefused as refused:
        raise PermissionDenied from refused
    return _figures(request, actor, links=False)


def _opened(token: str) -> Actor:
    """Who a display's link acts as: never the post that made it. A link that is none is not found."""
    try:
        made_by = bearer(token, now=timezone.now())
    except TokenRefused as refused:
        if refused.code == "token_unknown":
            raise Http404 from refused
        raise
    if made_by.scopes != frozenset({DISPLAY}):
        raise Http404
    return screen(made_by.town)


def _every(request: HttpRequest) -> str:
    """Of which list somebody at the wall asked for all its lines; a screen that nobody sits at shows the first."""
    asked = request.GET.get("all", "")
    return asked if asked in ("units", "kinds") else ""


def _page(request: HttpRequest, actor: Actor, *, links: bool, source: str, every: str = "") -> HttpResponse:
    now = timezone.now()
    shown = snapshot(actor, now=now)
    waits = {"every": EVERY_SECONDS, "old": OLD_SECONDS, "give_up": GIVE_UP_SECONDS}
    about = {"age": shown.age(now), "source": source, "waits": waits}
    return render(request, "town/wall.html", {**_shown(actor, shown, now, links=links, every=every), **about})


def _figures(request: HttpRequest, actor: Actor, *, links: bool, every: str = "") -> HttpResponse:
    """The part that changes; 304 where it has not. Its age is told beside it, so that a quiet hour costs nothing."""
    now = timezone.now()
    shown = snapshot(actor, now=now)
    answer = render(request, "town/wall_figures.html", _shown(actor, shown, now, links=links, every=every))
    answer.headers["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    told = cast("HttpResponse", get_conditional_response(request, etag=answer.headers["ETag"], response=answer))
    told.headers["X-Figures-Age"] = str(shown.age(now))
    told.headers["X-Figures-At"] = f"{timezone.localtime(shown.at):%H:%M}"
    return told


def _shown(actor: Actor, shown: Snapshot, now: datetime, *, links: bool, every: str) -> dict[str, Any]:
    """What the templates say: names in the reader's language, the map's tones."""
    town, known, kinds = actor.town, units(actor.town), categories(actor.town)
    drawn = ground(town)
    most = max((shown.places.get(each.id, (0, 0))[0] for each in drawn.grids), default=0) if drawn else 0
    marks = cuts(most)
    tones = {pk: sum(n >= cut for cut in marks) for pk, (n, _late) in shown.places.items()}
    return {
        "s": shown, "links": links, "counted": timezone.localtime(shown.at), "phases": phase_names(),
        "ground": drawn, "cuts": marks, "tones": tones, "day": _day(timezone.localtime(now)),
        "names": {row["id"]: unit_name(known[row["id"]]) if row["id"] else "" for row in shown.units},
        "kind_names": {pk: category_name(kinds[pk]) if pk in kinds else "" for pk, _figure in shown.categories},
        "units": _cut([row for row in shown.units if row["id"]], MOST_UNITS, every == "units"),
        "nobodys": [row for row in shown.units if not row["id"]],
        "kinds": _cut(shown.categories, MOST_CATEGORIES, every == "kinds"), "undrawn": _undrawn(town, shown, drawn),
        "counted_of": f"{_of(links)} · {_('counts of this moment, rates of twelve months to today')}",
        "soon_href": soon_href(), "build": f"{asset('wall.css')} {asset('wall.js')} {town.config_version}",
    }  # fmt: skip


def _cut(rows: list[Any], most: int, every: bool) -> dict[str, Any]:
    """The lines a wall has room for and the `rest`, which it shows as one; one line alone is no rest."""
    at = len(rows) if len(rows) <= most + 1 else most
    return {"rows": rows if every else rows[:at], "rest": [] if every else rows[at:], "most": at, "all": len(rows)}


def _undrawn(town: Town, shown: Snapshot, drawn: Ground | None) -> list[tuple[Node, tuple[int, int]]]:
    """The villages that have open cases and no boundary: the map cannot show them."""
    known = {each.id for each in drawn.villages} if drawn else set()
    rows = ((node, shown.places.get(pk, (0, 0))) for pk, node in grid_tree(town).items() if node.level == "village")
    return [(node, held) for node, held in rows if node.id not in known and held[0]]


def _of(links: bool) -> str:
    """What the wall counts: staff see what they may, a screen nothing that is confidential."""
    return _("All kinds") if links else _("All kinds but the confidential ones")


def _day(at: datetime) -> str:
    """The day as a hall reads it: 11月22日 星期日."""
    weekday = date_format(at, "l")
    if is_chinese():
        return f"{at.month}月{at.day}日 {weekday}"
    return f"{weekday} {at.day} {date_format(at, 'F')}"
