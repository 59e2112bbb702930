"""Cases out, those the actor may see, with what people wrote starred where it holds personal numbers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.ledger.models import Text
from lianxin.people.masking import mask_name, mask_phone, mask_text
from lianxin.people.queries import units
from lianxin.places.queries import ended_grids, grid_tree
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lianxin.people.actors import Actor
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("number", "编号", 14), Column("kind", "事项种类", 12), Column("title", "标题", 40),
    Column("text", "内容", 40),
    Column("category", "类别", 16), Column("grid", "网格编码", 20), Column("grid_name", "网格", 18),
    Column("address", "地址", 24), Column("lon", "经度"), Column("lat", "纬度"), Column("step", "环节", 14),
    Column("unit", "承办单位", 20), Column("urgency", "紧急程度", 10), Column("channel", "来源渠道", 12),
    Column("happened_at", "发生时间", 20), Column("recorded_at", "登记时间", 20), Column("due_at", "到期时间", 20),
    Column("closed_at", "办结时间", 20), Column("name", "诉求人", 12), Column("phone", "电话", 16),
    Column("votes_for", "点赞数", 10), Column("votes_against", "反对数", 10),
    Column("external_number", "原系统编号", 18), Column("source", "原系统", 16),
)  # fmt: skip
CHUNK: Final = 500


def case_rows(actor: Actor, *, personal: bool) -> Iterator[Row]:
    """The cases the actor sees, the oldest first; names, numbers and texts masked unless `personal`."""
    rows = Case.objects.seen_by(actor).order_by("id").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        texts, reporters = _texts(actor, chunk), _reporters(actor, chunk)
        for case in chunk:
            yield _row(actor, case, texts.get(case.pk, ""), reporters.get(case.pk), personal=personal)


def _texts(actor: Actor, chunk: Sequence[Case]) -> Mapping[int, str]:
    rows = Text.objects.for_system("texts of cases just seen", actor.town_id).filter(
        subject_id__in=[case.pk for case in chunk], field="text", entry__subject_kind="case", entry__act="open"
    )
    return dict(rows.values_list("subject_id", "body"))


def _reporters(actor: Actor, chunk: Sequence[Case]) -> Mapping[int, Reporter]:
    rows = Reporter.objects.for_system("reporters of cases just seen", actor.town_id)
    return {row.case_id: row for row in rows.filter(case_id__in=[case.pk for case in chunk], first=True)}


def _row(actor: Actor, case: Case, text: str, reporter: Reporter | None, *, personal: bool) -> Row:
    town, flow = actor.town, workflow_by_id(actor.town, case.workflow_id)
    grid = grid_tree(town).get(case.grid_id or 0) or ended_grids(town).get(case.grid_id or 0)
    category = categories(town).get(case.category_id or 0)
    unit = units(town).get(case.unit_id or 0)
    name, phone = (reporter.name, reporter.phone) if reporter else ("", "")

    def shown(words: str) -> str:
        return words if personal else mask_text(words)

    same = ("number", "urgency", "channel", "lon", "lat", "happened_at", "recorded_at", "due_at", "closed_at")
    row: dict[str, Any] = {key: getattr(case, key) for key in same}
    return row | {
        "kind": flow.name["zh"], "title": shown(case.title), "text": shown(text), "address": shown(case.address),
        "category": category.name if category else "", "grid": grid.code if grid else "",
        "grid_name": grid.name if grid else "", "step": flow.steps[case.step].name["zh"],
        "unit": unit.name if unit else "", "name": name if personal else mask_name(name),
        "phone": phone if personal else mask_phone(phone), "geometry": _point(case),
        **{key: case.answers.get(key) for key in ("votes_for", "votes_against", "external_number", "source")},
    }  # fmt: skip


def _point(case: Case) -> dict[str, Any] | None:
    return {"type": "Point", "coordinates": [case.lon, case.lat]} if case.lon is not None else None
