"""Cases in plain values for the door. What each caller may read is decided by the case page's query, here as there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lianxin.cases.columns import PLACE, placed
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.asking import asked_of
from lianxin.cases.queries.history import history_of
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.cases.values import Standing
from lianxin.cases.words import act_name
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.places.queries import ended_grids, grid_tree

Plain = dict[str, Any]
_SHARED = (
    "number", "spoken", "version", "title", "text", "step", "step_name", "phase", "ended", "outcome", "recorded_at",
    "light", "provisional",
)  # fmt: skip
_ROW = (
    "number", "title", "kind", "step", "step_name", "phase", "person", "urgency", "channel", "duty", "due_at",
    "light", "paused", "provisional", "joined", "recorded_at", "closed_at", "version",
)  # fmt: skip


def unit_ref(town: Town, pk: int | None) -> Plain | None:
    """A unit by id."""
    unit = units(town).get(pk or 0)
    return {"id": str(unit.pk), "key": unit.key, "name": unit_name(unit)} if unit else None


def category_ref(town: Town, pk: int | None) -> Plain | None:
    """A category by id."""
    row = categories(town).get(pk or 0)
    return {"id": str(row.pk), "key": row.key, "name": category_name(row)} if row else None


def grid_ref(town: Town, pk: int | None) -> Plain | None:
    """A grid by id; its key is the code."""
    node = grid_tree(town).get(pk or 0) or ended_grids(town).get(pk or 0)
    return {"id": str(node.id), "key": node.code, "name": grid_name(town, node.id)} if node else None


def case_row(town: Town, row: Mapping[str, Any]) -> Plain:
    """A row of the inbox as the door tells it."""
    post = {"id": str(row["post_id"]), "key": "", "name": row["post"]} if row["post_id"] else None
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in _ROW},
        "category": category_ref(town, row["category_id"]),
        "grid": grid_ref(town, row["grid_id"]),
        "unit": unit_ref(town, row["unit_id"]),
        "post": post,
    }


def case_facts(actor: Actor, standing: Standing, *, now: datetime) -> Plain:
    """A case for the staff; a constant number of statements."""
    case, town, page = standing.case, actor.town, case_page(actor, standing, now)
    holder = page["holder"] or {}
    post = {"id": str(case.post_id), "key": "", "name": holder.get("post", "")} if case.post_id and holder else None
    people = [{**person, "id": str(person["id"]), "consents": person["consent"]} for person in page["people"]]
    return {
        "id": str(case.pk), **_shared(page), "kind": case.kind, "urgency": case.urgency, "channel": case.channel,
        "category": category_ref(town, case.category_id), "grid": grid_ref(town, case.grid_id),
        "unit": unit_ref(town, case.unit_id), "post": post, "person": holder.get("name", ""),
        "lon": case.lon, "lat": case.lat, "address": case.address, "happened_at": case.happened_at,
        "closed_at": case.closed_at, "paused": page["paused"], "counts": page["counts"],
        "parent": page["parent"]["number"] if page["parent"] else "",
        "children": [child["number"] for child in page["children"]],
        "reporters": [{name: person[name] for name in _PERSON} for person in people],
        "duties": [{name: duty[name] for name in _DUTY} for duty in page["duties"]],
        "photos": _photos(page, f"/api/v1/cases/{case.number}"), "asked": asked_of(case),
    }  # fmt: skip


_PERSON = ("id", "name", "phone", "first", "consents", "rating", "at")
_DUTY = ("what", "title", "unit", "name", "due_at", "opened_at")


def _photos(page: Mapping[str, Any], where: str) -> list[Plain]:
    return [
        {"id": str(photo["id"]), "moment": photo["moment"], "at": photo["at"], "href": f"{where}/photos/{photo['id']}"}
        for _moment, photos in page["photos"]
        for photo in photos
    ]


def _shared(page: Mapping[str, Any]) -> Plain:
    cells = [{name: cell[name] for name in ("phase", "name", "state")} for cell in page["cells"]]
    return {
        **{name: page[name] for name in _SHARED}, "due_at": None if page["ended"] else page["due_at"],
        "cells": cells, "acts": [_act(each) for each in page["acts"]],
    }  # fmt: skip


def _act(act: Mapping[str, Any]) -> Plain:
    return {"act": act["act"], "name": act["name"], "fields": [_field(field) for field in act["fields"]]}


def _field(field: Mapping[str, Any]) -> Plain:
    options = [{"value": str(each["value"]), "text": str(each["text"])} for each in field["options"]]
    return {**{name: field[name] for name in ("name", "label", "type", "required")}, "options": options}


def entries_of(actor: Actor, standing: Standing) -> list[Plain]:
    """Every entry of a case, with its texts, for whoever of the staff may see the case."""
    case, town = standing.case, actor.town
    flow, history = workflow_by_id(town, case.workflow_id), history_of(actor.town, case)
    told = []
    for entry in history.entries:
        texts = {text.field: text.body for text in history.texts.get(entry.pk, ())}
        if PLACE in texts:
            texts["address"] = placed(texts.pop(PLACE))["address"]
        post = history.posts.get(entry.post_id or 0)
        by = {"id": str(entry.post_id), "key": "", "name": f"{post['title']} {post['name']}".strip()} if post else None
        told.append({**_entry(entry), "name": act_name(flow, entry.act, entry.source), "by": by, "texts": texts})
    return told


def _entry(entry: Entry) -> Plain:
    given = {name: value for name, value in entry.data.get("given", {}).items() if name != "reporter"}
    kept = ("seq", "at", "act", "source", "step", "late", "digest")
    return {"id": str(entry.pk), **{name: getattr(entry, name) for name in kept}, "given": _with_text_ids(given)}


def _with_text_ids(value: Any) -> Any:
    """Ids are wider than a JavaScript number: as text."""
    if isinstance(value, dict):
        return {key: _with_text_ids(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_text_ids(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def followed(actor: Actor, standing: Standing, *, now: datetime) -> Plain:
    """A case as its reporter may see it."""
    page = case_page(actor, standing, now)
    holder, parent = page["holder"], page["parent"]
    merged = page["outcome"] == "merged" and parent is not None
    return {
        **_shared(page), "kind": standing.case.kind, "category": page["category"], "place": page["grid"],
        "unit": holder["unit"] if holder else "", "merged_into": parent["number"] if merged else "",
        "timeline": [_told(row) for row in page["timeline"]],
        "photos": _photos(page, f"/api/v1/reports/{standing.case.number}"),
    }  # fmt: skip


def _told(row: Mapping[str, Any]) -> Plain:
    words = [*row["lines"], *(text["body"] for text in row["texts"])]
    return {"at": row["at"], "act": row["act"], "name": row["name"], "unit": row["unit"], "text": "\n".join(words)}


def board_row(row: Mapping[str, Any]) -> Plain:
    """A published case."""
    kept = ("number", "title", "text", "answer", "category", "place", "closed", "recorded_at", "closed_at")
    return {**{name: row[name] for name in kept}, "published_at": row["at"]}
