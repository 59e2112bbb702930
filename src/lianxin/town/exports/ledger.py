"""The ledger out: every entry with its digests, so that others can check the chains. Texts are not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianxin.ledger.models import Entry
from lianxin.town.exports.writing import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Row

COLUMNS = (
    Column("id", "留痕号", 20), Column("subject", "对象", 28), Column("seq", "序号"), Column("act", "动作", 18),
    Column("source", "原环节"), Column("step", "环节"), Column("counts", "计次"), Column("late", "超期"),
    Column("account", "账号", 20), Column("post", "岗位", 20), Column("at", "时间", 20), Column("data", "内容", 40),
    Column("prev", "前一摘要", 20), Column("digest", "摘要", 20), Column("seal", "封印", 20),
)  # fmt: skip


def ledger_rows(town: Town) -> Iterator[Row]:
    """Every entry of a town, by subject and in its order. Ids are text."""
    rows = Entry.objects.for_system("export of the ledger", town).order_by("subject_kind", "subject_id", "seq")
    for entry in rows.iterator(chunk_size=2000):
        yield {
            "id": str(entry.pk), "subject": f"{entry.subject_kind}:{entry.subject_id}", "seq": entry.seq,
            "act": entry.act, "source": entry.source, "step": entry.step, "counts": entry.counts, "late": entry.late,
            "account": _id(entry.account_id), "post": _id(entry.post_id), "at": entry.at, "data": entry.data,
            "prev": entry.prev, "digest": entry.digest, "seal": _id(entry.seal_id),
        }  # fmt: skip


def _id(value: int | None) -> str:
    return "" if value is None else str(value)
