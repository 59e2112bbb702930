"""The public board and its map: what was asked for and what came of it, checked by a clerk before it stands here."""

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from lianxin.cases.cells import cells_of
from lianxin.cases.models import Case
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.board import (
    LONGEST_WORDS,
    BoardFilter,
    board_cells,
    board_counts,
    board_each,
    board_item,
    board_photo,
    groups,
    marks,
    photos_shown,
    places,
    shown_to_public,
    within,
)
from lianxin.cases.queries.board import board as board_page
from lianxin.cases.queries.mapped import read_window
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.views.marks import collection, crowd, point
from lianxin.cases.views.public.pages import TownRequest, feeds_of, mine_kept, nav, plain_words
from lianxin.cases.views.public.progress import progress_of
from lianxin.cases.views.public.report import photo_file
from lianxin.keys.cache import cached
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.people.middleware import by_code, signed_in
from lianxin.people.queries import units
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from lianxin.ui import words

MINE_IN_FRONT = 3
FRESH = 300  # seconds a browser may keep the ground without asking again


@require_safe
def front(request: TownRequest) -> HttpResponse:
    """The town's front door: report, follow, board, map, and its telephone."""
    latest = board_page(request.town, BoardFilter(), most=3)["rows"]
    context = {
        "latest": [_card(request.town, row) for row in latest], "mine": mine_kept(request, MINE_IN_FRONT),
        "signed_in": by_code(request) and signed_in(request) is not None,
    }  # fmt: skip
    return render(request, "cases/public/front.html", context)


@require_safe
def board(request: TownRequest) -> HttpResponse:
    """The board: filters, a page of what is published, the pages beside it."""
    town, wanted = request.town, read_filter(request)
    page = board_page(town, wanted, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "nav": nav("board"), "rows": [_card(town, row) for row in page["rows"]], "next": page["next"],
        "previous": page["previous"], "watch": reverse("watch") + kept_query(wanted),
        "feeds": feeds_of(request, _("The public board"), "board-feed", query=kept_query(wanted)),
        **_filters(request, wanted),
    }  # fmt: skip
    return render(request, "cases/public/board.html", context)


def read_filter(request: TownRequest, data: QueryDict | None = None) -> BoardFilter:
    """The filters in an address, or in a form; what is no filter of ours counts as none."""
    get, tree = request.GET if data is None else data, grid_tree(request.town)
    village, grid = (_one_of(get.get(name, ""), set(tree)) for name in ("village", "grid"))
    return BoardFilter(
        grid=within(request.town, village, grid),
        category=_one_of(get.get("category", ""), {pk for pk, _name in groups(request.town)}),
        state=get.get("state", "") if get.get("state") in {"open", "closed"} else "",
        words=plain_words(get.get("words", ""), LONGEST_WORDS),
    )


def kept_query(wanted: BoardFilter) -> str:
    """The part of an address that asks for the same area again."""
    asked = {"grid": wanted.grid, "category": wanted.category}
    told = urlencode({name: value for name, value in asked.items() if value})
    return f"?{told}" if told else ""


def _one_of(text: str, known: set[int]) -> int | None:
    pk = read_number(text)
    return pk if pk in known else None


def _filters(request: TownRequest, wanted: BoardFilter) -> dict[str, Any]:
    town, counts = request.town, board_counts(request.town, wanted)
    states = (
        ("", pgettext("resident", "All"), "all"), ("open", pgettext("resident", "In progress"), "open"),
        ("closed", pgettext("resident", "Settled"), "closed"),
    )  # fmt: skip
    kept = request.GET.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    return {
        "wanted": wanted, "places": places(town, wanted.grid), "groups": groups(town), "kept": kept.urlencode(),
        "states": [
            {"value": value, "text": text, "count": counts[key], "on": wanted.state == value}
            for value, text, key in states
        ],
        "filtered": any((wanted.grid, wanted.category, wanted.state, wanted.words)),
    }  # fmt: skip


def _card(town: Town, row: dict[str, Any]) -> dict[str, Any]:
    """A published case as the list shows it."""
    flow = workflow_by_id(town, row["workflow_id"])
    done = row["closed"]
    cells = cells_of(flow, row["step"], row["state"], None)
    return {
        "href": reverse("board-item", args=[row["number"]]), "number": spoken(row["number"]), "title": row["title"],
        "place": row["place"], "unit": row["category"], "cells": cells, "light": "done" if done else "ok",
        "words": (_("settled %(day)s") if done else _("reported %(day)s"))
        % {"day": words.day(row["closed_at"] or row["recorded_at"])},
    }  # fmt: skip


@require_safe
def item(request: TownRequest, number: str) -> HttpResponse:
    """One published case: what was asked, what was answered, photos before and after."""
    row = board_item(request.town, number)
    if row is None:
        raise Http404
    feeds = feeds_of(request, row["title"], "board-item-feed", row["number"])
    return render(request, "cases/public/item.html", {"nav": nav("board"), "feeds": feeds, **_item(request.town, row)})


def _item(town: Town, row: dict[str, Any]) -> dict[str, Any]:
    case = Case.objects.for_system("public board", town).get(pk=row["case_id"])
    shown = photos_shown(row["shown"])
    photos = [
        {**_photo(row["number"], pk), "tag": tag}
        for tag, ids in ((_("Before"), shown["before"]), (_("After"), shown["after"])) for pk in ids
    ]  # fmt: skip
    return {
        "row": row, "number": spoken(row["number"]), "photos": photos,
        "progress": progress_of(town, case, now=timezone.now()), "unit": _answered_by(town, case),
        "joinable": shown_to_public(town, [case]).get(case.pk, {}).get("open", False),
        "days": max(1, (row["closed_at"] - row["recorded_at"]).days) if row["closed"] else 0,
    }  # fmt: skip


def _answered_by(town: Town, case: Case) -> str:
    """The unit that handled a case; the desk has it back once it is answered."""
    held = case.state.get("handler") or {"unit": case.unit_id}
    unit = units(town).get(held["unit"] or 0)
    return unit_name(unit) if unit else ""


def _photo(number: str, photo_id: int) -> dict[str, str]:
    full = reverse("board-photo", kwargs={"number": number, "photo": photo_id})
    return {"src": f"{full}?small=1", "href": full}


@require_safe
def item_photo(request: TownRequest, number: str, photo: str) -> HttpResponse:
    """A photo chosen for the public."""
    digest = board_photo(request.town, number, int(photo))
    if digest is None:
        raise Http404
    return photo_file(request.town.pk, digest, thumb="small" in request.GET)


@require_safe
def map_page(request: TownRequest) -> HttpResponse:
    """The map of what is published, and the same as a list."""
    wanted = read_filter(request)
    rows = [_card(request.town, row) for row in marks(request.town, wanted)]
    filters = _filters(request, wanted)
    where = f"{reverse('map-marks')}?{filters['kept']}"
    return render(request, "cases/public/map.html", {"nav": nav("map"), "rows": rows, "marks": where, **filters})


@require_safe
def map_marks(request: TownRequest) -> HttpResponse:
    """The marks of a window of the map, GeoJSON: cells that hold several, and cases; with `each` the cases alone."""
    town, wanted, window = request.town, read_filter(request), read_window(request.GET)
    crowded: list[dict[str, Any]] = []
    if window is not None and "each" in request.GET:
        alone = board_each(town, wanted, window)
    else:
        crowded, alone = board_cells(town, wanted, window)
    features = [crowd(cell) for cell in crowded] + [_mark(town, row) for row in alone]
    return _geojson(collection(features), 60)


def _mark(town: Town, row: dict[str, Any]) -> dict[str, Any]:
    card = _card(town, row)
    told = {"number": card["number"], "title": card["title"], "href": card["href"], "state": card["light"],
            "text": _(", ").join(part for part in (card["place"], card["words"]) if part)}  # fmt: skip
    return point(row["lon"], row["lat"], told)


@require_safe
def grids_geojson(request: TownRequest) -> HttpResponse:
    """The boundaries of villages and small grids, GeoJSON in WGS-84; a browser asks again only whether they changed."""
    body, tag = cached(request.town, "public.grids", lambda: _ground(request.town))
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = _geojson(body, FRESH)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return response


def _ground(town: Town) -> tuple[str, str]:
    rows = Grid.objects.for_system("the public map", town).filter(valid_to=None, level__in=["village", "grid"])
    features = [
        {"type": "Feature", "geometry": _rounded(grid.boundary),
         "properties": {"name": grid.name, "level": grid.level, "href": f"{reverse('board')}?grid={grid.pk}"}}
        for grid in rows.exclude(boundary=None).order_by("level", "code")
    ]  # fmt: skip
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    return body, quote_etag(hashlib.sha256(body.encode()).hexdigest()[:32])


def _rounded(shape: Any) -> Any:
    """A boundary with six decimals (a hand's breadth), which halves what is sent."""
    if isinstance(shape, dict):
        return {name: _rounded(value) for name, value in shape.items()}
    if isinstance(shape, list | tuple):
        return [_rounded(value) for value in shape]
    return round(shape, 6) if isinstance(shape, float) else shape


def _geojson(body: str, seconds: int) -> HttpResponse:
    response = HttpResponse(body, content_type="application/geo+json")
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
